import { suite } from "./suite.ts"

suite("haraka", {
  recognised: [{ banner: "220 mail.example.org ESMTP Haraka/3.1.6 ready" }, {
    replyText: "451 Bare line-feed; see http://haraka.github.io/barelf/"
  }],
  replies: [
    ["550 I cannot deliver mail for {bob@example.com}", "relay_denied"],
    ["501 SSL attempted over a non-SSL socket", "plaintext_port_spoken_tls"],
    ["535 Auth failed", "bad_credentials"],
    ["550 Too many received headers - possible mail loop", "mail_loop"],
    ["554 rDNS Lookup Failed", "no_reverse_dns"],
    ["550 Message too big!", "message_too_large"],
    ["503 Use MAIL before RCPT", "command_sequence_error"],
    ["550 Authentication required", "auth_required"]
  ]
})

suite("opensmtpd", {
  recognised: [{ banner: "220 mail.example.org ESMTP OpenSMTPD" }],
  replies: [
    ["535 Authentication failed", "bad_credentials"],
    ["530 5.7.1 Delivery not authorized, message refused: Must issue an AUTH command first", "auth_required"],
    ["530 5.7.0 Other or undefined security status: Must issue a STARTTLS command first", "must_starttls"],
    ["550 Invalid recipient: <zz@example.org>", "recipient_unknown"],
    ["550 5.7.1 Delivery not authorized, message refused: Message is not RFC 2822 compliant", "message_format_invalid"],
    ["504 5.5.4 Invalid command arguments: AUTH method \"XOAUTH2\" not supported", "auth_mechanism_unsupported"],
    ["500 5.0.0 Pipelining not supported", "command_sequence_error"],
    ["421 4.3.0 Temporary Error", "server_temporary_failure"]
  ]
})

suite("hmailserver", {
  recognised: [
    { banner: "220 hMailServer ESMTP" },
    { capabilities: ["211 DATA HELO EHLO MAIL NOOP QUIT RCPT RSET SAML TURN VRFY"] },
    { replyText: "535 Authentication failed. Restarting authentication process." }
  ],
  replies: [
    ["Error: Invalid login: 535 Authentication failed. Restarting authentication process.", "bad_credentials"],
    ["535 Authentication failed. Too many invalid logon attempts.", "throttled_logins"],
    ["530 SMTP authentication is required.", "auth_required"],
    ["530 A SSL/TLS-connection is required for authentication.", "must_starttls"],
    ["550 Delivery is not allowed to this address.", "relay_denied"],
    ["a1 NO Invalid user name or password. Please use full email address as user name.", "bad_credentials"],
    ["-ERR STLS is required.", "must_starttls"],
    ["-ERR Your mailbox is already locked", "mailbox_in_use"],
    ["552 Message size exceeds fixed maximum message size. Size: 31000 KB, Max size: 20480 KB", "message_too_large"],
    ["451 Please try again later.", "greylisted"]
  ]
})

suite("sendmail", {
  recognised: [
    { banner: "220 mail.example.org ESMTP Sendmail 8.18.1/8.18.1; Tue, 3 Nov 2026 10:11:12 +0100" },
    { replyText: "550 5.7.1 <bob@example.com>... Relaying denied" }
  ],
  replies: [
    ["550 5.7.1 <bob@example.com>... Relaying denied", "relay_denied"],
    ["550 5.7.1 <bob@example.com>... Relaying denied. Proper authentication required.", "auth_required"],
    ["550 5.7.1 <bob@example.com>... Relaying denied. IP name lookup failed [203.0.113.9]", "no_reverse_dns"],
    ["550 5.1.1 <zz@example.org>... User unknown", "recipient_unknown"],
    ["553 5.1.8 <root@pc.lan>... Domain of sender address root@pc.lan does not exist", "sender_domain_unresolvable"],
    ["535 5.7.0 authentication failed", "bad_credentials"],
    ["421 4.3.2 Connection rate limit exceeded.", "throttled_connections"],
    ["553 5.3.5 mail.example.org. config error: mail loops back to me (MX problem?)", "mail_loop"],
    ["552 5.2.3 Message size exceeds fixed maximum message size (20000000)", "message_too_large"],
    ["550 5.7.1 Rejected: 203.0.113.9 listed at bl.spamcop.net", "ip_blocklisted"],
    ["451 4.7.1 Greylisting in action, please come back in 00:14:59", "greylisted"]
  ]
})

suite("stalwart", {
  recognised: [
    { banner: "220 mail.example.org Stalwart ESMTP at your service" },
    { banner: "* OK [CAPABILITY IMAP4rev2] Stalwart IMAP4rev2 at your service." },
    { replyText: "250 2.0.0 Help can be found at https://stalw.art" }
  ],
  replies: [
    ["535 5.7.8 Authentication credentials invalid.", "bad_credentials"],
    ["535 5.7.8 Authentication credentials invalid.", "oauth_token_invalid", { mechanism: "OAUTHBEARER" }],
    ["535 5.7.8 OAuth token expired.", "oauth_token_expired"],
    ["550 5.1.2 Relay not allowed.", "relay_denied"],
    ["550 5.1.2 Mailbox does not exist.", "recipient_unknown"],
    ["501 5.5.4 You are not allowed to send from this address.", "send_as_denied"],
    ["452 4.2.2 Greylisted, please try again in a few moments.", "greylisted"],
    ["550 5.7.1 Email rejected per DMARC policy.", "dmarc_fail"],
    ["550 5.7.25 Reverse DNS validation failed.", "no_reverse_dns"],
    ["A1 NO [CONTACTADMIN] LOGIN is disabled on the clear-text port.", "must_starttls"],
    ["A2 NO [OVERQUOTA] Mailbox quota exceeded.", "mailbox_full"],
    ["452 4.3.1 Mail system full, try again later.", "server_storage_full"]
  ]
})

suite("mdaemon", {
  recognised: [{ banner: "220 mail.example.org ESMTP MDaemon 24.0.0; Tue, 03 Nov 2026 10:11:12 +0100" }],
  replies: [
    ["550 5.1.1 <zz@example.org>... Recipient unknown", "recipient_unknown"],
    ["535 5.7.8 Authentication failed", "bad_credentials"],
    ["451 4.7.1 Greylisted, please try again in 600 seconds", "greylisted"],
    ["552 Message exceeds maximum allowed size", "message_too_large"],
    ["550 5.7.1 This server requires authentication", "auth_required"]
  ]
})

suite("postal", {
  recognised: [{ banner: "220 post.example.org ESMTP Postal/9K2L1A" }, {
    replyText: "530 From/Sender name is not valid"
  }],
  replies: [
    ["530 From/Sender name is not valid", "sender_identity_unverified"],
    ["535 Invalid credential", "bad_credentials"],
    ["530 Authentication required", "auth_required"],
    ["535 Mail server has been suspended", "account_sending_blocked"],
    ["550 Route does not accept incoming messages", "recipient_disabled", {}, ["server_not_accepting"]],
    ["550 Loop detected", "mail_loop"],
    ["552 Message too large (maximum size 14MB)", "message_too_large"]
  ]
})
