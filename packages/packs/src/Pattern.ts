/**
 * The regular expressions a pack may use: a subset whose cost has a bound.
 *
 * Allowed are characters, escapes (`\d`, `\s`, `\w`, `\b`, `\.` and the like), character classes, `.`, `^`, `$`,
 * groups with alternatives, and the quantifiers `?`, `*`, `+`, `{m,n}` on a single character or class, never on a
 * group. `*` and `+` take at most 64 characters. The number of ways through a pattern (the product of its
 * quantifier ranges and alternatives) is at most 5000, and it is tried on the first 2048 characters only, so that a
 * hostile pack cannot stop the program. Backreferences, look-around and named groups are refused.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { demanded, demands } from "./Prefilter.ts"

/** The longest pattern a pack may contain, in characters. */
export const maxPatternLength = 200

/** What `*` and `+` repeat at most. */
export const maxRepeat = 64

/** The largest product of quantifier ranges and alternatives. */
export const maxWays = 5000

/** How much of a text a pattern is tried on, in characters. */
export const maxPatternText = 2048

const atom = /^(?:\\[dDsSwWbB]|\\[^A-Za-z0-9]|\[\^?(?:\\[dDsSwW]|\\[^A-Za-z0-9]|[^\\\][])+\]|[^\\[\](){}*+?|])/u
const quantifier = /^(?:\?|\*|\+|\{([0-9]{1,3})(?:,([0-9]{1,3}))?\})/u

/**
 * Why a pattern is refused: `problem` is what it is, `remedy` what to write instead. `dangerous` says that it is for
 * what it may cost, and not only for how it is written.
 *
 * @category errors
 * @since 0.1.0
 */
export interface Refusal {
  readonly problem: string
  readonly remedy: string
  readonly dangerous: boolean
}

const refuse = (problem: string, remedy: string): Result.Result<never, Refusal> =>
  Result.fail({ problem, remedy, dangerous: false })

const costly = (problem: string, remedy: string): Result.Result<never, Refusal> =>
  Result.fail({ problem, remedy, dangerous: true })

/** A character or class in lower case, as folded texts are; what follows a backslash is no letter. */
const lower = (found: string): string =>
  found.replaceAll(/\\.|[^\\]/gsu, (one) => one.startsWith("\\") ? one : one.toLowerCase())

const literal = "use text or anyText, which cost nothing, or a shorter pattern"

/**
 * The regular expression of a pattern for folded texts, in lower case, with its repetitions bounded; or why the pattern is refused. An
 * expression that ignores case costs twice as much to make ready.
 *
 * @category constructors
 * @since 0.1.0
 */
export const compile = (source: string): Result.Result<RegExp, Refusal> => {
  if (source.length === 0) return refuse("the pattern is empty", "write one or remove the key")
  if (source.length > maxPatternLength) {
    return costly(`the pattern has ${source.length} characters, ${maxPatternLength} are allowed`, literal)
  }
  let rest = source
  let out = ""
  let ways = 1
  let depth = 0
  while (rest.length > 0) {
    if (rest.startsWith("(")) {
      const plain = rest.startsWith("(?:") ? 3 : 1
      if (plain === 1 && rest.startsWith("(?")) {
        return costly(
          "look-around and named groups are not allowed",
          "use plain groups, and notText for what must not be there"
        )
      }
      depth++
      out += "(?:"
      rest = rest.slice(plain)
      continue
    }
    if (rest.startsWith(")")) {
      if (depth-- === 0) {
        return refuse("a closing parenthesis without an opening one", "write \\) where the character is meant")
      }
      out += ")"
      rest = rest.slice(1)
      if (quantifier.test(rest)) {
        return costly("a group cannot be repeated", "repeat a single character or class, such as [a-z0-9 ]+")
      }
      continue
    }
    if (rest.startsWith("|")) {
      ways *= 2
      out += "|"
      rest = rest.slice(1)
      continue
    }
    const found = atom.exec(rest)
    if (found === null) {
      return refuse(
        `"${rest.slice(0, 10)}" is not part of the allowed subset`,
        "write characters, classes, groups and ? * + {m,n} on single characters; put \\ before what is meant literally"
      )
    }
    out += lower(found[0])
    rest = rest.slice(found[0].length)
    const repeat = quantifier.exec(rest)
    if (repeat === null) continue
    rest = rest.slice(repeat[0].length)
    if (rest.startsWith("?") || rest.startsWith("+")) {
      return costly(
        "lazy and doubled quantifiers are not allowed",
        "leave the second sign out; where it ends does not matter"
      )
    }
    const sign = repeat[0]
    const least = sign === "+" ? 1 : sign === "?" || sign === "*" ? 0 : Number(repeat[1])
    const most = sign === "?" ? 1 : sign === "*" || sign === "+" ? maxRepeat : Number(repeat[2] ?? repeat[1])
    if (most < least || most > maxRepeat) {
      return refuse(
        `"${sign}" repeats more than ${maxRepeat} times or backwards`,
        `repeat at most ${maxRepeat} times, the smaller number first`
      )
    }
    ways *= most - least + 1
    out += `{${least},${most}}`
  }
  if (depth !== 0) return refuse("a parenthesis is not closed", "close it, or write \\( where the character is meant")
  if (ways > maxWays) {
    return costly(
      `the pattern has ${ways} ways through it, ${maxWays} are allowed`,
      `repeat less, with {m,n}; or ${literal}`
    )
  }
  try {
    return Result.succeed(new RegExp(out, "u"))
  } catch {
    return refuse("it is not a regular expression", "look at its classes: [a-z], not [z-a]")
  }
}

/** Shorter ones are in too many texts. */
const leastNeedle = 3

/** In a longer number they would not be found; undefined where too little is left of one. */
const withoutEnds = (words: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const trimmed = words.map((word) => word.replaceAll(/^[0-9]+|[0-9]+$/gu, ""))
  return trimmed.some((word) => word.length < leastNeedle) ? undefined : trimmed
}

/**
 * Words of which every match of a pattern contains one, in lower case and without digits at their ends, because in a
 * longer number they would not be found; undefined where none can be told. It is for compiled patterns.
 *
 * @category combinators
 * @since 0.1.0
 */
export const needles = (pattern: RegExp): ReadonlyArray<string> | undefined => {
  const words = demanded(pattern)
  return words === undefined ? undefined : withoutEnds(words)
}

/**
 * All lists of such words: every match of a pattern contains a word of each.
 *
 * @category combinators
 * @since 0.1.0
 */
export const allNeedles = (pattern: RegExp): ReadonlyArray<ReadonlyArray<string>> =>
  demands(pattern).flatMap((words) => {
    const trimmed = withoutEnds(words)
    return trimmed === undefined ? [] : [trimmed]
  })
