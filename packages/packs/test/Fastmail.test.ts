import { testPack } from "./judged.ts"

testPack("fastmail", [
  ["Invalid login: 535 5.7.0 Incorrect username, password or access token", "bad-credentials", "bad_credentials"],
  ["a NO Incorrect username, password or access token.", "bad-credentials", "bad_credentials"],
  ["535 5.7.0 Incorrect username, password or access token", "bad-token", "oauth_token_invalid", {
    mechanism: "XOAUTH2"
  }],
  [
    "535 5.7.0 Sorry, you need to create an app password to use this service",
    "app-password",
    "mfa_app_password_required"
  ],
  [
    "SMTPDataError: (551, b'5.7.1 Not authorised to send from this header address')",
    "sender-not-own",
    "send_as_denied"
  ],
  ["a NO [AUTHENTICATIONFAILED] Authentication failed", "imap-bad-credentials", "bad_credentials"],
  ["452 4.2.2 Over quota", "over-quota", "mailbox_full", { phase: "rcpt", protocol: "smtp" }]
], [
  [{ domain: "fastmail.com" }, true],
  [{ domain: "fastmail.fm" }, true],
  [{ domain: "shop.example", mx: ["in1-smtp.messagingengine.com"] }, true],
  [{ host: "smtp.fastmail.com" }, true],
  [{ domain: "breakfastmail.com" }, false]
])
