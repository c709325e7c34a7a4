/**
 * What the real service says, word for word, with where each text was seen.
 *
 * Marks: V a Microsoft document, T several real threads or captures, S one report, U common knowledge without a source.
 * This list is the simulator's own: it shares nothing with the packs. RFC 5321 section 4.2 gives the form of a reply.
 * Texts without brackets get the bracket of the session in `Stamp`.
 *
 * @since 0.1.0
 */

/** A reply without its bracket. `stamped` says which bracket the service puts behind it. */
export interface Text {
  readonly code: number
  readonly text: string
  readonly stamp: "session" | "store" | "none"
  readonly source: string
}

const text = (code: number, words: string, stamp: Text["stamp"], source: string): Text => ({
  code,
  text: words,
  stamp,
  source
})

/** Size in octets announced by EHLO, 150 MiB (captures 2020 to 2025, T). */
export const maxMessageOctets = 157_286_400

/** Keywords of EHLO before TLS, in order (five captures 2020 to 2025, T). */
export const keywordsInClear: ReadonlyArray<string> = [
  `SIZE ${maxMessageOctets}`,
  "PIPELINING",
  "DSN",
  "ENHANCEDSTATUSCODES",
  "STARTTLS",
  "8BITMIME",
  "BINARYMIME",
  "CHUNKING",
  "SMTPUTF8"
]

/** Keywords after TLS: STARTTLS gives way to AUTH (captures 2025-09-27 and 2025-11-23, T). */
export const keywordsInTls: ReadonlyArray<string> = keywordsInClear.map((keyword) =>
  keyword === "STARTTLS" ? "AUTH LOGIN XOAUTH2" : keyword
)

/** Challenge of AUTH LOGIN: "Username:" in Base64 (T). */
export const promptUser = "334 VXNlcm5hbWU6"
/** Challenge of AUTH LOGIN: "Password:" in Base64 (T). */
export const promptPassword = "334 UGFzc3dvcmQ6"
/** Challenge of AUTH XOAUTH2 without initial response (Microsoft's OAuth page, V). */
export const promptToken = "334 "

export const startTlsReady = text(220, "2.0.0 SMTP server ready", "none", "captures, T")
export const authenticated = text(235, "2.7.0 Authentication successful", "none", "Microsoft's OAuth page, V")
export const senderOk = text(250, "2.1.0 Sender OK", "none", "captures, T")
export const recipientOk = text(250, "2.1.5 Recipient OK", "none", "captures, T")
export const startMail = text(354, "Start mail input; end with <CRLF>.<CRLF>", "none", "captures, T")
export const closing = text(221, "2.0.0 Service closing transmission channel", "none", "captures, T")
export const reset = text(250, "2.0.0 Resetting", "none", "Exchange text, U")
export const noop = text(250, "2.0.0 OK", "none", "Exchange text, U")
export const cannotVerify = text(252, "2.1.5 Cannot VRFY user", "none", "Exchange text, U")
export const help = text(
  214,
  "This server supports the following commands:\nHELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT",
  "none",
  "Exchange text, U"
)

/** Sign-in. AUTH-01 to AUTH-16 of the field notes. */
export const smtpAuthOffTenant = text(
  535,
  "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
  "session",
  "many logs, T; aka.ms page, V"
)
export const smtpAuthOffMailbox = text(
  535,
  "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
  "session",
  "logs, T"
)
export const basicAuthOff = text(
  535,
  "5.7.139 Authentication unsuccessful, basic authentication is disabled.",
  "session",
  "logs 2022 to 2026, T"
)
export const securityDefaults = text(
  535,
  "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
  "session",
  "many logs, T"
)
export const criteria = text(
  535,
  "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
  "session",
  "logs 2024 to 2026, T"
)
export const badCredentials = text(
  535,
  "5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
  "session",
  "many logs, T"
)
export const accountLocked = text(
  535,
  "5.7.139 Authentication unsuccessful, account locked. Contact your administrator.",
  "session",
  "logs 2026-08 and 2026-09, T"
)
export const federationDown = text(
  535,
  "5.7.139 Authentication unsuccessful, the federated STS service was unreachable.",
  "session",
  "Microsoft's device page, V"
)
export const federationWithoutTls = text(
  535,
  "5.7.139 Authentication unsuccessful, the federated STS URL does not support HTTPS.",
  "session",
  "Microsoft's device page, V"
)
export const unsuccessful = text(535, "5.7.3 Authentication unsuccessful", "session", "Microsoft's OAuth page, V")
export const temporaryAuthFailure = text(
  454,
  "4.7.0 Temporary authentication failure",
  "session",
  "Exchange documentation, V; RFC 4954 section 4.7.3"
)
export const basicAuthRetired = text(
  550,
  "5.7.30 Basic authentication is not supported for Client Submission.",
  "session",
  "Exchange team blog 2024-04-15, V; not yet seen live"
)
export const unknownMechanism = text(
  504,
  "5.7.4 Unrecognized authentication type",
  "session",
  "captures 2020 to 2025, T"
)
export const badBase64 = text(501, "5.5.4 Invalid arguments", "session", "U")

/** Sender and session rules before the message. */
export const notAuthenticated = (inner: string | undefined): Text =>
  text(
    530,
    inner === undefined
      ? "5.7.57 Client not authenticated to send mail."
      : `5.7.57 Client not authenticated to send mail. Error: ${inner}`,
    "session",
    "Microsoft's device page, V; with the refusal inside: logs 2026-08, T"
  )
export const startTlsRequired = text(
  451,
  "5.7.3 STARTTLS is required to send mail",
  "session",
  "Microsoft Learn, V"
)
export const sendAsAtMail = text(
  550,
  "5.7.60 SMTP; Client does not have permissions to send as this sender",
  "session",
  "Microsoft's device page, V"
)
export const tooManyRecipients = text(452, "4.5.3 Too many recipients", "session", "Microsoft's NDR page, V")
export const tooLarge = text(
  552,
  "5.3.4 Message size exceeds fixed maximum message size",
  "session",
  "Exchange text, field corpus, T"
)
export const rateExceeded = text(
  421,
  "4.4.2 Message submission rate for this client has exceeded the configured limit",
  "session",
  "one report for Microsoft 365, S; Exchange Server, T"
)

/** The store driver, at the end of the message. */
export const sendAsDenied = (login: string, from: string, inner: string): Text =>
  text(
    554,
    `5.2.252 SendAsDenied; ${login} not allowed to send as ${from}; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit message. 0.35250:${inner}[EndDiagnosticData]`,
    "store",
    "logs 2022 to 2026, T"
  )
export const sendAsDeniedMapi = (inner: string): Text =>
  text(
    554,
    `5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message Cannot submit message. 0.35250:${inner}`,
    "store",
    "older logs, T"
  )
export const tooManySessions = text(
  432,
  "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
  "store",
  "logs 2023 to 2026, T"
)
export const tooManySessionsOlder = text(
  432,
  "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
  "store",
  "Microsoft's submission page, V"
)
export const quotaExceeded = text(
  554,
  "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception with message The message can't be submitted because the sender's submission quota was exceeded.",
  "store",
  "Microsoft's submission page, V"
)
export const mailboxFull = text(
  554,
  "5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception with message Cannot open mailbox.",
  "store",
  "Microsoft's submission page, V"
)
export const outboundSpam = (verdict: string): Text =>
  text(
    554,
    `5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None. Actual verdict is ${verdict}.`,
    "store",
    "logs, T"
  )
export const blockedSender = text(
  550,
  "5.1.8 Access denied, bad outbound sender",
  "session",
  "Microsoft's NDR page, V"
)
export const proxyFailure = text(
  451,
  "4.7.0 Temporary server error. Please try again later. PRX2",
  "session",
  "logs, T"
)
export const serviceTransient = text(421, "4.7.0 Service temporarily unavailable, closing channel", "session", "U")

/** Connection, syntax and order. */
export const serviceBusy = text(421, "4.3.2 Service not available", "session", "field corpus, T")
export const oldTls = text(
  421,
  "4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.",
  "session",
  "Microsoft's TLS page, V"
)
export const badDomain = text(501, "5.5.4 Invalid domain name", "session", "a thread of 2025-04, S")
export const helloFirst = text(503, "5.5.2 Send hello first", "session", "field corpus, T")
export const badSequence = text(503, "5.5.1 Bad sequence of commands", "session", "field corpus, T")
export const unrecognized = text(500, "5.3.3 Unrecognized command", "session", "field corpus, T")
export const badSender = text(
  501,
  "5.1.7 Invalid address",
  "session",
  "Microsoft's submission page, V; code from the corpus, T"
)
export const badRecipient = text(
  501,
  "5.1.3 Invalid address",
  "session",
  "Microsoft's submission page, V; code from the corpus, T"
)
export const badArguments = text(501, "5.5.4 Invalid arguments", "session", "U")
export const tooManyErrors = text(
  421,
  "4.7.0 Too many errors on this connection, closing transmission channel",
  "session",
  "Exchange text, U"
)
export const clientTimeout = text(451, "4.7.0 Timeout waiting for client input", "session", "logs, T")
export const noStartTlsAgain = text(503, "5.5.2 Only one STARTTLS command allowed", "session", "Exchange text, U")

/** Success at the end of a message. The host is a mailbox server's (captures, T). */
export const accepted = (id: string): Text => text(250, `2.0.0 OK ${id}`, "store", "captures, T")
