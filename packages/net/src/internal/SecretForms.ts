/**
 * The forms in which a server may echo a secret, as one regular expression.
 *
 * Raw; percent-encoded and form-encoded; JSON-escaped; HTML-escaped; hex; quoted-printable (RFC 2045 section 6.7); Base64
 * in both alphabets (RFC 4648 section 4, RFC 4648 section 5) at all three alignments, which finds the secret inside a
 * longer encoding such as `\0user\0secret` (RFC 4616 section 2); the same of UTF-16LE and, where it differs, Latin-1.
 * It does not find a secret that is folded over lines, cut short, or encoded twice.
 */
import * as Base64 from "effect/encoding/Base64"

/** Shorter secrets occur in innocent text, so they count only as whole words. */
export const minSubstringLength = 4

const utf8 = new TextEncoder()

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

const latin1 = (text: string): Uint8Array | undefined =>
  // oxlint-disable-next-line no-control-regex
  /[^\u0000-\u007f]/.test(text) && /^[\u0000-\u00ff]*$/.test(text)
    ? Uint8Array.from(text, (character) => character.charCodeAt(0))
    : undefined

const utf16 = (text: string): Uint8Array => {
  const octets = new Uint8Array(text.length * 2)
  for (let index = 0; index < text.length; index++) {
    octets[2 * index] = text.charCodeAt(index) & 0xff
    octets[2 * index + 1] = text.charCodeAt(index) >> 8
  }
  return octets
}

const hexOf = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("")

/** Each character of a Base64 text matches in both alphabets. */
const bothAlphabets = (text: string): string => text.replace(/[+/]/g, (found) => found === "+" ? "[+\\-]" : "[/_]")

/**
 * The Base64 of the octets when `shift` octets stand before them: the characters that the octets alone decide, and one more
 * on each side where a character is shared with a neighbour, so that no bits of the secret stay.
 */
const aligned = (octets: Uint8Array, shift: 0 | 1 | 2): string => {
  const shifted = new Uint8Array(octets.length + shift)
  shifted.set(octets, shift)
  const text = Base64.encode(shifted).replace(/=+$/, "")
  const begin = shift === 0 ? 0 : shift + 1
  const whole = Math.floor(shifted.length * 8 / 6)
  const before = shift === 0 ? "" : "[A-Za-z0-9+/_\\-]?"
  const after = whole * 6 === shifted.length * 8 ? "" : "[A-Za-z0-9+/_\\-]?=?=?"
  return before + bothAlphabets(text.slice(begin, whole)) + after
}

const percent = (octets: Uint8Array, keep: RegExp): string =>
  Array.from(octets, (octet) => {
    const character = String.fromCharCode(octet)
    return keep.test(character) ? escape(character) : `%${anyCase(octet.toString(16).padStart(2, "0"))}`
  }).join("")

const anyCase = (hex: string): string => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)

const quotedPrintable = (octets: Uint8Array): string =>
  Array.from(octets, (octet) =>
    octet >= 33 && octet <= 126 && octet !== 61
      ? escape(String.fromCharCode(octet))
      : octet === 32
      ? "(?: |_|=20)"
      : `=${anyCase(octet.toString(16).padStart(2, "0"))}`).join("")

const json = (secret: string): string =>
  Array.from({ length: secret.length }, (_, index) => {
    const character = secret.charAt(index)
    const plain = JSON.stringify(character).slice(1, -1)
    const code = `\\\\u${anyCase(secret.charCodeAt(index).toString(16).padStart(4, "0"))}`
    return character === "/" ? "\\\\?\\/" : `(?:${escape(plain)}|${code})`
  }).join("")

const html = (secret: string): string =>
  escape(
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
  )

const word = (pattern: string): string => `(?<![\\p{L}\\p{N}_])${pattern}(?![\\p{L}\\p{N}_])`

const forms = (secret: string): ReadonlyArray<string> => {
  const octets = utf8.encode(secret)
  const others = [utf16(secret), latin1(secret)].filter((form) => form !== undefined)
  const isShort = secret.length < minSubstringLength
  const text = [
    escape(secret),
    // encodeURIComponent, application/x-www-form-urlencoded, and everything but unreserved characters.
    percent(octets, /[A-Za-z0-9\-_.!~*'()]/),
    percent(octets, /[A-Za-z0-9\-_.~]/),
    percent(octets, /[A-Za-z0-9\-_.*]/).replaceAll("%20", "(?:\\+|%20)"),
    percent(octets, /^$/),
    json(secret),
    html(secret),
    quotedPrintable(octets),
    anyCase(hexOf(octets))
  ]
  if (isShort) return [...text, ...[octets, ...others].map((form) => aligned(form, 0))].map(word)
  const base64 = [octets, ...others].flatMap((form) => [aligned(form, 0), aligned(form, 1), aligned(form, 2)])
  return [...text, ...base64]
}

/**
 * Matches every form of every secret, longest secret first, so that a secret inside another does not leave its rest.
 * `undefined` where there is nothing to find. Empty secrets are none.
 */
export const pattern = (secrets: ReadonlyArray<string>): RegExp | undefined => {
  const sorted = [...new Set(secrets)].filter((secret) => secret !== "").sort((a, b) => b.length - a.length)
  if (sorted.length === 0) return undefined
  return new RegExp([...new Set(sorted.flatMap(forms))].join("|"), "gu")
}
