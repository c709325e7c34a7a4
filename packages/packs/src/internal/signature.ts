/**
 * What of a text decides which rules fit it: the literals of rules that it contains, and the patterns that match.
 *
 * Two texts with the same signature are judged alike, whatever their hosts, ids and dates are. All literals are found
 * in one pass; a pattern is tried only where letters that it demands are there.
 */
import * as Result from "effect/Result"
import * as Pattern from "../Pattern.ts"
import type { When } from "../schema/Rule.ts"
import { list } from "../schema/values.ts"
import { foldLiteral } from "../Text.ts"
import { literals } from "./conditions.ts"
import * as LiteralIndex from "./LiteralIndex.ts"

/** What is asked of folded texts. */
export interface Signature {
  /** The signature; undefined where none can be told. */
  readonly of: (text: string) => string | undefined
  /** The patterns that may match, of rules whose literals fit. */
  readonly patterns: (text: string) => ReadonlyArray<RegExp>
}

/**
 * A compiled pattern, the literals beside it in its rule, and those of its own, by their numbers. It is tried where one of
 * `tried` is (on any text where there are none), if one of each of `needles` is there too.
 */
interface Beside {
  readonly pattern: string
  readonly tried: ReadonlyArray<number>
  readonly needles: ReadonlyArray<ReadonlyArray<number>>
  readonly all: ReadonlyArray<number>
  readonly any: ReadonlyArray<number>
  readonly not: ReadonlyArray<number>
}

/** What a signature is made of. `offsets` are those of the literals for `LiteralIndex`. */
export interface Table {
  readonly literals: ReadonlyArray<string>
  readonly offsets: ArrayLike<number>
  readonly patterns: ReadonlyArray<Beside>
}

/** Stands between the numbers of literals and those of patterns. */
const divider = 0xffff

/** Lists of needles beside the first that are not in too many texts. */
const further = (
  all: ReadonlyArray<ReadonlyArray<string>>,
  first: ReadonlyArray<string>
): ReadonlyArray<ReadonlyArray<string>> =>
  all.filter((words) =>
    `${words}` !== `${first}` && words.length <= mostFurther && words.every((word) => word.length >= leastFurther)
  )

/** How many further words are asked for of which one must be there, at most, and how long they are, at least. */
const mostFurther = 8
const leastFurther = 4

/** The table of rules with these conditions. */
export const tableOf = (whens: ReadonlyArray<When>): Table => {
  const numbers = new Map<string, number>()
  const numberOf = (literal: string): number => {
    const found = numbers.get(literal)
    if (found !== undefined) return found
    numbers.set(literal, numbers.size)
    return numbers.size - 1
  }
  const patterns: Array<Beside> = []
  for (const when of whens) {
    const { all, any } = literals(when)
    const not = list(when.notText).map(foldLiteral)
    for (const literal of [...all, ...any, ...not]) numberOf(literal)
    const compiled = when.pattern === undefined ? undefined : Pattern.compile(when.pattern)
    if (compiled === undefined || Result.isFailure(compiled)) continue
    const words = Pattern.needles(compiled.success) ?? (all.length > 0 ? all.slice(0, 1) : any)
    patterns.push({
      pattern: compiled.success.source,
      tried: [...new Set(words.map(numberOf))],
      needles: further(Pattern.allNeedles(compiled.success), words).map((list) => [...new Set(list.map(numberOf))]),
      all: all.map(numberOf),
      any: any.map(numberOf),
      not: not.map(numberOf)
    })
  }
  const all = [...numbers.keys()]
  return { literals: all, offsets: LiteralIndex.offsetsOf(all), patterns }
}

/** The signature of a table. */
export const make = ({ literals, offsets, patterns: beside }: Table): Signature => {
  const expressions: Array<RegExp | undefined> = []
  const expressionOf = (place: number): RegExp => expressions[place] ??= new RegExp(beside[place]?.pattern ?? "", "u")
  const always: Array<number> = []
  const tried = new Map<number, Array<number>>()
  for (const [place, one] of beside.entries()) {
    if (one.tried.length === 0) always.push(place)
    for (const number of one.tried) {
      const found = tried.get(number)
      if (found === undefined) tried.set(number, [place])
      else found.push(place)
    }
  }
  const index = LiteralIndex.make(literals, { offsets, every: true })
  const stamps = new Uint32Array(literals.length)
  const patternStamps = new Uint32Array(beside.length)
  let stamp = 0
  let codes: Array<number> = []
  let patterns: Array<number> = []
  const onLiteral = (literal: number): void => {
    if (stamps[literal] === stamp) return
    stamps[literal] = stamp
    codes.push(literal)
    for (const place of tried.get(literal) ?? none) {
      if (patternStamps[place] === stamp) continue
      patternStamps[place] = stamp
      patterns.push(place)
    }
  }
  let searched: string | undefined
  /** Finds literals, into `codes`, and the patterns to try, into `patterns`, unless the text is that of the last search. */
  const search = (text: string): void => {
    if (text === searched) return
    searched = text
    if (stamp === 0xffff_ffff) {
      stamps.fill(0)
      patternStamps.fill(0)
      stamp = 0
    }
    stamp++
    codes = []
    patterns = always.slice()
    const count = index.find(text)
    for (let at = 0; at < count; at++) onLiteral(index.found[at] ?? 0)
  }
  const hasAll = (literals: ReadonlyArray<number>): boolean => {
    for (const literal of literals) if (stamps[literal] !== stamp) return false
    return true
  }
  const hasSome = (literals: ReadonlyArray<number>): boolean => {
    for (const literal of literals) if (stamps[literal] === stamp) return true
    return false
  }
  /** Whether the literals beside a pattern are in the text that was searched last. */
  const isWanted = ({ all, any, needles, not }: Beside): boolean => {
    if (!hasAll(all) || hasSome(not) || (any.length > 0 && !hasSome(any))) return false
    for (const words of needles) if (!hasSome(words)) return false
    return true
  }
  /** The patterns to try in the text that was searched last, of rules whose literals fit it. */
  const tries = (): ReadonlyArray<number> =>
    patterns.filter((place) => {
      const one = beside[place]
      return one !== undefined && isWanted(one)
    })
  return {
    of: (text) => {
      if (literals.length >= divider) return undefined
      search(text)
      const begin = patterns.length === 0 ? "" : text.slice(0, Pattern.maxPatternText)
      const matching = tries().filter((place) => expressionOf(place).test(begin))
      return codes.length + matching.length >= maxCodes
        ? undefined
        : String.fromCharCode(...codes, divider, ...matching)
    },
    patterns: (text) => {
      search(text)
      return tries().map(expressionOf)
    }
  }
}

const none: ReadonlyArray<number> = []

/** Longer signatures are of texts that hardly come twice. */
const maxCodes = 256
