/**
 * Rules of several packs in one order, found through one index and compiled when they are first asked.
 *
 * A shelf is made of packs, or of a digest: then the bodies of its packs come later, by `Home.put`.
 */
import type { Digest } from "../Digest.ts"
import type { CompiledRule } from "../Knowledge.ts"
import type { Pack } from "../Pack.ts"
import type { Success } from "../schema/Provider.ts"
import type { Rule, When } from "../schema/Rule.ts"
import { list } from "../schema/values.ts"
import { ruleAt, ruleCount } from "../Stored.ts"
import { compile, literals } from "./conditions.ts"
import { type Finder, finder, type Keys, keysOf, type Question } from "./keys.ts"
import * as Signature from "./signature.ts"

/** From how many questions on signatures are told, where their table must be made or loaded. */
export const untilSignature = 256

/** Bodies of packs were asked for and are not there yet. */
export class PackNotLoaded extends Error {
  readonly ids: ReadonlyArray<string>
  constructor(ids: ReadonlyArray<string>) {
    super(`not loaded: ${ids.join(", ")}`)
    this.ids = ids
  }
}

/**
 * What is known of a rule before its pack is loaded. `at` is its place in the pack, `expression` the source of its pattern where that
 * is compiled.
 */
export interface Digested extends Pick<Rule, "id" | "when" | "cause" | "confidence"> {
  readonly at: number
  readonly expression?: string
}

const tiers = { provider: 0, software: 1, generic: 2 } as const

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

/** Provider, software, generic, then by id. */
export const order = (a: Pick<Pack, "id" | "kind">, b: Pick<Pack, "id" | "kind">): number =>
  tiers[a.kind] - tiers[b.kind] || compare(a.id, b.id)

/** The rules of a pack in the order in which they are numbered. */
export const digested = (pack: Pack): ReadonlyArray<Digested> =>
  (pack.rules ?? [])
    .map(({ cause, confidence, id, when }, at) => ({ id, at, cause, confidence, when }))
    .sort((a, b) => compare(a.id, b.id))

const lengthOf = ({ all, any }: ReturnType<typeof literals>): number =>
  all.reduce((sum, literal) => sum + literal.length, 0) +
  (any.length === 0 ? 0 : Math.min(...any.map((literal) => literal.length)))

class Compiled implements CompiledRule {
  readonly packId: string
  readonly cause: Rule["cause"]
  readonly confidence: Rule["confidence"]
  readonly name: string
  readonly tier: number
  readonly conditions: CompiledRule["conditions"]
  readonly hasText: boolean
  readonly hasExactCode: boolean
  readonly #home: Home
  readonly #at: number
  readonly #when: When
  #literalLength: number | undefined

  constructor(home: Home, { at, cause, confidence, expression, id, when }: Digested) {
    const exact = list<string | number>(when.code).filter((code) => !/^[1-5]yz$/u.test(`${code}`))
    const exactEnhanced = list(when.enhanced).filter((code) => !code.endsWith("*"))
    this.#home = home
    this.#at = at
    this.packId = home.id
    this.cause = cause
    this.confidence = confidence
    this.name = `${home.id}/${id}`
    this.tier = tiers[home.kind]
    this.conditions = compile(when, expression)
    this.hasText = list(when.text).length + list(when.anyText).length > 0 || when.pattern !== undefined
    this.hasExactCode = exact.length + exactEnhanced.length > 0
    this.#when = when
  }

  get literalLength(): number {
    return this.#literalLength ??= lengthOf(literals(this.#when))
  }

  get pack(): Pack {
    return this.#home.loaded()
  }

  get rule(): Rule {
    const rule = ruleAt(this.#home.loaded(), this.#at)
    if (rule === undefined) throw new Error(`${this.name} is not in its pack: generate the packs again`)
    return rule
  }
}

/** A pack on a shelf. */
export class Home {
  readonly id: string
  readonly kind: Pack["kind"]
  readonly success: ReadonlyArray<Success>
  readonly count: number
  readonly #source: (number: number) => Digested
  readonly #compiled: Array<CompiledRule | undefined>
  #pack: Pack | undefined

  constructor(
    of: { readonly id: string; readonly kind: Pack["kind"]; readonly success?: ReadonlyArray<Success> | undefined },
    count: number,
    source: (number: number) => Digested,
    pack?: Pack
  ) {
    this.id = of.id
    this.kind = of.kind
    this.success = of.success ?? []
    this.count = count
    this.#source = source
    this.#compiled = new Array<CompiledRule | undefined>(count)
    this.#pack = pack
  }

  /** The body; throws `PackNotLoaded` where it has not been put there. */
  loaded(): Pack {
    if (this.#pack === undefined) throw new PackNotLoaded([this.id])
    return this.#pack
  }

  get isLoaded(): boolean {
    return this.#pack !== undefined
  }

  put(pack: Pack): void {
    this.#pack = pack
  }

  rule(number: number): CompiledRule {
    return this.#compiled[number] ??= new Compiled(this, this.#source(number))
  }

  rules(): ReadonlyArray<CompiledRule> {
    return Array.from({ length: this.count }, (_, number) => this.rule(number))
  }
}

/** Rules are numbered over all packs of a shelf, in their order. */
export interface Shelf {
  readonly homes: ReadonlyArray<Home>
  readonly find: (question: Question) => ReadonlyArray<number>
  readonly rule: (number: number) => CompiledRule
  /** What of a folded text decides which rules fit; undefined where none can be told, for the first texts, and without a table. */
  readonly signature: Signature.Signature["of"]
  /** The patterns of rules that may match a folded text; throws without a table. */
  readonly patterns: Signature.Signature["patterns"]
  /** Whether a rule demands literal text. */
  readonly hasLiteral: (number: number) => boolean
  /** The place in `homes` of a rule's pack. */
  readonly homeOf: (number: number) => number
  /** Puts the table of signatures there. */
  readonly put: (table: Signature.Table) => void
}

interface Ready {
  readonly find: Finder
  readonly places: Uint16Array
  readonly firsts: ReadonlyArray<number>
  readonly literal: Uint8Array
}

/** `table` makes that of signatures, if nobody puts it there. */
const make = (homes: ReadonlyArray<Home>, keys: () => Keys, table?: () => Signature.Table): Shelf => {
  // Most checks find nothing wrong and never ask.
  let ready: Ready | undefined
  const prepare = (): Ready => {
    const firsts: Array<number> = []
    let count = 0
    for (const home of homes) {
      firsts.push(count)
      count += home.count
    }
    const places = new Uint16Array(count)
    for (const [place, home] of homes.entries()) {
      const first = firsts[place] ?? 0
      places.fill(place, first, first + home.count)
    }
    const made = keys()
    // Rules are few that are found by something else.
    const literal = new Uint8Array(count).fill(1)
    for (const numbers of [...Object.values(made.enhanced), ...Object.values(made.codes)]) {
      for (const number of numbers) literal[number] = 0
    }
    for (const numbers of [made.patterns, made.patterned, made.others]) {
      for (const number of numbers) literal[number] = 0
    }
    return { find: finder(made, count), places, firsts, literal }
  }
  const get = () => ready ??= prepare()
  const homeOf = (number: number): number => get().places[number] ?? 0
  let asked = 0
  let made: Signature.Signature | undefined
  const signature = (): Signature.Signature | undefined =>
    made ??= table === undefined ? undefined : Signature.make(table())
  return {
    homes,
    put: (table) => void (made ??= Signature.make(table)),
    patterns: (text) => {
      const found = signature()
      if (found === undefined) throw new Error("the table of signatures is not loaded")
      return found.patterns(text)
    },
    signature: (text) => {
      // Making it costs as much as some hundred questions.
      if (made === undefined && asked < untilSignature) {
        asked++
        return undefined
      }
      return signature()?.of(text)
    },
    find: (question) => get().find(question),
    homeOf,
    hasLiteral: (number) => get().literal[number] === 1,
    rule: (number) => {
      const place = homeOf(number)
      const home = homes[place]
      if (home === undefined) throw new Error(`there is no rule ${number}`)
      return home.rule(number - (get().firsts[place] ?? 0))
    }
  }
}

const homesOfPacks = new WeakMap<Pack, Home>()

const homeOfPack = (pack: Pack): Home => {
  const found = homesOfPacks.get(pack)
  if (found !== undefined) return found
  let rules: ReadonlyArray<Digested> | undefined
  const source = (number: number): Digested => {
    const rule = (rules ??= digested(pack))[number]
    if (rule === undefined) throw new Error(`there is no rule ${number} in ${pack.id}`)
    return rule
  }
  const home = new Home(pack, ruleCount(pack), source, pack)
  homesOfPacks.set(pack, home)
  return home
}

/** Packs of which each id counts once, in their order. */
export const unique = (packs: ReadonlyArray<Pack>): ReadonlyArray<Pack> =>
  [...new Map(packs.map((pack) => [pack.id, pack])).values()].sort(order)

/** A shelf of packs. Of several with the same id the last one counts. */
export const ofPacks = (packs: ReadonlyArray<Pack>): Shelf => {
  const kept = unique(packs)
  const whens = () => kept.flatMap(digested).map(({ when }) => when)
  return make(kept.map(homeOfPack), () => keysOf(whens()), () => Signature.tableOf(whens()))
}

/** A shelf of a digest, without bodies and without the table of signatures. */
export const ofDigest = (digest: Digest): Shelf => {
  let first = 0
  const homes = digest.packs.map((of) => {
    const begin = first
    first += of.rules
    return new Home(of, of.rules, (number) => {
      const rule: Digested = JSON.parse(digest.rules.at(begin + number) ?? "null")
      return rule
    })
  })
  return make(homes, () => digest.keys)
}
