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
  /** Words of which every match contains one, in lower case; undefined where none can be told. */
  readonly words: ReadonlyArray<string> | undefined
  readonly rest: string
}

/** Alternatives up to a closing parenthesis or the end. */
const parse = (source: string): Parsed => {
  let rest = source
  let all: Array<string> | undefined = []
  for (;;) {
    const { rest: after, words } = sequence(rest)
    if (words === undefined) all = undefined
    else all?.push(...words)
    rest = after
    if (!rest.startsWith("|")) return { words: all, rest }
    rest = rest.slice(1)
  }
}

/** One alternative: the best of what its parts demand. */
const sequence = (source: string): Parsed => {
  let rest = source
  let run = ""
  let best: ReadonlyArray<string> | undefined
  const offer = (words: ReadonlyArray<string> | undefined): void => {
    if (words === undefined || words.length === 0 || shortest(words) < least) return
    if (best === undefined || shortest(words) > shortest(best)) best = words
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
      if (repeat === null || isRequired(repeat)) offer(inner.words)
      continue
    }
    const atom = one.exec(rest)?.[0]
    if (atom === undefined) return { words: undefined, rest: "" }
    rest = rest.slice(atom.length)
    const repeat = quantifier.exec(rest)
    rest = rest.slice(repeat?.[0].length ?? 0)
    const letter = letterOf(atom)
    if (letter !== undefined && (repeat === null || isRequired(repeat))) run += letter
    if (letter === undefined || repeat !== null) end()
  }
  end()
  return { words: best, rest }
}

const isRequired = (repeat: RegExpExecArray): boolean =>
  repeat[0].startsWith("+") || (repeat[0].startsWith("{") && Number(repeat[1]) > 0)

/** The letter an atom stands for; undefined for classes and for letters beyond ASCII, whose case is not simple. */
const letterOf = (atom: string): string | undefined => {
  if (/^\\[^A-Za-z0-9]$/u.test(atom)) return atom.slice(1)
  return /^[ -~]$/u.test(atom) && atom !== "." ? atom.toLowerCase() : undefined
}

/**
 * Words of which every match of an expression contains one, compared in lower case; undefined where none can be told.
 *
 * @category combinators
 * @since 0.1.0
 */
export const demanded = (expression: RegExp): ReadonlyArray<string> | undefined => {
  // With the flag v classes nest.
  if (expression.flags.includes("v")) return undefined
  const { rest, words } = parse(expression.source)
  return rest === "" ? words : undefined
}

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
  const found = (literal: number): void => {
    flags[owners[literal] ?? 0] = 1
  }
  return (text) => {
    const lower = text.toLowerCase()
    // An expression that ignores case takes the long s for an s; lower case does not.
    if (lower.includes("\u017f")) return void flags.fill(1)
    flags.set(always)
    index.find(lower, found)
  }
}
