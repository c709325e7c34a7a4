/**
 * Codec for enhanced mail system status codes (RFC 3463 section 2, RFC 2034 section 4).
 *
 * Pure: text in, data out. It reads the code at the beginning of a reply line and does not know what registered codes mean;
 * meanings are data of the provider packs and of the catalogue.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * A status code in its parts. `class` is 2, 4 or 5; `subject` and `detail` are 0 to 999 (Microsoft uses three digits, as in
 * 5.7.139).
 *
 * @category models
 * @since 0.1.0
 */
export interface EnhancedStatus {
  readonly class: 2 | 4 | 5
  readonly subject: number
  readonly detail: number
}

/**
 * Text that is not an enhanced status code, or numbers out of range. `input` is the text, at most 64 characters of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class EnhancedStatusError extends Data.TaggedError("EnhancedStatusError")<{
  readonly input: string
  readonly problem: "syntax" | "class" | "range"
}> {
  override get message(): string {
    return `not an enhanced status code (${this.problem}): ${JSON.stringify(this.input)}`
  }
}

// RFC 3463 section 2: sub-codes have one to three digits and no leading zero.
const syntax = /^(\d)\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/
// IronPort writes `550 #5.1.0 Address rejected`; the `#` is dropped with the code.
const leading = /^#?([245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2}))(?:[ \t]|$)/

/**
 * Reads text that is exactly a code, such as `5.7.139`. Fails with `class` when the first number is not 2, 4 or 5
 * (RFC 3463 section 3), and with `syntax` for anything else.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<EnhancedStatus, EnhancedStatusError> => {
  const match = syntax.exec(text)
  if (match === null) return Result.fail(new EnhancedStatusError({ input: text.slice(0, 64), problem: "syntax" }))
  const first = Number(match[1])
  if (first !== 2 && first !== 4 && first !== 5) {
    return Result.fail(new EnhancedStatusError({ input: text, problem: "class" }))
  }
  return Result.succeed({ class: first, subject: Number(match[2]), detail: Number(match[3]) })
}

/**
 * Writes a code as `class.subject.detail`. Fails with `range` when `subject` or `detail` is not a whole number from 0 to 999.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = (status: EnhancedStatus): Result.Result<string, EnhancedStatusError> => {
  const text = `${status.class}.${status.subject}.${status.detail}`
  return isSubCode(status.subject) && isSubCode(status.detail)
    ? Result.succeed(text)
    : Result.fail(new EnhancedStatusError({ input: text.slice(0, 64), problem: "range" }))
}

/**
 * Splits a reply line into the code it begins with and the text behind it. `code` is absent when the line begins with none.
 * One space or tab after the code is dropped, and a `#` before it.
 *
 * @category decoding
 * @since 0.1.0
 */
export const split = (text: string): { readonly code?: string; readonly rest: string } => {
  const match = leading.exec(text)
  return match === null || match[1] === undefined
    ? { rest: text }
    : { code: match[1], rest: text.slice(match[0].length) }
}

/**
 * Whether the class agrees with the first digit of the reply code, as RFC 2034 section 4 demands. Some servers break this;
 * the code is kept all the same.
 *
 * @category predicates
 * @since 0.1.0
 */
export const agreesWith = (status: EnhancedStatus, replyCode: number): boolean =>
  Math.floor(replyCode / 100) === status.class

const isSubCode = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 999
