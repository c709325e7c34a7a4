/**
 * What many programs say in their own words, without provider: numbers of OpenSSL, proxies on the way, replies that
 * a program cannot read, addresses that are not well formed, and the languages of the users.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const table: ReadonlyArray<readonly [Cause, string]> = [
  ["cert_expired", "tls: certificate verify failed (error number 10)"],
  ["cert_self_signed", "SSL_get_verify_result() returned 18"],
  ["cert_incomplete_chain", "TLS certificate verification failed: verify code 21"],
  ["cert_hostname_mismatch", "certificate verification failed; 62"],
  ["server_temporary_failure", "452 4.3.0 Unable to write message to spool"],
  ["command_syntax_error", "imaplib.IMAP4.error: ENABLE command error: BAD [b'not implemented']"],
  ["bad_credentials", "A1 NO LOGIN user not found"],
  ["bad_credentials", "-ERR user unknown"],
  ["recipient_syntax_invalid", "Net::SMTPSyntaxError: 501 Invalid recipient address"],
  ["recipient_syntax_invalid", "550 Adresse de destinataire invalide"],
  ["recipient_syntax_invalid", "554 Transaction failed: Illegal domain name"],
  ["sender_syntax_invalid", "501 Wrong MAIL FROM address"],
  ["recipient_domain_unresolvable", "unable to resolve MX for example.invalid"],
  ["message_too_large", "554 Transaction failed: Message length is more than 10485760 bytes long: '12345678'."],
  ["message_too_large", "552 Сообщение слишком большое"],
  ["sender_domain_unresolvable", "550 mailbox unavailable. Invalid DNS MX or A/AAAA resource record"],
  ["throttled_rate", "sending failed: 4.7.1 Ratelimit \"asn\" exceeded (451)"],
  ["proxy_denied", "socks connect tcp 127.0.0.1:1080->mx.example.com:587: connection not allowed by ruleset"],
  ["proxy_denied", "curl: (56) Received HTTP code 403 from proxy after CONNECT"],
  ["proxy_denied", "[proxychains] Dynamic chain  ...  192.0.2.1:20000  ...  192.0.2.9:993 <--denied"],
  ["proxy_sign_in_refused", "java.net.SocketException: SOCKS : authentication failed"],
  ["proxy_sign_in_refused", "curl: (97) User was rejected by the SOCKS5 server (1 1)."],
  ["proxy_unreachable", "java.net.SocketException: Can't connect to SOCKS proxy:Connection refused"],
  [
    "protocol_violation",
    "MailKit.Net.Imap.ImapProtocolException: Syntax error in LIST response. Unexpected token: NIL"
  ],
  ["protocol_violation", "in response-data: imapwire: expected ' ', got \"(\""],
  ["greeting_rejected", "Syntax error in IMAP server greeting. Unexpected token: [atom: 421]"],
  ["command_sequence_error", "503 5.5.1 TLS already active"],
  ["command_sequence_error", "503 You are already authenticated"],
  ["helo_invalid", "501 5.0.0 EHLO requires domain address"],
  ["recipient_restricted", "Die Zustellung an diese Adresse ist eingeschränkt."],
  ["server_temporary_failure", "login error: \"-ERR [SYS/TEMP] try later\""],
  ["greeting_timeout", "conversation with mx.example.com timed out while receiving the initial server greeting"],
  ["greeting_timeout", "IMAP greeting timeout"],
  ["reply_timeout", "SMTP timeout while connected to mx.example.com [192.0.2.1] after RCPT"],
  ["wrong_protocol", "poplib.error_proto: b'220 mail.example.com ESMTP'"],
  ["wrong_protocol", "Unexpected SMTP greeting: * OK Dovecot ready."],
  ["tls_port_spoken_plaintext", "SSL_accept() failed: error:1408F09C:SSL routines:ssl3_get_record:http request"],
  ["must_starttls", "530 Connexion sécurisée requise"],
  ["starttls_unavailable", "500 STARTTLS unknown"],
  ["cert_expired", "证书已过期"],
  ["cert_self_signed", "El certificado está autofirmado"],
  ["cert_hostname_mismatch", "Le certificat ne correspond pas au nom d'hôte"],
  ["cert_untrusted_root", "неизвестный издатель"],
  ["cert_revoked", "gnutls: The certificate chain is revoked."],
  ["client_certificate_required", "550 5.7.1 No client certificate"],
  ["dns_nxdomain", "Le nom distant n'a pas pu être résolu: 'smtp.example.com'"],
  ["dns_nxdomain", "dns.resolver.NXDOMAIN: The DNS query name does not exist: example.invalid."],
  ["dns_temporary_failure", "域名解析暂时失败"],
  ["dns_refused", "DNS query refused: rcode REFUSED"],
  ["dns_resolver_unreachable", "read udp 127.0.0.1:40000->127.0.0.53:53: read: connection refused"],
  ["connect_refused", "接続を拒否されました"],
  ["connect_timeout", "Zeitüberschreitung der Verbindung"],
  ["connection_lost", "Une connexion existante a dû être fermée par l'hôte distant"],
  ["network_unreachable", "网络不可达"],
  ["port_blocked", "connect to port 465: Operation not permitted"],
  ["daily_quota_exceeded", "550 Превышен суточный лимит отправки"],
  ["mailbox_full", "552 邮箱空间已满"],
  ["recipient_unknown", "550 Destinataire inconnu"],
  ["relay_denied", "550 Relais refusé"],
  ["throttled_connections", "421 Слишком много соединений"],
  ["recipient_limit", "452 Demasiados destinatarios"],
  ["greylisted", "450 Серый список: повторите позже"],
  ["helo_invalid", "501 5.5.2 Invalid hostname in HELO command"],
  ["greeting_rejected", "* BYE Your address is banned"],
  ["tls_policy_unmet", "num=65:no matching TLSA records"],
  ["tls_policy_unmet", "could not fetch the MTA-STS policy of example.net: error 404"],
  ["bad_credentials", "< S: 535 5.7.8 Error\n> E: login password is not valid"],
  ["connection_lost", "socket disconnected while data was getting transferred"],
  ["starttls_unavailable", "Der Server unterstützt keine sicheren Verbindungen."],
  ["cert_hostname_mismatch", "Certificate failure for mx.example.com: Server name does not match certificate: /CN=x"],
  ["connect_timeout", "imap_open(): Can't connect to mx.example.com,993: Timed out (60)"],
  ["mailbox_permission_missing", "a1 NO Insufficient rights to this folder"],
  ["server_misconfigured", "a1 NO Mailbox is corrupt"],
  ["protocol_violation", "lettre: response error: incomplete reply"],
  ["recipient_syntax_invalid", "lettre::address::AddressError: Invalid email user"],
  ["auth_mechanism_unsupported", "ArgumentError: SMTP-AUTH requested but server does not support plain"],
  ["message_format_invalid", "ValueError: Header values can't contain newlines (got 'x')"],
  ["connect_refused", "The connection was refused when attempting to contact the mail server."],
  [
    "smtputf8_unsupported",
    "UnicodeEncodeError: 'ascii' codec can't encode characters in position 0-3: ordinal not in range(128)"
  ],
  ["content_not_supported", "550 CHUNKING is required for this message"],
  ["arc_fail", "550 ARC chain is broken"],
  ["sender_software_outdated", "450 4.7.230 Connecting Exchange server version is out-of-date"],
  ["security_feature_failed", "550 REQUIRETLS is unsupported here"],
  ["account_not_activated", "550 Your account has not been verified"],
  ["address_denied", "connections to private addresses are refused"],
  ["starttls_injection", "STARTTLS: extra data before the handshake"],
  ["account_locked", "535 Cuenta bloqueada temporalmente"],
  ["account_suspended", "535 Учетная запись заблокирована"],
  ["password_expired", "535 密码已过期"],
  ["mfa_app_password_required", "535 Mot de passe d'application requis"],
  ["imap_disabled", "NO Доступ по IMAP отключен"],
  ["throttled_logins", "535 Demasiados intentos de inicio de sesión"],
  ["send_as_denied", "553 Remitente no autorizado"],
  ["sender_domain_unresolvable", "550 Domaine de l'expéditeur inexistant"],
  ["ip_blocklisted", "550 Ваш IP-адрес в черном списке"],
  ["no_reverse_dns", "550 Pas d'enregistrement PTR"],
  ["session_timeout", "421 Zeitüberschreitung, Verbindung wird geschlossen"],
  ["server_temporary_failure", "451 系统繁忙，请稍后再试"],
  ["connection_lost", "Unexpected end of stream"],
  ["proxy_unreachable", "Le serveur proxy ne répond pas"],
  ["oauth_token_expired", "Das Zugriffstoken ist abgelaufen"],
  ["command_sequence_error", "-ERR Command not valid in transaction state"],
  ["user_not_found", "Resource 'a' does not exist or one of its queried reference-property objects are not present."],
  ["tls_version_too_old", "Authentication failed because the remote party sent a TLS alert: 'ProtocolVersion'."],
  ["tls_cipher_mismatch", "Authentication failed because the remote party sent a TLS alert: 'HandshakeFailure'."],
  ["tls_handshake_failed", "Authentication failed because the remote party has closed the transport stream."],
  [
    "tls_handshake_failed",
    "AuthenticationException: Fehler, da die Gegenseite den Transportdatenstrom geschlossen hat."
  ],
  ["connection_lost", "SMTP Error: Called EHLO without being connected"],
  ["oauth_client_unknown", "The client does not exist or is not enabled for consumers."],
  [
    "sender_verify_failed",
    "450 4.1.7 <a@example.org>: Sender address rejected: unverified address: host mx.example.org[192.0.2.5] said: " +
    "550 5.1.1 User unknown (in reply to RCPT TO command)"
  ],
  [
    "tls_version_too_old",
    "imap-login: Disconnected (no auth attempts in 0 secs): user=<>, rip=192.0.2.1, lip=192.0.2.2, TLS handshaking: " +
    "SSL_accept() failed: error:1408F10B:SSL routines:tls_early_post_process_client_hello:unsupported protocol"
  ]
]

const neighbours: ReadonlyArray<readonly [Cause, string]> = [
  ["cert_expired", "certificate verification failed; 20"],
  ["bad_credentials", "550 5.1.1 user not found"],
  ["recipient_syntax_invalid", "550 5.1.1 Invalid recipient address"],
  ["message_too_large", "452 more than 20 recipients"],
  ["proxy_sign_in_refused", "535 5.7.8 authentication failed"],
  ["protocol_violation", "Unexpected token < in JSON at position 0"],
  ["command_sequence_error", "421 too many sessions, user already logged in"],
  ["helo_invalid", "503 AUTH requires EHLO first"],
  ["greeting_timeout", "421 4.4.2 timeout waiting for a command"],
  ["wrong_protocol", "response 220 mx.example.com ESMTP"],
  ["dns_refused", "dial tcp 192.0.2.1:587: connect: connection refused"],
  ["greeting_rejected", "* BYE Session idle for too long, not allowed"],
  ["recipient_unknown", "535 用户不存在"],
  ["account_suspended", "535 Konto gesperrt wegen zu vieler Versuche"],
  ["command_syntax_error", "-ERR Command not permitted now"],
  ["ip_blocklisted", "250 Vous n'êtes pas sur liste noire"],
  ["command_sequence_error", "-ERR user already logged in"],
  ["recipient_restricted", "Nachrichten an diesen Empfänger kommen nicht an"],
  ["smtputf8_unsupported", "codec can't decode byte 0xe4"],
  ["tls_policy_unmet", "DANE TLSA records found, trying without TLS"]
]

const first = Effect.fnUntraced(function*(text: string) {
  const { verdicts } = yield* explain(yield* Packs, text, {})
  return verdicts[0]?.cause
})

describe("families", () => {
  it.effect.each(table)("tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* first(text), cause)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect.each(neighbours)("do not tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.notStrictEqual(yield* first(text), cause)
    }).pipe(Effect.provide(Packs.layer)))
})
