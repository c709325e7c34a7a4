import { testPack } from "./judged.ts"

testPack("yahoo", [
  [
    "SMTPAuthenticationError: (535, b'5.7.0 (#AUTH005) Too many bad auth attempts.')",
    "auth005-too-many",
    "mfa_app_password_required"
  ],
  ["Invalid login: 535 5.7.0 (#AUTH005) Bad credentials", "auth005-bad-credentials", "bad_credentials"],
  ["a2 NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", "imap-invalid-credentials", "mfa_app_password_required"],
  ["a2 NO [AUTHENTICATIONFAILED] AUTHENTICATE Invalid credentials", "imap-invalid-token", "oauth_token_invalid", {
    mechanism: "XOAUTH2"
  }],
  ["3 NO [LIMIT] LOGIN Rate limit hit.", "imap-rate-limit", "throttled_connections"],
  ["a NO [UNAVAILABLE] AUTHENTICATE Server error", "imap-unavailable", "server_temporary_failure"],
  ["Message failed: 550 Request failed; Mailbox unavailable", "sender-not-own", "send_as_denied"],
  [
    "status=deferred (host mta5.am0.yahoodns.net said: 421 4.7.0 [TSS04] Messages from 198.51.100.3 temporarily deferred due to user complaints - 4.16.55.1 (in reply to MAIL FROM command))",
    "deferred-volume",
    "sender_reputation_block"
  ],
  [
    "553 5.7.2 [TSS11] All messages from 198.51.100.3 will be permanently deferred; Retrying will NOT succeed.",
    "deferred-permanently",
    "sender_reputation_block"
  ],
  [
    "553 5.7.1 [BL21] Connections will not be accepted from 198.51.100.3, because the ip is in Spamhaus's list; see https://postmaster.yahooinc.com/550-bl23",
    "listed-spamhaus",
    "ip_blocklisted"
  ],
  [
    "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM.",
    "sender-unauthenticated",
    "sender_unauthenticated"
  ],
  [
    "554 5.7.9 Message not accepted for policy reasons.  See http://postmaster.yahoo.com/errors/postmaster-28.html",
    "dmarc",
    "dmarc_fail"
  ],
  [
    "554 Message not allowed - [PH01] Email not accepted for policy reasons.",
    "policy-content",
    "spam_content_rejected"
  ],
  [
    "451 Message temporarily deferred due to unresolvable RFC.5321 from domain.",
    "sender-domain",
    "sender_domain_unresolvable"
  ],
  [
    "554 delivery error: dd This user doesn't have a yahoo.co.uk account (joe@yahoo.co.uk) [-5] - mta1207.mail.bf1.yahoo.com",
    "no-such-user",
    "recipient_unknown"
  ],
  [
    "554 30 Sorry, your message to joe@aol.com cannot be delivered. This mailbox is disabled (554.30).",
    "user-disabled",
    "recipient_disabled"
  ]
], [
  [{ domain: "yahoo.com" }, true],
  [{ domain: "aol.com" }, true],
  [{ domain: "sbcglobal.net" }, true],
  [{ domain: "verizon.net" }, true],
  [{ domain: "shop.example", mx: ["mta7.am0.yahoodns.net"] }, true],
  [{ domain: "comcast.net", mx: ["mx-aol.mail.gm0.yahoodns.net"] }, true],
  [{ host: "smtp.mail.yahoo.com" }, true],
  [{ domain: "yahoo.co.jp" }, false]
])
