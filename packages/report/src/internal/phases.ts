/**
 * The phases of one service as rows: folded where they passed, tab-separated off a terminal.
 */
import * as Endpoint from "@sonde/domain/Endpoint"
import type { PhaseReport, ServiceReport } from "@sonde/domain/Report"
import type { PhaseState } from "@sonde/domain/Service"
import type { Appearance } from "../Appearance.ts"
import * as Escape from "../Escape.ts"
import * as Phrases from "../Phrases.ts"
import * as Layout from "./layout.ts"
import { mark } from "./mark.ts"
import * as ReadBack from "./readback.ts"

export { mark } from "./mark.ts"

/** Text as one field of a tab-separated row. */
const field = (text: string): string => text.replaceAll("\t", " ")

const security = { starttls: "", tls: " TLS", none: " in clear", opportunistic: " TLS if offered" } as const

/** `smtp.office365.com:587`, and how it is encrypted where that is not STARTTLS. */
const place = (service: ServiceReport): string =>
  service.endpoint === undefined
    ? ""
    : Escape.line(Endpoint.format(service.endpoint)) + security[service.endpoint.security]

const elapsed = (service: ServiceReport): number =>
  service.phases.reduce((sum, phase) => sum + (phase.durationMillis ?? 0), 0)

const isTried = (service: ServiceReport): boolean => service.phases.some((phase) => phase.state !== "skip")

interface Row {
  readonly state: PhaseState
  readonly label: string
  readonly detail: string
  readonly millis: number | undefined
}

const folds = new Set([
  "resolve",
  "connect",
  "greeting",
  "ehlo",
  "capability",
  "starttls",
  "tls",
  "quit",
  "logout",
  "metadata"
])

/** Whether a passed phase says nothing that a good run must show. */
const isPlain = (phase: PhaseReport): boolean => phase.state === "pass" && folds.has(phase.id) && !Phrases.isSlow(phase)

const rows = (service: ServiceReport, now: string): ReadonlyArray<Row> => {
  // Whoever looks at the TLS of a port wants to see it, also where nothing is wrong with it.
  const fold = service.outcome === "pass" && service.id !== "tls"
  const out: Array<Row> = []
  let encrypted = false
  for (let index = 0; index < service.phases.length; index++) {
    const phase = service.phases[index]
    if (phase === undefined) continue
    const same = (other: PhaseReport): boolean =>
      phase.state === "skip"
        ? other.state === "skip" && Phrases.skipped(other.because) === Phrases.skipped(phase.because)
        : fold && isPlain(phase) && isPlain(other)
    let end = index
    for (let next = service.phases[end + 1]; next !== undefined && same(next); next = service.phases[end + 1]) end++
    const group = service.phases.slice(index, end + 1)
    if (phase.id === "tls" && phase.state !== "skip") encrypted = true
    if (group.length > 1) {
      encrypted ||= group.some((one) => one.id === "tls" && one.state !== "skip")
      const timed = group.some((one) => one.durationMillis !== undefined)
      out.push({
        state: phase.state,
        label: group.map((one) => one.id).join(" · "),
        detail: phase.state === "skip" ? Phrases.skipped(phase.because) : "",
        millis: timed ? group.reduce((sum, one) => sum + (one.durationMillis ?? 0), 0) : undefined
      })
      index = end
    } else {
      out.push({
        state: phase.state,
        label: phase.id,
        detail: ReadBack.detail(phase, encrypted, now),
        millis: phase.durationMillis
      })
    }
  }
  return out
}

/** How wide the names of phases are, so that what is said of them stands in one column. */
const namesOf = (shown: ReadonlyArray<Row>): number =>
  Math.max(10, ...shown.filter(({ label }) => !label.includes(" ")).map(({ label }) => Layout.columns(label) + 2))

const shownRow = (look: Appearance, row: Row, names: number): ReadonlyArray<string> => {
  const { plain, shown } = mark(look, row.state)
  const labelAt = 3 + Layout.columns(plain)
  const detailAt = Math.max(labelAt + names, labelAt + Layout.columns(row.label) + 2)
  const time = row.millis === undefined ? "" : Phrases.duration(row.millis)
  const room = look.width - detailAt - 9
  const head = `  ${shown} ${Layout.pad(row.label, detailAt - labelAt)}`
  const style = row.state === "skip" ? "dim" as const : undefined
  if (row.detail === "" && time !== "") {
    const used = labelAt + Layout.columns(row.label) + Layout.columns(time)
    return [head.trimEnd() + " ".repeat(Math.max(look.width - used, 1)) + time]
  }
  if (room < 16) {
    return [
      head.trimEnd(),
      ...Layout.paragraph(look, row.detail, labelAt).filter((line) => line.trim() !== "")
    ]
  }
  // A refusal is worth a second line, a banner is not.
  const lines = row.state === "fail" || row.state === "inconclusive" || row.state === "warn"
    ? Layout.wrap(row.detail, room)
    : [cutTo(row.detail, room)]
  return lines.map((text, index) => {
    const painted = style === undefined ? text : Layout.paint(look, style, text)
    if (index > 0) return " ".repeat(detailAt) + painted
    const gap = " ".repeat(Math.max(look.width - detailAt - Layout.columns(text) - Layout.columns(time), 1))
    return (time === "" ? head + painted : head + painted + gap + time).trimEnd()
  })
}

const cutTo = (text: string, width: number): string => {
  if (Layout.columns(text) <= width) return text
  let cut = text
  while (Layout.columns(cut) > width - 1 && cut !== "") cut = Array.from(cut).slice(0, -1).join("")
  return `${cut.trimEnd()}…`
}

/** A service with its rows; those that passed without a remark are folded where the service passed. */
export const service = (look: Appearance, report: ServiceReport, now: string): ReadonlyArray<string> => {
  if (!look.terminal) {
    let encrypted = false
    return [
      [report.id, report.outcome, Math.round(elapsed(report)), place(report)].join("\t"),
      ...report.phases.map((phase) => {
        if (phase.id === "tls" && phase.state !== "skip") encrypted = true
        const millis = phase.durationMillis === undefined ? "" : `${Math.round(phase.durationMillis)}`
        return [phase.id, phase.state, millis, field(ReadBack.detail(phase, encrypted, now))].join("\t")
      }),
      ...(report.id === "tls"
        ? Phrases.chain(report).map(({ issuer, names, period, subject }, index) =>
          ["certificate", `${index + 1}`, subject, `issued by ${issuer}`, period, names].map(field).join("\t")
        )
        : [])
    ]
  }
  const title = Layout.pad(Phrases.services[report.id], 18)
  if (!isTried(report)) {
    return Layout.labelled(look, Phrases.services[report.id], Phrases.skipped(report.phases[0]?.because), 0, 18)
  }
  const told = rows(report, now)
  const names = namesOf(told)
  return [
    Layout.paint(look, "bold", title.trimEnd()) + title.slice(title.trimEnd().length) + place(report),
    ...told.flatMap((row) => shownRow(look, row, names)),
    ...(report.id === "tls" ? chain(look, report) : [])
  ]
}

/** The certificates as they were sent, leaf first, each with its issuer and its last day. */
const chain = (look: Appearance, report: ServiceReport): ReadonlyArray<string> => {
  const certificates = Phrases.chain(report)
  if (certificates.length === 0) return []
  return [
    "",
    "  Chain as sent",
    ...certificates.flatMap(({ issuer, names, period, subject }, index) => [
      ...Layout.paragraph(look, `${index + 1} ${subject}`, 4),
      ...Layout.paragraph(look, `issued by ${issuer}; ${period}${names === "" ? "" : `; for ${names}`}`, 8)
    ])
  ]
}

/** A service in one line: state, name, place, and the phase that stopped it. */
export const short = (look: Appearance, report: ServiceReport, now: string): string => {
  const stopped = report.phases.find((phase) => phase.state === "fail" || phase.state === "inconclusive")
  const last = report.phases.findLast((phase) =>
    (phase.state === "pass" || phase.state === "restored") && phase.id !== "quit" && phase.id !== "logout"
  )
  const detail = !isTried(report)
    ? Phrases.skipped(report.phases[0]?.because)
    : stopped === undefined
    ? last === undefined ? "" : `up to ${last.id}`
    : `${stopped.id}: ${Phrases.detail(stopped, true, now)}`
  if (!look.terminal) {
    return [
      report.id,
      report.outcome,
      Math.round(elapsed(report)),
      field([place(report), detail].filter((part) => part !== "").join(" "))
    ]
      .join("\t")
  }
  const state = isTried(report) ? report.outcome : "skip"
  const { plain, shown } = mark(look, state)
  const text = [Phrases.services[report.id], place(report), detail].filter((part) => part !== "").join("  ")
  return `${shown} ${cutTo(text, look.width - Layout.columns(plain) - 1)}`
}
