/**
 * Counts the messages of a maildrop: `specs/stat.md`.
 *
 * RFC 1939 section 5. Fetches and deletes nothing.
 *
 * @since 0.1.0
 */
import { StatFacts } from "@sonde/domain/Facts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { misplaced } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { answerOf, command } from "./dialects/Pop3.ts"
import { accepted, type MailboxFailure } from "./MailboxAnswer.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface StatInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type StatFailure = MailboxFailure

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
      const did = "took the sign-in and does not count the messages"
      const { text } = yield* accepted(conversation, "stat", answer, "STAT", did)
      const counts = /^(\d{1,15}) (\d{1,15})(?: |$)/.exec(text)
      if (counts === null) {
        return yield* misplaced(conversation, "stat", { reply: undefined, said: `+OK ${text}` }, "STAT")
      }
      return { messages: Number(counts[1]), octets: Number(counts[2]) }
    })
    return Stat.of({ definition, run })
  })
}
