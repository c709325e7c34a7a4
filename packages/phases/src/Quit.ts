/**
 * Takes leave: `specs/quit.md`.
 *
 * RFC 5321 section 4.1.1.10, RFC 1939 section 6.
 *
 * @since 0.1.0
 */
import { QuitFacts } from "@sonde/domain/Facts"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { Conversation } from "./Conversation.ts"
import { farewell, type FarewellFailure } from "./Farewell.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface QuitInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type QuitFailure = FarewellFailure

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
    const run = ({ conversation }: QuitInput) => farewell(conversation, "quit")
    return Quit.of({ definition, run })
  })
}
