/** What one service of a run proves for another: the rules of the generic pack that go by it. */
import { assert, describe, it } from "@effect/vitest"
import * as Match from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import type { Seen } from "@sonde/packs/Seen"
import * as Effect from "effect/Effect"

const refused = { phase: "auth", error: "AuthRejected", text: "Authentication failed." } as const
const taken = { auth: "pass" } as const

const rows: ReadonlyArray<
  { readonly title: string; readonly seen: Seen; readonly rule: string; readonly cause: string }
> = [
  {
    title: "a password that IMAP took and submission refused",
    seen: { ...refused, service: "smtp-submission", code: 535, enhanced: "5.7.8", services: { imap: taken } },
    rule: "password-right-by-imap-not-for-sending",
    cause: "signin_blocked_by_provider"
  },
  {
    title: "a password that POP3 took and submission refused",
    seen: { ...refused, service: "smtp-submission", code: 535, services: { pop3: { auth: "restored" } } },
    rule: "password-right-by-pop3-not-for-sending",
    cause: "signin_blocked_by_provider"
  },
  {
    title: "a password that submission took and IMAP refused",
    seen: {
      ...refused,
      service: "imap",
      status: "NO",
      code: "AUTHENTICATIONFAILED",
      services: { "smtp-submission": taken }
    },
    rule: "password-right-for-sending-not-for-imap",
    cause: "imap_disabled"
  },
  {
    title: "a password that submission took and POP3 refused",
    seen: { ...refused, service: "pop3", status: "-ERR", code: "AUTH", services: { "smtp-submission": taken } },
    rule: "password-right-for-sending-not-for-pop3",
    cause: "imap_disabled"
  },
  {
    title: "a password that IMAP took and POP3 refused",
    seen: { ...refused, service: "pop3", status: "-ERR", code: "AUTH", services: { imap: taken } },
    rule: "password-right-by-imap-not-for-pop3",
    cause: "imap_disabled"
  },
  {
    title: "a password that POP3 took and IMAP refused",
    seen: { ...refused, service: "imap", status: "NO", code: "AUTHENTICATIONFAILED", services: { pop3: taken } },
    rule: "password-right-by-pop3-not-for-imap",
    cause: "imap_disabled"
  },
  {
    title: "a password that IMAP took and ManageSieve refused",
    seen: { ...refused, service: "sieve", status: "NO", services: { imap: taken } },
    rule: "password-right-by-imap-not-for-sieve",
    cause: "signin_blocked_by_provider"
  },
  {
    title: "a sending port that gives no answer, where IMAP connects",
    seen: {
      service: "smtp-submission",
      phase: "connect",
      error: "ConnectError",
      reason: "Timeout",
      text: "",
      services: { imap: { connect: "pass" } }
    },
    rule: "sending-port-blocked-reading-open",
    cause: "port_blocked"
  },
  {
    title: "TLS that breaks for sending and works for IMAP",
    seen: {
      service: "smtp-submission",
      phase: "tls",
      error: "TlsError",
      reason: "Reset",
      text: "",
      services: { imap: { tls: "pass" } }
    },
    rule: "tls-fine-for-reading-broken-for-sending",
    cause: "server_misconfigured"
  }
]

describe("evidence of another service", () => {
  it.effect.each(rows)("names $title", ({ cause, rule, seen }) =>
    Effect.gen(function*() {
      // Dovecot's own words for a refusal come first but for what they are contradicted by.
      const knowledge = yield* (yield* Packs).knowledge(undefined, ["dovecot"])
      const hits = Match.match(knowledge, seen)
      const [first] = hits
      const decides = hits.find((hit) => first !== undefined && hit.rule.beats?.includes(first.rule.cause)) ?? first
      assert.strictEqual(decides?.rule.id, rule)
      assert.strictEqual(decides?.rule.cause, cause)
      const alone = Match.match(knowledge, { ...seen, services: {} })
      assert.isFalse(alone.some((hit) => hit.rule.id === rule))
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("leaves what a reply names certainly, such as a locked account", () =>
    Effect.gen(function*() {
      const knowledge = yield* (yield* Packs).knowledge(undefined, [])
      const [first] = Match.match(knowledge, {
        ...refused,
        service: "imap",
        status: "NO",
        text: "Account is temporarily locked due to too many failed attempts",
        services: { "smtp-submission": taken }
      })
      assert.strictEqual(first?.rule.cause, "account_locked")
    }).pipe(Effect.provide(Packs.layer)))
})
