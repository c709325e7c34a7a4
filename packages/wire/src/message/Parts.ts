/**
 * Takes a message apart into what a mail program shows: subject, text, and attachments.
 *
 * RFC 2045 section 5, RFC 2045 section 6, RFC 2046 section 5.1, RFC 2047 section 2. Pure and total: what is no MIME is text,
 * an encoding that is unknown is left as it is, and octets that are no text become replacement characters. Nesting deeper than
 * `maxDepth` and more than `maxParts` parts stay together as one attachment.
 *
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Headers from "./Headers.ts"

/**
 * A part that is not the text. `type` is a media type in lower case, `contentId` is without angle brackets.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attachment {
  readonly name: string
  readonly type: string
  readonly octets: Uint8Array
  readonly inline: boolean
  readonly contentId: string | undefined
}

/**
 * What a message holds. `html` says of what kind the text is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Content {
  readonly subject: string
  readonly text: string
  readonly html: boolean
  readonly attachments: ReadonlyArray<Attachment>
}

/** @category limits @since 0.1.0 */
export const maxDepth = 10

/** @category limits @since 0.1.0 */
export const maxParts = 200

/** Octets as characters of the same number, so that structure can be found before a character set is known. */
const binary = (octets: Uint8Array): string => {
  let out = ""
  for (let at = 0; at < octets.length; at += 8192) out += String.fromCharCode(...octets.subarray(at, at + 8192))
  return out
}

const octetsOf = (text: string): Uint8Array => {
  const octets = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) octets[at] = text.charCodeAt(at)
  return octets
}

const fromBase64 = (text: string): Uint8Array | undefined => {
  // RFC 2045 section 6.8: what is not of the alphabet is ignored, and padding ends it.
  const bare = text.replace(/[^A-Za-z0-9+/=]+/g, "").replace(/=[^]*$/, "")
  const whole = bare.length % 4 === 1 ? bare.slice(0, -1) : bare
  return Result.getOrUndefined(Base64.decode(whole.padEnd(Math.ceil(whole.length / 4) * 4, "=")))
}

/** RFC 2045 section 6.7; in words an underscore is a space (RFC 2047 section 4.2). */
const fromQuotedPrintable = (text: string, isWord = false): Uint8Array =>
  octetsOf(
    (isWord ? text.replaceAll("_", " ") : text).replace(/=\r?\n/g, "").replace(
      /=([0-9A-Fa-f]{2})/g,
      (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))
    )
  )

const textOf = (octets: Uint8Array, charset: string | undefined): string => {
  try {
    return new TextDecoder(charset ?? "utf-8").decode(octets)
  } catch {
    return new TextDecoder("utf-8").decode(octets)
  }
}

const words = (text: string): string =>
  text.replace(/\?=\s+=\?/g, "?==?").replace(
    /=\?([A-Za-z0-9_.:-]{1,40})(?:\*[A-Za-z-]{1,20})?\?([BbQq])\?([^?\s]{0,1000})\?=/g,
    (whole, charset: string, encoding: string, data: string) => {
      const octets = encoding.toUpperCase() === "B" ? fromBase64(data) : fromQuotedPrintable(data, true)
      return octets === undefined ? whole : textOf(octets, charset)
    }
  )

/** A parameter of a field (RFC 2045 section 5.1), with the percent encoding that names outside of ASCII have. */
const parameter = (field: string, name: string): string | undefined => {
  const plain = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.){0,1000})"|([^\\s;"]{1,1000}))`, "i").exec(
    field
  )
  if (plain !== null) return words((plain[1] ?? plain[2] ?? "").replace(/\\(.)/g, "$1"))
  const extended = new RegExp(`;\\s*${name}\\*\\s*=\\s*([A-Za-z0-9_.:-]*)'[^']*'([^\\s;"]{1,3000})`, "i").exec(field)
  if (extended === null) return undefined
  const octets = octetsOf(
    (extended[2] ?? "").replace(
      /%([0-9A-Fa-f]{2})/g,
      (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))
    )
  )
  return textOf(octets, extended[1] === "" ? undefined : extended[1])
}

interface Part {
  readonly headers: ReadonlyArray<Headers.Header>
  readonly body: Uint8Array
}

/** Where the header fields end and the body begins. */
const split = (octets: Uint8Array): Part => {
  let start = 0
  while (start < octets.length) {
    const feed = octets.indexOf(10, start)
    const end = feed < 0 ? octets.length : feed + 1
    const isEmpty = octets[start] === 10 || (octets[start] === 13 && octets[start + 1] === 10)
    if (isEmpty) return { headers: Headers.fromBytes(octets.subarray(0, start)), body: octets.subarray(end) }
    start = end
  }
  return { headers: Headers.fromBytes(octets), body: octets.subarray(octets.length) }
}

/** RFC 2046 section 5.1.1: the line break before a boundary belongs to it, and nothing but white space follows it. */
const between = (body: Uint8Array, boundary: string): ReadonlyArray<Uint8Array> => {
  const text = binary(body)
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  const parts: Array<Uint8Array> = []
  let from = -1
  for (const match of text.matchAll(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`, "g"))) {
    if (from >= 0) parts.push(body.subarray(from, match.index))
    if (match[1] !== undefined) return parts
    const feed = text.indexOf("\n", match.index + match[0].length)
    from = feed < 0 ? text.length : feed + 1
  }
  if (from >= 0 && from < text.length) parts.push(body.subarray(from))
  return parts
}

const decoded = (part: Part): Uint8Array => {
  const encoding = (Headers.first(part.headers, "Content-Transfer-Encoding") ?? "").toLowerCase()
  if (encoding === "base64") return fromBase64(binary(part.body)) ?? part.body
  return encoding === "quoted-printable" ? fromQuotedPrintable(binary(part.body)) : part.body
}

interface Found {
  text: string | undefined
  html: boolean
  count: number
  readonly attachments: Array<Attachment>
}

const read = (octets: Uint8Array, depth: number, alternative: boolean, found: Found): void => {
  const part = split(octets)
  const field = (name: string) => Headers.first(part.headers, name) ?? ""
  const typeField = field("Content-Type")
  const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.exec(typeField)?.[0].toLowerCase() ?? "text/plain"
  const boundary = type.startsWith("multipart/") ? parameter(typeField, "boundary") : undefined
  if (boundary !== undefined && depth < maxDepth && found.count < maxParts) {
    for (const inner of between(part.body, boundary)) read(inner, depth + 1, type === "multipart/alternative", found)
    return
  }
  found.count++
  const disposition = field("Content-Disposition")
  const name = parameter(disposition, "filename") ?? parameter(typeField, "name")
  const isText = (type === "text/plain" || type === "text/html") && !/^\s*attachment/i.test(disposition) &&
    name === undefined
  // Of alternatives the last one that is understood is the best (RFC 2046 section 5.1.4).
  if (isText && (found.text === undefined || (alternative && type === "text/html" && !found.html))) {
    found.text = textOf(decoded(part), parameter(typeField, "charset"))
    found.html = type === "text/html"
    return
  }
  if (isText && alternative) return
  const contentId = /<([^<>\s]+)>/.exec(field("Content-ID"))?.[1]
  found.attachments.push({
    name: name ?? `part-${found.count}${type === "message/rfc822" ? ".eml" : ""}`,
    type,
    octets: decoded(part),
    inline: contentId !== undefined && /^\s*inline/i.test(disposition),
    contentId
  })
}

/**
 * The content of a whole message.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromOctets = (message: Uint8Array): Content => {
  const found: Found = { text: undefined, html: false, count: 0, attachments: [] }
  read(message, 0, false, found)
  const subject = words(Headers.first(Headers.fromBytes(message), "Subject") ?? "")
  return { subject, text: found.text ?? "", html: found.html, attachments: found.attachments }
}
