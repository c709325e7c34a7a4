/**
 * Codec for the replies of a POP3 server (RFC 1939 section 3) with response codes (RFC 2449 section 8) and requests to go on
 * (RFC 5034 section 4).
 *
 * Pure: lines in, plain data out. Which command has a reply of several lines is known to who asks.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import type { ReplyDecoder } from "../ReplyDecoder.ts"

/**
 * A reply. `code` is the bracketed response code in upper case, such as `SYS/TEMP`; `text` is without it. `lines` follow a
 * positive reply of several lines, with their dots undone. `+` asks to go on; its `text` is a challenge in Base64.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pop3Reply {
  readonly status: "+OK" | "-ERR" | "+"
  readonly code?: string
  readonly text: string
  readonly lines: ReadonlyArray<string>
}

/**
 * Text that is not a reply. `line` is cut to `Limits.errorExcerptOctets` characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class Pop3ReplyError extends Data.TaggedError("Pop3ReplyError")<{
  readonly line: string
  readonly problem: "no-status" | "too-many-lines" | "too-long"
}> {
  override get message(): string {
    return `not a POP3 reply (${this.problem}): ${JSON.stringify(this.line)}`
  }
}

const syntax = /^(\+OK|-ERR)(?: ([^]*))?$/i
const going = /^\+(?: ([^]*))?$/
// RFC 2449 section 8.1.1: levels of a code are separated by a slash.
const coded = /^\[([\x21-\x5a\x5c\x5e-\x7e]+)\](?: |$)/

const fail = (line: string, problem: Pop3ReplyError["problem"]) =>
  Result.fail(new Pop3ReplyError({ line: line.slice(0, Limits.errorExcerptOctets), problem }))

const first = (line: string): Pop3Reply | undefined => {
  const go = going.exec(line)
  if (go !== null) return { status: "+", text: go[1] ?? "", lines: [] }
  const match = syntax.exec(line)
  if (match === null) return undefined
  const said = match[2] ?? ""
  const code = coded.exec(said)
  return {
    status: match[1]!.toUpperCase() === "+OK" ? "+OK" : "-ERR",
    ...(code === null ? {} : { code: code[1]!.toUpperCase() }),
    text: code === null ? said : said.slice(code[0].length),
    lines: []
  }
}

/**
 * Makes a decoder for one reply. With `several` a positive reply goes on to a line with a dot alone (RFC 1939 section 3).
 *
 * @category decoding
 * @since 0.1.0
 */
export const decoder = (several = false): ReplyDecoder<Pop3Reply, Pop3ReplyError> => {
  const lines: Array<string> = []
  let head: Pop3Reply | undefined = undefined
  let octets = 0
  return {
    push: (line) => {
      if (head === undefined) {
        head = first(line)
        if (head === undefined) return fail(line, "no-status")
        return Result.succeed(several && head.status === "+OK" ? undefined : head)
      }
      if (line === ".") return Result.succeed({ ...head, lines })
      octets += line.length + 2
      if (octets > Limits.maxReplyOctets) return fail(line, "too-long")
      if (lines.length === Limits.maxReplyLines) return fail(line, "too-many-lines")
      lines.push(line.startsWith(".") ? line.slice(1) : line)
      return Result.succeed(undefined)
    }
  }
}

/**
 * Writes a reply as lines without CRLF; `several` says whether its lines and the final dot belong to it.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toLines = (reply: Pop3Reply, several = false): ReadonlyArray<string> => {
  const said = [reply.status, reply.code === undefined ? "" : `[${reply.code}]`, reply.text]
  const head = said.filter((part) => part !== "").join(" ")
  if (!several || reply.status !== "+OK") return [head]
  return [head, ...reply.lines.map((line) => line.startsWith(".") ? `.${line}` : line), "."]
}

/**
 * The timestamp in a greeting, which APOP hashes with the password (RFC 1939 section 7); with its angle brackets.
 *
 * @category combinators
 * @since 0.1.0
 */
export const timestampOf = (greeting: string): string | undefined => /<[^<>\s]+@[^<>\s]+>/.exec(greeting)?.[0]

/** What a response code says of trying again: RFC 2449 section 8.1.1, RFC 3206 section 4. */
const temporary: ReadonlyArray<string> = ["SYS/TEMP", "IN-USE", "LOGIN-DELAY"]

/**
 * Whether a refusal with this code is a temporary one by its definition.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isTemporary = (code: string | undefined): boolean => code !== undefined && temporary.includes(code)
