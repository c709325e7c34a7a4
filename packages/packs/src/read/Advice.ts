/**
 * Takes out of a text what a program advises in general: what might be the case is no statement about this failure.
 *
 * @since 0.1.0
 */

// MailKit prints every possible reason with each failed handshake; the real one follows, if it is known.
const advice =
  /(?:One possibility is that|This usually means that the (?:SSL|server's))[^]{0,3000}?for possible solutions\.?\s{0,10}/giu

/**
 * The text without such advice. The time is proportional to the text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutAdvice = (text: string): string =>
  text.includes("ossib") || text.includes("OSSIB") ? text.replace(advice, "") : text
