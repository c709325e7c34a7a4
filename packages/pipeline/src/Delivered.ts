/**
 * What an earlier attempt settled for good of a service that sends: it passed, or its message is delivered or in doubt.
 *
 * @since 0.1.0
 */
import { DeliveryInDoubt } from "@sonde/domain/Errors"
import type { PhaseReport } from "@sonde/domain/Report"
import * as Effect from "effect/Effect"
import { type Attempt, failed, type Planned, restore, settled as settledBefore } from "./ServiceRun.ts"
import { skipRest } from "./Step.ts"

/** Whether a phase handed a message over to some recipients and not to others. */
const isPartial = ({ error, facts, state }: PhaseReport): boolean =>
  (state === "fail" || state === "inconclusive") && error === undefined && facts?.["recipients"] !== undefined

/** Whether a phase handed a message over; one that is only tried does not. */
const delivers = (report: PhaseReport, phase: PhaseReport["id"]): boolean =>
  report.id === phase && report.facts?.["dry"] !== true
  && (report.state === "pass" || report.state === "restored" || isPartial(report))

/**
 * True where nothing is left to do; what an earlier attempt found is then told again. `phase` is the one with which a message
 * changes hands.
 *
 * @category combinators
 * @since 0.1.0
 */
export const settled = Effect.fnUntraced(function*(attempt: Attempt, planned: Planned, phase: "data" | "send") {
  const { log, request } = attempt
  const { endpoint, order, service } = planned
  const earlier = log.history.attempts.slice(0, -1)
  const intent = log.history.intents.get(service)
  const delivered = earlier.map(({ services }) => services.get(service)).findLast((past) =>
    past?.phases.some(({ report }) => delivers(report, phase))
  )
  if (delivered !== undefined && request.options.deliverAgain !== true) {
    yield* restore(attempt, delivered)
    // What some recipients were refused stays as it was: sent again, the message would come twice to the others.
    const partial = delivered.phases.find(({ report }) => isPartial(report))?.report
    if (partial !== undefined) {
      const { durationMillis: _, ...report } = partial
      yield* log.publish({ type: "phase.end", service, phase: report })
      const told = earlier.findLast(({ services }) => services.get(service) === delivered)?.findings ?? []
      for (const finding of told) if (finding.service === service) yield* log.publish({ type: "finding", finding })
    }
    // Only the farewell can be missing behind a message that was delivered; it is not said on another connection.
    yield* skipRest(order, "until")
    return true
  }
  if (intent !== undefined && request.deliver && request.options.deliverAgain !== true) {
    // The attempt before this one may have been killed before it had planned anything.
    const past = earlier.map(({ services }) => services.get(service)).findLast((one) => one !== undefined)
    if (past !== undefined) yield* restore(attempt, past)
    // Nor may the attempts since have come as far: the report still has each phase once, in order.
    yield* skipRest(order.slice(0, order.indexOf(phase)), phase)
    const error = new DeliveryInDoubt({
      service,
      endpoint,
      phase,
      messageId: intent.messageId,
      message: `the message ${intent.messageId} was sent to its end at ${intent.at} and no answer was kept; `
        + "it is not sent again without --deliver-again"
    })
    yield* log.publish({ type: "phase.end", service, phase: { id: phase, state: "inconclusive", error } })
    yield* failed(attempt, planned, error)
    return true
  }
  return yield* settledBefore(attempt, planned)
})
