/** `sonde check`. */
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Engine from "../Engine.ts"
import { usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import * as PackFiles from "../PackFiles.ts"
import * as Request from "../Request.ts"
import { Screen } from "../Screen.ts"
import * as View from "../View.ts"
import { follow } from "./diagnose.ts"

/** What `sonde check` was given. */
export type Input = { readonly target: string } & Request.Input & View.Input

/** Stands for a secret while the other options are judged: nothing is asked for before they are good. */
const standIn = Redacted.make("stand-in")

/** Diagnoses a target. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const { env } = yield* Screen
  const view = yield* View.make(input)
  const options = { ...(yield* Request.options(input)), target: input.target }
  const sources = yield* Request.sources(input)
  const packs = yield* PackFiles.all(input)

  const judged = Effect.fnUntraced(function*(secrets: Request.Fetched) {
    const sonde = yield* Sonde
    return yield* sonde.validate({ ...options, ...secrets }).pipe(
      Effect.mapError((error) => usage(`${error.option} ${error.problem}`, error.remedy))
    )
  })

  const resume = Request.again(sources)
  const place = Request.place(input.state)

  const program = Effect.gen(function*() {
    yield* judged(Request.standIns(sources, standIn))
    const secrets = yield* Request.fetch(sources, options.user ?? input.target)
    const check = { ...options, ...secrets }
    yield* judged(secrets)
    const sonde = yield* Sonde
    const report = yield* follow(view, sonde.events(check), {
      timeout: options.timeout,
      resume: `${resume} ${place}`.trim()
    })
    yield* View.finish(view, report, { resume, place })
  })
  const Interaction = yield* Effect.promise(() => import("../Interaction.ts"))
  yield* Interaction.provide(program, {
    grant: options.grant,
    redirectUri: options.redirectUri,
    opens: input.openBrowser,
    cacheKey: input.tokenCacheKey,
    state: Files.stateFolder(input.state, env)
  }).pipe(
    Effect.provide(Engine.layer({ state: Files.stateFolder(input.state, env), packs }))
  )
})
