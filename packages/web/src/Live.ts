/**
 * A run as the page sees it: built from its report, brought forward by its events.
 *
 * Pure: state and event in, state out. An event that was seen before changes nothing, so that a stream may be read again
 * from any number.
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Event } from "@sonde/domain/Event"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import type { PhaseId, PhaseState, RunState, ServiceId } from "@sonde/domain/Service"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Finding, Verdict } from "@sonde/domain/Verdict"

/** A phase in its place. `waiting` is one of an earlier attempt that was not reached yet; `since` is when it began. */
export interface Row {
  readonly id: PhaseId
  readonly state: PhaseState | "running" | "waiting"
  readonly report?: PhaseReport
  readonly since?: string
}

/** One service with its rows, in the order in which they came. */
export interface Service {
  readonly id: ServiceId
  readonly endpoint?: Endpoint
  readonly rows: ReadonlyArray<Row>
}

/** What somebody has to do on another device, and when it was told. */
export interface Prompt {
  readonly uri: string
  readonly code: string
  readonly expiresAt: string
  readonly at: string
  readonly phase: PhaseId
}

/** `seq` is the number of the last event, 0 before the first. `report` is there once the attempt has ended, `prompt` while it waits for somebody. */
export interface Live {
  readonly run: string
  readonly target: string
  readonly state: RunState
  readonly seq: number
  readonly services: ReadonlyArray<Service>
  readonly verdicts: ReadonlyArray<Verdict>
  readonly findings: ReadonlyArray<Finding>
  readonly transcript: ReadonlyArray<TranscriptLine>
  readonly report?: Report
  readonly resumeAfter?: string
  readonly prompt?: Prompt | undefined
}

/** The state that a report tells; `seq` stays that of the events seen so far. */
export const fromReport = (report: Report, seq = 0): Live => ({
  run: report.run,
  target: report.target.input,
  state: report.state,
  seq,
  services: report.services.map((service) => ({
    id: service.id,
    ...(service.endpoint === undefined ? {} : { endpoint: service.endpoint }),
    rows: service.phases.map((phase) => ({ id: phase.id, state: phase.state, report: phase }))
  })),
  verdicts: report.verdicts,
  findings: report.findings,
  transcript: report.transcript,
  ...(report.state === "finished" || report.state === "suspended" ? { report } : {}),
  ...(report.resumeAfter === undefined ? {} : { resumeAfter: report.resumeAfter })
})

const inService = (
  live: Live,
  id: ServiceId,
  change: (rows: ReadonlyArray<Row>) => ReadonlyArray<Row>
): ReadonlyArray<Service> =>
  live.services.some((service) => service.id === id)
    ? live.services.map((service) => service.id === id ? { ...service, rows: change(service.rows) } : service)
    : [...live.services, { id, rows: change([]) }]

/** Puts a row in the place that waits for it: `ehlo` and `tls` come more than once. */
const placed = (rows: ReadonlyArray<Row>, row: Row, from: ReadonlyArray<Row["state"]>): ReadonlyArray<Row> => {
  const at = from.map((state) => rows.findIndex((one) => one.id === row.id && one.state === state))
    .find((index) => index >= 0)
  return at === undefined ? [...rows, row] : rows.map((one, index) => index === at ? row : one)
}

/** A new attempt: rows keep their place and wait, so that the page stands still. */
export const restarted = (live: Live): Live => {
  const { prompt: _prompt, report: _report, resumeAfter: _resumeAfter, ...rest } = live
  return {
    ...rest,
    state: "running",
    services: live.services.map((service) => ({
      ...service,
      rows: service.rows.map(({ id }) => ({ id, state: "waiting" as const }))
    })),
    verdicts: [],
    findings: [],
    transcript: []
  }
}

const step = (live: Live, event: Event): Live => {
  switch (event.type) {
    case "run.start":
      return { ...restarted(live), target: event.target }
    case "phase.start": {
      const row: Row = { id: event.phase, state: "running", since: event.at }
      return {
        ...live,
        state: "running",
        services: inService(live, event.service, (rows) => placed(rows, row, ["waiting"]))
      }
    }
    case "phase.end": {
      const row: Row = { id: event.phase.id, state: event.phase.state, report: event.phase }
      return {
        ...live,
        services: inService(live, event.service, (rows) => placed(rows, row, ["running", "waiting"])),
        prompt: event.phase.id === live.prompt?.phase ? undefined : live.prompt
      }
    }
    case "prompt": {
      const { at, code, expiresAt, phase, uri } = event
      return { ...live, prompt: { at, code, expiresAt, phase, uri } }
    }
    case "exchange":
      return { ...live, transcript: [...live.transcript, event.line] }
    case "finding":
      return { ...live, findings: [...live.findings, event.finding] }
    case "verdict":
      return { ...live, verdicts: [...live.verdicts, event.verdict] }
    case "run.suspend":
      return { ...live, resumeAfter: event.resumeAfter }
    case "run.end":
      return fromReport(event.report)
  }
}

/** The state after an event. */
export const reduce = (live: Live, event: Event): Live =>
  event.seq <= live.seq ? live : { ...step(live, event), seq: event.seq }
