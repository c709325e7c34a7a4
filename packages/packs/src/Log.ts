/**
 * Explains a log line by line in constant memory: failures are counted by the rule that explains them.
 *
 * Lines that differ only in ids, addresses, numbers and times say the same; of these one is explained, so that a log of
 * gigabytes takes little more time than reading it. What is kept has a bound: one entry for each rule, and the most
 * frequent of the failures that no rule knows.
 *
 * @since 0.1.0
 */
import type { Explanation, Hints, LogCluster } from "@sonde/domain/Explanation"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Effect from "effect/Effect"
import * as ExchangeLog from "./read/ExchangeLog.ts"
import { bareLine, fromLine, type LogLine } from "./read/LogLine.ts"
import { withoutSecrets } from "./read/Secret.ts"

/** How many different statements are remembered with their explanation. */
export const maxRemembered = 4096

/** How many different failures that no rule knows are counted one by one. */
export const maxUnknown = 500

/** How many of them are told. */
const shownUnknown = 20

/** How much of a record is explained, in characters. */
const maxRecord = 16_384

/** How much of a sample is shown, in characters. */
const maxSample = 1000

/**
 * A line without its end; `whole` is false where it was longer than anybody wants to read, and its text is then empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly text: string
  readonly whole: boolean
}

interface Counted {
  count: number
  readonly first: string | undefined
  last: string | undefined
  readonly sample: string
}

interface Cluster extends Counted {
  readonly explanation: Explanation
  readonly verdict: Verdict
}

/** A record that is being read: a line with a stamp and what follows without one. */
interface Open {
  line: LogLine
  readonly raw: string
  text: string
  lines: number
}

/** How long the key of a statement is, in characters; of a longer one the rest is summed up. */
const maxKey = 400

const bracketed = /\b([A-Za-z_-]{1,20})=<[^<>]{0,300}>/gu
const word = /[^\s()[\]<>,;'"]+/gu
const digit = /[0-9]/u
// Names whose values are statements, or say who spoke.
const telling = new Set([
  "status",
  "stat",
  "dsn",
  "reason",
  "error",
  "cause",
  "relay",
  "host",
  "code",
  "mech",
  "method"
])
const hostWord =
  /^(?:[A-Za-z0-9_-]{1,63}\.){1,10}([A-Za-z0-9_-]{1,63}\.[A-Za-z]{2,24}|[A-Za-z]{2,24})\.?(?::[0-9]{1,5})?:?$/u
const enhanced = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}:?$/u
const code = /^[2-5][0-5][0-9][.:]?$/u
// What stands before a reply code; elsewhere such a number counts something.
const announces = /(?:^|[:("'=]|\b(?:said|code|error|status|reply|response|returned|got))[ :]{0,2}$/iu
const named = /^[A-Z]{2,12}[a-z]{0,12}[0-9]{1,9}[.:]?$/u

const maskWord = (found: string, at: number, whole: string, hosts: ReadonlySet<string>): string => {
  if (found.includes("@")) return "@"
  const equals = found.indexOf("=")
  if (equals > 0) {
    const name = found.slice(0, equals)
    return telling.has(name)
      ? `${name}=${maskWord(found.slice(equals + 1), at + equals + 1, whole, hosts)}`
      : `${name}=#`
  }
  if (digit.test(found)) {
    if (enhanced.test(found) || named.test(found)) return found
    if (code.test(found) && announces.test(whole.slice(Math.max(0, at - 12), at))) return found
  } else if (!found.includes(".")) return found
  const domain = hostWord.test(found)
    ? found.toLowerCase().replace(/:[0-9:]*$|[.:]$/u, "").split(".").slice(-2).join(".")
    : ""
  if (domain !== "") return hosts.has(domain) ? domain : /[0-9]|\..*\./u.test(found) ? "host" : found
  return found.replace(/[A-Za-z0-9+/_.-]{0,64}[0-9][A-Za-z0-9+/_.-]{0,64}/gu, "#")
}

/**
 * A statement without what changes from line to line. Of a host in `hosts` (its last two labels, in lower case) these
 * are kept, because they tell whose it is.
 */
export const maskOf = (message: string, hosts: ReadonlySet<string> = new Set()): string => {
  const begin = message.slice(0, maxRecord)
  return (begin.includes("=<") ? begin.replace(bracketed, "$1=<>") : begin)
    .replace(word, (found: string, at: number, whole: string) => maskWord(found, at, whole, hosts))
}

/** A key of bounded length. Two sums of 32 bits (FNV-1a with two primes) stand for what is beyond it. */
const keyOf = (masked: string): string => {
  if (masked.length <= maxKey) return masked
  let a = 0x811c9dc5
  let b = 0x811c9dc5
  for (let at = maxKey; at < masked.length; at++) {
    a = Math.imul(a ^ masked.charCodeAt(at), 0x01000193)
    b = Math.imul(b ^ masked.charCodeAt(at), 0x01000197)
  }
  return `${masked.slice(0, maxKey)} ${a} ${b} ${masked.length}`
}

const times = ({ first, last }: Counted) => ({
  ...(first === undefined ? {} : { first }),
  ...(last === undefined ? {} : { last })
})

const byCount = (a: Counted, b: Counted): number => b.count - a.count

const sureness = { certain: 0, likely: 1, possible: 2 } as const

/** Programs tell one failure in several lines; of as many lines the more telling go first. */
const byWeight = (a: Cluster, b: Cluster): number =>
  byCount(a, b) || sureness[a.verdict.confidence] - sureness[b.verdict.confidence]

/** Puts a string on its own, so that it does not keep the text that it was cut from. */
const own = (text: string | undefined): string | undefined => text === undefined ? undefined : ` ${text}`.slice(1)

/**
 * A log that is being read. Lines are handed over in order, in pieces of any size; `end` gives what was found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Log<E, R> {
  readonly lines: (lines: ReadonlyArray<Line>) => Effect.Effect<void, E, R>
  readonly end: Effect.Effect<Explanation, E, R>
}

/**
 * Begins a log. `explain` is asked for each different statement; its hints are those of the asker with what the line
 * itself says. `hosts` are the domains, of two labels, by which somebody's servers are recognised.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, R>(
  explain: (text: string, hints: Hints) => Effect.Effect<Explanation, E, R>,
  hints: Hints = {},
  hosts: ReadonlySet<string> = new Set()
): Log<E, R> => {
  const clusters = new Map<string, Cluster>()
  const exchange = ExchangeLog.make()
  let remembered = new Map<string, Explanation>()
  let unknown = new Map<string, Counted>()
  const counts = { lines: 0, ignored: 0, explained: 0, unknown: 0, tooLong: 0 }
  let first: string | undefined
  let last: string | undefined
  let stamped = false
  let columns = false
  let record: Open | undefined

  const count = (found: Counted | undefined, time: string | undefined): boolean => {
    if (found === undefined) return false
    found.count += 1
    found.last = own(time) ?? found.last
    return true
  }

  const put = ({ line: { time }, lines, raw }: Open, key: string, explanation: Explanation): void => {
    const [verdict] = explanation.verdicts
    const counted = (): Counted => ({
      count: 1,
      first: own(time),
      last: own(time),
      sample: withoutSecrets(own(raw.slice(0, maxSample)) ?? "")
    })
    if (verdict !== undefined) {
      counts.explained += lines
      if (!count(clusters.get(verdict.rule), time)) clusters.set(verdict.rule, { ...counted(), explanation, verdict })
      return
    }
    counts.unknown += lines
    if (count(unknown.get(key), time)) return
    if (unknown.size >= maxUnknown * 2) {
      unknown = new Map([...unknown].toSorted(([, a], [, b]) => byCount(a, b)).slice(0, maxUnknown))
    }
    unknown.set(own(key) ?? key, counted())
  }

  /** Ends the open record. What it gives must be explained first; most need not be. */
  const close = (): { readonly open: Open; readonly key: string } | undefined => {
    const open = record
    record = undefined
    if (open === undefined) return undefined
    if (!open.line.failing) {
      counts.ignored += open.lines
      return undefined
    }
    const key = `${open.line.program ?? ""} ${open.line.phase ?? ""} ${keyOf(maskOf(open.text, hosts))}`
    const known = remembered.get(key)
    if (known === undefined) return { open, key }
    put(open, key, known)
    return undefined
  }

  const learn = Effect.fnUntraced(function*({ key, open }: { readonly open: Open; readonly key: string }) {
    const { line: { phase, program }, text } = open
    const explanation = yield* explain(program === undefined ? text : `${program}: ${text}`, {
      ...(phase === undefined ? {} : { phase }),
      ...hints
    })
    if (remembered.size >= maxRemembered) remembered = new Map()
    remembered.set(own(key) ?? key, explanation)
    put(open, key, explanation)
  })

  const begin = (line: LogLine, raw: string): void => {
    first ??= own(line.time)
    last = line.time ?? last
    record = { line, raw, text: line.message.slice(0, maxRecord), lines: 1 }
  }

  const lineOf = (text: string): LogLine | undefined => {
    if (columns && !text.startsWith("#")) return exchange.line(text)
    const found = fromLine(text)
    if (found !== undefined) stamped = true
    // Without any stamp each line stands for itself.
    return found ?? (stamped ? undefined : bareLine(text))
  }

  const lines = Effect.fnUntraced(function*(given: ReadonlyArray<Line>) {
    for (const { text, whole } of given) {
      counts.lines += 1
      if (!whole) {
        counts.tooLong += 1
        continue
      }
      if (text.startsWith("#")) columns = exchange.header(text) || columns
      const found = text.trim() === "" || text.startsWith("#") ? undefined : lineOf(text)
      if (found !== undefined) {
        const pending = close()
        if (pending !== undefined) yield* learn(pending)
        begin(found, text)
      } else if (record === undefined || text.trim() === "" || text.startsWith("#")) counts.ignored += 1
      else {
        record.lines += 1
        if (record.text.length < maxRecord) record.text += `\n${text}`.slice(0, maxRecord)
        // What a program prints below a line that told nothing may be the failure, a stack trace for instance.
        if (!record.line.failing && bareLine(text).failing) record.line = { ...record.line, failing: true }
      }
    }
    last = own(last)
  })

  const summary = (): Explanation => {
    const all = [...clusters.values()].toSorted(byWeight)
    const [top] = all
    const verdicts: Array<Verdict> = []
    for (const { verdict } of all) {
      if (verdicts.length < 3 && !verdicts.some(({ cause }) => cause === verdict.cause)) verdicts.push(verdict)
    }
    const next = top?.explanation.next
    return {
      schema: "sonde.explanation/1",
      outcome: top === undefined ? "unknown" : "explained",
      read: { ...(top?.explanation.read ?? { text: "" }), kind: "log" },
      verdicts,
      ...(next === undefined ? {} : { next }),
      log: {
        ...counts,
        ...(first === undefined ? {} : { first }),
        ...(last === undefined ? {} : { last }),
        clusters: all.map((cluster): LogCluster => ({
          cause: cluster.verdict.cause,
          rule: cluster.verdict.rule,
          confidence: cluster.verdict.confidence,
          title: cluster.verdict.title,
          actor: cluster.verdict.actor,
          count: cluster.count,
          ...times(cluster),
          sample: cluster.sample,
          read: cluster.explanation.read
        })),
        unknownLines: [...unknown.values()].toSorted(byCount).slice(0, shownUnknown).map((one) => ({
          count: one.count,
          ...times(one),
          sample: one.sample
        }))
      }
    }
  }

  const end = Effect.suspend(() => {
    const pending = close()
    return pending === undefined ? Effect.sync(summary) : Effect.map(learn(pending), summary)
  })
  return { lines, end }
}
