import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { pack, rule } from "./fixtures.ts"

const likely = { confidence: "likely" }
const silent = { remedies: [{ kind: "change", text: "Change it." }] }

const acme = pack({
  rules: [
    rule("by-mechanism", { when: { text: "first words", mechanism: "LOGIN" }, cause: "basic_auth_retired", ...likely }),
    rule("by-nothing", { when: { text: "first words" }, cause: "bad_credentials", ...likely }),
    rule("by-phase", { when: { text: "second words", phase: "mail" }, cause: "auth_required", ...likely }),
    rule("by-phase-too", { when: { text: "second words", phase: "data" }, cause: "send_as_denied", ...likely }),
    rule("by-service", {
      when: { text: "third words", services: { imap: { phase: "auth", state: "pass" } } },
      cause: "smtp_auth_disabled_mailbox",
      ...likely
    }),
    rule("by-service-too", { when: { text: "third words" }, cause: "bad_credentials", confidence: "possible" }),
    rule("look", {
      when: { text: "fourth words" },
      cause: "account_locked",
      ...likely,
      remedies: [{ kind: "look", text: "The state of the account", command: "acmectl show", shell: "sh" }]
    }),
    rule("silent", { when: { text: "fifth words" }, cause: "account_locked", ...likely, ...silent }),
    rule("sure", { when: { text: "sixth words" }, cause: "account_locked" })
  ]
})

const wording = "this wording of forty characters is shared by two"
const one = pack({
  id: "one",
  rules: [rule("shared", { when: { text: wording }, cause: "account_locked", ...silent })]
})
const two = pack({
  id: "two",
  rules: [rule("shared", { when: { text: wording }, cause: "mailbox_in_use", ...silent })]
})

const ask = (text: string, hints: Hints = { provider: "acme" }) =>
  Effect.gen(function*() {
    return yield* explain(yield* Packs, text, hints)
  }).pipe(Effect.provide(Packs.layerStatic([acme, one, two])))

describe("next", () => {
  it.effect.each<[string, string, string | undefined, string | undefined]>([
    [
      "the mechanism that one rule wants",
      "535 First words",
      "Which mechanism was used to sign in: LOGIN speaks for \"by-mechanism\"",
      "sonde explain --mechanism LOGIN '535 First words'"
    ],
    [
      "the phase that rules want",
      "550 Second words",
      "Which command was answered: mail speaks for \"by-phase\", data speaks for \"by-phase-too\"",
      "sonde explain --phase mail '550 Second words'"
    ],
    [
      "another service",
      "535 Third words",
      "Whether imap comes through \"auth\" for the same mailbox: pass speaks for \"by-service\"",
      "sonde check MAILBOX --only imap --secret prompt"
    ],
    ["what the cause says to look at", "535 Fourth words", "The state of the account", "acmectl show"],
    ["nothing where nothing is known", "535 Fifth words", undefined, undefined],
    ["nothing where it is certain", "535 Sixth words", undefined, undefined],
    ["the whole reply where there is no code", "Odd", "The whole reply of the server, with its code", undefined]
  ])("asks for %s", ([_name, text, expected, command]) =>
    Effect.gen(function*() {
      const { next } = yield* ask(text)
      assert.deepStrictEqual([next?.text, next?.command], [expected, command])
    }))

  it.effect("no longer asks for what a hint says", () =>
    Effect.gen(function*() {
      const { next, verdicts } = yield* ask("535 First words", { provider: "acme", mechanism: "LOGIN" })
      assert.strictEqual(verdicts[0]?.cause, "basic_auth_retired")
      assert.strictEqual(next?.text, "Look.")
    }))

  it.effect("asks for the provider where several word it so, and is certain of none", () =>
    Effect.gen(function*() {
      const { next, verdicts } = yield* ask(`550 ${wording}`, {})
      assert.deepStrictEqual(verdicts.map(({ cause, confidence }) => [cause, confidence]), [
        ["account_locked", "likely"],
        ["mailbox_in_use", "likely"]
      ])
      assert.deepStrictEqual([next?.text, next?.command], [
        "Which provider it was: several word it so",
        `sonde explain --provider ID '550 ${wording}'`
      ])
      const named = yield* ask(`550 ${wording}`, { provider: "two" })
      assert.deepStrictEqual(named.verdicts.map(({ cause, confidence }) => [cause, confidence]), [[
        "mailbox_in_use",
        "certain"
      ]])
    }))

  it.effect("asks for the provider of a reply that no rule knows", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("535 Odd", {})).next?.command, "sonde explain --provider ID '535 Odd'")
      assert.isUndefined((yield* ask("535 Odd")).next)
    }))

  it.effect("repeats no secret and no long text in a command", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        (yield* ask("535 First words password=hunter22")).next?.command,
        "sonde explain --mechanism LOGIN -"
      )
      assert.strictEqual(
        (yield* ask(`535 First words ${"x".repeat(200)}`)).next?.command,
        "sonde explain --mechanism LOGIN -"
      )
    }))
})
