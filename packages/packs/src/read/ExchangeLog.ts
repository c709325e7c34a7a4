/**
 * Reads the logs of Exchange: protocol logs (SMTP, IMAP, POP3) and message tracking logs, CSV with the names of the
 * columns in a line `#Fields:`.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import type { LogLine } from "./LogLine.ts"

/** How many sessions are remembered, for the command that a reply answers. */
const maxSessions = 512

/** Cells of a line of CSV; a quotation mark within a cell is written twice (RFC 4180 section 2). */
export const cells = (line: string): ReadonlyArray<string> => {
  const out: Array<string> = []
  let at = 0
  while (at <= line.length && out.length < 200) {
    if (line[at] === "\"") {
      let cell = ""
      let from = at + 1
      while (true) {
        const end = line.indexOf("\"", from)
        if (end === -1) {
          cell += line.slice(from)
          at = line.length + 1
          break
        }
        cell += line.slice(from, end)
        if (line[end + 1] !== "\"") {
          const comma = line.indexOf(",", end)
          at = comma === -1 ? line.length + 1 : comma + 1
          break
        }
        cell += "\""
        from = end + 2
      }
      out.push(cell)
    } else {
      const end = line.indexOf(",", at)
      out.push(line.slice(at, end === -1 ? line.length : end))
      at = end === -1 ? line.length + 1 : end + 1
    }
  }
  return out
}

const commands: ReadonlyArray<readonly [RegExp, PhaseId]> = [
  [/^(?:EHLO|HELO)\b/iu, "ehlo"],
  [/^STARTTLS\b/iu, "starttls"],
  [/^AUTH\b/iu, "auth"],
  [/^MAIL\b/iu, "mail"],
  [/^RCPT\b/iu, "rcpt"],
  [/^(?:DATA|BDAT)\b/iu, "data"]
]

const failedEvents = new Set(["FAIL", "DEFER", "BADMAIL", "POISONMESSAGE", "SUBMITFAIL", "SUBMITDEFER", "DROP"])
const troubled =
  /\b(?:failed|failure|error|denied|rejected|timed out|refused|unable|expired|not trusted|doesn't have)\b/iu

/** A reader of such a log; it remembers the names of the columns and the last command of some sessions. */
export interface ExchangeLog {
  /** Takes a line that begins with `#`; whether the columns are known now. */
  readonly header: (line: string) => boolean
  /** A line of data; undefined while no columns are known. */
  readonly line: (line: string) => LogLine | undefined
}

/**
 * A reader for one log.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): ExchangeLog => {
  let columns: ReadonlyMap<string, number> | undefined
  let sessions = new Map<string, PhaseId>()

  const protocol = (cell: (name: string) => string): Omit<LogLine, "time"> => {
    const session = cell("session-id")
    const data = cell("data")
    const reply = /^(?:[2-5][0-5][0-9][ -]|-ERR|\S{1,20} (?:NO|BAD|OK)\b|\+OK)/u.test(data)
    if (!reply) {
      const phase = commands.find(([sign]) => sign.test(data))?.[1]
      if (phase !== undefined) {
        if (sessions.size >= maxSessions) sessions = new Map()
        sessions.set(session, phase)
      }
      const context = cell("context")
      const said = cell("event") === "*" ? [data, context].filter((part) => part !== "").join(" ") : context
      return { program: "exchange", message: said, failing: troubled.test(said) }
    }
    const phase = sessions.get(session)
    return {
      program: "exchange",
      message: data,
      failing: /^(?:[45]|-ERR|\S{1,20} (?:NO|BAD)\b)/u.test(data),
      ...(phase === undefined ? {} : { phase })
    }
  }

  const tracking = (cell: (name: string) => string): Omit<LogLine, "time"> => {
    const event = cell("event-id").toUpperCase()
    const said = [cell("recipient-status"), cell("source-context")].filter((part) => part !== "").join(" ")
    return { program: "exchange", message: said === "" ? event : said, failing: failedEvents.has(event) }
  }

  return {
    header: (line) => {
      if (line.startsWith("#Fields:")) {
        const names = line.slice("#Fields:".length).split(",").map((name) => name.trim().toLowerCase())
        columns = new Map(names.map((name, index) => [name, index]))
      }
      return columns !== undefined
    },
    line: (line) => {
      const known = columns
      if (known === undefined) return undefined
      const all = cells(line)
      const cell = (name: string): string => all[known.get(name) ?? -1] ?? ""
      const time = cell("date-time") || cell("datetime") || cell("timestamp")
      return { ...(time === "" ? {} : { time }), ...(known.has("event-id") ? tracking(cell) : protocol(cell)) }
    }
  }
}
