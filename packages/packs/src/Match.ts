/**
 * Which rules fit what was seen, most specific first.
 *
 * A rule fits when every condition holds. A condition on something that is unknown does not hold. For a pasted text
 * (`open`) three things may be unknown or, for phases that clients confuse, near: `service`, `phase` and `error`,
 * and then only for a rule that demands text; a rule without text must name an exact code and have its service and
 * phase known. So a rule with nothing but `code: 5yz` never explains a paste.
 *
 * The order is: provider packs before software packs before generic ones; within them the sum of the weights of the
 * conditions that hold, then the name of the rule. The order of rules in a file never matters. The weights are in
 * `internal/conditions.ts` and explained in `decisions/0001-specificity.md`.
 *
 * @since 0.1.0
 */
import { type Condition, prepare, type Prepared } from "./internal/conditions.ts"
import type { CompiledRule, Knowledge } from "./Knowledge.ts"
import type { Pack } from "./Pack.ts"
import type { As, Rule } from "./schema/Rule.ts"
import { toMillis } from "./schema/values.ts"
import type { Seen } from "./Seen.ts"

export type { ErrorTag, Seen, ServicesSeen } from "./Seen.ts"

/**
 * A rule that fits. `name` is `pack/rule`; `score` is comparable within a `tier` (0 provider, 1 software, 2
 * generic); `byText` says that literal text took part. `pack` and `rule` are as in `CompiledRule`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Hit {
  readonly pack: Pack
  readonly rule: Rule
  readonly packId: string
  readonly cause: Rule["cause"]
  readonly confidence: Rule["confidence"]
  readonly name: string
  readonly tier: number
  readonly score: number
  readonly byText: boolean
  readonly literalLength: number
}

/**
 * A rule that almost fits: what held, and what did not (`phase: wanted auth, seen data`).
 *
 * @category models
 * @since 0.1.0
 */
export interface NearMiss {
  readonly pack: Pack
  readonly rule: Rule
  readonly name: string
  readonly held: ReadonlyArray<string>
  readonly failed: ReadonlyArray<string>
}

/**
 * Which typed error a reply is, by the best rule. `rule` is `pack/rule`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Classified {
  readonly error: As["error"]
  readonly rule: string
  readonly scope?: NonNullable<As["scope"]>
  readonly retryAfterMillis?: number
}

/**
 * How unknown things are treated: `closed` for what a phase saw, `open` for a pasted text.
 *
 * @category models
 * @since 0.1.0
 */
export type Mode = "closed" | "open"

const maybeUnknown: ReadonlySet<Condition["name"]> = new Set(["service", "phase", "error", "token"])

/** The score of a rule, or undefined where it does not fit. */
const score = (compiled: CompiledRule, prepared: Prepared, unknownError: boolean): number | undefined => {
  let sum = 0
  for (const condition of compiled.conditions) {
    const answer = condition.test(prepared)
    if (answer === "holds") {
      sum += condition.weight
      continue
    }
    if (answer === "fails") return undefined
    const allowed = (unknownError && condition.name === "error") ||
      (prepared.open && maybeUnknown.has(condition.name) && (compiled.hasText || condition.name === "error"))
    if (!allowed) return undefined
  }
  return prepared.open && !compiled.hasText && !compiled.hasExactCode ? undefined : sum
}

/** Pack and rule are asked of the compiled rule only when they are wanted, because they may have to be loaded. */
class Fit implements Hit {
  readonly score: number
  readonly #compiled: CompiledRule

  constructor(compiled: CompiledRule, score: number) {
    this.#compiled = compiled
    this.score = score
  }

  get pack(): Pack {
    return this.#compiled.pack
  }
  get rule(): Rule {
    return this.#compiled.rule
  }
  get packId(): string {
    return this.#compiled.packId
  }
  get cause(): Rule["cause"] {
    return this.#compiled.cause
  }
  get confidence(): Rule["confidence"] {
    return this.#compiled.confidence
  }
  get name(): string {
    return this.#compiled.name
  }
  get tier(): number {
    return this.#compiled.tier
  }
  get byText(): boolean {
    return this.#compiled.hasText
  }
  get literalLength(): number {
    return this.#compiled.literalLength
  }
}

const order = (a: Hit, b: Hit): number =>
  a.tier - b.tier || b.score - a.score || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

interface Asked {
  readonly prepared: Prepared
  readonly candidates: ReadonlyArray<CompiledRule>
  hits?: ReadonlyArray<Hit>
  wanting?: ReadonlyArray<Wanting>
}

/** The last answer; those who explain ask about one thing several times. */
let last:
  | { readonly knowledge: Knowledge; readonly seen: Seen; readonly open: boolean; readonly asked: Asked }
  | undefined

/** Answers by what decides them, and how many are kept at most; of longer texts, in characters, none. */
const answers = new Map<string, Asked>()
const mostAnswers = 4096
const longest = 2048

const numbers = new WeakMap<Knowledge, number>()
let count = 0

const numberOf = (knowledge: Knowledge): number => {
  const found = numbers.get(knowledge)
  if (found !== undefined) return found
  numbers.set(knowledge, ++count)
  return count
}

/** A word of others: with its length, so that it cannot be taken for the word behind it. */
const word = (value: string | number | undefined): string => {
  if (value === undefined) return "-"
  const text = `${value}`
  return `${text.length}=${text}`
}

/** All that decides which rules fit; undefined where it is more than is worth to be kept. */
const keyOf = (knowledge: Knowledge, { open, seen, text }: Prepared): string | undefined => {
  const { audience, claim, conditions, mailboxDomain, payload, services } = seen
  if ((conditions ?? payload ?? services ?? audience ?? mailboxDomain ?? claim) !== undefined) return undefined
  if (text.length > longest) return undefined
  const signature = knowledge.signature(text)
  if (signature === undefined) return undefined
  const { code, enhanced, error, host, mechanism, phase, port, protocol, provider, reason, security, service, token } =
    seen
  return `${numberOf(knowledge)} ${open} ${phase} ${protocol} ${service} ${security} ${error} ${port} ${word(code)} ${
    word(enhanced)
  } ${word(seen.status)} ${token} ${word(provider)} ${word(host)} ${word(mechanism)} ${word(reason)} ${signature}`
}

const ask = (knowledge: Knowledge, seen: Seen, open: boolean): Asked => {
  if (last?.seen === seen && last.open === open && last.knowledge === knowledge) return last.asked
  const asked = answered(knowledge, prepare(seen, open))
  last = { knowledge, seen, open, asked }
  return asked
}

/** What may fit. Of two texts with the same words that rules know the answer is the same. */
const answered = (knowledge: Knowledge, prepared: Prepared): Asked => {
  const key = keyOf(knowledge, prepared)
  if (key === undefined) return { prepared, candidates: knowledge.candidates(prepared) }
  const found = answers.get(key)
  if (found !== undefined) return found
  const made = { prepared, candidates: knowledge.candidates(prepared) }
  if (answers.size >= mostAnswers) answers.clear()
  answers.set(key, made)
  return made
}

const hits = (knowledge: Knowledge, seen: Seen, mode: Mode, unknownError: boolean): ReadonlyArray<Hit> => {
  const asked = ask(knowledge, seen, mode === "open")
  return unknownError ? fitting(asked, true) : asked.hits ??= fitting(asked, false)
}

const fitting = ({ candidates, prepared }: Asked, unknownError: boolean): ReadonlyArray<Hit> => {
  const found: Array<Hit> = []
  for (const compiled of candidates) {
    const sum = score(compiled, prepared, unknownError)
    if (sum !== undefined) found.push(new Fit(compiled, sum))
  }
  return found.length > 1 ? found.sort(order) : found
}

/**
 * The rules that fit, most specific first; empty where nothing is known. Pure and total: any text is allowed, of
 * which the first 65,536 characters count.
 *
 * @category matching
 * @since 0.1.0
 */
export const match = (knowledge: Knowledge, seen: Seen, mode: Mode = "closed"): ReadonlyArray<Hit> =>
  hits(knowledge, seen, mode, false)

/**
 * Which typed error a reply is, as the most specific rule says; undefined where that rule says nothing and where no
 * rule fits. `seen.error` is what is asked for, so it may be absent.
 *
 * @category matching
 * @since 0.1.0
 */
export const classify = (knowledge: Knowledge, seen: Seen): Classified | undefined => {
  const best = hits(knowledge, seen, "closed", true)[0]
  const as = best?.rule.as
  if (best === undefined || as === undefined) return undefined
  return {
    error: as.error,
    rule: best.name,
    ...(as.scope === undefined ? {} : { scope: as.scope }),
    ...(as.retryAfter === undefined ? {} : { retryAfterMillis: toMillis(as.retryAfter) })
  }
}

/**
 * What was seen of a condition, for people: `5.7.1`, `the text`, `unknown`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const seenOf = (name: Condition["name"], seen: Seen): string => {
  switch (name) {
    case "text":
    case "anyText":
    case "notText":
    case "pattern":
      return "the text"
    case "payload":
      return seen.payload === undefined ? "unknown" : JSON.stringify(seen.payload)
    case "services":
      return seen.services === undefined ? "unknown" : JSON.stringify(seen.services)
    case "reason":
      return [seen.reason, ...(seen.conditions ?? [])].filter((one) => one !== undefined).join(", ") || "unknown"
    default:
      return seen[name] === undefined ? "unknown" : `${seen[name]}`
  }
}

/**
 * Rules that would fit but for one or two conditions, closest first, at most `limit`. Only rules count of which a
 * text, an enhanced code or an exact code held; for people who write rules.
 *
 * @category matching
 * @since 0.1.0
 */
export const nearMisses = (
  knowledge: Knowledge,
  seen: Seen,
  mode: Mode = "closed",
  limit = 5
): ReadonlyArray<NearMiss> => {
  const prepared = prepare(seen, mode === "open")
  const strong: ReadonlySet<Condition["name"]> = new Set(["text", "anyText", "pattern", "enhanced", "code", "reason"])
  return knowledge.rules
    .flatMap((compiled) => {
      const answers = compiled.conditions.map((condition) => ({ condition, answer: condition.test(prepared) }))
      const holding = answers.filter(({ answer }) => answer === "holds")
      const missing = answers.filter(({ answer }) => answer !== "holds")
      if (missing.length === 0 || missing.length > 2 || !holding.some(({ condition: { name } }) => strong.has(name))) {
        return []
      }
      if (score(compiled, prepared, false) !== undefined) return []
      return [{
        pack: compiled.pack,
        rule: compiled.rule,
        name: compiled.name,
        held: holding.map(({ condition }) => condition.name),
        failed: missing.map(({ condition }) =>
          `${condition.name}: wanted ${condition.wanted}, seen ${seenOf(condition.name, seen)}`
        ),
        tier: compiled.tier,
        weight: holding.reduce((sum, { condition }) => sum + condition.weight, 0)
      }]
    })
    .sort((a, b) =>
      a.failed.length - b.failed.length || b.weight - a.weight || a.tier - b.tier || (a.name < b.name ? -1 : 1)
    )
    .slice(0, limit)
    .map(({ failed, held, name, pack, rule }) => ({ pack, rule, name, held, failed }))
}

/**
 * A rule that would fit, were one thing known: `unknown` is the condition that nothing is known of. `rule` is as in
 * `CompiledRule`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wanting {
  readonly rule: Rule
  readonly packId: string
  readonly cause: Rule["cause"]
  readonly tier: number
  readonly literalLength: number
  readonly unknown: Condition["name"]
}

class Want implements Wanting {
  readonly unknown: Condition["name"]
  readonly #compiled: CompiledRule

  constructor(compiled: CompiledRule, unknown: Condition["name"]) {
    this.#compiled = compiled
    this.unknown = unknown
  }

  get rule(): Rule {
    return this.#compiled.rule
  }
  get packId(): string {
    return this.#compiled.packId
  }
  get cause(): Rule["cause"] {
    return this.#compiled.cause
  }
  get tier(): number {
    return this.#compiled.tier
  }
  get literalLength(): number {
    return this.#compiled.literalLength
  }
}

/** What a pasted text does not say and somebody may know. */
const askable: ReadonlySet<Condition["name"]> = new Set([
  "mechanism",
  "host",
  "port",
  "security",
  "services",
  "audience",
  "mailboxDomain",
  "payload"
])

/** Whether a rule asks for any of it; most do not, and their patterns need not be tried for this. */
const asksFurther = ({ conditions }: CompiledRule): boolean => conditions.some(({ name }) => askable.has(name))

/** The one condition of a rule that nothing is known of, where all others hold or may be unknown. */
const unknownOf = (compiled: CompiledRule, prepared: Prepared): Condition["name"] | undefined => {
  let unknown: Condition["name"] | undefined
  for (const condition of compiled.conditions) {
    const answer = condition.test(prepared)
    if (answer === "holds" || (answer === "unknown" && maybeUnknown.has(condition.name))) continue
    if (answer === "fails" || unknown !== undefined || !askable.has(condition.name)) return undefined
    unknown = condition.name
  }
  return unknown
}

/**
 * Rules with text that would fit a pasted text but for one thing that nothing is known of, such as the mechanism; those
 * of providers first, then those that demand most text.
 *
 * @category matching
 * @since 0.1.0
 */
export const wanting = (knowledge: Knowledge, seen: Seen): ReadonlyArray<Wanting> => {
  const asked = ask(knowledge, seen, true)
  return asked.wanting ??= wanted(asked)
}

const wanted = ({ candidates, prepared }: Asked): ReadonlyArray<Wanting> => {
  const found: Array<Wanting> = []
  for (const compiled of candidates) {
    const unknown = compiled.hasText && asksFurther(compiled) ? unknownOf(compiled, prepared) : undefined
    if (unknown !== undefined) found.push(new Want(compiled, unknown))
  }
  return found.length > 1
    ? found.sort((a, b) => a.tier - b.tier || b.literalLength - a.literalLength)
    : found
}
