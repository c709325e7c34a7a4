import { testPack } from "./judged.ts"

testPack("163", [
  [
    "imaplib.IMAP4.error: SELECT Unsafe Login. Please contact kefu@188.com for help",
    "imap-unsafe-login",
    "imap_id_required"
  ],
  ["x3 NO EXAMINE Unsafe Login. Please contact kefu@188.com for help", "imap-unsafe-login", "imap_id_required"],
  ["Invalid login: 535 Error: authentication failed", "bad-credentials", "mfa_app_password_required"],
  ["SMTPAuthenticationError: (550, b'User has no permission')", "no-permission", "imap_disabled"],
  ["Mail command failed: 553 Mail from must equal authorized user", "sender-not-own", "send_as_denied"],
  [
    "SMTPDataError: (554, b'DT:SPM 163 smtp9,DcCowABn 1700000000,please see http://mail.163.com/help/help_spam_16.htm')",
    "spam",
    "spam_content_rejected"
  ],
  [
    "554 DT:SUM 126 smtp2,C8mowAD 1700000001,please see http://mail.163.com/help/help_spam_16.htm",
    "header-sender-differs",
    "send_as_denied"
  ],
  [
    "554 HL:IHU 163 mx3,please see http://mail.163.com/help/help_spam_16.htm",
    "ip-suspended",
    "sender_reputation_block"
  ],
  ["554 IP<198.51.100.6> is rejected, smtp auth error limit exceed", "auth-errors-limit", "throttled_logins"],
  ["421 HL:ICC 163 mx30", "concurrency", "throttled_connections"],
  ["550 MI:STC 163 smtp6", "daily-cap", "daily_quota_exceeded"],
  ["550 RP:TRC 163 smtp6", "recipient-limit", "recipient_limit"],
  ["550 MI:SPF mx1", "spf", "spf_fail"]
], [
  [{ domain: "163.com" }, true],
  [{ domain: "126.com" }, true],
  [{ domain: "yeah.net" }, true],
  [{ domain: "shop.example", mx: ["qiye163mx01.mxmail.netease.com"] }, true],
  [{ banner: "220 163.com Anti-spam GT for Coremail System (163com[20141201])" }, true],
  [{ domain: "8163.com" }, false]
])
