import { type Case, testPack } from "./judged.ts"

// Replies as clients print them, with other ids, hosts and domains than in the examples of the pack.
const cases: ReadonlyArray<Case> = [
  [
    "Error: Invalid login: 535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials 586e51a60fabf-2ba.9 - gsmtp",
    "bad-credentials",
    "bad_credentials"
  ],
  [
    "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted. Learn more at\\n5.7.8 https://support.google.com/mail/?p=BadCredentials a15-20020.7 - gsmtp')",
    "bad-credentials",
    "bad_credentials"
  ],
  [
    "535-5.7.8 Username and Password not accepted. For more information, go to q9 - gsmtp",
    "bad-credentials-token",
    "oauth_token_invalid",
    { mechanism: "XOAUTH2" }
  ],
  [
    "javax.mail.AuthenticationFailedException: 534-5.7.9 Application-specific password required. Learn more at\n534 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor z6sm.2 - gsmtp",
    "app-password-required",
    "mfa_app_password_required"
  ],
  [
    "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=AKgnsbt> Please log in via\n534-5.7.14 your web browser and then try again.\n534-5.7.14  Learn more at\n534 5.7.14  https://support.google.com/mail/answer/78754 d1.3 - gsmtp",
    "web-login-required",
    "signin_blocked_by_provider"
  ],
  [
    "454 4.7.0 Too many login attempts, please try again later. 5-2002.4 - gsmtp",
    "too-many-logins",
    "throttled_logins"
  ],
  [
    "504 5.7.4 Unrecognized Authentication Type gh5.6 - gsmtp",
    "mechanism-unknown",
    "auth_mechanism_unsupported"
  ],
  ["530-5.7.0 Authentication Required. Learn more at k9.1 - gsmtp", "auth-required", "auth_required"],
  [
    "System.Net.Mail.SmtpException: The SMTP server requires a secure connection or the client was not authenticated. The server response was: 5.7.0 Must issue a STARTTLS command first. x1 - gsmtp",
    "starttls-first",
    "must_starttls"
  ],
  ["555 5.5.2 Syntax error. v5 - gsmtp", "syntax-error", "command_syntax_error"],
  ["555 5.5.2 Syntax error. v5 - gsmtp", "syntax-error-sender", "sender_syntax_invalid", { phase: "mail" }],
  ["555 5.5.2 Syntax error. v5 - gsmtp", "syntax-error-recipient", "recipient_syntax_invalid", { phase: "rcpt" }],
  ["503 5.5.1 RCPT first. d6 - gsmtp", "bad-sequence", "command_sequence_error"],
  [
    "SMTPDataError: (550, b'5.4.5 Daily user sending limit exceeded. For more information on Gmail\\n5.4.5 sending limits go to g1 - gsmtp')",
    "daily-limit",
    "daily_quota_exceeded"
  ],
  [
    "550-5.7.1 Daily SMTP relay limit exceeded for customer. For more information on SMTP\n550 5.7.1 relay sending limits b2 - gsmtp",
    "relay-limit-customer",
    "daily_quota_exceeded"
  ],
  [
    "550-5.7.0 Mail relay denied [198.51.100.20]. Invalid credentials for relay for one of the domains in: example.net (as obtained from HELO and MAIL FROM). r1 - gsmtp",
    "relay-denied",
    "ip_not_authorized"
  ],
  [
    "550-5.7.1 Invalid credentials for relay [198.51.100.20]. The IP address you've registered in your G Suite SMTP Relay service doesn't match domain of the account r1 - gsmtp",
    "relay-credentials",
    "ip_not_authorized"
  ],
  [
    "552-5.3.4 Your message exceeded Google's message size limits. For more\n552 5.3.4 information, go to https://support.google.com/mail/?p=MaxSizeError m1 - gsmtp",
    "message-size",
    "message_too_large"
  ],
  [
    "552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 security issue. o2 - gsmtp",
    "blocked-content",
    "spam_content_rejected"
  ],
  [
    "550-5.7.26 This email has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. h1 - gsmtp",
    "sender-unauthenticated",
    "sender_unauthenticated"
  ],
  [
    "550-5.7.26 Unauthenticated email from shop.example is not accepted due to domain's\n550-5.7.26 DMARC policy. Please contact the administrator of shop.example domain",
    "dmarc-policy",
    "dmarc_fail"
  ],
  [
    "451-4.7.26 Unauthenticated email from shop.example is not accepted due to domain's\n451-4.7.26 DMARC policy, but temporary DNS failures prevent authentication. a1 - gsmtp",
    "dmarc-dns",
    "dns_temporary_failure"
  ],
  [
    "550-5.7.26 The MAIL FROM domain [shop.example] has an SPF record with a hard fail\n550-5.7.26 policy (-all) but it fails to pass SPF checks with the ip: [203.0.113.5]. c1 - gsmtp",
    "spf-hard-fail",
    "spf_fail"
  ],
  [
    "550-5.7.25 [203.0.113.9] The IP address sending this message does not have a\n550-5.7.25 PTR record setup, or the corresponding forward DNS entry does not\n550 5.7.25 point to the sending IP. c2 - gsmtp",
    "no-ptr",
    "no_reverse_dns"
  ],
  [
    "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating\n421 4.7.28 from your IP address. c3 - gsmtp",
    "unusual-rate",
    "sender_reputation_block"
  ],
  [
    "550-5.7.1 [203.0.113.9       7] Our system has detected that this message is\n550-5.7.1 likely suspicious due to the very low reputation of the sending\n550 5.7.1 IP address. c4 - gsmtp",
    "low-reputation",
    "sender_reputation_block"
  ],
  [
    "550-5.7.1 [203.0.113.9] The IP you're using to send mail is not authorized to\n550-5.7.1 send email directly to our servers. c5 - gsmtp",
    "direct-not-authorized",
    "ip_not_authorized"
  ],
  [
    "550-5.7.1 This message is not RFC 5322 compliant. There are multiple Subject\n550 5.7.1 headers. https://support.google.com/mail/?p=RfcMessageNonCompliant c6 - gsmtp",
    "header-malformed",
    "message_format_invalid"
  ],
  [
    "status=bounced (host gmail-smtp-in.l.google.com[192.0.2.26] said: 550-5.1.1 The email account that you tried to reach does not exist. (in reply to RCPT TO command))",
    "no-such-user",
    "recipient_unknown"
  ],
  [
    "452-4.2.2 The recipient's inbox is out of storage space. https://support.google.com/mail/?p=OverQuotaTemp c7 - gsmtp",
    "mailbox-full",
    "mailbox_full"
  ],
  [
    "450-4.2.1 The user you are trying to contact is receiving email too quickly. c8 - gsmtp",
    "recipient-too-quickly",
    "recipient_rate_limited"
  ],
  ["a1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "imap-invalid-credentials", "bad_credentials"],
  [
    "a1 NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
    "app-password-required",
    "mfa_app_password_required"
  ],
  [
    "A003 NO [ALERT] IMAP access is disabled for your domain. Please contact your domain administrator (Failure)",
    "imap-off-domain",
    "imap_disabled"
  ],
  ["a7 NO [ALERT] Too many simultaneous connections. (Failure)", "imap-connections", "throttled_connections"],
  ["-ERR [SYS/PERM] Your account is not enabled for POP access.", "pop-off", "imap_disabled"],
  ["-ERR [AUTH] Username and password not accepted.", "pop-bad-credentials", "bad_credentials"],
  [
    "google.auth.exceptions.RefreshError: ('invalid_grant: Token has been expired or revoked.', {'error': 'invalid_grant'})",
    "oauth-refresh-gone",
    "oauth_refresh_token_expired"
  ],
  [
    "{\"error\": \"invalid_client\", \"error_description\": \"The OAuth client was not found.\"}",
    "oauth-client-deleted",
    "oauth_client_unknown"
  ]
]

testPack("gmail", cases, [
  [{ domain: "gmail.com" }, true],
  [{ domain: "googlemail.com" }, true],
  [{ domain: "shop.example", mx: ["aspmx.l.google.com", "alt1.aspmx.l.google.com"] }, true],
  [{ domain: "shop.example", mx: ["smtp.google.com"] }, true],
  [{ domain: "shop.example", mx: ["aspmx2.googlemail.com"] }, true],
  [{ host: "smtp-relay.gmail.com" }, true],
  [{ banner: "220 smtp.gmail.com ESMTP 5b1f17b1804b1-43.12 - gsmtp" }, true],
  [{ banner: "* OK Gimap ready for requests from 192.0.2.1 d5" }, true],
  [{ replyText: "535 5.7.8 https://support.google.com/mail/?p=BadCredentials x1 - gsmtp" }, true],
  [{ domain: "notgmail.com" }, false],
  [{ replyText: "550 5.1.1 User unknown" }, false]
])
