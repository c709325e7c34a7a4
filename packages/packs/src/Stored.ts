/**
 * Packs as they are kept: each rule as JSON text, which is parsed when the rule is first asked. Of a pack that is loaded
 * for one text one rule in hundreds is shown.
 *
 * @since 0.1.0
 */
import type { Pack } from "./Pack.ts"
import type { Rule } from "./schema/Rule.ts"

/**
 * A list of texts, each of which may be read when it is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Texts {
  readonly length: number
  readonly at: (place: number) => string | undefined
}

/**
 * A pack that is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stored extends Omit<Pack, "rules"> {
  readonly rules?: Texts
}

/**
 * A pack for keeping.
 *
 * @category combinators
 * @since 0.1.0
 */
export const store = (pack: Pack): Stored => {
  const { rules, ...rest } = pack
  return rules === undefined ? rest : { ...pack, rules: rules.map((rule) => JSON.stringify(rule)) }
}

/** The rules of a pack that is kept. */
interface Rules {
  readonly count: number
  readonly read: (at: number) => Rule | undefined
}

const kept = new WeakMap<Pack, Rules>()

/**
 * The pack that was kept. Its rules are parsed one by one by `ruleAt`, and all of them by whoever looks at the list.
 *
 * @category combinators
 * @since 0.1.0
 */
export const restore = (stored: Stored): Pack => {
  const { rules: texts, ...rest } = stored
  if (texts === undefined) return rest
  const parsed: Array<Rule | undefined> = []
  const read = (at: number): Rule | undefined => {
    const text = texts.at(at)
    return text === undefined ? undefined : parsed[at] ??= JSON.parse(text)
  }
  let all: ReadonlyArray<Rule> | undefined
  // The order of keys stays.
  const pack: Pack = Object.defineProperty({ ...stored, rules: [] }, "rules", {
    get: () => all ??= Array.from({ length: texts.length }, (_, at) => read(at)).filter((rule) => rule !== undefined)
  })
  kept.set(pack, { count: texts.length, read })
  return pack
}

/**
 * The rule at a place in a pack.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ruleAt = (pack: Pack, at: number): Rule | undefined => {
  const rules = kept.get(pack)
  return rules === undefined ? pack.rules?.[at] : rules.read(at)
}

/**
 * How many rules a pack has; parses none of them.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ruleCount = (pack: Pack): number => kept.get(pack)?.count ?? pack.rules?.length ?? 0
