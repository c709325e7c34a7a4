/**
 * Macros of SPF records: the text of a domain-spec or an explanation, in parts (RFC 7208 section 7.1).
 *
 * Pure. Reads and expands; what `%{p}` and `%{r}` stand for is looked up by whoever evaluates.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"

/**
 * A letter that stands for a value. `digits` is how many parts from the right are kept, `reverse` whether they are turned
 * round, `delimiters` what separates them (default `.`), `escape` whether the value is escaped as in a URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface Expand {
  readonly letter: Letter
  readonly digits: number | undefined
  readonly reverse: boolean
  readonly delimiters: string
  readonly escape: boolean
}

/** @category models @since 0.1.0 */
export type Letter = "s" | "l" | "o" | "d" | "i" | "p" | "h" | "c" | "r" | "t" | "v"

/** @category models @since 0.1.0 */
export type Part = string | Expand

/** @category models @since 0.1.0 */
export type MacroText = ReadonlyArray<Part>

const escapes: Readonly<Record<string, string>> = { "%": "%", "_": " ", "-": "%20" }

const expansion = /^%\{([slodiphcrtv])(\d*)(r?)([.\-+,/_=]*)\}/i

/**
 * The parts of a text, or `undefined` where it is none. Letters `c`, `r` and `t` stand in explanations only (RFC 7208 section
 * 7.2), and so does a space.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string, kind: "domain" | "explanation"): MacroText | undefined => {
  const parts: Array<Part> = []
  const add = (part: Part) => {
    const last = parts.at(-1)
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part
    else parts.push(part)
  }
  for (let at = 0; at < text.length;) {
    const character = text[at]!
    if (character !== "%") {
      // RFC 7208 section 12: macro-literal is visible ASCII without "%"; explanations may have spaces.
      if (!(character > " " && character <= "~") && !(kind === "explanation" && character === " ")) return undefined
      add(character)
      at++
      continue
    }
    const escape = escapes[text[at + 1] ?? ""]
    if (escape !== undefined) {
      add(escape)
      at += 2
      continue
    }
    const match = expansion.exec(text.slice(at))
    if (match === null) return undefined
    const [whole, letter = "", digits = "", reverse, delimiters = ""] = match
    const lower = letter.toLowerCase() as Letter
    if (kind === "domain" && "crt".includes(lower)) return undefined
    // RFC 7208 section 7.1: the number of parts is not zero.
    if (digits !== "" && Number(digits) === 0) return undefined
    add({
      letter: lower,
      digits: digits === "" ? undefined : Number(digits),
      reverse: reverse !== "",
      delimiters: delimiters === "" ? "." : delimiters,
      escape: letter !== lower
    })
    at += whole.length
  }
  return parts
}

const ends = /\.(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-(?:[a-z0-9-]*)[a-z0-9])\.?$/i

/**
 * The parts of a domain-spec, or `undefined`: it ends in a macro or in a label that can be a top-level one (RFC 7208 section
 * 7.1, `domain-end`).
 *
 * @category decoding
 * @since 0.1.0
 */
export const domainFromText = (text: string): MacroText | undefined => {
  const parts = fromText(text, "domain")
  const last = parts?.at(-1)
  if (parts === undefined || last === undefined) return undefined
  return typeof last !== "string" || ends.test(text) ? parts : undefined
}

/**
 * What the letters stand for. `sender` is a whole address; `validated` is the domain name of the address that connects (RFC 7208
 * section 7.3), `unknown` where there is none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Values {
  readonly sender: string
  readonly domain: string
  readonly address: string
  readonly helo: string
  readonly validated: string
  readonly receiver: string
  readonly nowSeconds: number
}

const hex = (octets: Uint8Array): string => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("")

/**
 * An address in the form of `%{i}`: dotted decimal, or 32 hex digits with dots between (RFC 7208 section 7.3).
 *
 * @category formatting
 * @since 0.1.0
 */
export const dotted = (address: string): string => {
  const octets = IpAddress.fromString(address) ?? new Uint8Array()
  return octets.length === 4 ? octets.join(".") : [...hex(octets).toUpperCase()].join(".")
}

const localOf = (sender: string): string => sender.slice(0, Math.max(0, sender.lastIndexOf("@")))

const valueOf = (letter: Letter, values: Values): string => {
  switch (letter) {
    case "s":
      return values.sender
    case "l":
      return localOf(values.sender)
    case "o":
      return values.sender.slice(values.sender.lastIndexOf("@") + 1)
    case "d":
      return values.domain
    case "i":
      return dotted(values.address)
    case "p":
      return values.validated
    case "h":
      return values.helo
    case "v":
      return IpAddress.family(values.address) === 6 ? "ip6" : "in-addr"
    case "c":
      return values.address.toLowerCase()
    case "r":
      return values.receiver
    case "t":
      return String(values.nowSeconds)
  }
}

const escaped = (text: string): string =>
  Array.from(
    new TextEncoder().encode(text),
    (octet) =>
      /[A-Za-z0-9\-._~]/.test(String.fromCharCode(octet))
        ? String.fromCharCode(octet)
        : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`
  ).join("")

const expand = (part: Part, values: Values): string => {
  if (typeof part === "string") return part
  const value = valueOf(part.letter, values)
  const pieces: Array<string> = [""]
  for (const character of value) {
    if (part.delimiters.includes(character)) pieces.push("")
    else pieces[pieces.length - 1] += character
  }
  if (part.reverse) pieces.reverse()
  const kept = part.digits === undefined ? pieces : pieces.slice(-part.digits)
  const joined = kept.join(".")
  return part.escape ? escaped(joined) : joined
}

/**
 * The text with everything expanded.
 *
 * @category formatting
 * @since 0.1.0
 */
export const toText = (text: MacroText, values: Values): string => text.map((part) => expand(part, values)).join("")

/** The longest name of the DNS in its usual form (RFC 1035 section 2.3.4). */
const maxName = 253

/**
 * The expanded domain, without a final dot; one that is too long loses labels on its left (RFC 7208 section 7.3).
 *
 * @category formatting
 * @since 0.1.0
 */
export const toDomain = (text: MacroText, values: Values): string => {
  let name = toText(text, values).replace(/\.$/, "")
  while (name.length > maxName) {
    const dot = name.indexOf(".")
    if (dot < 0) return ""
    name = name.slice(dot + 1)
  }
  return name
}

/**
 * Whether a text stands for the same whoever sends, so that it can be looked up in advance.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isConstant = (text: MacroText): boolean =>
  text.every((part) => typeof part === "string" || part.letter === "d")

/**
 * Whether a text needs the validated domain name of the address.
 *
 * @category predicates
 * @since 0.1.0
 */
export const needsValidated = (text: MacroText): boolean =>
  text.some((part) => typeof part !== "string" && part.letter === "p")
