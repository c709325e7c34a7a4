/**
 * Makes a report of what a journal tells: a fold over its entries, the same for a run that ended, one that goes on
 * and one whose process was killed.
 *
 * Pure. What a phase was stopped by, which verdicts there are and what was delivered all stand in the entries;
 * nothing is judged here.
 *
 * @since 0.1.0
 */
import type { Discovery } from "@sonde/domain/Discovery"
import type { Endpoint } from "@sonde/domain/Endpoint"
import { exitCodeOf } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { CheckOptions } from "@sonde/domain/Options"
import type { PhaseReport, Provider, Report, ReportTarget, ServiceReport } from "@sonde/domain/Report"
import { type Outcome, type PhaseId, type RunState, ServiceId, worst } from "@sonde/domain/Service"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Finding, Verdict } from "@sonde/domain/Verdict"
import type { Entry, Sources } from "./Journal.ts"

/**
 * A phase as an attempt left it; `at` is when it ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Past {
  readonly report: PhaseReport
  readonly at: string
  readonly version: number | undefined
  readonly subject: string | undefined
  /** The number of the last transcript line when it ended. */
  readonly line: number
}

/**
 * One attempt of one service.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServiceHistory {
  readonly id: ServiceId
  endpoint: Endpoint | undefined
  readonly phases: Array<Past>
  open: PhaseId | undefined
}

/**
 * One attempt of a run: its options and what it brought about. Grows while it goes on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attempt {
  readonly at: string
  readonly options: CheckOptions
  readonly had: Sources
  readonly services: Map<ServiceId, ServiceHistory>
  readonly verdicts: Array<Verdict>
  readonly findings: Array<Finding>
  readonly transcript: Array<TranscriptLine>
  durationMillis: number
  state: RunState
  resumeAfter: string | undefined
}

/**
 * Everything a journal tells of a run, newest attempt last.
 *
 * @category models
 * @since 0.1.0
 */
export interface History {
  readonly run: string
  readonly startedAt: string
  readonly target: ReportTarget
  provider: Provider | undefined
  discovery: Discovery | undefined
  readonly attempts: Array<Attempt>
  /** The highest event number so far, and when the last event was. */
  seq: number
  at: string
  /** Whether the last attempt told its end: nothing more comes unless the run is resumed. */
  isEnded: boolean
  /** The highest transcript number so far. */
  line: number
  /** Intents without a result, by service. */
  readonly intents: Map<ServiceId, { readonly subject: string; readonly messageId: string; readonly at: string }>
}

const attempt = (at: string, options: CheckOptions, had: Sources): Attempt => ({
  at,
  options,
  had,
  services: new Map(),
  verdicts: [],
  findings: [],
  transcript: [],
  durationMillis: 0,
  state: "running",
  resumeAfter: undefined
})

/**
 * The history that an opening entry begins.
 *
 * @category constructors
 * @since 0.1.0
 */
export const begin = (entry: Extract<Entry, { readonly entry: "run" }>): History => ({
  run: entry.run,
  startedAt: entry.at,
  target: entry.target,
  provider: undefined,
  discovery: undefined,
  attempts: [attempt(entry.at, entry.options, entry.had)],
  seq: 0,
  at: entry.at,
  isEnded: false,
  line: 0,
  intents: new Map()
})

const serviceOf = (current: Attempt, id: ServiceId): ServiceHistory => {
  const known = current.services.get(id)
  if (known !== undefined) return known
  const fresh: ServiceHistory = { id, endpoint: undefined, phases: [], open: undefined }
  current.services.set(id, fresh)
  return fresh
}

/** Whether a phase is one with which a message changes hands; one that is only tried does not. It may have done so for some recipients only. */
const commits = ({ facts, id }: PhaseReport): boolean => id === "data" || id === "send" && facts?.["dry"] !== true

/** Whether a message was taken: a refusal has an error and no facts. */
const handedOver = ({ error, facts, state }: PhaseReport): boolean =>
  state === "pass" || error === undefined && facts?.["recipients"] !== undefined

const addEvent = (
  history: History,
  current: Attempt,
  event: Event,
  version: number | undefined,
  subject: string | undefined
): void => {
  history.seq = Math.max(history.seq, event.seq)
  history.at = event.at
  history.isEnded = false
  switch (event.type) {
    case "phase.start":
      serviceOf(current, event.service).open = event.phase
      return
    case "phase.end": {
      const service = serviceOf(current, event.service)
      if (service.open === event.phase.id) service.open = undefined
      service.phases.push({ report: event.phase, at: event.at, version, subject, line: history.line })
      // A result, good or bad, settles the intent before it; only a doubt keeps it open.
      if (commits(event.phase) && event.phase.error?._tag !== "DeliveryInDoubt" && event.phase.state !== "skip") {
        history.intents.delete(event.service)
      }
      return
    }
    case "exchange":
      history.line = Math.max(history.line, event.line.n)
      current.transcript.push(event.line)
      return
    case "verdict":
      current.verdicts.push(event.verdict)
      return
    case "finding":
      current.findings.push(event.finding)
      return
    case "run.suspend":
      // Of several services that wait, the run goes on when the last of them may.
      if (current.resumeAfter === undefined || current.resumeAfter < event.resumeAfter) {
        current.resumeAfter = event.resumeAfter
      }
      return
    case "run.start":
    case "prompt":
    case "run.end":
      return
  }
}

/** A message stands once in a journal, where it was first given; later attempts that name none send the same. */
const withMessage = (options: CheckOptions, earlier: CheckOptions): CheckOptions =>
  earlier.message === undefined || options.message !== undefined ? options : { ...options, message: earlier.message }

/**
 * Options as a further attempt writes them: without the message that stands in the journal already.
 *
 * @category combinators
 * @since 0.1.0
 */
export const furtherOptions = (history: History, options: CheckOptions): CheckOptions => {
  const { message, ...rest } = options
  return message !== undefined && message === history.attempts.at(-1)?.options.message ? rest : options
}

/**
 * Adds an entry to a history, in place.
 *
 * @category combinators
 * @since 0.1.0
 */
export const add = (history: History, entry: Entry): void => {
  const current = history.attempts.at(-1)
  if (current === undefined) return
  switch (entry.entry) {
    case "run":
      return
    case "attempt":
      history.isEnded = false
      history.attempts.push(attempt(entry.at, withMessage(entry.options, current.options), entry.had))
      return
    case "provider":
      history.provider = entry.provider
      return
    case "discovery":
      history.discovery = entry.discovery
      return
    case "service":
      serviceOf(current, entry.service).endpoint = entry.endpoint
      return
    case "event":
      return addEvent(history, current, entry.event, entry.version, entry.subject)
    case "intent":
      history.intents.set(entry.service, { subject: entry.subject, messageId: entry.messageId, at: entry.at })
      return
    case "end":
      // An attempt that another follows at once reserves no number, and tells no end.
      history.isEnded = entry.seq > history.seq
      if (history.isEnded) history.at = entry.at
      history.seq = Math.max(history.seq, entry.seq)
      current.state = entry.state
      current.durationMillis = entry.durationMillis
      current.resumeAfter = entry.resumeAfter
      return
  }
}

/**
 * The history of a journal, or `undefined` where it does not begin like one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromEntries = (entries: ReadonlyArray<Entry>): History | undefined => {
  const [first, ...rest] = entries
  if (first === undefined || first.entry !== "run") return undefined
  const history = begin(first)
  for (const entry of rest) add(history, entry)
  return history
}

const outcomeOf = (phase: PhaseReport): Outcome =>
  phase.state === "fail" || phase.state === "inconclusive" || phase.state === "warn" ? phase.state : "pass"

/** A phase of an earlier attempt, in the words of the change that a resumed run reports. */
const textOf = (phase: PhaseReport): string => phase.error?.message ?? phase.state

/** The last thing that earlier attempts say of a phase, unless it passed both there and here. */
const before = (history: History, service: ServiceId, phase: PhaseReport): Partial<PhaseReport> => {
  if (phase.state === "skip" || phase.state === "restored") return {}
  for (const earlier of history.attempts.slice(0, -1).reverse()) {
    const past = earlier.services.get(service)?.phases.findLast(({ report }) =>
      report.id === phase.id && report.state !== "skip" && report.state !== "restored"
    )
    if (past === undefined) continue
    return past.report.state === "pass" && phase.state === "pass"
      ? {}
      : { before: { state: past.report.state, at: past.at, text: textOf(past.report) } }
  }
  return {}
}

const tokenPhases: ReadonlyArray<string> = ["metadata", "token", "claims"]

const serviceReport = (history: History, current: Attempt, service: ServiceHistory): ServiceReport => {
  const phases: Array<PhaseReport> = service.phases.map(({ report }) => ({
    ...report,
    ...before(history, service.id, report)
  }))
  if (service.open !== undefined) phases.push({ id: service.open, state: "skip", because: "interrupted" })
  const interrupted = phases.some(({ because }) => because === "interrupted")
  const warned = current.findings.some((finding) => finding.service === service.id && finding.state === "warn")
  // A service that another one kept from starting has told nothing of itself.
  const kept = phases.length > 0 &&
    phases.every(({ because }) =>
      because !== undefined && tokenPhases.includes(because) && !tokenPhases.includes(service.id)
    )
  // One that was kept from signing in has not told the most of it.
  const guarded = phases.some(({ because, id }) => id === "auth" && because === "policy")
  const stopped = current.verdicts.some((verdict) => verdict.service === service.id && verdict.phase === "preflight") &&
    phases.every(({ state }) => state === "skip")
  return {
    id: service.id,
    outcome: worst([
      ...phases.map(outcomeOf),
      // What goes on, or was killed, has proven nothing yet: the phases to come may fail.
      ...(kept || guarded || interrupted || current.state === "running" ? ["inconclusive" as const] : []),
      ...(stopped ? ["fail" as const] : []),
      ...(warned ? ["warn" as const] : [])
    ]),
    // The posture of a domain is no conversation with one server.
    ...(service.endpoint === undefined || service.id === "posture" ? {} : { endpoint: service.endpoint }),
    phases
  }
}

/** The exit status of a service that did not pass: that of the phase that decided its outcome. */
const exitCode = (service: ServiceReport): number => {
  if (service.outcome === "pass" || service.outcome === "warn") return 0
  const deciding = service.phases.find((phase) => phase.state === service.outcome)
  if (deciding?.error !== undefined) return exitCodeOf(deciding.error)
  return service.outcome !== "fail" ? 75 : service.id === "posture" ? 1 : deciding?.id === "data" ? 67 : 78
}

const byContract = (left: ServiceReport, right: ServiceReport): number =>
  ServiceId.literals.indexOf(left.id) - ServiceId.literals.indexOf(right.id)

/**
 * The report of the newest attempt. One that goes on, or was killed, passes nothing: its outcome is `inconclusive`
 * where nothing failed.
 *
 * @category combinators
 * @since 0.1.0
 */
export const report = (history: History): Report => {
  const current = history.attempts.at(-1)!
  const services = [...current.services.values()]
    .map((service) => serviceReport(history, current, service))
    .sort(byContract)
  const outcome = services.length === 0 ? "inconclusive" : worst(services.map((service) => service.outcome))
  const deciding = services.find((service) => service.outcome === outcome)
  const delivered = history.attempts.some((earlier) =>
    [...earlier.services.values()].some((service) =>
      service.phases.some(({ report }) => commits(report) && handedOver(report))
    )
  )
  return {
    schema: "sonde.report/1",
    run: history.run,
    state: current.state,
    startedAt: history.startedAt,
    ...(history.attempts.length > 1 ? { resumedAt: current.at } : {}),
    ...(current.resumeAfter === undefined ? {} : { resumeAfter: current.resumeAfter }),
    durationMillis: current.durationMillis,
    target: history.target,
    ...(history.provider === undefined ? {} : { provider: history.provider }),
    ...(history.discovery === undefined ? {} : { discovery: history.discovery }),
    outcome,
    exitCode: deciding === undefined ? 75 : exitCode(deciding),
    delivered,
    services,
    verdicts: current.verdicts,
    findings: current.findings,
    transcript: current.transcript
  }
}
