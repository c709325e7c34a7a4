/** `sonde tls`. */
import type { CheckOptions } from "@sonde/domain/Options"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import { usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import type * as Flags from "../Flags.ts"
import * as PackFiles from "../PackFiles.ts"
import { quoted } from "../Print.ts"
import * as Request from "../Request.ts"
import { Screen } from "../Screen.ts"
import * as View from "../View.ts"
import { follow } from "./diagnose.ts"

/** What `sonde tls` was given. */
export type Input =
  & { readonly target: string | undefined; readonly file: string | undefined }
  & Flags.Parsed<typeof Flags.tls & typeof Flags.places>
  & View.Input

const optionsOf = Effect.fnUntraced(function*(input: Input, target: string): Effect.fn.Return<
  CheckOptions,
  Effect.Error<ReturnType<typeof Files.certificates>>,
  Effect.Services<ReturnType<typeof Files.certificates>>
> {
  const { address, connectTo, control, deadline, ehlo, starttls, timeout } = input
  for (const [option, span] of [["--timeout", timeout], ["--deadline", deadline]] as const) {
    if (span !== undefined) yield* Effect.fromResult(Request.spanOf(option, span))
  }
  return {
    target,
    only: ["tls"],
    ...(starttls === undefined ? {} : { starttls }),
    ...(input.revocation ? { revocation: true } : {}),
    ...(connectTo.length === 0 ? {} : { connectTo }),
    ...(yield* Request.way(input)),
    ...(address === undefined ? {} : { address }),
    ...(control === undefined ? {} : { control }),
    ...(ehlo === undefined ? {} : { ehlo }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(input.ca === undefined ? {} : { ca: yield* Files.certificates("--ca", input.ca) })
  }
})

/** Looks at the TLS of a port. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const { target } = input
  if (input.file !== undefined) {
    if (target !== undefined) {
      return yield* usage(`--import reads a report, and ${quoted(target)} was given too`, "leave one of them out")
    }
    const Import = yield* Effect.promise(() => import("./tlsImport.ts"))
    return yield* Import.run(input.file, input)
  }
  if (target === undefined) {
    return yield* usage("there is no target", "give a host and port, such as mail.example.com:993")
  }
  const { env } = yield* Screen
  const view = yield* View.make(input)
  const options = { ...(yield* optionsOf(input, target)), ...(yield* Request.proxySecret(input.proxySecret)) }
  const packs = yield* PackFiles.all(input)
  const place = Request.place(input.state)

  const program = Effect.gen(function*() {
    const sonde = yield* Sonde
    yield* sonde.validate(options).pipe(
      Effect.mapError((error) => usage(`${error.option} ${error.problem}`, error.remedy))
    )
    const report = yield* follow(view, sonde.events(options), { timeout: options.timeout, resume: place })
    yield* View.finish(view, report, { place })
  })
  yield* Effect.provide(program, Engine.layer({ state: Files.stateFolder(input.state, env), packs }))
})
