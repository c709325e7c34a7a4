/**
 * The one mechanism of the pipeline: runs a phase, or reads back what it gave.
 *
 * A step consults the history by service, phase, version and subject, applies the resume rule, times the phase,
 * opens its span, publishes its events, and attaches the transcript to its failure. It judges nothing.
 *
 * @since 0.1.0
 */
import { isInconclusive, type JournalError, type PhaseError } from "@sonde/domain/Errors"
import { type FindingId, isFinding } from "@sonde/domain/Finding"
import type { Pace, PhaseReport } from "@sonde/domain/Report"
import type { Outcome, PhaseId, ServiceId, SkipReason } from "@sonde/domain/Service"
import { worst } from "@sonde/domain/Service"
import type { Transcript } from "@sonde/domain/Transcript"
import type { Finding } from "@sonde/domain/Verdict"
import type { Recorder, ReplyTime } from "@sonde/net/Recorder"
import type { Definition } from "@sonde/phases/Phase"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import type { RunLog } from "./RunLog.ts"

/**
 * What a phase saw of a server, by which it may be recognised.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seen {
  readonly banner?: string
  readonly capabilities?: ReadonlyArray<string>
}

/**
 * Keeps a password that one service refused from being tried at another: sign-ins take turns, and after a refusal there are none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Guard {
  readonly turn: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  refusedBy: ServiceId | undefined
}

/**
 * The attempt that a step belongs to: one service of one run.
 *
 * @category services
 * @since 0.1.0
 */
export class Current extends Context.Service<Current, {
  readonly service: ServiceId
  readonly log: RunLog
  readonly recorder: Recorder
  /** Whether facts of earlier attempts may be read back. */
  readonly restoring: boolean
  /** Called with what a phase saw of the server, so that the provider can be recognised from it. */
  readonly observe: (evidence: Seen) => Effect.Effect<void, JournalError>
  /** Where the knowledge says that a password must not be tried at a second service. */
  readonly guard?: Guard | undefined
}>()("@sonde/pipeline/Step/Current") {}

interface Runnable<Id extends PhaseId, In, Out, Facts, E, R> {
  readonly definition: Definition<Id, Out, Facts>
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

/** A reply below this is worth no word, in milliseconds. */
const slowMillis = 1000

/** How slow the replies of a phase were, from the times that were kept since it began. */
const paceOf = (times: ReadonlyArray<ReplyTime>, service: ServiceId): { readonly pace?: Pace } => {
  const own = times.filter((time) => time.service === service)
  const [slowest] = own.toSorted((left, right) => right.wholeMillis - left.wholeMillis)
  if (slowest === undefined || slowest.wholeMillis < slowMillis) return {}
  const { service: _, ...time } = slowest
  return { pace: { replies: own.length, ...time } }
}

type Facts = NonNullable<PhaseReport["facts"]>

/** Facts that an earlier attempt of the run established and that are still fresh, decoded. */
const restored = Effect.fnUntraced(function*<Out, F>(definition: Definition<PhaseId, Out, F>, subject: string) {
  const { log, restoring, service } = yield* Current
  if (!restoring || definition.resume.rule !== "restore") return Option.none<F>()
  const now = yield* Clock.currentTimeMillis
  for (const earlier of log.history.attempts.slice(0, -1).reverse()) {
    const past = earlier.services.get(service)?.phases.findLast(({ report, subject: of, version }) =>
      report.id === definition.id && report.state === "pass" && version === definition.version && of === subject
    )
    if (past === undefined) continue
    if (Date.parse(past.at) + definition.resume.freshMillis < now) return Option.none<F>()
    return yield* Effect.option(Schema.decodeUnknownEffect(definition.facts)(past.report.facts))
  }
  return Option.none<F>()
})

/** Attaches what was exchanged so far to a failure, by a copy of the error of the same class. */
const withTranscript = <E>(error: E & PhaseError, transcript: Transcript): E => {
  if (transcript.length === 0 || error.transcript !== undefined) return error
  const Class = error.constructor as new(fields: object) => E
  return new Class({ ...error, message: error.message, transcript })
}

/** The transcript stands once in a report, so the error inside it goes without. */
const withoutTranscript = (error: PhaseError): PhaseError => {
  if (error.transcript === undefined) return error
  const { transcript: _, ...fields } = error
  const Class = error.constructor as new(fields: object) => PhaseError
  return new Class({ ...fields, message: error.message })
}

/**
 * How a phase that failed is reported: as what its error is, or as a warning where the run does not depend on it.
 */
type Severity = "own" | "warn"

/** Each phase is one span, without the stack of whoever ran it: that would always be this file. Where nobody looks at spans there is none. */
const traced = <A, E, R>(phase: PhaseId, run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.tracer, (tracer) =>
    tracer === Tracer.nativeTracer
      ? run
      : Effect.withSpan(run, `Phase.${phase}`, { captureStackTrace: false }) as Effect.Effect<A, E, R>)

/**
 * Runs a phase, or reads back what an earlier attempt established. `subject` says what the facts are facts of:
 * they are read back for the same subject only. `judge` finds what is worth telling of a phase that did not fail; its state is then that
 * of the worst finding.
 *
 * @category combinators
 * @since 0.1.0
 */
export const step = Effect.fnUntraced(function*<Id extends PhaseId, In, Out, F, E, R>(
  phase: Runnable<Id, In, Out, F, E, R>,
  input: In,
  subject: string,
  severity: Severity = "own",
  judge: (out: Out) => ReadonlyArray<Finding> = () => []
): Effect.fn.Return<Out, E | JournalError, R | Current> {
  const { log, recorder, service } = yield* Current
  const { definition } = phase
  const facts = { version: definition.version, subject }
  const found = yield* restored(definition, subject)
  if (Option.isSome(found)) {
    const report = { id: definition.id, state: "restored" as const, facts: found.value as Facts }
    yield* log.publish({ type: "phase.end", service, phase: report }, facts)
    // A phase that may be restored has its facts for its output.
    return found.value as unknown as Out
  }

  yield* log.publish({ type: "phase.start", service, phase: definition.id })
  const started = yield* Clock.currentTimeMillis
  const timed = recorder.times().length
  const exit = yield* Effect.exit(traced(definition.id, phase.run(input)))
  const durationMillis = (yield* Clock.currentTimeMillis) - started
  const pace = paceOf(recorder.times().slice(timed), service)
  if (Exit.isSuccess(exit)) {
    const findings = judge(exit.value)
    const report = {
      id: definition.id,
      state: stateOf(findings),
      durationMillis,
      facts: definition.factsOf(exit.value) as Facts,
      ...pace
    }
    yield* log.publish({ type: "phase.end", service, phase: report }, facts)
    for (const finding of findings) yield* log.publish({ type: "finding", finding })
    return exit.value
  }
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error === undefined || !isPhaseError(error)) return yield* exit
  const transcript = recorder.lines().filter((line) => line.service === service)
  const report = {
    id: definition.id,
    state: severity === "warn" ? severity : isInconclusive(error) ? "inconclusive" as const : "fail" as const,
    durationMillis,
    error: withoutTranscript(error),
    ...pace
  }
  yield* log.publish({ type: "phase.end", service, phase: report }, facts)
  return yield* Effect.fail(withTranscript(error, transcript))
})

const isPhaseError = <E>(error: E): error is E & PhaseError =>
  typeof error === "object" && error !== null && "_tag" in error && "phase" in error && "service" in error

/**
 * Runs a phase on which nothing depends: its failure is reported as a warning, and the run goes on without it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const attempt = <Id extends PhaseId, In, Out, F, E extends PhaseError, R>(
  phase: Runnable<Id, In, Out, F, E, R>,
  input: In,
  subject: string
): Effect.Effect<Out | undefined, JournalError, R | Current> =>
  step(phase, input, subject, "warn").pipe(
    Effect.catch((error): Effect.Effect<undefined, JournalError> =>
      error._tag === "JournalError" ? Effect.fail(error) : Effect.succeed(undefined)
    )
  )

/**
 * Writes down that a phase was not run, and why, with what that leaves open.
 *
 * @category combinators
 * @since 0.1.0
 */
export const skip = Effect.fnUntraced(function*(
  phase: PhaseId,
  because: SkipReason,
  findings: ReadonlyArray<Finding> = []
) {
  const { log, service } = yield* Current
  yield* log.publish({ type: "phase.end", service, phase: { id: phase, state: "skip", because } })
  for (const finding of findings) yield* log.publish({ type: "finding", finding })
})

/** Findings that leave the question of their phase itself open; others tell only what was not part of it. */
const undecided: ReadonlySet<FindingId> = new Set([
  "dns_unanswered",
  "mta_sts_policy_unanswered",
  "dane_not_judged",
  "dane_not_reached",
  "recipient_deferred"
])

const stateOf = (findings: ReadonlyArray<Finding>): Outcome =>
  worst(
    findings.flatMap(({ id, state }) => state !== "inconclusive" || isFinding(id) && undecided.has(id) ? [state] : [])
  )

/**
 * Runs a phase that establishes facts and never fails, and judges them: its state is that of its worst finding. Facts that passed in an
 * earlier attempt are read back and judged again.
 *
 * @category combinators
 * @since 0.1.0
 */
export const survey = Effect.fnUntraced(function*<Id extends PhaseId, In, F, R>(
  phase: Runnable<Id, In, F, F, never, R>,
  input: In,
  subject: string,
  judge: (facts: F) => ReadonlyArray<Finding>
): Effect.fn.Return<F, JournalError, R | Current> {
  const { log, service } = yield* Current
  const { definition } = phase
  const found = yield* restored(definition, subject)
  const started = yield* Clock.currentTimeMillis
  if (Option.isNone(found)) yield* log.publish({ type: "phase.start", service, phase: definition.id })
  const facts = Option.isSome(found)
    ? found.value
    : yield* traced(definition.id, phase.run(input))
  const findings = judge(facts)
  const report: PhaseReport = Option.isSome(found)
    ? { id: definition.id, state: "restored", facts: facts as Facts }
    : {
      id: definition.id,
      state: stateOf(findings),
      durationMillis: (yield* Clock.currentTimeMillis) - started,
      facts: definition.factsOf(facts) as Facts
    }
  yield* log.publish({ type: "phase.end", service, phase: report }, { version: definition.version, subject })
  for (const finding of findings) yield* log.publish({ type: "finding", finding })
  return facts
})

/**
 * Writes down of all phases of an order that this service has not come to that they were not run, and why.
 *
 * @category combinators
 * @since 0.1.0
 */
export const skipRest = Effect.fnUntraced(function*(order: ReadonlyArray<PhaseId>, because: SkipReason) {
  const { log, service } = yield* Current
  const come = log.history.attempts.at(-1)?.services.get(service)?.phases.length ?? 0
  for (const phase of order.slice(come)) yield* skip(phase, because)
})

/**
 * Writes an intent, durably, before something that must happen once.
 *
 * @category combinators
 * @since 0.1.0
 */
export const intend = Effect.fnUntraced(function*(phase: PhaseId, subject: string, messageId: string) {
  const { log, service } = yield* Current
  yield* log.write({ entry: "intent", at: log.at(), service, phase, subject, messageId }, true)
})

/**
 * Signs in, unless another service of the run has refused the password and the knowledge says that it must then not be tried again:
 * `undefined` in that case.
 *
 * @category combinators
 * @since 0.1.0
 */
export const signIn = Effect.fnUntraced(function*<A, E extends PhaseError | JournalError, R>(
  auth: Effect.Effect<A, E, R>
): Effect.fn.Return<A | undefined, E, R | Current> {
  const { guard, service } = yield* Current
  if (guard === undefined) return yield* auth
  const guarded = Effect.suspend((): Effect.Effect<A | undefined, E, R> =>
    guard.refusedBy === undefined
      ? Effect.tapError(auth, ({ _tag }) =>
        Effect.sync(() => {
          if (_tag === "AuthRejected") guard.refusedBy = service
        }))
      : Effect.succeed(undefined)
  )
  return yield* guard.turn(guarded)
})
