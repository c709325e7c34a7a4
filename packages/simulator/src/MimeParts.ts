/**
 * The parts of a message as IMAP shows them: header fields, BODYSTRUCTURE, ENVELOPE and sections (RFC 9051 section 7.5.2,
 * RFC 2045, RFC 2046).
 *
 * Pure, on text of one octet a character. At most 100 parts, 10 levels deep; what is deeper is shown as it is, undivided.
 *
 * @since 0.1.0
 */
import { nstring, string } from "./ImapSyntax.ts"

/** A part of a message. `header` has the empty line behind it, `body` is what follows. */
export interface Part {
  readonly header: string
  readonly body: string
  readonly type: string
  readonly subtype: string
  readonly parameters: ReadonlyArray<readonly [name: string, value: string]>
  readonly parts: ReadonlyArray<Part>
  /** The message that a part is, where it is one. */
  readonly message: Part | undefined
}

/** What a part without Content-Type is (RFC 2045 section 5.2). */
const plain = "text/plain; charset=us-ascii"
const maxDepth = 10
const maxParts = 100
/** How much of a field is looked at. */
const maxFieldLength = 16_384

/** Fields of a header in order, unfolded (RFC 5322 section 2.2.3); `raw` is as sent, with its line end. */
export const fieldsOf = (
  header: string
): ReadonlyArray<{ readonly name: string; readonly value: string; readonly raw: string }> =>
  [...header.matchAll(/^([^\s:][^:\r\n]*):(.*(?:\r?\n[ \t].*)*)(?:\r?\n|$)/gm)].map((match) => ({
    name: (match[1] ?? "").trimEnd(),
    value: (match[2] ?? "").replace(/\r?\n(?=[ \t])/g, "").trim(),
    raw: match[0].endsWith("\n") ? match[0] : `${match[0]}\r\n`
  }))

/** The value of the first field with a name in lower case. */
export const fieldOf = (header: string, name: string): string | undefined =>
  fieldsOf(header).find((field) => field.name.toLowerCase() === name)?.value

const parametersOf = (text: string): ReadonlyArray<readonly [string, string]> =>
  [...text.slice(0, maxFieldLength).matchAll(/;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g)].map((
    match
  ) => [
    (match[1] ?? "").toUpperCase(),
    match[2]?.replace(/\\(.)/g, "$1") ?? match[3] ?? ""
  ])

const split = (text: string): { readonly header: string; readonly body: string } => {
  const match = /^\r?\n|\r?\n\r?\n/.exec(text)
  if (match === null) return { header: text, body: "" }
  const at = match.index + match[0].length
  return { header: text.slice(0, at), body: text.slice(at) }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** What stands between the boundaries (RFC 2046 section 5.1.1). */
const between = (body: string, boundary: string): ReadonlyArray<string> => {
  const pieces: Array<string> = []
  let from: number | undefined
  for (const match of body.matchAll(new RegExp(`(^|\\r?\\n)--${escaped(boundary)}(--)?[ \\t]*(?=\\r?\\n|$)`, "g"))) {
    if (from !== undefined) pieces.push(body.slice(Math.min(from, match.index), match.index))
    if (match[2] !== undefined) return pieces
    const end = match.index + match[0].length
    from = end + (body.startsWith("\r\n", end) ? 2 : 1)
  }
  if (from !== undefined) pieces.push(body.slice(from))
  return pieces
}

const read = (text: string, depth: number, budget: { left: number }, otherwise: string): Part => {
  const { body, header } = split(text)
  const field = fieldOf(header, "content-type") ?? otherwise
  const [, type = "TEXT", subtype = "PLAIN"] = /^\s*([^\s/;"]+)\/([^\s/;"]+)/.exec(field) ?? []
  const parameters = parametersOf(field)
  const boundary = parameters.find(([name]) => name === "BOUNDARY")?.[1] ?? ""
  const kind = `${type}/${subtype}`.toLowerCase()
  const deeper = depth < maxDepth && budget.left > 0
  const pieces = deeper && boundary !== "" && type.toLowerCase() === "multipart" ? between(body, boundary) : []
  const parts: Array<Part> = []
  for (const piece of pieces) {
    if (budget.left-- <= 0) break
    parts.push(read(piece, depth + 1, budget, kind === "multipart/digest" ? "message/rfc822" : plain))
  }
  const message = deeper && kind === "message/rfc822" && budget.left-- > 0
    ? read(body, depth + 1, budget, plain)
    : undefined
  const isBroken = type.toLowerCase() === "multipart" && parts.length === 0
  return {
    header,
    body,
    type: isBroken ? "TEXT" : type.toUpperCase(),
    subtype: isBroken ? "PLAIN" : subtype.toUpperCase(),
    parameters,
    parts,
    message
  }
}

/** Takes a message apart. */
export const partsOf = (octets: Buffer): Part => read(octets.toString("latin1"), 0, { left: maxParts }, plain)

interface Mailbox {
  readonly name: string | undefined
  readonly address: string
}

/** Addresses of a field; groups are flattened, comments dropped. */
const mailboxesOf = (field: string): ReadonlyArray<Mailbox> => {
  const found: Array<Mailbox> = []
  const bare = field.slice(0, maxFieldLength).replace(/\((?:[^()\\]|\\.)*\)/g, "")
  for (const match of bare.matchAll(/((?:"(?:[^"\\]|\\.)*"|[^",;<>:])*?)(?:<([^<>]*)>|(?=[,;:]|$))[,;:]?/g)) {
    const text = (match[1] ?? "").trim()
    const name = text.replace(/^"((?:[^"\\]|\\.)*)"$/, "$1").replace(/\\(.)/g, "$1")
    if (match[2] !== undefined) found.push({ name: name === "" ? undefined : name, address: match[2].trim() })
    else if (text.includes("@")) found.push({ name: undefined, address: text })
    if (match.index + match[0].length >= bare.length) break
  }
  return found
}

const addresses = (field: string | undefined): string => {
  const list = field === undefined ? [] : mailboxesOf(field)
  if (list.length === 0) return "NIL"
  return `(${
    list.map(({ address, name }) => {
      const at = address.lastIndexOf("@")
      const [local, host] = at === -1 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)]
      return `(${nstring(name)} NIL ${string(local)} ${string(host)})`
    }).join("")
  })`
}

/** The ENVELOPE of a message. Sender and Reply-To are From's where they are missing. */
export const envelope = ({ header }: Part): string => {
  const field = (name: string) => fieldOf(header, name)
  const from = field("from")
  const people = [from, field("sender") ?? from, field("reply-to") ?? from, field("to"), field("cc"), field("bcc")]
  return `(${nstring(field("date"))} ${nstring(field("subject"))} ${people.map(addresses).join(" ")} ${
    nstring(field("in-reply-to"))
  } ${nstring(field("message-id"))})`
}

const parameterList = (list: Part["parameters"]): string =>
  list.length === 0 ? "NIL" : `(${list.map(([name, value]) => `${string(name)} ${string(value)}`).join(" ")})`

const disposition = (header: string): string => {
  const field = fieldOf(header, "content-disposition")
  const kind = /^\s*([^\s;]+)/.exec(field ?? "")?.[1]
  return field === undefined || kind === undefined
    ? "NIL"
    : `(${string(kind.toUpperCase())} ${parameterList(parametersOf(field))})`
}

const lines = (text: string): number => text.split("\n").length - 1

/** BODYSTRUCTURE, or BODY without the extension data. */
export const structure = (part: Part, extended: boolean): string => {
  const { body, header, message, parameters, parts, subtype, type } = part
  if (parts.length > 0) {
    const extension = extended ? ` ${parameterList(parameters)} ${disposition(header)} NIL NIL` : ""
    return `(${parts.map((one) => structure(one, extended)).join("")} ${string(subtype)}${extension})`
  }
  const encoding = (fieldOf(header, "content-transfer-encoding") ?? "7BIT").toUpperCase()
  const basic = [
    string(type),
    string(subtype),
    parameterList(parameters),
    nstring(fieldOf(header, "content-id")),
    nstring(fieldOf(header, "content-description")),
    string(encoding),
    String(body.length)
  ]
  if (message !== undefined) basic.push(envelope(message), structure(message, extended), String(lines(body)))
  else if (type === "TEXT") basic.push(String(lines(body)))
  if (extended) basic.push(nstring(fieldOf(header, "content-md5")), disposition(header), "NIL", "NIL")
  return `(${basic.join(" ")})`
}

/** What a section names. `fields` are in capitals as given. */
export interface Section {
  readonly path: ReadonlyArray<number>
  readonly what: "" | "HEADER" | "HEADER.FIELDS" | "HEADER.FIELDS.NOT" | "MIME" | "TEXT"
  readonly fields: ReadonlyArray<string>
}

/** The text of a section, or `undefined` where the message has no such part. */
export const section = (whole: Part, { fields, path, what }: Section): string | undefined => {
  let part: Part | undefined = whole
  for (const [depth, number] of path.entries()) {
    const message: Part | undefined = depth === 0 ? part : part?.message
    // Part 1 of a message that is not multipart is its body.
    part = message === undefined
      ? part?.parts[number - 1]
      : message.parts.length === 0 && number === 1
      ? message
      : message.parts[number - 1]
  }
  if (part === undefined) return undefined
  const inner = path.length === 0 ? part : part.message
  switch (what) {
    case "":
      return path.length === 0 ? part.header + part.body : part.body
    case "MIME":
      return part.header
    case "TEXT":
      return inner?.body
    case "HEADER":
      return inner?.header
    default: {
      if (inner === undefined) return undefined
      const wanted = new Set(fields.map((name) => name.toLowerCase()))
      const isWanted = (name: string) => wanted.has(name.toLowerCase()) === (what === "HEADER.FIELDS")
      return `${fieldsOf(inner.header).flatMap(({ name, raw }) => isWanted(name) ? [raw] : []).join("")}\r\n`
    }
  }
}
