/**
 * Which of many literals a text contains, in one pass over the text.
 *
 * Each literal is filed under four neighbouring letters of it that are rare among all literals. Every four letters of
 * a text are looked up; where some are filed, the literal is compared in place. The cost is that of the text's length
 * and of the literals that nearly occur, whatever the number of literals.
 */
import { atEdges, contains } from "../Text.ts"

/** How many letters a literal is filed under. */
const gramLength = 4

/** Literals ready for search. */
export interface LiteralIndex {
  /**
   * Calls `found` with the number of each literal that a folded text contains in the sense of `contains`, and with the
   * place where it begins; a literal that occurs several times may be reported several times, and with `every` is.
   */
  readonly find: (text: string, found: (literal: number, begin: number) => void) => void
}

/** The letters of a gram in one number; letters beyond Latin-1 are thinned, which costs comparisons, not results. */
const thin = (code: number): number => (code ^ (code >>> 8)) & 0xff

const gramAt = (text: string, at: number): number =>
  (thin(text.charCodeAt(at)) << 24) | (thin(text.charCodeAt(at + 1)) << 16) |
  (thin(text.charCodeAt(at + 2)) << 8) | thin(text.charCodeAt(at + 3))

/** Spreads grams over slots: 2^32 by the golden ratio. */
const spread = 0x9e37_79b1

/** How many slots grams are counted in, as bits. Some share one, which costs comparisons, not results. */
const countedBits = 16

const countedShift = 32 - countedBits

/** Where in each literal its rarest four letters begin; 0 for literals that are shorter. */
export const offsetsOf = (literals: ReadonlyArray<string>): ReadonlyArray<number> => {
  const counts = new Uint32Array(1 << countedBits)
  for (const literal of literals) {
    let gram = 0
    for (let at = 0; at < literal.length; at++) {
      gram = (gram << 8) | thin(literal.charCodeAt(at))
      const slot = Math.imul(gram, spread) >>> countedShift
      if (at >= gramLength - 1) counts[slot] = (counts[slot] ?? 0) + 1
    }
  }
  return literals.map((literal) => {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    let gram = 0
    for (let at = 0; at < literal.length; at++) {
      gram = (gram << 8) | thin(literal.charCodeAt(at))
      const count = counts[Math.imul(gram, spread) >>> countedShift] ?? 0
      if (at >= gramLength - 1 && count < least) {
        best = at - (gramLength - 1)
        least = count
      }
    }
    return best
  })
}

/** How much text is searched for each literal by itself before it pays to build an index, in characters. */
const slowly = 2048

interface Options {
  /** What `offsetsOf` gives, where that is already known. */
  readonly offsets?: ReadonlyArray<number>
  /** With false literals count within longer numbers too. */
  readonly edges?: boolean
  /** Each occurrence is wanted. */
  readonly every?: boolean
}

/** All places of a literal in a text. */
const occurrences = (text: string, literal: string, edges: boolean, found: (begin: number) => void): void => {
  for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + 1)) {
    if (!edges || atEdges(text, literal, at)) found(at)
  }
}

/** An index of folded literals. It is built when enough text has been searched. */
export const make = (literals: ReadonlyArray<string>, options: Options = {}): LiteralIndex => {
  let searched = options.every === true ? slowly : 0
  let built: LiteralIndex["find"] | undefined
  return {
    find: (text, found) => {
      searched += text.length
      if (searched > slowly) {
        built ??= build(literals, options)
        return built(text, found)
      }
      // A program that explains one text never gets beyond this loop, which is why it is a plain one.
      for (let number = 0; number < literals.length; number++) {
        const literal = literals[number] ?? ""
        const at = text.indexOf(literal)
        if (at !== -1 && (options.edges === false || contains(text, literal))) found(number, at)
      }
    }
  }
}

/** Literals of so many letters are filed under all of them; shorter ones are searched for one by one. */
const shortLength = 3

/** The last letters of a gram. */
const shortMask = 0xff_ffff

/** What `entries` holds of each literal, one next to the other because they are read together. */
const nextOf = 0
const startOf = 1
const spanOf = 2
const edgesOf = 3
const entryLength = 4

/** Chains of literals by the hash of the letters they are filed under. */
class Chains {
  /** Where a chain begins, what its grams have in common; most letters of most texts begin none. */
  readonly begins: Uint8Array
  readonly shift: number
  // Literal numbers count from 1; 0 ends a chain.
  readonly #heads: Int32Array
  /**
   * The next of the chain, where the gram ends, how far the last letter is from the first, and both of them: to look at
   * these costs less than to compare.
   */
  readonly #entries: Int32Array
  readonly #literals: ReadonlyArray<string>
  readonly #edges: boolean

  constructor(literals: ReadonlyArray<string>, count: number, edges: boolean) {
    let bits = 8
    while (bits < 20 && 1 << bits < count * 8) bits++
    this.shift = 32 - bits
    this.begins = new Uint8Array(1 << bits)
    this.#heads = new Int32Array(1 << bits)
    this.#entries = new Int32Array((literals.length + 1) * entryLength)
    this.#literals = literals
    this.#edges = edges
  }

  /** Files a literal under a gram whose last letter is at `last` of it. */
  put(number: number, gram: number, last: number): void {
    const literal = this.#literals[number] ?? ""
    const hash = Math.imul(gram, spread)
    const slot = hash >>> this.shift
    const before = this.begins[slot]
    this.begins[slot] = before === 0 || before === tagOf(hash) ? tagOf(hash) : anyTag
    const entry = (number + 1) * entryLength
    this.#entries[entry + nextOf] = this.#heads[slot] ?? 0
    this.#entries[entry + startOf] = last
    this.#entries[entry + spanOf] = literal.length - 1
    this.#entries[entry + edgesOf] = bothOf(literal.charCodeAt(0), literal.charCodeAt(literal.length - 1))
    this.#heads[slot] = number + 1
  }

  /** Compares the literals of a chain with a text in which the gram ends at `at`. */
  compare(text: string, slot: number, at: number, found: (literal: number, begin: number) => void): void {
    for (let number = this.#heads[slot] ?? 0; number !== 0;) {
      const entry = number * entryLength
      const begin = at - (this.#entries[entry + startOf] ?? 0)
      const end = begin + (this.#entries[entry + spanOf] ?? 0)
      if (
        begin >= 0 && end < text.length &&
        bothOf(text.charCodeAt(begin), text.charCodeAt(end)) === this.#entries[entry + edgesOf]
      ) {
        const literal = this.#literals[number - 1] ?? ""
        if (text.startsWith(literal, begin) && (!this.#edges || atEdges(text, literal, begin))) found(number - 1, begin)
      }
      number = this.#entries[entry + nextOf] ?? 0
    }
  }
}

/** Two letters in one number. */
const bothOf = (first: number, last: number): number => (first << 16) | last

/** Tells most grams of one slot apart, 1 to 127; `anyTag` stands for several. */
const tagOf = (hash: number): number => ((hash >>> 6) & 0x7f) | 1

const anyTag = 0xff

const build = (
  literals: ReadonlyArray<string>,
  { edges = true, offsets = offsetsOf(literals) }: Options
): LiteralIndex["find"] => {
  const single = literals.flatMap((literal, number) => literal.length < shortLength ? [number] : [])
  const long = new Chains(literals, literals.length, edges)
  const short = new Chains(literals, literals.filter(({ length }) => length === shortLength).length, edges)
  for (const [number, literal] of literals.entries()) {
    if (literal.length >= gramLength) {
      const start = offsets[number] ?? 0
      long.put(number, gramAt(literal, start), start + gramLength - 1)
    } else if (literal.length === shortLength) {
      short.put(number, gramAt(literal, -1) & shortMask, shortLength - 1)
    }
  }
  const { begins, shift } = long
  const { begins: shortBegins, shift: shortShift } = short
  const hasShort = literals.some(({ length }) => length === shortLength)
  return (text, found) => {
    for (const number of single) occurrences(text, literals[number] ?? "", edges, (begin) => found(number, begin))
    const { length } = text
    let gram = 0
    for (let at = 0; at < length; at++) {
      gram = (gram << 8) | thin(text.charCodeAt(at))
      const hash = Math.imul(gram, spread)
      const tag = begins[hash >>> shift] ?? 0
      if (tag !== 0 && (tag === anyTag || tag === tagOf(hash))) long.compare(text, hash >>> shift, at, found)
      if (!hasShort) continue
      const shortHash = Math.imul(gram & shortMask, spread)
      if (shortBegins[shortHash >>> shortShift] !== 0) short.compare(text, shortHash >>> shortShift, at, found)
    }
  }
}
