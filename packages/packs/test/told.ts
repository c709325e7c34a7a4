/** Texts without a hint, each told as its cause, and neighbours that are not. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

/** A cause and a text. */
export type Table = ReadonlyArray<readonly [Cause, string]>

const first = Effect.fnUntraced(function*(text: string) {
  const { verdicts } = yield* explain(yield* Packs, text, {})
  return verdicts[0]?.cause
})

/** The tests of both tables, under a name. */
export const told = (name: string, table: Table, neighbours: Table): void => {
  describe(name, () => {
    it.effect.each(table)("tell %s: %s", ([cause, text]) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* first(text), cause)
      }).pipe(Effect.provide(Packs.layer)))

    it.effect.each(neighbours)("do not tell %s: %s", ([cause, text]) =>
      Effect.gen(function*() {
        assert.notStrictEqual(yield* first(text), cause)
      }).pipe(Effect.provide(Packs.layer)))
  })
}
