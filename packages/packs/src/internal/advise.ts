/**
 * Messages of the decoder turned into what is wrong and what to do: the key or word that was probably meant, and short
 * lists.
 */
import * as Result from "effect/Result"
import * as Pattern from "../Pattern.ts"

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
export const nearest = (word: string, words: ReadonlyArray<string>): string | undefined => {
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

/** The JSON Schemas that may apply at a place. */
const schemasAt = (root: unknown, path: ReadonlyArray<string | number>) => {
  let schemas = spread(root, root)
  for (const key of path) {
    schemas = schemas.flatMap((schema) => {
      if (typeof key === "number") return spread(schema["items"], root)
      const properties = schema["properties"]
      const property = isRecord(properties) ? properties[key] : undefined
      return spread(property ?? schema["additionalProperties"], root)
    })
  }
  return schemas
}

/** The keys that a JSON Schema allows at a place, with what they mean. */
const keysAt = (root: unknown, path: ReadonlyArray<string | number>): ReadonlyMap<string, string | undefined> =>
  new Map(
    schemasAt(root, path).flatMap(({ properties }) =>
      Object.entries(isRecord(properties) ? properties : {}).map(([key, property]) => {
        const description = isRecord(property) ? property["description"] : undefined
        return [key, typeof description === "string" ? description : undefined] as const
      })
    )
  )

/** What stands at a place of plain data. */
export const valueAt = (value: unknown, path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>((found, key) => {
    if (Array.isArray(found) && typeof key === "number") return found[key]
    return isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }, value)

const listed = (words: ReadonlyArray<string>, most: number): string =>
  words.length <= most ? words.join(", ") : `${words.slice(0, most).join(", ")} and ${words.length - most} more`

/** A value within a sentence. */
const shown = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : isRecord(value)
    ? "a map"
    : value === null || value === undefined
    ? "nothing"
    : JSON.stringify(value).slice(0, 66)

const lowered = (text: string): string => text.replace(/^E/u, "e").replace(/, got .*$/su, "")

type Path = ReadonlyArray<string | number>

/** What is said of one message of the decoder. `onKey`: the key itself is wrong, not its value. */
export interface Advice {
  readonly keys: Path
  readonly check: string
  readonly message: string
  readonly remedy: string
  readonly onKey?: true
}

const ofKey = (keys: Path, schema: object): Advice & { readonly meant?: string } => {
  const last = `${keys.at(-1)}`
  const allowed = [...keysAt(schema, keys.slice(0, -1)).keys()]
  const meant = nearest(last, allowed)
  return {
    keys,
    check: "unknown-key",
    message: `"${last}" is not a key of this place`,
    remedy: meant === undefined ? `allowed here: ${listed(allowed, 24)}` : `did you mean "${meant}"?`,
    onKey: true,
    ...(meant === undefined ? {} : { meant })
  }
}

const ofMissing = (keys: Path, schema: object): Advice => {
  const last = `${keys.at(-1)}`
  const description = keysAt(schema, keys.slice(0, -1)).get(last)
  return {
    keys,
    check: "missing-key",
    message: `"${last}" is missing`,
    remedy: description === undefined ? "add it" : `add it (${description})`
  }
}

/** Words of a list that share parts with a word (`smtp_auth_off`, `smtp_auth_disabled_mailbox`), the most first. */
const related = (word: string, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const parts = new Set(word.slice(0, 64).toLowerCase().split(/[^a-z0-9]+/u).filter((part) => part.length > 2))
  return words
    .map((one) => ({ one, count: one.split("_").filter((part) => parts.has(part)).length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ one }) => one)
}

const ofWord = (keys: Path, options: string, found: unknown): Advice => {
  const words = options.split(" | ").map((word) => word.slice(1, -1))
  const isCause = keys.at(-1) === "cause"
  const meant = typeof found === "string" ? nearest(found, words) : undefined
  const like = isCause && typeof found === "string" ? related(found, words).slice(0, 3) : []
  const instead = meant !== undefined
    ? `did you mean "${meant}"?`
    : like.length > 0
    ? `is it ${like.join(" or ")}?`
    : `use one of ${listed(words, isCause ? 3 : 24)}`
  return {
    keys,
    check: isCause ? "unknown-cause" : "unknown-word",
    message: `${shown(found)} is ${isCause ? "no cause" : "not one of the words allowed here"}`,
    remedy: isCause ? `${instead} ("sonde packs causes" lists them all)` : instead
  }
}

const ofPattern = (keys: Path, found: unknown): Advice | undefined => {
  const compiled = typeof found === "string" ? Pattern.compile(found) : undefined
  if (compiled === undefined || Result.isSuccess(compiled)) return undefined
  const { dangerous, problem, remedy } = compiled.failure
  return { keys, check: dangerous ? "dangerous-pattern" : "pattern", message: problem, remedy }
}

const ofValue = (keys: Path, message: string, found: unknown): Advice => {
  // The whole document is not repeated: somebody may have named a file of secrets.
  if (keys.length === 0) {
    return {
      keys,
      check: "form",
      message: "this is no map of keys",
      remedy: "begin with id, name, kind, version and reviewBy"
    }
  }
  const expected = lowered(message)
  const quotes = expected.startsWith("expected string") && (typeof found === "number" || typeof found === "boolean")
  return {
    keys,
    check: "form",
    message: `${shown(found)} cannot stand here`,
    remedy: quotes ? `put it in quotes: "${found}"` : expected
  }
}

/**
 * What to say, in the order of the decoder's messages. A key that is missing because it was misspelt is told once.
 */
export const advise = (
  found: ReadonlyArray<{ readonly message: string; readonly keys: Path }>,
  root: unknown,
  schema: object
): ReadonlyArray<Advice> => {
  const excess = found
    .filter(({ message }) => message === "Expected no excess property")
    .map(({ keys }) => ofKey(keys, schema))
  const meant = new Set(excess.map(({ keys, meant }) => JSON.stringify([...keys.slice(0, -1), meant])))
  return found.flatMap(({ keys, message }): ReadonlyArray<Advice> => {
    if (message === "Expected no excess property") {
      const { meant: _meant, ...advice } = ofKey(keys, schema)
      return [advice]
    }
    if (message === "Missing key") return meant.has(JSON.stringify(keys)) ? [] : [ofMissing(keys, schema)]
    const value = valueAt(root, keys)
    const options = /^Expected ("[^"]*"(?: \| "[^"]*")+)$/u.exec(message)?.[1]
    if (options !== undefined) return [ofWord(keys, options, value)]
    return [(keys.at(-1) === "pattern" ? ofPattern(keys, value) : undefined) ?? ofValue(keys, message, value)]
  })
}
