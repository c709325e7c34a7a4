/**
 * SASLprep (RFC 4013), the profile of stringprep (RFC 3454) for user names and passwords.
 *
 * Pure. Tables are those of the standard. Normalisation is that of the runtime: for code points of Unicode 3.2 it is what RFC 3454
 * section 4 asks for, but for five Chinese compatibility characters that Unicode has corrected since (U+2F868, U+2F874,
 * U+2F91F, U+2F95F, U+2F9BF). In a query, later code points are normalised as the runtime knows them.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Stringprep from "./Stringprep.ts"

/**
 * Text that SASLprep does not allow. Nothing of it is repeated, for it may be a secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class SaslPrepError extends Data.TaggedError("SaslPrepError")<{
  readonly problem: "prohibited" | "unassigned" | "bidirectional"
}> {}

type Ranges = ReadonlyArray<readonly [first: number, last: number]>

const ranges = (table: string): Ranges =>
  table.trim().split(/\s+/).map((range) => {
    const [first = "", last = first] = range.split("-")
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)]
  })

const lazily = (table: string): (codePoint: number) => boolean => {
  let read: Ranges | undefined = undefined
  return (codePoint) => {
    read ??= ranges(table)
    let low = 0
    let high = read.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const [first, last] = read[middle]!
      if (codePoint < first) high = middle - 1
      else if (codePoint > last) low = middle + 1
      else return true
    }
    return false
  }
}

const isMappedToNothing = lazily(Stringprep.mappedToNothing)
const isSpace = lazily(Stringprep.nonAsciiSpace)
const isProhibited = lazily(Stringprep.prohibited)
const isUnassigned = lazily(Stringprep.unassigned)
const isRandAL = lazily(Stringprep.randAL)
const isLeft = lazily(Stringprep.left)

const codePoints = (text: string): Array<number> => Array.from(text, (character) => character.codePointAt(0) ?? 0)

const printableAscii = /^[\x20-\x7e]*$/

/**
 * Prepares a text. As a `query` (a name to look up) unassigned code points stay, as a `stored` string (a password, RFC 5802
 * section 2.2) they are refused (RFC 3454 section 7). May give an empty text.
 *
 * @category encoding
 * @since 0.1.0
 */
export const prepare = (text: string, use: "query" | "stored"): Result.Result<string, SaslPrepError> => {
  if (printableAscii.test(text)) return Result.succeed(text)
  // RFC 4013 section 2: map, then normalise. U+200B is in both tables, and the one named first counts.
  const mapped = codePoints(text)
    .map((point) => isSpace(point) ? " " : isMappedToNothing(point) ? "" : String.fromCodePoint(point))
    .join("")
  const fail = (problem: SaslPrepError["problem"]) => Result.fail(new SaslPrepError({ problem }))
  // Before normalisation too: a later Unicode may turn them into something that was assigned.
  if (use === "stored" && codePoints(mapped).some(isUnassigned)) return fail("unassigned")
  const normal = mapped.normalize("NFKC")
  const points = codePoints(normal)
  // RFC 4013 section 2.3: C.1.2 is prohibited too; normalisation gives none of it.
  if (points.some((point) => isProhibited(point) || isSpace(point))) return fail("prohibited")
  // RFC 3454 section 6: with one character of a right-to-left script, no letter of a left-to-right one, and R or AL at both ends.
  if (
    points.some(isRandAL) &&
    (points.some(isLeft) || !isRandAL(points[0] ?? 0) || !isRandAL(points[points.length - 1] ?? 0))
  ) return fail("bidirectional")
  return use === "stored" && points.some(isUnassigned) ? fail("unassigned") : Result.succeed(normal)
}
