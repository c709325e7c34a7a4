import { suite } from "./suite.ts"

suite("dovecot", {
  recognised: [
    {
      banner:
        "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN] Dovecot (Ubuntu) ready."
    },
    { banner: "+OK Dovecot ready." },
    { capabilities: ["IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN"] },
    { replyText: "imap-login: Disconnected (auth failed, 2 attempts in 9 secs): user=<x>, rip=203.0.113.9" }
  ],
  replies: [
    ["A001 NO [AUTHENTICATIONFAILED] Authentication failed.", "bad_credentials"],
    ["imaplib.IMAP4.error: b'[AUTHENTICATIONFAILED] Authentication failed.'", "bad_credentials"],
    ["A1 NO [AUTHENTICATIONFAILED] Authentication failed.", "oauth_token_invalid", { mechanism: "XOAUTH2" }],
    ["-ERR [AUTH] Authentication failed.", "bad_credentials"],
    ["535 5.7.8 Authentication failed.", "bad_credentials"],
    [
      "Nov 03 10:11:12 imap-login: Info: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<anna@example.org>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, TLS",
      "bad_credentials"
    ],
    ["auth: Info: passwd-file(anna@example.org,203.0.113.9,<abc>): unknown user", "bad_credentials"],
    [
      "a NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
      "must_starttls"
    ],
    [
      "a NO [UNAVAILABLE] Temporary authentication failure. [mail.example.org:2026-11-03 10:11:12]",
      "auth_backend_failure"
    ],
    ["-ERR [SYS/TEMP] Temporary authentication failure.", "auth_backend_failure"],
    [
      "imap-login: Error: Timeout waiting for handshake from auth server. my pid=21, input bytes=0",
      "auth_backend_failure"
    ],
    [
      "imap-login: Disconnected: Auth process broken (disconnected before auth was ready, waited 30 secs)",
      "auth_backend_failure"
    ],
    ["auth: Error: Timeout waiting for reply from auth worker", "auth_backend_failure"],
    [
      "a NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=20)",
      "throttled_connections"
    ],
    [
      "master: Warning: service(imap): client_limit (200) reached, client connections are being dropped",
      "throttled_connections"
    ],
    ["a NO [EXPIRED] Your password has expired, please change it", "password_expired"],
    ["a NO [CONTACTADMIN] Login disabled for this user", "account_suspended"],
    ["* BYE Disconnected for inactivity.", "session_timeout"],
    ["a NO [OVERQUOTA] Quota exceeded (mailbox for user is full) (0.003 + 0.000 secs).", "mailbox_full"],
    ["552 5.2.2 <bob@example.org> Quota exceeded (mailbox for user is full)", "mailbox_full"],
    ["550 5.1.1 <zz@example.org> User doesn't exist: zz@example.org", "recipient_unknown"],
    ["a NO [NONEXISTENT] Mailbox doesn't exist: Gesendet (0.001 + 0.000 secs).", "folder_not_found"],
    ["a NO [NOPERM] Permission denied (0.001 + 0.000 secs).", "mailbox_permission_missing"],
    [
      "a NO [SERVERBUG] Internal error occurred. Refer to server log for more information. [2026-11-03 10:11:12]",
      "server_misconfigured"
    ],
    [
      "imap(bob): Error: Opening INBOX failed: open(/var/mail/bob) failed: Permission denied (euid=1001(bob) egid=1001(bob))",
      "server_misconfigured"
    ],
    [
      "doveconf: Fatal: Error in configuration file /etc/dovecot/conf.d/10-ssl.conf line 12: Unknown setting: ssl_protocols",
      "server_misconfigured"
    ],
    [
      "imap-login: Disconnected (no auth attempts in 0 secs): user=<>, rip=203.0.113.9, TLS handshaking: SSL_accept() failed: error:0A000418:SSL routines::tlsv1 alert unknown ca: SSL alert number 48",
      "cert_untrusted_root"
    ],
    ["a NO [TRYCREATE] Mailbox is not there", "folder_not_found"],
    ["-ERR [IN-USE] Mailbox is locked by another POP3 session", "mailbox_in_use"],
    ["530 5.7.0 TLS required.", "must_starttls"]
  ]
})
