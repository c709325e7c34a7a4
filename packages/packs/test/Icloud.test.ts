import { testPack } from "./judged.ts"

testPack("icloud", [
  ["535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "app-password", "mfa_app_password_required"],
  ["imaplib.error: b'[AUTHENTICATIONFAILED] Authentication Failed'", "imap-app-password", "mfa_app_password_required"],
  [
    "SMTPSenderRefused: (550, b'5.7.0 From address is not one of your addresses', 'a@shop.example')",
    "sender-not-own",
    "send_as_denied"
  ],
  ["550 5.1.1 <joe@me.com>: inactive email address", "recipient-inactive", "recipient_disabled"],
  ["550 5.1.1 unknown or illegal alias: joe@icloud.com", "recipient-unknown", "recipient_unknown"],
  ["552 5.2.2 <joe@icloud.com>: user is over quota", "mailbox-full", "mailbox_full"],
  [
    "554 5.7.1 Your message was rejected due to shop.example's DMARC policy. See https://support.apple.com/en-us/HT204137",
    "dmarc",
    "dmarc_fail"
  ],
  [
    "554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks.",
    "hide-my-email",
    "sender_unauthenticated"
  ],
  ["550 5.7.1 [CS01] Message rejected due to local policy.", "local-policy", "spam_content_rejected"],
  ["550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=198.51.100.4", "listed-proofpoint", "ip_blocklisted"],
  [
    "421 4.7.1 Messages to joe@icloud.com deferred due to excessive volume. Try again later",
    "excessive-volume",
    "throttled_rate"
  ],
  [
    "450 4.1.8 <www-data@host.invalid>: Sender address rejected: Domain not found",
    "sender-domain",
    "sender_domain_unresolvable"
  ]
], [
  [{ domain: "icloud.com" }, true],
  [{ domain: "mac.com" }, true],
  [{ domain: "shop.example", mx: ["mx01.mail.icloud.com", "mx02.mail.icloud.com"] }, true],
  [{ host: "p42-smtp.mail.me.com" }, true],
  [{ domain: "some.com" }, false]
])
