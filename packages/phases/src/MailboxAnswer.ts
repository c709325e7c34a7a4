/**
 * The answer to a command about a mailbox that is signed in to: what it grants, or why the mailbox cannot be used.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import { MailboxUnavailable, type TemporaryFailure, type Throttled } from "@sonde/domain/Errors"
import * as DomainReply from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import * as Effect from "effect/Effect"
import { at, type ExchangeError, misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { type Answer, saidBy } from "./dialects/Dialect.ts"

/**
 * What a command about a mailbox can fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export type MailboxFailure = MailboxUnavailable | ExchangeError | Throttled | TemporaryFailure

type Accepted = Extract<Answer, { readonly _tag: "Accepted" }>
type Refused = Extract<Answer, { readonly _tag: "Refused" }>

/**
 * A refusal: a throttle, a temporary failure, or `MailboxUnavailable`. `did` is what the server did, for people; `detail` is put
 * behind what it said.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unavailable = (
  conversation: Conversation,
  phase: PhaseId,
  { isTemporary, reply }: Refused,
  did: string,
  detail = ""
): Effect.Effect<never, MailboxUnavailable | Throttled | TemporaryFailure> =>
  turnedDown(
    conversation,
    phase,
    reply,
    isTemporary,
    (said) =>
      new MailboxUnavailable({
        ...at(conversation, phase),
        reply: said,
        message: `${format(conversation.endpoint)} ${did}: ${DomainReply.format(said)}${detail}`
      })
  )

/**
 * What an answer to `command` grants. `did` and `detail` are what is told of a refusal.
 *
 * @category combinators
 * @since 0.1.0
 */
export const accepted = (
  conversation: Conversation,
  phase: PhaseId,
  answer: Answer,
  command: string,
  did: string,
  detail?: string
): Effect.Effect<Accepted, MailboxFailure> => {
  if (answer._tag === "Accepted") return Effect.succeed(answer)
  return answer._tag === "Refused"
    ? unavailable(conversation, phase, answer, did, detail)
    : Effect.fail(misplaced(conversation, phase, saidBy(answer), command))
}
