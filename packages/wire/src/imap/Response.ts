/**
 * Codec for the responses of an IMAP server (RFC 9051 section 7, RFC 3501 section 7): tagged, untagged, and requests to go on.
 *
 * Pure: lines in, plain data out. Nothing here opens a socket, sends a command or keeps session state, and nothing judges whether
 * a response fits the command it answers.
 *
 * Strict: a response begins with a tag, `*` or `+`; lists and strings close. Tolerant, because real servers do it: a status without
 * text, a bare `+`, words in any case, several blanks between values, octets that are not UTF-8 in strings.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import { type Framed, make as assemble, type Segment } from "../Literals.ts"
import { type ResponseCode, split } from "./Code.ts"
import { fromSegments, toText, type Value } from "./Value.ts"

/**
 * A response.
 *
 * - `Tagged`: the end of a command
 * - `Status`: what a server says unasked, with the greeting (`OK`, `PREAUTH`, `BYE`)
 * - `Untagged`: data. `name` is in upper case; `number` stands before it (`* 23 EXISTS`); `values` follow
 * - `Continue`: go on, with a literal or an answer; `text` is as it came, a challenge in Base64 or words
 *
 * @category models
 * @since 0.1.0
 */
export type Response =
  | {
    readonly _tag: "Tagged"
    readonly tag: string
    readonly status: "OK" | "NO" | "BAD"
    readonly code: ResponseCode | undefined
    readonly text: string
  }
  | {
    readonly _tag: "Status"
    readonly status: "OK" | "NO" | "BAD" | "PREAUTH" | "BYE"
    readonly code: ResponseCode | undefined
    readonly text: string
  }
  | {
    readonly _tag: "Untagged"
    readonly name: string
    readonly number: number | undefined
    readonly values: ReadonlyArray<Value>
  }
  | { readonly _tag: "Continue"; readonly text: string }

/**
 * Text that is not a response. `line` is its first line, cut to `Limits.errorExcerptOctets` characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class ResponseError extends Data.TaggedError("ResponseError")<{
  readonly line: string
  readonly problem:
    | "no-response"
    | "unbalanced"
    | "unquoted"
    | "too-deep"
    | "literal-too-long"
    | "too-long"
    | "unframed"
}> {
  override get message(): string {
    return `not an IMAP response (${this.problem}): ${JSON.stringify(this.line)}`
  }
}

const tagged = /^([^\u0000- (){%*"\\+\u007f-\uffff]+) (OK|NO|BAD)(?: ([^]*))?$/i
const status = /^\* (OK|NO|BAD|PREAUTH|BYE)(?: ([^]*))?$/i
const untagged = /^\* (?:(\d{1,10}) )?([^\s()"{]+)/
const going = /^\+(?: ([^]*))?$/

const upper = <A extends string>(text: string): A => text.toUpperCase() as A

const fail = (line: string, problem: ResponseError["problem"]) =>
  Result.fail(new ResponseError({ line: line.slice(0, Limits.errorExcerptOctets), problem }))

/** Whether a response that begins like this may hold literals: only data does. */
const holdsData = (line: string): boolean => line.startsWith("* ") && !status.test(line)

/**
 * Reads one response from its segments.
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (segments: ReadonlyArray<Segment>): Result.Result<Response, ResponseError> => {
  const [first] = segments
  const line = first !== undefined && "text" in first ? first.text : ""
  const go = going.exec(line)
  if (go !== null) return Result.succeed({ _tag: "Continue", text: go[1] ?? "" })
  const said = status.exec(line)
  if (said !== null) return Result.succeed({ _tag: "Status", status: upper(said[1]!), ...split(said[2] ?? "") })
  const data = untagged.exec(line)
  if (data !== null) {
    const values = fromSegments(segments, data[0].length)
    if (Result.isFailure(values)) return fail(line, values.failure)
    const number = data[1] === undefined ? undefined : Number(data[1])
    return Result.succeed({ _tag: "Untagged", name: upper(data[2]!), number, values: values.success })
  }
  const end = tagged.exec(line)
  if (end === null) return fail(line, "no-response")
  return Result.succeed({ _tag: "Tagged", tag: end[1]!, status: upper(end[2]!), ...split(end[3] ?? "") })
}

/**
 * Reads one response, line by line. `undefined`: more lines are needed. After a response or a failure make a new one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Decoder {
  readonly push: (line: Framed) => Result.Result<Response | undefined, ResponseError>
}

/**
 * Makes a decoder for one response.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decoder = (): Decoder => {
  const assembler = assemble(holdsData)
  let first: string | undefined = undefined
  return {
    push: (line) => {
      first ??= line.text
      const assembled = assembler.push(line)
      if (Result.isFailure(assembled)) return fail(first, assembled.failure.problem)
      return assembled.success === undefined ? Result.succeed(undefined) : read(assembled.success)
    }
  }
}

const spoken = (code: ResponseCode | undefined, text: string): string => {
  const bracket = code === undefined ? "" : `[${code.name}${code.args === undefined ? "" : ` ${code.args}`}]`
  return [bracket, text].filter((part) => part !== "").map((part) => ` ${part}`).join("")
}

/**
 * Writes a response, its line end included.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toWire = (response: Response): string => {
  switch (response._tag) {
    case "Continue":
      return `+ ${response.text}\r\n`
    case "Status":
      return `* ${response.status}${spoken(response.code, response.text)}\r\n`
    case "Tagged":
      return `${response.tag} ${response.status}${spoken(response.code, response.text)}\r\n`
    case "Untagged": {
      const head = response.number === undefined ? response.name : `${response.number} ${response.name}`
      return `* ${[head, toText(response.values)].filter((part) => part !== "").join(" ")}\r\n`
    }
  }
}
