/**
 * A pack from the text of YAML files, with errors that name file, line and column.
 *
 * Loads a YAML parser: import it only where user packs are read, never at start-up. Reading the files is the
 * caller's. Files over 1 MiB, packs over 4 MiB, over 200,000 values or nested deeper than 32 are refused, and so are anchors and
 * aliases beyond 2,000 uses, so that a hostile file costs little.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml"
import type { Document, Node } from "yaml"
import { decode, type Pack, PackError, type PackIssue } from "./Pack.ts"
import * as Source from "./Source.ts"

/** The longest file, in characters. */
export const maxCharacters = 1_048_576

/** The longest pack of several files, in characters. */
export const maxWhole = 4 * maxCharacters

/** How often aliases (`*name`) may be used in a file. */
export const maxAliases = 2000

/** How deep maps and lists may be nested. A pack needs 8. */
export const maxDepth = 32

/** How many maps, lists and scalars a file may have. */
export const maxNodes = 200_000

const refusal = (path: string, message: string, remedy: string, more: Partial<PackIssue> = {}): PackError =>
  new PackError({ path, issues: [{ at: "", path: [], check: "size", message, remedy, ...more }] })

/** What to do about the mistakes in YAML that people make most. */
const remedies: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "put the text in quotes where it holds a colon, or indent the line by two spaces more",
  BAD_INDENT: "indent it as its neighbours are, with spaces",
  TAB_AS_INDENT: "indent with spaces, never with tabs",
  DUPLICATE_KEY: "keep one of the two",
  MISSING_CHAR: "close the quote, bracket or brace",
  MULTILINE_IMPLICIT_KEY: "write \"key: value\" on one line, or put the text in quotes",
  BAD_SCALAR_START: "put the text in quotes",
  UNEXPECTED_TOKEN: "put the text in quotes where it holds a brace, a bracket, a comma or a colon"
}

/**
 * The errors of a parser without those that follow from an earlier one: after the first, tokens in unexpected places
 * are, and so is what is on the same line.
 */
const independent = <E extends { readonly code: string }>(
  errors: ReadonlyArray<E>,
  lineOf: (error: E) => number
): ReadonlyArray<E> => {
  const lines = new Set<number>()
  return errors.filter((error, number) => {
    const line = lineOf(error)
    if ((number > 0 && error.code === "UNEXPECTED_TOKEN") || lines.has(line)) return false
    lines.add(line)
    return true
  }).slice(0, 20)
}

/** The words of the parser without what it repeats of the file: somebody may have named a file of secrets. */
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message.split(/: |\n/u, 1)[0]?.slice(0, 120) ?? "" : "too complex"

const unreadable = { check: "yaml" } as const

/** The node at a path, or the nearest one above it; with `onKey` the key that leads there. */
const nodeAt = (document: Document, path: ReadonlyArray<string | number>, onKey = false): Node | undefined => {
  let node: unknown = document.contents
  for (const [number, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && `${item.key.value}` === `${key}`)
      if (pair === undefined) break
      const value: unknown = pair.value
      node = isNode(value) && !(onKey && number === path.length - 1) ? value : pair.key
      continue
    }
    const next: unknown = isNode(node) && "get" in node && typeof node.get === "function"
      ? node.get(key, true)
      : undefined
    if (!isNode(next)) break
    node = next
  }
  return isNode(node) ? node : undefined
}

/** How large a document is; stops counting where it is too large. */
const measure = (document: Document.Parsed) => {
  const size: { nodes: number; aliases: number; tooDeep?: number } = { nodes: 0, aliases: 0 }
  visit(document, {
    Node: (_key, node, ancestors) => {
      size.nodes++
      if (isAlias(node)) size.aliases++
      if (ancestors.length > maxDepth * 2) size.tooDeep = node.range?.[0] ?? 0
      const fits = size.tooDeep === undefined && size.nodes <= maxNodes && size.aliases <= maxAliases
      return fits ? undefined : visit.BREAK
    }
  })
  return size
}

/** What is too long to be looked at. */
const tooLong = (source: Source.Source): PackError | undefined => {
  const long = source.parts.find(({ text }) => text.length > maxCharacters)
  if (long !== undefined) {
    const message = `the file has ${long.text.length} characters, ${maxCharacters} are allowed`
    return refusal(long.path, message, `make it a folder with ${Source.first} and further files`)
  }
  const whole = source.parts.reduce((sum, { text }) => sum + text.length, 0)
  return whole > maxWhole
    ? refusal(source.path, `the files have ${whole} characters, ${maxWhole} are allowed`, "leave some out")
    : undefined
}

/**
 * A pack from YAML text. All that is wrong with its form is reported at once, each with file, line, column, key path and
 * what to do.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromSource = (source: Source.Source): Result.Result<Pack, PackError> => {
  const { path } = source
  const refused = tooLong(source)
  if (refused !== undefined) return Result.fail(refused)
  const text = Source.textOf(source)
  const placeOf = Source.placesOf(source)
  const lines = new LineCounter()
  let document: Document.Parsed
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2", strict: true })
  } catch (error) {
    return Result.fail(refusal(
      path,
      `not readable as YAML: ${wordsOf(error)}`,
      "write a map of keys and values",
      unreadable
    ))
  }
  const position = (offset: number) => {
    const { col, line } = lines.linePos(offset)
    return { ...placeOf(line), column: col }
  }
  if (document.errors.length > 0) {
    const issues = independent(document.errors, (error) => lines.linePos(error.pos[0]).line).map((error) => ({
      at: "",
      path: [],
      ...unreadable,
      message: `not readable as YAML: ${wordsOf(error)}`,
      remedy: remedies[error.code] ?? "correct the line, or the one before it",
      ...position(error.pos[0])
    }))
    return Result.fail(new PackError({ path, issues }))
  }
  const size = measure(document)
  if (size.tooDeep !== undefined) {
    return Result.fail(refusal(path, `nested deeper than ${maxDepth} levels`, "a pack needs 8", position(size.tooDeep)))
  }
  if (size.nodes > maxNodes) return Result.fail(refusal(path, `the file has more than ${maxNodes} values`, "split it"))
  if (size.aliases > maxAliases) {
    return Result.fail(refusal(path, `the file uses more than ${maxAliases} aliases`, "write it out"))
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: maxAliases })
  } catch (error) {
    return Result.fail(refusal(
      path,
      `not readable as YAML: ${wordsOf(error)}`,
      "write it out without aliases",
      unreadable
    ))
  }
  const decoded = decode(value, path)
  if (Result.isSuccess(decoded)) return decoded
  const issues = decoded.failure.issues.slice(0, 50).map((issue): PackIssue => {
    const range = nodeAt(document, issue.path, issue.onKey)?.range
    return {
      ...issue,
      ...(range === undefined || range === null ? {} : position(range[0]))
    }
  })
  return Result.fail(new PackError({ path, issues }))
}

/**
 * The same for the text of one file; `path` is its name in messages.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromText = (text: string, path: string): Result.Result<Pack, PackError> =>
  fromSource(Source.ofText(text, path))

/**
 * The line and column, from 1, of a place in the text of a pack, and the file of it where there are several; undefined where the text is
 * not YAML or has no such place. For findings of `Lint.ts`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const locate = (
  source: Source.Source
): (
  path: ReadonlyArray<string | number>
) => { readonly file?: string; readonly line: number; readonly column: number } | undefined => {
  if (tooLong(source) !== undefined) return () => undefined
  const text = Source.textOf(source)
  const placeOf = Source.placesOf(source)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2", strict: true })
  return (path) => {
    const range = nodeAt(document, path)?.range
    if (range === undefined || range === null) return undefined
    const { col, line } = lines.linePos(range[0])
    return { ...placeOf(line), column: col }
  }
}
