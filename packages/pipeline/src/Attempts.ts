/**
 * The attempts of a run: each begun and closed in the journal, also an interrupted one, and the waits between them.
 *
 * A throttle suspends the run, or is slept through with `--wait`. A bug stays a defect: it is never made part of a report.
 *
 * @since 0.1.0
 */
import * as Recorder from "@sonde/net/Recorder"
import { Control } from "@sonde/phases/Control"
import { Budget } from "@sonde/phases/Conversation"
import * as Retrieval from "@sonde/phases/Retrieval"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fold from "./Fold.ts"
import type * as Journal from "./Journal.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as Passage from "./Passage.ts"
import * as Recognition from "./Recognition.ts"
import type * as RunLog from "./RunLog.ts"
import type { Attempt } from "./ServiceRun.ts"
import * as SideBySide from "./SideBySide.ts"

/** How often `--wait` sleeps through a throttle before the run is suspended after all. */
const maxWaits = 5

const secretsOf = ({ credential, proxy, readBack }: Request) =>
  [credential, proxy, readBack?.credential].flatMap((one) => one?.secret === undefined ? [] : [one.secret])

/**
 * Which secrets a request had, for the journal; what they are is not among it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const hadOf = ({ credential, readBack }: Request): Journal.Sources => ({
  ...(credential?.kind === "password" ? { secret: true } : {}),
  ...(credential?.kind === "token" ? { token: true } : {}),
  ...(readBack?.credential === undefined ? {} : { readBack: true })
})

/**
 * The entry that begins an attempt after the first.
 *
 * @category constructors
 * @since 0.1.0
 */
export const further = (request: Request, log: RunLog.RunLog): Journal.Entry => ({
  entry: "attempt",
  at: log.at(),
  options: Fold.furtherOptions(log.history, request.options),
  had: hadOf(request)
})

/**
 * The entry that closes an attempt. Its number is that of `run.end`, which is told and not written.
 *
 * @category constructors
 * @since 0.1.0
 */
export const closing = (
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
  const started = yield* Clock.currentTimeMillis
  const clock = yield* Clock.Clock
  const state = Recognition.nothing()
  const recorder = Recorder.make({
    now: () => clock.currentTimeMillisUnsafe() - started,
    secrets: secretsOf(request),
    onLine: log.line,
    after: log.history.line
  })
  const today = iso(started).slice(0, 10)
  const attempt: Attempt = { request, claims: undefined, log, recorder, state, today, unjudged: [] }
  const close = Effect.fnUntraced(function*(interrupted: boolean) {
    const suspended = interrupted || log.history.attempts.at(-1)?.resumeAfter !== undefined
    const durationMillis = clock.currentTimeMillisUnsafe() - started
    const entry = closing(log.history, log.at(), suspended ? "suspended" : "finished", durationMillis)
    // An attempt that another follows at once tells no end.
    yield* log.write(goesOn && !interrupted && suspended ? { ...entry, seq: log.history.seq } : entry)
  })
  const interrupted = Effect.suspend(() => Effect.andThen(SideBySide.interrupt(attempt), close(true)))

  const { dns, revocation } = request.options
  const way = { pins: request.pins, server: dns, ca: undefined, recorder }
  const retrieval = revocation === true ? yield* Retrieval.make(way, request.phaseMillis) : undefined
  yield* SideBySide.run(attempt).pipe(
    Effect.provideService(Retrieval.Retrieval, retrieval),
    Effect.provideService(Control, request.control === undefined ? undefined : { ...request.control, server: dns }),
    Effect.onInterrupt(() => Effect.ignore(interrupted)),
    Effect.provideService(Budget, {
      phaseMillis: request.phaseMillis,
      commitMillis: request.phaseMillis * 6,
      deadline: started + request.deadlineMillis
    }),
    Passage.through(request)
  )
  yield* close(false)
})

/**
 * Attempts until the run needs no more waiting; the last event is `run.end`.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(request: Request, log: RunLog.RunLog, resumed: boolean) {
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
