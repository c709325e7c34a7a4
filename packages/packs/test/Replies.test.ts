/**
 * The replies in `test-fixtures/replies.json`, explained with the packs that are built in. An answer is right when its
 * first cause is the settled one or an alternative. What is certain must be right, and the rates must not fall below
 * their floors; they are printed.
 */
import { assert, describe, it } from "@effect/vitest"
import { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const Entry = Schema.Struct({
  id: Schema.String,
  protocol: Schema.String,
  phase: Schema.String,
  provider: Schema.String,
  context: Schema.String,
  reply: Schema.String,
  cause: Cause,
  alternatives: Schema.Array(Cause)
})

const entries = Schema.decodeUnknownSync(Schema.Array(Entry))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
)

const judge = Effect.fnUntraced(function*(bare: boolean) {
  const packs = yield* Packs
  return yield* Effect.forEach(entries, (entry) => {
    const { alternatives, cause, context, phase, protocol, provider } = entry
    return Effect.map(
      explain(packs, entry.reply, bare ? {} : { context, phase, protocol, provider }),
      ({ verdicts: [first] }) => ({
        entry,
        first,
        answer: first === undefined ? "unknown" : [cause, ...alternatives].includes(first.cause) ? "right" : "wrong"
      })
    )
  })
})

const groups: ReadonlyArray<readonly [string, (provider: string) => boolean]> = [
  ["Microsoft 365", (provider) => provider === "microsoft365"],
  ["no provider named", (provider) => provider === "unknown"],
  ["all others", (provider) => provider !== "microsoft365" && provider !== "unknown"]
]

describe("replies of real servers", () => {
  it.effect.each([
    { hints: "with hints", bare: false, least: 97, most: 1 },
    { hints: "without hints", bare: true, least: 90, most: undefined }
  ])(
    "get the right cause in at least $least percent, and no certain answer that is wrong, $hints",
    ({ bare, hints, least, most }) =>
      Effect.gen(function*() {
        const judged = yield* judge(bare)
        for (const [name, is] of groups) {
          const group = judged.filter(({ entry }) => is(entry.provider))
          const count = (answer: string) => group.filter((one) => one.answer === answer).length
          console.log(
            `${hints}, ${name}: ${count("right")} right, ${count("wrong")} wrong, ${count("unknown")} unknown`
          )
        }
        const wrong = judged.filter(({ answer }) => answer === "wrong")
        for (const { entry, first } of wrong) {
          console.log(`  ${entry.id}: ${first?.confidence} ${first?.cause} by ${first?.rule}, settled ${entry.cause}`)
        }
        const certain = wrong.filter(({ first }) => first?.confidence === "certain")
        assert.deepStrictEqual(
          certain.map(({ entry, first }) => [entry.id, first?.rule, first?.cause, entry.cause]),
          []
        )
        const rate = (answer: string) => judged.filter((one) => one.answer === answer).length / judged.length * 100
        console.log(
          `${hints}, all ${judged.length}: ${rate("right").toFixed(1)} % right, ${rate("wrong").toFixed(1)} % wrong, ` +
            `${certain.length} of them certain`
        )
        assert.isAtLeast(rate("right"), least)
        if (most !== undefined) assert.isAtMost(rate("wrong"), most)
      }).pipe(Effect.provide(Packs.layer))
  )
})
