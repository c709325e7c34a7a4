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
import * as Schema from "effect/Schema"

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
 * The regular expression of a pattern with its repetitions bounded, flags `iu`; or why the pattern is refused.
 *
 * @category constructors
 * @since 0.1.0
 */
export const compile = (source: string): Result.Result<RegExp, string> => {
  if (source.length === 0) return Result.fail("the pattern is empty")
  if (source.length > maxPatternLength) {
    return Result.fail(`the pattern has ${source.length} characters, ${maxPatternLength} are allowed`)
  }
  let rest = source
  let out = ""
  let ways = 1
  let depth = 0
  while (rest.length > 0) {
    if (rest.startsWith("(")) {
      const plain = rest.startsWith("(?:") ? 3 : 1
      if (plain === 1 && rest.startsWith("(?")) return Result.fail("look-around and named groups are not allowed")
      depth++
      out += "(?:"
      rest = rest.slice(plain)
      continue
    }
    if (rest.startsWith(")")) {
      if (depth-- === 0) return Result.fail("a closing parenthesis without an opening one")
      out += ")"
      rest = rest.slice(1)
      if (quantifier.test(rest)) return Result.fail("a group cannot be repeated; repeat single characters or classes")
      continue
    }
    if (rest.startsWith("|")) {
      ways *= 2
      out += "|"
      rest = rest.slice(1)
      continue
    }
    const found = atom.exec(rest)
    if (found === null) return Result.fail(`"${rest.slice(0, 10)}" is not part of the allowed subset`)
    out += found[0]
    rest = rest.slice(found[0].length)
    const repeat = quantifier.exec(rest)
    if (repeat === null) continue
    rest = rest.slice(repeat[0].length)
    if (rest.startsWith("?") || rest.startsWith("+")) return Result.fail("lazy and doubled quantifiers are not allowed")
    const sign = repeat[0]
    const least = sign === "+" ? 1 : sign === "?" || sign === "*" ? 0 : Number(repeat[1])
    const most = sign === "?" ? 1 : sign === "*" || sign === "+" ? maxRepeat : Number(repeat[2] ?? repeat[1])
    if (most < least || most > maxRepeat) {
      return Result.fail(`"${sign}" repeats more than ${maxRepeat} times or backwards`)
    }
    ways *= most - least + 1
    out += `{${least},${most}}`
  }
  if (depth !== 0) return Result.fail("a parenthesis is not closed")
  if (ways > maxWays) return Result.fail(`the pattern has ${ways} ways through it, ${maxWays} are allowed`)
  try {
    return Result.succeed(new RegExp(out, "iu"))
  } catch {
    return Result.fail("it is not a regular expression")
  }
}

/**
 * A pattern as it stands in a pack. Decoding fails with the reason why `compile` refuses it.
 *
 * @category models
 * @since 0.1.0
 */
export const Source = Schema.String.check(
  Schema.isMaxLength(maxPatternLength),
  Schema.makeFilter((source: string) => {
    const compiled = compile(source)
    return Result.isSuccess(compiled) ? undefined : `Expected a bounded pattern: ${compiled.failure}`
  })
)
