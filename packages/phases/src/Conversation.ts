/**
 * The live conversation that the phases after `connect` work on, and the limits they keep.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import type { Session } from "@sonde/net/Session"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Which service, which endpoint, over which session. A value that the recipe passes on: it belongs to one
 * connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface Conversation {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly session: Session
}

/**
 * How long to wait. `phaseMillis` bounds each wait for a reply; `deadline` is the moment in epoch milliseconds at
 * which the whole run ends; `commitMillis` bounds the wait after the end of a message, which is longer, and which the
 * deadline does not cut, because a lost answer leaves a delivery in doubt (RFC 5321 section 4.5.3.2.6 grants ten
 * minutes).
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  readonly phaseMillis: number
  readonly commitMillis: number
  readonly deadline: number | undefined
}

/**
 * The limits in force: 10 s for a reply, 60 s after the end of a message, no deadline.
 *
 * @category references
 * @since 0.1.0
 */
export const Budget = Context.Reference<Limits>("@sonde/phases/Budget", {
  defaultValue: () => ({ phaseMillis: 10_000, commitMillis: 60_000, deadline: undefined })
})

/**
 * Whether the moment has passed at which the run should have ended.
 *
 * @category combinators
 * @since 0.1.0
 */
export const isOver = Effect.gen(function*() {
  const { deadline } = yield* Budget
  return deadline !== undefined && (yield* Clock.currentTimeMillis) >= deadline
})

/**
 * The time left for one wait, at least one millisecond.
 *
 * @category combinators
 * @since 0.1.0
 */
export const remaining = (kind: "phaseMillis" | "commitMillis") =>
  Effect.gen(function*() {
    const limits = yield* Budget
    if (limits.deadline === undefined) return limits[kind]
    const now = yield* Clock.currentTimeMillis
    return Math.max(1, Math.min(limits[kind], limits.deadline - now))
  })
