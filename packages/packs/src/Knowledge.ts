/**
 * Several packs made ready for matching: ordered, compiled once, indexed.
 *
 * The order of packs is provider, software, generic, then by id, whatever the order they are given in. Which rules can
 * fit is found through an index (`internal/keys.ts`). Nothing here reads files or decodes anything.
 *
 * @since 0.1.0
 */
import type { Condition } from "./internal/conditions.ts"
import type { Question } from "./internal/keys.ts"
import * as Shelf from "./internal/Shelf.ts"
import type { Pack } from "./Pack.ts"
import type { Success } from "./schema/Provider.ts"
import type { Rule } from "./schema/Rule.ts"

/**
 * A rule ready for matching. `tier` is 0 for provider, 1 for software, 2 for generic packs; `literalLength` counts
 * the characters of the literal text the rule demands. `pack` and `rule` throw `PackNotLoaded` where only what
 * matching needs of the pack is there, which is so in a `Library` alone.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompiledRule {
  readonly pack: Pack
  readonly rule: Rule
  readonly packId: string
  readonly cause: Rule["cause"]
  readonly confidence: Rule["confidence"]
  readonly name: string
  readonly tier: number
  readonly conditions: ReadonlyArray<Condition>
  readonly hasText: boolean
  readonly hasExactCode: boolean
  readonly literalLength: number
}

/**
 * What a pack knows of replies of success.
 *
 * @category models
 * @since 0.1.0
 */
export interface Successes {
  readonly kind: Pack["kind"]
  readonly success: ReadonlyArray<Success>
}

/**
 * Packs ready for matching. Make it with `make`; it is immutable and can be kept. `ids` are those of the packs; `packs`
 * and `rules` are for those who look at all of them; `candidates` are the rules that can match, in the order of `rules`.
 * Folded texts with the same `signature` fit the same rules, all else being equal; it is undefined where none can be
 * told.
 *
 * @category models
 * @since 0.1.0
 */
export interface Knowledge {
  readonly ids: ReadonlyArray<string>
  readonly packs: ReadonlyArray<Pack>
  readonly rules: ReadonlyArray<CompiledRule>
  readonly successes: ReadonlyArray<Successes>
  readonly candidates: (question: Question) => ReadonlyArray<CompiledRule>
  readonly signature: (text: string) => string | undefined
  /** The patterns of rules that may match a folded text. */
  readonly patterns: (text: string) => ReadonlyArray<RegExp>
  /** Throws `PackNotLoaded` with all of these packs whose bodies are not there. */
  readonly demand: (ids: ReadonlyArray<string>) => void
}

/**
 * Knowledge of one or more shelves. Of packs that are not `chosen` nothing is asked, and of those that are `foreign`
 * only rules that demand literal text.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofShelves = (
  shelves: ReadonlyArray<Shelf.Shelf>,
  chosen: (home: Shelf.Home) => boolean = () => true,
  foreign: (home: Shelf.Home) => boolean = () => false
): Knowledge => {
  const parts = shelves.filter((shelf) => shelf.homes.length > 0).map((shelf) => ({
    shelf,
    isChosen: shelf.homes.map(chosen),
    isForeign: shelf.homes.map(foreign)
  }))
  const homes = parts
    .flatMap(({ isChosen, shelf }) => shelf.homes.filter((_, place) => isChosen[place]))
    .sort(Shelf.order)
  let rules: ReadonlyArray<CompiledRule> | undefined
  let byId: ReadonlyMap<string, Shelf.Home> | undefined
  return {
    demand: (ids) => {
      byId ??= new Map(homes.map((home) => [home.id, home]))
      const missing = new Set<string>()
      for (const id of ids) if (byId.get(id)?.isLoaded === false) missing.add(id)
      if (missing.size > 0) throw new Shelf.PackNotLoaded([...missing])
    },
    ids: homes.map(({ id }) => id),
    get packs() {
      return homes.map((home) => home.loaded())
    },
    get rules() {
      return rules ??= homes.flatMap((home) => home.rules())
    },
    successes: homes,
    patterns: (text) => parts.flatMap(({ shelf }) => shelf.patterns(text)),
    signature: (text) => {
      let whole = ""
      for (const { shelf } of parts) {
        const one = shelf.signature(text)
        if (one === undefined) return undefined
        whole += parts.length === 1 ? one : `${one.length} ${one}`
      }
      return whole
    },
    candidates: (question) => {
      const out: Array<CompiledRule> = []
      for (const { isChosen, isForeign, shelf } of parts) {
        for (const number of shelf.find(question)) {
          const place = shelf.homeOf(number)
          if (isChosen[place] !== true || (isForeign[place] === true && !shelf.hasLiteral(number))) continue
          out.push(shelf.rule(number))
        }
      }
      return out
    }
  }
}

/**
 * Knowledge from packs. Of several packs with the same id the last one counts. Compiling a pack is done once per pack
 * object; keep the result where it is asked often.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (packs: ReadonlyArray<Pack>): Knowledge => ofShelves([Shelf.ofPacks(packs)])

/** No packs at all. */
export const empty: Knowledge = make([])
