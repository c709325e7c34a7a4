/**
 * Runs a diagnosis from its options to its report, and resumes one.
 *
 * Turns typed failures into states of their phases, asks the packs for verdicts, suspends on a throttle and closes
 * every attempt in the journal, also an interrupted one. A bug stays a defect: it is never made part of a report.
 *
 * @since 0.1.0
 */
import { DeliveryInDoubt, type JournalError, type PhaseError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import type { Dialer } from "@sonde/net/Dialer"
import * as Recorder from "@sonde/net/Recorder"
import type { Resolver } from "@sonde/net/Resolver"
import { Packs } from "@sonde/packs/Packs"
import { Classifier } from "@sonde/phases/Classifier"
import { Budget } from "@sonde/phases/Conversation"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fold from "./Fold.ts"
import * as Journal from "./Journal.ts"
import type { JournalFile } from "./JournalStore.ts"
import { JournalStore } from "./JournalStore.ts"
import * as Judge from "./Judge.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as Prepare from "./Prepare.ts"
import { order, submission, type SubmissionPlan } from "./recipes/Submission.ts"
import * as Recognition from "./Recognition.ts"
import * as RunId from "./RunId.ts"
import * as RunLog from "./RunLog.ts"
import { Current, skip, skipRest } from "./Step.ts"

/**
 * Called with each event as it happens; must not throw.
 *
 * @category models
 * @since 0.1.0
 */
export type Listener = (event: Event) => void

const service = "smtp-submission" as const

/** How often `--wait` sleeps through a throttle before the run is suspended after all. */
const maxWaits = 5

const secretsOf = (request: Request) => request.credential === undefined ? [] : [request.credential.secret]

const hadOf = (request: Request): Journal.Sources => ({
  ...(request.credential?.kind === "password" ? { secret: true } : {}),
  ...(request.credential?.kind === "token" ? { token: true } : {})
})

const further = (request: Request, log: RunLog.RunLog): Journal.Entry => ({
  entry: "attempt",
  at: log.at(),
  options: Fold.furtherOptions(log.history, request.options),
  had: hadOf(request)
})

const isPhaseError = (error: PhaseError | JournalError): error is PhaseError => error._tag !== "JournalError"

/** One attempt as the functions below share it. */
interface Context {
  readonly request: Request
  readonly log: RunLog.RunLog
  readonly recorder: Recorder.Recorder
  readonly state: Recognition.Recognition
  readonly today: string
}

const passedPhases = (log: RunLog.RunLog): ReadonlyArray<PhaseId> =>
  (log.history.attempts.at(-1)?.services.get(service)?.phases ?? []).flatMap(({ report }) =>
    report.state === "pass" || report.state === "restored" ? [report.id] : []
  )

const circumstances = (context: Context, plan: Judge.Circumstances["plan"]): Judge.Circumstances => {
  // What was said after the phase that failed, such as a farewell, is no evidence.
  const phases = context.log.history.attempts.at(-1)?.services.get(service)?.phases ?? []
  const upTo = phases.findLast(({ report }) => report.error !== undefined)?.line ?? 0
  const last = context.recorder.lines().findLast(({ dir, n, service: of }) =>
    of === service && dir === "<" && n <= upTo
  )
  return {
    plan,
    request: context.request,
    state: context.state,
    run: context.log.history.run,
    today: context.today,
    passed: passedPhases(context.log),
    evidence: last === undefined ? [] : [last.n]
  }
}

/** A phase failed: says why, and what was not reached because of it. */
const failed = Effect.fnUntraced(function*(context: Context, plan: Judge.Circumstances["plan"], error: PhaseError) {
  yield* skipRest(order(plan.endpoint.security), error.phase)
  for (const verdict of Judge.verdicts(error, circumstances(context, plan))) {
    yield* context.log.publish({ type: "verdict", verdict })
  }
  if (error._tag === "Throttled") {
    const at = iso((yield* Clock.currentTimeMillis) + error.retryAfterMillis)
    yield* context.log.publish({ type: "run.suspend", resumeAfter: at, service, phase: error.phase })
  }
})

/** What a pass leaves open: a provider that decides Send As after DATA has not decided it yet. */
const openQuestions = Effect.fnUntraced(function*(context: Context, plan: SubmissionPlan) {
  const pack = yield* (yield* Packs).get(context.state.provider?.id ?? "")
  const passed = passedPhases(context.log)
  if (pack?.signIn?.lateSendAs !== true || !passed.includes("mail") || passed.includes("data")) return
  const finding: Finding = {
    id: "send_as_not_proven",
    state: "inconclusive",
    service,
    title: `${pack.name} decides after DATA whether ${plan.credential?.user ?? "the client"} may send as ${plan.from}`,
    text: "No message was sent, so the right to send as this address is not proven.",
    remedies: [{
      kind: "verify",
      text: "Send one message to find out",
      command: `${
        Judge.recheck(context.request.options, {
          secret: plan.credential?.kind === "password",
          token: plan.credential?.kind === "token"
        })
      } --deliver`,
      shell: "sh"
    }]
  }
  yield* context.log.publish({ type: "finding", finding })
})

/** What the packs say before anything is dialled. True when the service must not go on. */
const preflight = Effect.fnUntraced(function*(context: Context, plan: SubmissionPlan) {
  if (context.request.options.ignorePreflight === true) return { stop: false, warnings: [] }
  const judgements = Judge.preflight(circumstances(context, plan))
  const stop = judgements.some((judgement) => judgement.stop)
  for (const { verdict } of judgements.filter((judgement) => judgement.stop)) {
    yield* context.log.publish({ type: "verdict", verdict })
  }
  return { stop, warnings: judgements.filter((judgement) => !judgement.stop).map(({ verdict }) => verdict) }
})

/** What an earlier attempt settled for good: the service passed, or its message is delivered or in doubt. */
const settled = Effect.fnUntraced(function*(context: Context, plan: SubmissionPlan) {
  const { log, request } = context
  const earlier = log.history.attempts.slice(0, -1)
  const before = earlier.at(-1)
  const last = before?.services.get(service)
  const intent = log.history.intents.get(service)
  const restore = Effect.fnUntraced(function*(past: Fold.ServiceHistory) {
    for (const { report } of past.phases) {
      const { durationMillis: _, error: __, ...phase } = report
      if (phase.state === "pass" || phase.state === "restored") {
        yield* log.publish({ type: "phase.end", service, phase: { ...phase, state: "restored" } })
      } else if (phase.state === "skip" && phase.because !== "interrupted") {
        yield* log.publish({ type: "phase.end", service, phase })
      } else break
    }
  })
  const delivered = earlier.map((attempt) => attempt.services.get(service)).findLast((past) =>
    past?.phases.some(({ report }) => report.id === "data" && (report.state === "pass" || report.state === "restored"))
  )
  if (delivered !== undefined && request.options.deliverAgain !== true) {
    yield* restore(delivered)
    // Only the farewell can be missing behind a message that was delivered; it is not said on another connection.
    yield* skipRest(order(plan.endpoint.security), "until")
    return true
  }
  if (intent !== undefined && request.deliver && request.options.deliverAgain !== true) {
    // The attempt before this one may have been killed before it had planned anything.
    const planned = earlier.map((attempt) => attempt.services.get(service)).findLast((past) => past !== undefined)
    if (planned !== undefined) yield* restore(planned)
    // Nor may the attempts since have come as far: the report still has each phase once, in order.
    const phases = order(plan.endpoint.security)
    yield* skipRest(phases.slice(0, phases.indexOf("data")), "data")
    const error = new DeliveryInDoubt({
      service,
      endpoint: plan.endpoint,
      phase: "data",
      messageId: intent.messageId,
      message: `the message ${intent.messageId} was sent to its end at ${intent.at} and no answer was kept; `
        + "it is not sent again without --deliver-again"
    })
    yield* log.publish({ type: "phase.end", service, phase: { id: "data", state: "inconclusive", error } })
    yield* failed(context, plan, error)
    return true
  }
  const passed = last !== undefined && before?.state === "finished" &&
    last.phases.every(({ report }) =>
      report.state === "pass" || report.state === "restored" || report.state === "skip"
    ) &&
    last.phases.some(({ report }) => report.state !== "skip")
  if (passed && sameQuestion(before.options, request.options)) {
    yield* restore(last)
    for (const finding of before.findings) yield* log.publish({ type: "finding", finding })
    return true
  }
  return false
})

/** Whether two sets of options ask the same of a server; waiting and presentation do not count. */
const sameQuestion = (left: CheckOptions, right: CheckOptions): boolean => {
  const asked = ({ deadline: _, timeout: __, wait: ___, ...options }: CheckOptions) =>
    JSON.stringify(Object.entries(options).sort(([one], [other]) => one < other ? -1 : 1))
  return asked(left) === asked(right)
}

const runService = Effect.fnUntraced(function*(context: Context) {
  const { log, request, state } = context
  const place = { endpoint: Prepare.supposed(request), service, message: undefined }
  const found = yield* Effect.result(Prepare.endpoint(request, state))
  if (state.provider !== undefined) yield* log.write({ entry: "provider", provider: state.provider })
  if (found._tag === "Failure") {
    const error = found.failure
    yield* log.write({ entry: "service", service, endpoint: place.endpoint })
    yield* log.publish({ type: "phase.start", service, phase: "resolve" })
    const inconclusive = error._tag === "ResolveError" && error.isTemporary
    yield* log.publish({
      type: "phase.end",
      service,
      phase: { id: "resolve", state: inconclusive ? "inconclusive" : "fail", durationMillis: 0, error }
    })
    return yield* failed(context, place, error)
  }
  const plan = Prepare.plan(request, found.success, log.history)
  yield* log.write({ entry: "service", service, endpoint: plan.endpoint })
  if (yield* settled(context, plan)) return
  const { stop, warnings } = yield* preflight(context, plan)
  if (stop) return yield* skipRest(order(plan.endpoint.security), "policy")

  const outcome = yield* Effect.result(
    Effect.provideService(submission(plan), Classifier, Judge.classifier(plan, request, state))
  )
  if (outcome._tag === "Failure") {
    if (!isPhaseError(outcome.failure)) return yield* outcome.failure
    yield* failed(context, plan, outcome.failure)
    for (const verdict of warnings) yield* log.publish({ type: "verdict", verdict })
    return
  }
  yield* openQuestions(context, plan)
  const proven = passedPhases(log).includes("data")
  for (const verdict of warnings) {
    // Whether somebody may send as somebody else is answered by a delivery, and asked by a finding without one.
    if (verdict.cause === "send_as_denied" && (proven || passedPhases(log).includes("mail"))) continue
    // A server that took the secret has answered whether its form is right.
    if (verdict.cause === "secret_form" && passedPhases(log).includes("auth")) continue
    const { cause, explanation, remedies, title } = verdict
    const finding: Finding = { id: cause, state: "warn", service, title, text: explanation, remedies }
    yield* log.publish({ type: "finding", finding })
  }
})

/** The entry that closes an attempt. Its number is that of `run.end`, which is told and not written. */
const closing = (
  history: Fold.History,
  at: string,
  state: "suspended" | "finished",
  durationMillis: number
): Extract<Journal.Entry, { readonly entry: "end" }> => {
  const resumeAfter = history.attempts.at(-1)?.resumeAfter
  const later = resumeAfter === undefined ? {} : { resumeAfter }
  return { entry: "end", at, seq: history.seq + 1, state, durationMillis, ...later }
}

/** One attempt, closed in the journal however it ends. After a throttle `goesOn` says that another attempt follows. */
const attemptOnce = Effect.fnUntraced(function*(request: Request, log: RunLog.RunLog, goesOn: boolean) {
  const packs = yield* Packs
  const started = yield* Clock.currentTimeMillis
  const clock = yield* Clock.Clock
  const state = Recognition.nothing()
  const recorder = Recorder.make({
    now: () => clock.currentTimeMillisUnsafe() - started,
    secrets: secretsOf(request),
    onLine: log.line,
    after: log.history.line
  })
  const context: Context = { request, log, recorder, state, today: iso(started).slice(0, 10) }
  const observe = Effect.fnUntraced(function*(evidence: { readonly banner: string }) {
    yield* Effect.provideService(Recognition.observe(state, evidence), Packs, packs)
    if (state.provider !== undefined) yield* log.write({ entry: "provider", provider: state.provider })
  })
  const close = Effect.fnUntraced(function*(interrupted: boolean) {
    const suspended = interrupted || log.history.attempts.at(-1)?.resumeAfter !== undefined
    const durationMillis = clock.currentTimeMillisUnsafe() - started
    const entry = closing(log.history, log.at(), suspended ? "suspended" : "finished", durationMillis)
    // An attempt that another follows at once tells no end.
    yield* log.write(goesOn && !interrupted && suspended ? { ...entry, seq: log.history.seq } : entry)
  })
  const interrupted = Effect.fnUntraced(function*() {
    const current = log.history.attempts.at(-1)?.services.get(service)
    if (current?.open !== undefined) yield* skip(current.open, "interrupted")
    const security = current?.endpoint?.security ?? Prepare.supposed(request).security
    yield* skipRest(order(security), "interrupted")
    yield* close(true)
  })

  yield* runService(context).pipe(
    Effect.onInterrupt(() => Effect.ignore(interrupted())),
    Effect.provideService(Current, { service, log, recorder, restoring: true, observe }),
    Effect.provideService(Budget, {
      phaseMillis: request.phaseMillis,
      commitMillis: request.phaseMillis * 6,
      deadline: started + request.deadlineMillis
    })
  )
  yield* close(false)
})

/** Attempts until the run needs no more waiting; the last event is `run.end`. */
const attempts = Effect.fnUntraced(function*(request: Request, log: RunLog.RunLog, resumed: boolean) {
  const end = Effect.suspend(() => log.publish({ type: "run.end", report: Fold.report(log.history) }))
  // Somebody who stops while a throttle is slept through leaves an attempt that told no end.
  const giveUp = Effect.suspend(() =>
    log.history.isEnded
      ? Effect.void
      : log.write(closing(log.history, log.at(), "suspended", log.history.attempts.at(-1)?.durationMillis ?? 0))
  )
  yield* log.publish({ type: "run.start", target: request.target.input, resumed })
  yield* Effect.gen(function*() {
    for (let waits = 0;; waits++) {
      const goesOn = request.options.wait === true && waits < maxWaits
      yield* attemptOnce(request, log, goesOn)
      const until = log.history.attempts.at(-1)?.resumeAfter
      if (until === undefined || !goesOn) return
      yield* Effect.sleep(Math.max(0, Date.parse(until) - (yield* Clock.currentTimeMillis)))
      yield* log.write(further(request, log))
    }
  }).pipe(Effect.onInterrupt(() => Effect.ignore(Effect.andThen(giveUp, end))))
  yield* end
  return Fold.report(log.history)
})

const logOf = Effect.fnUntraced(function*(history: Fold.History, file: JournalFile, listen: Listener) {
  return RunLog.make({ history, file, clock: yield* Clock.Clock, listen })
})

/**
 * What running needs: a network, packs, a journal store and the phases.
 *
 * @category models
 * @since 0.1.0
 */
export type Needs = Effect.Services<ReturnType<typeof attempts>> | JournalStore | Packs | Resolver | Dialer

const targetOf = (request: Request): Fold.History["target"] => {
  const { target } = request
  switch (target._tag) {
    case "Mailbox":
      return { input: target.input, mailbox: target.mailbox, domain: target.domain }
    case "Domain":
      return { input: target.input, domain: target.domain }
    case "Host":
      return { input: target.input, host: target.host, port: target.port }
  }
}

/**
 * A run that is open: nobody else can work on it until the scope closes in which it was opened. `go` works on it, once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Opened {
  readonly run: string
  readonly go: (listen: Listener) => Effect.Effect<Report, JournalError, Needs>
}

/**
 * Opens a new run: from here on it is listed, and can be resumed should this process die. Fails only where its journal
 * cannot be kept.
 *
 * @category running
 * @since 0.1.0
 */
export const begin = Effect.fnUntraced(function*(request: Request) {
  const now = yield* Clock.currentTimeMillis
  const id = RunId.make(now)
  const file = yield* (yield* JournalStore).create(id)
  const opening: Extract<Journal.Entry, { readonly entry: "run" }> = {
    entry: "run",
    schema: "sonde.journal/1",
    run: id,
    at: iso(now),
    target: targetOf(request),
    options: request.options,
    had: hadOf(request)
  }
  yield* file.append([Journal.toLine(opening)], false)
  const opened: Opened = {
    run: id,
    go: Effect.fnUntraced(function*(listen) {
      return yield* attempts(request, yield* logOf(Fold.begin(opening), file, listen), false)
    })
  }
  return opened
})

/**
 * Runs a diagnosis. Fails only where its journal cannot be kept.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fn("Runner.run")(function*(request: Request, listen: Listener) {
  return yield* (yield* begin(request)).go(listen)
}, Effect.scoped)

/**
 * The history of a run, read without a lock.
 *
 * @category reading
 * @since 0.1.0
 */
export const history = Effect.fn("Runner.history")(function*(id: string) {
  const store = yield* JournalStore
  return yield* Journal.history(id, yield* store.read(id))
})

/** What an attempt hands on to the next: that a message is sent once more has to be said each time. */
const inherited = ({ deliverAgain, ...options }: CheckOptions): CheckOptions =>
  deliverAgain === true ? { ...options, deliver: true } : options

/**
 * Opens a run to go on with it: what passed is kept, what failed is tried again. `prepare` makes the request from the
 * options of the last attempt, so that flags given again override; `deliverAgain` is not among them.
 *
 * @category running
 * @since 0.1.0
 */
export const reopen = Effect.fnUntraced(function*<E>(
  id: string,
  prepare: (options: CheckOptions, had: Journal.Sources) => Effect.Effect<Request, E>
) {
  const file = yield* (yield* JournalStore).open(id)
  const past = yield* Journal.history(id, file.lines)
  const last = past.attempts.at(-1)!
  const request = yield* prepare(inherited(last.options), last.had)
  const opened: Opened = {
    run: id,
    go: Effect.fnUntraced(function*(listen) {
      const log = yield* logOf(past, file, listen)
      yield* log.write(further(request, log))
      return yield* attempts(request, log, true)
    })
  }
  return opened
})

/**
 * Resumes a run.
 *
 * @category running
 * @since 0.1.0
 */
export const resume = Effect.fn("Runner.resume")(function*<E>(
  id: string,
  prepare: (options: CheckOptions, had: Journal.Sources) => Effect.Effect<Request, E>,
  listen: Listener
) {
  return yield* (yield* reopen(id, prepare)).go(listen)
}, Effect.scoped)

/**
 * Closes a run whose process died: its last attempt becomes `suspended`, as an interrupted one is. Does nothing for a run
 * that is closed already; fails with `Locked` where somebody works on it.
 *
 * @category running
 * @since 0.1.0
 */
export const settle = Effect.fn("Runner.settle")(function*(id: string) {
  const file = yield* (yield* JournalStore).open(id)
  const past = yield* Journal.history(id, file.lines)
  const last = past.attempts.at(-1)!
  if (past.isEnded) return
  const durationMillis = Math.max(last.durationMillis, Date.parse(past.at) - Date.parse(last.at), 0)
  const entry = closing(past, iso(yield* Clock.currentTimeMillis), "suspended", durationMillis)
  yield* file.append([Journal.toLine(entry)], false)
}, Effect.scoped)
