/**
 * SASL XOAUTH2, Google's mechanism that Microsoft also speaks: an access token in, and on failure a JSON text in a challenge
 * that says why. There is no RFC; RFC 7628 standardised the idea as OAUTHBEARER, which is another mechanism.
 *
 * Pure: it does not fetch tokens and does not look into them.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { empty, type Exchange, type Refusal, unexpected } from "./Exchange.ts"
import { SaslError } from "./Mechanism.ts"

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
 * Begins an exchange; refuses what `initialResponse` refuses. A failure arrives as a challenge and is answered with the empty
 * response; only then does the server send its final reply.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (credential: {
  readonly user: string
  readonly token: Redacted.Redacted<string>
}): Result.Result<Exchange, SaslError> =>
  Result.map(initialResponse(credential), (base64) => ({
    mechanism: "XOAUTH2",
    initial: { base64, holds: "secret" },
    answer: (challenge) =>
      Effect.succeed({
        response: empty,
        next: {
          mechanism: "XOAUTH2",
          initial: undefined,
          answer: () => unexpected("XOAUTH2"),
          accept: () => Effect.void,
          refusal: failureOf(challenge)
        }
      }),
    accept: () => Effect.void
  }))

/**
 * Reads a challenge with the error of XOAUTH2 or OAUTHBEARER (RFC 7628 section 3.2.2). Never fails: padding may be missing, and
 * what is not JSON stays text. `status`, `schemes`, `scope` and `openid-configuration` are absent where the JSON has no such
 * string or number.
 *
 * @category decoding
 * @since 0.1.0
 */
export const failureOf = (challenge: string): Refusal => {
  const text = Base64.decode(challenge) ?? challenge
  const parsed = json(text)
  return {
    text,
    ...field(parsed, "status"),
    ...field(parsed, "schemes"),
    ...field(parsed, "scope"),
    ...field(parsed, "openid-configuration")
  }
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
