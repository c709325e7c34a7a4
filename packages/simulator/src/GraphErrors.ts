/**
 * What Microsoft Graph says when it refuses: status, code and message, with where each was seen. Marks as in
 * `Transcripts.ts`.
 *
 * @since 0.1.0
 */

/** A refusal. `retryAfterSeconds` becomes the Retry-After field (RFC 9110 section 10.2.3). */
export interface GraphError {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly source: string
  readonly retryAfterSeconds?: number
}

const refusal = (
  status: number,
  code: string,
  message: string,
  source: string,
  retryAfterSeconds?: number
): GraphError => ({ status, code, message, source, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) })

const token = (message: string, source: string): GraphError =>
  refusal(401, "InvalidAuthenticationToken", message, source)

export const noToken = token("Access token is empty.", "logs, T")
export const noJwt = token("CompactToken parsing failed with error code: 80049217", "logs, T")
export const unknownToken = token(
  "Access token validation failure.",
  "Graph's page on authorization errors, V; wording U"
)
export const wrongAudience = token("Access token validation failure. Invalid audience.", "logs, T")
export const expired = token("Lifetime validation failed, the token is expired.", "logs, T")

export const onlyDelegated = refusal(
  400,
  "BadRequest",
  "/me request is only valid with delegated authentication flow.",
  "logs, T"
)
export const accessDenied = refusal(
  403,
  "ErrorAccessDenied",
  "Access is denied. Check credentials and try again.",
  "Graph's page on authorization errors, V"
)
export const accessPolicy = refusal(
  403,
  "ErrorAccessDenied",
  "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",
  "logs 2022 to 2026, T"
)
export const requestDenied = refusal(
  403,
  "Authorization_RequestDenied",
  "Insufficient privileges to complete the operation.",
  "logs, T"
)
export const sendAsDenied = refusal(
  403,
  "ErrorSendAsDenied",
  "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.",
  "Graph documentation, V; logs, T"
)
export const noMailbox = refusal(
  404,
  "MailboxNotEnabledForRESTAPI",
  "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
  "Microsoft support article 4462988, V; logs, T"
)
export const invalidUser = (id: string): GraphError =>
  refusal(404, "ErrorInvalidUser", `The requested user '${id}' is invalid.`, "logs, T")
export const noResource = (id: string): GraphError =>
  refusal(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    "logs, T"
  )
export const noItem = refusal(
  404,
  "ErrorItemNotFound",
  "The specified object was not found in the store.",
  "EWS response codes, V"
)
export const noSegment = (segment: string): GraphError =>
  refusal(400, "BadRequest", `Resource not found for the segment '${segment}'.`, "logs, T")
export const badMethod = refusal(
  405,
  "ErrorInvalidRequest",
  "The OData request is not supported.",
  "logs, T"
)
export const badJson = refusal(
  400,
  "BadRequest",
  "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  "logs, T"
)
export const badFilter = refusal(
  400,
  "ErrorInvalidUrlQueryFilter",
  "The query filter contains one or more invalid nodes.",
  "EWS response codes, V; wording in public threads, T"
)
export const noMessage = refusal(
  400,
  "ErrorInvalidParameter",
  "The value of the parameter 'message' is empty.",
  "EWS response codes, V for the code; wording U"
)
export const emptyRecipients = refusal(
  400,
  "ErrorInvalidRecipients",
  "At least one recipient is not valid., A message can't be sent because it contains no recipients.",
  "logs 2018 to 2025, T"
)
export const badRecipients = refusal(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.", "logs, T")
export const badMime = refusal(
  400,
  "ErrorMimeContentInvalidBase64String",
  "Invalid base64 string for MIME content.",
  "EWS response codes, V"
)
export const tooLarge = refusal(
  413,
  "ErrorMessageSizeExceeded",
  "The message exceeds the maximum supported size.",
  "EWS response codes, V"
)
export const quota = refusal(
  507,
  "ErrorQuotaExceeded",
  "The mailbox quota has been exceeded.",
  "EWS response codes, V"
)
export const blocked = refusal(
  403,
  "ErrorMessageSubmissionBlocked",
  "Cannot send mail. Follow the instructions in your Inbox to verify your account.",
  "logs, T for the message; code U"
)
export const outboundSpam = (verdict: string): GraphError =>
  refusal(
    403,
    "ErrorExceededMessageLimit",
    `Cannot send mail. Follow the instructions in your Inbox to verify your account., WASCL UserAction verdict is not None. Actual verdict is ${verdict}.`,
    "logs, T; code U"
  )
export const throttled = (seconds: number): GraphError =>
  refusal(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", "logs, T", seconds)
export const busy = refusal(
  503,
  "serviceNotAvailable",
  "The service is temporarily unavailable. You may repeat the request after a delay.",
  "Graph's page on errors, V",
  10
)
export const transient = refusal(
  500,
  "ErrorInternalServerTransientError",
  "An internal server error occurred. Try again later.",
  "EWS response codes, V"
)
export const smallAttachment = refusal(
  400,
  "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
  "Attachment size must be greater than the minimum size.",
  "a thread, S"
)
export const badUpload = refusal(401, "InvalidAuthenticationToken", "The upload session is not valid.", "U")
export const badRange = refusal(
  416,
  "ErrorInvalidRange",
  "The uploaded fragment overlaps with data that has already been received, or leaves a gap.",
  "Graph's page on large attachments, V for the rule; wording U"
)

/** Tells a refusal from what would have been done. */
export const isError = (result: object): result is GraphError => "status" in result && "code" in result
