/** `sonde token inspect`. */
import type { ServiceId } from "@sonde/domain/Service"
import { Packs } from "@sonde/packs/Packs"
import { Inspect } from "@sonde/sonde"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as ExitCode from "../../ExitCode.ts"
import { Stop, usage } from "../../Failure.ts"
import * as Flags from "../../Flags.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json, quoted } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"
import * as Secret from "../../Secret.ts"
import { inspectionPage } from "./page.ts"

/** What `sonde token inspect` was given. */
export interface Input {
  readonly token: ReadonlyArray<string>
  readonly provider: string | undefined
  readonly only: ReadonlyArray<string>
  readonly user: string | undefined
  readonly tenant: string | undefined
  readonly cloud: string | undefined
  readonly audience: string | undefined
  readonly scope: string | undefined
  readonly json: boolean
  readonly exitCodes: ExitCode.Scheme | undefined
  readonly pack: Flags.Parsed<typeof Flags.places>["pack"]
  readonly packs: Flags.Parsed<typeof Flags.places>["packs"]
}

const isSource = (text: string): boolean => /^(?:env|file|cmd):|^(?:stdin|prompt)$/.test(text)

/** The token: out of a source, or as it was pasted. */
const tokenOf = Effect.fnUntraced(function*(given: string) {
  const screen = yield* Screen
  const text = given === "-" || (given === "" && !screen.stdin.isTerminal) ? "stdin" : given
  if (text === "") {
    return yield* usage("there is no token to inspect", "name where it comes from, such as prompt or env:TOKEN")
  }
  if (isSource(text)) {
    return yield* Secret.read("--token", yield* Effect.fromResult(Secret.parse("--token", text)), "Access token")
  }
  yield* note("the token was given on the command line and now stands in the history of your shell")
  return Redacted.make(text, { label: "token" })
})

/** Shows a token. No network. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const only: Array<ServiceId> = []
  for (const text of input.only.flatMap((one) => one.split(",")).map((one) => one.trim().toLowerCase())) {
    const service = Flags.tokenServices.find((id) => id === text)
    if (service === undefined) {
      return yield* usage(`--only does not know ${quoted(text)}`, `it takes ${Flags.tokenServices.join(", ")}`)
    }
    only.push(service)
  }
  if (only.length > 0 && input.provider === undefined) {
    return yield* usage("--only needs --provider", "what a service wants of a token stands in the pack of its provider")
  }
  const { audience, cloud, provider, scope, tenant, user } = input
  const packs = yield* PackFiles.all(input)
  const inspection = yield* Effect.gen(function*() {
    if (provider !== undefined && (yield* (yield* Packs).get(provider)) === undefined) {
      return yield* usage(`--provider ${quoted(provider)} is no pack`, "\"sonde packs list\" lists those there are")
    }
    const problem = yield* Inspect.cloudProblem({ cloud, provider })
    if (problem !== undefined) return yield* usage(`${problem.option} ${problem.problem}`, problem.remedy)
    const token = yield* tokenOf(input.token.join(" "))
    return yield* Inspect.inspect(token, { provider, only, user, tenant, cloud, audience, scope })
  }).pipe(Effect.provide(Packs.layerWith(packs)))
  const now = yield* Clock.currentTimeMillis
  yield* screen.out(input.json ? json(inspection, screen.stdout.isTerminal) : inspectionPage(inspection, now))
  if (inspection.exitCode !== 0) {
    return yield* new Stop({ exitCode: ExitCode.fold(input.exitCodes ?? "sysexits", inspection.exitCode) })
  }
})
