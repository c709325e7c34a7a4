/**
 * One call of Microsoft Graph, and what a refusal of it is.
 *
 * Graph refuses with a status and a code in JSON (`{"error":{"code","message"}}`). Which typed error that is, the knowledge is
 * asked first, as for replies of SMTP; what it leaves open the code decides, and then the status.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import {
  ApiError,
  isErrorOf,
  MailboxUnavailable,
  MessageRejected,
  ProtocolError,
  RecipientRejected,
  SendAsDenied,
  SenderRejected,
  TemporaryFailure,
  Throttled
} from "@sonde/domain/Errors"
import type { CodeReply } from "@sonde/domain/Reply"
import type { Http, HttpResponse } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { type Classified, Classifier } from "./Classifier.ts"
import * as HttpAsk from "./HttpAsk.ts"

/**
 * Whose mailbox is called, and with what. `path` names the mailbox in calls: `/me`, or `/users/person@example.com`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Caller {
  readonly way: HttpAsk.Way
  readonly endpoint: Endpoint
  readonly token: Redacted.Redacted<string>
  readonly mailbox: string
  readonly path: string
}

/**
 * The phases that call Graph.
 *
 * @category models
 * @since 0.1.0
 */
export type PhaseName = "mailbox" | "send" | "find"

/**
 * How calls name a mailbox: the person a token stands for is `/me`; everybody else, and all for a token without a person, are
 * under `/users`. A token that cannot be read is one of a personal account, which knows no others.
 *
 * @category combinators
 * @since 0.1.0
 */
export const pathOf = (
  mailbox: string,
  token: { readonly format: string; readonly kind?: string; readonly user?: string }
): string => {
  const isOwn = token.kind === "user" && token.user?.toLowerCase() === mailbox.toLowerCase()
  return isOwn || token.format !== "jwt" ? "/me" : `/users/${encodeURIComponent(mailbox).replaceAll("%40", "@")}`
}

/**
 * Calls Graph: `rest` is what follows the mailbox, such as `/sendMail`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const call = <E = never>(
  caller: Caller,
  phase: PhaseName,
  rest: string,
  asked: Omit<HttpAsk.Ask<E>, "token">
): Effect.Effect<HttpResponse, HttpAsk.WayFailure | E, Http | Resolver> =>
  HttpAsk.exchange<E>(
    caller.way,
    phase,
    { endpoint: caller.endpoint, path: `/v1.0${caller.path}${rest}` },
    { ...asked, token: caller.token }
  )

/**
 * A refusal as Graph words it. `code` is empty where the body names none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Said {
  readonly code: string
  readonly reply: CodeReply
  readonly requestId: string | undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A code that is no word, or longer than any there is, is no code. */
const codeOf = (text: string | undefined): string => text !== undefined && /^[\w.]{1,80}$/.test(text) ? text : ""

/**
 * Reads what a response says.
 *
 * @category decoding
 * @since 0.1.0
 */
export const saidIn = (way: HttpAsk.Way, response: HttpResponse): Said => {
  const error = HttpAsk.membersOf(response.body)?.["error"]
  const members = isRecord(error) ? error : undefined
  // A server may put a token anywhere, so everything it says is scrubbed.
  const clean = (text: string | undefined) => text === undefined ? undefined : way.recorder.scrub(text)
  const code = members === undefined ? "" : codeOf(clean(HttpAsk.textOf(members, "code")))
  const message = members === undefined ? undefined : HttpAsk.textOf(members, "message")
  const reply = HttpAsk.replyOf(way, response)
  const text = code === "" ? reply.text : clean(
    [code, ...(message === undefined ? [] : [message.replaceAll(/\s+/g, " ").trim().slice(0, 500)])].join(": ")
  )
  const requestId = /^[\w-]{1,80}$/.exec(clean(response.headers["request-id"]) ?? "")?.[0]
  return { code, reply: { code: reply.code, text: text ?? "" }, requestId }
}

/** What Graph's codes mean for whoever sends (Microsoft Graph error codes; EWS response codes, which it passes on). */
const meanings: Readonly<Record<string, Exclude<Classified["error"], "AuthRejected"> | "MailboxUnavailable">> = {
  ErrorSendAsDenied: "SendAsDenied",
  ErrorExceededMessageLimit: "SenderRejected",
  ErrorMessageSubmissionBlocked: "SenderRejected",
  ErrorAccountSuspend: "SenderRejected",
  ErrorInvalidRecipients: "RecipientRejected",
  ErrorMissingRecipients: "RecipientRejected",
  ErrorMessageSizeExceeded: "MessageRejected",
  ErrorMimeContentInvalid: "MessageRejected",
  ErrorMimeContentInvalidBase64String: "MessageRejected",
  ErrorQuotaExceeded: "MessageRejected",
  quotaLimitReached: "MessageRejected",
  MailboxNotEnabledForRESTAPI: "MailboxUnavailable",
  MailboxNotSupportedForRESTAPI: "MailboxUnavailable",
  ErrorInvalidUser: "MailboxUnavailable",
  ErrorNonExistentMailbox: "MailboxUnavailable",
  ErrorMissingEmailAddress: "MailboxUnavailable",
  Request_ResourceNotFound: "MailboxUnavailable",
  ResourceNotFound: "MailboxUnavailable",
  ApplicationThrottled: "Throttled",
  TooManyRequests: "Throttled",
  activityLimitReached: "Throttled",
  serviceNotAvailable: "TemporaryFailure",
  ErrorServerBusy: "TemporaryFailure",
  ErrorInternalServerTransientError: "TemporaryFailure",
  ErrorMailboxMoveInProgress: "TemporaryFailure",
  ErrorMailboxStoreUnavailable: "TemporaryFailure",
  ErrorTimeoutExpired: "TemporaryFailure"
}

/**
 * Whose message it is. `user` is the sign-in name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Letter {
  readonly from: string
  readonly user: string
  readonly to: ReadonlyArray<string>
}

/** @category errors @since 0.1.0 */
export type MailboxRefusal = MailboxUnavailable | ApiError | Throttled | TemporaryFailure | ProtocolError

/** @category errors @since 0.1.0 */
export type SendRefusal =
  | SendAsDenied
  | SenderRejected
  | RecipientRejected
  | MessageRejected
  | ApiError
  | Throttled
  | TemporaryFailure
  | ProtocolError

const known = (phase: PhaseName, said: Said, status: number, classified: Classified | undefined) => {
  if (classified !== undefined && isErrorOf(phase, classified.error)) return classified.error
  const meant = meanings[said.code]
  if (meant !== undefined && isErrorOf(phase, meant)) return meant
  if (status === 429) return "Throttled"
  if (status === 413 && phase === "send") return "MessageRejected"
  return status >= 500 ? "TemporaryFailure" : undefined
}

const refusal = Effect.fnUntraced(function*(
  { endpoint, mailbox, way }: Pick<Caller, "way" | "endpoint" | "mailbox">,
  phase: PhaseName,
  response: HttpResponse,
  letter: Letter
) {
  const { status } = response
  const said = saidIn(way, response)
  const { code, reply, requestId } = said
  const classified = (yield* Classifier)({ service: way.service, phase, reply })
  const id = requestId === undefined ? "" : ` (request-id ${requestId})`
  const head = {
    ...HttpAsk.at(way, endpoint, phase),
    message: `${format(endpoint)} said ${`${reply.code} ${reply.text}`.trimEnd()}${id}`
  }
  switch (known(phase, said, status, classified)) {
    case "Throttled":
      return new Throttled({
        ...head,
        reply,
        scope: classified?.error === "Throttled" ? classified.scope : "mailbox",
        retryAfterMillis: HttpAsk.retryAfterMillis(response) ??
          (classified?.error === "Throttled" ? classified.retryAfterMillis : HttpAsk.defaultRetryMillis)
      })
    case "TemporaryFailure":
      return new TemporaryFailure({ ...head, reply })
    case "MailboxUnavailable":
      return new MailboxUnavailable({
        ...head,
        reply,
        message: `${head.message}: ${mailbox} has no mailbox that Graph can reach`
      })
    case "SendAsDenied":
      return new SendAsDenied({ ...head, reply, from: letter.from, authenticatedAs: letter.user })
    case "SenderRejected":
      return new SenderRejected({ ...head, reply })
    case "RecipientRejected":
      return new RecipientRejected({ ...head, reply, to: letter.to.join(", ") })
    case "MessageRejected":
      return new MessageRejected({ ...head, reply })
    default:
      return status >= 400
        ? new ApiError({ ...head, status, providerCode: code, reply })
        : new ProtocolError({
          ...head,
          reason: "UnexpectedReply",
          reply,
          message: `${format(endpoint)} answered with ${status}, which has no place here${id}`
        })
  }
})

const nobody: Letter = { from: "", user: "", to: [] }

/**
 * What a response is that refuses to open a mailbox.
 *
 * @category combinators
 * @since 0.1.0
 */
export const refusedMailbox = (
  caller: Pick<Caller, "way" | "endpoint" | "mailbox">,
  response: HttpResponse
): Effect.Effect<never, MailboxRefusal> =>
  // `isErrorOf` lets only errors of the phase through.
  Effect.flatMap(refusal(caller, "mailbox", response, nobody), (error) => Effect.fail(error as MailboxRefusal))

/**
 * What a response is that refuses to look into a mailbox.
 *
 * @category combinators
 * @since 0.1.0
 */
export const refusedLook = (
  caller: Pick<Caller, "way" | "endpoint" | "mailbox">,
  response: HttpResponse
): Effect.Effect<never, MailboxRefusal> =>
  // `isErrorOf` lets only errors of the phase through.
  Effect.flatMap(refusal(caller, "find", response, nobody), (error) => Effect.fail(error as MailboxRefusal))

/**
 * What a response is that refuses a message, or a step on its way.
 *
 * @category combinators
 * @since 0.1.0
 */
export const refusedMessage = (
  caller: Pick<Caller, "way" | "endpoint" | "mailbox">,
  response: HttpResponse,
  letter: Letter
): Effect.Effect<never, SendRefusal> =>
  Effect.flatMap(refusal(caller, "send", response, letter), (error) => Effect.fail(error as SendRefusal))

/**
 * Whether a response says that nothing but recipients is missing: what Graph answers to a message without any, once token,
 * permission and mailbox are in order.
 *
 * @category guards
 * @since 0.1.0
 */
export const lacksRecipients = ({ code, reply }: Said): boolean =>
  reply.code === 400 && (code === "ErrorInvalidRecipients" || code === "ErrorMissingRecipients")
