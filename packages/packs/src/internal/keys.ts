/**
 * By what the rules that can fit are found: a literal they demand, otherwise letters that their pattern demands,
 * otherwise their enhanced code, otherwise their code. What has none of these is always asked.
 *
 * Keys are plain data, so that they can be made when packs are generated.
 */
import * as Result from "effect/Result"
import * as Pattern from "../Pattern.ts"
import type { When } from "../schema/Rule.ts"
import { list } from "../schema/values.ts"
import { literals } from "./conditions.ts"
import * as LiteralIndex from "./LiteralIndex.ts"

/**
 * Lists of rule numbers. `users` has the rules of each literal, one literal after the other, and `ends` where those of
 * each end; `offsets` says where the rare letters of a literal begin. The literals are in the order of these letters,
 * `grams`; those that are shorter stand behind.
 */
export interface Keys {
  readonly literals: ReadonlyArray<string>
  readonly offsets: ArrayLike<number>
  readonly grams: ArrayLike<number>
  readonly users: ArrayLike<number>
  readonly ends: ArrayLike<number>
  readonly enhanced: Readonly<Record<string, ReadonlyArray<number>>>
  readonly codes: Readonly<Record<string, ReadonlyArray<number>>>
  /** Rules that are found through the letters of their pattern. */
  readonly patterns: ReadonlyArray<number>
  /** Rules without a key: with a pattern, and without. */
  readonly patterned: ReadonlyArray<number>
  readonly others: ReadonlyArray<number>
}

const longest = (words: ReadonlyArray<string>): string =>
  words.reduce((found, next) => next.length > found.length ? next : found, "")

/** Literals of which one must be there. */
const literalsOf = (when: When): ReadonlyArray<string> => {
  const { all, any } = literals(when)
  const one = longest(all)
  if (one.length >= 4 || any.length === 0) return all.length === 0 ? [] : [one]
  return all.length > 0 && any.some((literal) => literal.length < 4) ? [one] : any
}

/** A key that stands for several literals of a rule is at least so long, in characters, and in the literals of so few rules. */
const leastShared = 9
const mostSharing = 8

/** Longer literals, in characters, and longer lists are left as they are: their parts would be too many. */
const longestLiteral = 200
const longestList = 500

const atDigit = /^[0-9]|[0-9]$/u

/** Words in a row of a literal, with no digit at their ends: by such a key a literal is found wherever it is. */
const partsOf = (literal: string): ReadonlyArray<string> => {
  if (literal.length > longestLiteral) return []
  const words = [...literal.matchAll(/[^ ]+/gu)]
  const parts: Array<string> = []
  for (const [first, { index }] of words.entries()) {
    for (const { 0: last, index: at } of words.slice(first)) {
      const part = literal.slice(index, at + last.length)
      if (part.length >= leastShared && !atDigit.test(part)) parts.push(part)
    }
  }
  return parts
}

/**
 * Keys of which one is in each of the literals. Lists of literals are often the forms of one sentence; words that several of
 * them share stand for these, unless many other rules share them too.
 */
const coverOf = (literals: ReadonlyArray<string>, sharing: ReadonlyMap<string, number>): ReadonlyArray<string> => {
  if (literals.length > longestList) return literals
  const keys: Array<string> = []
  let rest = literals.map((literal) => ({
    literal,
    parts: partsOf(literal).filter((part) => (sharing.get(part) ?? 0) <= mostSharing)
  }))
  for (;;) {
    const covered = new Map<string, number>()
    for (const { parts } of rest) for (const part of new Set(parts)) covered.set(part, (covered.get(part) ?? 0) + 1)
    const [best, count] = [...covered].reduce(
      (found, next) => next[1] > found[1] || (next[1] === found[1] && next[0].length > found[0].length) ? next : found,
      ["", 1] as const
    )
    if (count < 2) break
    keys.push(best)
    rest = rest.filter(({ literal }) => !literal.includes(best))
  }
  const all = [...keys, ...rest.map(({ literal }) => literal)]
  const holds = (key: string) => (other: string) =>
    other.length < key.length && key.includes(other) && !atDigit.test(other)
  return all.filter((key) => !all.some(holds(key)))
}

/** In the literals of how many rules words in a row are. */
const sharingOf = (lists: ReadonlyArray<ReadonlyArray<string>>): ReadonlyMap<string, number> => {
  const sharing = new Map<string, number>()
  for (const literals of lists) {
    if (literals.length > longestList) continue
    for (const part of new Set(literals.flatMap(partsOf))) sharing.set(part, (sharing.get(part) ?? 0) + 1)
  }
  return sharing
}

/** The keys of rules in their order. */
export const keysOf = (whens: ReadonlyArray<When>): Keys => {
  const users = new Map<string, Array<number>>()
  const enhanced = new Map<string, Array<number>>()
  const codes = new Map<string, Array<number>>()
  const patterns: Array<number> = []
  const patterned: Array<number> = []
  const others: Array<number> = []
  const put = (map: Map<string, Array<number>>, keys: Iterable<string>, rule: number): void => {
    for (const key of new Set(keys)) {
      const found = map.get(key)
      if (found === undefined) map.set(key, [rule])
      else found.push(rule)
    }
  }
  const demanded = whens.map(literalsOf)
  const sharing = sharingOf(demanded)
  for (const [number, when] of whens.entries()) {
    const demands = demanded[number] ?? []
    const pattern = when.pattern === undefined ? undefined : Pattern.compile(when.pattern)
    const words = pattern === undefined || Result.isFailure(pattern) ? undefined : Pattern.needles(pattern.success)
    if (demands.length > 0) {
      put(users, coverOf(demands, sharing), number)
    } else if (words !== undefined) {
      put(users, words, number)
      patterns.push(number)
    } else if (when.enhanced !== undefined) {
      put(enhanced, list(when.enhanced), number)
    } else if (when.code !== undefined) {
      put(codes, list<string | number>(when.code).map((code) => `${code}`.toLowerCase()), number)
    } else (when.pattern === undefined ? others : patterned).push(number)
  }
  const { grams, literals, offsets } = LiteralIndex.sorted([...users.keys()])
  const rules = literals.map((literal) => users.get(literal) ?? [])
  let end = 0
  return {
    literals,
    offsets,
    grams,
    users: rules.flat(),
    ends: rules.map(({ length }) => end += length),
    enhanced: Object.fromEntries(enhanced),
    codes: Object.fromEntries(codes),
    patterns,
    patterned,
    others
  }
}

/** What is looked up: the folded text, codes in lower case, and whether it is a paste. */
export interface Question {
  readonly text: string
  readonly code: string | undefined
  readonly enhanced: string | undefined
  readonly open: boolean
}

/** Numbers of the rules that may fit, ascending. The array is valid until the next call. */
export type Finder = (question: Question) => ReadonlyArray<number>

const ascending = (a: number, b: number): number => a - b

/** A finder over `count` rules. */
export const finder = (keys: Keys, count: number): Finder => {
  const index = LiteralIndex.make(keys.literals, { offsets: keys.offsets, grams: keys.grams })
  const enhanced = new Map(Object.entries(keys.enhanced))
  const codes = new Map(Object.entries(keys.codes))
  const lastAsked = new Uint32Array(count)
  let asked = 0
  let found: Array<number> = []
  const one = (number: number): void => {
    if (lastAsked[number] === asked) return
    lastAsked[number] = asked
    found.push(number)
  }
  const add = (numbers: ReadonlyArray<number> | undefined): void => {
    if (numbers !== undefined) { for (const number of numbers) one(number) }
  }
  const { ends, users } = keys
  const onLiteral = (literal: number): void => {
    const end = ends[literal] ?? 0
    for (let at = literal === 0 ? 0 : ends[literal - 1] ?? 0; at < end; at++) one(users[at] ?? 0)
  }
  return ({ code, enhanced: status, open, text }) => {
    if (asked === 0xffff_ffff) {
      lastAsked.fill(0)
      asked = 0
    }
    asked++
    found = []
    add(keys.patterned)
    // Without text and without a code nothing explains a paste.
    if (!open) add(keys.others)
    if (status !== undefined) {
      add(enhanced.get(status))
      const dot = status.indexOf(".")
      const second = status.indexOf(".", dot + 1)
      if (dot > 0) add(enhanced.get(`${status.slice(0, dot)}.*`))
      if (second > 0) add(enhanced.get(`${status.slice(0, second)}.*`))
    }
    if (code !== undefined) {
      add(codes.get(code))
      if (code.length === 3) add(codes.get(`${code[0]}yz`))
    }
    const count = index.find(text)
    for (let at = 0; at < count; at++) onLiteral(index.found[at] ?? 0)
    return found.length > 1 ? found.sort(ascending) : found
  }
}
