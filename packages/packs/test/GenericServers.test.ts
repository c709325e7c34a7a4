/** Lines of mail servers' own logs and answers of sending services, and neighbours that mean something else. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const table: ReadonlyArray<readonly [Cause, string]> = [
  ["sender_domain_unresolvable", "sm-mta[7]: to=<a@b.example>, dsn=5.6.0, stat=Data format error"],
  ["policy_rejected", "sm-mta[7]: to=<a@b.example>, dsn=5.0.0, stat=Service unavailable"],
  ["server_misconfigured", "doveconf: Fatal: Error in configuration file /etc/dovecot/conf.d/10-ssl.conf line 2"],
  ["command_syntax_error", "535 5.5.2 Cannot decode AUTH answer"],
  ["server_temporary_failure", "a1 NO The server is going down, bye"],
  ["server_misconfigured", "postfix/smtp[9]: fatal: open database /etc/postfix/relay.db: No such file or directory"],
  ["server_misconfigured", "warning: hash:/etc/virtual is unavailable. open database /etc/virtual.db: No such file"],
  ["server_misconfigured", "imap(a): Error: Namespace '': Mail storage autodetection failed with home=/srv/a"],
  ["auth_backend_failure", "auth: Error: ldap(a): Connection appears to be hanging, reconnecting"],
  ["auth_backend_failure", "imap-login: Error: auth: connect(login) in directory /run failed: Permission denied"],
  ["bad_credentials", "auth-worker(9): sql(a,192.0.2.1): Password mismatch"],
  ["bad_credentials", "imapd: LOGIN FAILED, user=a, ip=[::ffff:192.0.2.1]"],
  ["bad_credentials", "IMAP error: Mail server denied authentication."],
  ["account_suspended", "auth: pam(a): pam_authenticate() failed: User account has expired"],
  ["throttled_connections", "master: Warning: service(pop3-login): process_limit (50) reached"],
  ["mailbox_full", "maildir delivery failed: error writing message: Disk quota exceeded"],
  ["server_storage_full", "error writing message: No space left on device"],
  ["mail_loop", "SYSERR(root): MX list for example.net. points back to mx.example.net"],
  ["next_hop_unreachable", "550 - Tried all MXs example.net"],
  ["message_format_invalid", "451 See http://pobox.com/~djb/docs/smtplf.html."],
  ["dns_temporary_failure", "mail: [Errno -3] Try again"],
  ["sender_identity_unverified", "422 The 'From' address is no Sender Signature of this server"],
  ["sandbox_restriction", "550 with the demo domain mail goes to your own email alone"],
  ["bad_credentials", "{\"statusCode\":401,\"message\":\"Invalid API key\"}"],
  ["account_sending_blocked", "421 mg.example.net may not send: The domain is disabled"],
  ["recipient_disabled", "550 a@example.net is on the suppression list"],
  ["spam_content_rejected", "554 5.7.0 Reject, id=00001-02 - INFECTED: Eicar"],
  ["policy_rejected", "450 4.7.1 <a@example.net>: Recipient address rejected: site policies, later"]
]

const neighbours: ReadonlyArray<readonly [Cause, string]> = [
  ["recipient_unknown", "auth: passwd-file(a,192.0.2.1): unknown user"],
  ["recipient_disabled", "550 rejected: the account has been suspended for outgoing mail"],
  ["bad_credentials", "imap-login: Error: auth: connect(login) failed: Connection refused"],
  ["server_storage_full", "452 4.2.2 mailbox is full"],
  ["auth_required", "501 5.1.7 Unauthenticated sender domain not verified"],
  ["policy_rejected", "550 5.1.1 <a@example.net>: Recipient address rejected: User unknown"]
]

const first = Effect.fnUntraced(function*(text: string) {
  const { verdicts } = yield* explain(yield* Packs, text, {})
  return verdicts[0]
})

describe("logs of servers and answers of services", () => {
  it.effect.each(table)("tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      const verdict = yield* first(text)
      assert.strictEqual(verdict?.cause, cause, verdict?.rule)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect.each(neighbours)("do not tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.notStrictEqual((yield* first(text))?.cause, cause)
    }).pipe(Effect.provide(Packs.layer)))
})
