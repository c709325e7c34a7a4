import { assert, describe, it } from "@effect/vitest"
import { account } from "@sonde/packs/Account"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { pack, rule } from "./fixtures.ts"

const replies: ReadonlyArray<{ readonly reply: string; readonly provider: string }> = JSON.parse(
  readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8")
)

const acme = pack({
  rules: [
    rule("off", {
      when: { code: 535, enhanced: "5.7.0", text: "sending is switched off for this mailbox" },
      cause: "smtp_auth_disabled_mailbox"
    }),
    rule("words", { when: { text: "sending is switched off" } }),
    rule("short", { when: { text: "switched off" } })
  ]
})

const told = (text: string, provider?: string) =>
  Effect.gen(function*() {
    return yield* account(yield* Packs, text, provider === undefined ? {} : { provider })
  }).pipe(Effect.provide(Packs.layerStatic([acme])))

describe("account", () => {
  it.effect(
    "names the rule that an explanation names, for real replies with and without a provider",
    () =>
      Effect.gen(function*() {
        const packs = yield* Packs
        assert.isAbove(replies.length, 100)
        for (const { provider, reply: text } of replies) {
          for (const hints of [{}, { provider }]) {
            const explanation = yield* explain(packs, text, hints)
            const found = yield* account(packs, text, hints)
            assert.strictEqual(found.winner?.rule, explanation.verdicts[0]?.rule, text)
            assert.strictEqual(found.outcome, explanation.outcome, text)
          }
        }
      }).pipe(Effect.provide(Packs.layer)),
    60_000
  )

  it.effect("weighs the winner, and says why others come after it", () =>
    Effect.gen(function*() {
      const found = yield* told("535 5.7.0 Sending is switched off for this mailbox", "acme")
      const { winner } = found
      assert.strictEqual(winner?.rule, "acme/off")
      assert.strictEqual(winner?.score, winner?.conditions.reduce((sum, { weight }) => sum + weight, 0))
      assert.deepStrictEqual(found.others.map(({ because, rule, score }) => ({ because, rule, score })), [
        {
          rule: "acme/words",
          score: 392,
          because: "the winner has 760 against 392, for enhanced 5.7.0 (+200)"
        },
        { rule: "acme/short", score: 348, because: "the winner has 760 against 348, for enhanced 5.7.0 (+200)" }
      ])
      assert.deepStrictEqual(found.nearMisses, [])
    }))

  it.effect("tells of near misses the first condition that failed, the nearest text first", () =>
    Effect.gen(function*() {
      const found = yield* told("535 5.7.0 Sending is switched off for your mailbox", "acme")
      assert.strictEqual(found.winner?.rule, "acme/words")
      assert.deepStrictEqual(found.nearMisses.map(({ because, rule }) => ({ because, rule })), [{
        rule: "acme/off",
        because:
          "wants text \"sending is switched off for this mailbox\", the text goes on differently after \"sending is switched off for\""
      }])
    }))

  it.effect("tells what does not count while the provider is not proven", () =>
    Effect.gen(function*() {
      const found = yield* told("It is switched off here")
      assert.strictEqual(found.outcome, "unknown")
      assert.isFalse(found.proven)
      assert.deepStrictEqual(found.others.map(({ rule }) => rule), ["acme/short"])
      assert.match(found.others[0]?.because ?? "", /^does not count: the provider is not proven/)
    }))
})
