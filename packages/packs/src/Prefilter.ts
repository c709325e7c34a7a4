/**
 * Which of many regular expressions can match a text, found in one pass over it.
 *
 * From the source of each expression letters are read that every match contains; an expression whose letters are not in
 * a text need not be tried. Whoever adds an expression to a list need not know of this.
 *
 * @since 0.1.0
 */
import * as LiteralIndex from "./internal/LiteralIndex.ts"

/** Letters are of use from this length on. */
const least = 3

const shortest = (words: ReadonlyArray<string>): number => Math.min(...words.map(({ length }) => length))

const zeroWidth = /^(?:\\[bB]|\^|\$|\(\?<?[=!])/u
const one = /^(?:\\u\{[0-9a-f]+\}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^()|\\[])/isu
const quantifier = /^(?:\?|\*|\+|\{([0-9]+)(?:,[0-9]*)?\})\??/u
const group = /^\((?:\?:|\?<[A-Za-z][A-Za-z0-9]*>)?/u

interface Parsed {
  /** Lists of words, in lower case: every match contains a word of each. */
  readonly demands: ReadonlyArray<ReadonlyArray<string>>
  readonly rest: string
}

/** The list whose shortest word is longest, the first of several. */
const bestOf = (demands: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> | undefined =>
  demands.reduce<ReadonlyArray<string> | undefined>(
    (best, next) => best === undefined || shortest(next) > shortest(best) ? next : best,
    undefined
  )

/** Alternatives up to a closing parenthesis or the end. Of several each gives its best list. */
const parse = (source: string): Parsed => {
  const first = sequence(source)
  if (!first.rest.startsWith("|")) return first
  let all = bestOf(first.demands)
  let { rest } = first
  while (rest.startsWith("|")) {
    const next = sequence(rest.slice(1))
    const words = bestOf(next.demands)
    all = all === undefined || words === undefined ? undefined : [...all, ...words]
    rest = next.rest
  }
  return { demands: all === undefined ? [] : [all], rest }
}

/** One alternative: what its parts demand. */
const sequence = (source: string): Parsed => {
  let rest = source
  let run = ""
  const demands: Array<ReadonlyArray<string>> = []
  const offer = (words: ReadonlyArray<string>): void => {
    if (words.length > 0 && shortest(words) >= least) demands.push(words)
  }
  const end = (): void => {
    offer([run])
    run = ""
  }
  while (rest !== "" && !rest.startsWith("|") && !rest.startsWith(")")) {
    const boundary = zeroWidth.exec(rest)?.[0]
    if (boundary !== undefined) {
      // What is looked at, ahead or behind, is no part of the match.
      rest = boundary.startsWith("(") ? parse(rest.slice(boundary.length)).rest.slice(1) : rest.slice(boundary.length)
      continue
    }
    const opening = group.exec(rest)?.[0]
    if (opening !== undefined) {
      const inner = parse(rest.slice(opening.length))
      rest = inner.rest.slice(1)
      const repeat = quantifier.exec(rest)
      rest = rest.slice(repeat?.[0].length ?? 0)
      end()
      if (repeat === null || isRequired(repeat)) inner.demands.forEach(offer)
      continue
    }
    const atom = one.exec(rest)?.[0]
    if (atom === undefined) return { demands: [], rest: "" }
    rest = rest.slice(atom.length)
    const repeat = quantifier.exec(rest)
    rest = rest.slice(repeat?.[0].length ?? 0)
    const letter = letterOf(atom)
    if (letter !== undefined && (repeat === null || isRequired(repeat))) run += letter
    if (letter === undefined || repeat !== null) end()
  }
  end()
  return { demands, rest }
}

const isRequired = (repeat: RegExpExecArray): boolean =>
  repeat[0].startsWith("+") || (repeat[0].startsWith("{") && Number(repeat[1]) > 0)

/** The letter an atom stands for; undefined for classes and for letters beyond ASCII, whose case is not simple. */
const letterOf = (atom: string): string | undefined => {
  if (/^\\[^A-Za-z0-9]$/u.test(atom)) return atom.slice(1)
  return /^[ -~]$/u.test(atom) && atom !== "." ? atom.toLowerCase() : undefined
}

/**
 * Lists of words: every match of an expression contains a word of each, compared in lower case. Empty where none can be told.
 *
 * @category combinators
 * @since 0.1.0
 */
export const demands = (expression: RegExp): ReadonlyArray<ReadonlyArray<string>> => {
  // With the flag v classes nest.
  if (expression.flags.includes("v")) return []
  const { demands, rest } = parse(expression.source)
  return rest === "" ? demands : []
}

/**
 * Words of which every match of an expression contains one: the best list of `demands`; undefined where none can be told.
 *
 * @category combinators
 * @since 0.1.0
 */
export const demanded = (expression: RegExp): ReadonlyArray<string> | undefined => bestOf(demands(expression))

/**
 * The flags of a text, one for each expression: 0 where it cannot match. Valid until the next text.
 *
 * @category models
 * @since 0.1.0
 */
export type Prefilter = (text: string) => Uint8Array

/**
 * A filter for expressions in their order. It is built when `texts` texts have been seen, because building it costs as
 * much as trying all expressions on some dozen texts; until then all flags are 1.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (expressions: ReadonlyArray<RegExp>, texts = 16): Prefilter => {
  const flags = new Uint8Array(expressions.length)
  let seen = 0
  let built: ((text: string) => void) | undefined
  return (text) => {
    if (seen < texts) {
      seen++
      return flags.fill(1)
    }
    built ??= build(expressions, flags)
    built(text)
    return flags
  }
}

const build = (expressions: ReadonlyArray<RegExp>, flags: Uint8Array): (text: string) => void => {
  const literals: Array<string> = []
  const owners: Array<number> = []
  const always = new Uint8Array(expressions.length)
  for (const [number, expression] of expressions.entries()) {
    const words = demanded(expression)
    if (words === undefined) always[number] = 1
    else {
      for (const word of words) {
        literals.push(word)
        owners.push(number)
      }
    }
  }
  const index = LiteralIndex.make(literals, { edges: false })
  return (text) => {
    const lower = text.toLowerCase()
    // An expression that ignores case takes the long s for an s; lower case does not.
    if (lower.includes("\u017f")) return void flags.fill(1)
    flags.set(always)
    const count = index.find(lower)
    for (let at = 0; at < count; at++) flags[owners[index.found[at] ?? 0] ?? 0] = 1
  }
}
