import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { pack, rule } from "./fixtures.ts"

const acme = pack({
  aliases: ["acme365"],
  recognise: { replies: [{ text: "prod.acme.example", weight: 60 }] },
  rules: [
    rule("off", {
      when: { service: "smtp-submission", phase: "auth", text: "sign-in by password is switched off for the tenant" },
      cause: "basic_auth_retired"
    }),
    rule("middle", { when: { text: "this mailbox is in the attic" }, cause: "mailbox_in_use" }),
    rule("short", { when: { text: "go away" }, cause: "account_suspended" }),
    rule("maybe-one", { when: { code: 535, text: "unsuccessful" }, cause: "bad_credentials", confidence: "likely" }),
    rule("maybe-two", { when: { text: "unsuccessful" }, cause: "account_locked", confidence: "possible" }),
    rule("maybe-same", { when: { text: "success" }, cause: "account_locked", confidence: "possible" }),
    rule("class", { when: { code: "5yz" } })
  ],
  success: [{ phase: "auth", code: 235, enhanced: "2.7.0", meaning: "Signed in." }, { code: 235, meaning: "Fine." }]
})
const rfc = pack({
  id: "rfc",
  kind: "generic",
  rules: [
    rule("long", { when: { text: "line is too long" }, cause: "line_too_long" }),
    rule("full", { when: { code: "5yz", text: "no room at the inn" }, cause: "mailbox_full" }),
    rule("busy", { when: { code: "4yz", text: "at the inn" }, cause: "server_temporary_failure" })
  ],
  success: [{ code: 235, enhanced: "2.7.0", meaning: "Some server said yes." }]
})

const mta = pack({
  id: "mta",
  kind: "software",
  recognise: { replies: [{ text: "mtad:", weight: 60 }] },
  rules: [rule("loop", { when: { text: "loops back" }, cause: "mail_loop" })]
})

const ask = (text: string, hints?: Hints) =>
  Effect.gen(function*() {
    const { outcome, read, success, verdicts } = yield* explain(yield* Packs, text, hints)
    return { outcome, read, success, causes: verdicts.map(({ cause, confidence }) => `${confidence} ${cause}`) }
  }).pipe(Effect.provide(Packs.layerStatic([acme, rfc, mta])))

describe("explain", () => {
  it.effect.each<[string, string, Hints | undefined, ReadonlyArray<string>]>([
    ["by the provider of the hints", "535 go away", { provider: "ACME365" }, ["certain account_suspended"]],
    ["by a fingerprint in the text", "535 go away [x.PROD.acme.example]", undefined, ["certain account_suspended"]],
    ["not by short words of a provider nobody named", "535 go away", undefined, []],
    ["with less certainty by middling words of an unproven provider", "This mailbox is in the attic", undefined, [
      "likely mailbox_in_use"
    ]],
    ["by unmistakable words of an unproven provider", "Sign-in by password is switched off for the tenant", undefined, [
      "certain basic_auth_retired"
    ]],
    ["not by the rules of one provider for another", "Sign-in by password is switched off for the tenant", {
      provider: "someone-else"
    }, []],
    ["by server software of the hints", "554 5.4.6 loops back", { provider: "mta" }, ["certain mail_loop"]],
    ["by server software that the text shows", "mtad: 554 5.4.6 loops back", {}, ["certain mail_loop"]],
    ["not by short words of a software nobody named", "554 5.4.6 loops back", {}, []],
    [
      "by the innermost reply",
      "530 5.7.57 Go away. Error: 535 5.7.1 Unsuccessful",
      { provider: "acme", phase: "mail" },
      [
        "likely bad_credentials",
        "possible account_locked"
      ]
    ],
    [
      "by the generic pack",
      "Expected response code 250 but got code \"552\", with message \"552 line is too long\"",
      {},
      [
        "certain line_too_long"
      ]
    ],
    ["by a class of codes and words", "550 No room at the inn", {}, ["certain mailbox_full"]],
    ["by the words of a refusal without its code", "No room at the inn", { protocol: "smtp" }, [
      "possible mailbox_full"
    ]],
    ["by the words of a refusal with its enhanced code alone", "4.3.2 No room at the inn", { protocol: "smtp" }, [
      "possible server_temporary_failure"
    ]],
    ["by the words of a refusal for good before those of one for now", "Beds at the inn", { protocol: "smtp" }, [
      "possible server_temporary_failure"
    ]],
    ["not as a refusal by words of another protocol", "No room at the inn", { protocol: "imap" }, []],
    ["not as a refusal by words of no known protocol", "No room at the inn", {}, []],
    ["not at all by a class of codes", "550 5.7.1 no reason given", { provider: "acme" }, []],
    ["not at all where the protocol is another", "a1 NO sign-in by password is switched off for the tenant", {}, []]
  ])("explains %s", ([_name, text, hints, expected]) =>
    Effect.gen(function*() {
      const explanation = yield* ask(text, hints)
      assert.deepStrictEqual(explanation.causes, expected)
      assert.strictEqual(explanation.outcome, expected.length === 0 ? "unknown" : "explained")
    }))

  it.effect("says what was read, also where nothing explains it", () =>
    Effect.gen(function*() {
      const { read } = yield* ask("Error: Invalid login: 535 5.7.99 Nope [a.prod.acme.example 1]", {})
      assert.deepStrictEqual(read, {
        kind: "reply",
        protocol: "smtp",
        phase: "auth",
        code: 535,
        enhanced: "5.7.99",
        text: "Nope",
        provider: "acme",
        client: "nodemailer"
      })
    }))

  it.effect("says what a success means, and names no cause", () =>
    Effect.gen(function*() {
      const explanation = yield* ask("235 2.7.0 Authentication successful", { provider: "acme" })
      assert.strictEqual(explanation.success, "Signed in.")
      assert.deepStrictEqual([explanation.outcome, explanation.causes], ["explained", []])
      assert.isUndefined((yield* ask("535 2.7.0 x", { provider: "acme" })).success)
    }))

  it.effect("tells of a success what a provider means by it only where the provider is known", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("235 2.7.0 Authentication successful")).success, "Some server said yes.")
      assert.strictEqual((yield* ask("235 2.7.0 Yes", { provider: "elsewhere" })).success, "Some server said yes.")
      assert.isUndefined((yield* ask("235 Yes")).success)
    }))

  it.effect("marks facts as stale by the clock", () =>
    Effect.gen(function*() {
      const packs = Packs.layerStatic([pack({
        kind: "generic",
        sources: { A: { url: "https://example.com", title: "A", asOf: "2026-01-01", reviewBy: "2026-06-30" } },
        rules: [rule("a", { sources: ["A"] })]
      })])
      const stale = Effect.gen(function*() {
        return (yield* explain(yield* Packs, "words of a")).verdicts[0]?.facts[0]?.stale
      }).pipe(Effect.provide(packs))
      yield* TestClock.setTime(Date.UTC(2026, 5, 30))
      assert.isUndefined(yield* stale)
      yield* TestClock.setTime(Date.UTC(2026, 6, 1))
      assert.isTrue(yield* stale)
    }))
})

describe("words that several servers use", () => {
  const words = "the recipient table of this server has no such row"
  const software = (id: string, text: string) =>
    pack({
      id,
      kind: "software",
      recognise: { replies: [{ text: `${id}:`, weight: 60 }] },
      rules: [rule("row", { when: { text } })]
    })
  const packs = Packs.layerStatic([
    software("short", words.slice(0, 30)),
    software("long", words),
    software("mute", "what this server never says in any other case"),
    pack({
      id: "host",
      recognise: { replies: [{ text: "mx.host.example", weight: 60 }] },
      rules: [rule("row", { when: { text: "no such row" } })]
    })
  ])

  it.effect.each<[string, string, Hints, string]>([
    ["the longest wording where none is known", words, {}, "long"],
    ["software that is recognised", `short: ${words}`, {}, "short"],
    ["software that the asker names", words, { provider: "short" }, "short"],
    ["other software where the known one has no rule", words, { provider: "mute" }, "long"],
    ["a provider that is recognised", `mx.host.example short: ${words}`, {}, "host"],
    [
      "named software that says more than a recognised provider",
      `mx.host.example ${words}`,
      { provider: "short" },
      "short"
    ]
  ])("are those of %s", ([, text, hints, id]) =>
    Effect.gen(function*() {
      const { verdicts: [first] } = yield* explain(yield* Packs, `550 ${text}`, hints)
      assert.strictEqual(first?.rule, `${id}/row`)
    }).pipe(Effect.provide(packs)))
})

describe("the protocol of the hints", () => {
  const delivery = pack({
    id: "delivery",
    kind: "generic",
    rules: [
      rule("at-exchanger", { when: { service: "mx", phase: "rcpt", text: "no such row in this table" } }),
      rule("at-store", { when: { service: "lmtp", phase: "rcpt", text: "no such row in this table" } })
    ]
  })

  it.effect.each<[string, string, string]>([
    ["mx", "smtp", "delivery/at-exchanger"],
    ["lmtp", "lmtp", "delivery/at-store"]
  ])("says that %s is meant", ([protocol, spoken, expected]) =>
    Effect.gen(function*() {
      const text = "550 no such row in this table"
      const { read, verdicts } = yield* explain(yield* Packs, text, { protocol, phase: "rcpt" })
      assert.deepStrictEqual(verdicts.map(({ rule: of }) => of), [expected])
      assert.strictEqual(read.protocol, spoken)
    }).pipe(Effect.provide(Packs.layerStatic([delivery]))))
})
