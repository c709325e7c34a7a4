/**
 * What is wrong with a pack that decodes: dates, references, placeholders, examples, changes nobody can undo.
 *
 * Each finding names the file, the place, the rule, what it is and what to do. An `error` fails `sonde packs lint`, a
 * `warning` does not. What keeps a pack from being decoded at all is told by `Yaml.ts` in the same form.
 *
 * @since 0.1.0
 */
import * as Reports from "./internal/lint/report.ts"
import { checkExamples, checkIds, checkPreflight, checkRules } from "./internal/lint/rules.ts"
import { checkDates, checkSources } from "./internal/lint/sources.ts"
import { type Pack, type PackIssue, place, ruleAt } from "./Pack.ts"

/**
 * A finding. `check` is the name of the check; `file` is what the caller named it; line and column are there where
 * the caller can tell them (`Yaml.locate`).
 *
 * @category models
 * @since 0.1.0
 */
export interface LintFinding extends PackIssue {
  readonly file: string
  readonly level: "error" | "warning"
}

const checkEndpoints = (pack: Pack, report: Reports.Report): void => {
  const defaults = new Set<string>()
  for (const [number, endpoint] of (pack.endpoints ?? []).entries()) {
    if (endpoint.default !== true) continue
    const key = `${endpoint.service} ${endpoint.audience ?? ""} ${endpoint.cloud ?? ""}`
    if (defaults.has(key)) {
      report.error(
        "two-defaults",
        ["endpoints", number, "default"],
        `${endpoint.service} has two defaults for this audience`,
        "keep one"
      )
    }
    defaults.add(key)
  }
  if (pack.kind === "provider" && pack.recognise === undefined) {
    report.warning(
      "never-recognised",
      ["recognise"],
      "nothing recognises this provider, only --provider chooses it",
      "add signs under recognise"
    )
  }
}

/**
 * All findings of a pack, in the order of the checks. `today` is a date; `file` is the name in messages.
 *
 * @category combinators
 * @since 0.1.0
 */
export const lint = (
  pack: Pack,
  options: { readonly today: string; readonly file: string }
): ReadonlyArray<LintFinding> => {
  const report = Reports.make()
  checkDates(pack, options.today, report)
  checkSources(pack, report)
  checkIds(pack.rules, "rules", report)
  checkIds(pack.preflight, "preflight", report)
  checkIds(pack.limits, "limits", report)
  checkRules(pack, report)
  checkPreflight(pack, report)
  checkEndpoints(pack, report)
  checkExamples(pack, report)
  return report.found.map(({ path, ...found }): LintFinding => {
    const rule = ruleAt(pack, path)
    return { file: options.file, at: place(path), path, ...(rule === undefined ? {} : { rule }), ...found }
  })
}
