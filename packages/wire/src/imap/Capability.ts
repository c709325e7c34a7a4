/**
 * What an IMAP server offers (RFC 9051 section 7.2.2), from a CAPABILITY response or from the response code of that name.
 *
 * @since 0.1.0
 */
import * as Limits from "../Limits.ts"
import { textOf, type Value } from "./Value.ts"

/**
 * An offer: names in upper case, each once, in their order, `Limits.maxCapabilities` at most.
 *
 * @category models
 * @since 0.1.0
 */
export type Capabilities = ReadonlyArray<string>

/**
 * The offer in a text of words, such as the arguments of the code `CAPABILITY`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Capabilities =>
  [...new Set(text.toUpperCase().split(/ +/).filter((name) => name !== ""))].slice(0, Limits.maxCapabilities)

/**
 * The offer in the values of a CAPABILITY response.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromValues = (values: ReadonlyArray<Value>): Capabilities =>
  fromText(values.flatMap((value) => textOf(value) ?? []).join(" "))

/**
 * The SASL mechanisms of an offer, without `AUTH=`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const mechanisms = (offer: Capabilities): ReadonlyArray<string> =>
  offer.flatMap((name) => name.startsWith("AUTH=") ? [name.slice(5)] : [])

/**
 * Whether the LOGIN command may be used: RFC 9051 section 6.2.3 forbids it where LOGINDISABLED is offered.
 *
 * @category predicates
 * @since 0.1.0
 */
export const allowsLogin = (offer: Capabilities): boolean => !offer.includes("LOGINDISABLED")
