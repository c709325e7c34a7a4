/**
 * What is wrong with a pack that decodes: dates, references, placeholders, examples, changes nobody can undo.
 *
 * Each finding names the file, the place and what to do. An `error` fails `sonde packs lint`, a `warning` does not.
 *
 * @since 0.1.0
 */
import type { Remedy } from "@sonde/domain/Verdict"
import { type Pack, type PackIssue, place } from "./Pack.ts"
import * as Placeholder from "./Placeholder.ts"
import type { PreflightRule, Rule } from "./schema/Rule.ts"
import { list } from "./schema/Scalar.ts"
import { run } from "./TestPack.ts"

/**
 * A finding. `rule` is the name of the check; `file` is what the caller named it; line and column are there where
 * the caller can tell them (`Yaml.locate`).
 *
 * @category models
 * @since 0.1.0
 */
export interface LintFinding extends PackIssue {
  readonly file: string
  readonly check: string
  readonly level: "error" | "warning"
}

type Path = ReadonlyArray<string | number>
type Report = (check: string, level: LintFinding["level"], path: Path, message: string) => void

const isDate = (date: string): boolean => {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day <= (days[month - 1] ?? 0)
}

const checkDates = (pack: Pack, today: string, report: Report): void => {
  const review = (date: string, path: Path) => {
    if (!isDate(date)) report("date", "error", path, `${date} is no day of the calendar.`)
    else if (date < today) {
      report("review-due", "error", path, `The review was due on ${date}. Read the source again and set a new date.`)
    }
  }
  review(pack.reviewBy, ["reviewBy"])
  for (const [key, source] of Object.entries(pack.sources ?? {})) {
    const path = ["sources", key, "asOf"]
    if (!isDate(source.asOf)) report("date", "error", path, `${source.asOf} is no day of the calendar.`)
    else if (source.asOf > today) {
      report(
        "future-date",
        "error",
        path,
        `${source.asOf} is in the future. asOf is the day the source was read or dated.`
      )
    }
    if (source.reviewBy !== undefined) review(source.reviewBy, ["sources", key, "reviewBy"])
  }
  const [year = 0, month = 0] = pack.version.split(".").map(Number)
  const [thisYear = 0, thisMonth = 0] = today.split("-").map(Number)
  if (year > thisYear || (year === thisYear && month > thisMonth)) {
    report("future-date", "error", ["version"], `${pack.version} is in the future. Use the year and month of today.`)
  }
  for (const [number, { date }] of (pack.signIn?.timeline ?? []).entries()) {
    if (!isDate(date)) {
      report("date", "error", ["signIn", "timeline", number, "date"], `${date} is no day of the calendar.`)
    }
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Calls back for every list under the key `sources`, wherever it is. */
const everySources = (value: unknown, path: Path, visit: (keys: ReadonlyArray<unknown>, path: Path) => void): void => {
  if (Array.isArray(value)) value.forEach((item, number) => everySources(item, [...path, number], visit))
  else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === "sources" && Array.isArray(item)) visit(item, [...path, key])
      else everySources(item, [...path, key], visit)
    }
  }
}

const checkSources = (pack: Pack, report: Report): void => {
  const used = new Set<string>()
  everySources({ ...pack, sources: undefined }, [], (keys, path) => {
    for (const [number, key] of keys.entries()) {
      used.add(`${key}`)
      if (pack.sources === undefined || !Object.hasOwn(pack.sources, `${key}`)) {
        report(
          "unknown-source",
          "error",
          [...path, number],
          `There is no source "${key}". Add it under sources or correct the key.`
        )
      }
    }
  })
  for (const key of Object.keys(pack.sources ?? {})) {
    if (!used.has(key)) report("unused-source", "warning", ["sources", key], `Nothing refers to "${key}". Remove it.`)
  }
}

const checkIds = (ids: ReadonlyArray<{ readonly id: string }> | undefined, at: string, report: Report): void => {
  const seen = new Set<string>()
  for (const [number, { id }] of (ids ?? []).entries()) {
    if (seen.has(id)) {
      report("duplicate-id", "error", [at, number, "id"], `"${id}" is used twice. Ids are unique in their list.`)
    }
    seen.add(id)
  }
}

// Cmdlets that change something: without an undo nobody dares to run them.
const changing = /^\s*(?:Set|New|Remove|Enable|Disable|Add|Update)-[A-Z]/u

const checkRemedy = (remedy: Remedy, path: Path, report: Report): void => {
  const parts = [["text", remedy.text], ["command", remedy.command], ["undo", remedy.undo]] as const
  for (const [key, text] of parts) {
    for (const name of Placeholder.found(text ?? "")) {
      if (Placeholder.isPlaceholder(name)) continue
      report(
        "unknown-placeholder",
        "error",
        [...path, key],
        `{${name}} is no placeholder. Use one of ${Placeholder.names.map((known) => `{${known}}`).join(" ")}.`
      )
    }
  }
  if (remedy.text === undefined && remedy.command === undefined && remedy.url === undefined) {
    report("empty-remedy", "error", path, "A remedy needs a text, a command or a url.")
  }
  if (remedy.command !== undefined && remedy.shell === undefined) {
    report("shell-missing", "error", path, "Say in which shell the command runs; quoting depends on it. Add shell.")
  }
  if (remedy.kind === "look" && changing.test(remedy.command ?? "")) {
    report("look-changes", "error", [...path, "kind"], "This command changes something. Make it a change with an undo.")
  }
  if (remedy.kind !== "change") return
  if (changing.test(remedy.command ?? "") && remedy.undo === undefined) {
    report(
      "undo-missing",
      "error",
      path,
      "A cmdlet that changes something needs the command that takes it back. Add undo."
    )
  }
  if (remedy.scope === undefined) {
    report("scope-missing", "warning", path, "Say how far the change reaches. Add scope, for instance: one mailbox.")
  }
}

const checkSays = (rule: Rule | PreflightRule, path: Path, report: Report): void => {
  for (const [number, remedy] of rule.remedies.entries()) checkRemedy(remedy, [...path, "remedies", number], report)
  for (const key of ["title", "explanation"] as const) {
    for (const name of Placeholder.found(rule[key])) {
      if (!Placeholder.isPlaceholder(name)) {
        report("unknown-placeholder", "error", [...path, key], `{${name}} is no placeholder. Remove the braces.`)
      }
    }
  }
  if (rule.remedies.length === 0) {
    report("remedy-missing", "error", [...path, "remedies"], "A rule without a remedy helps nobody. Add at least one.")
  }
  if (rule.sources.length === 0) {
    report("source-missing", "warning", [...path, "sources"], "Say where this is known from. Add a source.")
  }
}

// Conditions that show themselves in a text; a rule without any cannot have an example.
const textual = ["text", "anyText", "pattern", "code", "enhanced"] as const

const checkRules = (pack: Pack, report: Report): void => {
  for (const [number, rule] of (pack.rules ?? []).entries()) {
    const path = ["rules", number]
    checkSays(rule, path, report)
    if (Object.keys(rule.when).length === 0) {
      report(
        "no-condition",
        "error",
        [...path, "when"],
        "A rule without conditions explains everything. Add conditions."
      )
    }
    const isTextual = textual.some((key) => rule.when[key] !== undefined)
    if (isTextual && (rule.examples ?? []).length === 0) {
      report("example-missing", "error", path, "Add an example: a reply that this rule takes and no other.")
    }
    const errors: ReadonlyArray<string> = list(rule.when.error)
    if (rule.as !== undefined && errors.length > 0 && !errors.includes(rule.as.error)) {
      report(
        "as-contradicts",
        "error",
        [...path, "as", "error"],
        `A reply that becomes ${rule.as.error} never meets when.error ${errors.join(" or ")}. Make them agree.`
      )
    }
    if (rule.when.provider !== undefined && pack.kind === "provider") {
      report(
        "provider-condition",
        "error",
        [...path, "when", "provider"],
        "Only software and generic packs may ask for a provider. Remove it."
      )
    }
  }
  for (const [number, rule] of (pack.preflight ?? []).entries()) {
    const path = ["preflight", number]
    checkSays(rule, path, report)
    for (const limit of [rule.when.message?.largerThan, rule.when.recipients?.moreThan]) {
      if (limit !== undefined && !(pack.limits ?? []).some(({ id }) => id === limit)) {
        report(
          "unknown-limit",
          "error",
          [...path, "when"],
          `There is no limit "${limit}". Add it under limits or correct the id.`
        )
      }
    }
  }
}

const checkExamples = (pack: Pack, report: Report): void => {
  for (const { example, nearly, number, ok, rule, takenBy } of run(pack)) {
    if (ok) continue
    const index = (pack.rules ?? []).findIndex(({ id }) => id === rule)
    const why = takenBy === undefined ? "no rule takes it" : `rule "${takenBy}" takes it`
    const hint = nearly === undefined ? "" : ` (${nearly.join("; ")})`
    report(
      "example-taken",
      "error",
      ["rules", index, "examples", number],
      `"${example.slice(0, 80)}": ${why}${hint}. Make the conditions of "${rule}" more specific, or move the example.`
    )
  }
}

const checkEndpoints = (pack: Pack, report: Report): void => {
  const defaults = new Set<string>()
  for (const [number, endpoint] of (pack.endpoints ?? []).entries()) {
    if (endpoint.default !== true) continue
    const key = `${endpoint.service} ${endpoint.audience ?? ""} ${endpoint.cloud ?? ""}`
    if (defaults.has(key)) {
      report(
        "two-defaults",
        "error",
        ["endpoints", number, "default"],
        `${endpoint.service} has two defaults for this audience. Keep one.`
      )
    }
    defaults.add(key)
  }
  if (pack.kind === "provider" && pack.recognise === undefined) {
    report(
      "never-recognised",
      "warning",
      ["recognise"],
      "Nothing recognises this provider; only --provider chooses it. Add signs."
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
  const findings: Array<LintFinding> = []
  const report: Report = (check, level, path, message) =>
    void findings.push({ file: options.file, check, level, at: place(path), path, message })
  checkDates(pack, options.today, report)
  checkSources(pack, report)
  checkIds(pack.rules, "rules", report)
  checkIds(pack.preflight, "preflight", report)
  checkIds(pack.limits, "limits", report)
  checkRules(pack, report)
  checkEndpoints(pack, report)
  checkExamples(pack, report)
  return findings
}
