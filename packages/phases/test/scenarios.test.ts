/** Every row of the Failures tables of `specs/`, and every way to pass, as the session file shows it. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { PhaseId } from "@sonde/domain/Service"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { failures, successes } from "./scenarios.ts"
import * as Support from "./support.ts"

const order = (plan: Support.Plan): ReadonlyArray<PhaseId> => [
  "resolve",
  "connect",
  ...(plan.security === "tls" ? ["tls", "greeting", "ehlo"] as const : ["greeting", "ehlo"] as const),
  ...(plan.security === undefined ? ["starttls", "tls", "ehlo"] as const : []),
  ...(plan.credential === undefined ? [] : ["auth"] as const),
  ...(plan.until === undefined && plan.message === undefined ? [] : ["mail", "rcpt", "data"] as const),
  "quit"
]

describe("a phase fails", () => {
  it.effect.each(failures)(
    "$session: $phase with $error",
    ({ after, error, phase, plan = {}, session, temporary }) =>
      Effect.gen(function*() {
        const played = yield* Support.play(session, plan)
        const found = Support.failureOf(played)
        // Mandatory.
        assert.strictEqual(Support.nameOf(found), error)
        assert.strictEqual(found.phase, phase)
        assert.strictEqual(found.service, "smtp-submission")
        assert.strictEqual(found.endpoint.host, Support.host)
        assert.isTrue(Errors.isErrorOf(phase, found._tag), "the contract does not list this error for the phase")
        assert.strictEqual(Errors.isInconclusive(found), temporary === true)
        assert.match(found.message, /^[^\r\n]+[^.\r\n]$/, "one line without a period")
        assert.include(
          found.message,
          phase === "data" && found._tag === "DeliveryInDoubt" ? "<1@example.com>" : "mx.example"
        )
        // Forbidden: a phase at or behind the one that failed, and a line sent after the one it failed at.
        const before = order(plan).slice(0, order(plan).indexOf(phase))
        assert.deepStrictEqual(Support.passed(played), before)
        assert.strictEqual(played.sent.at(-1), after)
      })
  )
})

describe("a phase passes", () => {
  it.effect.each(successes)("$session: $phase", ({ facts, phase, plan, session }) =>
    Effect.gen(function*() {
      const played = yield* Support.play(session, plan)
      assert.deepStrictEqual(Support.factsOf(played, phase), facts)
      assert.strictEqual(Support.passed(played).at(-1), phase)
    }))
})

const byteByByte = (text: string): string =>
  text.split("\n").flatMap((line) =>
    line.startsWith("S:")
      ? [...new TextEncoder().encode(`${line.slice(3)}\r\n`)].map((octet) =>
        `raw ${octet.toString(16).padStart(2, "0")}`
      )
      : line
  ).join("\n")

const bareLf = (text: string): string =>
  text.split("\n").map((line) =>
    line.startsWith("S:")
      ? `raw ${
        [...new TextEncoder().encode(`${line.slice(3)}\n`)].map((octet) => octet.toString(16).padStart(2, "0")).join("")
      }`
      : line
  ).join("\n")

describe("the shape of the stream", () => {
  // Where a segment ends is what these two are about.
  const depends = ["starttls-injection", "starttls-injection-part"]
  const all = [...failures, ...successes].filter(({ session }) => !depends.includes(session))

  it.effect.each([["one octet per segment", byteByByte], ["bare LF as line end", bareLf]] as const)(
    "changes nothing: %s",
    ([, change]) =>
      Effect.forEach(all, ({ plan = {}, session }) =>
        Effect.gen(function*() {
          const whole = yield* Support.play(session, plan)
          const script = change(SessionFile.text(`smtp/${session}`))
          const changed = yield* Support.over(Support.network({ script }), plan)
          assert.deepStrictEqual(changed.facts, whole.facts, session)
          const name = ({ result }: Support.Played) =>
            Result.isSuccess(result) || typeof result.failure === "string" ? "passed" : Support.nameOf(result.failure)
          assert.strictEqual(name(changed), name(whole), session)
          assert.deepStrictEqual(changed.sent, whole.sent, session)
        }), { discard: true }),
    60_000
  )
})

describe("the session files", () => {
  it("are all played by a row", () => {
    const played = new Set([...failures, ...successes].map(({ session }) => `smtp/${session}`))
    const elsewhere = ["smtp/tls-late-injection"]
    assert.deepStrictEqual(
      SessionFile.names("smtp").filter((name) => !played.has(name) && !elsewhere.includes(name)),
      []
    )
  })

  it("are all sessions", () => {
    for (const name of SessionFile.names("smtp")) assert.isAbove(SessionFile.read(name).length, 0, name)
  })
})
