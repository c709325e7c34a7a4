/**
 * A report in a few lines, for lists of several: verdict, the phase that stopped, who must act and the smallest change.
 *
 * @since 0.1.0
 */
import type { Report } from "@sonde/domain/Report"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Exchange from "../Exchange.ts"
import * as Layout from "../internal/layout.ts"
import * as Phases from "../internal/phases.ts"
import * as Phrases from "../Phrases.ts"

/**
 * A few lines, ending in a line end. `label` stands before the target, such as a number.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (report: Report, look: Appearance, label = ""): string => {
  const service = report.services[0]
  const stopped = service === undefined ? undefined : Exchange.stoppedAt(service)
  const verdict = report.verdicts[0]
  const { shown } = Phases.mark(look, report.outcome)
  const sign = look.terminal ? `${shown.trimEnd()} ` : ""
  const head = Layout.paint(look, "bold", Escape.line(report.target.input))
  const lines = [label === "" ? head : `${label} ${head}`]
  if (verdict === undefined) {
    const said = report.outcome === "pass" || report.outcome === "warn"
      ? report.delivered
        ? "signs in, and one message was accepted"
        : Escape.line(report.findings.find((it) => it.state === "warn")?.title ?? "passed, nothing to change")
      : stopped === undefined
      ? "could not tell"
      : `${stopped.id}: ${Phrases.detail(stopped, true, report.startedAt)}; no rule names a cause`
    lines.push(`   ${sign}${said}`)
  } else {
    const remedy = verdict.remedies.find(({ kind }) => kind === "change") ?? verdict.remedies[0]
    const todo = remedy?.text === undefined ? "" : `: ${Escape.line(remedy.text)}`
    lines.push(
      ...Layout.paragraph(look, `${sign}${Escape.line(verdict.title)} (${verdict.cause}, ${verdict.confidence})`, 3),
      ...(stopped === undefined
        ? []
        : Layout.labelled(look, stopped.id, Phrases.detail(stopped, true, report.startedAt), 5, 15)),
      ...Layout.labelled(look, "who", `${Phrases.actor(verdict, report.target.domain)}${todo}`, 5, 15),
      ...(remedy?.command === undefined
        ? []
        : Layout.command(look, Escape.lines(remedy.command).join("\n"), remedy.shell, 15)
          .map((row) => Layout.paint(look, "cyan", row)))
    )
  }
  const text = lines.map((line) => line.trimEnd()).join("\n")
  return `${look.ascii ? Layout.toAscii(text) : text}\n`
}
