import { testPack } from "./judged.ts"

testPack("qq", [
  [
    "SMTPAuthenticationError: (535, b'Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256')",
    "authorization-code",
    "mfa_app_password_required"
  ],
  [
    "Invalid login: 535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023",
    "login-fail",
    "mfa_app_password_required"
  ],
  [
    "A1 NO Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
    "login-fail",
    "mfa_app_password_required"
  ],
  ["535 Error: authentication failed, system busy", "auth-system-busy", "throttled_logins"],
  ["501 Mail from address must be same as authorization user.", "sender-not-own", "send_as_denied"],
  ["503 Mail from address must be same as authorization user.", "not-signed-in", "auth_required"],
  [
    "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726",
    "content",
    "spam_content_rejected"
  ],
  ["550 Suspected spam ip. https://service.mail.qq.com/detail/122/66", "spam-ip", "sender_reputation_block"],
  ["550 Sender frequency limited. https://service.mail.qq.com/detail/122/174", "frequency", "throttled_rate"],
  ["550 Connection frequency limited.", "connections", "throttled_connections"],
  [
    "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000728",
    "recipient-unknown",
    "recipient_unknown"
  ],
  ["550 SPF check failed. https://service.mail.qq.com/detail/122/72", "spf", "spf_fail"],
  [
    "550 Mail is rejected by recipients. https://service.mail.qq.com/detail/122/92",
    "rejected-by-recipient",
    "recipient_restricted"
  ]
], [
  [{ domain: "qq.com" }, true],
  [{ domain: "foxmail.com" }, true],
  [{ domain: "shop.example", mx: ["mxbiz1.qq.com", "mxbiz2.qq.com"] }, true],
  [{ host: "smtp.exmail.qq.com" }, true],
  [{ domain: "xqq.com" }, false]
])
