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

/** The literals of a rule with a pattern, by their numbers. */
interface Beside {
  readonly all: ReadonlyArray<number>
  readonly any: ReadonlyArray<number>
  readonly not: ReadonlyArray<number>
}

/** Stands between the numbers of literals and those of patterns. */
const divider = 0xffff

/** The signature for rules with these conditions. */
export const make = (whens: ReadonlyArray<When>): Signature => {
  const numbers = new Map<string, number>()
  const numberOf = (literal: string): number => {
    const found = numbers.get(literal)
    if (found !== undefined) return found
    numbers.set(literal, numbers.size)
    return numbers.size - 1
  }
  const expressions: Array<RegExp> = []
  const beside: Array<Beside> = []
  const always: Array<number> = []
  const tried = new Map<number, Array<number>>()
  for (const when of whens) {
    const { all, any } = literals(when)
    for (const literal of [...all, ...any, ...list(when.notText).map(foldLiteral)]) numberOf(literal)
    const compiled = when.pattern === undefined ? undefined : Pattern.compile(when.pattern)
    if (compiled === undefined || Result.isFailure(compiled)) continue
    const place = expressions.push(compiled.success) - 1
    beside.push({
      all: all.map(numberOf),
      any: any.map(numberOf),
      not: list(when.notText).map(foldLiteral).map(numberOf)
    })
    const words = Pattern.needles(compiled.success) ?? (all.length > 0 ? all.slice(0, 1) : any)
    if (words.length === 0) always.push(place)
    for (const number of new Set(words.map(numberOf))) {
      const found = tried.get(number)
      if (found === undefined) tried.set(number, [place])
      else found.push(place)
    }
  }
  const index = LiteralIndex.make([...numbers.keys()])
  const stamps = new Uint32Array(numbers.size)
  let stamp = 0
  let codes: Array<number> = []
  let patterns: Array<number> = []
  const onLiteral = (literal: number): void => {
    if (stamps[literal] === stamp) return
    stamps[literal] = stamp
    codes.push(literal)
    const further = tried.get(literal)
    if (further !== undefined) patterns.push(...further)
  }
  let searched: string | undefined
  /** Finds literals, into `codes`, and the patterns to try, into `patterns`, unless the text is that of the last search. */
  const search = (text: string): void => {
    if (text === searched) return
    searched = text
    if (stamp === 0xffff_ffff) {
      stamps.fill(0)
      stamp = 0
    }
    stamp++
    codes = []
    patterns = always.slice()
    index.find(text, onLiteral)
  }
  const isFound = (literal: number): boolean => stamps[literal] === stamp
  /** Whether the literals beside a pattern are in the text that was searched last. */
  const isWanted = (literals: Beside | undefined): boolean =>
    literals !== undefined && literals.all.every(isFound) && !literals.not.some(isFound) &&
    (literals.any.length === 0 || literals.any.some(isFound))
  /** The patterns to try in the text that was searched last, of rules whose literals fit it. */
  const tries = (): ReadonlyArray<number> => [...new Set(patterns)].filter((place) => isWanted(beside[place]))
  return {
    of: (text) => {
      if (numbers.size >= divider) return undefined
      search(text)
      const begin = patterns.length === 0 ? "" : text.slice(0, Pattern.maxPatternText)
      const matching = tries().filter((place) => expressions[place]?.test(begin) === true)
      return codes.length + matching.length >= maxCodes
        ? undefined
        : String.fromCharCode(...codes, divider, ...matching)
    },
    patterns: (text) => {
      search(text)
      return tries().flatMap((place) => expressions[place] ?? [])
    }
  }
}

/** Longer signatures are of texts that hardly come twice. */
const maxCodes = 256
