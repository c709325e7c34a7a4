/**
 * From a rule that fits to the verdict that people read: placeholders filled, facts dated, areas ruled out.
 *
 * The wording is the rule's; nothing is invented here.
 *
 * @since 0.1.0
 */
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { DatedFact, Remedy, Verdict } from "@sonde/domain/Verdict"
import type { Hit } from "./Match.ts"
import type { Pack } from "./Pack.ts"
import { fill, type Shell, starttlsOf, type Values } from "./Placeholder.ts"
import type { PreflightRule, Rule } from "./schema/Rule.ts"

/**
 * What a verdict is about. `today` is a date (`2026-11-24`); `passed` are the phases of the service that passed
 * before; `evidence` are numbers of transcript lines; `values` fill placeholders.
 *
 * @category models
 * @since 0.1.0
 */
export interface Context {
  readonly today: string
  readonly service?: ServiceId | undefined
  readonly phase?: PhaseId | "preflight" | undefined
  readonly passed?: ReadonlyArray<PhaseId> | undefined
  readonly evidence?: ReadonlyArray<number> | undefined
  readonly values?: Values | undefined
}

/** What a passed phase proves to be in order. */
const proves: { readonly [P in PhaseId]?: ReadonlyArray<string> } = {
  resolve: ["dns"],
  connect: ["network", "port"],
  greeting: ["port"],
  tls: ["tls"],
  auth: ["mechanism", "secret"],
  mail: ["sender"],
  rcpt: ["recipient"],
  data: ["message"],
  token: ["token"],
  claims: ["claims"]
}

const areas = [
  "dns",
  "network",
  "tls",
  "port",
  "mechanism",
  "secret",
  "token",
  "claims",
  "sender",
  "recipient",
  "message"
]

const ruledOutBy = (passed: ReadonlyArray<PhaseId>, added: ReadonlyArray<string>): ReadonlyArray<string> => {
  const found = new Set([...passed.flatMap((phase) => proves[phase] ?? []), ...added])
  return [...areas.filter((area) => found.has(area)), ...[...found].filter((area) => !areas.includes(area))]
}

const remedyOf = (remedy: Remedy, values: Values): Remedy => {
  const shell: Shell = remedy.shell ?? "sh"
  return {
    ...remedy,
    ...(remedy.text === undefined ? {} : { text: fill(remedy.text, values, "text") }),
    ...(remedy.command === undefined ? {} : { command: fill(remedy.command, values, shell) }),
    ...(remedy.undo === undefined ? {} : { undo: fill(remedy.undo, values, shell) })
  }
}

/**
 * Facts with their dates: first those that the rule states, then the titles of its other sources. A fact past its
 * `reviewBy` (of the source, otherwise of the pack) has `stale: true`. Dates compare as text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const facts = (
  pack: Pack,
  rule: Pick<Rule, "facts" | "sources">,
  today: string
): ReadonlyArray<DatedFact> => {
  const dated = (key: string, text: string | undefined): ReadonlyArray<DatedFact> => {
    const source = pack.sources?.[key]
    if (source === undefined) return []
    const reviewBy = source.reviewBy ?? pack.reviewBy
    const fact = { text: text ?? source.title, asOf: source.asOf, source: source.url, reviewBy }
    return [reviewBy < today ? { ...fact, stale: true } : fact]
  }
  const stated = (rule.facts ?? []).flatMap((fact) => fact.sources.slice(0, 1).flatMap((key) => dated(key, fact.text)))
  const titles = [...new Set(rule.sources)]
    .flatMap((key) => dated(key, undefined))
    .filter((fact) => !stated.some(({ source }) => source === fact.source))
  return [...stated, ...titles]
}

/**
 * The verdict of any rule.
 *
 * @category combinators
 * @since 0.1.0
 */
export const fromRule = (
  pack: Pack,
  rule: Omit<Rule, "when"> | Omit<PreflightRule, "when">,
  context: Context
): Verdict => {
  const given = context.values ?? {}
  const values: Values = { starttls: starttlsOf(context.service, given.port), ...given }
  const ruledOut = ruledOutBy(context.passed ?? [], rule.ruledOut ?? [])
  return {
    cause: rule.cause,
    rule: `${pack.id}/${rule.id}`,
    ...(context.service === undefined ? {} : { service: context.service }),
    ...(context.phase === undefined ? {} : { phase: context.phase }),
    confidence: rule.confidence,
    title: fill(rule.title, values, "text"),
    explanation: fill(rule.explanation, values, "text"),
    actor: rule.actor,
    evidence: [...context.evidence ?? []],
    ruledOut: [...ruledOut],
    notJudged: (rule.notJudged ?? []).filter((area) => !ruledOut.includes(area)),
    remedies: rule.remedies.map((remedy) => remedyOf(remedy, values)),
    wontHelp: (rule.wontHelp ?? []).map((text) => fill(text, values, "text")),
    facts: [...facts(pack, rule, context.today)]
  }
}

/**
 * The verdict of a rule that fits.
 *
 * @category combinators
 * @since 0.1.0
 */
export const render = (hit: Hit, context: Context): Verdict => fromRule(hit.pack, hit.rule, context)
