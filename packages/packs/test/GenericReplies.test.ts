/** Wordings of many servers that no provider's pack is needed for, and pairs of words that are easily confused. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const table: ReadonlyArray<readonly [Cause, ReadonlyArray<string>]> = [
  ["must_starttls", [
    "530 Must issue STARTTLS first.",
    "530 A SSL/TLS-connection is required for authentication.",
    "550 5.7.29 This message was blocked because it wasn't sent over a TLS connection.",
    "-ERR STLS is required.",
    "a1 NO [PRIVACYREQUIRED] Cleartext authentication disallowed on non-secure (SSL/TLS) connections."
  ]],
  ["starttls_unavailable", [
    "4.7.4 TLS is required, but was not offered by host mx.example.net[192.0.2.1]",
    "454 4.7.0 TLS not available due to local problem"
  ]],
  ["auth_mechanism_unsupported", [
    "503 5.3.3 AUTH mechanism CRAM-MD5 not available",
    "504 5.7.4 XOAUTH is no longer supported",
    "504 5.5.4 NTLM authentication mechanism not supported"
  ]],
  ["oauth_token_expired", ["535 5.7.8 OAuth token expired."]],
  ["throttled_logins", [
    "535 Authentication failed. Too many invalid logon attempts.",
    "535 5.7.0 Too many bad auth attempts."
  ]],
  ["session_timeout", [
    "421 4.4.1 Connection timed out",
    "421 4.4.2 mx.example.net Error: timeout exceeded",
    "421 4.4.1 timeout waiting for input from client.example.net",
    "451 4.4.2 Timeout - closing connection.",
    "421 4.7.0 Connection expired, try reconnecting."
  ]],
  ["throttled_connections", [
    "421 4.3.2 Too many open connections.",
    "a1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded"
  ]],
  ["throttled_rate", [
    "450 4.2.1 Peak SMTP relay limit exceeded for this customer. This is a temporary error.",
    "a1 NO [OVERQUOTA] Account exceeded command or bandwidth limits."
  ]],
  ["recipient_rate_limited", ["450 4.2.1 The user you are trying to contact is receiving email too quickly."]],
  ["helo_invalid", ["450 4.7.1 <client.example>: Helo command rejected: Host not found"]],
  ["sender_unauthenticated", ["550 5.7.26 This email has been blocked because the sender is unauthenticated."]],
  ["spf_fail", ["550 5.7.27 This message was blocked because it didn't pass SPF authentication."]],
  ["dkim_fail", ["550 5.7.30 This message was blocked because it didn't pass DKIM authentication."]],
  ["dmarc_fail", ["550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy."]],
  ["send_as_denied", ["551 5.7.1 Not authorised to send from this header address"]],
  ["sender_domain_unresolvable", ["451 Message temporarily deferred due to unresolvable RFC.5321 from domain."]],
  ["account_sending_blocked", ["554 5.1.8 Email Outgoing Blocked", "550 5.4.6 Unusual sending activity detected."]],
  ["mailbox_full", ["550 Mailbox unavailable / user is over quota", "552 5.2.2 mailbox size limit exceeded"]],
  ["imap_disabled", ["-ERR [SYS/PERM] Your account is not enabled for POP access."]],
  ["wrong_endpoint", ["a1 NO [REFERRAL imap://a@imap2.example.net/] LOGIN failed"]],
  ["server_storage_full", ["452 4.3.1 Mail system full, try again later."]],
  ["command_syntax_error", [
    "500 5.5.1 Command unrecognized: \"XYZ\"",
    "502 5.5.1 Unrecognized command.",
    "521 Command line too long"
  ]],
  ["recipient_limit", ["452 4.5.3 Error: too many recipients"]]
]

describe.each(table)("%s", (cause, rows) => {
  it.effect.each([...rows])("is the first cause of: %s", (text) =>
    Effect.gen(function*() {
      const { verdicts: [first] } = yield* explain(yield* Packs, text)
      assert.strictEqual(first?.cause, cause, first?.rule)
    }).pipe(Effect.provide(Packs.layer)))
})
