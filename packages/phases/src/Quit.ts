/**
 * Takes leave: `specs/quit.md`.
 *
 * RFC 5321 section 4.1.1.10.
 *
 * @since 0.1.0
 */
import type { ConnectionLost, PhaseTimeout, ProtocolError, TemporaryFailure, Throttled } from "@sonde/domain/Errors"
import { QuitFacts } from "@sonde/domain/Facts"
import * as Command from "@sonde/wire/smtp/Command"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ask, refused, unexpected } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
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
      const reply = yield* ask(conversation, "quit", [Command.quit], "the reply to QUIT")
      if (reply.code >= 200 && reply.code < 300) return { text: reply.text }
      return yield* refused(conversation, "quit", reply, () => unexpected(conversation, "quit", reply, "QUIT"))
    })
    return Quit.of({ definition, run })
  })
}
