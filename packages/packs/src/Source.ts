/**
 * The text of a pack: of one file, or of several that are read as one.
 *
 * A pack that is long for a file is a folder. Its `_pack.yaml` comes first, and each further file of YAML, in the order of their names,
 * goes on where the one before ends. `decisions/0005-packs-in-parts.md` has the reasons.
 *
 * @since 0.1.0
 */

/**
 * One file of a pack.
 *
 * @category models
 * @since 0.1.0
 */
export interface Part {
  readonly path: string
  readonly text: string
}

/**
 * A pack as it was read; `path` is the file or the folder.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  readonly path: string
  readonly parts: ReadonlyArray<Part>
}

/**
 * The file with which a pack in several begins.
 *
 * @category constants
 * @since 0.1.0
 */
export const first = "_pack.yaml"

/**
 * The names of the files of a folder that is a pack, in order; `undefined` where it is none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const namesOf = (names: ReadonlyArray<string>): ReadonlyArray<string> | undefined =>
  names.includes(first)
    ? [first, ...names.filter((name) => name !== first && /\.ya?ml$/iu.test(name)).toSorted()]
    : undefined

/**
 * A pack of one file.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofText = (text: string, path: string): Source => ({ path, parts: [{ path, text }] })

const ended = (text: string): string => text === "" || text.endsWith("\n") ? text : `${text}\n`

/**
 * The whole text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const textOf = ({ parts }: Source): string =>
  parts.length === 1 ? parts[0]?.text ?? "" : parts.map(({ text }) => ended(text)).join("")

/**
 * The file and the line of it, from 1, of a line of the whole text. Without `file` where there is one alone.
 *
 * @category combinators
 * @since 0.1.0
 */
export const placesOf = ({ parts }: Source): (line: number) => { readonly file?: string; readonly line: number } => {
  if (parts.length < 2) return (line) => ({ line })
  let lines = 0
  const begins = parts.map(({ path, text }) => {
    const before = lines
    lines += ended(text).split("\n").length - 1
    return { path, before }
  })
  return (line) => {
    const found = begins.findLast(({ before }) => before < line)
    return found === undefined ? { line } : { file: found.path, line: line - found.before }
  }
}
