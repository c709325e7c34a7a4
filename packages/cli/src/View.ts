/**
 * A report written as the flags of presentation want it.
 */
import type { Report } from "@sonde/domain/Report"
import * as Redact from "@sonde/report/Redact"
import * as Html from "@sonde/report/render/Html"
import * as Json from "@sonde/report/render/Json"
import * as Ndjson from "@sonde/report/render/Ndjson"
import * as Text from "@sonde/report/render/Text"
import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import { Stop } from "./Failure.ts"
import type { View } from "./Presentation.ts"
import { Screen } from "./Screen.ts"

export { type Input, make, type View } from "./Presentation.ts"

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
