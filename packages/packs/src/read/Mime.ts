/**
 * Takes a message apart as far as a bounce needs it: header fields (RFC 5322 section 2.2), multiparts (RFC 2046 section
 * 5.1) and their transfer encodings (RFC 2045 section 6).
 *
 * Total and bounded: beyond `maxMessage` characters, `maxDepth` levels and `maxParts` parts nothing is read. A damaged
 * message is read as far as it goes.
 *
 * @since 0.1.0
 */
import { fromBase64, fromEncodedWords, fromQuotedPrintable, toText } from "./Encoding.ts"

/** How much of a message is read, in characters. */
export const maxMessage = 1_048_576

/** How deep multiparts within multiparts are read. */
export const maxDepth = 10

/** How many parts are read. */
export const maxParts = 200

const maxHeaders = 500

/**
 * A part without parts. `type` is in lower case (`message/delivery-status`), `body` is decoded, with `\n` as line end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Leaf {
  readonly type: string
  readonly body: string
}

/** Header fields by name in lower case; of several with one name the first counts. */
export type Headers = ReadonlyMap<string, string>

const fieldStart = /^([!-9;-~]{1,76}):[ \t]?/u

/**
 * Header fields from the beginning of lines to the first line that is none, folded lines joined, encoded words decoded;
 * and where the body begins. Line ends must be `\n`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const headers = (text: string, from = 0): { readonly fields: Headers; readonly body: number } => {
  const fields = new Map<string, Array<string>>()
  let current: Array<string> | undefined
  let at = from
  let count = 0
  while (at < text.length) {
    const end = text.indexOf("\n", at)
    const line = text.slice(at, end === -1 ? text.length : end)
    const next = end === -1 ? text.length : end + 1
    if (line.trim() === "") {
      at = next
      break
    }
    // RFC 5322 section 2.2.3: a line that begins with white space continues the field.
    if (/^[ \t]/u.test(line)) {
      if (current !== undefined && current.length < maxHeaders) current.push(line.trim())
    } else {
      const name = fieldStart.exec(line)
      if (name?.[1] === undefined || ++count > maxHeaders) break
      const key = name[1].toLowerCase()
      current = [line.slice(name[0].length).trim()]
      if (!fields.has(key)) fields.set(key, current)
    }
    at = next
  }
  return {
    fields: new Map([...fields].map(([name, lines]) => [name, fromEncodedWords(lines.join("\n"))])),
    body: at
  }
}

/** A parameter of a field, `boundary` of `multipart/report; boundary="x"` (RFC 2045 section 5.1). */
const parameter = (value: string, name: string): string | undefined => {
  const found = new RegExp(`;\\s{0,20}${name}\\s{0,5}=\\s{0,5}(?:"([^"]{1,200})"|([^\\s;"]{1,200}))`, "iu")
    .exec(value.slice(0, 4000))
  return found?.[1] ?? found?.[2]
}

const decode = (body: string, encoding: string, charset: string | undefined): string => {
  const octets = encoding === "base64"
    ? fromBase64(body)
    : encoding === "quoted-printable"
    ? fromQuotedPrintable(body)
    : undefined
  return octets === undefined ? body : toText(octets, charset).replace(/\r\n?/gu, "\n")
}

/**
 * The parts between the lines `--boundary`; what stands before the first and after the last is no part. RFC 2046 section
 * 5.1.1: nothing but white space follows a boundary, so `--b` is not in `--b1`.
 */
const between = (body: string, boundary: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  const line = `--${boundary}`
  let from = -1
  let at = body.startsWith(line) ? 0 : body.indexOf(`\n${line}`)
  while (at !== -1 && parts.length < maxParts) {
    const begin = body[at] === "\n" ? at + 1 : at
    const behind = begin + line.length
    const end = body.indexOf("\n", behind)
    const rest = body.slice(behind, Math.min(end === -1 ? body.length : end, behind + 100)).trimEnd()
    if (rest === "" || rest === "--") {
      if (from !== -1) parts.push(body.slice(from, at))
      if (rest === "--") return parts
      from = end === -1 ? body.length : end + 1
    }
    at = body.indexOf(`\n${line}`, behind)
  }
  // A message that was cut off has no last line.
  if (from !== -1 && from < body.length) parts.push(body.slice(from))
  return parts
}

const read = (text: string, depth: number, out: Array<Leaf>): void => {
  if (out.length >= maxParts) return
  const { body, fields } = headers(text)
  const type = fields.get("content-type") ?? "text/plain"
  const name = /^[\w.+-]{1,60}\/[\w.+-]{1,60}/u.exec(type)?.[0].toLowerCase() ?? "text/plain"
  const boundary = name.startsWith("multipart/") ? parameter(type, "boundary") : undefined
  const content = text.slice(body)
  if (boundary !== undefined && depth < maxDepth) {
    for (const part of between(content, boundary)) read(part, depth + 1, out)
    return
  }
  const encoding = (fields.get("content-transfer-encoding") ?? "").trim().toLowerCase()
  out.push({ type: name, body: decode(content, encoding, parameter(type, "charset")) })
}

/**
 * The parts of a message, in order. Line ends must be `\n`. What is no message is one part, `text/plain`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const leaves = (message: string): ReadonlyArray<Leaf> => {
  const out: Array<Leaf> = []
  read(message.slice(0, maxMessage).replace(/^\s{1,100}/u, ""), 0, out)
  return out
}
