/**
 * Takes leave: `specs/logout.md`.
 *
 * RFC 9051 section 6.1.3, RFC 5804 section 2.3.
 *
 * @since 0.1.0
 */
import type { ConnectionLost, PhaseTimeout, ProtocolError, TemporaryFailure, Throttled } from "@sonde/domain/Errors"
import { LogoutFacts } from "@sonde/domain/Facts"
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
export interface LogoutInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type LogoutFailure = ProtocolError | ConnectionLost | PhaseTimeout | Throttled | TemporaryFailure

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
    const run = Effect.fnUntraced(function*({ conversation }: LogoutInput) {
      const answer = yield* dialectOf(conversation).farewell.ask(conversation)
      if (answer._tag === "Accepted") return { text: answer.text }
      if (answer._tag !== "Refused") return yield* misplaced(conversation, "logout", saidBy(answer), "LOGOUT")
      return yield* turnedDown(
        conversation,
        "logout",
        answer.reply,
        answer.isTemporary,
        (reply) => misplaced(conversation, "logout", { reply, said: format(reply) }, "LOGOUT")
      )
    })
    return Logout.of({ definition, run })
  })
}
