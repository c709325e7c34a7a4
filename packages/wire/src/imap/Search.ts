/**
 * Searching a mailbox (RFC 9051 section 6.4.4): the criteria as arguments of a command, and the numbers that were found.
 *
 * Pure. Numbers are those of the command that was given: unique identifiers with UID SEARCH.
 *
 * @since 0.1.0
 */
import type { Argument } from "./Command.ts"
import type { Response } from "./Response.ts"
import { textOf } from "./Value.ts"

/**
 * A criterion: a header field or the subject that contains a text, in any case of its letters.
 *
 * @category models
 * @since 0.1.0
 */
export type Criterion =
  | { readonly header: string; readonly contains: string }
  | { readonly subject: string }

const said = (criterion: Criterion): ReadonlyArray<Argument> =>
  "subject" in criterion
    ? [{ word: "SUBJECT" }, { string: criterion.subject }]
    : [{ word: "HEADER" }, { string: criterion.header }, { string: criterion.contains }]

/**
 * The arguments that find messages for which at least one criterion holds: `OR` takes two, so that they nest.
 *
 * @category encoding
 * @since 0.1.0
 */
export const anyOf = (
  [first, ...others]: readonly [Criterion, ...ReadonlyArray<Criterion>]
): ReadonlyArray<Argument> => {
  const [next, ...rest] = others
  return next === undefined ? said(first) : [{ word: "OR" }, ...said(first), ...anyOf([next, ...rest])]
}

/** Most numbers that are read of one answer; a search for one message finds a few. */
const maxNumbers = 1000

/** The numbers of a sequence set (RFC 9051 section 9, `sequence-set`), as far as it has any. */
const inSet = (text: string): ReadonlyArray<number> =>
  text.split(",").flatMap((part) => {
    const range = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part)
    if (range === null) return []
    const [low, high] = [Number(range[1]), Number(range[2] ?? range[1])].sort((left, right) => left - right)
    return Array.from({ length: Math.min(high! - low! + 1, maxNumbers) }, (_, index) => low! + index)
  })

/**
 * The numbers that a search found, ascending, each once, the highest `maxNumbers` of them. Reads SEARCH of RFC 3501 and ESEARCH
 * of RFC 9051 section 7.3.4.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromResponses = (responses: ReadonlyArray<Response>): ReadonlyArray<number> => {
  const found = responses.flatMap((response) => {
    if (response._tag !== "Untagged") return []
    const words = response.values.map((value) => textOf(value) ?? "")
    if (response.name === "SEARCH") return words.flatMap((word) => /^\d{1,10}$/.test(word) ? [Number(word)] : [])
    const all = words.findIndex((word) => word.toUpperCase() === "ALL")
    return response.name === "ESEARCH" && all >= 0 ? inSet(words[all + 1] ?? "") : []
  })
  return [...new Set(found)].sort((left, right) => left - right).slice(-maxNumbers)
}

/**
 * The SEARCH response that tells of numbers.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toResponse = (numbers: ReadonlyArray<number>): Response => ({
  _tag: "Untagged",
  name: "SEARCH",
  number: undefined,
  values: numbers.map((number) => ({ atom: `${number}` }))
})
