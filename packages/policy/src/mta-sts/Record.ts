/**
 * Reads MTA-STS records and policies (RFC 8461 section 3.1, RFC 8461 section 3.2) and matches exchangers (RFC 8461 section 4.1).
 *
 * Pure. Fetches nothing.
 *
 * @since 0.1.0
 */
import type { MtaStsFacts } from "@sonde/domain/PostureFacts"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Names from "../Names.ts"
import * as Tags from "../Tags.ts"

/** @category models @since 0.1.0 */
export type MtaStsPolicy = NonNullable<MtaStsFacts["policy"]>

/**
 * A record or policy that cannot be read, with why.
 *
 * @category errors
 * @since 0.1.0
 */
export class MtaStsError extends Data.TaggedError("MtaStsError")<{ readonly problem: string }> {}

/**
 * Whether a TXT record is one of MTA-STS; others at the name do not count (RFC 8461 section 3.1).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isMtaSts = (text: string): boolean => /^v=STSv1[ \t]*(?:;|$)/.test(text)

/**
 * The `id` of a record that `isMtaSts`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const idFromText = (text: string): Result.Result<string, MtaStsError> => {
  const { broken, tags } = Tags.fromText(text)
  const id = Tags.valueOf(tags, "id")
  if (broken.length > 0) return Result.fail(new MtaStsError({ problem: `${JSON.stringify(broken[0])} is no field` }))
  if (id === undefined) return Result.fail(new MtaStsError({ problem: "id is missing" }))
  return /^[a-z0-9]{1,32}$/i.test(id)
    ? Result.succeed(id)
    : Result.fail(new MtaStsError({ problem: "id is not 1 to 32 letters and digits" }))
}

/** The longest that a policy may be kept, in seconds (RFC 8461 section 3.2). */
const maxMaxAge = 31_557_600

const pattern = /^(?:\*\.)?(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i

/**
 * Reads a policy. Lines end in CRLF or LF; unknown fields are ignored, and so is what comes again of those that count once.
 *
 * @category decoding
 * @since 0.1.0
 */
export const policyFromText = (text: string): Result.Result<MtaStsPolicy, MtaStsError> => {
  const fail = (problem: string) => Result.fail(new MtaStsError({ problem }))
  const values = new Map<string, string>()
  const patterns: Array<string> = []
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue
    const match = /^([a-z0-9][a-z0-9_.-]*):[ \t]*(.*?)[ \t]*$/i.exec(line)
    if (match === null) return fail(`${JSON.stringify(line.slice(0, 80))} is no field`)
    const [, name = "", value = ""] = match
    if (name === "mx") patterns.push(value)
    else if (!values.has(name)) values.set(name, value)
  }
  if (values.get("version") !== "STSv1") return fail("version is not STSv1")
  const mode = (["enforce", "testing", "none"] as const).find((word) => word === values.get("mode"))
  if (mode === undefined) return fail("mode is none of enforce, testing and none")
  const age = values.get("max_age") ?? ""
  if (!/^\d{1,10}$/.test(age) || Number(age) > maxMaxAge) return fail(`max_age is not 0 to ${maxMaxAge} seconds`)
  const bad = patterns.find((one) => !pattern.test(one))
  if (bad !== undefined) return fail(`mx: ${bad} is no name`)
  if (patterns.length === 0 && mode !== "none") return fail("mx is missing")
  return Result.succeed({ mode, maxAgeSeconds: Number(age), patterns })
}

/**
 * Whether an exchanger is among those of a policy: a `*` stands for exactly one label (RFC 8461 section 4.1).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isListed = (exchange: string, patterns: ReadonlyArray<string>): boolean =>
  patterns.some((one) => {
    const name = Names.normal(exchange)
    const wanted = Names.normal(one)
    if (!wanted.startsWith("*.")) return name === wanted
    const dot = name.indexOf(".")
    return dot > 0 && name.slice(dot) === wanted.slice(1)
  })
