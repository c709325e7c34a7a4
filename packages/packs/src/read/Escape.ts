/**
 * Undoes what printing does to a text: line ends and quotes written as escapes.
 *
 * @since 0.1.0
 */

/**
 * The text with real line ends (`\n` alone) and quotes without backslashes. A printed text may have been printed again,
 * so several backslashes count as one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unescape = (text: string): string => {
  const plain = text.includes("\\")
    ? text.replace(/\\r\\n|\\n|\\r/gu, "\n").replace(/\\{1,8}(["'])/gu, "$1")
    : text
  return plain.includes("\r") ? plain.replace(/\r\n?/gu, "\n") : plain
}
