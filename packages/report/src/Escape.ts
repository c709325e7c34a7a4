/**
 * Text of others made safe to print: control octets and marks that reorder text become visible escapes, and length is
 * bounded.
 *
 * A server chooses its banner and its replies; printed as they are, they could move the cursor, hide a line or turn
 * `exe.txt` around. Secrets are not handled here: they never reach a report.
 *
 * @since 0.1.0
 */

/**
 * How much of one text of a server is shown, in characters. A reply line has at most 512 octets
 * (RFC 5321 section 4.5.3.1.5); two of those are kept.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxText = 1024

// C0, DEL, C1; bidirectional controls, isolates and marks; line and paragraph separators; the byte order mark; lone surrogates.
const unsafe =
  // oxlint-disable-next-line no-control-regex -- the octets to be found are control octets
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const name: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/**
 * One line without anything that a terminal would obey: `\n`, `\t`, `\x1b`, `\u202e` stand as written here.
 *
 * @category formatting
 * @since 0.1.0
 */
export const line = (text: string): string => {
  const shown = cut(text, maxText)
  return shown.replaceAll(unsafe, (found) => {
    const code = found.charCodeAt(0)
    return name[found] ??
      (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`)
  })
}

/**
 * As `line`, but line ends stay line ends.
 *
 * @category formatting
 * @since 0.1.0
 */
export const lines = (text: string): ReadonlyArray<string> => text.split(/\r\n|\r|\n/).map(line)

/**
 * At most `length` characters, the last of them `…` where something was left out.
 *
 * @category formatting
 * @since 0.1.0
 */
export const cut = (text: string, length: number): string => {
  if (text.length <= length) return text
  const points = Array.from(text.slice(0, length * 2))
  return points.length <= length && text.length <= length * 2
    ? text
    : `${points.slice(0, Math.max(length - 1, 0)).join("")}…`
}
