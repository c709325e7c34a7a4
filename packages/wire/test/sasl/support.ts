/** What the tests of the SASL messages share. */
import type { ChallengeError, Crypto, Exchange, Response } from "@sonde/wire/sasl/Exchange"
import type { SaslError } from "@sonde/wire/sasl/Mechanism"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { createHash, createHmac, pbkdf2Sync } from "node:crypto"

export const secret = (text: string): Redacted.Redacted<string> => Redacted.make(text)

/** What would go to the server. */
export const sent = (result: Result.Result<Redacted.Redacted<string>, SaslError>): string =>
  Redacted.value(Result.getOrThrow(result))

/** Why an argument is refused. */
export const refused = <A>(result: Result.Result<A, SaslError>): ReadonlyArray<string> => {
  const { field, mechanism, problem } = Result.getOrThrow(Result.flip(result))
  return [mechanism, field, problem]
}

/** The hash functions, as Node has them. */
export const crypto: Crypto = {
  digest: (hash, data) => Effect.sync(() => new Uint8Array(createHash(hash.replace("-", "")).update(data).digest())),
  hmac: (hash, key, data) =>
    Effect.sync(() => new Uint8Array(createHmac(hash.replace("-", ""), key).update(data).digest())),
  pbkdf2: (hash, password, salt, iterations) =>
    Effect.sync(() =>
      new Uint8Array(pbkdf2Sync(password, salt, iterations, hash === "SHA-1" ? 20 : 32, hash.replace("-", "")))
    )
}

export const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** A response as the server reads it. */
export const said = ({ base64 }: Response): string => Buffer.from(Redacted.value(base64), "base64").toString()

/** Lets a server say these challenges, decoded, one after another; gives the responses and the state after them. */
export const converse = Effect.fnUntraced(function*(begun: Exchange, ...challenges: ReadonlyArray<string>) {
  const responses: Array<string> = []
  let state = begun
  for (const challenge of challenges) {
    const { next, response } = yield* state.answer(base64(challenge))
    responses.push(said(response))
    state = next
  }
  return { responses, state }
})

/** The problem that ended an exchange. */
export const problem = <A>(effect: Effect.Effect<A, ChallengeError>): Effect.Effect<ChallengeError["problem"], A> =>
  Effect.map(Effect.flip(effect), (error) => error.problem)
