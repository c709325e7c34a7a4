/**
 * What texts have in common that differ in names and ids alone.
 *
 * A word of letters and digits is unknown where nothing that Sonde looks for can touch it: no literal of a rule, no sign
 * of a provider, no word of an expression that reads texts. Which unknown word it is decides nothing, so each is replaced
 * by another of the same length and kinds of letters. Texts with the same shape are explained alike, but for those words
 * in what is shown. Patterns of rules see more than words; they are asked of each text, see `Many.ts`.
 *
 * @since 0.1.0
 */
import * as LiteralIndex from "./internal/LiteralIndex.ts"
import { spansIn } from "./read/Place.ts"
import * as Runs from "./Runs.ts"
import { fold, foldLiteral } from "./Text.ts"

/**
 * A text with its unknown words replaced, and where these begin and end, in order. Each is replaced by a word of its own,
 * so that it can be put back wherever that went. `pieces` stand before, between and behind them, and `words` are the kinds
 * of their letters.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  readonly shape: string
  readonly begins: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
  readonly pieces: ReadonlyArray<string>
  readonly words: ReadonlyArray<number>
  /** The words that were there last, which need not be looked at again. */
  readonly last: Array<string>
  /** The middle of the longest piece, where most other texts of the same length have another character; -1 without one. */
  readonly middle: number
}

/** Longer texts hardly have a shape in common, in characters. */
const longest = 2048

/** How long an unknown word is, in characters; shorter ones may be codes. */
const leastWord = Runs.leastWord
const mostWord = 64

/** How many words of a text can be told apart by two letters. */
const mostWords = 36

/** How many words are kept of which it is known whether something looks for them. */
const mostKept = 16_384

/** Letters that words are replaced by; hardly any word has two of them in a row. */
const letters = "jkqvxz"

const lower = 1
const upper = 2
const digit = 4
const space = 8
const strange = 16

/** The kind of each character of ASCII; 0 for signs. What is no text is strange. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 97 && code <= 122
    ? lower
    : code >= 65 && code <= 90
    ? upper
    : code >= 48 && code <= 57
    ? digit
    : code === 32 || (code >= 9 && code <= 13)
    ? space
    : code < 32 || code === 127
    ? strange
    : 0)

/** Whether words of these kinds of letters can be replaced by others of the same kinds; none with a letter beyond ASCII. */
const isWord = (kind: number, length: number): boolean =>
  length >= leastWord && length <= mostWord && (kind & strange) === 0 &&
  ((kind & digit) === 0 || ((kind === digit || kind === (lower | digit)) && length > leastWord))

const isDigit = (text: string, at: number): boolean => kinds[text.charCodeAt(at)] === digit

/** What replaces the word with this number in its text. What stands at both ends keeps its kind. */
const substitute = (text: string, begin: number, end: number, kind: number, number: number): string => {
  const one = letters[number % letters.length] ?? ""
  const two = letters[Math.floor(number / letters.length)] ?? ""
  const length = end - begin
  // In JSON no number begins with 0.
  if (kind === digit) return `${"9".repeat(length - 2)}${Math.floor(number / 10)}${number % 10}`
  if ((kind & digit) !== 0) {
    const first = isDigit(text, begin) ? "0" : "x"
    return `${first}${one}${two}${"0".repeat(length - 4)}${isDigit(text, end - 1) ? "0" : "x"}`
  }
  const word = `${"x".repeat(length - 2)}${two}${one}`
  if (kind === lower) return word
  if (kind === upper) return word.toUpperCase()
  let out = ""
  for (let at = 0; at < length; at++) {
    const letter = word[at] ?? ""
    out += kinds[text.charCodeAt(begin + at)] === upper ? letter.toUpperCase() : letter
  }
  return out
}

/** Whether a word of a text is replaced by the word that stands in its place in a shape. */
const isAlike = (text: string, shape: string, begin: number, end: number, kind: number): boolean => {
  let own = 0
  for (let at = begin; at < end; at++) {
    const code = text.charCodeAt(at)
    own |= code < 128 ? kinds[code] || strange : strange
  }
  if (own !== kind) return false
  if ((kind & digit) !== 0) {
    return kind === digit ||
      (isDigit(text, begin) === isDigit(shape, begin) && isDigit(text, end - 1) === isDigit(shape, end - 1))
  }
  if (kind === lower || kind === upper) return true
  for (let at = begin; at < end; at++) {
    if (kinds[text.charCodeAt(at)] !== kinds[shape.charCodeAt(at)]) return false
  }
  return true
}

/** As `startsWith` at a place, which looks at one character after the other, where this compares as many as fit a word. */
const standsAt = (text: string, piece: string, at: number): boolean => text.slice(at, at + piece.length) === piece

/** Whether the character at a place is a letter or digit, as words are made of. */
export const isInWord = (text: string, at: number): boolean =>
  ((kinds[text.charCodeAt(at)] ?? 0) & (lower | upper | digit)) !== 0

/** The character at a place as it is in a folded text; none before and behind it. */
export const charAt = (text: string, at: number): string => kinds[text.charCodeAt(at)] === space ? " " : text.charAt(at)

/** What follows a backslash may be no letter; and `ey`, a JSON object under Base64, is what tokens are known by. */
const isSpecial = (text: string, begin: number): boolean =>
  text.charCodeAt(begin - 1) === 92 || text.startsWith("ey", begin)

/** Where in a word a run of letters can be, as bits. */
const anywhere = 1
const atBegin = 2
const atEnd = 4
const whole = 8

/** What a word holds, as bits: a run, and one that counts with the right characters beside the word. */
const holdsRun = 1
const mayHold = 2

/**
 * What is looked for, as far as it can touch a word. `runs` are runs of letters, `offsets` those for an index of them; `places` says of
 * each where in a word it can be, whatever stands beside that, and `near` the same where it matters: that is in `edges`, which are
 * beginnings and ends of literals of texts, and what stands between signs in them, each with the signs beside it. `pairs` are a sign
 * and the letter beside it of edges with one or two letters.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly runs: ReadonlyArray<string>
  readonly offsets: ArrayLike<number>
  readonly places: ArrayLike<number>
  readonly near: ArrayLike<number>
  readonly edges: ReadonlyArray<string>
  readonly pairs: ReadonlyArray<string>
}

/**
 * All that is looked for: `texts` within texts, `values` that something read from a text is compared with as a whole, and
 * `runs` of expressions.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wanted {
  readonly texts: Iterable<string>
  readonly values: Iterable<string>
  readonly runs: Iterable<Runs.Run>
}

const placeOf = (begins: boolean, ends: boolean): number =>
  begins && ends ? whole : begins ? atBegin : ends ? atEnd : anywhere

/** The sign and the letter beside it of short edges; both ends count. */
const pairsOf = (edges: Iterable<string>): Iterable<string> => {
  const pairs = new Set<string>()
  for (const edge of edges) {
    const [, sign = "", letter = ""] = /^([^a-z0-9])([a-z0-9])[a-z0-9]?$/u.exec(edge) ?? []
    const [, last = "", next = ""] = /^[a-z0-9]?([a-z0-9])([^a-z0-9])$/u.exec(edge) ?? []
    if (sign !== "") pairs.add(sign + letter)
    if (next !== "") pairs.add(next + last)
  }
  return pairs
}

type Places = Map<string, number>

const put = (into: Places, run: string, place: number): void => void into.set(run, (into.get(run) ?? 0) | place)

const partsFrom = (runs: Places, near: Places, edges: Iterable<string>, pairs: Iterable<string>): Parts => {
  const all = [...new Set([...runs.keys(), ...near.keys()])]
  return {
    runs: all,
    offsets: LiteralIndex.offsetsOf(all),
    places: all.map((run) => runs.get(run) ?? 0),
    near: all.map((run) => near.get(run) ?? 0),
    edges: [...edges],
    pairs: [...pairs]
  }
}

/**
 * The parts of all that is looked for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const partsOf = ({ runs: given, texts, values }: Wanted): Parts => {
  const runs: Places = new Map()
  const near: Places = new Map()
  const edges = new Set<string>()
  for (const { begins, ends, letters: run } of given) put(runs, run, placeOf(begins, ends))
  for (const value of new Set(values)) {
    for (const run of fold(value).match(/[a-z0-9]{4,}/gu) ?? []) put(runs, run, whole)
  }
  for (const literal of new Set(texts)) {
    const folded = foldLiteral(literal)
    for (const { 0: run, index } of folded.matchAll(/[a-z0-9]+/gu)) {
      const end = index + run.length
      const place = placeOf(index > 0, end < folded.length)
      if (place === anywhere) put(runs, run, place)
      else {
        if (run.length >= Runs.least) put(near, run, place)
        edges.add(folded.slice(Math.max(0, index - 1), end + 1))
      }
    }
  }
  return partsFrom(runs, near, edges, pairsOf(edges))
}

/**
 * The parts of all that either of two is for.
 *
 * @category combinators
 * @since 0.1.0
 */
export const joined = (one: Parts, other: Parts): Parts => {
  const runs: Places = new Map()
  const near: Places = new Map()
  for (const parts of [one, other]) {
    for (const [at, run] of parts.runs.entries()) {
      put(runs, run, parts.places[at] ?? 0)
      put(near, run, parts.near[at] ?? 0)
    }
  }
  return partsFrom(runs, near, new Set([...one.edges, ...other.edges]), new Set([...one.pairs, ...other.pairs]))
}

/**
 * Whether a short edge may have the sign before a word and its first letter, or the sign behind and its last letter; what is beyond
 * ASCII may always be.
 */
const shortBeside = (pairs: ReadonlyArray<string>): (word: string, before: string, behind: string) => boolean => {
  const known = new Uint8Array(128 * 128)
  for (const pair of pairs) if (pair.charCodeAt(0) < 128) known[pair.charCodeAt(0) * 128 + pair.charCodeAt(1)] = 1
  const has = (sign: string, letter: number): boolean => {
    const code = sign.charCodeAt(0)
    return code >= 128 || (sign !== "" && known[code * 128 + (letter | 32)] === 1)
  }
  return (word, before, behind) => has(before, word.charCodeAt(0)) || has(behind, word.charCodeAt(word.length - 1))
}

/** The place in the middle of the longest piece, -1 where all are empty; pieces stand behind the words that end there. */
const middleOf = (pieces: ReadonlyArray<string>, ends: ReadonlyArray<number>): number => {
  let longest = 0
  for (let place = 1; place < pieces.length; place++) {
    if ((pieces[place]?.length ?? 0) > (pieces[longest]?.length ?? 0)) longest = place
  }
  const length = pieces[longest]?.length ?? 0
  return length === 0 ? -1 : (longest === 0 ? 0 : ends[longest - 1] ?? 0) + (length >> 1)
}

/** Shapes of texts. */
export interface Shapes {
  /** The shape of a text; undefined where it has none, and where no word of it is unknown. */
  readonly of: (text: string) => Shape | undefined
  /** Whether a text has a shape, which is found out faster than what shape it has. */
  readonly isOf: (text: string, shape: Shape) => boolean
  /** Whether an unknown word is known with these characters before and behind it, as where it went. */
  readonly isAtEdge: (word: string, before: string, behind: string) => boolean
}

/**
 * The shapes of texts, for those who look for what has these parts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ edges: given, near, offsets, pairs, places, runs }: Parts): Shapes => {
  const edges = new Set(given)
  const index = LiteralIndex.make(runs, { offsets, edges: false, every: true })
  let kept = new Map<string, number>()
  const look = (word: string): number => {
    const count = index.find(word.toLowerCase())
    let held = 0
    for (let one = 0; one < count; one++) {
      const run = index.found[one] ?? 0
      const begin = index.begins[one] ?? 0
      const isEnd = begin + (runs[run]?.length ?? 0) === word.length
      const can = anywhere | (begin === 0 ? atBegin : 0) | (isEnd ? atEnd : 0) | (begin === 0 && isEnd ? whole : 0)
      if (((places[run] ?? 0) & can) !== 0) held |= holdsRun
      if (((near[run] ?? 0) & can) !== 0) held |= mayHold
    }
    return held
  }
  /** What of all that is looked for a word holds, whatever stands beside it. Words with digits hardly come again. */
  const heldBy = (word: string, kind: number): number => {
    if ((kind & digit) !== 0) return look(word)
    const found = kept.get(word)
    if (found !== undefined) return found
    const now = look(word)
    if (kept.size >= mostKept) kept = new Map()
    kept.set(word, now)
    return now
  }
  const isShortBeside = shortBeside(pairs)
  /** Whether a literal ends or begins within a word, or has it whole, with these characters around it. */
  const touches = (word: string, before: string, behind: string, holds: number): boolean => {
    const most = (holds & mayHold) === 0 ? Runs.least - 1 : word.length
    if (most < word.length && !isShortBeside(word, before, behind)) return false
    const small = word.toLowerCase()
    for (let length = 1; length <= most; length++) {
      if (edges.has(before + small.slice(0, length)) || edges.has(small.slice(-length) + behind)) return true
    }
    return most === small.length && edges.has(before + small + behind)
  }
  const isUnknown = (text: string, begin: number, end: number, kind: number): boolean => {
    if (isSpecial(text, begin)) return false
    const word = text.slice(begin, end)
    const holds = heldBy(word, kind)
    return (holds & holdsRun) === 0 && !touches(word, charAt(text, begin - 1), charAt(text, end), holds)
  }
  return {
    isOf: (text, { begins, ends, last, middle, pieces, shape, words }) => {
      if (text.length !== shape.length || text.charAt(middle) !== shape.charAt(middle)) return false
      // Shapes of one and the same text differ in the last word, those of two texts from the beginning.
      const end = ends.length - 1
      if (!standsAt(text, pieces[end + 1] ?? "", ends[end] ?? 0)) return false
      if (!isAlike(text, shape, begins[end] ?? 0, ends[end] ?? 0, words[end] ?? 0)) return false
      for (let place = 0; place <= end; place++) {
        if (!standsAt(text, pieces[place] ?? "", place === 0 ? 0 : ends[place - 1] ?? 0)) return false
      }
      for (let place = 0; place < ends.length; place++) {
        const begin = begins[place] ?? 0
        if (standsAt(text, last[place] ?? "", begin)) continue
        const end = ends[place] ?? 0
        const kind = words[place] ?? 0
        if (!isAlike(text, shape, begin, end, kind) || !isUnknown(text, begin, end, kind)) return false
        last[place] = text.slice(begin, end)
      }
      return true
    },
    of: (text) => {
      if (text.length > longest) return undefined
      const begins: Array<number> = []
      const ends: Array<number> = []
      const pieces: Array<string> = []
      const words: Array<number> = []
      // Remedies name the server that a text names, so its words are no unknown ones.
      const named = spansIn(text)
      const isNamed = (at: number): boolean => named.some(([from, to]) => from <= at && at < to)
      let shape = ""
      let done = 0
      let begin = 0
      let kind = 0
      for (let at = 0; at <= text.length; at++) {
        const code = at < text.length ? text.charCodeAt(at) : 32
        const one = code < 128 ? kinds[code] ?? strange : strange
        if (one === strange && code < 128) return undefined
        if (one !== 0 && one !== space) {
          kind |= one
          continue
        }
        if (isWord(kind, at - begin) && !isNamed(begin) && isUnknown(text, begin, at, kind)) {
          if (begins.length >= mostWords) return undefined
          const piece = text.slice(done, begin)
          shape += piece + substitute(text, begin, at, kind, begins.length)
          pieces.push(piece)
          words.push(kind)
          begins.push(begin)
          ends.push(at)
          done = at
        }
        kind = 0
        begin = at + 1
      }
      if (begins.length === 0) return undefined
      pieces.push(text.slice(done))
      return {
        shape: shape + text.slice(done),
        begins,
        ends,
        pieces,
        words,
        last: begins.map((from, place) => text.slice(from, ends[place])),
        middle: middleOf(pieces, ends)
      }
    },
    isAtEdge: (word, before, behind) => touches(word, before, behind, look(word))
  }
}
