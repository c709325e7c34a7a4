/**
 * Names the recipients: `specs/rcpt.md`.
 *
 * RFC 5321 section 4.1.1.3. No message is sent.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  type PhaseTimeout,
  type ProtocolError,
  RecipientRejected,
  type SendAsDenied,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { RcptFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import * as Command from "@sonde/wire/smtp/Command"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ask, at, refused, unexpected } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { sendAsDenied } from "./MailFrom.ts"
import * as Phase from "./Phase.ts"

/**
 * Whom to send to, at least one valid mailbox; the sender for errors that concern it.
 *
 * @category models
 * @since 0.1.0
 */
export interface RcptInput {
  readonly conversation: Conversation
  readonly to: ReadonlyArray<string>
  readonly from: string
  readonly user: string
}

/** @category errors @since 0.1.0 */
export type RcptFailure =
  | SendAsDenied
  | RecipientRejected
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "rcpt",
  version: 1,
  resume: { rule: "reacquire" },
  facts: RcptFacts
})

/**
 * Names the recipients, one after the other; the first refusal ends it.
 *
 * @category services
 * @since 0.1.0
 */
export class RcptTo
  extends Context.Service<RcptTo, Phase.Phase<"rcpt", RcptInput, RcptFacts, RcptFacts, RcptFailure>>()(
    "@sonde/phases/RcptTo"
  )
{
  static readonly layer = Layer.sync(RcptTo, () => {
    const one = Effect.fnUntraced(function*(input: RcptInput, to: string) {
      const { conversation } = input
      const line = Result.getOrThrow(Command.rcptTo(to))
      const reply = yield* ask(conversation, "rcpt", [line], `the reply to RCPT TO ${to}`)
      // RFC 5321 section 3.4: 251 accepts and forwards; section 3.5.3: 252 accepts without having verified.
      if (reply.code >= 250 && reply.code <= 252) return { to, text: reply.text }
      if (reply.code < 400) return yield* unexpected(conversation, "rcpt", reply, "RCPT TO")
      return yield* refused(conversation, "rcpt", reply, (seen, known) =>
        known === "SendAsDenied"
          ? sendAsDenied(conversation, "rcpt", seen, input)
          : new RecipientRejected({
            ...at(conversation, "rcpt"),
            reply: seen,
            to,
            message: `${format(conversation.endpoint)} refused the recipient ${to} with ${DomainReply.format(seen)}`
          }))
    })
    const run = Effect.fnUntraced(function*(input: RcptInput) {
      return { recipients: yield* Effect.forEach(input.to, (to) => one(input, to)) }
    })
    return RcptTo.of({ definition: definition, run })
  })
}
