/** `sonde explain`. */
import * as Explain from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { usage } from "../Failure.ts"
import type * as Flags from "../Flags.ts"
import * as PackFiles from "../PackFiles.ts"
import * as Question from "../Question.ts"
import * as View from "../View.ts"

/** What `sonde explain` was given. */
export type Input =
  & Question.Input
  & { readonly batch: boolean }
  & Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs">
  & View.Input

/** Names the cause of a pasted text. No network. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const view = yield* View.make(input)
  const hints = yield* Question.hints(input)
  if (input.batch) {
    if (input.text.length > 0 && input.text.join(" ") !== "-") {
      return yield* usage("--batch reads standard input and a text was given too", "leave one of them out")
    }
    if (input.format === "pretty") return yield* usage("--batch prints JSON, one document a line", "leave out --format")
    const packs = yield* PackFiles.all(input)
    const Batch = yield* Effect.promise(() => import("./batch.ts"))
    return yield* Batch.run(view, hints).pipe(Effect.provide(Packs.layerWith(packs)))
  }
  const text = yield* Question.text(input.text, "sonde explain")
  const packs = yield* PackFiles.all(input)
  const explanation = yield* Effect.gen(function*() {
    return yield* Explain.explain(yield* Packs, text, hints)
  }).pipe(Effect.provide(Packs.layerWith(packs)))
  yield* View.finishExplanation(view, explanation)
})
