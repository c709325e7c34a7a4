import { testPack } from "./judged.ts"

testPack("mail-ru", [
  [
    "SMTPAuthenticationError: (535, b'5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED')",
    "app-password",
    "mfa_app_password_required"
  ],
  [
    "a1 NO [AUTHENTICATIONFAILED] NEOBHODIM parol prilozheniya / Application password is REQUIRED",
    "app-password",
    "mfa_app_password_required"
  ],
  ["535 Incorrect authentication data", "bad-credentials", "bad_credentials"],
  ["550 not local sender over smtp", "sender-not-own", "send_as_denied"],
  [
    "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=bbbb or report details",
    "spam",
    "spam_content_rejected"
  ],
  ["451 Ratelimit exceeded", "rate", "throttled_rate"]
], [
  [{ domain: "mail.ru" }, true],
  [{ domain: "bk.ru" }, true],
  [{ domain: "shop.example", mx: ["emx.mail.ru"] }, true],
  [{ banner: "220 smtp43.i.mail.ru ESMTP ready" }, true],
  [{ banner: "220 mx.hotmail.ru.example ESMTP" }, false],
  [{ domain: "gmail.ru" }, false]
])
