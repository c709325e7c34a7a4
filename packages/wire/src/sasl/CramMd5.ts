/**
 * SASL CRAM-MD5 (RFC 2195): one challenge, one response, `name SP digest`. The password does not cross the line; who listens
 * can guess it from one exchange, and the server must keep a form of it that is as good as the password itself.
 *
 * Name and password go as given: RFC 2195 knows no preparation.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { ChallengeError, type Crypto, type Exchange, unexpected } from "./Exchange.ts"
import { SaslError } from "./Mechanism.ts"

const mechanism = "CRAM-MD5"
const encoder = new TextEncoder()

const problemOf = (field: "user" | "password", text: string): SaslError | undefined =>
  text === ""
    ? new SaslError({ mechanism, field, problem: "empty" })
    : text.includes("\0")
    ? new SaslError({ mechanism, field, problem: "control-character" })
    : undefined

const done: Exchange = {
  mechanism,
  initial: undefined,
  answer: () => unexpected(mechanism),
  accept: () => Effect.void
}

/**
 * Begins an exchange. The server speaks first; an initial response is not allowed. A success before the challenge was answered
 * is none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (
  credential: { readonly user: string; readonly password: Redacted.Redacted<string> },
  crypto: Pick<Crypto, "hmac">
): Result.Result<Exchange, SaslError> => {
  const { password, user } = credential
  const problem = problemOf("user", user) ?? problemOf("password", Redacted.value(password))
  if (problem !== undefined) return Result.fail(problem)
  const malformed = (detail: string) => Effect.fail(new ChallengeError({ mechanism, problem: "malformed", detail }))
  return Result.succeed({
    mechanism,
    initial: undefined,
    answer: (challenge) => {
      const octets = Base64.octets(challenge)
      // RFC 2195 section 2: the challenge is what keeps a response from being used again; without one it would be.
      if (octets === undefined || octets.length === 0) return malformed("the challenge is empty or not Base64")
      return Effect.map(crypto.hmac("MD5", encoder.encode(Redacted.value(password)), octets), (digest) => ({
        response: {
          base64: Redacted.make(Base64.encode(`${user} ${Hex.encode(digest)}`), { label: mechanism }),
          holds: "secret"
        },
        next: done
      }))
    },
    accept: () => malformed("the server accepted before it had sent a challenge")
  })
}
