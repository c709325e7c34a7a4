/**
 * Reads SPF records (RFC 7208 section 4.5, RFC 7208 section 4.6, RFC 7208 section 12).
 *
 * Pure: text in, terms out. A record is wrong as a whole when one of its terms is (RFC 7208 section 4.6). Nothing is looked up
 * and no record is made.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { MacroText } from "./Macro.ts"
import * as Macro from "./Macro.ts"

/** @category models @since 0.1.0 */
export type Qualifier = "+" | "-" | "~" | "?"

/**
 * A mechanism (RFC 7208 section 5). `text` is the term as it stands; `domain` is absent where the current domain is meant;
 * prefix lengths are 0 to 32 and 0 to 128, and complete.
 *
 * @category models
 * @since 0.1.0
 */
export type Mechanism =
  & { readonly qualifier: Qualifier; readonly text: string }
  & (
    | { readonly name: "all" }
    | { readonly name: "include" | "exists"; readonly domain: MacroText }
    | { readonly name: "a" | "mx"; readonly domain: MacroText | undefined; readonly four: number; readonly six: number }
    | { readonly name: "ptr"; readonly domain: MacroText | undefined }
    | { readonly name: "ip4" | "ip6"; readonly address: string; readonly prefix: number }
  )

/**
 * A record: mechanisms in their order, and the modifiers that count (RFC 7208 section 6). Unknown modifiers are left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface SpfRecord {
  readonly text: string
  readonly mechanisms: ReadonlyArray<Mechanism>
  readonly redirect: MacroText | undefined
  readonly explanation: MacroText | undefined
}

/**
 * A record that cannot be read. `term` is the first offending term, as it stands.
 *
 * @category errors
 * @since 0.1.0
 */
export class SpfSyntaxError extends Data.TaggedError("SpfSyntaxError")<{
  readonly term: string
  readonly problem:
    | "not-ascii"
    | "unknown-mechanism"
    | "argument-missing"
    | "argument-not-allowed"
    | "domain"
    | "address"
    | "prefix"
    | "repeated-modifier"
    | "separator"
}> {}

/**
 * Whether a TXT record is an SPF record: the version, then a space or the end (RFC 7208 section 4.5).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isSpf = (text: string): boolean => /^v=spf1(?: |$)/i.test(text)

const number = (digits: string | undefined, highest: number): number | undefined => {
  if (digits === undefined) return highest
  // RFC 7208 section 5.6: no leading zeros in a prefix length.
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined
  const value = Number(digits)
  return value <= highest ? value : undefined
}

type Parsed = Result.Result<Mechanism, SpfSyntaxError>

const fail = (term: string, problem: SpfSyntaxError["problem"]) => Result.fail(new SpfSyntaxError({ term, problem }))

/** The domain-spec and the two prefix lengths behind the name of `a` and `mx` (RFC 7208 section 5.3). */
const target = (text: string, head: Pick<Mechanism, "qualifier" | "text">, name: "a" | "mx"): Parsed => {
  const match = /^(?::(.*?))?(?:\/(\d*))?(?:\/\/(\d*))?$/.exec(text)
  if (match === null) return fail(head.text, "domain")
  const [, spec, four, six] = match
  const domain = spec === undefined ? undefined : Macro.domainFromText(spec)
  if (spec !== undefined && domain === undefined) return fail(head.text, "domain")
  const [prefix4, prefix6] = [number(four, 32), number(six, 128)]
  if (prefix4 === undefined || prefix6 === undefined) return fail(head.text, "prefix")
  return Result.succeed({ ...head, name, domain, four: prefix4, six: prefix6 })
}

const network = (text: string, head: Pick<Mechanism, "qualifier" | "text">, name: "ip4" | "ip6"): Parsed => {
  if (!text.startsWith(":")) return fail(head.text, "argument-missing")
  const [address = "", digits, ...more] = text.slice(1).split("/")
  if (more.length > 0) return fail(head.text, "prefix")
  const family = address.includes("%") ? undefined : IpAddress.family(address)
  if (family !== (name === "ip4" ? 4 : 6)) return fail(head.text, "address")
  const prefix = number(digits, name === "ip4" ? 32 : 128)
  if (prefix === undefined) return fail(head.text, "prefix")
  return Result.succeed({ ...head, name, address, prefix })
}

const mechanism = (term: string): Parsed => {
  const match = /^([+\-~?]?)([a-z][a-z0-9\-_.]*)(.*)$/is.exec(term)
  if (match === null) return fail(term, "unknown-mechanism")
  const [, sign, word = "", rest = ""] = match
  const head = { qualifier: (sign === "" ? "+" : sign) as Qualifier, text: term }
  const name = word.toLowerCase()
  switch (name) {
    case "all":
      return rest === "" ? Result.succeed({ ...head, name }) : fail(term, "argument-not-allowed")
    case "include":
    case "exists": {
      if (!rest.startsWith(":")) return fail(term, "argument-missing")
      const domain = Macro.domainFromText(rest.slice(1))
      return domain === undefined ? fail(term, "domain") : Result.succeed({ ...head, name, domain })
    }
    case "ptr": {
      if (rest === "") return Result.succeed({ ...head, name, domain: undefined })
      const domain = rest.startsWith(":") ? Macro.domainFromText(rest.slice(1)) : undefined
      return domain === undefined ? fail(term, "domain") : Result.succeed({ ...head, name, domain })
    }
    case "a":
    case "mx":
      return target(rest, head, name)
    case "ip4":
    case "ip6":
      return network(rest, head, name)
    default:
      return fail(term, "unknown-mechanism")
  }
}

/**
 * Reads a record that `isSpf`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<SpfRecord, SpfSyntaxError> => {
  const mechanisms: Array<Mechanism> = []
  const modifiers = new Map<"redirect" | "exp", MacroText>()
  // RFC 7208 section 4.6.1: terms are separated by spaces, never by tabs.
  for (const term of text.slice("v=spf1".length).split(" ")) {
    if (term === "") continue
    // RFC 7208 section 3.1: a record is US-ASCII.
    if (/[^\u0000-\u007f]/.test(term)) return fail(term, "not-ascii")
    if (/[\u0000-\u001f\u007f]/.test(term)) return fail(term, "separator")
    const modifier = /^([a-z][a-z0-9\-_.]*)=(.*)$/is.exec(term)
    if (modifier === null) {
      const read = mechanism(term)
      if (Result.isFailure(read)) return Result.fail(read.failure)
      mechanisms.push(read.success)
      continue
    }
    const [, name = "", value = ""] = modifier
    const known = name.toLowerCase()
    if (known === "redirect" || known === "exp") {
      // RFC 7208 section 6: either stands at most once.
      if (modifiers.has(known)) return fail(term, "repeated-modifier")
      const domain = Macro.domainFromText(value)
      if (domain === undefined) return fail(term, "domain")
      modifiers.set(known, domain)
    } else if (Macro.fromText(value, "domain") === undefined) return fail(term, "domain")
  }
  return Result.succeed({ text, mechanisms, redirect: modifiers.get("redirect"), explanation: modifiers.get("exp") })
}
