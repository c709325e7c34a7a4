/**
 * One exchange of a phase: write a line, read a reply, and put every failure of the way into its typed error.
 *
 * Covers the reading rules of RFC 5321 section 4.2 as far as a phase needs them; those of other protocols are in `dialects/`. What
 * a complete reply means is left to the phase.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  ConnectionLost,
  isErrorOf,
  PhaseTimeout,
  ProtocolError,
  TemporaryFailure,
  Throttled
} from "@sonde/domain/Errors"
import type { CodeReply } from "@sonde/domain/Reply"
import * as DomainReply from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { LineDecoder, SessionError } from "@sonde/net/Session"
import type { SmtpReply, SmtpReplyError } from "@sonde/wire/smtp/Reply"
import * as Reply from "@sonde/wire/smtp/Reply"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Classified, Classifier } from "./Classifier.ts"
import { Budget, type Conversation, remaining } from "./Conversation.ts"
import * as Pause from "./Pause.ts"

/**
 * What any exchange can fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export type ExchangeError = ProtocolError | ConnectionLost | PhaseTimeout

const problemReason = {
  "no-code": "MalformedReply",
  "code-changed": "CodeChanged",
  "too-many-lines": "ReplyTooLong",
  "too-long": "ReplyTooLong",
  "empty": "MalformedReply"
} as const

/**
 * The fields that every error of a phase begins with.
 *
 * @category combinators
 * @since 0.1.0
 */
export const at = <P extends PhaseId>(conversation: Omit<Conversation, "session">, phase: P) => ({
  service: conversation.service,
  endpoint: conversation.endpoint,
  phase
})

/**
 * What a server sent and no dialect reads: why, in the words of its codec, and the first line of it, masked.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unreadable extends Data.TaggedError("Unreadable")<{
  readonly reason: "MalformedReply" | "ReplyTooLong"
  readonly problem: string
  readonly line: string
}> {}

/**
 * Puts a failure of the session into its typed error.
 *
 * @category combinators
 * @since 0.1.0
 */
export const translate =
  (conversation: Omit<Conversation, "session">, phase: PhaseId, awaited: string) =>
  (error: SessionError | SmtpReplyError | Unreadable): ExchangeError => {
    const where = format(conversation.endpoint)
    switch (error._tag) {
      case "SessionLost":
        return new ConnectionLost({
          ...at(conversation, phase),
          reason: error.reason,
          bytes: error.bytes,
          lastCommand: error.lastCommand,
          message: error.reason === "Reset"
            ? `${where} reset the connection while ${awaited} was awaited`
            : `${where} closed the connection while ${awaited} was awaited`
        })
      case "SessionTimeout":
        return new PhaseTimeout({
          ...at(conversation, phase),
          afterMillis: error.afterMillis,
          awaited,
          message: `${where} did not send ${awaited} within ${error.afterMillis / 1000} s`
        })
      case "SessionLineTooLong":
        return new ProtocolError({
          ...at(conversation, phase),
          reason: "LineTooLong",
          message: `${where} sent a line of more than ${error.octets} octets where ${awaited} was awaited`
        })
      case "SmtpReplyError":
        return new ProtocolError({
          ...at(conversation, phase),
          reason: problemReason[error.problem],
          message: `${where} sent what is no reply (${error.problem}) where ${awaited} was awaited: ${
            JSON.stringify(error.line)
          }`
        })
      case "Unreadable":
        return new ProtocolError({
          ...at(conversation, phase),
          reason: error.reason,
          message: `${where} sent what is no reply (${error.problem}) where ${awaited} was awaited: ${
            JSON.stringify(error.line)
          }`
        })
    }
  }

/**
 * A reply, with the challenge in it as the server sent it. The text has every known secret masked; a challenge must be answered as it
 * is, since a short password may stand in it by chance.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends SmtpReply {
  readonly challenge?: string
}

/** RFC 4954 section 4: a 334 holds the challenge; it has one line. */
const decoder = (): LineDecoder<Asked, SmtpReplyError> => {
  const reply = Reply.decoder()
  return {
    push: (line, raw) =>
      Result.map(
        reply.push(line),
        (read) => read?.code === 334 ? { ...read, challenge: raw.slice(4) } : read
      )
  }
}

/** The wait after the end of a message, which no deadline cuts. */
const committing = Effect.map(Budget, ({ commitMillis }) => commitMillis)

/**
 * Writes a line, when given, and reads one reply. `awaited` names the reply in messages. A reply that was there before
 * the line was written is no answer to it: `ProtocolError UnexpectedData`, unless it is a 421.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ask = (
  conversation: Conversation,
  phase: PhaseId,
  line: Outgoing | undefined,
  awaited: string,
  kind: "phaseMillis" | "commitMillis" = "phaseMillis"
): Effect.Effect<Asked, ExchangeError> =>
  Effect.flatMap(kind === "commitMillis" ? committing : remaining(kind), (millis) => {
    const exchange = (sent: Outgoing | undefined) =>
      Effect.mapError(
        conversation.session.exchange(sent, decoder(), millis),
        translate(conversation, phase, awaited)
      )
    if (line === undefined || phase === "data" || conversation.session.unread() === 0) return exchange(line)
    // What came unasked must not be taken for the answer. Only a farewell may come at any time: RFC 5321 section 3.8.
    return Effect.flatMap(exchange(undefined), (early) =>
      early.code === 421 ? Effect.succeed(early) : Effect.fail(
        new ProtocolError({
          ...at(conversation, phase),
          reason: "UnexpectedData",
          reply: travelling(early),
          message: `${format(conversation.endpoint)} sent ${
            DomainReply.format(travelling(early))
          } before anything was asked`
        })
      ))
  })

/**
 * A reply as it travels.
 *
 * @category combinators
 * @since 0.1.0
 */
export const travelling = (reply: SmtpReply): CodeReply => ({
  code: reply.code,
  ...(reply.enhanced === undefined ? {} : { enhanced: reply.enhanced }),
  text: reply.text
})

/**
 * A reply that has no place where it came, as `ProtocolError UnexpectedReply`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unexpected = (conversation: Conversation, phase: PhaseId, reply: SmtpReply, to: string) =>
  new ProtocolError({
    ...at(conversation, phase),
    reason: "UnexpectedReply",
    reply: travelling(reply),
    message: `${format(conversation.endpoint)} answered ${to} with ${DomainReply.format(travelling(reply))}`
  })

/**
 * The same for any protocol; `said` is what it said, for people.
 *
 * @category combinators
 * @since 0.1.0
 */
export const misplaced = (
  conversation: Conversation,
  phase: PhaseId,
  { reply, said }: { readonly reply: DomainReply.Reply | undefined; readonly said: string },
  to: string
) =>
  new ProtocolError({
    ...at(conversation, phase),
    reason: "UnexpectedReply",
    ...(reply === undefined ? {} : { reply }),
    message: `${format(conversation.endpoint)} answered ${to} with ${said}`
  })

/**
 * What a refusal is: a throttle, a temporary failure, or the phase's own error, built by `own` from the reply and
 * what the knowledge says of it. `isTemporary` is what the reply means by itself; it counts unless the knowledge says otherwise, and
 * `"always"` whatever that says, but for a throttle.
 *
 * @category combinators
 * @since 0.1.0
 */
export const turnedDown = <R extends DomainReply.Reply, E>(
  conversation: Omit<Conversation, "session">,
  phase: PhaseId,
  reply: R,
  isTemporary: boolean | "always",
  own: (reply: R, classified: Exclude<Classified["error"], "Throttled" | "TemporaryFailure"> | undefined) => E,
  mechanism?: string
): Effect.Effect<never, E | Throttled | TemporaryFailure> =>
  Effect.flatMap(Classifier, (classify): Effect.Effect<never, E | Throttled | TemporaryFailure> => {
    const classified = classify({ service: conversation.service, phase, reply, mechanism })
    // Knowledge about another phase must not turn a 4yz reply into a failure of this one.
    const known = classified !== undefined && isErrorOf(phase, classified.error) ? classified : undefined
    const message = `${format(conversation.endpoint)} said ${DomainReply.format(reply)}`
    if (known?.error === "Throttled") {
      return Effect.fail(
        new Throttled({
          ...at(conversation, phase),
          reply,
          scope: known.scope,
          // What the server says itself counts before what is known of its like.
          retryAfterMillis: Pause.millisOf(reply.text) ?? known.retryAfterMillis,
          message
        })
      )
    }
    if (isTemporary === "always" || (known === undefined ? isTemporary : known.error === "TemporaryFailure")) {
      return Effect.fail(new TemporaryFailure({ ...at(conversation, phase), reply, message }))
    }
    return Effect.fail(own(reply, known === undefined || known.error === "TemporaryFailure" ? undefined : known.error))
  })

/**
 * The same for a reply of SMTP. One of 400 to 499 invites the client to try again (RFC 5321 section 4.2.1), so it is a throttle or
 * temporary and never a final refusal; the knowledge may call a reply of 500 to 599 temporary.
 *
 * @category combinators
 * @since 0.1.0
 */
export const refused = <E>(
  conversation: Conversation,
  phase: PhaseId,
  reply: SmtpReply,
  own: (reply: CodeReply, classified: Exclude<Classified["error"], "Throttled" | "TemporaryFailure"> | undefined) => E,
  mechanism?: string
): Effect.Effect<never, E | Throttled | TemporaryFailure> =>
  turnedDown(
    conversation,
    phase,
    travelling(reply),
    reply.code >= 400 && reply.code < 500 ? "always" : false,
    own,
    mechanism
  )
