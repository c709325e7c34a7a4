/**
 * Puts the recipients of an envelope into a message, for services that read them off its header fields and have no envelope.
 *
 * RFC 5322 section 3.6.3. Pure. All other fields and the body stay as they are, octet by octet.
 *
 * @since 0.1.0
 */

const encoder = new TextEncoder()

/** Fields that name recipients (RFC 5322 section 3.6.3, RFC 5322 section 3.6.6). */
const naming = /^(?:resent-)?(?:to|cc|bcc)[ \t]*:/i

/** Where the lines of the header fields end, the empty line not counted. */
const linesOf = (message: Uint8Array): { readonly lines: ReadonlyArray<Uint8Array>; readonly end: number } => {
  const lines: Array<Uint8Array> = []
  let start = 0
  while (start < message.length) {
    const feed = message.indexOf(10, start)
    const end = feed < 0 ? message.length : feed + 1
    const line = message.subarray(start, end)
    if (line.length === 1 && line[0] === 10 || line.length === 2 && line[0] === 13 && line[1] === 10) break
    lines.push(line)
    start = end
  }
  return { lines, end: start }
}

const beginning = (line: Uint8Array): string => String.fromCharCode(...line.subarray(0, 40))

/**
 * A message of which `to` are all recipients: every To, Cc and Bcc is gone, and one To is there in their place. With no
 * recipients there is none of these fields.
 *
 * @category combinators
 * @since 0.1.0
 */
export const only = (message: Uint8Array, to: ReadonlyArray<string>): Uint8Array => {
  const { end, lines } = linesOf(message)
  const kept: Array<Uint8Array> = []
  let drops = false
  for (const line of lines) {
    const isContinuation = line[0] === 32 || line[0] === 9
    if (!isContinuation) drops = naming.test(beginning(line))
    if (!drops) kept.push(line)
  }
  const field = to.length === 0 ? [] : [encoder.encode(`To: ${to.join(",\r\n ")}\r\n`)]
  const rest = end < message.length ? message.subarray(end) : encoder.encode("\r\n")
  const all = [...field, ...kept, rest]
  const out = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of all) {
    out.set(part, at)
    at += part.length
  }
  return out
}
