import { suite } from "./suite.ts"

const noqueue = "Nov  3 10:11:12 mail postfix/smtpd[2211]: NOQUEUE: reject: RCPT from pc.example.net[203.0.113.9]:"
const deferred =
  "Nov  3 10:11:12 mail postfix/smtp[2213]: 4XyZ: to=<bob@example.com>, relay=none, delay=30, status=deferred"

suite("postfix", {
  recognised: [
    { banner: "220 mail.example.org ESMTP Postfix (Debian/GNU)" },
    { banner: "220 box.example.org ESMTP Hi, I'm a Mail-in-a-Box (Ubuntu/Postfix; see https://mailinabox.email/)" },
    { replyText: "250 2.0.0 Ok: queued as 9F2A31C0" },
    { replyText: `${noqueue} 554 5.7.1 <bob@example.com>: Relay access denied` }
  ],
  replies: [
    ["535 5.7.8 Error: authentication failed: VXNlcm5hbWU6", "bad_credentials"],
    ["535-5.7.8 Error: authentication failed: bad token", "oauth_token_invalid", { mechanism: "XOAUTH2" }],
    ["Invalid login: 535 5.7.8 Error: authentication failed: generic failure", "auth_backend_failure"],
    [
      "warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: Invalid authentication mechanism",
      "auth_mechanism_unsupported"
    ],
    [
      "postfix/smtpd[99]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: (reason unavailable), sasl_username=info@example.org",
      "bad_credentials"
    ],
    ["warning: SASL: Connect to private/auth failed: Connection refused", "auth_backend_failure"],
    [
      "postfix/submission/smtpd[9]: warning: SASL: Connect to inet:127.0.0.1:12345 failed: Connection refused\npostfix/submission/smtpd[9]: fatal: no SASL authentication mechanisms",
      "auth_backend_failure"
    ],
    ["fatal: no SASL authentication mechanisms", "server_misconfigured"],
    ["503 5.5.1 Error: authentication not enabled", "auth_not_offered"],
    [
      `${noqueue} 454 4.7.1 <bob@example.com>: Relay access denied; from=<a@example.net> to=<bob@example.com>`,
      "relay_denied"
    ],
    [
      `${noqueue} 553 5.7.1 <info@example.org>: Sender address rejected: not owned by user anna; from=<info@example.org>`,
      "send_as_denied"
    ],
    [
      `${noqueue} 550 5.1.1 <zz@example.org>: Recipient address rejected: User unknown in relay recipient table;`,
      "recipient_unknown"
    ],
    [
      `${noqueue} 450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.9]; from=<a@example.net>`,
      "no_reverse_dns"
    ],
    [
      `${noqueue} 504 5.5.2 <pc>: Helo command rejected: need fully-qualified hostname; proto=SMTP helo=<pc>`,
      "helo_invalid"
    ],
    [
      `${noqueue} 554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using bl.spamcop.net; Blocked - see there`,
      "ip_blocklisted"
    ],
    [
      `${noqueue} 554 5.7.1 Service unavailable; Helo command [mail.example.net] blocked using dbl.spamhaus.org;`,
      "domain_blocklisted"
    ],
    [
      `${noqueue} 554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using zen.spamhaus.org; Error: open resolver;`,
      "receiver_dnsbl_error"
    ],
    ["450 4.2.0 <bob@example.com>: Recipient address rejected: Greylisted for 5 minutes", "greylisted"],
    ["554 5.7.1 <pc[203.0.113.9]>: Client host rejected: Access denied", "auth_required", { port: 587 }],
    ["552 5.2.2 <bob@example.org>: Recipient address rejected: Mailbox quota exceeded", "mailbox_full"],
    ["451 4.3.0 <bob@example.org>: Recipient address rejected: Temporary lookup failure", "server_temporary_failure"],
    [
      "550 5.1.1 <bob@example.org>: Recipient address rejected: undeliverable address: host 10.0.0.5[10.0.0.5] said: 550 5.1.1 no mailbox",
      "recipient_unknown"
    ],
    [`${deferred} (connect to mx.example.com[198.51.100.1]:25: Connection timed out)`, "port_blocked"],
    [`${deferred} (connect to 127.0.0.1[127.0.0.1]:10025: Connection refused)`, "connect_refused"],
    [`${deferred} (connect to mx.example.com[2001:db8::5]:25: Network is unreachable)`, "ipv6_unreachable"],
    [`${deferred} (lost connection with mx.example.com[198.51.100.1] while sending RCPT TO)`, "connection_lost"],
    [
      `${deferred} (lost connection with mx.example.com[198.51.100.1] while sending end of data -- message may be sent more than once)`,
      "delivery_in_doubt"
    ],
    [
      `${deferred} (conversation with mx.example.com[198.51.100.1] timed out while receiving the initial server greeting)`,
      "greeting_timeout"
    ],
    [`${deferred} (Server certificate not trusted)`, "cert_untrusted_root"],
    [`${deferred} (TLS is required, but was not offered by host mx.example.com[198.51.100.1])`, "starttls_unavailable"],
    [
      `${deferred} (SASL authentication failed; server smtp.example.net[198.51.100.1] said: 535 5.7.8 Error: authentication failed: authentication failure)`,
      "bad_credentials"
    ],
    [
      `${deferred} (Host or domain name not found. Name service error for name=example.cmo type=MX: Host not found, try again)`,
      "dns_temporary_failure"
    ],
    [
      "status=deferred (Host or domain name not found. Name service error for name=mx.example.com type=A: Host not found, try again)",
      "dns_temporary_failure"
    ],
    [
      "status=bounced (Host or domain name not found. Name service error for name=exmple.com type=AAAA: Host not found)",
      "recipient_domain_unresolvable"
    ],
    [
      "status=bounced (message size 60817408 exceeds size limit 52428800 of server mx.example.com[198.51.100.1])",
      "message_too_large"
    ],
    ["dsn=5.4.6, status=bounced (mail for example.org loops back to myself)", "mail_loop"],
    [
      "NOQUEUE: milter-reject: END-OF-MESSAGE from pc[203.0.113.9]: 451 4.7.1 Service unavailable - try again later",
      "server_temporary_failure"
    ],
    ["421 4.7.0 mail.example.org Error: too many errors", "policy_rejected"],
    ["503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining", "command_sequence_error"]
  ]
})
