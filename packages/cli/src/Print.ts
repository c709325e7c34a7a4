/**
 * Text and data as they are printed.
 */

/** A value of the command line within a sentence: in quotes, control characters visible. */
export const quoted = (text: string): string => JSON.stringify(text)

/** Plain data as one JSON document with its line end; indented where people read it. */
export const json = (data: unknown, indent: boolean): string =>
  `${JSON.stringify(data, null, indent ? 2 : undefined)}\n`
