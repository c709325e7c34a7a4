/**
 * Asks whether a mailbox can be sent from through Microsoft Graph: `specs/mailbox.md`.
 *
 * The permission to send is no permission to read, so the one question that a token for sending may always ask is `sendMail`
 * itself. It is asked with a message that has no recipients: there is nobody whom anything could be sent to, and Graph says
 * so once it has let the token in and found the mailbox.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import { ProtocolError } from "@sonde/domain/Errors"
import { MailboxFacts } from "@sonde/domain/GraphFacts"
import * as DomainReply from "@sonde/domain/Reply"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as GraphCall from "./GraphCall.ts"
import * as HttpAsk from "./HttpAsk.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface MailboxInput {
  readonly caller: GraphCall.Caller
}

/** @category errors @since 0.1.0 */
export type MailboxFailure = GraphCall.MailboxRefusal | HttpAsk.WayFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "mailbox",
  version: 1,
  resume: { rule: "reacquire" },
  facts: MailboxFacts
})

/**
 * A message without recipients, of which no copy is kept.
 *
 * @category constants
 * @since 0.1.0
 */
export const question = JSON.stringify({
  message: { subject: "Sonde", body: { contentType: "Text", content: "" }, toRecipients: [] },
  saveToSentItems: false
})

/**
 * Asks for a mailbox.
 *
 * @category services
 * @since 0.1.0
 */
export class GraphMailbox extends Context.Service<
  GraphMailbox,
  Phase.Phase<"mailbox", MailboxInput, MailboxFacts, MailboxFacts, MailboxFailure>
>()("@sonde/phases/GraphMailbox") {
  static readonly layer = Layer.effect(
    GraphMailbox,
    Effect.gen(function*() {
      const context = yield* Effect.context<Http | Resolver>()
      const run = Effect.fnUntraced(function*({ caller }: MailboxInput) {
        const { endpoint, mailbox, path, way } = caller
        const response = yield* Effect.provideContext(
          GraphCall.call(caller, "mailbox", "/sendMail", {
            method: "POST",
            contentType: "application/json",
            body: [question]
          }),
          context
        )
        const said = GraphCall.saidIn(way, response)
        if (GraphCall.lacksRecipients(said)) {
          const facts: MailboxFacts = {
            mailbox,
            path,
            reply: DomainReply.format(said.reply),
            ...(said.requestId === undefined ? {} : { requestId: said.requestId })
          }
          return facts
        }
        if (response.status >= 200 && response.status < 300) {
          return yield* new ProtocolError({
            ...HttpAsk.at(way, endpoint, "mailbox"),
            reason: "UnexpectedReply",
            reply: said.reply,
            message: `${format(endpoint)} took a message without recipients with ${response.status}`
          })
        }
        return yield* GraphCall.refusedMailbox(caller, response)
      })
      return GraphMailbox.of({ definition, run })
    })
  )
}
