/**
 * What the services of a run share while they are run: one attempt, what it has found out, and how a failure is told.
 *
 * Knows no service by itself; `services/` has them one by one.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { PhaseError } from "@sonde/domain/Errors"
import type { PhaseId, PhaseState, ServiceId } from "@sonde/domain/Service"
import type { ClaimsFacts } from "@sonde/domain/TokenFacts"
import type { Recorder } from "@sonde/net/Recorder"
import type { ServicesSeen } from "@sonde/packs/Seen"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fold from "./Fold.ts"
import * as Judge from "./Judge.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import type { Recognition } from "./Recognition.ts"
import type { RunLog } from "./RunLog.ts"
import { skipRest } from "./Step.ts"

/**
 * One attempt. `request` gets its credential where a token has to be obtained first; `claims` is what that token, or a given
 * one, says of itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attempt {
  request: Request
  claims: ClaimsFacts | undefined
  readonly log: RunLog
  readonly recorder: Recorder
  readonly state: Recognition
  readonly today: string
}

/**
 * A service within an attempt: where it is, and its phases in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Planned {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly order: ReadonlyArray<PhaseId>
  readonly message?: Judge.Circumstances["plan"]["message"]
}

const phasesOf = (log: RunLog, service: ServiceId): ReadonlyArray<Fold.Past> =>
  log.history.attempts.at(-1)?.services.get(service)?.phases ?? []

/**
 * The phases of a service that passed in this attempt, or were restored.
 *
 * @category combinators
 * @since 0.1.0
 */
export const passedPhases = (log: RunLog, service: ServiceId): ReadonlyArray<PhaseId> =>
  phasesOf(log, service).flatMap(({ report }) =>
    report.state === "pass" || report.state === "restored" ? [report.id] : []
  )

/** What became of the other services so far. */
const elsewhere = (log: RunLog, service: ServiceId): ServicesSeen => {
  const seen: { [S in ServiceId]?: { [P in PhaseId]?: PhaseState } } = {}
  for (const id of log.history.attempts.at(-1)?.services.keys() ?? []) {
    if (id === service) continue
    seen[id] = Object.fromEntries(phasesOf(log, id).map(({ report }) => [report.id, report.state]))
  }
  return seen
}

/**
 * What a verdict on a service needs to know.
 *
 * @category combinators
 * @since 0.1.0
 */
export const circumstances = (attempt: Attempt, planned: Planned): Judge.Circumstances => {
  const { service } = planned
  // What was said after the phase that failed, such as a farewell, is no evidence.
  const upTo = phasesOf(attempt.log, service).findLast(({ report }) => report.error !== undefined)?.line ?? 0
  const last = attempt.recorder.lines().findLast(({ dir, n, service: of }) =>
    of === service && dir === "<" && n <= upTo
  )
  return {
    plan: { service, endpoint: planned.endpoint, message: planned.message },
    request: attempt.request,
    state: attempt.state,
    claims: attempt.claims,
    services: elsewhere(attempt.log, service),
    run: attempt.log.history.run,
    today: attempt.today,
    passed: passedPhases(attempt.log, service),
    evidence: last === undefined ? [] : [last.n]
  }
}

/**
 * A phase failed: says why, and what was not reached because of it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const failed = Effect.fnUntraced(function*(attempt: Attempt, planned: Planned, error: PhaseError) {
  yield* skipRest(planned.order, error.phase)
  for (const verdict of Judge.verdicts(error, circumstances(attempt, planned))) {
    yield* attempt.log.publish({ type: "verdict", verdict })
  }
  if (error._tag === "Throttled") {
    const at = iso((yield* Clock.currentTimeMillis) + error.retryAfterMillis)
    const { service } = planned
    yield* attempt.log.publish({ type: "run.suspend", resumeAfter: at, service, phase: error.phase })
  }
})

/**
 * Tells phases of an earlier attempt again, as restored, up to the first that neither passed nor was left out.
 *
 * @category combinators
 * @since 0.1.0
 */
export const restore = Effect.fnUntraced(function*({ log }: Attempt, past: Fold.ServiceHistory) {
  for (const { report } of past.phases) {
    const { durationMillis: _, error: __, ...phase } = report
    if (phase.state === "pass" || phase.state === "restored") {
      yield* log.publish({ type: "phase.end", service: past.id, phase: { ...phase, state: "restored" } })
    } else if (phase.state === "skip" && phase.because !== "interrupted") {
      yield* log.publish({ type: "phase.end", service: past.id, phase })
    } else break
  }
})
