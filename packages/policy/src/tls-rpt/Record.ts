/**
 * Reads records of TLS reporting (RFC 8460 section 3).
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Tags from "../Tags.ts"

/**
 * A record that cannot be read, with why.
 *
 * @category errors
 * @since 0.1.0
 */
export class TlsRptError extends Data.TaggedError("TlsRptError")<{ readonly problem: string }> {}

/**
 * Whether a TXT record is one of TLS reporting.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isTlsRpt = (text: string): boolean => /^v=TLSRPTv1[ \t]*(?:;|$)/.test(text)

/**
 * The places for reports in a record that `isTlsRpt`: `mailto:` and `https:`, at least one.
 *
 * @category decoding
 * @since 0.1.0
 */
export const placesFromText = (text: string): Result.Result<ReadonlyArray<string>, TlsRptError> => {
  const { tags } = Tags.fromText(text)
  const rua = Tags.valueOf(tags, "rua")
  if (rua === undefined) return Result.fail(new TlsRptError({ problem: "rua is missing" }))
  const places = rua.split(",").map((place) => place.trim()).filter((place) => place !== "")
  const bad = places.find((place) => !/^(?:mailto:[^@\s]+@[^@\s]+|https:\/\/[^\s]+)$/i.test(place))
  if (bad !== undefined) {
    return Result.fail(new TlsRptError({ problem: `rua has ${JSON.stringify(bad)}, neither mailto: nor https:` }))
  }
  return places.length === 0
    ? Result.fail(new TlsRptError({ problem: "rua is empty" }))
    : Result.succeed(places)
}
