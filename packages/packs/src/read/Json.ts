/**
 * Finds a JSON document in a text, alone or with words around it.
 *
 * What is no JSON is no error: then there is none. The time is proportional to the text.
 *
 * @since 0.1.0
 */

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/** At how many places a document is looked for. */
const maxAttempts = 4

/** Whether a value is a JSON object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A field that is a text and not empty. */
export const textOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where the object that begins at `from` ends; -1 where it does not. Braces within strings do not count. */
const endOf = (text: string, from: number): number => {
  let depth = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 92) at++
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 123) depth++
    else if (code === 125 && --depth === 0) return at + 1
  }
  return -1
}

/** RFC 8259 section 4: after the brace comes a name or the end. To look costs far less than to try. */
const begins = (text: string, from: number): boolean => {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 32 || code === 10 || code === 13 || code === 9) continue
    return code === 34 || code === 125
  }
  return false
}

/**
 * The first JSON object of a text. Of what stands around it nothing is kept.
 *
 * @category decoding
 * @since 0.1.0
 */
export const find = (text: string): Fields | undefined => {
  let from = text.indexOf("{")
  for (let attempt = 0; from !== -1 && attempt < maxAttempts; attempt++) {
    const end = begins(text, from) ? endOf(text, from) : -1
    if (end !== -1) {
      const value = parsed(text.slice(from, end))
      if (isFields(value)) return value
    }
    const next = text.slice(from + 1).search(/\{\s{0,200}"/u)
    from = next === -1 ? -1 : from + 1 + next
  }
  return undefined
}
