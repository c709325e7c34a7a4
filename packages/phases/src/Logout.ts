/**
 * Takes leave: `specs/logout.md`.
 *
 * RFC 9051 section 6.1.3, RFC 5804 section 2.3.
 *
 * @since 0.1.0
 */
import { LogoutFacts } from "@sonde/domain/Facts"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { Conversation } from "./Conversation.ts"
import { farewell, type FarewellFailure } from "./Farewell.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface LogoutInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type LogoutFailure = FarewellFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "logout",
  version: 1,
  resume: { rule: "reacquire" },
  facts: LogoutFacts
})

/**
 * Takes leave.
 *
 * @category services
 * @since 0.1.0
 */
export class Logout
  extends Context.Service<Logout, Phase.Phase<"logout", LogoutInput, LogoutFacts, LogoutFacts, LogoutFailure>>()(
    "@sonde/phases/Logout"
  )
{
  static readonly layer = Layer.sync(Logout, () => {
    const run = ({ conversation }: LogoutInput) => farewell(conversation, "logout")
    return Logout.of({ definition, run })
  })
}
