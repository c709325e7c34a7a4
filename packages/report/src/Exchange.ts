/**
 * Which lines of a transcript show a failure, and how a line is shown.
 *
 * Marks as swaks has them: `->` and `<-` in clear, `~>` and `<~` inside TLS, `<**` for the line that was not expected,
 * `===` for a remark of ours.
 *
 * @since 0.1.0
 */
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import * as Escape from "./Escape.ts"

/**
 * The most lines of an exchange that are shown unasked.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxLines = 14

const opens: Partial<Record<PhaseId, RegExp>> = {
  ehlo: /^(?:EHLO|HELO|LHLO)\b/i,
  starttls: /^STARTTLS\b/i,
  auth: /^AUTH\b/i,
  mail: /^MAIL\b/i,
  rcpt: /^RCPT\b/i,
  data: /^DATA\b/i,
  quit: /^QUIT\b/i
}

/**
 * The phase that stopped a service: the first that failed or stayed undecided.
 *
 * @category queries
 * @since 0.1.0
 */
export const stoppedAt = (service: ServiceReport): PhaseReport | undefined =>
  service.phases.find((phase) => phase.state === "fail" || phase.state === "inconclusive")

const evidence = (report: Report, service: ServiceReport): ReadonlySet<number> =>
  new Set(report.verdicts.filter((verdict) => verdict.service === service.id).flatMap((verdict) => verdict.evidence))

/**
 * The lines around a failure: from the command that opened the phase to the last line of its reply. Empty where the
 * service did not fail or nothing was exchanged.
 *
 * @category queries
 * @since 0.1.0
 */
export const failing = (report: Report, service: ServiceReport): ReadonlyArray<TranscriptLine> => {
  const stopped = stoppedAt(service)
  if (stopped === undefined) return []
  const lines = report.transcript.filter((line) => line.service === service.id)
  const proof = evidence(report, service)
  const farewell = lines.findLastIndex((line) => line.dir === ">" && /^QUIT\b/i.test(line.text))
  const before = farewell >= 0 && stopped.id !== "quit" ? lines.slice(0, farewell) : lines
  const proven = before.findLastIndex((line) => proof.has(line.n))
  const answered = before.findLastIndex((line) => line.dir !== ">")
  let end = proven >= 0 ? proven : answered >= 0 ? answered : before.length - 1
  // The whole of a reply in several lines, not only the line that names the cause.
  while (end + 1 < before.length && before[end + 1]?.dir === "<" && before[end]?.dir === "<") end++
  const opening = opens[stopped.id]
  const opened = opening === undefined
    ? -1
    : before.findLastIndex((line, index) => index <= end && line.dir === ">" && opening.test(line.text))
  const start = opened >= 0 ? opened : Math.max(end - 5, 0)
  return before.slice(Math.max(start, end + 1 - maxLines), end + 1)
}

/**
 * Whether a line is the one that was not expected: what a verdict names as evidence, or a refusal where no verdict
 * names one.
 *
 * @category queries
 * @since 0.1.0
 */
export const isUnexpected = (report: Report, line: TranscriptLine): boolean => {
  if (line.dir !== "<") return false
  const refuses = (text: string) => /^[45]\d\d(?:[ -]|$)/.test(text)
  const named = new Set(report.verdicts.flatMap((verdict) => verdict.service === line.service ? verdict.evidence : []))
  const proven = report.transcript.some((other) => named.has(other.n) && other.dir === "<" && refuses(other.text))
  return proven ? named.has(line.n) : named.has(line.n) ? !/^2\d\d/.test(line.text) : refuses(line.text)
}

/**
 * The mark of a line.
 *
 * @category formatting
 * @since 0.1.0
 */
export const mark = (line: TranscriptLine, unexpected: boolean): string => {
  switch (line.dir) {
    case "=":
      return "==="
    case ">":
      return line.tls ? "~>" : "->"
    case "<":
      return unexpected ? "<**" : line.tls ? "<~" : "<-"
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true })

/**
 * What the Base64 of a SASL challenge says (RFC 4954 section 4), or `undefined` for a line that is none.
 *
 * @category formatting
 * @since 0.1.0
 */
export const challenge = (line: TranscriptLine): string | undefined => {
  const match = line.dir === "<" ? /^334 ([A-Za-z0-9+/]{4,}={0,2})$/.exec(line.text.trimEnd()) : null
  const text = match?.[1]
  if (text === undefined || text.length % 4 !== 0) return undefined
  try {
    // The runtime's own reader of Base64: the page needs that of Effect nowhere else.
    return Escape.line(decoder.decode(Uint8Array.from(atob(text), (octet) => octet.charCodeAt(0))))
  } catch {
    return undefined
  }
}
