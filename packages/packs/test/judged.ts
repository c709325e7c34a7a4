/** The tests that every provider pack has: replies in other dress find their rule, signs find the pack. */
import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { type Evidence, recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

/** A reply, the rule that must speak first, its cause, and what is known beside the text. */
export type Case = readonly [reply: string, rule: string, cause: string, hints?: Hints]

/** Signs, and whether they are of the pack. */
export type Sign = readonly [evidence: Evidence, isOfPack: boolean]

export const testPack = (pack: string, cases: ReadonlyArray<Case>, signs: ReadonlyArray<Sign>) =>
  describe(`the pack ${pack}`, () => {
    it.effect.each(cases.map(([reply, rule, cause, hints]) => ({ reply, rule: `${pack}/${rule}`, cause, hints })))(
      "explains by $rule: $cause",
      ({ cause, hints, reply, rule }) =>
        Effect.gen(function*() {
          const { verdicts: [first] } = yield* explain(yield* Packs, reply, { provider: pack, ...hints })
          assert.deepStrictEqual(first === undefined ? "unknown" : [first.rule, first.cause], [rule, cause])
        }).pipe(Effect.provide(Packs.layer))
    )

    it.effect.each(signs.map(([evidence, isOfPack]) => ({ evidence, isOfPack })))(
      "is recognised by $evidence: $isOfPack",
      ({ evidence, isOfPack }) =>
        Effect.gen(function*() {
          const { summaries } = yield* Packs
          assert.strictEqual(recognise(summaries, evidence)?.id === pack, isOfPack)
        }).pipe(Effect.provide(Packs.layer))
    )
  })
