/**
 * The values of IMAP data: atoms, strings, NIL and lists (RFC 9051 section 4).
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import type { Segment } from "../Literals.ts"

/**
 * One value. An atom is as it came, flags with their backslash; a string is its content, whether it was quoted or a literal.
 *
 * @category models
 * @since 0.1.0
 */
export type Value =
  | { readonly atom: string }
  | { readonly string: string }
  | { readonly list: ReadonlyArray<Value> }

/**
 * The text of an atom or a string; `undefined` for a list and for NIL.
 *
 * @category combinators
 * @since 0.1.0
 */
export const textOf = (value: Value | undefined): string | undefined =>
  value === undefined || "list" in value
    ? undefined
    : "string" in value
    ? value.string
    : value.atom.toUpperCase() === "NIL"
    ? undefined
    : value.atom

/**
 * What a list holds; nothing where the value is none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const itemsOf = (value: Value | undefined): ReadonlyArray<Value> =>
  value !== undefined && "list" in value ? value.list : []

/** Why values cannot be read. */
export type Problem = "unbalanced" | "unquoted" | "too-deep"

/** Where reading is: a segment, and a place in its text. */
interface Cursor {
  segment: number
  at: number
}

/**
 * Reads all values of a response from a place in its first segment on.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromSegments = (
  segments: ReadonlyArray<Segment>,
  from: number
): Result.Result<ReadonlyArray<Value>, Problem> => {
  const cursor: Cursor = { segment: 0, at: from }
  const stack: Array<Array<Value>> = [[]]
  const add = (value: Value): void => void stack[stack.length - 1]!.push(value)

  for (; cursor.segment < segments.length; cursor.segment++, cursor.at = 0) {
    const segment = segments[cursor.segment]!
    if ("literal" in segment) {
      add({ string: segment.literal })
      continue
    }
    const { text } = segment
    while (cursor.at < text.length) {
      const character = text.charAt(cursor.at)
      if (character === " ") cursor.at += 1
      else if (character === "(") {
        cursor.at += 1
        stack.push([])
        if (stack.length > Limits.maxNesting) return Result.fail("too-deep")
      } else if (character === ")") {
        cursor.at += 1
        const list = stack.pop()!
        if (stack.length === 0) return Result.fail("unbalanced")
        add({ list })
      } else if (character === "\"") {
        quotedString.lastIndex = cursor.at
        const quoted = quotedString.exec(text)
        if (quoted === null) return Result.fail("unquoted")
        cursor.at = quotedString.lastIndex
        add({ string: quoted[1]!.replace(/\\(.)/gsu, "$1") })
      } else {
        // `BODY[HEADER.FIELDS (DATE)]` is one atom, whatever stands in its brackets.
        bareAtom.lastIndex = cursor.at
        const atom = bareAtom.exec(text)![0]
        cursor.at += atom.length
        add({ atom })
      }
    }
  }
  return stack.length === 1 ? Result.succeed(stack[0]!) : Result.fail("unbalanced")
}

const quotedString = /"((?:[^"\\]|\\[^])*)"/gy

const bareAtom = /(?:[^ ()"[]|\[[^\]]*\]?|\[)+|[^]/gy

/** What a quoted string carries: ASCII without the line ends and NUL (RFC 9051 section 9, `TEXT-CHAR`). */
const quotable = /^[\u0001-\u0009\u000b\u000c\u000e-\u007f]*$/

/**
 * Whether a text can be written as a quoted string. What cannot goes as a literal.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isQuotable = (text: string): boolean => quotable.test(text)

/**
 * A text as a quoted string; only for what `isQuotable`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`

/**
 * Values as they go over the wire, with literals where nothing else can carry a string; line ends are within the text.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = (values: ReadonlyArray<Value>): string =>
  values.map((value) =>
    "list" in value
      ? `(${toText(value.list)})`
      : "atom" in value
      ? value.atom
      : isQuotable(value.string)
      ? quoted(value.string)
      : `{${new TextEncoder().encode(value.string).length}}\r\n${value.string}`
  ).join(" ")
