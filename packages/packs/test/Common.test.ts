/**
 * Replies that everybody meets, in `test-fixtures/common-replies.json`: the usual words of large providers, server
 * software, mail libraries and token services, without hints. Whatever is learnt of rare ones, these stay known.
 */
import { assert, describe, it } from "@effect/vitest"
import { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

/** The first of `causes` is meant; the others are as true of the same words. */
const Common = Schema.Array(Schema.Struct({ text: Schema.String, causes: Schema.NonEmptyArray(Cause) }))

const entries = Schema.decodeUnknownSync(Common)(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/common-replies.json", import.meta.url), "utf8"))
)

describe("replies that everybody meets", () => {
  it.effect("are named rightly, but for one in a hundred, and never wrongly with certainty", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const wrong: Array<string> = []
      for (const { causes, text } of entries) {
        const { verdicts: [first] } = yield* explain(packs, text, {})
        if (first !== undefined && causes.includes(first.cause)) continue
        assert.notStrictEqual(first?.confidence, "certain", text)
        wrong.push(`${text}: ${first?.cause ?? "unknown"}, not ${causes.join(" or ")}`)
      }
      for (const line of wrong) console.log(line)
      assert.isAtMost(wrong.length / entries.length, 0.01)
    }).pipe(Effect.provide(Packs.layer)))
})
