/**
 * Looks for a secret in what a program left behind, whatever became of it on the way.
 *
 * Works the other way round than the masking that it tests: it does not list the forms of a secret, it takes encodings
 * off the text, up to three in a row, and looks for the octets of the secret, whole or in pieces, in UTF-8, UTF-16 of
 * both orders, and Latin-1. A piece is long enough not to occur by chance and short enough that a secret that is folded
 * over lines or cut in half is found.
 */

/** The octets of a piece; shorter secrets are looked for as a whole. */
const pieceOctets = 12
/** How far pieces begin from each other: any `pieceOctets + strideOctets - 1` octets in a row hold one. */
const strideOctets = 4
const maxLayers = 3

type Decoding = readonly [name: string, decode: (view: string) => string]

const fromUtf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1")

const jsonOff = (view: string): string =>
  view
    .replaceAll(/(?:\\u[0-9a-fA-F]{4})+/g, (found) => {
      const units = found.split("\\u").slice(1).map((digits) => Number.parseInt(digits, 16))
      return fromUtf8(String.fromCharCode(...units))
    })
    .replaceAll(/\\(["\\/bfnrt])/g, (_, character: string) => {
      const at = "bfnrt".indexOf(character)
      return at < 0 ? character : "\b\f\n\r\t".charAt(at)
    })

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: "\u00a0" }

const htmlOff = (view: string): string =>
  view.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));?/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return fromUtf8(named[name] ?? whole)
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? fromUtf8(String.fromCodePoint(code)) : whole
    }
  )

const octet = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 16))

const percentOff = (view: string): string => view.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => octet(digits))

/** Every run of Base64 characters, read from each of the four places where a group may begin. */
const base64Off = (view: string): string =>
  Array.from(
    view.matchAll(/[A-Za-z0-9+/_-]{5,}/g),
    ([run]) => [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), "base64").toString("latin1")).join("\n")
  ).join("\n")

const hexOff = (view: string): string =>
  Array.from(
    view.matchAll(/[0-9a-f]{8,}/gi),
    ([run]) => [0, 1].map((from) => Buffer.from(run.slice(from), "hex").toString("latin1")).join("\n")
  ).join("\n")

const quotedOff = (view: string): string =>
  view.replaceAll(/=\r?\n/g, "").replaceAll(/=([0-9a-f]{2})/gi, (_, digits: string) => octet(digits))

/** What nearly every text has something of; taken off first or not at all, so that views do not multiply. */
const outermost: ReadonlyArray<Decoding> = [
  ["folded", (view) => view.replaceAll(/\s+/g, "")],
  ["encoded word", (view) => quotedOff(view).replaceAll("_", " ")]
]

const decodings: ReadonlyArray<Decoding> = [
  ["JSON", jsonOff],
  ["percent", percentOff],
  ["form", (view) => percentOff(view.replaceAll("+", " "))],
  ["HTML", htmlOff],
  ["quoted-printable", quotedOff],
  ["hex", hexOff],
  ["Base64", base64Off]
]

/** The octets under which a secret may stand, by the name of the character set. */
const charsets = (secret: string): ReadonlyArray<readonly [name: string, octets: Buffer, width: number]> => {
  const little = Buffer.from(secret, "utf16le")
  const narrow = Buffer.from(secret, "latin1")
  return [
    ["UTF-8", Buffer.from(secret), 1],
    ["UTF-16LE", little, 2],
    ["UTF-16BE", Buffer.from(little).swap16(), 2],
    ["Latin-1", narrow, 1],
    // What Latin-1 looks like after it was read as UTF-8.
    ["Latin-1 read as UTF-8", Buffer.from(narrow.toString("utf8")), 1]
  ]
}

const needles = (secret: string): ReadonlyMap<string, string> => {
  const out = new Map<string, string>()
  for (const [charset, octets, width] of charsets(secret)) {
    const text = octets.toString("latin1")
    const size = pieceOctets * width
    for (let at = 0; at === 0 || at + size <= text.length; at += strideOctets * width) {
      const piece = text.slice(at, at + size)
      if (!out.has(piece)) out.set(piece, charset)
    }
    if (text.length > size && !out.has(text.slice(-size))) out.set(text.slice(-size), charset)
  }
  return out
}

/** What was found: the character set and the encodings around it, outermost first. The secret itself is not repeated. */
export interface Finding {
  readonly form: string
  /** What stands around it in the text as it was searched, with the piece itself blotted out. */
  readonly around: string
}

/** All views of a text, each with the encodings that were taken off. */
const views = function*(text: string): Generator<readonly [layers: ReadonlyArray<string>, view: string]> {
  const seen = new Set<string>([text])
  let level: ReadonlyArray<readonly [layers: ReadonlyArray<string>, view: string]> = [[[], text]]
  for (let depth = 0; depth <= maxLayers; depth++) {
    yield* level
    if (depth === maxLayers) return
    level = level.flatMap(([layers, view]) =>
      [...decodings, ...depth === 0 ? outermost : []].flatMap(([name, decode]) => {
        // Base64 and hex of what came out of them is noise more often than not; two in a row are enough for anybody.
        const binary = layers.filter((layer) => layer === "Base64" || layer === "hex").length
        if (binary > 0 && (depth > 1 || name === "Base64" || name === "hex" && layers.at(-1) === "hex")) return []
        const decoded = decode(view)
        if (seen.has(decoded)) return []
        seen.add(decoded)
        return [[[...layers, name], decoded] as const]
      })
    )
  }
}

/** Finds secrets in a text or in octets. Every form is told once. */
export const search = (
  haystack: string | Uint8Array,
  secrets: ReadonlyArray<string>
): ReadonlyArray<Finding> => {
  const text = Buffer.from(haystack).toString("latin1")
  const found = new Map<string, Finding>()
  const wanted = new Map(secrets.flatMap((secret) => [...needles(secret)]))
  for (const [layers, view] of views(text)) {
    for (const [piece, charset] of wanted) {
      const at = view.indexOf(piece)
      if (at < 0) continue
      const form = [...layers, charset].join(" of ")
      if (found.has(form)) continue
      const around = `${view.slice(Math.max(0, at - 40), at)}█${view.slice(at + piece.length, at + piece.length + 20)}`
      found.set(form, { form, around: around.replaceAll(/[^\x20-\x7e█]/g, "·") })
    }
  }
  return [...found.values()]
}
