/** `sonde token get`. */
import { Errors, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Engine from "../../Engine.ts"
import * as ExitCode from "../../ExitCode.ts"
import { Failure, usage } from "../../Failure.ts"
import * as Files from "../../Files.ts"
import * as Flags from "../../Flags.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json, quoted } from "../../Print.ts"
import * as Request from "../../Request.ts"
import { Screen } from "../../Screen.ts"

/** What `sonde token get` was given. */
export type Input = Request.Input & {
  readonly target: string
  readonly for: string | undefined
  readonly json: boolean
  readonly exitCodes: ExitCode.Scheme | undefined
}

/** Obtains a token and prints it, and nothing else, on standard output. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const options = { ...(yield* Request.options(input)), target: input.target }
  if (options.grant === undefined) {
    return yield* usage(
      "--token says how to obtain it",
      "add --token device-code, authorization-code, client-credentials, refresh-token or service-account"
    )
  }
  const wanted = input.for ?? "smtp-submission"
  const service = Flags.tokenServices.find((id) => id === wanted)
  if (service === undefined) {
    return yield* usage(`--for does not know ${quoted(wanted)}`, `it takes ${Flags.tokenServices.join(", ")}`)
  }
  const sources = yield* Request.sources(input)
  const packs = yield* PackFiles.all(input)

  const program = Effect.gen(function*() {
    const sonde = yield* Sonde
    const judged = (secrets: Request.Fetched) =>
      Effect.mapError(
        sonde.validate({ ...options, ...secrets }),
        (error) => usage(`${error.option} ${error.problem}`, error.remedy)
      )
    yield* judged(Request.standIns(sources, Redacted.make("stand-in")))
    const secrets = yield* Request.fetch(sources, options.user ?? input.target)
    yield* judged(secrets)
    const { claims, refreshToken, token } = yield* Effect.mapError(
      sonde.token({ ...options, ...secrets }, service),
      (error) =>
        new Failure({
          exitCode: ExitCode.fold(input.exitCodes ?? "sysexits", Errors.exitCodeOf(error)),
          problem: error.message
        })
    )
    const text = Redacted.value(token)
    yield* screen.out(
      input.json
        ? json({
          schema: "sonde.obtained/1",
          access_token: text,
          ...(refreshToken === undefined ? {} : { refresh_token: Redacted.value(refreshToken) }),
          token: claims
        }, screen.stdout.isTerminal)
        : `${text}\n`
    )
  })
  const Interaction = yield* Effect.promise(() => import("../../Interaction.ts"))
  yield* Interaction.provide(program, {
    grant: options.grant,
    redirectUri: options.redirectUri,
    opens: input.openBrowser,
    cacheKey: input.tokenCacheKey,
    state: Files.stateFolder(input.state, screen.env)
  }).pipe(
    Effect.provide(Engine.layer({ state: Files.stateFolder(input.state, screen.env), packs }))
  )
})
