/**
 * Text and data as they are printed.
 */

/** A value of the command line within a sentence: in quotes, control characters visible. */
export const quoted = (text: string): string => JSON.stringify(text)

/** Plain data as one JSON document with its line end; indented where people read it. */
export const json = (data: unknown, indent: boolean): string =>
  `${JSON.stringify(data, null, indent ? 2 : undefined)}\n`

/** A word of a command that can be copied into a shell. */
export const shellQuoted = (text: string): string =>
  /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
