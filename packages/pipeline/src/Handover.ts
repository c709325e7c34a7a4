/**
 * What became of the message of a run: whether a server took it, so that it can be looked for. Reads what the journal tells, whichever
 * attempt it was.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Fold from "./Fold.ts"
import type { Request } from "./Options.ts"
import { sendsBy } from "./Way.ts"

/**
 * A message that a server took. `acceptedAt` is in milliseconds since the epoch. `inDoubt` where it was sent to its end and no answer
 * was kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Handed {
  readonly messageId: string
  readonly acceptedAt: number
  readonly inDoubt: boolean
}

/**
 * The service that sends in a run, and the phase with which the message changes hands.
 *
 * @category combinators
 * @since 0.1.0
 */
export const senderOf = ({ options }: Pick<Request, "options">) =>
  sendsBy(options) === "graph"
    ? { service: "graph", phase: "send" } as const
    : { service: "smtp-submission", phase: "data" } as const

/**
 * The newest message that a service of the run handed over, or `undefined`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const handedBy = (
  history: Fold.History,
  { phase, service }: { readonly service: ServiceId; readonly phase: "data" | "send" }
): Handed | undefined => {
  const intent = history.intents.get(service)
  if (intent !== undefined) {
    return { messageId: intent.messageId, acceptedAt: Date.parse(intent.at), inDoubt: true }
  }
  for (const attempt of history.attempts.toReversed()) {
    const past = attempt.services.get(service)?.phases.findLast(({ report: { facts, id, state } }) =>
      id === phase && state === "pass" && facts?.["dry"] !== true
    )
    const messageId = past?.report.facts?.["messageId"]
    if (past !== undefined && typeof messageId === "string") {
      return { messageId, acceptedAt: Date.parse(past.at), inDoubt: false }
    }
  }
  return undefined
}

/**
 * How a service that looks for the message learns that it is on its way: `message` waits until the service that sends has ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Handover {
  readonly message: Effect.Effect<Handed | undefined>
}

/**
 * A handover of which nobody knows yet. `settle` says that the sending service has ended.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(history: Fold.History, request: Request) {
  const ended = yield* Deferred.make<Handed | undefined>()
  const settle = Effect.suspend(() => Deferred.succeed(ended, handedBy(history, senderOf(request))))
  const handover: Handover = { message: Deferred.await(ended) }
  return { handover, settle }
})
