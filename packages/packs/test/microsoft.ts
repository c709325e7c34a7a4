/**
 * Replies of Exchange Online and Graph with the cause each stands for, as documents and threads tell them. Host names,
 * addresses and ids are invented. Row ids name a family and a number; a test sees that none is missing.
 */
import type { Cause } from "@sonde/domain/Cause"
import type { Hints } from "@sonde/domain/Explanation"

/** `~cause` stands where the text leaves several causes open: it is among those given, not always the first. */
export type Row = readonly [
  id: string,
  cause: Cause | `~${Cause}`,
  replies: ReadonlyArray<string>,
  hints?: Hints
]

const login: Hints = { mechanism: "LOGIN" }
const token: Hints = { mechanism: "XOAUTH2" }
const auth = "535 5.7.139 Authentication unsuccessful,"

export const connection: ReadonlyArray<Row> = [
  ["CONN-01", "port_blocked", ["Error: connect ETIMEDOUT smtp.office365.com:587"]],
  ["CONN-02", "port_not_offered", ["connect to smtp.office365.com:465: Connection timed out"]],
  ["CONN-03", "dns_nxdomain", [
    "getaddrinfo ENOTFOUND smtp-namnorth.outlook.com",
    "curl: (6) Could not resolve host: smtp-apacsouth.outlook.com"
  ]],
  ["CONN-04", "plaintext_port_spoken_tls", [
    "smtp.office365.com:587: SSL routines::wrong version number",
    "tls: first record does not look like a TLS handshake (smtp.office365.com:587)"
  ]],
  ["TLS-01", "tls_version_too_old", [
    "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit "
    + "https://aka.ms/smtp_auth_tls."
  ]],
  ["TLS-02", "tls_version_too_old", ["TLS 1.0 and 1.1 are not supported. Visit https://aka.ms/popimap_tls."]],
  ["TLS-03", "must_starttls", [
    "530 5.7.0 Must issue a STARTTLS command first",
    "451 5.7.3 Must issue a STARTTLS command first"
  ]],
  ["TLS-04", "must_starttls", ["451 5.7.3 STARTTLS is required to send mail"]],
  ["TLS-05", "auth_mechanism_unsupported", ["504 5.7.4 Unrecognized authentication type"]],
  ["EHLO-01", "helo_invalid", ["501 5.5.4 Invalid domain name", "501 5.5.4 HELO / EHLO requires domain address"]],
  ["EHLO-02", "command_sequence_error", ["503 5.5.1 Bad sequence of commands", "503 5.5.2 Send hello first"]],
  ["EHLO-03", "command_syntax_error", ["500 5.3.3 Unrecognized command"]],
  ["EHLO-04", "sender_syntax_invalid", ["501 5.1.7 Invalid address"]],
  ["EHLO-04", "recipient_syntax_invalid", ["501 5.1.3 Invalid address"]],
  ["CONN-05", "server_temporary_failure", [
    "421 4.3.2 Service not available",
    "421 4.3.2 System not accepting network messages",
    "421 4.3.2 Service not active"
  ]],
  ["CONN-06", "session_timeout", ["421 4.4.1 Connection timed out"]],
  ["CONN-07", "connection_lost", ["421 4.4.2 Connection dropped due to SocketError"]],
  ["CONN-08", "session_timeout", ["451 4.7.0 Timeout waiting for client input"]],
  ["CONN-09", "server_temporary_failure", [
    "451 4.7.0 Temporary server error. Please try again later. PRX4",
    "451 4.7.0 Temporary server error. Please try again later. PRX5 NextHop: 10.1.2.3 RemoteHost: 10.4.5.6"
  ]],
  ["CONN-10", "server_temporary_failure", ["451 4.4.3 Temporary server error. Please try again later ATTR3.1"]],
  ["CONN-11", "server_temporary_failure", ["451 4.7.700 PFA agent busy, please try again."]],
  ["CONN-12", "server_temporary_failure", [
    "450 4.4.101 Proxy session setup failed on Frontend with an unexpected error"
  ]],
  ["CONN-13", "server_temporary_failure", ["421 4.7.0 Please come back at another time"]]
]

export const signIn: ReadonlyArray<Row> = [
  ["AUTH-01", "smtp_auth_disabled_tenant", [
    `${auth} SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more`
    + " information."
  ]],
  ["AUTH-02", "smtp_auth_disabled_mailbox", [
    `${auth} SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled`
  ]],
  ["AUTH-03", "basic_auth_retired", [`${auth} basic authentication is disabled.`]],
  ["AUTH-04", "security_defaults_block", [
    `${auth} user is locked by your organization's security defaults policy. Contact your administrator.`,
    `${auth} user is locked by your organization’s security defaults policy.`
  ]],
  ["AUTH-05", "conditional_access_block", [
    `${auth} the request did not meet the criteria to be authenticated successfully. Contact your administrator.`
  ]],
  ["AUTH-06", "bad_credentials", [`${auth} the user credentials were incorrect.`]],
  ["AUTH-07", "account_locked", [`${auth} account locked. Contact your administrator.`]],
  ["AUTH-08", "auth_backend_failure", [`${auth} the federated STS service was unreachable.`]],
  ["AUTH-09", "auth_backend_failure", [`${auth} the federated STS URL does not support HTTPS.`]],
  ["AUTH-10", "signin_blocked_by_provider", [`${auth} a new reason that nobody has seen.`]],
  ["AUTH-11", "oauth_token_invalid", ["535 5.7.3 Authentication unsuccessful"], token],
  ["AUTH-12", "bad_credentials", ["535 5.7.3 Authentication unsuccessful"], login],
  ["AUTH-13", "auth_backend_failure", ["454 4.7.0 Temporary authentication failure"]],
  ["AUTH-14", "auth_required", [
    "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
    "530 5.7.57 Client not authenticated to send mail."
  ]],
  ["AUTH-15", "auth_required", [
    "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
  ]],
  ["AUTH-16", "basic_auth_retired", ["550 5.7.30 Basic authentication is not supported for Client Submission."]],
  ["AUTH-17", "auth_required", ["530 5.7.1 Client was not authenticated"]],
  ["AUTH-18", "oauth_token_expired", ["501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon error"]],
  ["AUTH-19", "oauth_token_malformed", ["501 5.5.4 Invalid arguments"], { phase: "auth" }],
  ["AUTH-20", "~service_principal_missing", ["535 5.7.3 Authentication unsuccessful"], token],
  // Not a text of Exchange Online; the standard meaning of the code is in the generic pack.
  ["AUTH-21", "password_expired", ["432 4.7.12 A password transition is needed"]]
]

export const submission: ReadonlyArray<Row> = [
  ["SUBM-01", "send_as_denied", [
    "554 5.2.252 SendAsDenied; scan@contoso.example not allowed to send as info@contoso.example"
  ]],
  ["SUBM-02", "send_as_denied", [
    "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message",
    "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapExceptionSendAsDenied"
  ]],
  ["SUBM-03", "send_as_denied", ["550 5.7.60 SMTP; Client does not have permissions to send as this sender"]],
  ["SUBM-04", "daily_quota_exceeded", [
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; WASCL UserAction verdict is not None. Actual "
    + "verdict is RefuseQuota"
  ]],
  ["SUBM-04", "account_sending_blocked", [
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; WASCL UserAction verdict is not None. Actual "
    + "verdict is Suspend",
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Actual verdict is ShowTierUpgrade",
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Actual verdict is HipSend"
  ]],
  ["SUBM-05", "daily_quota_exceeded", [
    "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message"
  ]],
  ["SUBM-06", "mailbox_full", [
    "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
    "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded"
  ]],
  ["SUBM-07", "throttled_connections", ["432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"]],
  ["SUBM-08", "throttled_connections", [
    "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information."
  ]],
  ["SUBM-09", "throttled_rate", [
    "421 4.4.2 Message submission rate for this client has exceeded the configured limit"
  ]],
  ["SUBM-10", "recipient_limit", ["452 4.5.3 Too many recipients", "452 4.5.3 The list is too long"]],
  ["SUBM-11", "recipient_limit", ["550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients"]],
  ["SUBM-12", "daily_quota_exceeded", [
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"
  ]],
  ["SUBM-13", "daily_quota_exceeded", [
    "550 5.2.2 Submission quota exceeded",
    "550 5.2.2 The message can't be submitted because the sender's submission quota was exceeded"
  ]],
  ["SUBM-14", "daily_quota_exceeded", [
    "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external "
    + "recipients",
    "550 5.7.233 Refused"
  ]],
  ["SUBM-15", "daily_quota_exceeded", [
    "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email",
    "550 5.7.232 Refused"
  ]],
  ["SUBM-16", "daily_quota_exceeded", ["550 5.7.236 Refused for the onmicrosoft.com domain"]],
  ["SUBM-17", "account_sending_blocked", [
    "550 5.1.8 Access denied, bad outbound sender",
    "550 5.1.8 Bad outbound sender AS(42003)"
  ]],
  ["SUBM-18", "account_sending_blocked", [
    "550 5.7.501 Access denied, spam abuse detected",
    "550 5.7.502 Access denied, banned sender",
    "550 5.7.503 Access denied, banned sender"
  ]],
  ["SUBM-19", "account_sending_blocked", ["550 5.7.705 Access denied, tenant has exceeded threshold"]],
  ["SUBM-20", "account_sending_blocked", ["550 5.7.708 Access denied, traffic not accepted from this IP"]],
  ["SUBM-21", "sender_identity_unverified", ["550 5.7.750 Client blocked from sending from unregistered domains"]],
  ["SUBM-22", "policy_rejected", [
    "550 5.7.703 Your message can't be delivered because one or more recipients are blocked by your organization using "
    + "Tenant Allow Block List"
  ]],
  ["SUBM-23", "policy_rejected", [
    "550 5.7.520 Access denied, Your organization does not allow external forwarding. AS(7555)"
  ]],
  ["SUBM-24", "message_too_large", ["552 5.3.4 Message size exceeds fixed maximum message size"]],
  ["SUBM-25", "message_too_large", ["550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"]],
  ["SUBM-26", "message_too_large", ["550 5.2.11 RESOLVER.RST.SendSizeLimit.Sender; message too large for this sender"]],
  ["SUBM-27", "message_format_invalid", ["554 5.6.0 Invalid message content", "554 5.6.0 Corrupt message content"]],
  ["SUBM-28", "message_format_invalid", ["550 5.6.11 Invalid characters"]],
  ["SUBM-29", "message_format_invalid", [
    "550 5.1.20 Multiple From addresses are not allowed without Sender address"
  ]],
  ["SUBM-30", "message_format_invalid", [
    "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant"
  ]],
  ["SUBM-31", "command_syntax_error", ["501 5.5.4 Invalid arguments"], { phase: "mail" }],
  ["SUBM-32", "policy_rejected", [
    "550 5.5.105 External sending is not supported for High Volume Email accounts"
  ]]
]
