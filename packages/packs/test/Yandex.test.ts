import { testPack } from "./judged.ts"

testPack("yandex", [
  [
    "Invalid login: 535 5.7.8 Error: authentication failed: This user does not have access rights to this service 1700000001-Ab",
    "no-access-rights",
    "imap_disabled"
  ],
  ["535 5.7.8 Error: authentication failed: Invalid user or password!", "invalid-user", "bad_credentials"],
  [
    "A1 NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled sc=Q9r8S7t6",
    "imap-or-credentials",
    "imap_disabled"
  ],
  [
    "SMTPSenderRefused: (553, b'5.7.1 Sender address rejected: not owned by auth user.', 'root@shop.example')",
    "sender-not-own",
    "send_as_denied"
  ],
  [
    "554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1700000002-Xy",
    "spam",
    "spam_content_rejected"
  ],
  ["501 5.1.7 Bad address mailbox syntax.", "sender-syntax", "sender_syntax_invalid"],
  [
    "451 4.7.1 Sorry, the service is currently unavailable. Please come back later. 1700000003-Zz",
    "unavailable",
    "server_temporary_failure"
  ],
  ["451 4.7.1 Greylisted, try later", "greylisted", "greylisted"]
], [
  [{ domain: "yandex.ru" }, true],
  [{ domain: "ya.ru" }, true],
  [{ domain: "shop.example", mx: ["mx.yandex.net"] }, true],
  [{
    banner: "220 myt6-1.qloud-c.yandex.net ESMTP (Want to use Yandex.Mail for your domain? Visit http://pdd.yandex.ru)"
  }, true],
  [{ domain: "maya.ru" }, false]
])
