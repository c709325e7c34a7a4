/** `sonde posture`. */
import type { CheckOptions } from "@sonde/domain/Options"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Engine from "../Engine.ts"
import { usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import type * as Flags from "../Flags.ts"
import * as PackFiles from "../PackFiles.ts"
import * as Request from "../Request.ts"
import { Screen } from "../Screen.ts"
import * as View from "../View.ts"
import { follow } from "./diagnose.ts"

/** What `sonde posture` was given. */
export type Input =
  & { readonly domain: string }
  & Flags.Parsed<typeof Flags.posture & typeof Flags.places>
  & View.Input

const optionsOf = Effect.fnUntraced(function*(input: Input) {
  for (const name of ["provider", "ehlo", "from", "ip"] as const) {
    if (input[name] === "") return yield* usage(`--${name} was given and is empty`, "give it a value or leave it out")
  }
  const { connectTo, dnsbl, ehlo, from, ip, pack, packs, provider, selector } = input
  const options: CheckOptions = {
    target: input.domain,
    only: ["posture"],
    ...(selector.length === 0 ? {} : { selector: selector.flatMap((names) => names.split(",")) }),
    ...(connectTo.length === 0 ? {} : { connectTo }),
    ...(yield* Request.way(input)),
    ...(dnsbl.length === 0 ? {} : { dnsbl }),
    ...(ehlo === undefined ? {} : { ehlo }),
    ...(from === undefined ? {} : { from }),
    ...(ip === undefined ? {} : { ip }),
    ...(pack.length === 0 ? {} : { pack }),
    ...(packs === undefined ? {} : { packs }),
    ...(provider === undefined ? {} : { provider }),
    ...(input.ca === undefined ? {} : { ca: yield* Files.certificates("--ca", input.ca) }),
    ...(yield* Request.spans(input))
  }
  return options
})

/** Examines a domain. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const { env } = yield* Screen
  const view = yield* View.make(input)
  const options = { ...(yield* optionsOf(input)), ...(yield* Request.proxySecret(input.proxySecret)) }
  const packs = yield* PackFiles.all(input)
  const place = Request.place(input.state)
  yield* Effect.gen(function*() {
    const sonde = yield* Sonde
    yield* Effect.mapError(
      sonde.validate(options),
      (error) => usage(`${error.option} ${error.problem}`, error.remedy)
    )
    const report = yield* follow(view, sonde.events(options), { timeout: options.timeout, resume: place })
    yield* View.finish(view, report, { place })
  }).pipe(Effect.provide(Engine.layer({ state: Files.stateFolder(input.state, env), packs })))
})
