/**
 * Session files: one text format for recorded transcripts, scripted servers and bug reports.
 *
 * A file is the server's side of a conversation, one step per line. `S: text` is sent with CRLF; `C: text` is expected, with `*` for
 * any run of characters; `tls` is a handshake; `wait 31s` a pause (units `ms`, `s`, `m`); `raw 0d0a` octets as they are;
 * `inject` says that what follows travels in the same segment as the line before; `close` ends the connection, `reset` breaks
 * it. `#` begins a comment line. After the last step the server stays silent.
 *
 * Pure: text in, steps out. Who plays them is `Net.layerStatic`, or a scripted server on a real socket.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * One step. `line` is the number in the file, from 1. The octets of `Send` hold their line end; `isInjected` asks for the segment
 * of the `Send` before.
 *
 * @category models
 * @since 0.1.0
 */
export type Step =
  | { readonly _tag: "Send"; readonly line: number; readonly octets: Uint8Array; readonly isInjected: boolean }
  | { readonly _tag: "Expect"; readonly line: number; readonly pattern: string }
  | { readonly _tag: "Tls"; readonly line: number }
  | { readonly _tag: "Wait"; readonly line: number; readonly millis: number }
  | { readonly _tag: "Close"; readonly line: number }
  | { readonly _tag: "Reset"; readonly line: number }

/**
 * A line that is no step. `line` counts from 1.
 *
 * @category errors
 * @since 0.1.0
 */
export class SessionScriptError extends Data.TaggedError("SessionScriptError")<{
  readonly line: number
  readonly text: string
}> {
  override get message(): string {
    return `line ${this.line} is no step of a session: ${JSON.stringify(this.text)}`
  }
}

const encoder = new TextEncoder()
const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

const step = (text: string, line: number, isInjected: boolean): Step | undefined => {
  const spoken = /^([SC]):(?: (.*))?$/s.exec(text)
  if (spoken !== null) {
    const words = spoken[2] ?? ""
    return spoken[1] === "S"
      ? { _tag: "Send", line, octets: encoder.encode(`${words}\r\n`), isInjected }
      : { _tag: "Expect", line, pattern: words }
  }
  const raw = /^raw ((?:[0-9a-f]{2}\s*)+)$/i.exec(text)
  if (raw !== null) {
    const octets = (raw[1] ?? "").match(/[0-9a-f]{2}/gi) ?? []
    return { _tag: "Send", line, octets: Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16)), isInjected }
  }
  const wait = /^wait (\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  if (wait !== null) return { _tag: "Wait", line, millis: Number(wait[1]) * (unitMillis[wait[2] ?? ""] ?? 1) }
  switch (text) {
    case "tls":
      return { _tag: "Tls", line }
    case "close":
      return { _tag: "Close", line }
    case "reset":
      return { _tag: "Reset", line }
    default:
      return undefined
  }
}

/**
 * Reads lines as steps. Empty lines and comments are none. `inject` must stand between two steps that send.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromLines = (lines: ReadonlyArray<string>): Result.Result<ReadonlyArray<Step>, SessionScriptError> => {
  const steps: Array<Step> = []
  let injectAt: number | undefined = undefined
  for (const [index, text] of lines.entries()) {
    const line = index + 1
    // Only the end is cut where it means nothing: a space after a reply code is part of the reply.
    const bare = /^[SC]:/.test(text) ? text : text.trim()
    if (bare === "" || bare.startsWith("#")) continue
    if (bare === "inject") {
      if (steps.at(-1)?._tag !== "Send") return Result.fail(new SessionScriptError({ line, text }))
      injectAt = line
      continue
    }
    const next = step(bare, line, injectAt !== undefined)
    if (next === undefined || (injectAt !== undefined && next._tag !== "Send")) {
      return Result.fail(new SessionScriptError({ line, text }))
    }
    injectAt = undefined
    steps.push(next)
  }
  if (injectAt !== undefined) return Result.fail(new SessionScriptError({ line: injectAt, text: "inject" }))
  return Result.succeed(steps)
}

/**
 * Reads a whole file. Lines end with LF or CRLF.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<ReadonlyArray<Step>, SessionScriptError> =>
  fromLines(text.split(/\r?\n/))

/**
 * Whether a line of the client is what a script expects. Everything but `*` stands for itself.
 *
 * @category predicates
 * @since 0.1.0
 */
export const matches = (pattern: string, line: string): boolean => {
  const [head = "", ...rest] = pattern.split("*")
  const tail = rest.pop()
  if (tail === undefined) return pattern === line
  if (!line.startsWith(head) || line.length < head.length + tail.length || !line.endsWith(tail)) return false
  let at = head.length
  for (const part of rest) {
    const found = line.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= line.length - tail.length
}
