/** Replies of Exchange Online to IMAP and POP3, and answers of Microsoft Graph; see `microsoft.ts`. */
import type { Cause } from "@sonde/domain/Cause"
import type { Hints } from "@sonde/domain/Explanation"
import type { Row } from "./microsoft.ts"

const imap: Hints = { protocol: "imap" }
const pop: Hints = { protocol: "pop3" }

export const reading: ReadonlyArray<Row> = [
  ["IMAP-01", "oauth_token_invalid", ["A1 NO AUTHENTICATE failed.", "NO AUTHENTICATE failed."], imap],
  ["IMAP-02", "~service_principal_missing", ["A1 NO AUTHENTICATE failed."], imap],
  ["IMAP-03", "basic_auth_retired", ["A2 NO LOGIN failed.", "imaplib.IMAP4.error: b'LOGIN failed.'"], imap],
  ["IMAP-04", "basic_auth_retired", [
    "A3 NO [AUTHENTICATIONFAILED] AuthFailed:LogonDenied-BasicAuthBlocked-4 <UserType:OrgId> "
    + "LogonFailed-BasicAuthBlocked"
  ], imap],
  ["IMAP-05", "basic_auth_retired", ["A4 NO Basic authentication is disabled."], imap],
  ["IMAP-06", "mailbox_permission_missing", [
    "A5 BAD User is authenticated but not connected.",
    "NAMESPACE: NO User is authenticated but not connected."
  ], imap],
  ["IMAP-07", "connection_lost", ["* BYE Connection closed. 14", "* BYE Connection is closed. 13"], imap],
  ["IMAP-08", "throttled_rate", ["A6 BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds"], imap],
  ["IMAP-09", "message_too_large", ["A7 NO Maximum size of appendable message has been exceeded."], imap],
  ["IMAP-10", "command_syntax_error", ["A8 BAD Command Argument Error. 10", "A8 BAD Command Argument Error. 12"], imap],
  ["IMAP-11", "server_misconfigured", ["session failed: NoPrimarySmtpAddress"], imap],
  ["IMAP-12", "tls_version_too_old", [
    "* BYE TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit "
    + "https://aka.ms/popimap_tls."
  ], imap],
  ["IMAP-13", "~imap_disabled", ["A9 NO AUTHENTICATE failed."], imap],
  ["IMAP-14", "oauth_token_expired", ["* BYE Session invalidated - AccessTokenExpired"], imap],
  ["IMAP-15", "server_temporary_failure", ["A10 NO Server Unavailable. 15"], imap],
  ["IMAP-16", "basic_auth_retired", ["A1 NO AUTHENTICATE failed."], { ...imap, mechanism: "PLAIN" }],
  ["POP-01", "oauth_token_invalid", ["-ERR Authentication failure: unknown user name or bad password."], pop],
  ["POP-02", "basic_auth_retired", ["-ERR Logon failure: unknown user name or bad password."], pop],
  ["POP-03", "command_sequence_error", ["-ERR Protocol error. Connection is closed. 10"], pop],
  ["POP-07", "basic_auth_retired", ["-ERR Protocol error. Connection is closed. 10"], { ...pop, mechanism: "PLAIN" }],
  ["POP-04", "~imap_disabled", ["-ERR Authentication failure: unknown user name or bad password."], pop],
  ["POP-06", "tls_version_too_old", [
    "-ERR TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit "
    + "https://aka.ms/popimap_tls."
  ], pop]
]

export type GraphRow = readonly [
  id: string,
  cause: Cause,
  answers: ReadonlyArray<readonly [code: string, message: string]>
]

const submission = "Cannot send mail. Follow the instructions in your Inbox to verify your account."

/** `code` and `message` of the error object; a test makes the body and other forms of them. */
export const graph: ReadonlyArray<GraphRow> = [
  ["GRAPH-01", "oauth_wrong_audience", [[
    "InvalidAuthenticationToken",
    "Access token validation failure. Invalid audience."
  ]]],
  ["GRAPH-01", "oauth_token_expired", [[
    "InvalidAuthenticationToken",
    "Lifetime validation failed, the token is expired."
  ]]],
  ["GRAPH-01", "oauth_token_malformed", [[
    "InvalidAuthenticationToken",
    "CompactToken parsing failed with error code: 8004920A"
  ]]],
  ["GRAPH-02", "graph_permission_missing", [[
    "ErrorAccessDenied",
    "Access is denied. Check credentials and try again."
  ]]],
  ["GRAPH-03", "mailbox_permission_missing", [[
    "ErrorAccessDenied",
    "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."
  ]]],
  ["GRAPH-04", "send_as_denied", [[
    "ErrorSendAsDenied",
    "The user account which was used to submit this request does not have the right to send mail on behalf of the "
    + "specified sending account."
  ]]],
  ["GRAPH-05", "graph_permission_missing", [[
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation."
  ]]],
  ["GRAPH-06", "mailbox_not_licensed", [
    ["MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."],
    ["MailboxNotSupportedForRESTAPI", "REST API is not yet supported for this mailbox."]
  ]],
  ["GRAPH-07", "user_not_found", [
    ["ErrorInvalidUser", "The requested user 'desk@contoso.example' is invalid."],
    ["Request_ResourceNotFound", "Resource 'desk@contoso.example' does not exist."]
  ]],
  ["GRAPH-08", "throttled_connections", [[
    "ApplicationThrottled",
    "Application is over its MailboxConcurrency limit."
  ]]],
  ["GRAPH-09", "throttled_rate", [
    ["ApplicationThrottled", "Application is over its limit."],
    ["activityLimitReached", "The app or user has been throttled."],
    ["TooManyRequests", "Too many requests."]
  ]],
  ["GRAPH-10", "server_temporary_failure", [
    ["serviceNotAvailable", "The service is not available."],
    ["ErrorServerBusy", "The server cannot service this request right now."]
  ]],
  ["GRAPH-11", "message_too_large", [["ErrorMessageSizeExceeded", "The message exceeds the maximum supported size."]]],
  ["GRAPH-12", "mailbox_full", [
    ["ErrorQuotaExceeded", "The mailbox has exceeded its quota."],
    ["quotaLimitReached", "The user has reached their quota limit."]
  ]],
  ["GRAPH-13", "recipient_syntax_invalid", [["ErrorInvalidRecipients", "At least one recipient isn't valid."]]],
  ["GRAPH-14", "message_format_invalid", [["ErrorMimeContentInvalid", "The MIME content is invalid."]]],
  ["GRAPH-15", "mailbox_not_licensed", [["extensionError", "The mailbox cannot be reached."]]],
  ["GRAPH-16", "conditional_access_block", [["insufficient_claims", "Further claims are needed."]]],
  ["GRAPH-17", "account_suspended", [
    ["ErrorAccountDisabled", "The account is disabled."],
    ["ErrorAccountSuspend", "Account suspended."]
  ]],
  ["GRAPH-18", "mailbox_not_licensed", [
    ["ErrorNonExistentMailbox", "No mailbox with such guid."],
    ["ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it."]
  ]],
  ["GRAPH-19", "server_temporary_failure", [
    ["ErrorMailboxMoveInProgress", "Mailbox move in progress."],
    ["ErrorMailboxStoreUnavailable", "The mailbox database is temporarily unavailable."],
    ["ErrorInternalServerTransientError", "An internal server error occurred."],
    ["ErrorTimeoutExpired", "The request timed out."]
  ]],
  ["GRAPH-21", "account_sending_blocked", [
    ["ErrorExceededMessageLimit", submission],
    ["ErrorMessageSubmissionBlocked", submission]
  ]]
]
