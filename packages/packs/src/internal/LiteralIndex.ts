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
   * Calls `found` with the number of each literal that a folded text contains in the sense of `contains`; a literal
   * that occurs several times may be reported several times.
   */
  readonly find: (text: string, found: (literal: number) => void) => void
}

/** The letters of a gram in one number; letters beyond Latin-1 are thinned, which costs comparisons, not results. */
const thin = (code: number): number => (code ^ (code >>> 8)) & 0xff

const gramAt = (text: string, at: number): number =>
  (thin(text.charCodeAt(at)) << 24) | (thin(text.charCodeAt(at + 1)) << 16) |
  (thin(text.charCodeAt(at + 2)) << 8) | thin(text.charCodeAt(at + 3))

/** Where in each literal its rarest four letters begin; 0 for literals that are shorter. */
export const offsetsOf = (literals: ReadonlyArray<string>): ReadonlyArray<number> => {
  const frequency = new Map<number, number>()
  for (const literal of literals) {
    for (let at = 0; at + gramLength <= literal.length; at++) {
      const gram = gramAt(literal, at)
      frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
    }
  }
  return literals.map((literal) => {
    let best = 0
    let count = Number.POSITIVE_INFINITY
    for (let at = 0; at + gramLength <= literal.length; at++) {
      const found = frequency.get(gramAt(literal, at)) ?? 0
      if (found < count) {
        best = at
        count = found
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
}

/** An index of folded literals. It is built when enough text has been searched. */
export const make = (literals: ReadonlyArray<string>, options: Options = {}): LiteralIndex => {
  const has = options.edges === false ? (text: string, literal: string) => text.includes(literal) : contains
  let searched = 0
  let built: LiteralIndex["find"] | undefined
  return {
    find: (text, found) => {
      searched += text.length
      if (searched > slowly) {
        built ??= build(literals, options, has)
        return built(text, found)
      }
      // A program that explains one text never gets beyond this loop, which is why it is a plain one.
      for (let number = 0; number < literals.length; number++) {
        const literal = literals[number] ?? ""
        if (text.includes(literal) && has(text, literal)) found(number)
      }
    }
  }
}

const build = (
  literals: ReadonlyArray<string>,
  { edges = true, offsets = offsetsOf(literals) }: Options,
  has: (text: string, literal: string) => boolean
): LiteralIndex["find"] => {
  const short: Array<number> = []
  let bits = 8
  while (bits < 20 && 1 << bits < literals.length * 8) bits++
  const shift = 32 - bits
  // Chains of literal numbers, counted from 1; 0 ends a chain.
  const heads = new Int32Array(1 << bits)
  const nexts = new Int32Array(literals.length + 1)
  const grams = new Int32Array(literals.length + 1)
  const starts = new Int32Array(literals.length + 1)
  for (const [number, literal] of literals.entries()) {
    if (literal.length < gramLength) {
      short.push(number)
      continue
    }
    const start = offsets[number] ?? 0
    const gram = gramAt(literal, start)
    const slot = Math.imul(gram, 0x9e37_79b1) >>> shift
    grams[number + 1] = gram
    starts[number + 1] = start
    nexts[number + 1] = heads[slot] ?? 0
    heads[slot] = number + 1
  }
  return (text, found) => {
    for (const number of short) if (has(text, literals[number] ?? "")) found(number)
    if (short.length === literals.length) return
    const { length } = text
    let gram = 0
    for (let at = 0; at < length; at++) {
      gram = (gram << 8) | thin(text.charCodeAt(at))
      let entry = heads[Math.imul(gram, 0x9e37_79b1) >>> shift] ?? 0
      while (entry !== 0) {
        if (grams[entry] === gram) {
          const begin = at - (gramLength - 1) - (starts[entry] ?? 0)
          const literal = literals[entry - 1] ?? ""
          if (begin >= 0 && text.startsWith(literal, begin) && (!edges || atEdges(text, literal, begin))) {
            found(entry - 1)
          }
        }
        entry = nexts[entry] ?? 0
      }
    }
  }
}
