/**
 * How texts are compared: without regard to case, white space and typographic quotes, and never within a number.
 *
 * @since 0.1.0
 */

/**
 * How much of a text is looked at, in characters. Replies have at most a few thousand; the rest of a longer text is
 * ignored so that the cost of matching has a bound.
 */
export const maxText = 65_536

/** White space other than single spaces, quotes other than straight ones, and the long s, which lower case leaves. */
const uneven = /\s\s|[^\S ]|[\u2018-\u201e\u2032\u017f]/u

/** Whether there is nothing to straighten; of plain ASCII, as most texts are, told without the expression. */
const isEven = (text: string): boolean => {
  let before = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 32 ? before === 32 : code < 32 || code > 126) return !uneven.test(text)
    before = code
  }
  return true
}

/**
 * A literal in the form in which it is looked for in a folded text: lower case, straight quotes, white space collapsed to single spaces.
 * One at its edge counts, so that ` mx` is not in `rmx`. Idempotent.
 *
 * @category combinators
 * @since 0.1.0
 */
export const foldLiteral = (text: string): string => {
  const lower = (text.length > maxText ? text.slice(0, maxText) : text).toLowerCase()
  // Most texts are even, and looking is several times cheaper than replacing.
  return !isEven(lower)
    ? lower
      .replace(/[\u2018\u2019\u201a\u201b\u2032]/gu, "'")
      .replace(/[\u201c\u201d\u201e]/gu, "\"")
      .replace(/\u017f/gu, "s")
      .replace(/\s+/gu, " ")
    : lower
}

/**
 * A text in the form in which it is compared: as a literal is, trimmed. Idempotent.
 *
 * @category combinators
 * @since 0.1.0
 */
export const fold = (text: string): string => foldLiteral(text).trim()

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/**
 * Whether a literal that stands at `at` in a text may count: it does not where it begins or ends with a digit and the
 * number goes on.
 *
 * @category guards
 * @since 0.1.0
 */
export const atEdges = (text: string, literal: string, at: number): boolean => {
  const end = at + literal.length
  return !(at > 0 && isDigit(literal.charCodeAt(0)) && isDigit(text.charCodeAt(at - 1))) &&
    !(end < text.length && isDigit(literal.charCodeAt(literal.length - 1)) && isDigit(text.charCodeAt(end)))
}

/**
 * Whether a folded text contains a folded literal. A literal that begins or ends with a digit does not match within
 * a longer number: `5.7.1` is not in `5.7.139`, `AADSTS70000` not in `AADSTS700016`.
 *
 * @category guards
 * @since 0.1.0
 */
export const contains = (text: string, literal: string): boolean => {
  if (literal.length === 0) return false
  for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + 1)) {
    if (atEdges(text, literal, at)) return true
  }
  return false
}

/**
 * Whether a host is a name (`smtp.example.com`) or, for a pattern with a leading dot, below it. Both in lower case
 * and without a trailing dot.
 *
 * @category guards
 * @since 0.1.0
 */
export const hostMatches = (host: string, pattern: string): boolean =>
  pattern.startsWith(".") ? host.endsWith(pattern) && host.length > pattern.length : host === pattern

/**
 * Whether a name is a domain or below it. Both in lower case.
 *
 * @category guards
 * @since 0.1.0
 */
export const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`)

/**
 * A host or domain name in the form in which it is compared: lower case, no trailing dot.
 *
 * @category combinators
 * @since 0.1.0
 */
export const foldName = (name: string): string => {
  const lower = name.trim().toLowerCase()
  return lower.endsWith(".") ? lower.slice(0, -1) : lower
}
