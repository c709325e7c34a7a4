/**
 * Sends one message through Microsoft Graph: `specs/send.md`.
 *
 * The message changes hands with the request of `sendMail`, or with the one that sends its draft. The intent is written down
 * once the connection for that request is trusted and before its first octet; from then on a lost answer is `DeliveryInDoubt`.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import { DeliveryInDoubt, PhaseTimeout, ProtocolError } from "@sonde/domain/Errors"
import { SendFacts } from "@sonde/domain/GraphFacts"
import * as DomainReply from "@sonde/domain/Reply"
import type { Http, HttpResponse } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Budget, isOver } from "./Conversation.ts"
import * as GraphCall from "./GraphCall.ts"
import * as GraphDraft from "./GraphDraft.ts"
import * as GraphMessage from "./GraphMessage.ts"
import * as HttpAsk from "./HttpAsk.ts"
import * as Phase from "./Phase.ts"

/**
 * The message, complete with headers, and whose it is. With `dry` it is sent to nobody. `beforeCommit` runs before the request
 * with which the message changes hands; if it fails, the message is not sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface SendInput<E> extends GraphCall.Letter {
  readonly caller: GraphCall.Caller
  readonly message: Uint8Array
  readonly messageId: string
  readonly dry: boolean
  readonly beforeCommit: Effect.Effect<void, E>
}

/** @category errors @since 0.1.0 */
export type SendFailure = GraphCall.SendRefusal | HttpAsk.WayFailure | DeliveryInDoubt

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "send",
  version: 1,
  resume: { rule: "once" },
  facts: SendFacts
})

/** The request with which the message changes hands. `isOpen` while nobody knows what became of it. */
interface Commit {
  readonly rest: string
  readonly contentType: string | undefined
  readonly octets: Uint8Array
  isOpen: boolean
}

const encoder = new TextEncoder()

/** A message without recipients, in the parts that Graph takes. */
const inParts = (message: Uint8Array, from: string): string =>
  JSON.stringify({ message: GraphMessage.draft(message, from, []).message, saveToSentItems: false })

/** How the way to an answer ended, in words. */
const lost = (error: unknown): string => {
  const tag = typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined
  return tag === "PhaseTimeout"
    ? "did not answer in time"
    : tag === "ProtocolError"
    ? "answered with what is no response"
    : "ended the connection before its answer was whole"
}

/** Answers of whoever stands between: what became of the request behind them, nobody knows (RFC 9110 section 15.6). */
const betweens: ReadonlyArray<number> = [502, 504]

/**
 * Sends one message.
 *
 * @category services
 * @since 0.1.0
 */
export class GraphSend extends Context.Service<GraphSend, {
  readonly definition: typeof definition
  readonly run: <E>(input: SendInput<E>) => Effect.Effect<SendFacts, SendFailure | E>
}>()("@sonde/phases/GraphSend") {
  static readonly layer = Layer.effect(
    GraphSend,
    Effect.gen(function*() {
      const context = yield* Effect.context<Http | Resolver>()

      const inDoubt = <E>(input: SendInput<E>, why: string) =>
        new DeliveryInDoubt({
          ...HttpAsk.at(input.caller.way, input.caller.endpoint, "send"),
          messageId: input.messageId,
          message: `the message ${input.messageId} was sent, and no answer tells what became of it: ${why}`
        })

      const factsOf = <E>(input: SendInput<E>, response: HttpResponse, uploaded: number | undefined): SendFacts => {
        const { reply, requestId } = GraphCall.saidIn(input.caller.way, response)
        return {
          messageId: input.messageId,
          dry: input.dry,
          way: uploaded === undefined ? "sendMail" : "draft",
          size: input.message.length,
          ...(uploaded === undefined ? {} : { uploaded }),
          reply: DomainReply.format(reply),
          ...(requestId === undefined ? {} : { requestId })
        }
      }

      /** Without recipients there is nobody to send to; that alone must be what Graph minds. */
      const rehearse = Effect.fnUntraced(function*<E>(input: SendInput<E>) {
        const { caller, from, message } = input
        const isWhole = message.length <= GraphMessage.maxWholeOctets
        const response = yield* GraphCall.call(caller, "send", "/sendMail", {
          method: "POST",
          contentType: isWhole ? "text/plain" : "application/json",
          octets: encoder.encode(
            isWhole
              ? GraphMessage.whole(message, [])
              : inParts(message, from)
          )
        })
        if (GraphCall.lacksRecipients(GraphCall.saidIn(caller.way, response))) {
          return factsOf(input, response, undefined)
        }
        if (response.status >= 200 && response.status < 300) {
          return yield* new ProtocolError({
            ...HttpAsk.at(caller.way, caller.endpoint, "send"),
            reason: "UnexpectedReply",
            reply: GraphCall.saidIn(caller.way, response).reply,
            message: `${format(caller.endpoint)} took a message without recipients with ${response.status}`
          })
        }
        return yield* GraphCall.refusedMessage(caller, response, input)
      })

      /** The one request with which the message changes hands. */
      const commit = Effect.fnUntraced(function*<E>(input: SendInput<E>, carrier: Commit) {
        const { caller } = input
        const { contentType, octets, rest } = carrier
        const { commitMillis } = yield* Budget
        // Nothing has changed hands yet: better no message than one whose answer nobody waits for.
        if (yield* isOver) {
          return yield* new PhaseTimeout({
            ...HttpAsk.at(caller.way, caller.endpoint, "send"),
            afterMillis: commitMillis,
            awaited: "time to send the message",
            message: "the run's time was over before the message was sent; nothing was sent"
          })
        }
        const beforeSend = Effect.andThen(input.beforeCommit, Effect.sync(() => void (carrier.isOpen = true)))
        const response = yield* Effect.mapError(
          GraphCall.call(caller, "send", rest, {
            method: "POST",
            contentType,
            octets,
            beforeSend,
            timeoutMillis: commitMillis
          }),
          (error) => carrier.isOpen ? inDoubt(input, `${format(caller.endpoint)} ${lost(error)}`) : error
        )
        if (response.status >= 200 && response.status < 300) return response
        const { code, reply } = GraphCall.saidIn(caller.way, response)
        // A code is Graph's own word that it did not take the message. Without one it may have.
        const { status } = response
        carrier.isOpen = betweens.includes(status) || (status >= 500 && status !== 503 && code === "")
        if (carrier.isOpen) return yield* inDoubt(input, `${format(caller.endpoint)} said ${DomainReply.format(reply)}`)
        return yield* GraphCall.refusedMessage(caller, response, input)
      })

      const deliver = Effect.fnUntraced(function*<E>(input: SendInput<E>) {
        const { caller, from, message, to } = input
        if (message.length <= GraphMessage.maxWholeOctets) {
          const octets = encoder.encode(GraphMessage.whole(message, to))
          const carrier = { rest: "/sendMail", contentType: "text/plain", octets, isOpen: false }
          return factsOf(input, yield* commit(input, carrier), undefined)
        }
        const { id, uploaded } = yield* GraphDraft.make(caller, GraphMessage.draft(message, from, to), input)
        const carrier = {
          rest: GraphDraft.sending(id),
          contentType: undefined,
          octets: new Uint8Array(0),
          isOpen: false
        }
        const response = yield* Effect.onError(
          commit(input, carrier),
          // What may be on its way is not taken away.
          () => carrier.isOpen ? Effect.void : GraphDraft.discard(caller, id)
        )
        return factsOf(input, response, uploaded)
      })

      const run = <E>(input: SendInput<E>): Effect.Effect<SendFacts, SendFailure | E> =>
        Effect.provideContext(input.dry ? rehearse(input) : deliver(input), context)
      return GraphSend.of({ definition, run })
    })
  )
}
