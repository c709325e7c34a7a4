/**
 * Message data on the wire: line ends and transparency (RFC 5321 section 4.5.2, section 4.1.1.4 and section 2.3.8).
 *
 * Pure: octets in, octets out. It does not look at headers and knows no BDAT.
 *
 * @since 0.1.0
 */
import * as Limits from "../Limits.ts"

const LF = 10
const CR = 13
const DOT = 46

/**
 * The octets `.` CR LF, which end the data once `toWire` has been sent. They are not part of `toWire`, so that a caller can
 * time, record and interrupt the moment of acceptance on its own. A fresh copy each call, because typed arrays are mutable.
 *
 * @category constants
 * @since 0.1.0
 */
export const endOfData = (): Uint8Array => Uint8Array.of(DOT, CR, LF)

/**
 * The line that ends the data, `.`, for writers that add CRLF themselves.
 *
 * @category constants
 * @since 0.1.0
 */
export const endOfDataLine = "."

/**
 * Makes a message ready to send: every CRLF, lone LF and lone CR becomes CRLF, a line that begins with a dot gets a second
 * one, and the last line ends with CRLF. The closing `.` line is not included. An empty message stays empty.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toWire = (message: Uint8Array): Uint8Array => rewrite(message, true)

/**
 * The message with CRLF line ends and a CRLF at its end, without transparency dots: what SIZE counts (RFC 1870 section 3).
 *
 * @category encoding
 * @since 0.1.0
 */
export const toCrlf = (message: Uint8Array): Uint8Array => rewrite(message, false)

const rewrite = (message: Uint8Array, stuff: boolean): Uint8Array => {
  // Worst case: every octet is a lone line end, or every line is one dot.
  const out = new Uint8Array(message.length * 2 + 2)
  let length = 0
  let lineStart = true
  for (let index = 0; index < message.length; index++) {
    const octet = message[index] ?? 0
    if (octet === CR || octet === LF) {
      if (octet === CR && message[index + 1] === LF) index++
      out[length++] = CR
      out[length++] = LF
      lineStart = true
      continue
    }
    if (stuff && lineStart && octet === DOT) out[length++] = DOT
    out[length++] = octet
    lineStart = false
  }
  if (!lineStart) {
    out[length++] = CR
    out[length++] = LF
  }
  return out.slice(0, length)
}

/**
 * Takes the transparency dots off data that has no closing `.` line: the inverse of `toWire` for messages with CRLF line
 * ends. A dot is taken off only after CRLF or at the beginning.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromWire = (wire: Uint8Array): Uint8Array => {
  const out = new Uint8Array(wire.length)
  let length = 0
  for (let index = 0; index < wire.length; index++) {
    const octet = wire[index] ?? 0
    const lineStart = index === 0 || (wire[index - 1] === LF && wire[index - 2] === CR)
    if (lineStart && octet === DOT) continue
    out[length++] = octet
  }
  return out.slice(0, length)
}

/**
 * What one chunk did to a `DataDecoder`. `done` is true once the closing line has come; then `message` is the data without
 * transparency dots and `rest` is what came after the closing line (a pipelined command, or an attack).
 *
 * @category models
 * @since 0.1.0
 */
export type DataPushed =
  | { readonly done: false }
  | {
    readonly done: true
    readonly message: Uint8Array
    readonly rest: Uint8Array
    readonly tooLong: boolean
    readonly bareEnds: boolean
  }

/**
 * Reads message data as a server does.
 *
 * **Details**
 *
 * Only CRLF `.` CRLF ends the data, or `.` CRLF as its first line; a lone LF or CR is content, because a server that takes
 * LF `.` LF for an end lets a second message be smuggled in (RFC 5321 section 4.1.1.4). `bareEnds` says that a lone LF or
 * CR came. Over `maxOctets` the data is read to its end but not kept: `tooLong` is true and `message` is its beginning. The
 * result depends on the octets and never on how they were cut. After the end every push answers the same.
 *
 * @category models
 * @since 0.1.0
 */
export interface DataDecoder {
  readonly push: (chunk: Uint8Array) => DataPushed
}

/**
 * Makes a decoder for one message of at most `maxOctets` octets (default `Limits.maxDataOctets`).
 *
 * @category constructors
 * @since 0.1.0
 */
export const decoder = (options?: { readonly maxOctets?: number }): DataDecoder => {
  const maxOctets = options?.maxOctets ?? Limits.maxDataOctets
  let buffer = new Uint8Array(1024)
  let length = 0
  let tooLong = false
  let bareEnds = false
  // Where in CRLF "." CRLF the stream is; the data begins as if after a CRLF.
  let state: "text" | "cr" | "start" | "dot" | "dot-cr" = "start"
  let finished: DataPushed | undefined = undefined

  const keep = (octet: number) => {
    if (length >= maxOctets) {
      tooLong = true
      return
    }
    if (length === buffer.length) {
      const grown = new Uint8Array(buffer.length * 2)
      grown.set(buffer)
      buffer = grown
    }
    buffer[length++] = octet
  }

  const text = (octet: number) => {
    keep(octet)
    if (octet === LF) bareEnds = true
    state = octet === CR ? "cr" : "text"
  }

  // True when the octet ends the data.
  const step = (octet: number): boolean => {
    switch (state) {
      case "text": {
        text(octet)
        return false
      }
      case "cr": {
        if (octet === LF) {
          keep(octet)
          state = "start"
          return false
        }
        bareEnds = true
        text(octet)
        return false
      }
      case "start": {
        if (octet === DOT) state = "dot"
        else text(octet)
        return false
      }
      case "dot": {
        // RFC 5321 section 4.5.2: a leading dot is deleted when other characters follow it on the line.
        if (octet === CR) state = "dot-cr"
        else text(octet)
        return false
      }
      case "dot-cr": {
        if (octet === LF) return true
        keep(CR)
        bareEnds = true
        text(octet)
        return false
      }
    }
  }

  return {
    push: (chunk) => {
      if (finished !== undefined) return finished
      for (let index = 0; index < chunk.length; index++) {
        if (step(chunk[index] ?? 0)) {
          finished = { done: true, message: buffer.slice(0, length), rest: chunk.slice(index + 1), tooLong, bareEnds }
          return finished
        }
      }
      return { done: false }
    }
  }
}
