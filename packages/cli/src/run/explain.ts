/** `sonde explain`. */
import type { Explanation, Hints } from "@sonde/domain/Explanation"
import * as Explain from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Text from "@sonde/report/render/Explanation"
import * as Json from "@sonde/report/render/ExplanationJson"
import * as Effect from "effect/Effect"
import * as ExitCode from "../ExitCode.ts"
import { Stop, usage } from "../Failure.ts"
import type * as Flags from "../Flags.ts"
import * as PackPlaces from "../PackPlaces.ts"
import * as Presentation from "../Presentation.ts"
import { json, quoted } from "../Print.ts"
import * as Question from "../Question.ts"
import { Screen } from "../Screen.ts"

/** What `sonde explain` was given. */
export type Input =
  & Question.Input
  & { readonly batch: boolean; readonly log: string | undefined; readonly top: string | undefined }
  & Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs">
  & Presentation.Input

// What one run in two does not need loads late.

/** The page of a cause, where the text is the id of one. */
const causePage = Effect.fnUntraced(function*(view: Presentation.View, id: string) {
  const [CausePages, { causePage }] = yield* Effect.promise(() =>
    Promise.all([import("@sonde/packs/CausePages"), import("./packs/cause.ts")])
  )
  const page = yield* CausePages.find(id)
  if (page === undefined) return undefined
  return view.format === "pretty" ? causePage(page) : json(page, view.format === "json" && view.out.terminal)
})

/** An explanation as the view wants it, of a log the `top` most frequent causes. */
const written = Effect.fnUntraced(function*(view: Presentation.View, explanation: Explanation, top?: number) {
  const redacted = view.redact === "secrets"
    ? explanation
    : (yield* Effect.promise(() => import("@sonde/report/Redact"))).explanation(explanation, view.redact)
  return view.format === "pretty"
    ? Text.render(redacted, view.out, { top })
    : Json.encode(redacted, { indent: view.format === "json" && view.out.terminal })
})

/** What is explained: a log, standard input, or the words that were given. */
const explained = Effect.fnUntraced(function*(log: string | undefined, words: ReadonlyArray<string>, hints: Hints) {
  if (log === undefined && Question.isGiven(words)) {
    return yield* Explain.explain(yield* Packs, words.join(" "), hints)
  }
  const Pasted = yield* Effect.promise(() => import("./pasted.ts"))
  return yield* log === undefined ? Pasted.piped(hints) : Pasted.log(log, hints)
})

/** Names the cause of a pasted text, or shows the page of a cause that is named. No network. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const view = yield* Presentation.make(input)
  const hints = yield* Question.hints(input)
  if (view.format === "html") return yield* usage("--format html is for reports", "choose pretty or json")
  if (input.top !== undefined && !/^[1-9][0-9]{0,5}$/.test(input.top)) {
    return yield* usage(`--top takes a number from 1 on, not ${quoted(input.top)}`)
  }
  if (input.batch) {
    if (input.log !== undefined) return yield* usage("--batch and --log exclude each other", "choose one")
    if (input.text.length > 0 && input.text.join(" ") !== "-") {
      return yield* usage("--batch reads standard input and a text was given too", "leave one of them out")
    }
    if (input.format === "pretty") return yield* usage("--batch prints JSON, one document a line", "leave out --format")
    const packs = yield* PackPlaces.all(input)
    const Batch = yield* Effect.promise(() => import("./batch.ts"))
    return yield* Batch.run(view, hints).pipe(Effect.provide(Packs.layerWith(packs)))
  }
  if (input.log !== undefined && Question.isGiven(input.text)) {
    return yield* usage("--log names a log and a text was given too", "leave one of them out")
  }
  if (input.log === "") return yield* usage("--log has no value", "name a file, or - for standard input")
  if (input.log === undefined) {
    if (!Question.isPiped(input.text, screen.stdin)) yield* Question.check(input.text.join(" "), "sonde explain")
    const id = input.text.join(" ").trim()
    const page = /^[a-z_]+$/.test(id) ? yield* causePage(view, id) : undefined
    if (page !== undefined) return yield* screen.out(page)
  }
  const packs = yield* PackPlaces.all(input)
  const explanation = yield* Effect.provide(explained(input.log, input.text, hints), Packs.layerWith(packs))
  yield* screen.out(yield* written(view, explanation, input.top === undefined ? undefined : Number(input.top)))
  if (explanation.outcome === "unknown") {
    return yield* new Stop({ exitCode: ExitCode.fold(view.scheme, 75) })
  }
})
