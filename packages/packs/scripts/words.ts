/**
 * What code that takes texts apart looks for in them: the letters and digits of its expressions, its strings and its keys.
 */
import * as Runs from "@sonde/packs/Runs"
import { fold } from "@sonde/packs/Text"
import { parseAst } from "rolldown/parseAst"

interface SourceFile {
  readonly path: string
  readonly text: string
}

const isNode = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && "type" in value

const ofString = (text: unknown): ReadonlyArray<Runs.Run> => typeof text === "string" ? Runs.ofText(fold(text)) : []

/** What a node itself looks for. */
const ofNode = (node: Readonly<Record<string, unknown>>, path: string): ReadonlyArray<Runs.Run> => {
  const { computed, key, regex, type, value } = node
  if (type === "Literal") {
    if (typeof regex !== "object" || regex === null || !("pattern" in regex)) return ofString(value)
    const read = Runs.read(`${regex.pattern}`)
    if (read === undefined) throw new Error(`${path}: nobody can tell what /${regex.pattern}/ looks for`)
    return read
  }
  if (type === "TemplateElement" && typeof value === "object" && value !== null && "raw" in value) {
    // An expression may be put together of it; what follows a backslash there is no letter of a text.
    return ofString(`${value.raw}`.replaceAll(/\\[A-Za-z]/gu, " ")).map((run) => ({
      ...run,
      begins: false,
      ends: false
    }))
  }
  return type === "Property" && computed === false && isNode(key) ? ofString(key["name"]) : []
}

const ofTree = (tree: unknown, path: string): ReadonlyArray<Runs.Run> => {
  if (Array.isArray(tree)) return tree.flatMap((one) => ofTree(one, path))
  if (!isNode(tree) || tree["type"] === "ImportDeclaration") return []
  return [...ofNode(tree, path), ...Object.values(tree).flatMap((one) => ofTree(one, path))]
}

/**
 * The runs of letters and digits that code looks for, as texts, in order.
 */
export const wordsOf = (code: ReadonlyArray<SourceFile>): ReadonlyArray<string> => {
  const all = code.flatMap(({ path, text }) => ofTree(parseAst(text, { lang: "ts" }).body, path))
  return [...new Set(all.map(Runs.toText))].sort()
}
