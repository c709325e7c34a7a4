/** `sonde token get`. */
import { spanMillis } from "@sonde/domain/Options"
import { Prompter } from "@sonde/phases/Token"
import * as Appearance from "@sonde/report/Appearance"
import * as Live from "@sonde/report/render/Live"
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
import * as Progress from "../../Progress.ts"
import * as Request from "../../Request.ts"
import { note, Screen } from "../../Screen.ts"

/** What `sonde token get` was given. */
export type Input = Flags.Parsed<typeof Flags.obtain & typeof Flags.places> & {
  readonly target: string
  readonly for: string | undefined
  readonly json: boolean
  readonly exitCodes: ExitCode.Scheme | undefined
}

/** Shows how the time runs out that somebody has on another device; without a terminal it was told once. */
const counted = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>, limitMillis: number) {
  const { env, stderr } = yield* Screen
  const look = Appearance.make({ env, isTerminal: stderr.isTerminal, columns: stderr.columns })
  const { during, step } = yield* Progress.make({ look, shows: look.terminal, limitMillis })
  const tell = yield* Prompter
  return yield* effect.pipe(
    Effect.provideService(Prompter, (prompt) =>
      Effect.andThen(
        tell(prompt),
        step((live, now) => Live.onPrompt(live, { service: "token", phase: "token" }, now, prompt.expiresAtMillis))
      )),
    during,
    Effect.ensuring(step(Live.end))
  )
})

/** Obtains a token and prints it, and nothing else, on standard output. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const options = { ...(yield* Request.options(input)), target: input.target }
  if (options.grant === undefined) {
    const ways = "device-code, authorization-code, client-credentials, refresh-token or service-account"
    return yield* input.token === undefined
      ? usage("--token says how to obtain it", `add --token ${ways}`)
      : usage("--token takes a way to obtain one here", `it takes ${ways}; "sonde token inspect" reads a token`)
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
      counted(sonde.token({ ...options, ...secrets }, service), spanMillis(options.timeout ?? "10s") ?? 10_000),
      (error) =>
        new Failure({
          exitCode: ExitCode.fold(input.exitCodes ?? "sysexits", Errors.exitCodeOf(error)),
          problem: error.message
        })
    )
    const given = secrets.refreshToken
    const isReplaced = given !== undefined && refreshToken !== undefined &&
      Redacted.value(given) !== Redacted.value(refreshToken)
    if (isReplaced && !input.json && input.tokenCacheKey === undefined) {
      yield* note(
        "a new refresh token came in place of the one that was given: --json prints it, --token-cache-key keeps it"
      )
    }
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
