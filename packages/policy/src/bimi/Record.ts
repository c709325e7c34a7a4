/**
 * Reads BIMI assertion records (draft-brand-indicators-for-message-identification, section 4.2).
 *
 * Pure. Neither logo nor certificate is fetched.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Tags from "../Tags.ts"

/**
 * Where logo and certificate are said to be; `declined` where both are said to be nowhere.
 *
 * @category models
 * @since 0.1.0
 */
export interface BimiRecord {
  readonly logo: string | undefined
  readonly authority: string | undefined
  readonly declined: boolean
}

/**
 * A record that cannot be read, with why.
 *
 * @category errors
 * @since 0.1.0
 */
export class BimiError extends Data.TaggedError("BimiError")<{ readonly problem: string }> {}

/**
 * Whether a TXT record is one of BIMI.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isBimi = (text: string): boolean => /^v=BIMI1[ \t]*(?:;|$)/.test(text)

const isHttps = (text: string): boolean => /^https:\/\/[^/\s?#]+\/\S*$/i.test(text)

/**
 * Reads a record that `isBimi`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<BimiRecord, BimiError> => {
  const fail = (problem: string) => Result.fail(new BimiError({ problem }))
  const { broken, tags } = Tags.fromText(text)
  if (broken.length > 0) return fail(`${JSON.stringify(broken[0])} is no tag`)
  const [l, evidence] = [Tags.valueOf(tags, "l"), Tags.valueOf(tags, "a")]
  const a = evidence?.toLowerCase() === "self" ? "" : evidence
  if (l === undefined && a === undefined) return fail("l is missing")
  const declined = (l ?? "") === "" && (a ?? "") === ""
  for (const [name, value] of [["l", l], ["a", a]] as const) {
    if (value !== undefined && value !== "" && !isHttps(value)) return fail(`${name} is no https: address`)
  }
  return Result.succeed({
    logo: l === "" ? undefined : l,
    authority: a === "" ? undefined : a,
    declined
  })
}
