/**
 * Follows a run to its end over server-sent events (WHATWG HTML section 9.2), through lost connections and restarts of the server.
 *
 * After an interruption the stream is asked for from the last event number on, so nothing is lost and nothing comes twice.
 */
import type { Event } from "@sonde/domain/Event"
import type { Report } from "@sonde/domain/Report"
import * as Problem from "./Problem.ts"

/** The wait before attempt `n` to connect again, counted from 0: doubles from half a second up to ten. */
export const pauseMillis = (n: number): number => Math.min(500 * 2 ** n, 10_000)

/**
 * Where a run is read. `events` asks for those after a number, 0 for all; it calls `onOpen` when the answer begins and resolves when the
 * stream ends. Both reject with a `Problem`.
 */
export interface Source {
  readonly events: (
    after: number,
    onOpen: () => void,
    onEvent: (event: Event) => void,
    signal: AbortSignal
  ) => Promise<void>
  readonly report: (signal: AbortSignal) => Promise<Report>
}

/** What a follower is told. `onLost` gets the wait until the next attempt, `onLive` says that events flow again. */
export interface Listener {
  readonly onEvent: (event: Event) => void
  readonly onReport: (report: Report) => void
  readonly onLost: (retryMillis: number) => void
  readonly onLive: () => void
}

const sleep = (millis: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, millis)
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true })
  })

/**
 * Resolves when the run has come to rest, or when `signal` aborts; rejects with a `Problem` that waiting does not cure. `after` is
 * the number of the last event that is known, 0 for none.
 */
export const follow = async (
  source: Source,
  after: number,
  listener: Listener,
  signal: AbortSignal
): Promise<void> => {
  let last = after
  for (let failures = 0; !signal.aborted;) {
    try {
      await source.events(last, listener.onLive, (event) => {
        failures = 0
        if (event.seq <= last) return
        last = event.seq
        listener.onEvent(event)
      }, signal)
      // A stream ends after `run.end`; one that a proxy cut short ends the same way.
      const report = await source.report(signal)
      if (report.state === "finished" || report.state === "suspended") return listener.onReport(report)
      await sleep(pauseMillis(failures++), signal)
    } catch (error) {
      if (signal.aborted) return
      const problem = error as Problem.Problem
      if (!Problem.isPassing(problem) && problem.kind !== "defect") throw problem
      const pause = problem.afterMillis ?? pauseMillis(failures++)
      listener.onLost(pause)
      await sleep(pause, signal)
    }
  }
}
