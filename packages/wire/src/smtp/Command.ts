/**
 * Writes SMTP commands as lines without CRLF (RFC 5321 section 4.1.1, RFC 3207, RFC 4954, RFC 1870, RFC 6152, RFC 6531).
 *
 * Pure: arguments in, a line out. Whether a command is in order, and whether the server offers the extension, is the caller's
 * business. An argument that could end the line early or start another command is refused, never cleaned.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import * as Address from "./Address.ts"
import * as Domain from "./Domain.ts"

/**
 * A command that must not be sent. `argument` names the argument, never its value. `detail` says what is wrong in words.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandError extends Data.TaggedError("CommandError")<{
  readonly command: "EHLO" | "HELO" | "LHLO" | "MAIL" | "RCPT" | "AUTH"
  readonly argument: "domain" | "address" | "size" | "mechanism" | "initialResponse"
  readonly problem: "control-character" | "syntax" | "range" | "line-too-long"
  readonly detail: string
}> {
  override get message(): string {
    return `${this.command}: ${this.detail}`
  }
}

/**
 * `STARTTLS` (RFC 3207 section 4).
 *
 * @category constants
 * @since 0.1.0
 */
export const starttls = "STARTTLS"

/**
 * `DATA` (RFC 5321 section 4.1.1.4).
 *
 * @category constants
 * @since 0.1.0
 */
export const data = "DATA"

/**
 * `RSET` (RFC 5321 section 4.1.1.5).
 *
 * @category constants
 * @since 0.1.0
 */
export const rset = "RSET"

/**
 * `NOOP` (RFC 5321 section 4.1.1.9).
 *
 * @category constants
 * @since 0.1.0
 */
export const noop = "NOOP"

/**
 * `QUIT` (RFC 5321 section 4.1.1.10).
 *
 * @category constants
 * @since 0.1.0
 */
export const quit = "QUIT"

/**
 * The line `*`, by which a client gives up an AUTH exchange (RFC 4954 section 4).
 *
 * @category constants
 * @since 0.1.0
 */
export const authCancel = "*"

/**
 * `EHLO name`: `name` is a domain without trailing dot, or an address literal in brackets (RFC 5321 section 4.1.1.1).
 *
 * @category encoding
 * @since 0.1.0
 */
export const ehlo = (name: string): Result.Result<string, CommandError> => hello("EHLO", name)

/**
 * `HELO name`, for servers that refuse EHLO. Same argument as `ehlo`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const helo = (name: string): Result.Result<string, CommandError> => hello("HELO", name)

/**
 * `LHLO name`, the greeting of LMTP (RFC 2033 section 4.1). Same argument as `ehlo`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const lhlo = (name: string): Result.Result<string, CommandError> => hello("LHLO", name)

/**
 * Arguments of MAIL FROM. `address` without brackets, `null` for the null reverse-path. `size` is the message size in octets
 * with CRLF line ends and without transparency dots (RFC 1870 section 3). `smtpUtf8` must be true when an address or a header
 * is not ASCII.
 *
 * @category models
 * @since 0.1.0
 */
export interface MailFrom {
  readonly address: string | null
  readonly size?: number | undefined
  readonly smtpUtf8?: boolean | undefined
  readonly body?: "7BIT" | "8BITMIME" | undefined
}

/**
 * `MAIL FROM:<address>` with SIZE, BODY and SMTPUTF8 where asked for (RFC 5321 section 4.1.1.2). Fails with `syntax` on an
 * address that is none, on one that needs SMTPUTF8 without `smtpUtf8`, and with `range` on a size that is no whole number
 * from 0 to 2^53 - 1.
 *
 * @category encoding
 * @since 0.1.0
 */
export const mailFrom = (mail: MailFrom): Result.Result<string, CommandError> => {
  const path = pathOf("MAIL", mail.address)
  if (Result.isFailure(path)) return path
  if (mail.address !== null && Address.needsSmtpUtf8(mail.address) && mail.smtpUtf8 !== true) {
    return fail("MAIL", "address", "syntax", "an address that is not ASCII needs SMTPUTF8")
  }
  let line = `MAIL FROM:${path.success}`
  if (mail.size !== undefined) {
    if (!Number.isSafeInteger(mail.size) || mail.size < 0) {
      return fail("MAIL", "size", "range", "the size is a whole number of octets")
    }
    line += ` SIZE=${mail.size}`
  }
  if (mail.body !== undefined) line += ` BODY=${mail.body}`
  if (mail.smtpUtf8 === true) line += " SMTPUTF8"
  return limited("MAIL", "address", line, Limits.rfcCommandLineOctets + Limits.rfcMailParameterOctets)
}

/**
 * `RCPT TO:<address>` (RFC 5321 section 4.1.1.3). An address that is not ASCII is written in UTF-8, which the server accepts
 * only after MAIL with SMTPUTF8 (RFC 6531 section 3.4).
 *
 * @category encoding
 * @since 0.1.0
 */
export const rcptTo = (address: string): Result.Result<string, CommandError> =>
  Result.flatMap(
    pathOf("RCPT", address),
    (path) => limited("RCPT", "address", `RCPT TO:${path}`, Limits.rfcCommandLineOctets)
  )

/**
 * `AUTH MECHANISM`, with an initial response when there is one (RFC 4954 section 4). The mechanism is written in upper case
 * and must be a SASL name; the initial response is Base64 already, and an empty one is written `=`.
 *
 * **Gotchas**
 *
 * With an initial response the line is as secret as the credential: never log it, record `authMasked` instead. The line may
 * be up to `Limits.maxAuthLineOctets` long; RFC 4954 wants it within 512 octets, which `initialResponseFits` tells, and the
 * conforming way for a longer one is to send AUTH alone and the response after the 334.
 *
 * @category encoding
 * @since 0.1.0
 */
export const auth = (
  mechanism: string,
  initialResponse?: Redacted.Redacted<string>
): Result.Result<string, CommandError> => {
  const name = mechanism.toUpperCase()
  // RFC 4422 section 3.1: 1 to 20 of upper-case letters, digits, hyphen and underscore.
  if (!/^[A-Z0-9_-]{1,20}$/.test(name)) {
    return fail("AUTH", "mechanism", "syntax", "the mechanism is 1 to 20 letters, digits, hyphens and underscores")
  }
  if (initialResponse === undefined) return Result.succeed(`AUTH ${name}`)
  const response = Redacted.value(initialResponse)
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(response)) {
    return fail("AUTH", "initialResponse", "syntax", "the initial response is not Base64")
  }
  return limited("AUTH", "initialResponse", `AUTH ${name} ${response || "="}`, Limits.maxAuthLineOctets)
}

/**
 * What a transcript shows in place of an AUTH line with an initial response: `AUTH MECHANISM <redacted>`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const authMasked = (mechanism: string): string => `AUTH ${mechanism.toUpperCase()} <redacted>`

/**
 * Whether AUTH with this initial response stays within the 512 octets of a command line (RFC 4954 section 4).
 *
 * @category predicates
 * @since 0.1.0
 */
export const initialResponseFits = (mechanism: string, initialResponse: Redacted.Redacted<string>): boolean =>
  `AUTH ${mechanism} `.length + Math.max(1, Redacted.value(initialResponse).length) + 2 <= Limits.rfcCommandLineOctets

type Name = CommandError["command"]

const fail = (
  command: Name,
  argument: CommandError["argument"],
  problem: CommandError["problem"],
  detail: string
) => Result.fail(new CommandError({ command, argument, problem, detail }))

const hasControl = (text: string): boolean => /\p{Cc}/u.test(text)

const limited = (
  command: Name,
  argument: CommandError["argument"],
  line: string,
  maxOctets: number
): Result.Result<string, CommandError> =>
  Domain.octetLength(line) + 2 > maxOctets
    ? fail(command, argument, "line-too-long", `the line is longer than ${maxOctets} octets`)
    : Result.succeed(line)

const hello = (command: "EHLO" | "HELO" | "LHLO", name: string): Result.Result<string, CommandError> => {
  if (hasControl(name)) return fail(command, "domain", "control-character", "the name has a control character")
  const wrong = Domain.problemOf(name)
  if (wrong !== undefined) {
    return fail(command, "domain", "syntax", `the name is no domain and no address literal (${wrong.problem})`)
  }
  // RFC 6531 section 3.7.1: before SMTPUTF8 is known to be there, the name is ASCII, so A-labels.
  if (Address.needsSmtpUtf8(name)) return fail(command, "domain", "syntax", "the name is not ASCII; use its A-labels")
  return limited(command, "domain", `${command} ${name}`, Limits.rfcCommandLineOctets)
}

const pathOf = (command: "MAIL" | "RCPT", address: string | null): Result.Result<string, CommandError> => {
  if (address === null) return Result.succeed("<>")
  if (hasControl(address)) return fail(command, "address", "control-character", "the address has a control character")
  const parsed = Address.parse(address)
  return Result.isFailure(parsed)
    ? fail(command, "address", "syntax", parsed.failure.message)
    : Result.succeed(`<${address}>`)
}
