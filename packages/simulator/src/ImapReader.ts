/**
 * Cuts the octets of an IMAP client into commands: lines, with the literals in them (RFC 9051 section 4.3, non-synchronising
 * ones included).
 *
 * A command comes as text of one octet a character, a literal in place after its `{n}` and CRLF. Memory is bounded: a line
 * of more than 10 500 octets is refused, as Exchange Online does (imapsync's reports, T), and the response to a SASL
 * challenge may have 12 288 (RFC 4954 section 4.3). A literal may have 8 KiB, and 256 KiB after APPEND.
 *
 * @since 0.1.0
 */
import { maxKeptOctets } from "./Message.ts"

const maxLineOctets = 10_500
const maxResponseOctets = 12_288
const maxLiteralOctets = 8 * 1024

/** What came. `tooLarge` is a literal that is not taken; `text` is the command as far as it was read. */
export type Item =
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "continue" }
  | { readonly kind: "tooLong" }
  | { readonly kind: "tooLarge"; readonly text: string }

/** Octets a literal may have after this much of a command. */
export type LiteralLimit = (text: string) => number

const ofImap: LiteralLimit = (text) => /^\S+ APPEND /i.test(text) ? maxKeptOctets : maxLiteralOctets

/** Collects octets; `next` gives what is whole. */
export class ImapReader {
  readonly #limit: LiteralLimit
  #buffer: Buffer = Buffer.alloc(0)
  #text = ""
  /** Octets of the line read so far, those of literals not counted. */
  #lineOctets = 0
  #literal = 0
  #discard = 0
  /** The rest of the line is thrown away: it is too long. */
  #skipping = false
  /** The rest of the command is thrown away: it was refused, and its client has sent it already. */
  #refused = false

  constructor(limit: LiteralLimit = ofImap) {
    this.#limit = limit
  }

  push(octets: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? octets : Buffer.concat([this.#buffer, octets])
  }

  /** Forgets what has come and was not read. */
  clear(): void {
    this.#buffer = Buffer.alloc(0)
    this.#literal = this.#discard = 0
    this.#skipping = this.#refused = false
    this.#reset()
  }

  #reset(): void {
    this.#text = ""
    this.#lineOctets = 0
  }

  #take(octets: number): Buffer {
    const part = this.#buffer.subarray(0, octets)
    this.#buffer = this.#buffer.subarray(part.length)
    return part
  }

  /** The next item, or `undefined` until more octets come. With `raw` a line is a SASL response and has no literals. */
  next(raw: boolean): Item | undefined {
    for (;;) {
      if (this.#discard > 0) {
        this.#discard -= this.#take(this.#discard).length
        if (this.#discard > 0) return undefined
      }
      if (this.#literal > 0) {
        const part = this.#take(this.#literal)
        this.#literal -= part.length
        this.#text += part.toString("latin1")
        if (this.#literal > 0) return undefined
      }
      const at = this.#buffer.indexOf(0x0a)
      const limit = (raw ? maxResponseOctets : maxLineOctets) - this.#lineOctets
      if (at === -1) {
        if (this.#skipping || this.#buffer.length > limit + 1) {
          this.#skipping = true
          this.#buffer = Buffer.alloc(0)
        }
        return undefined
      }
      const line = this.#take(at + 1).toString("latin1").replace(/\r?\n$/, "")
      if (this.#refused) {
        this.#skipping = false
        this.#discard = Number(/\{(\d{1,10})\+\}$/.exec(line)?.[1] ?? 0)
        this.#refused = this.#discard > 0
        continue
      }
      if (this.#skipping || line.length > limit) {
        this.#skipping = false
        this.#reset()
        return { kind: "tooLong" }
      }
      const literal = raw ? null : /\{(\d{1,10})(\+?)\}$/.exec(line)
      const text = this.#text + line
      if (literal === null) {
        this.#reset()
        return { kind: "command", text }
      }
      const octets = Number(literal[1])
      if (octets > this.#limit(text)) {
        this.#reset()
        if (literal[2] === "+") {
          this.#discard = octets
          this.#refused = true
        }
        return { kind: "tooLarge", text }
      }
      this.#text = `${text}\r\n`
      this.#lineOctets += line.length
      this.#literal = octets
      if (literal[2] !== "+") return { kind: "continue" }
    }
  }
}
