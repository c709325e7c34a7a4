/**
 * JSON Web Tokens in compact form, as they are read by somebody who only wants to know what stands in them: RFC 7519
 * section 7.2, RFC 7515 section 3.1.
 *
 * Pure. No signature is verified and none is kept: what stands in a token that was not verified is a claim, no fact.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { maxTokenOctets } from "../Limits.ts"

/**
 * The members of a JSON object.
 *
 * @category models
 * @since 0.1.0
 */
export type Members = { readonly [name: string]: Schema.Json }

/**
 * Header and claims of a token, as they stand in it. `isSigned` says that there is a signature, good or bad.
 *
 * @category models
 * @since 0.1.0
 */
export interface Jwt {
  readonly header: Members
  readonly claims: Members
  readonly isSigned: boolean
}

/**
 * Text that is no JSON Web Token one can look into. Never holds any of it.
 *
 * - `empty`, `too-long`: nothing, or more than `Limits.maxTokenOctets`
 * - `opaque`: no token of this form; only who issued it can read it
 * - `encrypted`: five parts, so its claims are for its addressee only (RFC 7516 section 3.1)
 * - `not-base64url`, `not-json`: it has the form, and this `part` cannot be read
 *
 * @category errors
 * @since 0.1.0
 */
export class JwtError extends Data.TaggedError("JwtError")<{
  readonly problem: "empty" | "too-long" | "opaque" | "encrypted" | "not-base64url" | "not-json"
  readonly part?: "header" | "claims" | "signature"
}> {}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const failed = (problem: JwtError["problem"], part?: NonNullable<JwtError["part"]>) =>
  Result.fail(new JwtError(part === undefined ? { problem } : { problem, part }))

const decoded = (text: string, part: NonNullable<JwtError["part"]>): Result.Result<Uint8Array, JwtError> => {
  // RFC 7515 section 2: no padding, no white space.
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return failed("not-base64url", part)
  return Result.mapError(Base64Url.decode(text), () => new JwtError({ problem: "not-base64url", part }))
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const members = (octets: Uint8Array, part: "header" | "claims"): Result.Result<Members, JwtError> => {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(octets))
  } catch {
    return failed("not-json", part)
  }
  return isMembers(value) ? Result.succeed(value) : failed("not-json", part)
}

/** What people copy along with a token: white space, the scheme of an Authorization header, quotation marks. */
const bare = (text: string): string =>
  text.trim().replace(/^authorization:\s*/i, "").replace(/^bearer\s+/i, "").replace(/^(["'])(.*)\1$/s, "$2").trim()

/**
 * Reads a token. White space around it, quotation marks and a `Bearer` before it are ignored. A text with dots counts as a
 * broken token only if its first part begins like the header of one (`eyJ` is `{"` in Base64); everything else is `opaque`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (token: Redacted.Redacted<string>): Result.Result<Jwt, JwtError> => {
  const text = bare(Redacted.value(token))
  if (text === "") return failed("empty")
  if (text.length > maxTokenOctets) return failed("too-long")
  const parts = text.split(".")
  if (!text.startsWith("eyJ") || parts.length < 2) return failed("opaque")
  if (parts.length === 5) return failed("encrypted")
  const [header, claims, signature = ""] = parts as [string, string, string?]
  if (parts.length > 3) return failed("not-base64url", "signature")
  return Result.gen(function*() {
    const read: Jwt = {
      header: yield* members(yield* decoded(header, "header"), "header"),
      claims: yield* members(yield* decoded(claims, "claims"), "claims"),
      isSigned: (yield* decoded(signature, "signature")).length > 0
    }
    return read
  })
}

/**
 * Writes header and claims in compact form, with a signature in Base64url or, without one, as an unsecured token
 * (RFC 7519 section 6).
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = (
  token: { readonly header: Members; readonly claims: Members },
  signature = ""
): Redacted.Redacted<string> =>
  Redacted.make(
    `${Base64Url.encode(JSON.stringify(token.header))}.${Base64Url.encode(JSON.stringify(token.claims))}.${signature}`,
    { label: "token" }
  )
