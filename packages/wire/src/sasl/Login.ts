/**
 * SASL LOGIN: two prompts, two answers, each in Base64. There is no RFC; draft-murchison-sasl-login-00 describes what Microsoft
 * began and everybody followed.
 *
 * Pure: it reads prompts and writes answers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { type Exchange, type Response, unexpected } from "./Exchange.ts"
import { SaslError } from "./Mechanism.ts"

/**
 * A prompt. `text` is the challenge decoded, or as it came when it is not Base64. `asks` is `unknown` for texts nobody has
 * seen; then the first prompt asks for the name and the second for the password, which is what the draft fixes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prompt {
  readonly asks: "username" | "password" | "unknown"
  readonly text: string
}

/**
 * Reads a challenge, the text of a 334 reply. Knows `Username:`, `User Name` with a NUL as in the draft, `User:`, `Login:`,
 * `Password:`, `Passwd`, in any case.
 *
 * @category decoding
 * @since 0.1.0
 */
export const promptOf = (challenge: string): Prompt => {
  const text = Base64.decode(challenge) ?? challenge
  const word = text.toLowerCase().replaceAll(/[^a-z]/g, "")
  if (word.startsWith("user") || word.startsWith("login")) return { asks: "username", text }
  return { asks: word.startsWith("pass") ? "password" : "unknown", text }
}

/**
 * The answer to the first prompt, also allowed as initial response. An empty name is refused: its answer would be an empty
 * line, which asks the server to fail.
 *
 * @category encoding
 * @since 0.1.0
 */
export const username = (user: string): Result.Result<string, SaslError> =>
  Result.map(checked("user", user), (text) => Base64.encode(text))

/**
 * The answer to the second prompt, as secret as the password.
 *
 * @category encoding
 * @since 0.1.0
 */
export const password = (
  secret: Redacted.Redacted<string>
): Result.Result<Redacted.Redacted<string>, SaslError> =>
  Result.map(
    checked("password", Redacted.value(secret)),
    (text) => Redacted.make(Base64.encode(text), { label: "LOGIN" })
  )

/**
 * Begins an exchange. The server speaks first; two prompts are answered, by what they ask for, else name first and password
 * second.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (credential: {
  readonly user: string
  readonly password: Redacted.Redacted<string>
}): Result.Result<Exchange, SaslError> =>
  Result.flatMap(
    username(credential.user),
    (name) =>
      Result.map(password(credential.password), (secret) =>
        prompted({ base64: Redacted.make(name), holds: "user" }, { base64: secret, holds: "secret" }, 0))
  )

const prompted = (name: Response, secret: Response, answered: number): Exchange => ({
  mechanism: "LOGIN",
  initial: undefined,
  answer: (challenge) => {
    if (answered === 2) return unexpected("LOGIN")
    const { asks } = promptOf(challenge)
    return Effect.succeed({
      response: asks === "password" || (asks === "unknown" && answered === 1) ? secret : name,
      next: prompted(name, secret, answered + 1)
    })
  },
  accept: () => Effect.void
})

const checked = (field: "user" | "password", text: string): Result.Result<string, SaslError> =>
  text === ""
    ? Result.fail(new SaslError({ mechanism: "LOGIN", field, problem: "empty" }))
    : text.includes("\0")
    ? Result.fail(new SaslError({ mechanism: "LOGIN", field, problem: "control-character" }))
    : Result.succeed(text)
