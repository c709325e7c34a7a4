/**
 * Lines of IMAP (RFC 9051 section 4.3) and ManageSieve (RFC 5804 section 1.2) put together to one response: where a line ends with
 * the announcement of a literal, so many octets follow, line ends included, and then the rest of the response.
 *
 * Pure: lines with their sizes in, segments out. Knows nothing of what stands in a response.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Limits from "./Limits.ts"

/**
 * A line as it was framed. `octets` is its size on the wire without its ending, which the text alone does not tell: what is not
 * UTF-8 has become U+FFFD.
 *
 * @category models
 * @since 0.1.0
 */
export interface Framed {
  readonly text: string
  readonly octets: number
  readonly ending: "crlf" | "lf"
}

/**
 * A piece of a response: text of it, or the content of a literal, read as UTF-8. Text and literals take turns; the first and the
 * last are texts, and may be empty.
 *
 * @category models
 * @since 0.1.0
 */
export type Segment = { readonly text: string } | { readonly literal: string }

/**
 * A response that cannot be put together. `literal-too-long` and `too-long` are over `Limits.maxLiteralOctets` and
 * `Limits.maxResponseOctets`; `unframed` says that it cannot be told where a literal ends, because octets on both sides of its end
 * are not UTF-8, or because it ends within a line ending.
 *
 * @category errors
 * @since 0.1.0
 */
export class LiteralError extends Data.TaggedError("LiteralError")<{
  readonly problem: "literal-too-long" | "too-long" | "unframed"
}> {
  override get message(): string {
    return `not a response (${this.problem})`
  }
}

/**
 * Puts one response together. `undefined`: more lines are needed. After a response or a failure make a new one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Assembler {
  readonly push: (line: Framed) => Result.Result<ReadonlyArray<Segment> | undefined, LiteralError>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

const announcement = /~?\{(\d{1,10})\+?\}$/

/** Cuts a text behind so many octets; `undefined` where it cannot be told which character that is. */
const cut = ({ octets, text }: Framed, at: number): readonly [string, string] | undefined => {
  const encoded = encoder.encode(text)
  if (encoded.length === octets) return [decoder.decode(encoded.subarray(0, at)), decoder.decode(encoded.subarray(at))]
  // Not UTF-8 somewhere: what is left of U+FFFD is counted from the front, what is right of it from the end.
  const first = text.indexOf("\uFFFD")
  const head = encoder.encode(text.slice(0, first)).length
  if (at <= head) return [decoder.decode(encoded.subarray(0, at)), decoder.decode(encoded.subarray(at))]
  const tail = encoder.encode(text.slice(text.lastIndexOf("\uFFFD") + 1)).length
  const behind = octets - at
  if (behind > tail) return undefined
  const place = encoded.length - behind
  return [decoder.decode(encoded.subarray(0, place)), decoder.decode(encoded.subarray(place))]
}

/**
 * Makes an assembler for one response. `announces` says of its first line whether it may announce a literal at all: text for
 * people may end in braces by chance.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (announces: (first: string) => boolean = () => true): Assembler => {
  const segments: Array<Segment> = []
  let literal: string | undefined = undefined
  let missing = 0
  let total = 0
  let isFirst = true
  let mayAnnounce = true

  const fail = (problem: LiteralError["problem"]) => Result.fail(new LiteralError({ problem }))

  const rest = (text: string): Result.Result<ReadonlyArray<Segment> | undefined, LiteralError> => {
    const announced = mayAnnounce ? announcement.exec(text) : null
    if (announced === null) {
      segments.push({ text })
      return Result.succeed(segments)
    }
    segments.push({ text: text.slice(0, announced.index) })
    missing = Number(announced[1])
    if (missing > Limits.maxLiteralOctets) return fail("literal-too-long")
    literal = ""
    return Result.succeed(undefined)
  }

  const push: Assembler["push"] = (line) => {
    const eol = line.ending === "crlf" ? "\r\n" : "\n"
    total += line.octets + eol.length
    if (total > Limits.maxResponseOctets) return fail("too-long")
    if (isFirst) {
      isFirst = false
      mayAnnounce = announces(line.text)
    }
    if (literal === undefined) return rest(line.text)
    if (missing >= line.octets + eol.length) {
      literal += line.text + eol
      missing -= line.octets + eol.length
      return Result.succeed(undefined)
    }
    if (missing > line.octets) return fail("unframed")
    const parts = cut(line, missing)
    if (parts === undefined) return fail("unframed")
    segments.push({ literal: literal + parts[0] })
    literal = undefined
    missing = 0
    return rest(parts[1])
  }

  return { push }
}
