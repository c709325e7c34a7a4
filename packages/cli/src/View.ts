/**
 * How a result is shown: the flags of presentation judged, and the report written accordingly.
 */
import type { Explanation } from "@sonde/domain/Explanation"
import type { Report } from "@sonde/domain/Report"
import * as Appearance from "@sonde/report/Appearance"
import * as Formats from "@sonde/report/Formats"
import * as Redact from "@sonde/report/Redact"
import * as ExplanationScreen from "@sonde/report/render/Explanation"
import * as Html from "@sonde/report/render/Html"
import * as Json from "@sonde/report/render/Json"
import * as Ndjson from "@sonde/report/render/Ndjson"
import * as Text from "@sonde/report/render/Text"
import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import { Stop, usage } from "./Failure.ts"
import type * as Flags from "./Flags.ts"
import { Screen } from "./Screen.ts"

/** The flags of presentation. */
export type Input = Partial<Flags.Parsed<typeof Flags.view>> & { readonly events?: boolean | undefined }

/** Presentation that holds together. */
export interface View {
  readonly format: Formats.Format | "events"
  readonly transcript: boolean
  readonly quiet: boolean
  readonly short: boolean
  readonly redact: Redact.Level
  readonly failOnWarning: boolean
  readonly scheme: ExitCode.Scheme
  readonly out: Appearance.Appearance
  readonly err: Appearance.Appearance
}

/** Judges the flags of presentation; contradictions are bad usage. */
export const make = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const wanted = [
    ...(input.format === undefined ? [] : [input.format]),
    ...(input.json === true ? ["json"] : []),
    ...(input.events === true ? ["events"] : [])
  ]
  const [first = "pretty", ...others] = wanted
  const other = others.find((name) => name !== first)
  if (other !== undefined) return yield* usage(`${first} and ${other} were both asked for`, "choose one format")
  const parsed = first === "events" ? { format: "events" as const } : Formats.parse(first)
  if ("problem" in parsed) return yield* usage(`--format: ${parsed.problem}`)
  if (input.quiet === true && input.transcript === true) {
    return yield* usage("--quiet and --transcript exclude each other", "choose one")
  }
  const look = (side: typeof screen.stdout) =>
    Appearance.make({ env: screen.env, isTerminal: side.isTerminal, columns: side.columns, color: input.color })
  const view: View = {
    format: parsed.format,
    transcript: input.transcript === true,
    quiet: input.quiet === true,
    short: input.short === true,
    redact: input.redact ?? "secrets",
    failOnWarning: input.failOn === "warning",
    scheme: input.exitCodes ?? "sysexits",
    out: look(screen.stdout),
    err: look(screen.stderr)
  }
  return view
})

/** A report as the view wants it. */
export const text = (
  view: View,
  report: Report,
  more: {
    readonly now?: string | undefined
    readonly resume?: string | undefined
    readonly place?: string | undefined
  } = {}
): string => {
  const redacted = Redact.report(report, view.redact)
  switch (view.format) {
    case "events":
      return ""
    case "json":
      return Json.encode(redacted, { indent: view.out.terminal })
    case "ndjson":
      return Ndjson.report(redacted)
    case "html":
      return Html.render(redacted)
    case "pretty":
      return Text.render(redacted, view.out, {
        transcript: view.transcript ? "all" : "failing",
        quiet: view.quiet,
        short: view.short,
        exitCode: ExitCode.ofReport(report, view),
        ...more
      })
  }
}

/** Writes a report and ends with its status. */
export const finish = Effect.fnUntraced(function*(view: View, report: Report, more: Parameters<typeof text>[2] = {}) {
  const screen = yield* Screen
  yield* screen.out(text(view, report, more))
  const exitCode = ExitCode.ofReport(report, view)
  if (exitCode !== 0) return yield* new Stop({ exitCode })
})

/** Writes an explanation and ends with 75 where nothing is known. */
export const finishExplanation = Effect.fnUntraced(function*(view: View, explanation: Explanation) {
  if (view.format === "html") return yield* usage("--format html is for reports", "choose pretty or json")
  const screen = yield* Screen
  const redacted = Redact.explanation(explanation, view.redact)
  yield* screen.out(
    view.format === "pretty"
      ? ExplanationScreen.render(redacted, view.out)
      : Json.explanation(redacted, { indent: view.format === "json" && view.out.terminal })
  )
  if (explanation.outcome === "unknown") {
    return yield* new Stop({ exitCode: ExitCode.fold(view.scheme, 75) })
  }
})
