/**
 * How receivers word a refusal that has no code of its own: phrases and single words that tell the cause, and
 * neighbours that use the same words for something else.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const table: ReadonlyArray<readonly [Cause, string]> = [
  ["recipient_domain_unresolvable", "550 <a@dom.example>... Host unknown (Name server: dom.example: no data known)"],
  ["message_format_invalid", "554 The header is too large"],
  ["ip_blocklisted", "550 Mail from 198.51.100.7 is being blocked here"],
  ["policy_rejected", "550 <a@dom.example>: sender rejected"],
  ["recipient_unknown", "550 <a@dom.example>: recipient rejected"],
  ["recipient_unknown", "550 E77 account not exist"],
  ["policy_rejected", "550 We don't accept mail from this domain"],
  ["spf_fail", "554 MAIL FROM mismatches client IP"],
  ["spam_content_rejected", "554 Infected message, virus detected: W32"],
  ["sender_verify_failed", "550 The sender does not exist"],
  ["daily_quota_exceeded", "552 outbound email limit reached for this account"],
  ["command_syntax_error", "421 4.7.0 Too many invalid commands"],
  ["recipient_restricted", "550 You have no permission to send to this group"],
  ["policy_rejected", "550 5.7.1 Submission blocked due to rule 12"],
  ["server_temporary_failure", "451 transient queue problem"],
  ["server_temporary_failure", "421 Please come back later"],
  ["sender_identity_unverified", "550 The domain dom.example is not activated"],
  ["policy_rejected", "550 5.7.1 Delivery refused"],
  ["recipient_unknown", "550 Nobody by that name here"],
  ["recipient_unknown", "550 5.1.1 <a@example.net>: nonexistent mailbox"],
  ["recipient_unknown", "553 Mailbox (a@example.net) was not found on this host"],
  ["recipient_unknown", "550 <b@example.net> unknown"],
  ["recipient_unknown", "550 unable to verify recipient c@example.net"],
  ["recipient_unknown", "550 destinatario sconosciuto"],
  ["recipient_unknown", "550 mailbox d@example.net currently not available"],
  ["recipient_disabled", "550 This person no longer works here"],
  ["recipient_disabled", "554 5.2.1 the mailbox is frozen"],
  ["recipient_disabled", "550 Mailbox locked or suspended"],
  ["recipient_restricted", "550 5.7.1 this closed list takes posts of subscribers"],
  ["recipient_restricted", "550 Rejected by recipient: your address is unwanted"],
  ["recipient_restricted", "554 user has blocked you"],
  ["mailbox_full", "552 5.7.0 user is exceeding their quota by 3 MB"],
  ["mailbox_full", "450 disk quota exceeded for e@example.net"],
  ["mailbox_full", "550 Mailbox unavailable / user is over quota"],
  ["sender_domain_unresolvable", "553 we take nothing without a valid sender domain"],
  ["sender_syntax_invalid", "501 null sender refused here"],
  ["ip_not_authorized", "554 you are in a dialup range, go through your provider"],
  ["spf_fail", "550 198.51.100.7 is not permitted to send mail from example.org"],
  ["sender_reputation_block", "550 too many bounces from your network"],
  ["ip_blocklisted", "554 connecting IP is listed on rbl.example.net"],
  ["ip_blocklisted", "521 198.51.100.7 is blocked by local admin list"],
  ["ip_blocklisted", "550 client IP range unwelcome"],
  ["domain_blocklisted", "550 your domain has been blacklisted by us"],
  ["spam_content_rejected", "550 bulk email is not taken"],
  ["spam_content_rejected", "554 mail content violates terms"],
  ["spam_content_rejected", "552 macro in document"],
  ["auth_required", "550 you must log in before you can send"],
  ["throttled_rate", "451 please slow down"],
  ["server_temporary_failure", "450 load average is over 20"],
  ["server_misconfigured", "550 no home directory for f"],
  ["mail_loop", "554 5.4.6 alias loop at example.net"],
  ["message_format_invalid", "554 5.7.9 illegal header in mail"],
  ["no_reverse_dns", "554 missing PTR for 198.51.100.7"],
  ["policy_rejected", "554 your country is not served"],
  ["dkim_fail", "550 domain keys did not match"]
]

const neighbours: ReadonlyArray<readonly [Cause, string]> = [
  ["ip_blocklisted", "Could not connect to smtp.example.com: outgoing port 25 is blocked by your firewall"],
  ["recipient_disabled", "535 5.7.8 Authentication failed: account is disabled"],
  ["recipient_disabled", "535 5.7.0 user is suspended"],
  ["spam_content_rejected", "please look into your junk mail folder"],
  ["spam_content_rejected", "the message content was saved"],
  ["spam_content_rejected", "552 attachment too large"],
  ["sender_reputation_block", "spammers are blocked in this forum"],
  ["recipient_unknown", "the user opened the page and it was not found"],
  ["recipient_unknown", "getaddrinfo failed: host mail.example.net doesn't exist"],
  ["recipient_unknown", "550 sender a@example.net unknown"],
  ["recipient_unknown", "535 invalid user name or password"],
  ["mailbox_full", "disk is full"],
  ["server_temporary_failure", "we are under maintenance until Monday"],
  ["policy_rejected", "HTTP/1.1 403 Forbidden: access denied"],
  ["throttled_rate", "421 too many concurrent connections, slow down"]
]

const first = Effect.fnUntraced(function*(text: string) {
  const { verdicts } = yield* explain(yield* Packs, text, {})
  return verdicts[0]
})

describe("phrases of receivers", () => {
  it.effect.each(table)("tell %s, and not as certain: %s", ([cause, text]) =>
    Effect.gen(function*() {
      const verdict = yield* first(text)
      assert.strictEqual(verdict?.cause, cause, verdict?.rule)
      assert.notStrictEqual(verdict?.confidence, "certain")
    }).pipe(Effect.provide(Packs.layer)))

  it.effect.each(neighbours)("do not tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.notStrictEqual((yield* first(text))?.cause, cause)
    }).pipe(Effect.provide(Packs.layer)))
})
