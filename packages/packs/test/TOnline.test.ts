import { testPack } from "./judged.ts"

testPack("t-online", [
  ["Invalid login: 535 5.7.8 Error: authentication failed", "email-password", "mfa_app_password_required"],
  [
    "status=bounced (host mx02.t-online.de[194.25.134.9] said: 554 IP=198.51.100.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (BL))",
    "server-not-registered",
    "sender_reputation_block"
  ],
  ["550-5.7.0 Message considered as spam or virus, rejected", "spam-or-virus", "spam_content_rejected"],
  ["550 5.1.1 joe@t-online.de unknown user", "recipient-unknown", "recipient_unknown", {
    phase: "rcpt",
    protocol: "smtp"
  }]
], [
  [{ domain: "t-online.de" }, true],
  [{ domain: "magenta.de" }, true],
  [{ domain: "shop.example", mx: ["mx00.t-online.de"] }, true],
  [{ host: "securesmtp.t-online.de" }, true],
  [{ domain: "not-online.de" }, false]
])
