/**
 * A text with an encoding taken off, where every octet knows which characters of the text it came from.
 *
 * Percent and form encoding, JSON escapes, character references of HTML, quoted-printable (RFC 2045 section 6.7), hex,
 * and Base64 in both alphabets (RFC 4648 section 4, RFC 4648 section 5) from each of the four places where a group may
 * begin. Lenient: what is no escape stands for itself. Nothing here knows what is looked for.
 */

/**
 * `octets` has one character of U+0000 to U+00FF for each octet, and `gap` where neighbours did not stand together. Octet
 * `i` came from the characters `from[i]` to before `to[i]` of the text.
 */
export interface View {
  readonly octets: string
  readonly from: ReadonlyArray<number>
  readonly to: ReadonlyArray<number>
  /** Whether the octets are what text stood for, and not text themselves. */
  readonly isBinary: boolean
}

const gap = "\u0100"
const encoder = new TextEncoder()

/** Octets as a string of the characters U+0000 to U+00FF. */
export const fromOctets = (octets: Uint8Array): string => {
  let out = ""
  for (const octet of octets) out += String.fromCharCode(octet)
  return out
}

const utf8 = (text: string): string => fromOctets(encoder.encode(text))

interface Places {
  readonly from: ReadonlyArray<number>
  readonly to: ReadonlyArray<number>
}

/** A view whose places are worked out when they are asked for: in most texts nothing is found, and nobody asks. */
class Lazy implements View {
  readonly octets: string
  readonly isBinary: boolean
  readonly #work: () => Places
  #places: Places | undefined

  constructor(octets: string, isBinary: boolean, work: () => Places) {
    this.octets = octets
    this.isBinary = isBinary
    this.#work = work
  }

  get from(): ReadonlyArray<number> {
    return (this.#places ??= this.#work()).from
  }

  get to(): ReadonlyArray<number> {
    return (this.#places ??= this.#work()).to
  }
}

class Builder {
  readonly octets: Array<string> = []
  readonly from: Array<number> = []
  readonly to: Array<number> = []

  add(octets: string, from: number, to: number): void {
    for (let index = 0; index < octets.length; index++) {
      this.octets.push(octets.charAt(index))
      this.from.push(from)
      this.to.push(to)
    }
  }

  view(isBinary: boolean): View {
    return { octets: this.octets.join(""), from: this.from, to: this.to, isBinary }
  }
}

const places = (length: number, first: number): ReadonlyArray<number> => Array.from({ length }, (_, at) => at + first)

/** As long as nearly every line: the places of a text that stands for itself are the same for all, and made once. */
const sharedPlaces = 4096
const starts = places(sharedPlaces, 0)
const ends = places(sharedPlaces, 1)

const fromAscii = (text: string): View =>
  text.length <= sharedPlaces
    ? { octets: text, from: starts, to: ends, isBinary: false }
    : { octets: text, from: places(text.length, 0), to: places(text.length, 1), isBinary: false }

/** The octets of a text in UTF-8. */
const fromText = (text: string): View => {
  if (!/[^\0-\x7f]/.test(text)) return fromAscii(text)
  return new Lazy(utf8(text), false, () => {
    const out = new Builder()
    let at = 0
    for (const character of text) {
      out.add(character < "\u0080" ? character : utf8(character), at, at + character.length)
      at += character.length
    }
    return out
  })
}

type Decoding = (view: View) => View | undefined

/** Takes escapes off. `undefined` where there are none. */
const escapes = (pattern: RegExp, octetsOf: (match: ReadonlyArray<string>) => string): Decoding => (view) => {
  // Most lines hold none, and asking first is cheaper than an iterator over nothing.
  if (view.octets.search(pattern) < 0) return undefined
  const octets = view.octets.replaceAll(pattern, (...match: ReadonlyArray<string>) => octetsOf(match))
  return new Lazy(octets, view.isBinary, () => escaped(view, pattern, octetsOf))
}

const escaped = (view: View, pattern: RegExp, octetsOf: (match: ReadonlyArray<string>) => string): Places => {
  const out = new Builder()
  let done = 0
  const copy = (end: number): void => {
    for (; done < end; done++) out.add(view.octets.charAt(done), view.from[done] ?? 0, view.to[done] ?? 0)
  }
  for (const match of view.octets.matchAll(pattern)) {
    const end = match.index + match[0].length
    copy(match.index)
    out.add(octetsOf(match), view.from[match.index] ?? 0, view.to[end - 1] ?? 0)
    done = end
  }
  copy(view.octets.length)
  return out
}

const octet = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 16))

// A pair of surrogates is one character.
const json = escapes(/\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\u[0-9a-f]{4}|\\["\\/bfnrt]/gi, ([found = ""]) => {
  if (found.charAt(1).toLowerCase() !== "u") {
    const control = "bfnrt".indexOf(found.charAt(1))
    return control < 0 ? found.charAt(1) : "\b\f\n\r\t".charAt(control)
  }
  return utf8(found.replaceAll(/\\u([0-9a-f]{4})/gi, (_, digits: string) => octet(digits)))
})

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }

const html = escapes(
  /&(?:#x0*([0-9a-f]{1,6})|#0*(\d{1,7})|(amp|lt|gt|quot|apos));?/gi,
  ([found = "", hex, decimal, name]) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? found
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0x10ffff ? found : utf8(String.fromCodePoint(code))
  }
)

const percent = escapes(/%([0-9a-f]{2})/gi, ([, digits]) => octet(digits ?? ""))
const form = escapes(/%([0-9a-f]{2})|\+/gi, ([, digits]) => digits === undefined ? " " : octet(digits))
const quoted = escapes(/=([0-9a-f]{2})/gi, ([, digits]) => octet(digits ?? ""))
// RFC 2047 section 4.2: an underscore stands for a space.
const quotedWord = escapes(/=([0-9a-f]{2})|_/gi, ([, digits]) => digits === undefined ? " " : octet(digits))

const hex = (fewest: number): Decoding => {
  const runs = new RegExp(`[0-9a-f]{${Math.max(2, 2 * fewest)},}`, "gi")
  return (view) => view.octets.search(runs) < 0 ? undefined : fromHex(view, runs)
}

const fromHex = (view: View, runs: RegExp): View => {
  const out = new Builder()
  for (const match of view.octets.matchAll(runs)) {
    for (const begin of [0, 1]) {
      for (let at = match.index + begin; at + 2 <= match.index + match[0].length; at += 2) {
        out.add(octet(view.octets.slice(at, at + 2)), view.from[at] ?? 0, view.to[at + 1] ?? 0)
      }
      out.add(gap, 0, 0)
    }
  }
  return out.view(true)
}

const sextets = new Map(
  [
    ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  ].map((character, value) => [character, value])
).set("-", 62).set("_", 63)

const base64 = (fewest: number): Decoding => {
  const runs = new RegExp(`([A-Za-z0-9+/_-]{${Math.max(2, Math.ceil(fewest * 8 / 6))},})(={0,2})`, "g")
  return (view) => view.octets.search(runs) < 0 ? undefined : fromBase64(view, runs)
}

const fromBase64 = (view: View, runs: RegExp): View => {
  const out = new Builder()
  for (const match of view.octets.matchAll(runs)) {
    const run = match[1] ?? ""
    const last = match.index + match[0].length - 1
    for (const begin of [0, 1, 2, 3]) {
      let bits = 0
      let count = 0
      for (let at = begin; at < run.length; at++) {
        bits = (bits << 6 | (sextets.get(run.charAt(at)) ?? 0)) & 0xffff
        count += 6
        if (count < 8) continue
        count -= 8
        // Padding belongs to the last octet, so that it does not stay behind alone.
        const isLast = run.length - at === 1 || (run.length - at === 2 && count + 6 < 8)
        const end = isLast ? last : match.index + at
        // An octet takes the two characters that its bits stand in; one that it shares goes with both its octets.
        out.add(String.fromCharCode(bits >> count & 0xff), view.from[match.index + at - 1] ?? 0, view.to[end] ?? 0)
      }
      out.add(gap, 0, 0)
    }
  }
  return out.view(true)
}

const ofText: ReadonlyArray<Decoding> = [json, html, percent, form, quoted, quotedWord]

/** What the escapes of `ofText` begin with. Most lines hold none of it, and are then searched once and not six times. */
const escape = /[\\&%+=_]/

/**
 * The text as it is, with one encoding taken off, and with two. Of Base64 and hex one, beside one of the others, and only
 * where at least `fewest` octets stand together.
 */
export const all = (fewest: number): (text: string) => ReadonlyArray<View> => {
  const ofBinary = binaries.get(fewest) ?? [base64(fewest), hex(fewest)]
  binaries.set(fewest, ofBinary)
  return (text) => views(text, ofBinary)
}

/** By `fewest`, of which there are as many as a piece of a secret has octets. A new expression is slow in its first uses. */
const binaries = new Map<number, ReadonlyArray<Decoding>>()

const apply = (view: View, decodings: ReadonlyArray<Decoding>): ReadonlyArray<View> =>
  decodings.flatMap((decoding) => decoding(view) ?? [])

const views = (text: string, ofBinary: ReadonlyArray<Decoding>): ReadonlyArray<View> => {
  const plain = fromText(text)
  const once = escape.test(plain.octets) ? apply(plain, ofText) : []
  const clear = [plain, ...once]
  const binary = clear.flatMap((view) => apply(view, ofBinary))
  const twice = once.flatMap((view) => apply(view, ofText))
  return [...clear, ...twice, ...binary, ...binary.flatMap((view) => apply(view, [json, html, percent]))]
}
