/**
 * Whether the pattern of a rule can match a text in which some words are not known.
 *
 * @since 0.1.0
 */

/** They stand for a letter, a digit, and one of both that is not known; no text has them. */
const letter = "\ue000"
const digit = "\ue001"
const either = "\ue002"

const word = `[0-9a-z_${letter}${digit}${either}]`
const boundary = `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
const inside = `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`

/** One piece of a compiled pattern: a group, a boundary, a character or class, a quantifier. */
const piece = /\(\?:|[)|^$]|\\.|\[(?:\\.|[^\]\\])*\]|\{[0-9]+,[0-9]+\}|./gsu

const structure = /^(?:\(\?:|[)|^$]|\{.*\})$/su

const letters = Array.from("abcdefghijklmnopqrstuvwxyz")
const digits = Array.from("0123456789")
const signs = Array.from({ length: 127 }, (_, code) => String.fromCharCode(code)).filter((one) =>
  !/[a-z0-9]/iu.test(one)
)

/** Some character that may stand there, or every one. */
type Measure = "some" | "every"

const hex = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`

/** A class of what takes a character of a text, and of masks where it takes some or every character that may stand for them. */
const classOf = (one: string, measure: Measure): string => {
  const alone = new RegExp(`^${one}$`, "iu")
  const test = (each: string) => alone.test(each)
  const hasLetter = letters[measure](test)
  const hasDigit = digits[measure](test)
  const hasEither = measure === "some" ? hasLetter || hasDigit : hasLetter && hasDigit
  const taken = [...letters, ...digits].filter(test).join("") + signs.filter(test).map(hex).join("")
  return `[${taken}${hasLetter ? letter : ""}${hasDigit ? digit : ""}${hasEither ? either : ""}]`
}

const known = new Map<string, string>()

const masked = (one: string, measure: Measure): string => {
  if (one === "\\b") return boundary
  if (one === "\\B") return inside
  if (structure.test(one)) return one
  const key = `${measure} ${one}`
  const found = known.get(key) ?? classOf(one, measure)
  known.set(key, found)
  return found
}

const expression = (pattern: RegExp, measure: Measure): RegExp =>
  new RegExp(pattern.source.replaceAll(piece, (one) => masked(one, measure)), "")

/**
 * The expression that matches a folded text of ASCII where the pattern can match, with the right characters behind masks. It is for
 * compiled patterns, which have no look-around.
 *
 * @category constructors
 * @since 0.1.0
 */
export const possible = (pattern: RegExp): RegExp => expression(pattern, "some")

/**
 * The same where the pattern matches, whatever characters are behind masks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const certain = (pattern: RegExp): RegExp => expression(pattern, "every")

const isDigit = (text: string, at: number): boolean => /[0-9]/u.test(text.charAt(at))

/**
 * A word of letters and digits masked, as all words that are replaced alike have it: of one of both only the characters at its ends
 * are known.
 *
 * @category formatting
 * @since 0.1.0
 */
export const mask = (replaced: string): string => {
  if (/^[a-z]+$/iu.test(replaced)) return letter.repeat(replaced.length)
  if (/^[0-9]+$/u.test(replaced)) return digit.repeat(replaced.length)
  const end = (at: number) => isDigit(replaced, at) ? digit : letter
  return `${end(0)}${either.repeat(replaced.length - 2)}${end(replaced.length - 1)}`
}
