/**
 * Codec for mailboxes and paths (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
 *
 * Pure: text in, data out. It reads what stands in MAIL FROM and RCPT TO, so no display names and no comments (those are
 * RFC 5322, see `message/Headers.ts`), and no source routes, which RFC 5321 appendix C retired.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import * as Domain from "./Domain.ts"

/**
 * A mailbox. `localPart` is what it means, without quotes and backslashes; `domain` is as written, an address literal with
 * its brackets.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mailbox {
  readonly localPart: string
  readonly domain: string
}

/**
 * Text that is not an address. `index` is the UTF-16 index in the text that was given at which the problem begins, and
 * `message` says it in words.
 *
 * @category errors
 * @since 0.1.0
 */
export class AddressError extends Data.TaggedError("AddressError")<{
  readonly problem:
    | "empty"
    | "no-at"
    | "local-part"
    | "quote"
    | "local-part-too-long"
    | "domain"
    | "domain-too-long"
    | "too-long"
    | "brackets"
  readonly index: number
  readonly detail: string
}> {
  override get message(): string {
    return `${this.detail} at index ${this.index}`
  }
}

const fail = (problem: AddressError["problem"], index: number, detail: string) =>
  Result.fail(new AddressError({ problem, index, detail }))

// RFC 5321 section 4.1.2: atext of RFC 5322 section 3.2.3; RFC 6531 section 3.3 adds what is beyond ASCII.
const dotString =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u
const atext = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\u{10ffff}-]/u
const control = /[\p{Cc}\p{Cs}]/u

/**
 * Reads a mailbox such as `ada@example.org` or `"ada l"@[192.0.2.1]`: local part up to 64 octets, domain up to 255, all up to
 * 254.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Mailbox, AddressError> => {
  if (text.length === 0) return fail("empty", 0, "the address is empty")
  const local = text.startsWith("\"") ? quoted(text) : unquoted(text)
  if (Result.isFailure(local)) return Result.fail(local.failure)
  const { end, value } = local.success
  if (Domain.octetLength(text.slice(0, end)) > Limits.rfcLocalPartOctets) {
    return fail("local-part-too-long", 0, `the local part has more than ${Limits.rfcLocalPartOctets} octets`)
  }
  const domain = text.slice(end + 1)
  const wrong = Domain.problemOf(domain)
  if (wrong !== undefined) {
    const problem = wrong.problem === "too-long" ? "domain-too-long" : "domain"
    return fail(problem, end + 1 + wrong.index, domainDetail[wrong.problem])
  }
  if (Domain.octetLength(text) > Limits.rfcAddressOctets) {
    return fail("too-long", 0, `the address has more than ${Limits.rfcAddressOctets} octets`)
  }
  return Result.succeed({ localPart: value, domain })
}

/**
 * Writes a mailbox and quotes the local part when it needs quoting. Fails as `parse` does when the parts make no address.
 *
 * @category encoding
 * @since 0.1.0
 */
export const format = (mailbox: Mailbox): Result.Result<string, AddressError> => {
  const local = dotString.test(mailbox.localPart)
    ? mailbox.localPart
    : `"${mailbox.localPart.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`
  const text = `${local}@${mailbox.domain}`
  return Result.map(parse(text), () => text)
}

/**
 * Reads a path in angle brackets; `<>`, the null reverse-path (RFC 5321 section 4.5.5), is `null`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parsePath = (text: string): Result.Result<Mailbox | null, AddressError> => {
  if (text === "<>") return Result.succeed(null)
  if (!text.startsWith("<")) return fail("brackets", 0, "a path begins with <")
  if (!text.endsWith(">") || text.length < 2) return fail("brackets", text.length, "a path ends with >")
  return Result.mapError(
    parse(text.slice(1, -1)),
    (error) => new AddressError({ problem: error.problem, index: error.index + 1, detail: error.detail })
  )
}

/**
 * Writes a path in angle brackets; `null` is the null reverse-path.
 *
 * @category encoding
 * @since 0.1.0
 */
export const formatPath = (path: Mailbox | null): Result.Result<string, AddressError> =>
  path === null ? Result.succeed("<>") : Result.map(format(path), (text) => `<${text}>`)

/**
 * Whether an address needs the SMTPUTF8 extension (RFC 6531 section 3.4): something in it is not ASCII. U-labels in the
 * domain alone could be sent as A-labels instead; this says true for them as well.
 *
 * @category predicates
 * @since 0.1.0
 */
export const needsSmtpUtf8 = (address: string | Mailbox): boolean =>
  /\P{ASCII}/u.test(typeof address === "string" ? address : `${address.localPart}@${address.domain}`)

interface LocalPart {
  readonly value: string
  /** Index of the `@`. */
  readonly end: number
}

const unquoted = (text: string): Result.Result<LocalPart, AddressError> => {
  const end = text.indexOf("@")
  const value = end < 0 ? text : text.slice(0, end)
  if (value.length === 0) return fail("local-part", 0, "the local part is empty")
  let index = 0
  for (const character of value) {
    if (!atext.test(character) || control.test(character)) {
      return fail("local-part", index, "this character needs a quoted local part, or is not allowed at all")
    }
    index += character.length
  }
  if (end < 0) return fail("no-at", text.length, "there is no @")
  const dot = value.startsWith(".") ? 0 : value.endsWith(".") ? value.length - 1 : value.indexOf("..")
  if (dot >= 0) return fail("local-part", dot, "a dot stands between other characters of an unquoted local part")
  return Result.succeed({ value, end })
}

const quoted = (text: string): Result.Result<LocalPart, AddressError> => {
  let value = ""
  let index = 1
  while (index < text.length) {
    const character = text.charAt(index)
    if (character === "\"") {
      if (text.charAt(index + 1) !== "@") return fail("no-at", index + 1, "there is no @ after the quoted local part")
      return Result.succeed({ value, end: index + 1 })
    }
    if (character === "\\") index += 1
    const code = text.codePointAt(index)
    if (code === undefined) break
    const taken = String.fromCodePoint(code)
    // RFC 5321 section 4.1.2: qtextSMTP and quoted-pairSMTP are printable, so CR, LF, TAB and NUL never appear.
    if (control.test(taken) || (character === "\\" && code > 0x7e)) {
      return fail("quote", index, "a quoted local part has printable characters only")
    }
    value += taken
    index += taken.length
  }
  return fail("quote", text.length, "the quoted local part has no closing quote")
}

const domainDetail: Record<Domain.DomainProblem["problem"], string> = {
  "bare-address": "an IP address as domain stands in brackets",
  "empty": "the domain is empty",
  "empty-label": "the domain has two dots in a row or begins with one",
  "label": "a label of the domain has a character that is not allowed, or a hyphen at an end",
  "label-too-long": `a label of the domain has more than ${Limits.rfcLabelOctets} octets`,
  "literal": "the address literal is not valid",
  "too-long": `the domain has more than ${Limits.rfcDomainOctets} octets`,
  "trailing-dot": "the domain ends with a dot"
}
