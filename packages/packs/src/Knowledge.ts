/**
 * Several packs made ready for matching: ordered, compiled once, indexed.
 *
 * The order of packs is provider, software, generic, then by id, whatever the order they are given in. Rules with a
 * literal are found through four letters of it that are rare among all literals; rules without one through their
 * code. Nothing here reads files or decodes anything.
 *
 * @since 0.1.0
 */
import { compile, type Condition, literals } from "./internal/conditions.ts"
import type { Pack } from "./Pack.ts"
import type { Rule } from "./schema/Rule.ts"
import { list } from "./schema/Scalar.ts"

/**
 * A rule ready for matching. `tier` is 0 for provider, 1 for software, 2 for generic packs; `literalLength` counts
 * the characters of the literal text the rule demands.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompiledRule {
  readonly pack: Pack
  readonly rule: Rule
  readonly name: string
  readonly tier: number
  readonly conditions: ReadonlyArray<Condition>
  readonly hasText: boolean
  readonly hasExactCode: boolean
  readonly literalLength: number
}

/**
 * Packs ready for matching. Make it with `make`; it is immutable and can be kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Knowledge {
  readonly packs: ReadonlyArray<Pack>
  readonly rules: ReadonlyArray<CompiledRule>
  /** Rules that can match a text in the compared form and a code in lower case, in the order of `rules`. */
  readonly candidates: (text: string, code: string | undefined) => ReadonlyArray<CompiledRule>
}

const tiers = { provider: 0, software: 1, generic: 2 } as const

const compilePack = (pack: Pack): ReadonlyArray<CompiledRule> =>
  (pack.rules ?? []).map((rule) => {
    const { all, any } = literals(rule)
    const exact = list<string | number>(rule.when.code).filter((code) => !/^[1-5]yz$/u.test(`${code}`))
    const exactEnhanced = list(rule.when.enhanced).filter((code) => !code.endsWith("*"))
    return {
      pack,
      rule,
      name: `${pack.id}/${rule.id}`,
      tier: tiers[pack.kind],
      conditions: compile(rule),
      hasText: all.length + any.length > 0 || rule.when.pattern !== undefined,
      hasExactCode: exact.length + exactEnhanced.length > 0,
      literalLength: all.reduce((sum, literal) => sum + literal.length, 0) +
        (any.length === 0 ? 0 : Math.min(...any.map((literal) => literal.length)))
    }
  })

const compiledPacks = new WeakMap<Pack, ReadonlyArray<CompiledRule>>()

const compiled = (pack: Pack): ReadonlyArray<CompiledRule> => {
  const found = compiledPacks.get(pack)
  if (found !== undefined) return found
  const made = compilePack(pack)
  compiledPacks.set(pack, made)
  return made
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

const gramAt = (text: string, at: number): number =>
  (Math.imul(text.charCodeAt(at), 0x01000193) ^ Math.imul(text.charCodeAt(at + 1), 0x0100_1f35)) ^
  (Math.imul(text.charCodeAt(at + 2), 0x0001_51ab) ^ Math.imul(text.charCodeAt(at + 3), 0x0000_9e37))

const gramLength = 4

const makeIndex = (rules: ReadonlyArray<CompiledRule>): Knowledge["candidates"] => {
  const frequency = new Map<number, number>()
  const each = rules.map(({ rule }) => literals(rule))
  for (const { all, any } of each) {
    for (const literal of [...all, ...any]) {
      for (let at = 0; at + gramLength <= literal.length; at++) {
        const gram = gramAt(literal, at)
        frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
      }
    }
  }
  const byGram = new Map<number, Array<number>>()
  const byCode = new Map<string, Array<number>>()
  const always: Array<number> = []
  const put = <K>(map: Map<K, Array<number>>, key: K, rule: number) => {
    const found = map.get(key)
    if (found === undefined) map.set(key, [rule])
    else found.push(rule)
  }
  const rarest = (literal: string): { readonly gram: number; readonly count: number } => {
    let best = { gram: gramAt(literal, 0), count: Number.POSITIVE_INFINITY }
    for (let at = 0; at + gramLength <= literal.length; at++) {
      const gram = gramAt(literal, at)
      const count = frequency.get(gram) ?? 0
      if (count < best.count) best = { gram, count }
    }
    return best
  }
  for (const [number, compiledRule] of rules.entries()) {
    const { all, any } = each[number] ?? { all: [], any: [] }
    const long = all.filter((literal) => literal.length >= gramLength).map(rarest)
    const codes = list<string | number>(compiledRule.rule.when.code).map((code) => `${code}`.toLowerCase())
    if (long.length > 0) {
      put(byGram, long.reduce((found, next) => next.count < found.count ? next : found).gram, number)
    } else if (any.length > 0 && any.every((literal) => literal.length >= gramLength)) {
      for (const gram of new Set(any.map((literal) => rarest(literal).gram))) put(byGram, gram, number)
    } else if (codes.length > 0 && !codes.some((code) => /^[1-5]yz$/u.test(code))) {
      for (const code of new Set(codes)) put(byCode, code, number)
    } else {
      always.push(number)
    }
  }
  return (text, code) => {
    const found = new Set<number>(always)
    for (const rule of (code === undefined ? undefined : byCode.get(code)) ?? []) found.add(rule)
    if (byGram.size > 0) {
      for (let at = 0; at + gramLength <= text.length; at++) {
        const hits = byGram.get(gramAt(text, at))
        if (hits !== undefined) { for (const rule of hits) found.add(rule) }
      }
    }
    return [...found].sort((a, b) => a - b).flatMap((number) => rules[number] ?? [])
  }
}

/**
 * Knowledge from packs. Of several packs with the same id the last one counts. Compiling a pack is done once per pack
 * object; keep the result where it is asked often.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (packs: ReadonlyArray<Pack>): Knowledge => {
  const unique = [...new Map(packs.map((pack) => [pack.id, pack])).values()]
    .sort((a, b) => tiers[a.kind] - tiers[b.kind] || compare(a.id, b.id))
  // Most checks find nothing wrong and never ask.
  let rules: ReadonlyArray<CompiledRule> | undefined = undefined
  let index: Knowledge["candidates"] | undefined = undefined
  const all = (): ReadonlyArray<CompiledRule> =>
    rules ??= unique.flatMap((pack) => [...compiled(pack)].sort((a, b) => compare(a.rule.id, b.rule.id)))
  return {
    packs: unique,
    get rules() {
      return all()
    },
    candidates: (text, code) => (index ??= makeIndex(all()))(text, code)
  }
}

/** No packs at all. */
export const empty: Knowledge = make([])
