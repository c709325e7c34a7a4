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
import { fold } from "./Text.ts"

/**
 * A text with its unknown words replaced, and where these begin and end, in order. Each is replaced by a word of its own,
 * so that it can be put back wherever that went.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  readonly shape: string
  readonly begins: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
}

/** Longer texts hardly have a shape in common, in characters. */
const longest = 2048

/** How long an unknown word is, in characters; shorter ones may be codes. */
const leastWord = 4
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

/** The kind of each character of ASCII; 0 for signs. What is no text, and what is beyond ASCII, is strange. */
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

/** Whether words of these kinds of letters can be replaced by others of the same kinds. */
const isWord = (kind: number, length: number): boolean =>
  length >= leastWord && length <= mostWord &&
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

/** The character at a place as it is in a folded text; none before and behind it. */
export const charAt = (text: string, at: number): string => kinds[text.charCodeAt(at)] === space ? " " : text.charAt(at)

/** What follows a backslash may be no letter; and `ey`, a JSON object under Base64, is what tokens are known by. */
const isSpecial = (text: string, begin: number): boolean =>
  text.charCodeAt(begin - 1) === 92 || text.startsWith("ey", begin)

/** What literals consist of, as far as it can touch a word. */
interface Parts {
  /** Runs of three letters and more, and whole literals that are shorter. */
  readonly runs: ReadonlySet<string>
  /** One or two letters at the end of a literal, with the character before them. */
  readonly ends: ReadonlySet<string>
  /** One or two letters at the beginning of a literal, with the character behind them. */
  readonly beginnings: ReadonlySet<string>
}

const partsOf = (literals: Iterable<string>): Parts => {
  const runs = new Set<string>()
  const ends = new Set<string>()
  const beginnings = new Set<string>()
  for (const literal of new Set(literals)) {
    const folded = fold(literal)
    for (const run of folded.match(/[a-z0-9]{3,}/gu) ?? []) runs.add(run)
    if (/^[a-z0-9]{1,2}$/u.test(folded)) runs.add(folded)
    const end = /[^a-z0-9][a-z0-9]{1,2}$/u.exec(folded)?.[0]
    const beginning = /^[a-z0-9]{1,2}[^a-z0-9]/u.exec(folded)?.[0]
    if (end !== undefined) ends.add(end)
    if (beginning !== undefined) beginnings.add(beginning)
  }
  return { runs, ends, beginnings }
}

/** Shapes of texts. */
export interface Shapes {
  /** The shape of a text; undefined where it has none, and where no word of it is unknown. */
  readonly of: (text: string) => Shape | undefined
  /** Whether an unknown word is known with these characters before and behind it, as where it went. */
  readonly isAtEdge: (word: string, before: string, behind: string) => boolean
}

/**
 * The shapes of texts, for those who look for these literals.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (literals: Iterable<string>): Shapes => {
  const { beginnings, ends, runs } = partsOf(literals)
  const index = LiteralIndex.make([...runs], { edges: false, every: true })
  let kept = new Map<string, boolean>()
  let isFound = false
  const find = (): void => void (isFound = true)
  const holdsRun = (word: string): boolean => {
    const found = kept.get(word)
    if (found !== undefined) return found
    isFound = false
    index.find(word.toLowerCase(), find)
    if (kept.size >= mostKept) kept = new Map()
    kept.set(word, isFound)
    return isFound
  }
  /** Whether a literal can end or begin within a word, with these characters around it. */
  const isAtEdge = (word: string, before: string, behind: string): boolean => {
    const small = word.toLowerCase()
    return ends.has(before + small.slice(0, 1)) || ends.has(before + small.slice(0, 2)) ||
      beginnings.has(small.slice(-1) + behind) || beginnings.has(small.slice(-2) + behind)
  }
  const isUnknown = (text: string, begin: number, end: number): boolean => {
    const word = text.slice(begin, end)
    return !holdsRun(word) && !isAtEdge(word, charAt(text, begin - 1), charAt(text, end))
  }
  return {
    of: (text) => {
      if (text.length > longest) return undefined
      const begins: Array<number> = []
      const ends: Array<number> = []
      let shape = ""
      let done = 0
      let begin = 0
      let kind = 0
      for (let at = 0; at <= text.length; at++) {
        const code = at < text.length ? text.charCodeAt(at) : 32
        const one = code < 128 ? kinds[code] ?? strange : strange
        if (one === strange) return undefined
        if (one !== 0 && one !== space) {
          kind |= one
          continue
        }
        if (isWord(kind, at - begin) && !isSpecial(text, begin) && isUnknown(text, begin, at)) {
          if (begins.length >= mostWords) return undefined
          shape += text.slice(done, begin) + substitute(text, begin, at, kind, begins.length)
          begins.push(begin)
          ends.push(at)
          done = at
        }
        kind = 0
        begin = at + 1
      }
      return begins.length === 0 ? undefined : { shape: shape + text.slice(done), begins, ends }
    },
    isAtEdge
  }
}
