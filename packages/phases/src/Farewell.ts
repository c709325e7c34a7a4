/**
 * Takes leave, in the words of the protocol: what QUIT and LOGOUT share.
 *
 * @since 0.1.0
 */
import type { TemporaryFailure, Throttled } from "@sonde/domain/Errors"
import { format } from "@sonde/domain/Reply"
import * as Effect from "effect/Effect"
import { type ExchangeError, misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { saidBy } from "./dialects/Dialect.ts"
import { dialectOf } from "./dialects/Dialects.ts"

/**
 * What taking leave can fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export type FarewellFailure = ExchangeError | Throttled | TemporaryFailure

/**
 * Takes leave and tells what the server said to it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const farewell = Effect.fnUntraced(function*(conversation: Conversation, phase: "quit" | "logout") {
  const command = phase.toUpperCase()
  const answer = yield* dialectOf(conversation).farewell.ask(conversation)
  if (answer._tag === "Accepted") return { text: answer.text }
  if (answer._tag !== "Refused") return yield* misplaced(conversation, phase, saidBy(answer), command)
  return yield* turnedDown(
    conversation,
    phase,
    answer.reply,
    answer.isTemporary,
    (reply) => misplaced(conversation, phase, { reply, said: format(reply) }, command)
  )
})
