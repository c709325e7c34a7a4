/**
 * Runs a diagnosis or resumes one: progress on standard error, the result on standard output, the exit status last.
 */
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import { spanMillis } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import * as Redact from "@sonde/report/Redact"
import * as Live from "@sonde/report/render/Live"
import * as Ndjson from "@sonde/report/render/Ndjson"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Journal from "../Journal.ts"
import * as Progress from "../Progress.ts"
import { Screen } from "../Screen.ts"
import type * as View from "../View.ts"

/** Progress is for people: on a terminal, or beside a screen for people. */
const isShown = (view: View.View): boolean => !view.quiet && (view.err.terminal || view.format === "pretty")

/** Feeds events to whoever looks on, and gives the report of the last one. */
export const follow = Effect.fnUntraced(function*(
  view: View.View,
  events: Stream.Stream<Event, JournalError>,
  options: { readonly timeout: string | number | undefined; readonly resume: string }
) {
  const screen = yield* Screen
  const redactor = Redact.make(view.redact)
  const { during, step } = yield* Progress.make({
    look: view.err,
    shows: isShown(view),
    limitMillis: spanMillis(options.timeout ?? "10s") ?? 10_000
  })
  let run: string | undefined
  let report: Report | undefined

  yield* events.pipe(
    Stream.runForEach((event) =>
      Effect.gen(function*() {
        run = event.run
        if (event.type === "run.end") report = event.report
        yield* step((live, now) => Live.onEvent(live, event, now))
        if (view.format === "events") yield* screen.out(Ndjson.event(redactor.event(event)))
      })
    ),
    during,
    Effect.onInterrupt(() =>
      Effect.gen(function*() {
        yield* step(Live.end)
        if (run === undefined) return
        yield* screen.err(`sonde: interrupted; go on with: ${`sonde resume ${run} ${options.resume}`.trimEnd()}\n`)
      })
    ),
    Effect.mapError((error) => Journal.failure(error, view.scheme))
  )
  if (report === undefined) return yield* Effect.die(new Error("a run ended without its report"))
  return report
})
