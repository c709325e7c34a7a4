/**
 * Explanations as JSON documents.
 *
 * There may be millions of them, so they are written by hand in the order of keys of their schema. A test compares
 * both, octet by octet.
 *
 * @since 0.1.0
 */
import type { ExplainedPart, Explanation, Log, LogCluster, Next, Read } from "@sonde/domain/Explanation"
import type { DatedFact, Remedy, Verdict } from "@sonde/domain/Verdict"

// `JSON.stringify` leaves out what is undefined.
const read = ({ client, code, enhanced, host, kind, mechanism, phase, protocol, provider, text }: Read) => ({
  kind,
  protocol,
  phase,
  code,
  enhanced,
  text,
  provider,
  client,
  host,
  mechanism
})

const remedy = ({ command, kind, scope, shell, text, undo, url }: Remedy) => ({
  kind,
  text,
  command,
  shell,
  scope,
  undo,
  url
})

const fact = ({ asOf, reviewBy, source, stale, text }: DatedFact) => ({ text, asOf, source, reviewBy, stale })

const verdict = (it: Verdict) => ({
  cause: it.cause,
  rule: it.rule,
  service: it.service,
  phase: it.phase,
  confidence: it.confidence,
  title: it.title,
  explanation: it.explanation,
  actor: it.actor,
  evidence: it.evidence,
  ruledOut: it.ruledOut,
  notJudged: it.notJudged,
  remedies: it.remedies.map(remedy),
  wontHelp: it.wontHelp,
  facts: it.facts.map(fact)
})

const next = ({ command, shell, text }: Next) => ({ text, command, shell })

const part = (it: ExplainedPart) => ({
  recipient: it.recipient,
  action: it.action,
  service: it.service,
  read: read(it.read),
  cause: it.cause,
  rule: it.rule,
  confidence: it.confidence,
  title: it.title
})

const cluster = (it: LogCluster) => ({
  cause: it.cause,
  rule: it.rule,
  confidence: it.confidence,
  title: it.title,
  actor: it.actor,
  count: it.count,
  first: it.first,
  last: it.last,
  sample: it.sample,
  read: read(it.read)
})

const log = (it: Log) => ({
  lines: it.lines,
  ignored: it.ignored,
  explained: it.explained,
  unknown: it.unknown,
  tooLong: it.tooLong,
  first: it.first,
  last: it.last,
  clusters: it.clusters.map(cluster),
  unknownLines: it.unknownLines.map(({ count, first, last, sample }) => ({ count, first, last, sample }))
})

/** What follows the verdicts. */
const rest = (it: Explanation) => ({
  next: it.next === undefined ? undefined : next(it.next),
  parts: it.parts?.map(part),
  log: it.log === undefined ? undefined : log(it.log)
})

const restText = (it: Explanation): string => {
  if (it.next === undefined && it.parts === undefined && it.log === undefined) return ""
  return `,${JSON.stringify(rest(it)).slice(1, -1)}`
}

const verdictTexts = new WeakMap<Verdict, string>()

/**
 * A verdict in one line of JSON. Verdicts of the same rule are often the same object, whose text is kept.
 *
 * @category encoding
 * @since 0.1.0
 */
export const verdictText = (it: Verdict): string => {
  const found = verdictTexts.get(it)
  if (found !== undefined) return found
  const text = JSON.stringify(verdict(it))
  verdictTexts.set(it, text)
  return text
}

/**
 * An explanation in one line of JSON but for its id and the text that was read: what stands before the text, between it
 * and the verdicts, and behind these. The texts of `verdicts` are long and often the same: `verdictText` gives them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tail {
  readonly before: string
  readonly between: string
  readonly verdicts: ReadonlyArray<Verdict>
  readonly behind: string
}

interface Rendered extends Tail {
  readonly it: Explanation
}

/** Of texts that say the same the first verdict is often one object, and the same is all but the text of what was read. */
const rendered = new WeakMap<object, Rendered>()

/** Stands for a verdict where there is none. */
const none = {}

const isSame = (one: Explanation, other: Explanation): boolean =>
  one.outcome === other.outcome && one.success === other.success && one.read.kind === other.read.kind &&
  one.read.protocol === other.read.protocol && one.read.phase === other.read.phase &&
  one.read.code === other.read.code && one.read.enhanced === other.read.enhanced &&
  one.read.provider === other.read.provider && one.read.client === other.read.client &&
  one.read.host === other.read.host && one.read.mechanism === other.read.mechanism

const render = (it: Explanation): Rendered => {
  const { host, mechanism, provider, client, ...first } = read(it.read)
  const { text: _, ...before } = first
  const open = JSON.stringify(before).slice(0, -1)
  const rest = JSON.stringify({ provider, client, host, mechanism }).slice(1)
  const success = it.success === undefined ? "" : `,"success":${JSON.stringify(it.success)}`
  return {
    it,
    before: `,"outcome":"${it.outcome}","read":${open}${open === "{" ? "" : ","}"text":`,
    between: `${rest === "}" ? "" : ","}${rest}${success},"verdicts":[`,
    verdicts: it.verdicts,
    behind: behindOf(it)
  }
}

const behindOf = (it: Explanation): string => `]${restText(it)}}\n`

const isSameNext = (one: Next | undefined, other: Next | undefined): boolean =>
  one === other ||
  (one !== undefined && other !== undefined && one.text === other.text && one.command === other.command &&
    one.shell === other.shell)

const isSameBehind = (one: Explanation, other: Explanation): boolean =>
  isSameNext(one.next, other.next) && one.parts === other.parts && one.log === other.log

/**
 * The parts of one line of JSON after the id of an explanation, from the comma before `outcome` to the last brace; the
 * text is not among them.
 *
 * @category encoding
 * @since 0.1.0
 */
export const tail = (it: Explanation): Tail => {
  const { verdicts } = it
  const key = verdicts[0] ?? none
  let found = rendered.get(key)
  if (found === undefined || !isSame(found.it, it)) {
    found = render(it)
    rendered.set(key, found)
  }
  const { before, between } = found
  return { before, between, verdicts, behind: isSameBehind(found.it, it) ? found.behind : behindOf(it) }
}

/**
 * What one line of JSON begins with.
 *
 * @category encoding
 * @since 0.1.0
 */
export const head = (id: Explanation["id"]): string =>
  id === undefined
    ? "{\"schema\":\"sonde.explanation/1\""
    : `{"schema":"sonde.explanation/1","id":${JSON.stringify(id)}`

/** An explanation in one line of JSON, with its line end. */
const line = (it: Explanation): string => {
  const { before, behind, between, verdicts } = tail(it)
  return `${head(it.id)}${before}${JSON.stringify(it.read.text)}${between}${
    verdicts.map(verdictText).join(",")
  }${behind}`
}

/**
 * An explanation as one document, as `encode` for reports.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (it: Explanation, options: { readonly indent?: boolean } = {}): string => {
  if (options.indent === false) return line(it)
  const { id, outcome, schema, success } = it
  const whole = { schema, id, outcome, read: read(it.read), success, verdicts: it.verdicts.map(verdict), ...rest(it) }
  return `${JSON.stringify(whole, null, 2)}\n`
}
