/**
 * Reads the few header fields of a message that a delivery test needs (RFC 5322 section 2.2, RFC 5322 section 3.4
 * and RFC 5322 section 3.6.4).
 *
 * Pure. It is no full parser: bodies, MIME, encoded words and the obsolete syntax of RFC 5322 section 4 are left alone, and
 * nothing here judges a message.
 *
 * @since 0.1.0
 */

/**
 * One header field. `name` is as written, `value` is unfolded (line breaks gone, the white space after them kept) and
 * trimmed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Header {
  readonly name: string
  readonly value: string
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/**
 * All header fields in order, up to the first empty line. Line ends may be CRLF or LF; a line that is neither a field nor a
 * continuation is skipped.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromBytes = (message: Uint8Array): ReadonlyArray<Header> => {
  const headers: Array<{ readonly name: string; value: string }> = []
  for (const line of decoder.decode(headerOctets(message)).split(/\r?\n/)) {
    const last = headers.at(-1)
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last.value += line
      continue
    }
    // RFC 5322 section 2.2: a field name is printable ASCII without colon.
    const match = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:([^]*)$/.exec(line)
    if (match !== null && match[1] !== undefined) headers.push({ name: match[1], value: match[2] ?? "" })
  }
  return headers.map(({ name, value }) => ({ name, value: value.trim() }))
}

/**
 * The value of the first field with this name, in any case of its letters.
 *
 * @category reading
 * @since 0.1.0
 */
export const first = (headers: ReadonlyArray<Header>, name: string): string | undefined =>
  headers.find((header) => header.name.toLowerCase() === name.toLowerCase())?.value

/**
 * The Message-ID with its angle brackets, `undefined` when there is none.
 *
 * @category reading
 * @since 0.1.0
 */
export const messageId = (message: Uint8Array): string | undefined =>
  /<[^<>\s]+>/.exec(first(fromBytes(message), "Message-ID") ?? "")?.[0]

/**
 * The addresses of the From field, without names and comments, in order. Empty when the field is missing or holds none.
 *
 * @category reading
 * @since 0.1.0
 */
export const from = (message: Uint8Array): ReadonlyArray<string> => addresses(first(fromBytes(message), "From") ?? "")

/**
 * The addresses in the value of an address field such as From or To: what stands in angle brackets, or the whole entry when
 * there are none. Quoted names may hold commas and brackets, comments are dropped, groups are flattened.
 *
 * @category reading
 * @since 0.1.0
 */
export const addresses = (value: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let bare = ""
  let angle: string | undefined = undefined
  let depth = 0
  let inQuotes = false
  let open = false

  // What stands behind a closing bracket belongs to no address.
  const add = (character: string) => {
    if (angle === undefined) bare += character
    else if (open) angle += character
  }
  const flush = () => {
    const text = (angle ?? bare).trim()
    if (text.includes("@") && !(angle === undefined && /\s/.test(text) && !text.startsWith("\""))) found.push(text)
    bare = ""
    angle = undefined
    open = false
  }

  for (let index = 0; index < value.length; index++) {
    const character = value.charAt(index)
    if (character === "\\" && (inQuotes || depth > 0)) {
      index++
      if (depth === 0) add(character + value.charAt(index))
    } else if (depth > 0) {
      if (character === "(") depth++
      if (character === ")") depth--
    } else if (character === "\"") {
      inQuotes = !inQuotes
      add(character)
    } else if (inQuotes) {
      add(character)
    } else if (character === "(") depth++
    else if (character === "<") {
      angle = ""
      open = true
    } else if (character === ">") open = false
    else if (character === "," || character === ";") flush()
    else if (character === ":" && angle === undefined) bare = ""
    else add(character)
  }
  flush()
  return found
}

// The octets before the first empty line, so that a large body is not decoded.
const headerOctets = (message: Uint8Array): Uint8Array => {
  let lineStart = 0
  while (lineStart < message.length) {
    const lineEnd = message.indexOf(10, lineStart)
    if (lineEnd < 0) return message
    if (lineEnd === lineStart || (lineEnd === lineStart + 1 && message[lineStart] === 13)) {
      return message.subarray(0, lineStart)
    }
    lineStart = lineEnd + 1
  }
  return message
}
