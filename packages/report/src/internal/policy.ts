/**
 * What is to improve about a domain, in a few lines: a check of a mailbox looks at it too, and the mailbox comes first.
 */
import type { Report } from "@sonde/domain/Report"
import type { Finding } from "@sonde/domain/Verdict"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Layout from "./layout.ts"
import { mark } from "./mark.ts"

/** Whether a finding is told in brief: one of the domain, where the run is of other services too. */
export const isBrief = ({ services }: Report, { service }: Finding): boolean =>
  service === "posture" && services.some(({ id }) => id !== "posture")

/** A title, and its id at the right, behind it where they do not fit on a line. */
const row = (look: Appearance, { id, title }: Finding): ReadonlyArray<string> => {
  const text = Escape.line(title)
  if (!look.terminal) return [`  ${text} (${id})`]
  const gap = look.width - 2 - Layout.columns(text) - Layout.columns(id)
  return gap < 2
    ? Layout.paragraph(look, `${text} (${id})`)
    : [`  ${text}${" ".repeat(gap)}${Layout.paint(look, "dim", id)}`]
}

/** Findings of questions to the DNS that nobody answered: they say nothing about the domain. */
const isUnanswered = ({ id }: Finding): boolean => id === "dns_unanswered"

/** The findings of the domain: how many, each in a line, and the command that says what to publish; nothing where there are none. */
export const lines = (
  look: Appearance,
  report: Report,
  found: ReadonlyArray<Finding>
): ReadonlyArray<string> => {
  if (found.length === 0) return []
  const domain = report.target.domain === undefined ? "" : ` of ${Escape.line(report.target.domain)}`
  const isOpen = found.every(isUnanswered)
  const things = found.filter((it) => !isUnanswered(it)).length
  const head = `Sending policy${domain}: ${
    isOpen ? "could not be looked up" : `${things === 1 ? "a thing" : `${things} things`} to improve`
  }`
  const sign = look.terminal ? `${mark(look, "warn").shown} ` : ""
  const command = found.flatMap(({ remedies }) => remedies).find(({ kind }) => kind === "verify")?.command
  return [
    sign + Layout.paint(look, "bold", head),
    ...found.flatMap((finding) => row(look, finding)),
    ...(command === undefined ? [] : [
      isOpen ? "  When the DNS answers:" : "  What to publish, and who does it:",
      ...Layout.command(look, Escape.lines(command).join("\n"), "sh")
    ])
  ]
}
