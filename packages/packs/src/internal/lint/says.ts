/** Checks of what a rule says: remedies, placeholders, sources. */
import type { Remedy } from "@sonde/domain/Verdict"
import * as Placeholder from "../../Placeholder.ts"
import type { PreflightRule, Rule } from "../../schema/Rule.ts"
import { nearest } from "../advise.ts"
import type { Path, Report } from "./report.ts"

// Cmdlets that change something: without an undo nobody dares to run them.
const changing = /^\s*(?:Set|New|Remove|Enable|Disable|Add|Update)-[A-Z]/u

const checkPlaceholders = (text: string | undefined, path: Path, isFilled: boolean, report: Report): void => {
  for (const name of Placeholder.found(text ?? "")) {
    if (Placeholder.isPlaceholder(name)) continue
    const meant = nearest(name, Placeholder.names)
    const words = Placeholder.names.map((known) => `{${known}}`).join(" ")
    report.error(
      "unknown-placeholder",
      path,
      `{${name}} is no placeholder`,
      !isFilled ? "remove the braces" : meant === undefined ? `use one of ${words}` : `did you mean {${meant}}?`
    )
  }
}

const checkRemedy = (remedy: Remedy, path: Path, report: Report): void => {
  for (const key of ["text", "command", "undo"] as const) checkPlaceholders(remedy[key], [...path, key], true, report)
  if (remedy.text === undefined && remedy.command === undefined && remedy.url === undefined) {
    report.error("empty-remedy", path, "the remedy says nothing", "add a text, a command or a url")
  }
  if (remedy.command !== undefined && remedy.shell === undefined) {
    report.error(
      "shell-missing",
      path,
      "quoting depends on the shell in which the command runs",
      "add shell: powershell, sh, dns, http or config"
    )
  }
  if (remedy.kind === "look" && changing.test(remedy.command ?? "")) {
    report.error("look-changes", [...path, "kind"], "this command changes something", "make it a change with an undo")
  }
  if (remedy.kind !== "change") return
  if (changing.test(remedy.command ?? "") && remedy.undo === undefined) {
    report.error("undo-missing", path, "nobody knows how to take this change back", "add undo, the command that does")
  }
  if (remedy.scope === undefined) {
    report.warning(
      "scope-missing",
      path,
      "it does not say how far the change reaches",
      "add scope, for instance: one mailbox"
    )
  }
}

/** What is wrong with what a rule says. */
export const checkSays = (rule: Rule | PreflightRule, path: Path, report: Report): void => {
  for (const [number, remedy] of rule.remedies.entries()) checkRemedy(remedy, [...path, "remedies", number], report)
  for (const key of ["title", "explanation"] as const) checkPlaceholders(rule[key], [...path, key], false, report)
  if (rule.remedies.length === 0) {
    report.error("remedy-missing", [...path, "remedies"], "a rule without a remedy helps nobody", "add at least one")
  }
  if (rule.sources.length === 0) {
    report.error(
      "source-missing",
      [...path, "sources"],
      "it does not say where this is known from",
      "add a page under sources, and its key here"
    )
  }
}
