/**
 * Text that was cut at a fixed width, as terminals and printed tables do it: in the middle of words.
 *
 * @since 0.1.0
 */

/** Nobody writes into fewer columns, and in fewer lines two of one length are chance. */
const leastWidth = 60

/**
 * The text in one line where all of its lines but the last are of one length, three lines or more; otherwise as it is.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutWidth = (text: string): string => {
  const width = text.indexOf("\n")
  if (width < leastWidth || text.charAt(2 * width + 1) !== "\n") return text
  const lines = text.trimEnd().split("\n")
  const last = lines.at(-1) ?? ""
  const isCut = lines.length > 2 && last.length <= width && lines.slice(0, -1).every(({ length }) => length === width)
  return isCut ? lines.join("") : text
}
