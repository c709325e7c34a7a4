/**
 * Takes a message off the wire: DATA with its dots (RFC 5321 section 4.5.2) and BDAT by count (RFC 3030 section 2).
 *
 * Keeps the first 256 KiB and counts the rest, so a session's memory is bounded whatever is sent. Reads From, Subject and
 * Message-ID and nothing else of the header.
 *
 * @since 0.1.0
 */

/** Octets of a message that are kept. Headers of real messages fit in many times over. */
export const maxKeptOctets = 256 * 1024

const crlfDot = Buffer.from("\r\n.")
const end = Buffer.from("\r\n.\r\n")

/** Collects one message. `octets` counts what the message has without the dots added for transparency. */
export class MessageReader {
  octets = 0
  #kept: Array<Buffer> = []
  #keptOctets = 0
  // Ahead of the first line stands the CRLF of the DATA command, which is not part of the message.
  #carry: Buffer = Buffer.from("\r\n")
  #skip = 2
  #dots = 0

  #keep(octets: Buffer): void {
    const room = maxKeptOctets + 2 - this.#keptOctets
    if (room <= 0) return
    const part = octets.subarray(0, room)
    this.#kept.push(Buffer.from(part))
    this.#keptOctets += part.length
  }

  #commit(joined: Buffer, length: number, dotsBefore: number): void {
    let at = joined.indexOf(crlfDot)
    while (at !== -1 && at < dotsBefore) {
      this.#dots++
      at = joined.indexOf(crlfDot, at + 3)
    }
    this.octets += length
    this.#keep(joined.subarray(0, length))
  }

  /** Takes octets of DATA. Gives what follows the final dot once that has come, `undefined` before. */
  pushData(chunk: Buffer): Buffer | undefined {
    const joined = Buffer.concat([this.#carry, chunk])
    const at = joined.indexOf(end)
    if (at === -1) {
      const length = Math.max(0, joined.length - 4)
      this.#commit(joined, length, length)
      this.#carry = joined.subarray(length)
      return undefined
    }
    // The line end before the final dot belongs to the message (RFC 5321 section 4.1.1.4).
    this.#commit(joined, at + 2, at)
    this.octets -= this.#skip + this.#dots
    this.#skip = 0
    return joined.subarray(at + 5)
  }

  /** Takes octets of BDAT as they are. */
  pushBinary(chunk: Buffer): void {
    this.octets += chunk.length
    this.#keep(chunk)
  }

  /** The first octets of the message, without added dots; `undefined` bytes past the bound. */
  kept(binary: boolean): Buffer {
    const all = Buffer.concat(this.#kept)
    if (binary) return all.subarray(0, maxKeptOctets)
    return Buffer.from(all.toString("latin1").replaceAll("\r\n.", "\r\n").slice(2), "latin1").subarray(0, maxKeptOctets)
  }
}

/** What the service reads of a header. `from` are the addresses of the From field. */
export interface Header {
  readonly from: ReadonlyArray<string>
  readonly subject: string | null
  readonly messageId: string | null
}

const addressesOf = (field: string): ReadonlyArray<string> => {
  const bare = field.replace(/"(?:[^"\\]|\\.)*"/g, "").replace(/\([^()]*\)/g, "")
  const angled = [...bare.matchAll(/<\s*([^<>\s]+@[^<>\s]+)\s*>/g)].flatMap((match) => match[1] ?? [])
  return angled.length > 0 ? angled : [...bare.matchAll(/[^\s<>,;:]+@[^\s<>,;:]+/g)].map((match) => match[0])
}

/** Fields by name in lower case, the first of each name. Only the first 64 KiB are looked at. */
const fieldsOf = (octets: Buffer): ReadonlyMap<string, string> => {
  const text = octets.subarray(0, 65_536).toString("utf8")
  const stop = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n")
  const fields = new Map<string, string>()
  // RFC 5322 section 2.2.3: a line that starts with white space continues the field before it.
  for (const line of (stop === -1 ? text : text.slice(0, stop)).replace(/\r\n(?=[ \t])/g, "").split("\r\n")) {
    const colon = line.indexOf(":")
    if (colon <= 0) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}

/** Addresses in fields of the header, by their names in lower case. */
export const addressesIn = (octets: Buffer, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const fields = fieldsOf(octets)
  return names.flatMap((name) => addressesOf(fields.get(name) ?? ""))
}

/** Reads the header at the start of a message. */
export const headerOf = (octets: Buffer): Header => {
  const fields = fieldsOf(octets)
  const from = fields.get("from")
  return {
    from: from === undefined ? [] : addressesOf(from),
    subject: fields.get("subject")?.slice(0, 998) ?? null,
    messageId: fields.get("message-id")?.slice(0, 998) || null
  }
}
