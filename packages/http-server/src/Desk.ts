/**
 * The desk of a server: takes runs on, gives each a place or a number in the queue, tells its readers, and lets go of all when the
 * server stops.
 *
 * A run is opened in the store before it is answered for, so that one that was taken on is listed whatever happens. No more than
 * `maxRuns` work at once. The sockets, secrets and readers of a run live here; what it said is in its journal.
 */
import type { JournalError } from "@sonde/domain/Errors"
import { type Event, masked } from "@sonde/domain/Event"
import {
  type InvalidOption,
  type JournalFailed,
  type NotFound,
  type RunLocked,
  Stopping,
  TooManyRuns
} from "@sonde/http-api/Problems"
import type { RunTaken } from "@sonde/http-api/RunsApi"
import {
  AddressPolicy,
  type Check,
  type Discovery,
  type OpenRun,
  type OptionsError,
  type Report,
  Sonde
} from "@sonde/sonde"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Failures from "./Failures.ts"
import * as Frames from "./Frames.ts"
import * as Intake from "./Intake.ts"
import * as Jobs from "./Jobs.ts"
import { type Load, Metrics } from "./Metrics.ts"
import { Rates, startOf } from "./Rates.ts"
import { Settings } from "./Settings.ts"
import * as Telemetry from "./Telemetry.ts"

/** What keeps a run from being taken on. */
export type Refused = InvalidOption | TooManyRuns | Stopping | JournalFailed

/** Runs at work and what becomes of them. */
export class Desk extends Context.Service<Desk, {
  /** Takes a new run on. */
  start(check: Check, client: string): Effect.Effect<RunTaken, Refused>
  /** Takes a run on again; `check` is all that it is asked this time. */
  resume(run: string, check: Check, client: string): Effect.Effect<RunTaken, Refused | NotFound | RunLocked>
  /** Makes a new run and waits for its report. Whoever stops waiting does not stop the run. */
  run(check: Check, client: string): Effect.Effect<Report, Refused>
  /** Makes a run that is not kept, within the same limits. Whoever stops waiting stops it. */
  once(check: Check, client: string): Effect.Effect<Report, TooManyRuns | Stopping>
  /** Looks for settings, within the same limits as a run. */
  discover(
    check: Check,
    offline: boolean,
    client: string
  ): Effect.Effect<Discovery, InvalidOption | TooManyRuns | Stopping>
  /** The run that is at work under this whole id. */
  job(run: string): Jobs.Job | undefined
  /** Removes a run that nobody works on. */
  forget(run: string): Effect.Effect<void, NotFound | RunLocked | JournalFailed>
  readonly load: Effect.Effect<Load>
  /** Takes nothing on any more, and has what is at work suspended, within the time of grace. */
  readonly stop: Effect.Effect<void>
}>()("@sonde/http-server/Desk") {
  static readonly layer = Layer.effect(Desk, Effect.suspend(() => make))
}

const stopping = new Stopping({
  detail: "the server is stopping; ask again in a moment",
  error: { _tag: "Stopping" }
})

const devices = new TooManyRuns({
  detail: "as many runs wait for a person at another device as may; try again in a few minutes",
  error: { _tag: "TooManyRuns", scope: "queue", retryAfterMillis: 60_000 }
})

/** A guess at when a place is free: nobody knows how long the runs before it take. */
const queueMillis = 5000

const full = new TooManyRuns({
  detail: "all places are taken and the queue is full; try again in a few seconds",
  error: { _tag: "TooManyRuns", scope: "queue", retryAfterMillis: queueMillis }
})

const wipe = ({ proxySecret, secret, token }: Check): void => {
  for (const one of [proxySecret, secret, token]) if (one !== undefined) Redacted.wipeUnsafe(one)
}

const make = Effect.gen(function*() {
  const settings = yield* Settings
  const sonde = yield* Sonde
  const rates = yield* Rates
  const metrics = yield* Metrics
  const fibers = yield* FiberSet.make<unknown, unknown>()
  const places = yield* Semaphore.make(settings.maxRuns)
  const jobs = new Map<string, Jobs.Job>()
  // A person takes minutes: most places stay for runs that do not wait for one.
  const waiting = new Set<Check>()
  const load = { running: 0, queued: 0, stopping: false }

  const allowed = (check: Check) => Effect.provideService(AddressPolicy.AddressPolicy, Intake.rule(settings, check))

  /** Waits in the queue for a place; the queue is counted before anybody can look away. */
  const placed = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      load.queued++
      let isWaiting = true
      const leave = (): void => {
        if (isWaiting) load.queued--
        isWaiting = false
      }
      return places.withPermit(Effect.suspend(() => {
        leave()
        load.running++
        return Effect.ensuring(work, Effect.sync(() => load.running--))
      })).pipe(Effect.ensuring(Effect.sync(leave)))
    })

  /** Whether there is a place, at once or in the queue; and whether this client and this target may have another run. */
  const admitted = Effect.fnUntraced(function*(check: Check, client: string) {
    if (load.stopping) return yield* stopping
    if (load.running + load.queued >= settings.maxRuns + settings.maxQueued) return yield* full
    if (check.grant !== undefined && waiting.size >= Math.max(1, Math.floor(settings.maxRuns / 4))) {
      return yield* devices
    }
    const start = startOf(client, check)
    yield* rates.take(start)
    return start
  })

  /** Works on an open run to its end. What it tells last is told by whoever closes it. */
  const worked = (opened: OpenRun, check: Check, job: Jobs.Job, listen: (event: Event) => void) =>
    placed(Effect.suspend(() => {
      job.state = "running"
      return opened.go(listen).pipe(
        allowed(check),
        Telemetry.traced(opened.run, check.target),
        Effect.tap((report) => metrics.observe(report))
      )
    })).pipe(
      Effect.onExit((exit) => {
        if (Exit.isSuccess(exit)) return Effect.void
        return Cause.hasInterruptsOnly(exit.cause) ? metrics.lost(check.target) : Effect.andThen(
          metrics.lost(check.target),
          Effect.annotateLogs(Effect.logError("a run broke", exit.cause), { run: opened.run })
        )
      })
    )

  const take = <E>(check: Check, client: string, open: Effect.Effect<OpenRun, E, Scope.Scope>) =>
    Effect.uninterruptible(Effect.gen(function*() {
      const start = yield* admitted(check, client)
      const scope = yield* Scope.make()
      const found = yield* Effect.exit(Scope.provide(open, scope))
      if (Exit.isFailure(found)) {
        yield* rates.giveBack(start)
        yield* Scope.close(scope, Exit.void)
        return yield* Effect.failCause(found.cause)
      }
      const opened = found.value
      const job = Jobs.make(opened.run)
      jobs.set(opened.run, job)
      if (check.grant !== undefined) waiting.add(check)
      yield* metrics.started
      let last: Frames.Frame | undefined
      let prompt: Extract<Event, { readonly type: "prompt" }> | undefined
      const listen = (event: Event): void => {
        const frame = Frames.fromEvent(event)
        if (event.type === "prompt") prompt = event
        if (prompt !== undefined && event.type === "phase.end" && event.phase.id === prompt.phase) {
          // The code is used up, or its time is over.
          Jobs.retell(job, Frames.fromEvent(masked(prompt)))
          prompt = undefined
        }
        if (event.type === "run.end") last = frame
        else Jobs.tell(job, frame)
      }
      // Readers hear of the end when the lock is gone: whoever resumes at once finds the run free.
      const close = Effect.map(Scope.close(scope, Exit.void), () => {
        jobs.delete(opened.run)
        waiting.delete(check)
        if (last !== undefined) Jobs.tell(job, last)
        Jobs.end(job)
        wipe(check)
      })
      const fiber = yield* FiberSet.run(
        fibers,
        Effect.ensuring(Effect.interruptible(worked(opened, check, job, listen)), close)
      )
      const taken: RunTaken = { run: opened.run, state: job.state }
      return { taken, fiber }
    }))

  const opening = <A, R>(effect: Effect.Effect<A, JournalError | OptionsError, R>) =>
    Effect.mapError(effect, (error) => error._tag === "OptionsError" ? Failures.option(error) : Failures.opening(error))

  /** A new run is nowhere yet: nothing is there to be missed or locked. */
  const beginning = <A, R>(effect: Effect.Effect<A, JournalError | OptionsError, R>) =>
    Effect.mapError(
      effect,
      (error) => error._tag === "OptionsError" ? Failures.option(error) : Failures.writing(error)
    )

  const begun = (check: Check, client: string) => take(check, client, beginning(sonde.begin(check)))

  const stop = Effect.gen(function*() {
    if (load.stopping) return
    load.stopping = true
    const all = [...jobs.values()]
    if (all.length > 0) yield* Effect.logInfo(`stopping: ${all.length} runs are suspended`)
    yield* Effect.timeoutOption(Effect.interruptible(FiberSet.clear(fibers)), settings.graceMillis)
  })

  yield* Effect.addFinalizer(() => stop)

  return Desk.of({
    start: (check, client) => Effect.map(begun(check, client), ({ taken }) => taken),
    resume: Effect.fn("Desk.resume")(function*(run, check, client) {
      if (jobs.has(run)) return yield* Failures.locked(run)
      return (yield* take(check, client, opening(sonde.reopen(run, check)))).taken
    }),
    run: Effect.fn("Desk.run")(function*(check, client) {
      const { fiber } = yield* begun(check, client)
      const exit = yield* Fiber.await(fiber)
      if (Exit.isSuccess(exit)) return exit.value
      if (Cause.hasInterruptsOnly(exit.cause)) return yield* stopping
      return yield* Effect.mapError(Effect.failCause(exit.cause), Failures.writing)
    }),
    once: Effect.fn("Desk.once")(function*(check, client) {
      yield* admitted(check, client)
      yield* metrics.started
      const work = placed(allowed(check)(sonde.once(check)))
      const fiber = yield* FiberSet.run(fibers, Effect.ensuring(work, Effect.sync(() => wipe(check))))
      const exit = yield* Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interrupt(fiber))
      if (Exit.isSuccess(exit)) return exit.value
      return yield* Cause.hasInterruptsOnly(exit.cause) ? Effect.fail(stopping) : Effect.failCause(exit.cause)
    }),
    discover: Effect.fn("Desk.discover")(function*(check, offline, client) {
      yield* admitted(check, client)
      const { ca, connectTo, dns, family, provider, proxy, proxySecret, source, target, timeout } = check
      const work = placed(
        allowed(check)(
          sonde.discover({ ca, connectTo, dns, family, provider, proxy, proxySecret, source, target, timeout, offline })
        )
      )
      const fiber = yield* FiberSet.run(fibers, work)
      const exit = yield* Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interrupt(fiber))
      if (Exit.isSuccess(exit)) return exit.value
      if (Cause.hasInterruptsOnly(exit.cause)) return yield* stopping
      return yield* Effect.mapError(Effect.failCause(exit.cause), Failures.option)
    }),
    job: (run) => jobs.get(run),
    forget: Effect.fn("Desk.forget")(function*(run) {
      yield* Effect.mapError(sonde.forget(run), Failures.opening)
    }),
    load: Effect.sync(() => ({ ...load })),
    stop
  })
})
