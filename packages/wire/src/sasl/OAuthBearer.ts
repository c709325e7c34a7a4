/**
 * SASL OAUTHBEARER (RFC 7628): an access token in, and on failure a JSON text in a challenge that says why.
 *
 * It does not fetch tokens and does not look into them.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { type Exchange, unexpected } from "./Exchange.ts"
import * as Gs2 from "./Gs2.ts"
import { SaslError } from "./Mechanism.ts"
import { failureOf } from "./XOAuth2.ts"

const mechanism = "OAUTHBEARER"

/**
 * Who signs in where. `host` and `port` are those that the client dialled (RFC 7628 section 3.1).
 *
 * @category models
 * @since 0.1.0
 */
export interface OAuthBearerCredential {
  readonly user: string
  readonly token: Redacted.Redacted<string>
  readonly host: string
  readonly port: number
}

const forbidden = { user: /\p{Cc}/u, token: /[\p{Cc} ]/u }

const problemOf = (field: "user" | "token", text: string): SaslError | undefined =>
  text === ""
    ? new SaslError({ mechanism, field, problem: "empty" })
    : forbidden[field].test(text)
    ? new SaslError({ mechanism, field, problem: "control-character" })
    : undefined

/**
 * Begins an exchange: `n,a=NAME,^Ahost=HOST^Aport=PORT^Aauth=Bearer TOKEN^A^A`. A control character in name or token would
 * change the message and is refused, as is a space in the token and an empty part. A failure is answered with one ^A, after
 * which the server sends its final reply (RFC 7628 section 3.2.3).
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (credential: OAuthBearerCredential): Result.Result<Exchange, SaslError> => {
  const { host, port, user } = credential
  const token = Redacted.value(credential.token)
  const problem = problemOf("user", user) ?? problemOf("token", token)
  if (problem !== undefined) return Result.fail(problem)
  // RFC 7628 section 3.1: GS2 header, then key/value pairs, each ended by ^A, and one ^A more.
  const message = `${Gs2.header("unsupported", user)}\x01host=${host}\x01port=${port}\x01auth=Bearer ${token}\x01\x01`
  return Result.succeed({
    mechanism,
    initial: { base64: Redacted.make(Base64.encode(message), { label: mechanism }), holds: "secret" },
    answer: (challenge) =>
      Effect.succeed({
        response: { base64: Redacted.make(Base64.encode("\x01")), holds: "nothing" },
        next: {
          mechanism,
          initial: undefined,
          answer: () => unexpected(mechanism),
          accept: () => Effect.void,
          refusal: failureOf(challenge)
        }
      }),
    accept: () => Effect.void
  })
}
