/** What mail programs and libraries say in their own words, without a reply of the server, and neighbours of it. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const table: ReadonlyArray<readonly [Cause, string]> = [
  ["auth_required", "smtplib.SMTPSenderRefused: (503, 'Error: need EHLO and AUTH first !', 'a@b.example')"],
  ["wrong_protocol", "unexpected response: b'220 mx.example ESMTP'"],
  ["bad_credentials", "imaplib.IMAP4.error: b'LOGIN failed.' Data: [b'LOGIN failed.']"],
  ["protocol_violation", "ImapProtocolException: Syntax error in FETCH. Unexpected token: [eoln]"],
  ["oauth_refresh_token_expired", "Authorisation has expired. Connect the mailbox again"],
  ["bad_credentials", "Send/Receive error 0x800CCC92 for account work"],
  ["bad_credentials", "fetchmail: Authorization failure on a@pop.example.net; Query status=3 (AUTHFAIL)"],
  ["bad_credentials", "The user name or password for \"mail.example.net\" is incorrect."],
  ["bad_credentials", "Login on imap.example.net as work failed"],
  ["connect_timeout", "Mail could not be sent: connection to Outgoing server (SMTP) mail.example.net timed out"],
  ["dns_nxdomain", "0x800CCC0D: Cannot find the e-mail server."],
  ["connection_lost", "jakarta.mail.StoreClosedException: * BYE JavaMail Exception"],
  ["connection_lost", "msg=\"notify failed\" component=mail error=EOF attempt=2"],
  ["reply_timeout", "0x8004210A while fetching from POP3"],
  ["tls_port_spoken_plaintext", "Could not connect to SMTP host: mx.example.net, port: 465, response: -1"],
  ["connection_lost", "Could not connect to SMTP host: mx.example.net, port: 587, response: -1"],
  ["tls_handshake_failed", "imap_open(): TLS/SSL failure for mx.example.net: SSL negotiation failed"],
  ["plaintext_port_spoken_tls", "SSL_connect state=SSLv2/v3 read server hello A: unknown protocol"],
  ["plaintext_port_spoken_tls", "sendmail: TLS handshake failed: An unexpected TLS packet was received."],
  ["cert_untrusted_root", "Cannot Verify Server Identity for mail.example.net"],
  ["cert_expired", "mpop: certificate 1 of 3 has expired"],
  ["auth_mechanism_unsupported", "Failed to find an authenticator supported by the SMTP server"],
  ["auth_not_offered", "*** Host did not advertise authentication"],
  ["auth_required", "ArgumentError: SMTP-AUTH requested but missing user name"],
  ["sender_syntax_invalid", "An SMTP From address is required to send a message."],
  ["recipient_syntax_invalid", "An SMTP To address is required to send a message."],
  ["folder_not_found", "javax.mail.FolderNotFoundException: Sent"],
  ["command_sequence_error", "MailKit.ServiceNotConnectedException: The ImapClient is not connected."],
  ["wrong_protocol", "Unexpected greeting from server: 220 mx.example.net ESMTP"],
  ["delivery_in_doubt", "SMTP ERROR: DATA END command failed:\nSMTP Error: data not accepted."],
  ["graph_permission_missing", "sendMail: Access is denied. Check credentials and try again."],
  ["mailbox_in_use", "POP3 lock busy! Is another session active?"],
  ["mailbox_in_use", "Error: x\n  type: 'no',\n  textCode: 'INUSE',\n  source: 'protocol'"],
  ["mailbox_permission_missing", "responseText: 'x',\n  serverResponseCode: 'NOPERM'"],
  ["command_syntax_error", "imaplib.IMAP4.error: FETCH command error: BAD [b'[CLIENTBUG] FETCH Bad sequence']"],
  ["message_too_large", "could not append to folder Sent: 17 [TOOBIG] too much"],
  ["oauth_token_invalid", "XOAUTH2: BAD ['Client aborted AUTHENTICATE command.']"],
  [
    "ip_blocklisted",
    "554 example.net bizsmtp Connection refused from 192.0.2.1. See http://csi.cloudmark.com/reset-request"
  ],
  [
    "bad_credentials",
    "Error { kind: Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, detail: Five }) }"
  ]
]

const bare: ReadonlyArray<readonly [Cause, string]> = [
  ["connect_timeout", "{ errno: -4039, code: 'ESOCKET', syscall: 'connect', port: 587 }"],
  ["connect_refused", "{\"errno\":-4078,\"syscall\":\"connect\"}"],
  ["network_unreachable", "errno: -101, syscall: 'connect'"],
  ["connection_lost", "errno: -104, syscall: 'read'"],
  ["dns_temporary_failure", "errno: -3001, syscall: 'getaddrinfo'"],
  ["connect_refused", "Io(Os { message: \"os error 111\" })"],
  ["connection_lost", "caused by java.io.EOFException"],
  ["bad_credentials", "sendMail failed with code EAUTH"],
  ["tls_handshake_failed", "caused by javax.net.ssl.SSLHandshakeException"],
  ["cert_untrusted_root", "CertPathBuilderException"],
  ["server_temporary_failure", "HTTP/1.1 503 Service Unavailable"],
  ["graph_permission_missing", "POST https://graph.microsoft.com/v1.0/users/a/sendMail: 403 Forbidden"],
  ["auth_not_offered", "Invalid login - 502 unimplemented (#5.5.1)"],
  ["recipient_disabled", "554 Message rejected: Address blacklisted."]
]

const neighbours: ReadonlyArray<readonly [Cause, string]> = [
  ["connect_timeout", "cannot connect to your outgoing server: TLS certificate is not trusted"],
  ["bad_credentials", "imap_open(): Authentication failed; TLS/SSL failure for mx.example.net: SSL negotiation failed"],
  ["bad_credentials", "SMTP NOTICE: EOF caught while checking if connected\nSMTP Error: Could not authenticate."],
  ["connection_lost", "the EOF marker of the file is missing"],
  ["connect_timeout", "errno: -11045"],
  ["bad_credentials", "the word GREAUTHS has no meaning"],
  ["ip_blocklisted", "554 Message rejected: Address blacklisted."],
  [
    "tls_handshake_failed",
    "*** TLS startup failed (connect(): error:1408F10B:SSL routines:ssl3_get_record:wrong version number)"
  ],
  ["delivery_in_doubt", "SMTP ERROR: DATA END command failed: 550 classified as SPAM\nSMTP Error: data not accepted."],
  ["folder_not_found", "no such file or folder: /etc/mail"],
  [
    "recipient_unknown",
    "The recipient \"a@example.net\" was rejected by the server because it does not allow relaying."
  ]
]

const first = Effect.fnUntraced(function*(text: string) {
  const { verdicts } = yield* explain(yield* Packs, text, {})
  return verdicts[0]
})

describe("words of programs", () => {
  it.effect.each(table)("tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      const verdict = yield* first(text)
      assert.strictEqual(verdict?.cause, cause, verdict?.rule)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect.each(bare)(
    "tell %s from a number or a name, and not as certain: %s",
    ([cause, text]) =>
      Effect.gen(function*() {
        const verdict = yield* first(text)
        assert.strictEqual(verdict?.cause, cause, verdict?.rule)
        assert.notStrictEqual(verdict?.confidence, "certain")
      }).pipe(Effect.provide(Packs.layer))
  )

  it.effect.each(neighbours)("do not tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.notStrictEqual((yield* first(text))?.cause, cause)
    }).pipe(Effect.provide(Packs.layer)))
})
