/**
 * The output formats of the contract, and which of them this version can write.
 *
 * @since 0.1.0
 */

/**
 * Formats that can be written.
 *
 * @category constants
 * @since 0.1.0
 */
export const available = ["pretty", "json", "ndjson", "html"] as const

/**
 * A format that can be written.
 *
 * @category models
 * @since 0.1.0
 */
export type Format = typeof available[number]

/**
 * Formats of the contract that come with a later version.
 *
 * @category constants
 * @since 0.1.0
 */
export const later = ["junit", "sarif", "markdown", "agent"] as const

/**
 * Reads the name of a format. A problem is one sentence that lists what there is.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): { readonly format: Format } | { readonly problem: string } => {
  const format = available.find((name) => name === text)
  if (format !== undefined) return { format }
  const names = available.join(", ")
  return {
    problem: later.some((name) => name === text)
      ? `the format ${text} is not available in this version; there are ${names}`
      : `there is no such format; there are ${names}`
  }
}
