/**
 * Takes leave of a server however a conversation ends: by failure, by interruption, by a deadline.
 *
 * RFC 5321 section 4.1.1.10 asks a client to send QUIT and to wait for the reply; RFC 9051 section 6.1.3, RFC 1939 section 6 and RFC
 * 5804 section 2.3 have the same. The wait is short, because somebody may have pressed Ctrl-C.
 *
 * @since 0.1.0
 */
import type { Conversation } from "@sonde/phases/Conversation"
import { dialectOf } from "@sonde/phases/dialects/Dialects"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Current } from "./Step.ts"

/** How long the reply to a last farewell is waited for. */
const patienceMillis = 800

/** Takes any lines up to the farewell: an unread reply to an interrupted command may come first. */
const untilFarewell = (isLast: (line: string) => boolean) => ({
  push: (line: string): Result.Result<true | undefined, never> => Result.succeed(isLast(line) ? true : undefined)
})

/**
 * Sees to it that the scope does not close a conversation without a farewell, unless it has been said or the
 * conversation is where it would be taken for something else: inside a message or a handshake.
 *
 * @category combinators
 * @since 0.1.0
 */
export const leave = Effect.fnUntraced(function*(conversation: Conversation) {
  const { log, service } = yield* Current
  const { isLast, line, phase } = dialectOf(conversation).farewell
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      const history = log.history.attempts.at(-1)?.services.get(service)
      const said = history?.phases.some(({ report }) => report.id === phase && report.state !== "skip") === true
      const last = history?.phases.at(-1)?.report
      const stateOf = (phase: "starttls" | "tls") =>
        history?.phases.find(({ report }) => report.id === phase)?.report.state
      const handshakeMissing = stateOf("tls") === "fail" || stateOf("starttls") === "pass" && stateOf("tls") !== "pass"
      const busy = history?.open === "data" || history?.open === "tls" || last?.error?._tag === "DeliveryInDoubt"
      if (said || busy || handshakeMissing) return Effect.void
      return conversation.session.exchange([line], untilFarewell(isLast), patienceMillis).pipe(Effect.ignore)
    })
  )
})
