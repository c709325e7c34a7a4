/** `sonde resume`. */
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import { missing, usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import * as Journal from "../Journal.ts"
import * as PackFiles from "../PackFiles.ts"
import * as Request from "../Request.ts"
import { Screen } from "../Screen.ts"
import * as View from "../View.ts"
import { follow } from "./diagnose.ts"

/** What `sonde resume` was given. */
export type Input = { readonly run: string } & Request.Input & View.Input

/** Continues a run with the options it had; those given again override. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const { env } = yield* Screen
  const view = yield* View.make(input)
  const options = yield* Request.options(input)
  const sources = yield* Request.sources(input)
  const state = Files.stateFolder(input.state, env)
  const inWords = Effect.mapError(Journal.failure)

  const asked = yield* Effect.gen(function*() {
    const sonde = yield* Sonde
    return yield* sonde.asked(input.run)
  }).pipe(inWords, Effect.provide(Engine.layer({ state })))

  if (sources.secret === undefined && sources.token === undefined && (asked.secret || asked.token)) {
    const flag = asked.token ? "--token" : "--secret"
    return yield* missing(
      `the ${asked.token ? "token" : "password"} of run ${asked.run} was not kept`,
      `give it again, such as: sonde resume ${input.run} ${flag} env:NAME`
    )
  }
  if (asked.readBack && sources.readBackSecret === undefined && sources.readBackToken === undefined) {
    return yield* missing(
      `the secret by which run ${asked.run} reads its message back was not kept`,
      `give it again, such as: sonde resume ${input.run} --read-back-secret env:NAME`
    )
  }
  const packs = yield* PackFiles.all({ ...asked.options, ...options })
  const merged = { ...asked.options, ...options }

  const resume = Request.again(sources)
  const place = Request.place(input.state)

  const program = Effect.gen(function*() {
    const sonde = yield* Sonde
    const secrets = yield* Request.fetch(sources, merged.user ?? merged.target)
    yield* sonde.validate({ ...merged, ...secrets }).pipe(
      Effect.mapError((error) => usage(`${error.option} ${error.problem}`, error.remedy))
    )
    const report = yield* follow(view, sonde.resumeEvents(asked.run, { ...options, ...secrets }), {
      timeout: merged.timeout,
      resume: `${resume} ${place}`.trim()
    })
    yield* View.finish(view, report, { resume, place })
  })
  const Interaction = yield* Effect.promise(() => import("../Interaction.ts"))
  yield* Interaction.provide(program, {
    grant: merged.grant,
    redirectUri: merged.redirectUri,
    opens: input.openBrowser,
    cacheKey: input.tokenCacheKey,
    state
  }).pipe(
    Effect.provide(Engine.layer({ state, packs }))
  )
})
