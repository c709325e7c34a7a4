/**
 * Codec for the responses of a ManageSieve server (RFC 5804 section 1.3, section 4): lines of strings, and the OK, NO or BYE that
 * ends them.
 *
 * Pure: lines in, plain data out. A challenge of a sign-in is a line with one string and no end behind it; `isChallenge` of the
 * decoder says when to expect one.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { isQuotable, quoted } from "../imap/Value.ts"
import * as Limits from "../Limits.ts"
import { type Framed, make as assemble, type Segment } from "../Literals.ts"

/**
 * The end of a response. `code` is the response code in upper case with its levels, such as `QUOTA/MAXSIZE`; `data` the string that
 * comes with the code `SASL`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ending {
  readonly status: "OK" | "NO" | "BYE"
  readonly code?: string
  readonly data?: string
  readonly text: string
}

/**
 * A line of data: its strings, and the words without quotes behind them (`ACTIVE`), in upper case.
 *
 * @category models
 * @since 0.1.0
 */
export interface Row {
  readonly strings: ReadonlyArray<string>
  readonly words: ReadonlyArray<string>
}

/**
 * A response: its rows and its end; or the challenge that was waited for.
 *
 * @category models
 * @since 0.1.0
 */
export type SieveResponse =
  | { readonly _tag: "Ended"; readonly rows: ReadonlyArray<Row>; readonly ending: Ending }
  | { readonly _tag: "Challenge"; readonly text: string }

/**
 * Text that is not a response. `line` is the first offending line, cut to `Limits.errorExcerptOctets` characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class SieveResponseError extends Data.TaggedError("SieveResponseError")<{
  readonly line: string
  readonly problem: "no-response" | "too-many-lines" | "literal-too-long" | "too-long" | "unframed"
}> {
  override get message(): string {
    return `not a ManageSieve response (${this.problem}): ${JSON.stringify(this.line)}`
  }
}

/** A piece of a line: a string, a word, or a bracket. */
type Token = { readonly string: string } | { readonly word: string }

const piece = /\s*(?:"((?:[^"\\]|\\[^])*)"|([()])|([^\s()"]+))/gy

const tokensOf = (segments: ReadonlyArray<Segment>): ReadonlyArray<Token> | undefined => {
  const tokens: Array<Token> = []
  for (const segment of segments) {
    if ("literal" in segment) {
      tokens.push({ string: segment.literal })
      continue
    }
    const text = segment.text.trimEnd()
    piece.lastIndex = 0
    while (piece.lastIndex < text.length) {
      const found = piece.exec(text)
      if (found === null) return undefined
      tokens.push(
        found[1] === undefined ? { word: found[2] ?? found[3]! } : { string: found[1].replace(/\\(.)/gsu, "$1") }
      )
    }
  }
  return tokens
}

const stringsOf = (tokens: ReadonlyArray<Token>): ReadonlyArray<string> =>
  tokens.flatMap((token) => "string" in token ? [token.string] : [])

const wordOf = (token: Token | undefined): string | undefined =>
  token !== undefined && "word" in token ? token.word.toUpperCase() : undefined

const endingOf = (tokens: ReadonlyArray<Token>): Ending | undefined => {
  const status = wordOf(tokens[0])
  if (status !== "OK" && status !== "NO" && status !== "BYE") return undefined
  const isCoded = wordOf(tokens[1]) === "("
  const close = isCoded ? tokens.findIndex((token) => wordOf(token) === ")") : 0
  const code = isCoded ? wordOf(tokens[2]) : undefined
  const data = isCoded ? stringsOf(tokens.slice(3, Math.max(3, close)))[0] : undefined
  return {
    status,
    ...(code === undefined || code === ")" ? {} : { code }),
    ...(data === undefined ? {} : { data }),
    text: stringsOf(tokens.slice(Math.max(0, close) + 1))[0] ?? ""
  }
}

/**
 * Reads one response, line by line. `undefined`: more lines are needed. After a response or a failure make a new one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Decoder {
  readonly push: (line: Framed) => Result.Result<SieveResponse | undefined, SieveResponseError>
}

/**
 * Makes a decoder for one response. With `isChallenge` a line that is one string alone is a challenge.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decoder = (isChallenge = false): Decoder => {
  const rows: Array<Row> = []
  let assembler = assemble()
  let first: string | undefined = undefined
  const fail = (problem: SieveResponseError["problem"]) =>
    Result.fail(new SieveResponseError({ line: (first ?? "").slice(0, Limits.errorExcerptOctets), problem }))
  return {
    push: (line) => {
      first ??= line.text
      const assembled = assembler.push(line)
      if (Result.isFailure(assembled)) return fail(assembled.failure.problem)
      if (assembled.success === undefined) return Result.succeed(undefined)
      const tokens = tokensOf(assembled.success)
      first = rows.length === 0 ? first : line.text
      const ending = tokens === undefined ? undefined : endingOf(tokens)
      if (ending !== undefined) return Result.succeed({ _tag: "Ended", rows, ending })
      const [head] = tokens ?? []
      if (tokens === undefined || head === undefined || !("string" in head)) return fail("no-response")
      if (isChallenge && tokens.length === 1) return Result.succeed({ _tag: "Challenge", text: head.string })
      if (rows.length === Limits.maxResponses) return fail("too-many-lines")
      rows.push({ strings: stringsOf(tokens), words: tokens.flatMap((token) => wordOf(token) ?? []) })
      assembler = assemble()
      return Result.succeed(undefined)
    }
  }
}

/** The longest quoted string in octets; longer ones go as literals (RFC 5804 section 4). */
const maxQuotedOctets = 1024

/**
 * Whether a text can go as a quoted string.
 *
 * @category predicates
 * @since 0.1.0
 */
export const fitsQuoted = (text: string): boolean =>
  isQuotable(text) && new TextEncoder().encode(text).length <= maxQuotedOctets

/** A string in the form that carries it: quoted, or as a literal that is not waited for. */
const stringText = (text: string): string =>
  fitsQuoted(text) ? quoted(text) : `{${new TextEncoder().encode(text).length}}\r\n${text}`

/**
 * Writes a response, its line ends included.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toWire = (response: SieveResponse): string => {
  if (response._tag === "Challenge") return `${stringText(response.text)}\r\n`
  const { code, data, status, text } = response.ending
  const coded = code === undefined ? "" : ` (${code}${data === undefined ? "" : ` ${stringText(data)}`})`
  return [
    ...response.rows.map(({ strings, words }) => `${[...strings.map(stringText), ...words].join(" ")}\r\n`),
    `${status}${coded}${text === "" ? "" : ` ${stringText(text)}`}\r\n`
  ].join("")
}

/** What the codes say of trying again: RFC 5804 section 1.3. */
const temporary: ReadonlyArray<string> = ["TRYLATER"]

/**
 * Whether a refusal with this code is a temporary one by its definition.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isTemporary = (code: string | undefined): boolean => code !== undefined && temporary.includes(code)
