/**
 * Reads one line of a log: when, which program, what it said, and whether that is a failure.
 *
 * Known are the stamps of syslog (RFC 3164 section 4.1, RFC 5424 section 6), Exim, Dovecot, Go, Laravel, log4j and their
 * like, Android's logcat, JSON lines, and the CSV of Exchange. Every expression is anchored or bounded; the time is
 * proportional to the line.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import { type Fields, find, textOf } from "./Json.ts"

/**
 * A line of a log. `time` is as written; `message` is what follows stamp, host and program; `failing` is false for
 * what went well and for what is only told.
 *
 * @category models
 * @since 0.1.0
 */
export interface LogLine {
  readonly time?: string
  readonly program?: string
  readonly message: string
  readonly failing: boolean
  readonly phase?: PhaseId
}

const stamps: ReadonlyArray<RegExp> = [
  // RFC 5424: "<34>1 2003-10-11T22:14:15.003Z", and what rsyslog and journald write
  /^(?:<[0-9]{1,3}>(?:1 )?)?\[?([0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T _][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)\]?[:,]?(?= |$)/u,
  // RFC 3164: "Oct 11 22:14:15"; with a year as Dovecot writes it
  /^(?:<[0-9]{1,3}>)?((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3][0-9] (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)(?= |$)/u,
  // "11-Oct-2003 22:14:15", "11/Oct/2003:22:14:15 +0000"
  /^\[?([0-9]{2}[-/ ](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[-/ ][0-9]{4}[ :][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,6})?(?: [+-][0-9]{4})?)\]?(?= |$)/u,
  // "Sat Oct 11 22:14:15 2003"
  /^\[?((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:[A-Z][a-z]{2} [ 0-3][0-9]|[0-9]{2} [A-Z][a-z]{2}) (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?: [0-9]{4})?)\]?(?= |$)/u,
  // "22:14:15.003 [main] ERROR"
  /^\[?([0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,6})?)\]?(?= (?:\[|[A-Z]{4}))/u
]

// Docker and Kubernetes put the name of the container before each line.
const container = /^[A-Za-z0-9_.-]{1,60} {1,20}\| /u

// "host program[pid]: ", and RFC 5424 with its dashes.
const syslog =
  /^ (?:[A-Za-z0-9_.:-]{1,253} )?([A-Za-z][A-Za-z0-9_./-]{0,60})(?:\[[0-9]{1,10}\])?: |^ [A-Za-z0-9_.:-]{1,253} ([A-Za-z][A-Za-z0-9_./-]{0,60}) (?:[0-9]{1,10}|-) \S{1,60} (?:-|\[[^\]]{0,500}\]) /u

// logcat: " 13766-13812 System.err  org.example  W  ". What is indented further belongs to the line before it, as the
// lines of a stack trace do.
const logcat = /^ {1,3}[0-9]{1,6}-[0-9]{1,6} {1,3}\S{1,60} {1,60}\S{1,80} {1,60}[VDIWEF] {1,2}/u
const indented = /^(?:[\t ]|at |nested exception|Caused by|\.\.\. [0-9])/u

/** The stamp at the beginning of a line, and what follows. */
const stampOf = (
  line: string
): { readonly time: string; readonly rest: string; readonly program: string | undefined } | undefined => {
  const first = line.charCodeAt(0)
  // A digit, a capital, an angle or square bracket, or a small letter of a container's name.
  if (Number.isNaN(first) || first < 48 && first !== 32) return undefined
  const named = container.exec(line)
  const text = named === null ? line : line.slice(named[0].length)
  for (const stamp of stamps) {
    const found = stamp.exec(text)
    if (found?.[1] === undefined) continue
    const all = text.slice(found[0].length)
    const android = logcat.exec(all)
    const rest = android === null ? all : all.slice(android[0].length)
    if (android !== null && indented.test(rest)) return undefined
    // Of programs that write their own stamps the next words are the message.
    const named = /^[A-Z]|T/u.test(found[1]) ? syslog.exec(rest) : null
    return { time: found[1], rest: rest.slice(named?.[0].length ?? 0), program: named?.[1] ?? named?.[2] }
  }
  return undefined
}

const levels = new Set(["level", "severity", "lvl", "PRIORITY"])
const times = ["time", "timestamp", "@timestamp", "ts", "__REALTIME_TIMESTAMP", "datetime", "date"]

const fromJson = (line: string): { readonly fields: Fields; readonly time: string | undefined } | undefined => {
  if (!line.startsWith("{") || !line.endsWith("}")) return undefined
  const fields = find(line)
  if (fields === undefined || !Object.keys(fields).some((name) => levels.has(name) || times.includes(name))) {
    return undefined
  }
  const name = times.find((one) => typeof fields[one] === "string" || typeof fields[one] === "number")
  return { fields, time: name === undefined ? undefined : `${fields[name]}`.slice(0, 60) }
}

const bad = /^(?:[45]0|[4-9][0-9]|warn|err|fatal|crit|alert|emerg|panic)/iu

/** Of pino and its like 40 is a warning; of syslog 4, and less is worse. */
const isBad = ({ PRIORITY, level, lvl, severity }: Fields): boolean => {
  const said = level ?? severity ?? lvl
  return said === undefined ? typeof PRIORITY === "string" && /^[0-4]$/u.test(PRIORITY) : bad.test(`${said}`)
}

// What went well, whatever its words are.
const well =
  /\bstatus=sent\b|\bLogged out\b|^(?:connect|disconnect) from |\bstatistics: |: removed$|^\S{1,40} Completed\b|^\S{6,40} (?:<=|=>|->|\*>) |\bLogin: user=|^daemon started|\bstat=Sent\b|^Starting |^Started /u

const failure =
  /\b(?:error|errors|err|failed|failure|fails|fatal|panic|critical|[A-Za-z]{0,60}(?:Exception|Refused)|Traceback|Caused by|[A-Z][a-z]{1,30}Error|refused|rejected|reject|denied|bounced|deferred|undeliverable|timed out|timeout|unreachable|No route to host|TempFail|PermFail|lost connection|unable|cannot|can't|could not|couldn't|not accepted|not permitted|invalid|expired|Disconnected|Aborted|unavailable|unknown user|temporarily|too many|greylisted|blocked|blacklisted|quota|NOQUEUE|warning|stat=Deferred|no shared cipher|certificate verify)\b|(?:^|[ :"'([])[45][0-5][0-9][ -](?:#?[45]\.[0-9]{1,3}\.[0-9]{1,3}|[A-Z<])| (?:\*\*|==) /iu

// Numbers beside names that are measures, not replies.
const measures =
  /\b(?:delays?|conn_use|size|nrcpt|uid|gid|pid|rport|lport|mech_time|secs|bytes|auth_time)=[0-9./]{1,40},? ?/gu

const told = (message: string): string => message.includes("=") ? message.replace(measures, "") : message

/**
 * A line of a log; undefined for a line without a stamp, which continues the one before it.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromLine = (line: string): LogLine | undefined => {
  const json = fromJson(line)
  if (json !== undefined) {
    return {
      ...(json.time === undefined ? {} : { time: json.time }),
      message: line,
      failing: isBad(json.fields) || failure.test(textOf(json.fields, "msg") ?? textOf(json.fields, "message") ?? "")
    }
  }
  const stamp = stampOf(line)
  if (stamp === undefined) return undefined
  const { program } = stamp
  const message = told(stamp.rest.trim())
  return {
    time: stamp.time,
    ...(program === undefined ? {} : { program }),
    message,
    failing: !well.test(message) && failure.test(message)
  }
}

/** What is left of a line that has no stamp and stands alone. */
export const bareLine = (line: string): LogLine => ({
  message: line.trim(),
  failing: !well.test(line) && failure.test(line)
})

const exchangeHeader = /^#(?:Software: Microsoft Exchange|Log-type: (?:SMTP|Message|POP3|IMAP))/iu

/** How many lines decide whether a text is a log. */
export const deciding = 40

/**
 * Whether a text is a log, by its first lines: at least two with a stamp, and no fewer than half of those that do not
 * begin with white space. `isTranscript` says of a line's message that it is one of a conversation: a session that was
 * recorded with stamps is no log.
 *
 * @category guards
 * @since 0.1.0
 */
export const looksLikeLog = (lines: ReadonlyArray<string>, isTranscript: (message: string) => boolean): boolean => {
  let stamped = 0
  let other = 0
  let spoken = 0
  for (const line of lines.slice(0, deciding)) {
    if (exchangeHeader.test(line)) return true
    if (line.trim() === "" || /^[\s#]/u.test(line)) continue
    const found = fromLine(line.length > 4000 ? line.slice(0, 4000) : line)
    if (found === undefined) other += 1
    else {
      stamped += 1
      if (isTranscript(line) || isTranscript(found.message)) spoken += 1
    }
  }
  return stamped >= 2 && stamped >= other && spoken * 2 < stamped
}
