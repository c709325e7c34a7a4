/**
 * What a regular expression looks for: its runs of letters and digits.
 *
 * @since 0.1.0
 */

/**
 * Letters and digits in a row, in lower case, that a match may contain. `begins`: no letter or digit can stand before them in a match,
 * `ends`: none behind them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Run {
  readonly letters: string
  readonly begins: boolean
  readonly ends: boolean
}

/**
 * From this length on a run is looked for in words; shorter ones are in too many.
 *
 * @category constants
 * @since 0.1.0
 */
export const least = 3

/**
 * No word is shorter that is ever replaced by another.
 *
 * @category constants
 * @since 0.1.0
 */
export const leastWord = 4

/** What one element of a sequence is. */
type Element =
  | { readonly kind: "letter"; readonly letter: string; readonly least: number; readonly most: number }
  /** No letter or digit stands at its place: a sign, white space, a boundary; there always is one if `isRequired`. */
  | { readonly kind: "edge"; readonly isRequired: boolean }
  /** A letter or digit may stand at its place. */
  | { readonly kind: "open" }
  | { readonly kind: "group"; readonly choices: ReadonlyArray<ReadonlyArray<Element>>; readonly isOnce: boolean }

const boundary = /^(?:\\b|\^|\$)/u
const around = /^\(\?<?[=!]/u
const group = /^\((?:\?:|\?<[A-Za-z][A-Za-z0-9]*>)?/u
const atom = /^(?:\\u\{[0-9a-f]+\}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^()|\\[])/isu
const quantifier = /^(?:\?|\*|\+|\{([0-9]+)(,([0-9]*))?\})\??/u

const alphanumeric = Array.from("abcdefghijklmnopqrstuvwxyz0123456789")

/** How often a quantifier repeats, at least and at most. */
const timesOf = (repeat: RegExpExecArray | null): readonly [number, number] => {
  if (repeat === null) return [1, 1]
  const [whole, from, range, to] = repeat
  if (whole.startsWith("?")) return [0, 1]
  if (whole.startsWith("*")) return [0, Infinity]
  if (whole.startsWith("+")) return [1, Infinity]
  return [Number(from), range === undefined ? Number(from) : to === "" ? Infinity : Number(to)]
}

const classes = new Map<string, Element>()

/** Whether a class takes a letter or digit at all. */
const classOf = (source: string): Element => {
  const found = classes.get(source) ?? readClass(source)
  classes.set(source, found)
  return found
}

const readClass = (source: string): Element => {
  let expression: RegExp
  try {
    expression = new RegExp(`^${source}$`, "iu")
  } catch {
    return { kind: "open" }
  }
  return alphanumeric.some((one) => expression.test(one)) ? { kind: "open" } : { kind: "edge", isRequired: true }
}

const elementOf = (source: string, [from, to]: readonly [number, number]): Element => {
  const plain = /^\\[^A-Za-z0-9]$/u.test(source) ? source.slice(1) : source
  if (/^[A-Za-z0-9]$/u.test(plain)) {
    const letter = { kind: "letter", letter: plain.toLowerCase(), least: 1, most: 1 } as const
    return from === 0 && to === 1
      ? { kind: "group", choices: [[letter], []], isOnce: true }
      : { ...letter, least: from, most: to }
  }
  const isSign = plain.length === 1 && plain !== "."
  const found = isSign && plain.charCodeAt(0) < 128 ? { kind: "edge", isRequired: true } as const : classOf(source)
  return found.kind === "edge" ? { ...found, isRequired: from > 0 } : found
}

/** How many sequences one is written out as, at most. */
const mostWays = 64

const isLetter = (one: Element | undefined): boolean => one?.kind === "letter"

/** A sequence with the choices written out that stand beside letters, so that runs which go through them are seen whole. */
const writtenOut = (sequence: ReadonlyArray<Element>): ReadonlyArray<ReadonlyArray<Element>> => {
  let ways: ReadonlyArray<ReadonlyArray<Element>> = [sequence]
  for (;;) {
    let isDone = true
    const next = ways.flatMap((way) => {
      for (const [at, one] of way.entries()) {
        if (one.kind !== "group" || !one.isOnce || !(isLetter(way[at - 1]) || isLetter(way[at + 1]))) continue
        if (!one.choices.every((choice) => choice.every(isLetter))) continue
        isDone = false
        return one.choices.map((choice) => [...way.slice(0, at), ...choice, ...way.slice(at + 1)])
      }
      return [way]
    })
    if (isDone || next.length > mostWays) return ways
    ways = next
  }
}

interface Parsed {
  readonly choices: ReadonlyArray<ReadonlyArray<Element>>
  readonly rest: string
}

/** Alternatives up to a closing parenthesis or the end; undefined where an expression is written in no way that is known. */
const parse = (source: string): Parsed | undefined => {
  const choices: Array<ReadonlyArray<Element>> = []
  let rest = source
  let sequence: Array<Element> = []
  while (rest !== "" && !rest.startsWith(")")) {
    if (rest.startsWith("|")) {
      choices.push(sequence)
      sequence = []
      rest = rest.slice(1)
      continue
    }
    const edge = boundary.exec(rest)?.[0]
    if (edge !== undefined) {
      sequence.push({ kind: "edge", isRequired: true })
      rest = rest.slice(edge.length)
      continue
    }
    const look = around.exec(rest)?.[0]
    const opening = look ?? group.exec(rest)?.[0]
    if (opening !== undefined) {
      const inner = parse(rest.slice(opening.length))
      if (inner === undefined) return undefined
      rest = inner.rest.slice(1)
      const repeat = quantifier.exec(rest)
      rest = rest.slice(repeat?.[0].length ?? 0)
      const [from, to] = timesOf(repeat)
      // What is looked at stands where something else stands too, so it says nothing of its neighbours.
      if (look !== undefined) sequence.push({ kind: "open" })
      sequence.push({ kind: "group", choices: inner.choices, isOnce: look === undefined && from === 1 && to === 1 })
      if (look !== undefined) sequence.push({ kind: "open" })
      continue
    }
    const one = atom.exec(rest)?.[0]
    if (one === undefined) return undefined
    rest = rest.slice(one.length)
    const repeat = quantifier.exec(rest)
    rest = rest.slice(repeat?.[0].length ?? 0)
    sequence.push(one === "\\B" ? { kind: "open" } : elementOf(one, timesOf(repeat)))
  }
  choices.push(sequence)
  return { choices: choices.flatMap(writtenOut), rest }
}

/** What stands beside a place: certainly no letter or digit, one that belongs to the same run, or who knows. */
type Side = "edge" | "letter" | "open"

/** What a sequence begins with (`step` 1) or ends with (-1). */
const sideOf = (sequence: ReadonlyArray<Element>, from: number, step: 1 | -1, beyond: Side): Side => {
  for (let at = from; at >= 0 && at < sequence.length; at += step) {
    const one = sequence[at]
    if (one === undefined || one.kind === "open") return "open"
    if (one.kind === "letter") return one.least > 0 ? "letter" : "open"
    if (one.kind === "edge") {
      if (one.isRequired) return "edge"
      // There may be a sign or not: who knows, unless an edge follows anyway.
      continue
    }
    if (!one.isOnce) return "open"
    const sides = new Set(
      one.choices.map((choice) => sideOf(choice, step === 1 ? 0 : choice.length - 1, step, "open"))
    )
    return sides.size === 1 ? [...sides][0] ?? "open" : "open"
  }
  return beyond
}

const walk = (
  choices: ReadonlyArray<ReadonlyArray<Element>>,
  before: Side,
  behind: Side,
  found: (run: Run) => void
): void => {
  for (const sequence of choices) {
    for (let at = 0; at < sequence.length; at++) {
      const one = sequence[at]
      if (one === undefined) continue
      const left = sideOf(sequence, at - 1, -1, before)
      if (one.kind === "group") {
        const right = sideOf(sequence, at + 1, 1, behind)
        walk(one.choices, one.isOnce ? left : "open", one.isOnce ? right : "open", found)
      }
      if (one.kind !== "letter") continue
      let run = ""
      let end = at
      for (; end < sequence.length; end++) {
        const next = sequence[end]
        if (next?.kind !== "letter") break
        const isSingle = next.least === 1 && next.most === 1
        // A letter that need not be there is a run of its own.
        if (!isSingle && run !== "" && next.least === 0) break
        run += next.letter
        if (!isSingle) {
          end++
          break
        }
      }
      const last = sequence[end - 1]
      const isSteady = last?.kind === "letter" && last.least === 1 && last.most === 1
      const right = isSteady ? sideOf(sequence, end, 1, behind) : "open"
      found({ letters: run, begins: left === "edge", ends: right === "edge" })
      at = end - 1
    }
  }
}

/**
 * The runs of an expression that does not mind case, from `least` letters on; undefined where it is written in no way that is known.
 *
 * @category parsing
 * @since 0.1.0
 */
export const read = (source: string): ReadonlyArray<Run> | undefined => {
  const parsed = parse(source)
  if (parsed === undefined || parsed.rest !== "") return undefined
  const runs: Array<Run> = []
  walk(parsed.choices, "open", "open", (run) => {
    if (run.letters.length >= least) runs.push(run)
  })
  return runs
}

/**
 * The runs of a literal text: what stands beside a sign in it stands there in a text too.
 *
 * @category parsing
 * @since 0.1.0
 */
export const ofText = (folded: string): ReadonlyArray<Run> =>
  Array.from(folded.matchAll(/[a-z0-9]{3,}/gu), ({ 0: run, index }) => ({
    letters: run,
    begins: index > 0,
    ends: index + run.length < folded.length
  }))

const sign = "|"

/**
 * A run as a text: `|` stands where no letter or digit can.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = ({ begins, ends, letters: run }: Run): string => `${begins ? sign : ""}${run}${ends ? sign : ""}`

/**
 * A run from its text.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Run => ({
  letters: text.replaceAll(sign, ""),
  begins: text.startsWith(sign),
  ends: text.endsWith(sign)
})
