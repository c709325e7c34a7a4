/**
 * What every pack of server software is tested for: it is recognised by its signs, and realistic variants of its
 * replies and log lines get their cause from its own rules.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { type Evidence, recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

export interface Tables {
  /** Evidence that leads to the pack. */
  readonly recognised: ReadonlyArray<Evidence>
  /**
   * A text and its first cause where the software is known, then hints beyond the software, then causes that are also
   * right where it is not known.
   */
  readonly replies: ReadonlyArray<readonly [text: string, cause: Cause, hints?: Hints, also?: ReadonlyArray<Cause>]>
}

export const suite = (id: string, { recognised, replies }: Tables): void => {
  describe(id, () => {
    it.effect.each(recognised.map((evidence) => ({ evidence })))(
      "is recognised by $evidence",
      ({ evidence }) =>
        Effect.gen(function*() {
          const packs = yield* Packs
          assert.strictEqual(recognise(packs.summaries, evidence, "software")?.id, id)
        }).pipe(Effect.provide(Packs.layer))
    )

    it.effect.each(replies.map(([text, cause, hints = {}, also = []]) => ({ text, cause, hints, also })))(
      "explains $text",
      ({ also, cause, hints, text }) =>
        Effect.gen(function*() {
          const packs = yield* Packs
          const { verdicts: [first] } = yield* explain(packs, text, { ...hints, provider: id })
          assert.strictEqual(first?.cause, cause, first?.rule ?? "unknown")
          // Without knowing the software it may stay unknown or be unsure; certain and wrong it must not be.
          const { verdicts: [bare] } = yield* explain(packs, text)
          assert.isTrue(
            bare === undefined || bare.confidence !== "certain" || [cause, ...also].includes(bare.cause),
            `${bare?.rule} ${bare?.cause}`
          )
        }).pipe(Effect.provide(Packs.layer))
    )

    it.effect("speaks for itself in most of them", () =>
      Effect.gen(function*() {
        const packs = yield* Packs
        const rules = yield* Effect.forEach(replies, ([text, , hints = {}]) =>
          Effect.map(explain(packs, text, { ...hints, provider: id }), ({ verdicts: [first] }) =>
            first?.rule ?? ""))
        const own = rules.filter((rule) =>
          rule.startsWith(`${id}/`)
        )
        assert.isAbove(own.length, replies.length / 2, rules.join(" "))
      }).pipe(Effect.provide(Packs.layer)))
  })
}
