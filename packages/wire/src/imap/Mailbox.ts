/**
 * Mailboxes as an IMAP server lists them (RFC 9051 section 7.3.1), with what they are for (RFC 6154 section 2).
 *
 * Pure. A name stays as it came, so that it can be said back; of RFC 3501 it is in modified UTF-7, which `shown` undoes for people.
 *
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import type { Response } from "./Response.ts"
import { itemsOf, textOf } from "./Value.ts"

/**
 * A mailbox. `attributes` are in lower case with their backslash; `delimiter` is absent where there is no hierarchy.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mailbox {
  readonly name: string
  readonly delimiter: string | undefined
  readonly attributes: ReadonlyArray<string>
}

/**
 * A mailbox of a LIST response, or `undefined` for another response.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromResponse = (response: Response): Mailbox | undefined => {
  // XLIST is what Gmail and others had before RFC 6154, in the same form.
  if (response._tag !== "Untagged" || response.name !== "LIST" && response.name !== "XLIST") return undefined
  const [attributes, delimiter, named] = response.values
  // A mailbox may be called NIL, which only an atom of a delimiter means.
  const name = named === undefined || "list" in named ? undefined : "string" in named ? named.string : named.atom
  if (name === undefined || attributes === undefined || !("list" in attributes)) return undefined
  return {
    name,
    delimiter: textOf(delimiter),
    attributes: itemsOf(attributes).flatMap((value) => textOf(value)?.toLowerCase() ?? [])
  }
}

/**
 * The LIST response of a mailbox.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toResponse = ({ attributes, delimiter, name }: Mailbox): Response => ({
  _tag: "Untagged",
  name: "LIST",
  number: undefined,
  values: [
    { list: attributes.map((atom) => ({ atom })) },
    delimiter === undefined ? { atom: "NIL" } : { string: delimiter },
    { string: name }
  ]
})

/**
 * Whether a mailbox has an attribute, such as `\Junk`, and can be opened.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isFor = ({ attributes }: Mailbox, attribute: string): boolean =>
  attributes.includes(attribute.toLowerCase()) &&
  !attributes.includes("\\noselect") && !attributes.includes("\\nonexistent")

/** UTF-16 in Base64 with a comma for the slash. */
const decoded = (text: string): string | undefined => {
  const octets = Base64.decode(text.replaceAll(",", "/").padEnd(Math.ceil(text.length / 4) * 4, "="))
  return Result.isFailure(octets) || octets.success.length % 2 === 1
    ? undefined
    : new TextDecoder("utf-16be").decode(octets.success)
}

/**
 * A name as people read it (RFC 3501 section 5.1.3). What is not modified UTF-7 stays as it is.
 *
 * @category formatting
 * @since 0.1.0
 */
export const shown = (name: string): string =>
  name.replaceAll(/&([A-Za-z0-9+,]*)-/g, (whole, text: string) => text === "" ? "&" : decoded(text) ?? whole)
