import { assert, describe, it } from "@effect/vitest"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { pack } from "./fixtures.ts"

const ids = (knowledge: { readonly packs: ReadonlyArray<{ readonly id: string }> }) =>
  knowledge.packs.map(({ id }) => id)

const acme = pack({ aliases: ["acme365"] })
const rfc = pack({ id: "rfc", kind: "generic" })
const mta = pack({ id: "mta", kind: "software" })
const foreign = pack({ id: "other" })

describe("Packs", () => {
  it.effect("gives to a provider its pack, the recognised software and what is generic", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      assert.deepStrictEqual(ids(yield* packs.knowledge("ACME365")), ["acme", "rfc"])
      assert.deepStrictEqual(ids(yield* packs.knowledge("acme", ["mta"])), ["acme", "mta", "rfc"])
      assert.deepStrictEqual(ids(yield* packs.knowledge(undefined)), ["rfc"])
      assert.deepStrictEqual(ids(yield* packs.knowledge("nobody")), ["rfc"])
      assert.deepStrictEqual(ids(yield* packs.everything), ["acme", "other", "mta", "rfc"])
      assert.strictEqual(yield* packs.knowledge("acme365"), yield* packs.knowledge("acme"))
    }).pipe(Effect.provide(Packs.layerStatic([rfc, mta, foreign, acme]))))

  it.effect("lets a later pack with the same id replace an earlier one", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      assert.strictEqual((yield* packs.get("acme"))?.name, "Mine")
      assert.deepStrictEqual(packs.summaries.map(({ id, name }) => [id, name]), [["acme", "Mine"]])
      assert.isUndefined(yield* packs.get("acme365"))
    }).pipe(Effect.provide(Packs.layerStatic([acme, pack({ name: "Mine" })]))))

  it.effect("loads a built-in pack once for all who ask at once", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const ask = Effect.all([packs.get("microsoft-365"), packs.knowledge("microsoft-365")])
      const [[first, known], [second, same]] = yield* Effect.all([ask, ask], { concurrency: 2 })
      assert.isDefined(first)
      assert.strictEqual(second, first)
      assert.strictEqual(same, known)
      assert.include(known.packs, first)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("adds packs of the user to the built-in ones", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const builtin = yield* Effect.provide(Effect.map(Packs, ({ summaries }) => summaries.length), Packs.layer)
      assert.strictEqual(packs.summaries.length, builtin + 1)
      assert.strictEqual((yield* packs.get("acme"))?.id, "acme")
      for (const { id } of packs.summaries) assert.strictEqual((yield* packs.get(id))?.id, id)
    }).pipe(Effect.provide(Packs.layerWith([acme]))))
})
