/**
 * CRLF framing: octets in any chunking to lines of text, and lines back to octets (RFC 5321 section 2.3.8).
 *
 * Pure: nothing here opens a socket or knows a protocol. It does not decode message data (`smtp/Data.ts`, where a bare LF
 * must not end a line) and does not judge: a bare LF ends a line and is flagged, a lone CR and a NUL stay in the text.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Limits from "./Limits.ts"

/**
 * One line without its ending. `text` is the octets read as UTF-8, with U+FFFD for what is not UTF-8. `ending` says how
 * the line ended; `lf` violates RFC 5321 section 2.3.8 and is worth a note, not a failure.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly text: string
  readonly ending: "crlf" | "lf"
}

/**
 * A line that is longer than the decoder allows. `excerpt` is its beginning, at most `Limits.errorExcerptOctets`. The
 * decoder is finished: the rest of the stream cannot be framed, so close the connection.
 *
 * @category errors
 * @since 0.1.0
 */
export class LineError extends Data.TaggedError("LineError")<{
  readonly problem: "too-long"
  readonly maxLineOctets: number
  readonly excerpt: string
}> {
  override get message(): string {
    return `line longer than ${this.maxLineOctets} octets`
  }
}

/**
 * What one chunk completed. `lines` are the lines that ended in it, in order; with `error` they are the lines before the
 * error. A `Result` could carry only one of the two, and then the chunking would decide which lines are seen.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pushed {
  readonly lines: ReadonlyArray<Line>
  readonly error?: LineError
}

/**
 * Collects octets into lines. Not shared between streams; make a new one after STARTTLS.
 *
 * **Details**
 *
 * All lines of all pushes together, and the error if there is one, depend on the octets alone and never on how they were
 * cut. After an error every push gives the same error and no lines. Memory is bounded by `maxLineOctets`.
 *
 * @category models
 * @since 0.1.0
 */
export interface LineDecoder {
  /** Takes the next octets and gives the lines they complete. The chunk is copied where it is kept. */
  readonly push: (chunk: Uint8Array) => Pushed
  /** Octets of an unfinished line held back, 0 to `maxLineOctets`; 0 after an error. */
  readonly pending: number
  /**
   * Takes the held-back octets out of the decoder, as a copy. Before a TLS handshake anything here, and any line beyond the
   * reply to STARTTLS, was sent in clear text and must not be used after it (RFC 3207 section 4.2).
   */
  readonly takePending: () => Uint8Array
}

const LF = 10
const CR = 13
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const encoder = new TextEncoder()

class LineDecoderImpl implements LineDecoder {
  readonly #maxLineOctets: number
  #buffer = new Uint8Array(0)
  #pending = 0
  #error: LineError | undefined = undefined

  constructor(maxLineOctets: number) {
    this.#maxLineOctets = maxLineOctets
  }

  get pending(): number {
    return this.#pending
  }

  takePending(): Uint8Array {
    const taken = this.#buffer.slice(0, this.#pending)
    this.#pending = 0
    return taken
  }

  push(chunk: Uint8Array): Pushed {
    if (this.#error !== undefined) return { lines: [], error: this.#error }
    const lines: Array<Line> = []
    let start = 0
    while (start < chunk.length) {
      const found = chunk.indexOf(LF, start)
      const end = found < 0 ? chunk.length : found + 1
      if (this.#pending + (end - start) > this.#maxLineOctets) return { lines, error: this.#fail(chunk, start) }
      if (found < 0) {
        this.#keep(chunk, start, end)
      } else if (this.#pending === 0) {
        lines.push(toLine(chunk, start, found))
      } else {
        this.#keep(chunk, start, found)
        lines.push(toLine(this.#buffer, 0, this.#pending))
        this.#pending = 0
      }
      start = end
    }
    return { lines }
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#pending + (end - start)
    if (needed > this.#buffer.length) {
      // Doubling keeps one octet per segment linear; the limit keeps doubling bounded.
      const grown = new Uint8Array(Math.min(this.#maxLineOctets, Math.max(needed, this.#buffer.length * 2, 256)))
      grown.set(this.#buffer.subarray(0, this.#pending))
      this.#buffer = grown
    }
    this.#buffer.set(chunk.subarray(start, end), this.#pending)
    this.#pending = needed
  }

  #fail(chunk: Uint8Array, start: number): LineError {
    const size = Math.min(Limits.errorExcerptOctets, this.#maxLineOctets)
    const head = this.#buffer.slice(0, Math.min(this.#pending, size))
    const tail = chunk.subarray(start, start + size - head.length)
    const excerpt = new Uint8Array(head.length + tail.length)
    excerpt.set(head)
    excerpt.set(tail, head.length)
    this.#error = new LineError({
      problem: "too-long",
      maxLineOctets: this.#maxLineOctets,
      excerpt: decoder.decode(excerpt)
    })
    this.#pending = 0
    this.#buffer = new Uint8Array(0)
    return this.#error
  }
}

const toLine = (octets: Uint8Array, start: number, end: number): Line =>
  end > start && octets[end - 1] === CR
    ? { text: decoder.decode(octets.subarray(start, end - 1)), ending: "crlf" }
    : { text: decoder.decode(octets.subarray(start, end)), ending: "lf" }

/**
 * Makes a decoder that refuses lines of more than `maxLineOctets` octets, ending included (default
 * `Limits.maxReplyLineOctets`). Numbers below 1 count as 1.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options?: { readonly maxLineOctets?: number }): LineDecoder =>
  new LineDecoderImpl(Math.max(1, options?.maxLineOctets ?? Limits.maxReplyLineOctets))

/**
 * The octets of lines, each ended by CRLF. The texts are written as they are: what may stand in a command is decided by the
 * codec that made it (`smtp/Command.ts` refuses CR, LF and NUL).
 *
 * @category encoding
 * @since 0.1.0
 */
export const toBytes = (lines: ReadonlyArray<string>): Uint8Array =>
  encoder.encode(lines.map((line) => `${line}\r\n`).join(""))
