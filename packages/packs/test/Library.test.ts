import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { builtin, digest } from "@sonde/packs/builtin/index"
import * as Digest from "@sonde/packs/Digest"
import { explain, explainNow, explainWith } from "@sonde/packs/Explain"
import * as Knowledge from "@sonde/packs/Knowledge"
import * as Library from "@sonde/packs/Library"
import { match } from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import * as Plan from "@sonde/packs/Plan"
import { summaryOf } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { pack, rule } from "./fixtures.ts"
import { dice, manyPacks, sentence } from "./manyPacks.ts"

const Entry = Schema.Struct({
  reply: Schema.String,
  protocol: Schema.String,
  phase: Schema.String,
  provider: Schema.String,
  context: Schema.String
})
const replies = Schema.decodeUnknownSync(Schema.Array(Entry))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
)
const today = "2026-11-24"

/** A library of a digest that counts which bodies were loaded. */
const digested = (packs: Parameters<typeof Digest.make>[0], own: Parameters<typeof Digest.make>[0] = []) => {
  const loaded: Array<string> = []
  const digest: Digest.Digest = JSON.parse(JSON.stringify(Digest.make(packs)))
  const all = [...new Map([...packs, ...own].map((one) => [one.id, one])).values()]
  const library = Library.make(
    all.map(summaryOf),
    {
      digest,
      packs: own,
      plan: () => {
        loaded.push("the plan")
        return Promise.resolve(Plan.extended(Plan.make(packs, []), own))
      }
    },
    (id) =>
      Effect.sync(() => {
        loaded.push(id)
        return all.find((one) => one.id === id)
      })
  )
  return { library, loaded }
}

describe("a library", () => {
  it.effect("explains as whole packs do, with and without hints, and the built-in digest is of those packs", () =>
    Effect.gen(function*() {
      const whole = yield* Effect.promise(() => Promise.all(builtin.map(({ load }) => load())))
      const late = yield* Effect.provide(Packs, Packs.layer)
      const early = yield* Effect.provide(Packs, Packs.layerStatic(whole))
      for (const { reply, ...hints } of replies) {
        for (const given of [hints, {}] satisfies ReadonlyArray<Hints>) {
          assert.deepStrictEqual(yield* explain(late, reply, given), yield* explain(early, reply, given))
        }
      }
    }))

  it("has letters for every pattern of the built-in packs, so that none is tried on every text", async () => {
    const { keys, packs, rules } = await digest()
    const without = keys.patterned.map((number) => JSON.parse(rules.at(number) ?? "{}"))
    assert.deepStrictEqual(without.map(({ id }) => id), [])
    assert.strictEqual(rules.length, packs.reduce((sum, { rules: count }) => sum + count, 0))
  })

  it.effect("finds in the digest of a hundred packs what the packs themselves give", () =>
    Effect.gen(function*() {
      const packs = manyPacks(100, 2500)
      const knowledge = Knowledge.make(packs)
      const { library } = digested(packs)
      const roll = dice(5)
      let explained = 0
      for (let turn = 0; turn < 200; turn++) {
        const when = knowledge.rules[roll(knowledge.rules.length)]?.rule.when
        const text = `550 5.7.1 ${sentence(roll)} ${[when?.text, when?.anyText].flat()[0] ?? ""}`
        const options = { proven: false, today }
        const expected = explainWith(knowledge, text, options)
        assert.deepStrictEqual(
          yield* library.attempt(() => explainWith(library.everything, text, options)),
          expected
        )
        if (expected.outcome === "explained") explained++
      }
      assert.isAbove(explained, 50)
    }))

  it.effect("loads only the packs whose rules are shown, once each", () =>
    Effect.gen(function*() {
      const words = "the one sentence that this provider alone ever says"
      const { library, loaded } = digested([
        pack({ id: "one", rules: [rule("a", { when: { text: words } })] }),
        pack({ id: "two", rules: [rule("a", { when: { text: "another sentence that is never said" } })] }),
        pack({ id: "three", kind: "generic", rules: [rule("a", { when: { text: "this provider" } })] })
      ])
      for (const _ of [1, 2]) {
        const found = yield* library.attempt(() => explainNow(library, `550 ${words}`, {}, today))
        assert.deepStrictEqual(found.verdicts.map((verdict) => verdict.rule), ["one/a"])
      }
      assert.deepStrictEqual(loaded, ["one"])
      assert.throws(() => match(library.everything, { text: "this provider" })[0]?.rule, Library.PackNotLoaded)
    }))

  it.effect("loads all packs whose rules are shown before the work is done again", () =>
    Effect.gen(function*() {
      const words = "the one sentence that both of these providers say"
      const weak = { confidence: "likely" }
      const { library, loaded } = digested([
        pack({ id: "one", rules: [rule("a", { when: { text: words }, ...weak })] }),
        pack({ id: "two", rules: [rule("b", { when: { text: words }, cause: "relay_denied", ...weak })] })
      ])
      let times = 0
      const found = yield* library.attempt(() => {
        times++
        return explainNow(library, `550 ${words}`, {}, today)
      })
      assert.deepStrictEqual(found.verdicts.map((verdict) => verdict.rule), ["one/a", "two/b"])
      assert.deepStrictEqual([loaded, times], [["one", "two"], 2])
    }))

  it.effect("loads the plan when many texts are asked about, once, and says the same with it", () =>
    Effect.gen(function*() {
      const { library, loaded } = digested([
        pack({ kind: "generic", rules: [rule("a", { when: { pattern: "box [0-9]+ (is|was) full" } })] })
      ])
      for (let turn = 0; turn < 600; turn++) {
        const text = turn % 2 === 0 ? `550 box ${turn} is full` : `550 box ${turn} is empty`
        const found = yield* library.attempt(() => explainNow(library, text, {}, today))
        assert.strictEqual(found.outcome, turn % 2 === 0 ? "explained" : "unknown", text)
        if (turn === 200) assert.notInclude(loaded, "the plan")
      }
      assert.deepStrictEqual(loaded, ["acme", "the plan"])
    }))

  it.effect("lets a pack of the user replace one of the digest", () =>
    Effect.gen(function*() {
      const text = "the words that both of them are looking for"
      const { library } = digested(
        [pack({ rules: [rule("old", { when: { text } })] })],
        [pack({ rules: [rule("new", { when: { text } })] })]
      )
      const found = yield* library.attempt(() => explainNow(library, `550 ${text}`, {}, today))
      assert.deepStrictEqual(found.verdicts.map((verdict) => verdict.rule), ["acme/new"])
      assert.deepStrictEqual(library.everything.rules.map(({ name }) => name), ["acme/new"])
    }))

  it.effect("gives to a provider its pack, software and what is generic", () =>
    Effect.gen(function*() {
      const { library } = digested(manyPacks(20, 40))
      const ids = (knowledge: Knowledge.Knowledge) => new Set(knowledge.rules.map(({ packId }) => packId))
      assert.deepStrictEqual([...ids(library.knowledge("P1"))], ["p1", "p12", "p16", "p4", "p8", "p0", "p10"])
      assert.isFalse(ids(library.knowledge("nobody")).has("p1"))
      assert.strictEqual(ids(library.everything).size, 20)
    }))

  it.effect("does not hide what goes wrong in the work", () =>
    Effect.gen(function*() {
      const { library } = digested([])
      const exit = yield* Effect.exit(library.attempt(() => {
        throw new Error("a defect")
      }))
      assert.strictEqual(exit._tag, "Failure")
    }))
})
