/**
 * Names the sender: `specs/mail.md`.
 *
 * RFC 5321 section 4.1.1.2, SIZE of RFC 1870 section 6, SMTPUTF8 of RFC 6531 section 3.4. No message is sent.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  type PhaseTimeout,
  type ProtocolError,
  SendAsDenied,
  SenderRejected,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { type EhloFacts, MailFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import * as Address from "@sonde/wire/smtp/Address"
import * as Command from "@sonde/wire/smtp/Command"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ask, at, refused, unexpected } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import * as Phase from "./Phase.ts"

/**
 * Who sends. `from` is a valid mailbox; `to` are the recipients that will follow; `user` the sign-in name, empty
 * without a sign-in; `octets` the size of the message, declared where the server takes SIZE.
 *
 * @category models
 * @since 0.1.0
 */
export interface MailInput {
  readonly conversation: Conversation
  readonly offered: EhloFacts
  readonly from: string
  readonly user: string
  readonly to?: ReadonlyArray<string> | undefined
  readonly octets?: number | undefined
  readonly eightBit?: boolean | undefined
}

/** @category errors @since 0.1.0 */
export type MailFailure =
  | SendAsDenied
  | SenderRejected
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "mail",
  version: 1,
  resume: { rule: "reacquire" },
  facts: MailFacts
})

/**
 * The `SendAsDenied` of a refusal, wherever in the transaction it came.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sendAsDenied = (
  conversation: Conversation,
  phase: PhaseId,
  reply: DomainReply.CodeReply,
  sender: { readonly from: string; readonly user: string }
) =>
  new SendAsDenied({
    ...at(conversation, phase),
    reply,
    from: sender.from,
    authenticatedAs: sender.user,
    message: `${sender.user === "" ? "an unauthenticated client" : sender.user} may not send as ${sender.from}: ${
      format(conversation.endpoint)
    } said ${DomainReply.format(reply)}`
  })

const offers = (offered: EhloFacts, keyword: string): boolean =>
  offered.keywords.some((capability) => capability.keyword === keyword)

/**
 * Names the sender.
 *
 * @category services
 * @since 0.1.0
 */
export class MailFrom
  extends Context.Service<MailFrom, Phase.Phase<"mail", MailInput, MailFacts, MailFacts, MailFailure>>()(
    "@sonde/phases/MailFrom"
  )
{
  static readonly layer = Layer.sync(MailFrom, () => {
    const run = Effect.fnUntraced(function*(input: MailInput) {
      const { conversation, from, offered } = input
      // The address was checked when the run was planned.
      const line = Result.getOrThrow(Command.mailFrom({
        // RFC 5321 section 4.5.5: the null reverse-path is for messages that nobody is to answer.
        address: from === "" ? null : from,
        size: offers(offered, "SIZE") ? input.octets : undefined,
        // RFC 6531 section 3.4: declared here for every address of the envelope.
        smtpUtf8: [from, ...input.to ?? []].some(Address.needsSmtpUtf8),
        body: input.eightBit === true && offers(offered, "8BITMIME") ? "8BITMIME" : undefined
      }))
      const reply = yield* ask(conversation, "mail", [line], "the reply to MAIL FROM")
      if (reply.code === 250) return { from, text: reply.text }
      if (reply.code < 400) return yield* unexpected(conversation, "mail", reply, "MAIL FROM")
      return yield* refused(conversation, "mail", reply, (seen, known) =>
        known === "SendAsDenied"
          ? sendAsDenied(conversation, "mail", seen, input)
          : new SenderRejected({
            ...at(conversation, "mail"),
            reply: seen,
            message: `${format(conversation.endpoint)} refused the sender ${from === "" ? "<>" : from} with ${
              DomainReply.format(seen)
            }`
          }))
    })
    return MailFrom.of({ definition: definition, run })
  })
}
