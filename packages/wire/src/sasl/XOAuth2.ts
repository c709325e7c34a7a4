/**
 * SASL XOAUTH2, Google's mechanism that Microsoft also speaks: an access token in, and on failure a JSON text in a challenge
 * that says why. There is no RFC; RFC 7628 standardised the idea as OAUTHBEARER, which is another mechanism.
 *
 * Pure: it does not fetch tokens and does not look into them.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { SaslError } from "./Mechanism.ts"

/**
 * What a server said about a token it refused. `text` is the challenge decoded, or as it came when it is not Base64. `status`
 * is the HTTP status the server would give ("400", "401"), `schemes` and `scope` what it would take; each is absent when
 * `text` is no JSON object with such a string or number.
 *
 * @category models
 * @since 0.1.0
 */
export interface XOAuth2Failure {
  readonly text: string
  readonly status?: string
  readonly schemes?: string
  readonly scope?: string
}

/**
 * The line to answer a failure challenge with, empty; only then does the server send its final reply.
 *
 * @category constants
 * @since 0.1.0
 */
export const failureAnswer = ""

/**
 * The initial response in Base64, as secret as the token in it: `user=NAME^Aauth=Bearer TOKEN^A^A`. A control character in
 * either part would change the message and is refused, as is a space in the token and an empty part.
 *
 * @category encoding
 * @since 0.1.0
 */
export const initialResponse = (credential: {
  readonly user: string
  readonly token: Redacted.Redacted<string>
}): Result.Result<Redacted.Redacted<string>, SaslError> => {
  const token = Redacted.value(credential.token)
  const problem = problemOf("user", credential.user) ?? problemOf("token", token)
  return problem === undefined
    ? Result.succeed(
      Redacted.make(Base64.encode(`user=${credential.user}\x01auth=Bearer ${token}\x01\x01`), { label: "XOAUTH2" })
    )
    : Result.fail(problem)
}

/**
 * Reads a challenge, the text of a 334 reply. Never fails: padding may be missing, and what is not JSON stays text.
 *
 * @category decoding
 * @since 0.1.0
 */
export const failureOf = (challenge: string): XOAuth2Failure => {
  const text = Base64.decode(challenge) ?? challenge
  const parsed = json(text)
  return { text, ...field(parsed, "status"), ...field(parsed, "schemes"), ...field(parsed, "scope") }
}

const forbidden = { user: /\p{Cc}/u, token: /[\p{Cc} ]/u }

const problemOf = (name: "user" | "token", text: string): SaslError | undefined =>
  text === ""
    ? new SaslError({ mechanism: "XOAUTH2", field: name, problem: "empty" })
    : forbidden[name].test(text)
    ? new SaslError({ mechanism: "XOAUTH2", field: name, problem: "control-character" })
    : undefined

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const field = <K extends string>(value: unknown, key: K): { readonly [P in K]?: string } => {
  if (typeof value !== "object" || value === null) return {}
  const found = Object.entries(value).find(([name]) => name === key)?.[1]
  if (typeof found !== "string" && typeof found !== "number") return {}
  const out: { [P in K]?: string } = {}
  out[key] = `${found}`
  return out
}
