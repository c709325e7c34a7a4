/**
 * Finds a secret, or a piece of it, in what a server sent, whatever form it was put into.
 *
 * Encodings are taken off the text (`View.ts`), and what is left is compared with the octets of the secret in UTF-8,
 * UTF-16 and Latin-1, and with what the latter look like after they were read as UTF-8. A piece of 12 octets counts, so
 * that a secret that is folded over lines or cut short is found; what stays visible at an end of a fold is shorter.
 * Does not find a secret that is encrypted, hashed, spelt backwards, or encoded more than twice.
 */
import * as View from "./View.ts"

/** Shorter secrets occur in innocent text, so they count only as whole words. */
const minSubstringLength = 4

/** Octets of a secret that do not occur by chance; shorter secrets count as a whole. */
const pieceOctets = 12

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

const utf16 = (text: string, order: "LE" | "BE"): Uint8Array => {
  const octets = new Uint8Array(text.length * 2)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    octets[2 * index + (order === "LE" ? 0 : 1)] = unit & 0xff
    octets[2 * index + (order === "LE" ? 1 : 0)] = unit >> 8
  }
  return octets
}

const isAscii = (octets: Uint8Array): boolean => octets.every((octet) => octet < 0x80)

const latin1 = (text: string): ReadonlyArray<Uint8Array> =>
  /^[\u0000-\u00ff]*$/.test(text) ? [Uint8Array.from(text, (character) => character.charCodeAt(0))] : []

/** One way in which the octets of a secret stand in a text; `size` is that of its shortest piece that counts. */
interface Needle {
  readonly octets: string
  readonly size: number
  readonly asWord: boolean
}

/**
 * A JWT (RFC 7519 section 3): what precedes its signature is the Base64 of claims that servers tell too, such as the
 * name of an issuer. Only a long piece of it counts; of the signature every piece does.
 */
const jwt = /^(eyJ[\w-]+\.[\w-]+)\.([\w-]{12,})$/

/** Octets of a token's claims that no server tells by chance. */
const claimOctets = 160

const needlesOf = (secret: string): ReadonlyArray<Needle> => {
  const [, claims, signature] = jwt.exec(secret) ?? []
  return claims === undefined || signature === undefined
    ? needles(secret, pieceOctets)
    : [...needles(claims, claimOctets), ...needles(signature, pieceOctets)]
}

const needles = (secret: string, piece: number): ReadonlyArray<Needle> => {
  const utf8 = encoder.encode(secret)
  const wide = [utf16(secret, "LE"), utf16(secret, "BE")]
  const readAsUtf8 = (octets: Uint8Array): Uint8Array =>
    isAscii(octets) ? octets : encoder.encode(decoder.decode(octets))
  // In ASCII all of these are the same.
  const narrow = isAscii(utf8) ? [utf8] : [utf8, ...latin1(secret)]
  const asWord = secret.length < minSubstringLength
  const sized = (all: ReadonlyArray<Uint8Array>, size: number): ReadonlyArray<Needle> =>
    [...new Set(all.map(View.fromOctets))].map((octets) => ({ octets, size: Math.min(size, octets.length), asWord }))
  return [
    ...sized([...narrow, ...narrow.map(readAsUtf8)], piece),
    ...sized([...wide, ...wide.map(readAsUtf8)], 2 * piece)
  ]
}

type Places = Map<string, Array<{ readonly needle: Needle; readonly at: number }>>

/**
 * Pieces of one size, by their octets; a bit of `begins` tells by the first two octets of a place whether one may be
 * there. Every run has its own tables: `begins` is kept small, and `places` are made for the first text that needs them.
 */
interface Index {
  readonly size: number
  readonly begins: Uint8Array
  readonly places: () => Places
}

const beginOctets = 1024

/** The bit for the two octets at a place. Different ones may share it. */
const pairAt = (octets: string, at: number): number =>
  ((octets.charCodeAt(at) & 0xff) << 5 ^ octets.charCodeAt(at + 1) & 0xff) & 8 * beginOctets - 1

const placesOf = (needles: ReadonlyArray<Needle>, size: number): Places => {
  const all: Places = new Map()
  for (const needle of needles) {
    for (let at = 0; at + size <= needle.octets.length; at++) {
      const piece = needle.octets.slice(at, at + size)
      const places = all.get(piece)
      if (places === undefined) all.set(piece, [{ needle, at }])
      else places.push({ needle, at })
    }
  }
  return all
}

const indexOf = (all: ReadonlyArray<Needle>): ReadonlyArray<Index> =>
  [...new Set(all.map(({ size }) => size))].map((size) => {
    const needles = all.filter((needle) => needle.size === size)
    const begins = new Uint8Array(beginOctets)
    for (const { octets } of needles) {
      for (let at = 0; at + size <= octets.length; at++) {
        const pair = pairAt(octets, at)
        begins[pair >> 3]! |= 1 << (pair & 7)
      }
    }
    let made: Places | undefined
    return { size, begins, places: () => made ??= placesOf(needles, size) }
  })

type Span = readonly [from: number, to: number]

const isWordCharacter = (character: string): boolean => /[\p{L}\p{N}_]/u.test(character)

const isWord = (text: string, [from, to]: Span): boolean =>
  !isWordCharacter(text.charAt(from - 1)) && !isWordCharacter(text.charAt(to))

const common = (octets: string, at: number, needle: Needle, from: number): number => {
  let length = needle.size
  while (from + length < needle.octets.length && octets[at + length] === needle.octets[from + length]) length++
  return length
}

/** Adds where pieces of a secret stand in a view. */
const addSpans = (out: Array<Span>, text: string, view: View.View, { begins, places, size }: Index): void => {
  const { octets } = view
  for (let at = 0; at + size <= octets.length; at++) {
    if (size > 1) {
      const pair = pairAt(octets, at)
      if (((begins[pair >> 3] ?? 0) & 1 << (pair & 7)) === 0) continue
    }
    const found = places().get(octets.slice(at, at + size))
    if (found === undefined) continue
    let longest = 0
    for (const place of found) {
      const length = common(octets, at, place.needle, place.at)
      const span = [view.from[at] ?? 0, view.to[at + length - 1] ?? 0] as const
      if (place.needle.asWord && !isWord(text, span)) continue
      longest = Math.max(longest, length)
    }
    if (longest === 0) continue
    out.push([view.from[at] ?? 0, view.to[at + longest - 1] ?? 0])
    at += longest - size
  }
}

/** Gives what replaces every secret, and every piece of one, by `mask`. Empty secrets are none. */
export const scrubber = (secrets: ReadonlyArray<string>, mask: string): (text: string) => string => {
  const indexes = indexOf([...new Set(secrets)].filter((secret) => secret !== "").flatMap(needlesOf))
  if (indexes.length === 0) return (text) => text
  const views = View.all(Math.min(...indexes.map(({ size }) => size)))
  return (text) => {
    const spans: Array<Span> = []
    for (const view of views(text)) for (const index of indexes) addSpans(spans, text, view, index)
    if (spans.length === 0) return text
    spans.sort((left, right) => left[0] - right[0] || right[1] - left[1])
    let out = ""
    let done = 0
    for (const [from, to] of spans) {
      if (from >= done) out += text.slice(done, from) + mask
      done = Math.max(done, to)
    }
    return out + text.slice(done)
  }
}
