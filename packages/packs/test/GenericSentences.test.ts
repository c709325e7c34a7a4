/** Sentences of many programs, told by a word and the form of what stands around it, and neighbours that are none. */
import { type Table, told } from "./told.ts"

const table: Table = [
  ["oauth_token_expired", "a1 NO [AUTHENTICATIONFAILED] this access token expired an hour ago"],
  ["oauth_wrong_audience", "401 unexpected audience in the bearer token of this request"],
  ["oauth_missing_scope", "403 token for this call lacks the scope Mail.Send"],
  ["mfa_app_password_required", "Login refused, 2FA is active: make an app password for this program"],
  ["signin_blocked_by_provider", "535 5.7.8 login: your country was denied by the owner of this mailbox"],
  ["starttls_unavailable", "event=tls reason=\"STARTTLS was never offered by the peer\""],
  ["dkim_fail", "dkim_check: headers RSA verification failure; d=example.com; s=mail"],
  ["tls_policy_unmet", "550 DANE check failed for this host"],
  ["recipient_unknown", "550 user is not in our directory"],
  ["recipient_limit", "554 at most 25 recipients are possible"],
  ["connect_refused", "Verbindung verweigert"],
  ["dns_nxdomain", "getaddrinfo: Nom ou service inconnu"],
  ["connection_lost", "weekly digest not sent: EOF"],
  ["connection_lost", "deliver_now raised (end of file reached) for job 7"],
  ["daily_quota_exceeded", "450 this mailbox has exceeded its limit of 500 mails in 24 hours"],
  ["daily_quota_exceeded", "550 24-hour message quota of this account exceeded"],
  ["cert_invalid", "handshake: invalid peer certificate: Other(OtherError(ExtensionValueInvalid))"],
  ["sender_syntax_invalid", "invite for new member: mail: unclosed angle-addr"],
  ["recipient_syntax_invalid", "parse rcpt: mail: missing '@' or angle-addr"],
  ["spf_fail", "550 5.7.1 Recipient address rejected: refused due to SPF fail of the sender"],
  ["cert_hostname_mismatch", "Could not convert socket to TLS; Can't verify identity of server: mx.example.net"],
  ["mailbox_permission_missing", "b'\"Archive\"': folder is not writable"],
  ["dns_no_records", "php_network_getaddresses: getaddrinfo for mx.example.net failed: Name has no usable address"],
  ["plaintext_port_spoken_tls", "%q{(\u0416~ BAD invalid command"],
  ["plaintext_port_spoken_tls", "lost sync after CONNECT from unknown[192.0.2.7]: \\026\\003\\001"],
  ["account_sending_blocked", "554 5.7.1 your user is blacklisted here"],
  [
    "domain_blocklisted",
    "550 5.7.1 it has a domain that is present in the Spamhaus DBL -- https://www.spamhaus.org/dbl/"
  ],
  [
    "connect_refused",
    "IMAP Error: Login failed for a@example.com against mx.example.com from 192.0.2.1. Could not connect to mx.example.com:143: Conexão recusada in /srv/rcube_imap.php on line 20"
  ],
  [
    "tls_port_spoken_plaintext",
    "Login failed for a@example.com from 192.0.2.1(X-Forwarded-For: 192.0.2.2). Empty startup greeting (mx.example.com:993)"
  ],
  ["mail_loop", "550 Message has been forwarded too many times"],
  ["mail_loop", "554 5.4.0 Message passed through too many servers"],
  ["mail_loop", "Your message couldn't be delivered because it was forwarded too many times"],
  ["mail_loop", "550 exceeded maximum forward count"],
  ["throttled_connections", "421 4.7.0 Too many active sessions for this user, slow down"],
  ["throttled_connections", "421 Throttled: too many open connection from your account"],
  ["throttled_connections", "554 Maximum open connections reached for this account"],
  ["message_format_invalid", "550 5.7.1 RFC5322 requirement: not exactly one From field"],
  ["message_format_invalid", "554 more than one Subject field in your letter"],
  ["message_format_invalid", "550 5.6.0 message has no Date field, rejected"],
  ["message_format_invalid", "550 RFC822 syntax: duplicate Message-ID"],
  ["message_format_invalid", "550 5.7.1 two From: fields"],
  ["auth_backend_failure", "timed out waiting for saslauthd"],
  ["auth_backend_failure", "535 5.7.8 timeout waiting for authentication server"],
  [
    "auth_backend_failure",
    "lmtp(1): Error: userdb lookup: connect(/var/run/dovecot/auth-userdb) failed: Connection refused"
  ],
  ["oauth_client_unknown", "Zugriff blockiert: Client missing a project id. Fehler 401: invalid_client"],
  ["oauth_client_unknown", "{\"error\":\"invalid_client\",\"error_description\":\"No client with requested id: abc\"}"],
  [
    "oauth_client_unknown",
    "{\"error\":\"unauthorized_client\",\"error_description\":\"Unknown client or client not enabled\"}"
  ],
  [
    "oauth_client_auth_missing",
    "AADSTS900144: The request body must contain the following parameter: 'client_assertion'."
  ],
  ["oauth_token_invalid", "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\nSMTP Error: Could not authenticate."],
  [
    "oauth_missing_scope",
    "334 eyJzdGF0dXMiOiJpbnN1ZmZpY2llbnRfc2NvcGUiLCJzY29wZSI6Im1haWwifQ==\nFailed to authenticate on SMTP server"
  ],
  ["oauth_token_invalid", "334 eyJzdGF0dXMiOiI0MDEifQo=: 535-5.7.8 Username and Password not accepted"],
  ["helo_invalid", "501 5.5.4 Invalid command arguments: Invalid domain name"],
  ["helo_invalid", "smtp failed-command command=\"EHLO ]\" result=\"501 5.5.4 Invalid argument\""],
  ["bad_credentials", "An error occurred: IMAP server denied authentication"],
  ["bad_credentials", "Authentication was refused by the mail server"],
  ["send_as_denied", "You can't send a message on behalf of this user unless you have permission to do so."],
  ["send_as_denied", "You don't have permission to send messages from this mailbox"],
  ["oauth_token_invalid", "XOAUTH2 authentication failed: NO AUTHENTICATE failed."],
  ["oauth_token_invalid", "A01 AUTHENTICATE XOAUTH2 dXNlcj1h\nA01 NO AUTHENTICATE failed."],
  ["signin_blocked_by_provider", "We blocked a sign-in attempt from an unfamiliar location"],
  ["signin_blocked_by_provider", "A0002 NO [ALERT] country blocked"],
  ["bad_credentials", "fetchmail: Unknown login or authentication error on a@example.com@pop.example.com"],
  ["command_syntax_error", "POP error (b'-ERR Command not understood')"],
  ["ip_blocklisted", "550 5.7.511 Access denied, banned sender[xxx.xxx.xxx.xxx]."],
  ["ip_blocklisted", "550 OU-002 (SNT004-MC3F11) Unfortunately, messages from 192.0.2.1 weren't sent."],
  [
    "throttled_rate",
    "System.Net.Mail.SmtpException: Service not available, closing transmission channel. The server response was: #4.x.2 Too many messages for this session"
  ],
  ["throttled_rate", "552 this user is new and has exceeded an hourly sending limit"],
  ["server_temporary_failure", "451 4.5.0 id=07411-04, virus_scan: ALL VIRUS SCANNERS FAILED:"],
  ["sender_reputation_block", "550 5.7.1 [ESA] Sender blocked."],
  [
    "greeting_rejected",
    "javax.mail.MessagingException: Could not connect to SMTP host: mx.example.com, port: 25, response: 421"
  ],
  ["imap_disabled", "* NO [ALERT] IMAP is only available for Pro users!"],
  [
    "tls_version_too_old",
    "Server chose TLSv1, but that protocol version is not enabled or not supported by the client."
  ],
  ["oauth_code_invalid", "{\"error\": \"invalid_grant\", \"error_description\": \"code already redeemed\"}"],
  ["bad_credentials", "{\"error\": \"invalid_grant\", \"error_description\": \"Invalid credentials\"}"],
  [
    "auth_required",
    "SmtpException: F\u00fcr den SMTP-Server ist eine sichere Verbindung erforderlich, oder der Client wurde nicht authentifiziert."
  ],
  ["must_starttls", "(530, 'Error: A secure connection is requiered(such as ssl)."],
  ["sender_syntax_invalid", "501 Sender syntax error"],
  [
    "sender_syntax_invalid",
    "550 Invalid `from` field. The email address needs to follow the `email@example.com` format."
  ]
]

const neighbours: Table = [
  ["oauth_token_expired", "invalid_grant: the refresh token behind this access token expired"],
  ["starttls_unavailable", "530 Must issue a STARTTLS command first, AUTH is not offered before"],
  ["dkim_fail", "Authentication-Results: mx.example.net; dkim=pass header.d=example.com"],
  ["recipient_limit", "450 more than 50 recipients per hour"],
  ["recipient_unknown", "553 sender is not in the allow list of this user"],
  ["cert_expired", "AADSTS7000222: the client certificate has expired"],
  ["account_suspended", "550 Outbound sending: account has been disabled"],
  ["daily_quota_exceeded", "454 Too many login attempts, mail account blocked for 24 hours"],
  ["daily_quota_exceeded", "552 message exceeds size limit; messages are kept 24 hours"],
  ["spf_fail", "550 5.1.1 User unknown; SPF pass"],
  ["plaintext_port_spoken_tls", "A001 BAD unknown command"],
  ["plaintext_port_spoken_tls", "* BAD missing command"],
  ["mailbox_permission_missing", "/var/mail is not writable"],
  [
    "connect_refused",
    "IMAP Error: Login failed for a@example.com against mx.example.com from 192.0.2.1. AUTHENTICATE PLAIN: Authentication failed."
  ],
  ["account_sending_blocked", "554 Client host on a blacklist; user unknown"],
  ["mail_loop", "450 You forwarded too many messages in the last hour"],
  ["mail_loop", "450 too many forwarded messages from this address, slow down"],
  ["throttled_connections", "454 Throttling failure: Maximum sending rate exceeded."],
  ["throttled_connections", "421 open session exceeded its limit: session time is over"],
  ["message_format_invalid", "550 5.7.1 From header domain is missing SPF and DKIM"],
  ["message_format_invalid", "501 5.1.3 recipient address syntax violates RFC 5322"],
  ["message_format_invalid", "550 5.7.1 From header must be the same as the login"],
  ["auth_backend_failure", "421 4.4.2 timeout waiting for data from client"],
  ["auth_backend_failure", "535 5.7.8 authentication server: wrong password"],
  [
    "oauth_client_unknown",
    "{\"error\":\"invalid_client\",\"error_description\":\"Invalid client or Invalid client credentials\"}"
  ],
  ["oauth_client_unknown", "554 unknown client host [192.0.2.1]"],
  ["oauth_client_auth_missing", "AADSTS900144: The request body must contain the following parameter: 'client_id'."],
  ["helo_invalid", "501 5.5.4 MAIL FROM: invalid domain"],
  ["bad_credentials", "550 mail server rejected: authentication required"],
  ["bad_credentials", "The server rejected the authentication mechanism"],
  ["send_as_denied", "550 5.7.1 The domain may not send on behalf of example.com: SPF fail"],
  ["oauth_token_invalid", "XOAUTH2 is not supported by this server, login failed"],
  ["command_syntax_error", "-ERR Command is not valid in this state."],
  [
    "oauth_code_invalid",
    "{\"error\": \"invalid_grant\", \"error_description\": \"Token has been expired or revoked.\"}"
  ],
  ["imap_disabled", "IMAP is only available with TLS on this server"],
  ["server_temporary_failure", "554 5.7.1 virus found by clamav: Eicar"],
  ["daily_quota_exceeded", "451 you may send 50 messages per hour: hourly sending limit"]
]

told("sentences", table, neighbours)
