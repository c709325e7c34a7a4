/** `sonde discover`. */
import { spanMillis } from "@sonde/domain/Options"
import * as Text from "@sonde/report/render/Discovery"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import * as ExitCode from "../ExitCode.ts"
import { Stop, usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import type * as Flags from "../Flags.ts"
import * as PackFiles from "../PackFiles.ts"
import * as Presentation from "../Presentation.ts"
import { json, quoted } from "../Print.ts"
import * as Request from "../Request.ts"
import { note, Screen } from "../Screen.ts"

/** What `sonde discover` was given. */
export type Input =
  & Pick<Flags.Parsed<typeof Flags.check>, "provider" | "connectTo" | "ca" | "timeout">
  & Flags.Parsed<typeof Flags.way>
  & Pick<Flags.Parsed<typeof Flags.view>, "json" | "color" | "exitCodes">
  & Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs">
  & { readonly target: string; readonly offline: boolean; readonly proxySecret: string | undefined }

/** Asks all sources and sets their answers side by side. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const { color, connectTo, exitCodes, offline, provider, target, timeout } = input
  const view = yield* Presentation.make({ json: input.json, color, exitCodes })
  if (timeout !== undefined && (spanMillis(timeout) ?? 0) <= 0) {
    return yield* usage(`--timeout takes a duration, not ${quoted(timeout)}`, "write it as 500ms, 10s or 5m")
  }
  const ca = input.ca === undefined ? undefined : yield* Files.certificates("--ca", input.ca)
  const way = { ...(yield* Request.way(input)), ...(yield* Request.proxySecret(input.proxySecret)) }
  const packs = yield* PackFiles.all(input)
  const discovery = yield* Effect.gen(function*() {
    const sonde = yield* Sonde
    return yield* Effect.mapError(
      sonde.discover({ target, provider, ...way, ca, timeout, connectTo, offline }),
      (error) => usage(`${error.option} ${error.problem}`, error.remedy)
    )
  }).pipe(Effect.provide(Engine.layer({ state: Files.stateFolder(undefined, screen.env), packs })))
  yield* screen.out(
    view.format === "json" ? json(discovery, view.out.terminal) : Text.render(discovery, view.out)
  )
  // The rows of a pipe say nothing where there are none.
  if (view.format !== "json" && !view.out.terminal && discovery.chosen.length === 0) {
    yield* note(Text.nothing(discovery))
  }
  if (discovery.exitCode !== 0) return yield* new Stop({ exitCode: ExitCode.fold(view.scheme, discovery.exitCode) })
})
