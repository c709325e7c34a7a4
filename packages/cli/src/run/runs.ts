/** `sonde runs`, `sonde show` and `sonde forget`. */
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { Sonde } from "@sonde/sonde"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import { usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import * as Journal from "../Journal.ts"
import { json } from "../Print.ts"
import * as Request from "../Request.ts"
import { note, Screen } from "../Screen.ts"
import * as View from "../View.ts"

const engine = Effect.fnUntraced(function*(state: string | undefined) {
  const { env } = yield* Screen
  return Engine.layer({ state: Files.stateFolder(state, env) })
})

/** All runs, newest first. */
export const runs = Effect.fnUntraced(function*(
  input: { readonly state: string | undefined; readonly json: boolean; readonly color: View.Input["color"] }
) {
  const screen = yield* Screen
  const view = yield* View.make({ json: input.json, color: input.color })
  const { runs: found, unreadable } = yield* Effect.gen(function*() {
    const sonde = yield* Sonde
    return yield* sonde.page()
  }).pipe(Effect.mapError(Journal.failure), Effect.provide(yield* engine(input.state)))
  if (unreadable.length > 0) {
    yield* note(
      `${unreadable.length === 1 ? "one run" : `${unreadable.length} runs`} cannot be read: ${unreadable.join(", ")}`
    )
  }
  if (view.format === "json") {
    return yield* screen.out(json(found, view.out.terminal))
  }
  if (found.length === 0 && unreadable.length > 0) return
  if (found.length === 0) return yield* note("there are no runs yet; \"sonde check\" makes one")
  const now = DateTime.formatIso(yield* DateTime.now)
  yield* screen.out(
    found.map((run) => {
      const target = Escape.line(run.target)
      const state = run.state === "suspended" || run.state === "running" ? run.state : run.outcome
      return view.out.terminal
        ? `${run.run}  ${state.padEnd(12)}  ${Phrases.age(run.startedAt, now).padEnd(15)}  ${target}\n`
        : `${run.run}\t${run.state}\t${run.outcome}\t${run.exitCode}\t${run.startedAt}\t${target}\n`
    }).join("")
  )
})

/** The report of a run, with the status it ended with. */
export const show = Effect.fnUntraced(function*(
  input: { readonly run: string; readonly state: string | undefined } & View.Input
) {
  const view = yield* View.make(input)
  if (view.format === "events") return yield* usage("sonde show prints no events", "leave out --events")
  const report = yield* Effect.gen(function*() {
    const sonde = yield* Sonde
    return yield* sonde.show(input.run)
  }).pipe(
    Effect.mapError((error) => Journal.failure(error, view.scheme)),
    Effect.provide(yield* engine(input.state))
  )
  yield* View.finish(view, report, {
    now: DateTime.formatIso(yield* DateTime.now),
    place: Request.place(input.state)
  })
})

/** Removes a run. */
export const forget = Effect.fnUntraced(function*(
  input: { readonly run: string; readonly state: string | undefined }
) {
  const id = yield* Effect.gen(function*() {
    const sonde = yield* Sonde
    const report = yield* sonde.show(input.run).pipe(
      Effect.map(({ run }) => run),
      // A journal that cannot be read, or holds nothing, can still be removed.
      Effect.catchIf(
        (error) => error.reason === "Corrupt" || error.reason === "NotFound",
        () => Effect.succeed(input.run)
      )
    )
    yield* sonde.forget(report)
    return report
  }).pipe(Effect.mapError(Journal.failure), Effect.provide(yield* engine(input.state)))
  yield* note(`run ${id} is forgotten`)
})
