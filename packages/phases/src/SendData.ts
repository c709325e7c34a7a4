/**
 * Sends one message: `specs/data.md`.
 *
 * RFC 5321 section 4.1.1.4, RFC 2033 section 4.2. The message changes hands with the line that ends it, so the intent is written down
 * between the last octet of the message and that line; from then on a lost answer is `DeliveryInDoubt`.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  DeliveryInDoubt,
  MessageRejected,
  PhaseTimeout,
  type ProtocolError,
  RecipientRejected,
  type SendAsDenied,
  SenderRejected,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { DataFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import * as Command from "@sonde/wire/smtp/Command"
import * as SmtpData from "@sonde/wire/smtp/Data"
import type { SmtpReply } from "@sonde/wire/smtp/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ask, at, type ExchangeError, refused, translate, travelling, unexpected } from "./Ask.ts"
import { type Conversation, isOver, remaining } from "./Conversation.ts"
import { transferOf } from "./dialects/Dialects.ts"
import { sendAsDenied } from "./MailFrom.ts"
import * as Phase from "./Phase.ts"

/**
 * The message, complete with headers, and whose it is. `beforeCommit` runs after the last octet of the message and
 * before the line that ends it; if it fails, the message is not sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface DataInput<E> {
  readonly conversation: Conversation
  readonly message: Uint8Array
  readonly messageId: string
  readonly from: string
  readonly user: string
  readonly to: ReadonlyArray<string>
  readonly beforeCommit: Effect.Effect<void, E>
}

/** What became of the message for one recipient. */
interface Answered {
  readonly to: string
  readonly reply: SmtpReply
}

/** @category errors @since 0.1.0 */
export type DataFailure =
  | SendAsDenied
  | SenderRejected
  | RecipientRejected
  | MessageRejected
  | DeliveryInDoubt
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "data",
  version: 1,
  resume: { rule: "once" },
  facts: DataFacts
})

/**
 * Sends one message.
 *
 * @category services
 * @since 0.1.0
 */
export class SendData extends Context.Service<SendData, {
  readonly definition: typeof definition
  readonly run: <E>(input: DataInput<E>) => Effect.Effect<DataFacts, DataFailure | E>
}>()("@sonde/phases/SendData") {
  static readonly layer = Layer.sync(SendData, () => {
    const reject = <E>(input: DataInput<E>, reply: SmtpReply) => {
      const { conversation } = input
      const where = format(conversation.endpoint)
      return refused(conversation, "data", reply, (seen, known) => {
        const fields = { ...at(conversation, "data"), reply: seen }
        const said = DomainReply.format(seen)
        switch (known) {
          case "SendAsDenied":
            return sendAsDenied(conversation, "data", seen, input)
          case "SenderRejected":
            return new SenderRejected({ ...fields, message: `${where} refused the sender ${input.from} with ${said}` })
          case "RecipientRejected":
            return new RecipientRejected({
              ...fields,
              to: input.to.join(", "),
              message: `${where} refused the recipients with ${said}`
            })
          default:
            return new MessageRejected({ ...fields, message: `${where} refused the message with ${said}` })
        }
      })
    }

    const inDoubt = <E>(input: DataInput<E>, error: ExchangeError, known: ReadonlyArray<Answered> = []) =>
      new DeliveryInDoubt({
        ...at(input.conversation, "data"),
        messageId: input.messageId,
        message: `the message ${input.messageId} was sent to its end, and no answer tells what became of it${
          known.length === 0
            ? ""
            : ` for ${input.to.slice(known.length).join(", ")} (${
              known.map(({ reply, to }) => `${to}: ${DomainReply.format(travelling(reply))}`).join("; ")
            })`
        }: ${error.message}`
      })

    /** A refusal of one recipient after the message, as its own kind of error where nothing is known of it. */
    const rejectOne = <E>(input: DataInput<E>, { reply, to }: Answered) =>
      refused(input.conversation, "data", reply, (seen) =>
        new RecipientRejected({
          ...at(input.conversation, "data"),
          reply: seen,
          to,
          message: `${format(input.conversation.endpoint)} refused the message for ${to} with ${
            DomainReply.format(seen)
          }`
        }))

    /** The answers for the recipients, the first of which has come. RFC 2033 section 4.2: one for each, in their order. */
    const forEach = Effect.fnUntraced(function*<E>(input: DataInput<E>, first: SmtpReply) {
      const { conversation, message, messageId, to: recipients } = input
      const answers: Array<Answered> = []
      for (const to of recipients) {
        const reply = answers.length === 0 ? first : yield* Effect.mapError(
          ask(conversation, "data", undefined, `the reply for ${to}`, "commitMillis"),
          (error) => inDoubt(input, error, answers)
        )
        if (reply.code >= 300 && reply.code < 400) {
          return yield* inDoubt(input, unexpected(conversation, "data", reply, "the message"), answers)
        }
        answers.push({ to, reply })
      }
      const taken = answers.find(({ reply }) => reply.code < 300)
      // What fails for good tells more than what may come right by itself.
      const worst = answers.find(({ reply }) => reply.code >= 500) ?? answers[0]
      if (taken === undefined && worst !== undefined) return yield* rejectOne(input, worst)
      return {
        messageId,
        size: SmtpData.toCrlf(message).length,
        reply: DomainReply.format(travelling(taken?.reply ?? first)),
        recipients: answers.map(({ reply, to }) => ({
          to,
          state: reply.code < 300 ? "accepted" as const : reply.code < 500 ? "deferred" as const : "refused" as const,
          reply: DomainReply.format(travelling(reply))
        }))
      }
    })

    const run = Effect.fnUntraced(function*<E>(input: DataInput<E>) {
      const { conversation } = input
      const ready = yield* ask(conversation, "data", [Command.data], "the reply to DATA")
      if (ready.code !== 354) {
        if (ready.code < 400) return yield* unexpected(conversation, "data", ready, "DATA")
        return yield* reject(input, ready)
      }
      const octets = SmtpData.toWire(input.message)
      const millis = yield* remaining("commitMillis")
      yield* Effect.mapError(
        conversation.session.write(octets, `‹message, ${octets.length} octets›`, millis),
        translate(conversation, "data", "room for the message")
      )
      // Nothing has changed hands yet: better no message than one whose answer nobody waits for.
      if (yield* isOver) {
        return yield* new PhaseTimeout({
          ...at(conversation, "data"),
          afterMillis: millis,
          awaited: "time to finish the message",
          message: "the run's time was over before the message came to its end; nothing was sent"
        })
      }
      yield* input.beforeCommit
      const reply = yield* Effect.mapError(
        ask(conversation, "data", [SmtpData.endOfDataLine], "the reply to the message", "commitMillis"),
        (error) => inDoubt(input, error)
      )
      if (transferOf(conversation).answers === "recipient") return yield* forEach(input, reply)
      // RFC 5321 section 4.2: of a code that is not expected the first digit counts. To call an accepted message a
      // failure would have it sent again.
      if (reply.code < 300) {
        return {
          messageId: input.messageId,
          size: SmtpData.toCrlf(input.message).length,
          reply: DomainReply.format(travelling(reply))
        }
      }
      if (reply.code < 400) return yield* inDoubt(input, unexpected(conversation, "data", reply, "the message"))
      return yield* reject(input, reply)
    })
    return SendData.of({ definition, run })
  })
}
