/** `sonde explain`. */
import { type Cause, isCause } from "@sonde/domain/Cause"
import type { Hints } from "@sonde/domain/Explanation"
import * as Explain from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { usage } from "../Failure.ts"
import type * as Flags from "../Flags.ts"
import * as PackFiles from "../PackFiles.ts"
import { json, quoted } from "../Print.ts"
import { Screen } from "../Screen.ts"
import * as Stdin from "../Stdin.ts"
import * as View from "../View.ts"

/** What `sonde explain` was given. */
export type Input =
  & {
    readonly text: ReadonlyArray<string>
    readonly protocol: string | undefined
    readonly phase: string | undefined
    readonly provider: string | undefined
    readonly mechanism: string | undefined
    readonly host: string | undefined
    readonly port: string | undefined
    readonly batch: boolean
  }
  & Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs">
  & View.Input

/** Most octets that are read from standard input; more than any log excerpt somebody would paste. */
const maxOctets = 4 * 1024 * 1024

/** The page of a cause. */
const showCause = Effect.fnUntraced(function*(view: View.View, id: Cause) {
  const screen = yield* Screen
  const [CausePages, { causePage }] = yield* Effect.promise(() =>
    Promise.all([import("@sonde/packs/CausePages"), import("./packs/cause.ts")])
  )
  const page = yield* CausePages.of(id)
  yield* screen.out(
    view.format === "pretty" ? causePage(page) : json(page, view.format === "json" && view.out.terminal)
  )
})

/** Names the cause of a pasted text, or shows the page of a cause that is named. No network. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const view = yield* View.make(input)
  if (
    input.port !== undefined &&
    !(/^\d{1,5}$/.test(input.port) && Number(input.port) >= 1 && Number(input.port) <= 65535)
  ) {
    return yield* usage(`--port takes a number from 1 to 65535, not ${quoted(input.port)}`)
  }
  const hints: Hints = {
    ...(input.protocol === undefined ? {} : { protocol: input.protocol }),
    ...(input.phase === undefined ? {} : { phase: input.phase }),
    ...(input.provider === undefined ? {} : { provider: input.provider }),
    ...(input.mechanism === undefined ? {} : { mechanism: input.mechanism }),
    ...(input.host === undefined ? {} : { host: input.host }),
    ...(input.port === undefined ? {} : { port: Number(input.port) })
  }
  if (input.batch) {
    if (input.text.length > 0 && input.text.join(" ") !== "-") {
      return yield* usage("--batch reads standard input and a text was given too", "leave one of them out")
    }
    if (input.format === "pretty") return yield* usage("--batch prints JSON, one document a line", "leave out --format")
    const packs = yield* PackFiles.all(input)
    const Batch = yield* Effect.promise(() => import("./batch.ts"))
    return yield* Batch.run(view, hints).pipe(Effect.provide(Packs.layerWith(packs)))
  }
  const given = input.text.join(" ")
  const piped = given === "-" || (given === "" && !screen.stdin.isTerminal)
  const text = piped ? yield* Stdin.text(maxOctets) : given
  if (text.trim() === "") {
    return yield* usage(
      "there is nothing to explain",
      "paste the reply, as in: sonde explain \"535 5.7.139 ...\", or pipe it in with -",
      "sonde explain"
    )
  }
  const id = text.trim()
  if (!piped && isCause(id)) return yield* showCause(view, id)
  const packs = yield* PackFiles.all(input)
  const explanation = yield* Effect.gen(function*() {
    return yield* Explain.explain(yield* Packs, text, hints)
  }).pipe(Effect.provide(Packs.layerWith(packs)))
  yield* View.finishExplanation(view, explanation)
})
