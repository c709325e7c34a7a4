/**
 * What the services of a run share while they are run: one attempt, what it has found out, and how a failure is told.
 *
 * Knows no service by itself; `services/` has them one by one.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { JournalError, PhaseError, ProtocolError, ResolveError } from "@sonde/domain/Errors"
import type { CheckOptions } from "@sonde/domain/Options"
import type { PhaseReport } from "@sonde/domain/Report"
import { type PhaseId, type PhaseState, ServiceId } from "@sonde/domain/Service"
import type { ClaimsFacts } from "@sonde/domain/TokenFacts"
import type { Finding, Verdict } from "@sonde/domain/Verdict"
import type { Recorder } from "@sonde/net/Recorder"
import { Packs } from "@sonde/packs/Packs"
import { recognise } from "@sonde/packs/Recognise"
import type { ServicesSeen } from "@sonde/packs/Seen"
import type { Wanted } from "@sonde/phases/Claims"
import { Classifier } from "@sonde/phases/Classifier"
import type { Obtained } from "@sonde/phases/Token"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fold from "./Fold.ts"
import type { Handover } from "./Handover.ts"
import * as Judge from "./Judge.ts"
import { iso } from "./Moment.ts"
import * as NetworkFindings from "./NetworkFindings.ts"
import type { Request } from "./Options.ts"
import type { Recognition } from "./Recognition.ts"
import type { RunLog } from "./RunLog.ts"
import { type Guard, skipRest } from "./Step.ts"
import * as TlsFindings from "./TlsFindings.ts"

/**
 * A token that a run obtained, and the services that it is for.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObtainedFor {
  readonly services: ReadonlyArray<ServiceId>
  readonly token: Obtained
}

/**
 * One attempt. `request` gets its credential where a token has to be obtained first; `claims` is what that token, or a given
 * one, says of itself, and `wanted` what it was compared with for each service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attempt {
  request: Request
  claims: ClaimsFacts | undefined
  wanted?: ReadonlyMap<ServiceId, Wanted> | undefined
  obtained?: ObtainedFor | undefined
  readonly log: RunLog
  readonly recorder: Recorder
  readonly state: Recognition
  /** How a service that looks for the message of the run learns of it. */
  readonly handover?: Handover | undefined
  readonly today: string
  /** What keeps a refused password from being tried again. */
  readonly guard?: Guard | undefined
  /** What failed and waits to be judged. */
  readonly unjudged: Array<{ readonly service: ServiceId; readonly judge: Effect.Effect<void, JournalError> }>
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
  /** Of a token, the one service that it is for. */
  readonly tokenFor?: ServiceId | undefined
}

const phasesOf = (log: RunLog, service: ServiceId): ReadonlyArray<Fold.Past> =>
  log.history.attempts.at(-1)?.services.get(service)?.phases ?? []

/**
 * What a service of this attempt reports of its phases so far.
 *
 * @category combinators
 * @since 0.1.0
 */
export const reported = (log: RunLog, service: ServiceId): ReadonlyArray<PhaseReport> =>
  phasesOf(log, service).map(({ report }) => report)

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
  const stopped = phasesOf(attempt.log, service).findLast(({ report }) => report.error !== undefined)
  const upTo = stopped?.line ?? 0
  // Of a handshake the remark is kept, and none of its lines.
  const isShown = stopped?.report.error?._tag === "TlsError" ? "=" : "<"
  const last = attempt.recorder.lines().findLast(({ dir, n, service: of }) =>
    of === service && dir === isShown && n <= upTo
  )
  return {
    plan: { service, endpoint: planned.endpoint, message: planned.message, tokenFor: planned.tokenFor },
    request: attempt.request,
    state: attempt.state,
    claims: attempt.claims,
    wanted: attempt.wanted?.get(service),
    services: elsewhere(attempt.log, service),
    run: attempt.log.history.run,
    today: attempt.today,
    passed: passedPhases(attempt.log, service),
    evidence: last === undefined ? [] : [last.n]
  }
}

/**
 * A phase failed: says what was not reached because of it. Why it failed is judged when all services have ended, because what one of
 * them found can be what explains another; `warnings` are verdicts that stand behind that.
 *
 * @category combinators
 * @since 0.1.0
 */
export const failed = Effect.fnUntraced(function*(
  attempt: Attempt,
  planned: Planned,
  error: PhaseError,
  warnings: ReadonlyArray<Verdict> = []
) {
  const { log } = attempt
  const { service } = planned
  yield* skipRest(planned.order, error.phase)
  const now = yield* Clock.currentTimeMillis
  const judge = Effect.gen(function*() {
    const about = circumstances(attempt, planned)
    for (const verdict of [...Judge.judged(error, about), ...warnings]) {
      yield* log.publish({ type: "verdict", verdict })
    }
    if (error._tag !== "Throttled") return
    const resumeAfter = iso(now + error.retryAfterMillis)
    yield* log.publish({ type: "run.suspend", resumeAfter, service, phase: error.phase })
  })
  attempt.unjudged.push({ service, judge })
})

/**
 * Judges what failed, service by service in the order of the contract.
 *
 * @category running
 * @since 0.1.0
 */
export const judgeAll = Effect.fnUntraced(function*({ unjudged }: Attempt) {
  const place = ({ service }: Attempt["unjudged"][number]) => ServiceId.literals.indexOf(service)
  for (const { judge } of unjudged.splice(0).toSorted((left, right) => place(left) - place(right))) yield* judge
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

/**
 * Whether an error is one of a phase, and not of the journal.
 *
 * @category guards
 * @since 0.1.0
 */
export const isPhaseError = (error: PhaseError | JournalError): error is PhaseError => error._tag !== "JournalError"

/** Whether two sets of options ask the same of a server; waiting and presentation do not count. */
const sameQuestion = (left: CheckOptions, right: CheckOptions): boolean => {
  const asked = ({ deadline: _, timeout: __, wait: ___, ...options }: CheckOptions) =>
    JSON.stringify(Object.entries(options).sort(([one], [other]) => one < other ? -1 : 1))
  return asked(left) === asked(right)
}

/**
 * What the attempt before this one settled for good: the service passed, whatever became of the others. True where nothing is
 * left to do; what it found is then told again.
 *
 * @category combinators
 * @since 0.1.0
 */
export const settled = Effect.fnUntraced(function*(attempt: Attempt, { order, service }: Planned) {
  const { log, request } = attempt
  const before = log.history.attempts.at(-2)
  const last = before?.services.get(service)
  const passed = before !== undefined && last !== undefined && last.open === undefined &&
    last.phases.length >= order.length &&
    last.phases.every(({ report: { because, state } }) =>
      state === "pass" || state === "restored" || state === "skip" && because !== "interrupted"
    ) &&
    last.phases.some(({ report }) => report.state !== "skip")
  if (!passed || !sameQuestion(before.options, request.options)) return false
  yield* restore(attempt, last)
  for (const finding of before.findings) {
    if (finding.service === service) yield* log.publish({ type: "finding", finding })
  }
  return true
})

/**
 * An endpoint could not be found: the failure of the first phase.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unplaced = Effect.fnUntraced(function*(
  attempt: Attempt,
  planned: Planned,
  error: ResolveError | ProtocolError
) {
  const { log } = attempt
  const { endpoint, service } = planned
  yield* log.write({ entry: "service", service, endpoint })
  const { phase } = error
  yield* log.publish({ type: "phase.start", service, phase })
  const inconclusive = error._tag === "ResolveError" && error.isTemporary
  yield* log.publish({
    type: "phase.end",
    service,
    phase: { id: phase, state: inconclusive ? "inconclusive" : "fail", durationMillis: 0, error }
  })
  yield* failed(attempt, planned, error)
})

/** What the packs say before anything is dialled. `stop` is true when the service must not go on. */
const preflight = Effect.fnUntraced(function*(attempt: Attempt, planned: Planned) {
  if (attempt.request.options.ignorePreflight === true) return { stop: false, warnings: [] }
  const judgements = Judge.preflight(circumstances(attempt, planned))
  const stop = judgements.some((judgement) => judgement.stop)
  for (const { verdict } of judgements.filter((judgement) => judgement.stop)) {
    yield* attempt.log.publish({ type: "verdict", verdict })
  }
  return { stop, warnings: judgements.filter((judgement) => !judgement.stop).map(({ verdict }) => verdict) }
})

/** A warning of the packs that what the server did has answered is none any more. */
const isAnswered = ({ cause }: Verdict, passed: ReadonlyArray<PhaseId>): boolean =>
  // Whether somebody may send as somebody else is answered by a delivery, and asked by a finding without one.
  cause === "send_as_denied" && (passed.includes("data") || passed.includes("mail"))
  || cause === "send_as_denied" && passed.includes("send")
  // A server that took the secret has answered whether its form is right.
  || cause === "secret_form" && (passed.includes("auth") || passed.includes("mailbox"))

/** Whether an endpoint is one that a provider runs for all its users: that of the mailbox, or that of an exchanger. */
const isProviders = Effect.fnUntraced(function*({ state }: Attempt, { endpoint, service }: Planned) {
  const packs = yield* Packs
  if (service === "mx") return recognise(packs.summaries, { mx: [endpoint.host] }) !== undefined
  const pack = yield* packs.get(state.provider?.id ?? "")
  return pack?.endpoints?.some(({ host }) => host === endpoint.host.toLowerCase()) === true
})

/**
 * Runs the recipe of a service as its packs allow, and tells what came of it: verdicts on a failure, warnings on a pass. True
 * where it passed.
 *
 * @category running
 * @since 0.1.0
 */
export const diagnose = Effect.fnUntraced(function*<A, E extends PhaseError, R>(
  attempt: Attempt,
  planned: Planned,
  recipe: Effect.Effect<A, E | JournalError, R>
) {
  const { log, request, state } = attempt
  const { service } = planned
  const { stop, warnings } = yield* preflight(attempt, planned)
  if (stop) {
    yield* skipRest(planned.order, "policy")
    return false
  }
  const outcome = yield* Effect.result(
    Effect.provideService(recipe, Classifier, Judge.classifier(planned, request, state))
  )
  const phases = reported(log, service)
  const about = circumstances(attempt, planned)
  const findings = [
    ...NetworkFindings.ofService(phases, planned),
    ...TlsFindings.ofService(phases, about),
    ...(service === "tls"
      ? TlsFindings.ofLook(phases, about)
      : TlsFindings.ofCheck(phases, about, yield* isProviders(attempt, planned)))
  ]
  for (const finding of findings) yield* log.publish({ type: "finding", finding })
  if (outcome._tag === "Failure") {
    const error: PhaseError | JournalError = outcome.failure
    if (!isPhaseError(error)) return yield* error
    yield* failed(attempt, planned, error, warnings)
    return false
  }
  const passed = passedPhases(log, service)
  for (const verdict of warnings.filter((warning) => !isAnswered(warning, passed))) {
    const { cause, explanation, remedies, title } = verdict
    const finding: Finding = { id: cause, state: "warn", service, title, text: explanation, remedies }
    yield* log.publish({ type: "finding", finding })
  }
  return true
})
