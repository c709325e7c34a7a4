/**
 * What is handed to others: short for the person who can act, whole for a ticket.
 *
 * The short text names the mailbox, because whoever is to change it must know which; nothing of the transcript is in it. The text for
 * a ticket goes to people who were not asked, so persons and places are replaced in it.
 */
import { actorNames } from "@sonde/domain/ActorNames"
import * as Endpoint from "@sonde/domain/Endpoint"
import type { Report, ServiceReport } from "@sonde/domain/Report"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Finding, Remedy, Verdict } from "@sonde/domain/Verdict"
import * as Escape from "@sonde/report/Escape"
import * as Exchange from "@sonde/report/Exchange"
import * as Phrases from "@sonde/report/Phrases"
import * as Redact from "@sonde/report/Redact"
import * as Sentence from "@sonde/report/Sentence"
import { madeAt } from "./Changes.ts"
import { minute } from "./Moment.ts"

/** A link to a shared copy, as far as a reader needs it. */
export interface Link {
  readonly url: string
  readonly expiresAt: string
}

/** The label of the button that copies the short text. */
export const label = (verdict: Verdict): string =>
  verdict.actor.endsWith("-admin") ? "Copy for the administrator" : `Copy for ${Phrases.actor(verdict, undefined)}`

const heads = {
  look: "Look first, changes nothing",
  change: "Change",
  verify: "Then",
  alternative: "Another way"
} as const

const indented = (text: string): ReadonlyArray<string> => Escape.lines(text).map((line) => `    ${line}`)

const step = (remedy: Remedy): ReadonlyArray<string> => {
  const scope = remedy.scope === undefined ? "" : ` (${Escape.line(remedy.scope)})`
  const what = remedy.text === undefined ? "" : `: ${Escape.line(remedy.text)}`
  return [
    `${heads[remedy.kind]}${scope}${what}`,
    ...remedy.command === undefined ? [] : indented(remedy.command),
    ...remedy.undo === undefined ? [] : ["Undo", ...indented(remedy.undo)],
    ...remedy.url === undefined ? [] : [`    ${Escape.line(remedy.url)}`]
  ]
}

const stopped = (report: Report, verdict: Verdict): string | undefined => {
  const service = report.services.find((one) => one.id === verdict.service)
  const phase = service === undefined ? undefined : Exchange.stoppedAt(service)
  if (service === undefined || phase === undefined) return undefined
  const place = service.endpoint === undefined ? "" : ` at ${Escape.line(Endpoint.format(service.endpoint))}`
  return `${Phrases.service(service.id)}${place} stops at ${phase.id}: ${
    Phrases.detail(phase, true, report.startedAt)
  }.`
}

const sentence = (text: string): string => /[.!?]$/.test(text) ? text : `${text}.`
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const grounds = ({ notJudged, ruledOut }: Verdict): ReadonlyArray<string> => {
  const say = (areas: ReadonlyArray<string>, one: string, many: string): ReadonlyArray<string> =>
    areas.length === 0
      ? []
      : [`${capital(Phrases.list(areas.map(Phrases.area)))} ${areas.length === 1 ? one : many}.`]
  return [...say(ruledOut, "is fine", "are fine"), ...say(notJudged, "was not judged", "were not judged")]
}

const ending = (report: Report, verdict: Verdict | undefined): ReadonlyArray<string> => [
  ...verdict === undefined || verdict.wontHelp.length === 0
    ? []
    : [`Will not help: ${verdict.wontHelp.map(Escape.line).join(", ")}.`],
  `Checked ${minute(madeAt(report))} by Sonde, run ${report.run}.`
]

/** A line of the transcript as text: number, mark, words. */
export const wire = (report: Report, line: TranscriptLine): string =>
  `${line.n} ${Exchange.mark(line, Exchange.isUnexpected(report, line))} ${Escape.line(line.text)}`

/** Everything that the person who can act needs: what fails, what is fine, the look, the smallest change, when it was checked. */
export const administrator = (report: Report, verdict: Verdict, link: Link | undefined): string => {
  const steps = verdict.remedies.filter((remedy) => remedy.kind === "look" || remedy.kind === "change")
  const where = stopped(report, verdict)
  return [
    `${Escape.line(report.target.input)}: ${sentence(Escape.line(verdict.title))}`,
    ...where === undefined ? [] : [where],
    ...grounds(verdict),
    ...steps.flatMap((remedy) => ["", ...step(remedy)]),
    "",
    ...ending(report, verdict),
    ...link === undefined ? [] : [`Report without personal data, until ${minute(link.expiresAt)}: ${link.url}`]
  ].join("\n")
}

const found = ({ actor, id, remedies, text, title }: Finding): ReadonlyArray<string> => [
  `${sentence(Escape.line(title))} (${Escape.line(id)})`,
  ...text === undefined ? [] : Escape.lines(text),
  ...actor === undefined ? [] : [`Who must act: ${actorNames[actor] ?? Escape.line(actor)}`],
  ...remedies.filter(({ kind }) => kind !== "verify").flatMap(step)
]

/** What somebody has to do about several things: what was found, and what to change or to publish, with one command for all. */
export const findings = (all: ReadonlyArray<Finding>): string => {
  const commands = new Set(
    all.flatMap(({ remedies }) => remedies.flatMap((one) => one.kind === "verify" ? one.command ?? [] : []))
  )
  return [
    ...all.flatMap((one) => [...found(one), ""]),
    ...Array.from(commands, (command) => ["Then", ...indented(command)].join("\n"))
  ].join("\n").trimEnd()
}

const rows = (report: Report, service: ServiceReport): ReadonlyArray<string> => {
  const place = service.endpoint === undefined ? "" : ` at ${Escape.line(Endpoint.format(service.endpoint))}`
  let encrypted = service.endpoint?.security === "tls"
  return [
    "",
    `${Phrases.service(service.id)}${place}`,
    ...service.phases.map((phase) => {
      if (phase.id === "tls" && phase.state !== "skip") encrypted = true
      return [
        `  ${Phrases.marks[phase.state].mark} ${phase.id.padEnd(9)}`,
        Phrases.detail(phase, encrypted, madeAt(report)),
        phase.durationMillis === undefined ? "" : `(${Phrases.duration(phase.durationMillis)})`
      ].filter((part) => part !== "").join(" ")
    })
  ]
}

/** Everything that was seen and what follows from it, without persons and places: verdict, steps, the part that failed, remedies. */
export const ticket = (whole: Report): string => {
  const report = Redact.report(whole, "personal")
  const verdict = report.outcome === "pass" ? undefined : report.verdicts[0]
  const open = report.findings.filter(({ state }) => state !== "pass")
  const lines = report.services.flatMap((service) => Exchange.failing(report, service))
  return [
    `${Escape.line(report.target.input)}: ${sentence(Sentence.ofReport(report))}`,
    [
      report.provider === undefined ? undefined : Escape.line(report.provider.name),
      verdict?.confidence,
      verdict === undefined ? undefined : Sentence.needs(verdict, report.target.domain),
      verdict === undefined ? undefined : `${verdict.cause} by ${Escape.line(verdict.rule)}`,
      Sentence.sent(report)
    ].filter((part) => part !== undefined).join(" · "),
    ...report.services.flatMap((service) => rows(report, service)),
    ...lines.length === 0 ? [] : ["", ...lines.map((line) => wire(report, line))],
    ...verdict === undefined
      ? []
      : ["", ...grounds(verdict), ...verdict.remedies.flatMap((remedy) => ["", ...step(remedy)]), ""],
    ...open.flatMap((one) => ["", ...found(one)]),
    ...open.length === 0 ? [] : [""],
    ...ending(report, verdict)
  ].join("\n")
}
