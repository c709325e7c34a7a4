/**
 * Lists the scripts of an account: `specs/list.md`.
 *
 * RFC 5804 section 2.7. Reads and changes no script.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  MailboxUnavailable,
  type PhaseTimeout,
  type ProtocolError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { ListFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { saidBy } from "./dialects/Dialect.ts"
import { answerOf, command } from "./dialects/Sieve.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface ListInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type ListFailure =
  | MailboxUnavailable
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "list",
  version: 1,
  resume: { rule: "reacquire" },
  facts: ListFacts
})

/**
 * Lists the scripts of an account.
 *
 * @category services
 * @since 0.1.0
 */
export class List extends Context.Service<List, Phase.Phase<"list", ListInput, ListFacts, ListFacts, ListFailure>>()(
  "@sonde/phases/List"
) {
  static readonly layer = Layer.sync(List, () => {
    const run = Effect.fnUntraced(function*({ conversation }: ListInput) {
      const ended = yield* command(conversation, "list", "LISTSCRIPTS")
      const answer = answerOf(ended)
      if (answer._tag === "Refused") {
        return yield* turnedDown(
          conversation,
          "list",
          answer.reply,
          answer.isTemporary,
          (reply) =>
            new MailboxUnavailable({
              ...at(conversation, "list"),
              reply,
              message: `${format(conversation.endpoint)} took the sign-in and does not list the scripts: ${
                DomainReply.format(reply)
              }`
            })
        )
      }
      if (answer._tag !== "Accepted") return yield* misplaced(conversation, "list", saidBy(answer), "LISTSCRIPTS")
      const named = ended.rows.flatMap(({ strings: [name], words }) =>
        name === undefined ? [] : [{ name: ended.scrub(name), isActive: words.includes("ACTIVE") }]
      )
      const active = named.find(({ isActive }) => isActive)?.name
      return { scripts: named.map(({ name }) => name), ...(active === undefined ? {} : { active }) }
    })
    return List.of({ definition, run })
  })
}
