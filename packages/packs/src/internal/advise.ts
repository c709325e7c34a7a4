/**
 * Messages of the decoder turned into what to do: the key or word that was probably meant, and short lists.
 */

/** How many edits lie between two short words: a letter put in, left out or replaced, or two neighbours swapped. */
const distance = (one: string, other: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: other.length + 1 }, (_, at) => at)]
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= other.length; j++) {
      const replaced = cell(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      row.push(Math.min(
        replaced,
        cell(i - 1, j) + 1,
        (row[j - 1] ?? 0) + 1,
        swapped ? cell(i - 2, j - 2) + 1 : replaced
      ))
    }
  }
  return cell(one.length, other.length)
}

/** The word of a list that was probably meant. */
const nearest = (word: string, words: ReadonlyArray<string>): string | undefined => {
  const short = word.slice(0, 64).toLowerCase()
  let best: { readonly word: string; readonly edits: number } | undefined
  for (const candidate of words) {
    const edits = distance(short, candidate.toLowerCase())
    if (edits <= Math.max(1, Math.floor(candidate.length / 3)) && (best === undefined || edits < best.edits)) {
      best = { word: candidate, edits }
    }
  }
  return best?.word
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The parts of a JSON Schema that may apply: references followed, alternatives spread. */
const spread = (schema: unknown, root: unknown, depth = 0): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  if (!isRecord(schema) || depth > 8) return []
  const reference = schema["$ref"]
  if (typeof reference === "string" && isRecord(root) && isRecord(root["$defs"])) {
    return spread(root["$defs"][reference.slice("#/$defs/".length)], root, depth + 1)
  }
  const alternatives = schema["anyOf"]
  return Array.isArray(alternatives) ? alternatives.flatMap((one) => spread(one, root, depth + 1)) : [schema]
}

/** The keys that a JSON Schema allows at a place. */
const keysAt = (root: unknown, path: ReadonlyArray<string | number>): ReadonlyArray<string> => {
  let schemas = spread(root, root)
  for (const key of path) {
    schemas = schemas.flatMap((schema) => {
      if (typeof key === "number") return spread(schema["items"], root)
      const properties = schema["properties"]
      const property = isRecord(properties) ? properties[key] : undefined
      return spread(property ?? schema["additionalProperties"], root)
    })
  }
  return schemas.flatMap((schema) => isRecord(schema["properties"]) ? Object.keys(schema["properties"]) : [])
}

const valueAt = (value: unknown, path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>((found, key) => {
    if (Array.isArray(found) && typeof key === "number") return found[key]
    return isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }, value)

const listed = (words: ReadonlyArray<string>, most: number): string =>
  words.length <= most ? words.join(", ") : `${words.slice(0, most).join(", ")} and ${words.length - most} more`

/** What the decoder says of an unknown key. */
export const excessKey = "Expected no excess property"

/** The message for people: `message` is the decoder's, `root` the document that was decoded. */
export const advise = (
  message: string,
  path: ReadonlyArray<string | number>,
  root: unknown,
  jsonSchema: () => object
): string => {
  const last = path.at(-1)
  if (message === "Missing key") return `"${last}" is missing. Add it.`
  if (message === excessKey) {
    const keys = keysAt(jsonSchema(), path.slice(0, -1))
    const meant = nearest(`${last}`, keys)
    const advice = meant === undefined ? `Allowed here: ${listed(keys, 24)}.` : `Did you mean "${meant}"?`
    return `"${last}" is not a key of this place. ${advice}`
  }
  const options = /^Expected ("[^"]*"(?: \| "[^"]*")+)$/u.exec(message)?.[1]
  if (options !== undefined) {
    const words = options.split(" | ").map((word) => word.slice(1, -1))
    const found = valueAt(root, path)
    const meant = typeof found === "string" ? nearest(found, words) : undefined
    const said = typeof found === "string" ? `"${found.slice(0, 64)}"` : "This"
    const hint = last === "cause" ? " `sonde packs causes` lists them all." : ""
    return `${said} is not one of the words allowed here. ${
      meant === undefined ? `Use one of ${listed(words, 24)}.` : `Did you mean "${meant}"?`
    }${hint}`
  }
  return message
}
