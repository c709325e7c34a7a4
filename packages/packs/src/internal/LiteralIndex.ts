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

/**
 * Literals ready for search. `find` searches a folded text for literals that it contains in the sense of `contains`, and
 * says how many it found: their numbers are in `found` and the places where they begin in `begins`, until the next
 * search. A literal that occurs several times may be found several times, and with `every` is.
 */
export interface LiteralIndex {
  readonly find: (text: string) => number
  readonly found: ReadonlyArray<number>
  readonly begins: ReadonlyArray<number>
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

/** Counts the grams of a literal. Small functions are compiled in no time, which loops over all literals are not. */
const count = (counts: Uint32Array, literal: string): void => {
  let gram = 0
  for (let at = 0; at < literal.length; at++) {
    gram = (gram << 8) | thin(literal.charCodeAt(at))
    const slot = Math.imul(gram, spread) >>> countedShift
    if (at >= gramLength - 1) counts[slot] = (counts[slot] ?? 0) + 1
  }
}

/** Where the gram of a literal begins that is counted least. */
const rarest = (counts: Uint32Array, literal: string): number => {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  let gram = 0
  for (let at = 0; at < literal.length; at++) {
    gram = (gram << 8) | thin(literal.charCodeAt(at))
    const found = counts[Math.imul(gram, spread) >>> countedShift] ?? 0
    if (at >= gramLength - 1 && found < least) {
      best = at - (gramLength - 1)
      least = found
    }
  }
  return best
}

/** Where in each literal its rarest four letters begin; 0 for literals that are shorter. */
export const offsetsOf = (literals: ReadonlyArray<string>): ReadonlyArray<number> => {
  const counts = new Uint32Array(1 << countedBits)
  for (const literal of literals) count(counts, literal)
  return literals.map((literal) => rarest(counts, literal))
}

/** How much text is searched for each literal by itself before it pays to build an index, in characters. */
const slowly = 2048

/**
 * Literals in the order of their rarest letters, with the places of these, and the letters themselves as numbers. Literals
 * that have not so many stand behind the others.
 */
export interface Sorted {
  readonly literals: ReadonlyArray<string>
  readonly offsets: ReadonlyArray<number>
  readonly grams: ReadonlyArray<number>
}

/** Sorts literals, so that few can be searched for without an index. */
export const sorted = (literals: ReadonlyArray<string>): Sorted => {
  const offsets = offsetsOf(literals)
  const all = literals.map((literal, number) => {
    const offset = offsets[number] ?? 0
    return { literal, offset, gram: literal.length < gramLength ? Infinity : gramAt(literal, offset) >>> 0 }
  }).sort((one, other) => one.gram < other.gram ? -1 : one.gram > other.gram ? 1 : 0)
  return {
    literals: all.map(({ literal }) => literal),
    offsets: all.map(({ offset }) => offset),
    grams: all.flatMap(({ gram }) => gram === Infinity ? [] : [gram])
  }
}

interface Options {
  /** What `offsetsOf` gives, where that is already known. */
  readonly offsets?: ArrayLike<number>
  /** The grams of literals that are sorted by them. */
  readonly grams?: ArrayLike<number>
  /** With false literals count within longer numbers too. */
  readonly edges?: boolean
  /** Each occurrence is wanted, and the index is built at once. */
  readonly every?: boolean
}

/** Literals of three or two letters are filed under all of them; single letters are searched for one by one. */
const shortLength = 3
const pairLength = 2

/** The last letters of a gram. */
const shortMask = 0xff_ffff
const pairMask = 0xffff

/** What `entries` holds of each literal, one next to the other because they are read together. */
const nextOf = 0
const startOf = 1
const spanOf = 2
const edgesOf = 3
const entryLength = 4

/** Two letters in one number. */
const bothOf = (first: number, last: number): number => (first << 16) | last

/** Tells most grams of one slot apart, 1 to 127; `anyTag` stands for several. */
const tagOf = (hash: number): number => ((hash >>> 6) & 0x7f) | 1

const anyTag = 0xff

/** Chains of literals by the hash of the letters they are filed under. */
class Chains {
  /** Where a chain begins, what its grams have in common; most letters of most texts begin none. */
  readonly tags: Uint8Array
  readonly shift: number
  // Literal numbers count from 1; 0 ends a chain.
  readonly heads: Int32Array
  /**
   * The next of the chain, where the gram ends, how far the last letter is from the first, and both of them: to look at
   * these costs less than to compare.
   */
  readonly entries: Int32Array

  constructor(literals: number, count: number) {
    let bits = 8
    while (bits < 20 && 1 << bits < count * 8) bits++
    this.shift = 32 - bits
    this.tags = new Uint8Array(1 << bits)
    this.heads = new Int32Array(1 << bits)
    this.entries = new Int32Array((literals + 1) * entryLength)
  }

  /** Files a literal under a gram whose last letter is at `last` of it. */
  put(literal: string, number: number, gram: number, last: number): void {
    const hash = Math.imul(gram, spread)
    const slot = hash >>> this.shift
    const before = this.tags[slot]
    this.tags[slot] = before === 0 || before === tagOf(hash) ? tagOf(hash) : anyTag
    const entry = (number + 1) * entryLength
    this.entries[entry + nextOf] = this.heads[slot] ?? 0
    this.entries[entry + startOf] = last
    this.entries[entry + spanOf] = literal.length - 1
    this.entries[entry + edgesOf] = bothOf(literal.charCodeAt(0), literal.charCodeAt(literal.length - 1))
    this.heads[slot] = number + 1
  }
}

interface Chained {
  readonly single: ReadonlyArray<number>
  readonly long: Chains
  readonly short: Chains
  readonly pair: Chains
  readonly hasShort: boolean
  readonly hasPair: boolean
}

const chained = (literals: ReadonlyArray<string>, offsets: ArrayLike<number>): Chained => {
  const countOf = (length: number): number => literals.filter((literal) => literal.length === length).length
  const shorts = countOf(shortLength)
  const pairs = countOf(pairLength)
  const long = new Chains(literals.length, literals.length)
  const short = new Chains(literals.length, shorts)
  const pair = new Chains(literals.length, pairs)
  const single: Array<number> = []
  literals.forEach((literal, number) => {
    if (literal.length >= gramLength) {
      const start = offsets[number] ?? 0
      long.put(literal, number, gramAt(literal, start), start + gramLength - 1)
    } else if (literal.length === shortLength) {
      short.put(literal, number, gramAt(literal, -1) & shortMask, shortLength - 1)
    } else if (literal.length === pairLength) {
      pair.put(literal, number, gramAt(literal, -2) & pairMask, pairLength - 1)
    } else single.push(number)
  })
  return { single, long, short, pair, hasShort: shorts > 0, hasPair: pairs > 0 }
}

/** As `startsWith` at a place, which costs several times as much for a few letters. */
const standsAt = (text: string, literal: string, begin: number): boolean => {
  for (let at = 0; at < literal.length; at++) {
    if (text.charCodeAt(begin + at) !== literal.charCodeAt(at)) return false
  }
  return true
}

/** The first place in a sorted list where a number is not less. */
const placeOf = (sorted: ArrayLike<number>, wanted: number): number => {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((sorted[middle] ?? 0) < wanted) from = middle + 1
    else to = middle
  }
  return from
}

class Index implements LiteralIndex {
  readonly found: Array<number> = []
  readonly begins: Array<number> = []
  readonly #literals: ReadonlyArray<string>
  readonly #edges: boolean
  readonly #offsets: ArrayLike<number> | undefined
  readonly #grams: ArrayLike<number>
  #searched: number
  #count = 0
  #chained: Chained | undefined

  constructor(literals: ReadonlyArray<string>, { edges = true, every = false, grams = [], offsets }: Options) {
    this.#literals = literals
    this.#edges = edges
    this.#offsets = offsets
    this.#grams = grams
    this.#searched = every ? slowly : 0
  }

  find(text: string): number {
    this.#count = 0
    this.#searched += text.length
    if (this.#chained === undefined && this.#searched > slowly) {
      this.#chained = chained(this.#literals, this.#offsets ?? offsetsOf(this.#literals))
    }
    if (this.#chained === undefined) this.#searchEach(text)
    else this.#search(text, this.#chained)
    return this.#count
  }

  /** A program that explains one text never gets beyond this, which is why it needs nothing that must be built. */
  #searchEach(text: string): void {
    const literals = this.#literals
    const grams = this.#grams
    const offsets = this.#offsets ?? []
    if (grams.length > 0) {
      let gram = 0
      for (let at = 0; at < text.length; at++) {
        gram = ((gram << 8) | thin(text.charCodeAt(at))) >>> 0
        for (let number = placeOf(grams, gram); grams[number] === gram; number++) {
          const begin = at - gramLength + 1 - (offsets[number] ?? 0)
          const literal = literals[number] ?? ""
          if (begin >= 0 && text.startsWith(literal, begin) && (!this.#edges || atEdges(text, literal, begin))) {
            this.#add(number, begin)
          }
        }
      }
    }
    for (let number = grams.length; number < literals.length; number++) {
      const literal = literals[number] ?? ""
      const at = text.indexOf(literal)
      if (at !== -1 && (!this.#edges || contains(text, literal))) this.#add(number, at)
    }
  }

  #search(text: string, { hasPair, hasShort, long, pair, short, single }: Chained): void {
    for (const number of single) this.#searchOne(text, number)
    const { shift, tags } = long
    const { shift: shortShift, tags: shortTags } = short
    const { shift: pairShift, tags: pairTags } = pair
    let gram = 0
    for (let at = 0; at < text.length; at++) {
      gram = (gram << 8) | thin(text.charCodeAt(at))
      const hash = Math.imul(gram, spread)
      const tag = tags[hash >>> shift] ?? 0
      if (tag !== 0 && (tag === anyTag || tag === tagOf(hash))) this.#compare(long, hash >>> shift, text, at)
      if (hasShort) {
        const slot = Math.imul(gram & shortMask, spread) >>> shortShift
        if (shortTags[slot] !== 0) this.#compare(short, slot, text, at)
      }
      if (hasPair) {
        const slot = Math.imul(gram & pairMask, spread) >>> pairShift
        if (pairTags[slot] !== 0) this.#compare(pair, slot, text, at)
      }
    }
  }

  #searchOne(text: string, number: number): void {
    const literal = this.#literals[number] ?? ""
    for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + 1)) {
      if (!this.#edges || atEdges(text, literal, at)) this.#add(number, at)
    }
  }

  /** Compares the literals of a chain with a text in which the gram ends at `at`. */
  #compare({ entries, heads }: Chains, slot: number, text: string, at: number): void {
    for (let number = heads[slot] ?? 0; number !== 0;) {
      const entry = number * entryLength
      const begin = at - (entries[entry + startOf] ?? 0)
      const end = begin + (entries[entry + spanOf] ?? 0)
      if (
        begin >= 0 && end < text.length &&
        bothOf(text.charCodeAt(begin), text.charCodeAt(end)) === entries[entry + edgesOf]
      ) {
        const literal = this.#literals[number - 1] ?? ""
        if (standsAt(text, literal, begin) && (!this.#edges || atEdges(text, literal, begin))) {
          this.#add(number - 1, begin)
        }
      }
      number = entries[entry + nextOf] ?? 0
    }
  }

  #add(number: number, begin: number): void {
    this.found[this.#count] = number
    this.begins[this.#count] = begin
    this.#count++
  }
}

/** An index of folded literals. It is built when enough text has been searched. */
export const make = (literals: ReadonlyArray<string>, options: Options = {}): LiteralIndex =>
  new Index(literals, options)
