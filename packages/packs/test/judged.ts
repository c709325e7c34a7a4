/** What the built-in packs say: of a reply of a provider, and of signs of a mailbox. */
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { type Evidence, recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

/** A reply, the rule that must speak first (`pack/rule`), its cause, and what is known beside the text. */
export type Case = readonly [reply: string, rule: string, cause: string, hints?: Hints]

/** Cases of one pack as rows for `it.effect.each`. */
export const rows = (pack: string, cases: ReadonlyArray<Case>) =>
  cases.map(([reply, rule, cause, hints]) => ({
    rule: `${pack}/${rule}`,
    cause,
    reply,
    hints: { provider: pack, ...hints }
  }))

/** The first verdict on a text: its rule and cause; absent where nothing is known. */
export const judged = (text: string, hints: Hints) =>
  Effect.gen(function*() {
    const { verdicts: [first] } = yield* explain(yield* Packs, text, hints)
    return first === undefined ? undefined : { rule: first.rule, cause: first.cause }
  }).pipe(Effect.provide(Packs.layer))

export const recognised = (evidence: Evidence) =>
  Effect.gen(function*() {
    const { summaries } = yield* Packs
    return recognise(summaries, evidence)
  }).pipe(Effect.provide(Packs.layer))
