/**
 * Takes leave: `specs/quit.md`.
 *
 * RFC 5321 section 4.1.1.10, RFC 1939 section 6.
 *
 * @since 0.1.0
 */
import type { ConnectionLost, PhaseTimeout, ProtocolError, TemporaryFailure, Throttled } from "@sonde/domain/Errors"
import { QuitFacts } from "@sonde/domain/Facts"
import { format } from "@sonde/domain/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { saidBy } from "./dialects/Dialect.ts"
import { dialectOf } from "./dialects/Dialects.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface QuitInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type QuitFailure = ProtocolError | ConnectionLost | PhaseTimeout | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "quit",
  version: 1,
  resume: { rule: "reacquire" },
  facts: QuitFacts
})

/**
 * Takes leave.
 *
 * @category services
 * @since 0.1.0
 */
export class Quit extends Context.Service<Quit, Phase.Phase<"quit", QuitInput, QuitFacts, QuitFacts, QuitFailure>>()(
  "@sonde/phases/Quit"
) {
  static readonly layer = Layer.sync(Quit, () => {
    const run = Effect.fnUntraced(function*({ conversation }: QuitInput) {
      const answer = yield* dialectOf(conversation).farewell.ask(conversation)
      if (answer._tag === "Accepted") return { text: answer.text }
      if (answer._tag !== "Refused") return yield* misplaced(conversation, "quit", saidBy(answer), "QUIT")
      return yield* turnedDown(
        conversation,
        "quit",
        answer.reply,
        answer.isTemporary,
        (reply) => misplaced(conversation, "quit", { reply, said: format(reply) }, "QUIT")
      )
    })
    return Quit.of({ definition, run })
  })
}
