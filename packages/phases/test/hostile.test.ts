/** What a peer that breaks the rules brings about, at every place where it may answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { hostile } from "./hostile.ts"
import { places, playAt } from "./places.ts"
import * as Support from "./support.ts"

const table = places.flatMap((place) => hostile.map((peer) => ({ ...peer, ...place })))

describe("a hostile peer", () => {
  it.effect.each(table)("that answers $at with $what fails $phase with $error", (row) =>
    Effect.gen(function*() {
      const played = yield* playAt(row, row.steps)
      const error = Support.failureOf(played)
      assert.strictEqual(error.phase, row.phase)
      // Whatever goes wrong after the dot: the message may be theirs. Before the greeting silence has its own name.
      const expected = row.at === "the message"
        ? "DeliveryInDoubt"
        : row.at === "the greeting"
        ? row.atGreeting ?? row.error
        : row.error
      assert.strictEqual(Support.nameOf(error), expected)
      assert.isAtMost(JSON.stringify(error).length, 4000, "an error does not carry all that was sent")
    }))

  it.effect.each(places)(
    "cannot break a reply to $at with a NUL, an escape or octets that are no text",
    (place) =>
      Effect.gen(function*() {
        const code = [...`${place.ok[0]}`].map((digit) => digit.charCodeAt(0).toString(16)).join("")
        const tls = place.at === "STARTTLS" ? ["tls"] : []
        const played = yield* playAt(place, [`raw ${code}20 00 1b5b324a ff fe 0d 0d0a`, ...tls])
        assert.isTrue(Result.isSuccess(played.result), JSON.stringify(played.result))
      })
  )
})
