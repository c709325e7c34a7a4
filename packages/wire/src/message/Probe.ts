/**
 * Composes the one message a delivery test sends (RFC 5322 section 3.6, RFC 2047, RFC 3834 section 5, RFC 6532).
 *
 * Pure: the caller brings time and identifiers, so the same input gives the same octets. The text is fixed and says what it is;
 * no link, no attachment, nothing a filter could hold against it, and no address of anybody but sender and recipients.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import * as Address from "../smtp/Address.ts"

/**
 * What the message says about itself. `from` and `to` are addresses without brackets, `to` at least one. `date` is in
 * milliseconds since the epoch, years 1900 to 9999. `messageId` is written with or without angle brackets. `runId` is one
 * word of printable ASCII. `subject` and `userAgent` may hold any text without control characters.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProbeMessage {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly subject?: string | undefined
  readonly date: number
  readonly messageId: string
  readonly runId: string
  readonly userAgent: string
}

/**
 * A field that cannot stand in a header: a control character (an attempt to add headers), a broken address, or a value out
 * of range. Nothing is cleaned up silently.
 *
 * @category errors
 * @since 0.1.0
 */
export class ProbeMessageError extends Data.TaggedError("ProbeMessageError")<{
  readonly field: keyof ProbeMessage
  readonly detail: string
}> {
  override get message(): string {
    return `${this.field}: ${this.detail}`
  }
}

/**
 * Subject of a message without one of its own.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultSubject = "Sonde delivery test"

const encoder = new TextEncoder()

/**
 * The message in octets: CRLF line ends, header lines of at most 76 characters unless one address or identifier alone is
 * longer, ASCII throughout unless an address is not (RFC 6532), which then needs SMTPUTF8.
 *
 * @category encoding
 * @since 0.1.0
 */
export const compose = (probe: ProbeMessage): Result.Result<Uint8Array, ProbeMessageError> => {
  const problem = problemOf(probe)
  if (problem !== undefined) return Result.fail(problem)
  const lines = [
    ...folded("Date", dateText(probe.date).split(" ")),
    ...folded("From", [probe.from]),
    ...folded("To", probe.to.map((address, index) => index === probe.to.length - 1 ? address : `${address},`)),
    ...folded("Message-ID", [`<${bareId(probe.messageId)}>`]),
    ...folded("Subject", words(probe.subject ?? defaultSubject)),
    ...folded("User-Agent", words(probe.userAgent)),
    // RFC 3834 section 5: keeps vacation responders from answering.
    "Auto-Submitted: auto-generated",
    ...folded("X-Sonde-Run", [probe.runId]),
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=us-ascii",
    "Content-Transfer-Encoding: 7bit",
    "",
    "This message was sent by Sonde, a mail diagnostics tool, to prove that mail is",
    "delivered. The person who runs the sending account asked for it.",
    "It needs no answer and can be deleted."
  ]
  return Result.succeed(encoder.encode(lines.map((line) => `${line}\r\n`).join("")))
}

const bareId = (messageId: string): string => /^<([^]*)>$/.exec(messageId)?.[1] ?? messageId

const problemOf = (probe: ProbeMessage): ProbeMessageError | undefined => {
  const wrong = (field: keyof ProbeMessage, detail: string) => new ProbeMessageError({ field, detail })
  for (const [field, addresses] of [["from", [probe.from]], ["to", probe.to]] as const) {
    if (addresses.length === 0) return wrong(field, "at least one address")
    for (const address of addresses) {
      const parsed = Address.parse(address)
      if (Result.isFailure(parsed)) return wrong(field, parsed.failure.message)
    }
  }
  // RFC 5322 section 3.3: the year has four digits and is 1900 or later.
  if (!(probe.date >= Date.UTC(1900, 0) && probe.date < Date.UTC(10_000, 0))) return wrong("date", "out of range")
  if (bareId(probe.messageId).length > 250) return wrong("messageId", "longer than 250 characters")
  if (!/^[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f\x41-\x7e]+$/.test(bareId(probe.messageId))) {
    return wrong("messageId", "not of the form left@right in printable ASCII")
  }
  if (!/^[\x21-\x7e]{1,128}$/.test(probe.runId)) return wrong("runId", "not one word of at most 128 characters")
  for (const [field, text] of [["subject", probe.subject ?? ""], ["userAgent", probe.userAgent]] as const) {
    if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) return wrong(field, "has a control character")
  }
  return undefined
}

// RFC 5322 section 3.3, in UTC: `Tue, 24 Nov 2026 03:34:15 +0000`. The range has been checked.
const dateText = (millis: number): string => {
  const date = DateTime.toPartsUtc(DateTime.makeUnsafe(millis))
  const two = (value: number) => `${value}`.padStart(2, "0")
  const time = [date.hour, date.minute, date.second].map(two).join(":")
  return `${days[date.weekDay]}, ${date.day} ${months[date.month - 1]} ${date.year} ${time} +0000`
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/**
 * Writes a header field in lines without CRLF, folded between tokens so that lines stay within 76 characters where the tokens
 * allow it: 78 would do (RFC 5322 section 2.1.1 and section 2.2.3), but not with encoded words (RFC 2047 section 2).
 */
const folded = (name: string, tokens: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = `${name}:`
  for (const token of tokens) {
    if (line.length + 1 + token.length > Limits.rfcEncodedWordLineCharacters && line !== "") {
      lines.push(line)
      line = ""
    }
    line += ` ${token}`
  }
  return [...lines, line]
}

// Tokens of unstructured text: words when it is plain, otherwise encoded words (RFC 2047 section 2).
const words = (text: string): ReadonlyArray<string> => {
  if (text === "") return []
  const plain = text.split(" ")
  const fits = plain.every((word) => /^[\x21-\x7e]{1,70}$/.test(word) && !word.startsWith("=?"))
  return fits ? plain : encodedWords(text)
}

/**
 * RFC 2047 section 2: an encoded word has at most 75 characters, so at most 45 octets in Base64 beside `=?utf-8?B?` and `?=`;
 * section 5: a character is never split over two.
 */
const encodedWords = (text: string): ReadonlyArray<string> => {
  const out: Array<string> = []
  let part = ""
  let octets = 0
  for (const character of text) {
    const size = encoder.encode(character).length
    if (octets + size > 45) {
      out.push(part)
      part = ""
      octets = 0
    }
    part += character
    octets += size
  }
  return [...out, part].map((chunk) => `=?utf-8?B?${Base64.encode(chunk)}?=`)
}
