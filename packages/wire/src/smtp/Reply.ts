/**
 * Codec for SMTP and LMTP replies (RFC 5321 section 4.2) with enhanced status codes (RFC 2034 section 4).
 *
 * Pure: lines in, plain data out. Nothing here opens a socket, sends a command or keeps session state, and nothing judges
 * whether a code fits the command it answers.
 *
 * Strict: three digits first, 2 to 5 in front; then a space, a hyphen or nothing; every line repeats the code; no empty line.
 * Tolerant, because real servers do it: a code without text, any second digit, text that is not ASCII, control characters in
 * the text, an enhanced code that is missing on some lines or whose class disagrees, lines over 512 octets.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import type { ReplyDecoder } from "../ReplyDecoder.ts"
import * as EnhancedStatus from "./EnhancedStatus.ts"

/**
 * A complete reply. `code` is 200 to 599. `enhanced` is the first enhanced code that begins a line, such as `5.7.139`.
 * `lines` are the texts in order, without code, separator, CRLF, and without the enhanced code where a line repeats it.
 * `text` is `lines` joined by `\n`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SmtpReply {
  readonly code: number
  readonly enhanced?: string
  readonly lines: readonly [string, ...Array<string>]
  readonly text: string
}

/**
 * Text that is not a reply. `line` is the first offending line without CRLF, cut to `Limits.errorExcerptOctets` characters.
 *
 * **Details**
 *
 * `no-code`: the line does not begin like a reply. `code-changed`: another code than the first line's. `empty`: an empty
 * line, or no line where one was due. `too-many-lines` and `too-long`: over `Limits.maxReplyLines` or
 * `Limits.maxReplyOctets`, or lines after the last. In every case the conversation is out of step: close it.
 *
 * @category errors
 * @since 0.1.0
 */
export class SmtpReplyError extends Data.TaggedError("SmtpReplyError")<{
  readonly line: string
  readonly problem: "no-code" | "code-changed" | "too-many-lines" | "too-long" | "empty"
}> {
  override get message(): string {
    return `not an SMTP reply (${this.problem}): ${JSON.stringify(this.line)}`
  }
}

// RFC 5321 section 4.2: the first digit is 2 to 5.
const syntax = /^([2-5]\d\d)(?:([ -])([^]*))?$/

const fail = (line: string, problem: SmtpReplyError["problem"]) =>
  Result.fail(new SmtpReplyError({ line: line.slice(0, Limits.errorExcerptOctets), problem }))

/**
 * Makes a decoder for one reply. Lines come without their ending; a hyphen after the code asks for more lines.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decoder = (): ReplyDecoder<SmtpReply, SmtpReplyError> => {
  const texts: Array<string> = []
  let code: string | undefined = undefined
  let octets = 0
  let finished: Result.Result<SmtpReply | undefined, SmtpReplyError> | undefined = undefined

  const step = (line: string): Result.Result<SmtpReply | undefined, SmtpReplyError> => {
    if (line.length === 0) return fail(line, "empty")
    const match = syntax.exec(line)
    if (match === null || match[1] === undefined) return fail(line, "no-code")
    // RFC 5321 section 4.2.1: every line of a multiline reply repeats the code.
    if (code !== undefined && match[1] !== code) return fail(line, "code-changed")
    code = match[1]
    if (texts.length === Limits.maxReplyLines) return fail(line, "too-many-lines")
    // UTF-16 units, which are never more than the octets they came from.
    octets += line.length + 2
    if (octets > Limits.maxReplyOctets) return fail(line, "too-long")
    texts.push(match[3] ?? "")
    return Result.succeed(match[2] === "-" ? undefined : make(Number(code), texts))
  }

  return {
    push: (line) => {
      if (finished !== undefined) return finished
      const result = step(line)
      if (Result.isFailure(result) || result.success !== undefined) finished = result
      return result
    }
  }
}

/**
 * Reads the lines of exactly one reply. Lines missing at the end fail with `empty`, lines after the last one with
 * `too-many-lines`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromLines = (lines: ReadonlyArray<string>): Result.Result<SmtpReply, SmtpReplyError> => {
  const { push } = decoder()
  for (const [index, line] of lines.entries()) {
    const result = push(line)
    if (Result.isFailure(result)) return Result.fail(result.failure)
    if (result.success === undefined) continue
    const next = lines[index + 1]
    return next === undefined ? Result.succeed(result.success) : fail(next, "too-many-lines")
  }
  return fail("", "empty")
}

/**
 * Writes a reply as lines without CRLF: the code on every line, a hyphen on all but the last, and `enhanced` in front of
 * every text (RFC 2034 section 4). A line with empty text keeps its separator. `text` is not looked at.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toLines = (reply: Omit<SmtpReply, "text">): ReadonlyArray<string> =>
  reply.lines.map((text, index) => {
    const separator = index === reply.lines.length - 1 ? " " : "-"
    return `${reply.code}${separator}${reply.enhanced === undefined ? "" : `${reply.enhanced} `}${text}`
  })

/**
 * Whether a line ends a reply, which is so unless a hyphen follows its code (RFC 5321 section 4.2.1). A line that is no
 * reply at all also ends it.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isLast = (line: string): boolean => syntax.exec(line)?.[2] !== "-"

/**
 * Makes a reply from its texts as they stand after the separator, and finds the enhanced code in them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (code: number, texts: ReadonlyArray<string>): SmtpReply => {
  const parts = texts.map(EnhancedStatus.split)
  // RFC 2034 section 4 wants the code on every line; the first one found counts, and a different one stays text.
  const enhanced = parts.find((part) => part.code !== undefined)?.code
  const [first = "", ...rest] = texts.map((text, index) => {
    const part = parts[index]
    return part?.code === undefined || part.code !== enhanced ? text : part.rest
  })
  const lines: readonly [string, ...Array<string>] = [first, ...rest]
  return { code, ...(enhanced === undefined ? {} : { enhanced }), lines, text: lines.join("\n") }
}
