/** Explanations of texts that are more than one reply. */
import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { pack, rule } from "./fixtures.ts"

const acme = pack({
  recognise: { hosts: [{ suffix: "mail.acme.example", weight: 60 }], replies: [{ text: "acme-trace", weight: 60 }] },
  rules: [
    rule("gone", { when: { text: "no such person" }, cause: "recipient_unknown" }),
    rule("full", { when: { text: "no room left" }, cause: "mailbox_full" }),
    rule("locked", { when: { text: "is locked", phase: "auth" }, cause: "account_locked" })
  ]
})
const generic = pack({
  id: "rfc",
  kind: "generic",
  rules: [rule("expired", { when: { error: "TlsError", reason: "CertificateExpired" }, cause: "cert_expired" })]
})

const ask = (text: string, hints: Hints = {}) =>
  Effect.gen(function*() {
    return yield* explain(yield* Packs, text, hints)
  }).pipe(Effect.provide(Packs.layerStatic([acme, generic])))

const recipient = (name: string, diagnostic: string): string =>
  `Final-Recipient: rfc822; ${name}@b.example\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; mx1.mail.acme.example\nDiagnostic-Code: smtp; ${diagnostic}\n`

describe("explain", () => {
  it.effect("gives each recipient of a bounce its cause", () =>
    Effect.gen(function*() {
      const { outcome, parts, read, verdicts } = yield* ask(
        [
          "Reporting-MTA: dns; a.example\n",
          recipient("one", "550 No such person"),
          recipient("two", "552 No room left"),
          recipient("three", "550 The moon is full")
        ].join("\n")
      )
      assert.deepStrictEqual([outcome, read.kind, read.provider, read.host], [
        "explained",
        "bounce",
        "acme",
        "mx1.mail.acme.example"
      ])
      assert.deepStrictEqual(verdicts.map(({ cause }) => cause), ["recipient_unknown", "mailbox_full"])
      assert.deepStrictEqual(parts?.map((part) => [part.recipient, part.action, part.read.code, part.cause]), [
        ["one@b.example", "failed", 550, "recipient_unknown"],
        ["two@b.example", "failed", 552, "mailbox_full"],
        ["three@b.example", "failed", 550, undefined]
      ])
    }))

  it.effect("explains a bounce by a later recipient where the first is unknown", () =>
    Effect.gen(function*() {
      const { outcome, verdicts } = yield* ask(
        [recipient("three", "550 The moon is full"), recipient("one", "550 No such person")].join("\n")
      )
      assert.deepStrictEqual([outcome, verdicts.map(({ cause }) => cause)], ["explained", ["recipient_unknown"]])
    }))

  it.effect("recognises the provider by the host that spoke", () =>
    Effect.gen(function*() {
      const { read, verdicts } = yield* ask("host mx7.mail.acme.example[192.0.2.1] said: 550 No such person")
      assert.deepStrictEqual([read.provider, verdicts[0]?.cause], ["acme", "recipient_unknown"])
      assert.deepStrictEqual((yield* ask("host mx7.other.example[192.0.2.1] said: 550 No such person")).verdicts, [])
    }))

  it.effect("recognises the provider by what a bounce holds under base64", () =>
    Effect.gen(function*() {
      const body = Buffer.from(
        "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 No such person acme-trace\n"
      ).toString("base64")
      const { read } = yield* ask(
        `Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n${body}\n--b--\n`
      )
      assert.strictEqual(read.provider, "acme")
    }))

  it.effect("explains the typed errors of a report", () =>
    Effect.gen(function*() {
      const { parts, read, verdicts } = yield* ask(JSON.stringify({
        schema: "sonde.report/1",
        provider: { id: "acme" },
        services: [
          { id: "smtp-submission", phases: [{ id: "tls", error: { _tag: "TlsError", reason: "CertificateExpired" } }] },
          {
            id: "imap",
            phases: [{ id: "auth", error: { _tag: "AuthRejected", reply: { status: "NO", text: "It is locked" } } }]
          }
        ]
      }))
      assert.deepStrictEqual([read.kind, read.provider], ["report", "acme"])
      assert.deepStrictEqual(verdicts.map(({ cause }) => cause), ["cert_expired", "account_locked"])
      assert.deepStrictEqual(parts?.map(({ cause, service }) => [service, cause]), [
        ["smtp-submission", "cert_expired"],
        ["imap", "account_locked"]
      ])
    }))

  it.effect("takes words about the situation as hints, and the text's own words before them", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        (yield* ask("550 No such person", { context: "sent by Acme Mail" })).verdicts.map(({ cause }) => cause),
        ["recipient_unknown"]
      )
      assert.deepStrictEqual((yield* ask("It is locked", { context: "Acme Mail, while signing in over IMAP" })).read, {
        kind: "reply",
        protocol: "imap",
        phase: "auth",
        text: "It is locked",
        provider: "acme"
      })
      assert.strictEqual(
        (yield* ask("535 It is locked", { context: "Acme Mail, in reply to MAIL FROM" })).read.phase,
        "auth"
      )
      assert.strictEqual((yield* ask("550 It is locked", { context: "over IMAP" })).read.protocol, "smtp")
    }))

  it.effect("shows no secret of a pasted text", () =>
    Effect.gen(function*() {
      const { read } = yield* ask("login failed: smtp://user:hunter22@smtp.example.com password=hunter22")
      assert.notInclude(JSON.stringify(read), "hunter22")
    }))
})
