/**
 * Counts the messages of a maildrop: `specs/stat.md`.
 *
 * RFC 1939 section 5. Fetches and deletes nothing.
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
import { StatFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { saidBy } from "./dialects/Dialect.ts"
import { answerOf, command } from "./dialects/Pop3.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface StatInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type StatFailure =
  | MailboxUnavailable
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "stat",
  version: 1,
  resume: { rule: "reacquire" },
  facts: StatFacts
})

/**
 * Counts the messages of a maildrop.
 *
 * @category services
 * @since 0.1.0
 */
export class Stat extends Context.Service<Stat, Phase.Phase<"stat", StatInput, StatFacts, StatFacts, StatFailure>>()(
  "@sonde/phases/Stat"
) {
  static readonly layer = Layer.sync(Stat, () => {
    const run = Effect.fnUntraced(function*({ conversation }: StatInput) {
      const answer = answerOf(yield* command(conversation, "stat", ["STAT"], "the reply to STAT"))
      if (answer._tag === "Refused") {
        return yield* turnedDown(
          conversation,
          "stat",
          answer.reply,
          answer.isTemporary,
          (reply) =>
            new MailboxUnavailable({
              ...at(conversation, "stat"),
              reply,
              message: `${format(conversation.endpoint)} took the sign-in and does not count the messages: ${
                DomainReply.format(reply)
              }`
            })
        )
      }
      if (answer._tag !== "Accepted") return yield* misplaced(conversation, "stat", saidBy(answer), "STAT")
      const counts = /^(\d{1,15}) (\d{1,15})(?: |$)/.exec(answer.text)
      if (counts === null) {
        return yield* misplaced(conversation, "stat", { reply: undefined, said: `+OK ${answer.text}` }, "STAT")
      }
      return { messages: Number(counts[1]), octets: Number(counts[2]) }
    })
    return Stat.of({ definition, run })
  })
}
