/**
 * The JSON Schema of packs as editors like it: what a key means stands beside the key, where they look for it.
 */
import type { Remedy } from "@sonde/domain/Verdict"

/** What editors show of the keys of a remedy, whose schema is that of reports too. */
const remedy: Readonly<Record<keyof Remedy, string>> = {
  kind: "look: changes nothing; change: the smallest change; verify: proves it; alternative: another way",
  text: "What to do, a sentence; {mailbox} and other placeholders are filled in",
  command: "The command, with placeholders; values are quoted for its shell",
  shell: "Where the command runs; decides how values are quoted",
  scope: "How far the change reaches: one mailbox",
  undo: "The command that takes the change back",
  url: "A page to open"
}

type Plain = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The description in an `allOf` that holds nothing else. */
const only = (value: unknown): string | undefined => {
  const parts: ReadonlyArray<unknown> = Array.isArray(value) ? value : []
  const [part] = parts
  return parts.length === 1 && isRecord(part) && Object.keys(part).length === 1 &&
      typeof part["description"] === "string"
    ? part["description"]
    : undefined
}

/** A reference with a description beside it arrives as `allOf` of the two. */
const besideReference = (value: Plain): Plain | undefined => {
  const parts: ReadonlyArray<unknown> = Array.isArray(value["allOf"]) ? value["allOf"] : []
  const [reference, description] = parts
  return parts.length === 2 && isRecord(reference) && "$ref" in reference && isRecord(description)
    ? { ...description, ...reference }
    : undefined
}

const hoist = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(hoist)
  if (!isRecord(value)) return value
  const beside = besideReference(value)
  if (beside !== undefined) return beside
  const { allOf, ...rest } = value
  const description = only(allOf)
  const kept = description === undefined ? value : { description, ...rest }
  return Object.fromEntries(Object.entries(kept).map(([key, one]) => [key, hoist(one)]))
}

const withRemedy = (definition: unknown): unknown => {
  if (!isRecord(definition) || !isRecord(definition["properties"])) return definition
  const texts: Readonly<Record<string, string>> = remedy
  const properties = Object.entries(definition["properties"])
    .map(([key, one]) => [key, isRecord(one) ? { description: texts[key], ...one } : one])
  return { ...definition, properties: Object.fromEntries(properties) }
}

/** The definitions of the schema with descriptions where editors show them. */
export const definitions = (given: Readonly<Record<string, unknown>>): Plain =>
  Object.fromEntries(
    Object.entries(given).map(([name, one]) => [name, name === "Remedy" ? withRemedy(one) : hoist(one)])
  )
