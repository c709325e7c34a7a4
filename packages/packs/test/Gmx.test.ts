import { testPack } from "./judged.ts"

testPack("gmx", [
  ["Invalid login: 535 Authentication credentials invalid", "auth-invalid", "bad_credentials"],
  ["-ERR authentication failed", "imap-login-failed", "imap_disabled"],
  ["a1 NO LOGIN failed", "imap-login-failed", "imap_disabled"],
  [
    "Message failed: 550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed.",
    "sender-not-own",
    "send_as_denied"
  ],
  [
    "554-web.de (mxweb010) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is block listed.\n554 For explanation visit https://postmaster.web.de/en/case?c=r0201&i=ip&v=198.51.100.5&r=x",
    "ip-listed",
    "ip_blocklisted"
  ],
  [
    "554-gmx.net (mxgmx008) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource record.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=r0103",
    "no-ptr",
    "no_reverse_dns"
  ],
  [
    "550 <joe@gmx.at>: Reject due to SPF policy. The originating IP of the message is not permitted by the domain owner",
    "spf",
    "spf_fail"
  ],
  ["550 <joe@web.de>: Requested action not taken: mailbox unavailable", "recipient-unknown", "recipient_unknown"],
  ["421 Rate limit reached. Please try again later", "rate", "throttled_rate"],
  ["501 Syntax error in parameters or arguments", "syntax", "command_syntax_error"]
], [
  [{ domain: "gmx.de" }, true],
  [{ domain: "web.de" }, true],
  [{ domain: "mail.com" }, true],
  [{ domain: "shop.example", mx: ["mx00.gmx.net"] }, true],
  [{ banner: "220 web.de (mrweb105) Nemesis ESMTP Service ready" }, true],
  [{ banner: "220 gmail.com (test) ESMTP" }, false],
  [{ domain: "myweb.de" }, false]
])
