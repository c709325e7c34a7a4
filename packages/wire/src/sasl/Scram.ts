/**
 * SASL SCRAM (RFC 5802) with SHA-1 and SHA-256 (RFC 7677), with and without channel binding: client and server each prove to
 * the other that they know the password, and it never crosses the line.
 *
 * The server's signature is always verified. The nonce comes from the caller, who has the randomness.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import {
  ChallengeError,
  type Crypto,
  empty,
  type Exchange,
  type Hash,
  type Response,
  type Turn,
  unexpected
} from "./Exchange.ts"
import * as Gs2 from "./Gs2.ts"
import { SaslError } from "./Mechanism.ts"
import * as SaslPrep from "./SaslPrep.ts"

/**
 * Fewest iterations that are answered. RFC 5802 section 5.1 and RFC 7677 section 4 ask servers for at least 4096: a server that
 * asks for fewer wants a proof from which the password is easily guessed.
 *
 * @category limits
 * @since 0.1.0
 */
export const minIterations = 4096

/**
 * Most iterations that are answered. The highest advice we know is 1,300,000 for PBKDF2 with HMAC-SHA-1 (OWASP Password Storage
 * Cheat Sheet, 2023); a server that asks for more than two millions wants to keep a client busy (RFC 5802 section 9).
 *
 * @category limits
 * @since 0.1.0
 */
export const maxIterations = 2_000_000

/**
 * What an exchange is made of. `nonce` is printable ASCII without comma, new for every exchange. With a `ChannelBinding` the
 * mechanism is the -PLUS form.
 *
 * @category models
 * @since 0.1.0
 */
export interface ScramOptions {
  readonly hash: Exclude<Hash, "MD5">
  readonly user: string
  readonly password: Redacted.Redacted<string>
  readonly binding: Gs2.Binding
  readonly nonce: string
}

const encoder = new TextEncoder()

const prepared = (
  mechanism: string,
  field: "user" | "password",
  text: string
): Result.Result<string, SaslError> =>
  Result.match(SaslPrep.prepare(text, field === "user" ? "query" : "stored"), {
    onFailure: () => Result.fail(new SaslError({ mechanism, field, problem: "not-preparable" })),
    onSuccess: (ready) =>
      ready === "" ? Result.fail(new SaslError({ mechanism, field, problem: "empty" })) : Result.succeed(ready)
  })

interface ServerFirst {
  readonly nonce: string
  readonly salt: Uint8Array
  readonly iterations: number
}

const bad = (mechanism: string, problem: ChallengeError["problem"], detail: string) =>
  Result.fail(new ChallengeError({ mechanism, problem, detail }))

/** RFC 5802 section 7, `server-first-message`: nonce, salt and count in this order; what follows is ignored. */
const serverFirst = (
  mechanism: string,
  text: string,
  nonce: string
): Result.Result<ServerFirst, ChallengeError> => {
  const [first = "", second = "", third = ""] = text.split(",")
  // RFC 5802 section 5.1: a mandatory extension that is not understood ends the exchange.
  if (first.startsWith("m=")) return bad(mechanism, "extension", "the server demands an extension nobody has defined")
  if (!first.startsWith("r=") || !second.startsWith("s=") || !third.startsWith("i=")) {
    return bad(mechanism, "malformed", "the first challenge lacks nonce, salt or iteration count")
  }
  const whole = first.slice(2)
  // RFC 5802 section 5.1: the server's nonce begins with the client's and adds to it.
  if (!whole.startsWith(nonce) || whole.length === nonce.length || !/^[\x21-\x7e]+$/.test(whole)) {
    return bad(mechanism, "nonce", "the server did not continue the nonce it was given")
  }
  const salt = Base64.octets(second.slice(2))
  if (salt === undefined || salt.length === 0) return bad(mechanism, "malformed", "the salt is empty or not Base64")
  const count = /^[1-9]\d{0,15}$/.test(third.slice(2)) ? Number(third.slice(2)) : 0
  if (count < minIterations || count > maxIterations) {
    return bad(
      mechanism,
      "iterations",
      `the server asks for ${
        count === 0 ? "no number of" : count
      } iterations, and ${minIterations} to ${maxIterations} are answered`
    )
  }
  return Result.succeed({ nonce: whole, salt, iterations: count })
}

const xor = (left: Uint8Array, right: Uint8Array): Uint8Array => left.map((octet, index) => octet ^ (right[index] ?? 0))

const same = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.reduce((sum, octet, index) => sum | octet ^ (right[index] ?? 0), 0) === 0

const response = (message: string, holds: Response["holds"]): Response => ({
  base64: Redacted.make(Base64.encode(message), { label: "SCRAM" }),
  holds
})

/** After everything was said, or after the server gave its reason. */
const over = (mechanism: string, accept: Exchange["accept"], refusal?: Exchange["refusal"]): Exchange => ({
  mechanism,
  initial: undefined,
  answer: () => unexpected(mechanism),
  accept,
  ...(refusal === undefined ? {} : { refusal })
})

const unproven = (mechanism: string, detail: string) =>
  Effect.fail(new ChallengeError({ mechanism, problem: "server-signature", detail }))

const neither = (mechanism: string) =>
  unproven(mechanism, "the server accepted without proof that it knows the password")

/** RFC 5802 section 7, `server-error`: heard with an empty response, after which the server ends the exchange. */
const refusing = (mechanism: string, text: string): Turn => ({
  response: empty,
  next: over(mechanism, () => neither(mechanism), { status: text.split(",")[0]?.slice(2) ?? "", text })
})

/** Waits for the server's signature. */
const signed = (mechanism: string, signature: Uint8Array): Exchange => {
  const read = (challenge: string): Effect.Effect<Turn, ChallengeError> => {
    const text = Base64.decode(challenge) ?? ""
    if (text.startsWith("e=")) return Effect.succeed(refusing(mechanism, text))
    const [first = ""] = text.split(",")
    const claimed = first.startsWith("v=") ? Base64.octets(first.slice(2)) : undefined
    if (claimed === undefined) {
      return Effect.fail(
        new ChallengeError({
          mechanism,
          problem: "malformed",
          detail: "the last challenge has neither proof nor error"
        })
      )
    }
    // RFC 5802 section 3: without this the client would believe any server.
    return same(claimed, signature)
      ? Effect.succeed({ response: empty, next: over(mechanism, () => Effect.void) })
      : unproven(mechanism, "the server's proof does not fit the password")
  }

  return {
    mechanism,
    initial: undefined,
    answer: read,
    accept: (data) => data === undefined ? neither(mechanism) : Effect.flatMap(read(data), ({ next }) => next.accept())
  }
}

/**
 * The name of the mechanism with this hash and this kind of binding.
 *
 * @category formatting
 * @since 0.1.0
 */
export const nameOf = (hash: ScramOptions["hash"], binding: Gs2.Binding): string =>
  `SCRAM-${hash}${typeof binding === "string" ? "" : "-PLUS"}`

/**
 * Begins an exchange. Name and password are prepared with SASLprep (RFC 5802 section 2.2 and RFC 5802 section 5.1); what it does not allow is
 * refused here, before anything is sent.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (options: ScramOptions, crypto: Crypto): Result.Result<Exchange, SaslError> => {
  const { binding, hash, nonce } = options
  const mechanism = nameOf(hash, binding)
  const both = Result.flatMap(
    prepared(mechanism, "user", options.user),
    (user) =>
      Result.map(prepared(mechanism, "password", Redacted.value(options.password)), (password) => ({
        user,
        password: Redacted.make(password)
      }))
  )
  return Result.map(both, ({ password, user }) => {
    const header = Gs2.header(binding)
    const bare = `n=${Gs2.saslName(user)},r=${nonce}`

    const prove = Effect.fnUntraced(function*(text: string, first: ServerFirst) {
      // RFC 5802 section 7, `cbind-input`: the header, then the data of the channel.
      const head = encoder.encode(header)
      const data = typeof binding === "string" ? new Uint8Array(0) : binding.data
      const channel = new Uint8Array(head.length + data.length)
      channel.set(head)
      channel.set(data, head.length)
      const last = `c=${Base64.fromOctets(channel)},r=${first.nonce}`
      const authMessage = encoder.encode(`${bare},${text},${last}`)
      // RFC 5802 section 3, in its own words.
      const salted = yield* crypto.pbkdf2(hash, encoder.encode(Redacted.value(password)), first.salt, first.iterations)
      const clientKey = yield* crypto.hmac(hash, salted, encoder.encode("Client Key"))
      const storedKey = yield* crypto.digest(hash, clientKey)
      const clientSignature = yield* crypto.hmac(hash, storedKey, authMessage)
      const serverKey = yield* crypto.hmac(hash, salted, encoder.encode("Server Key"))
      const serverSignature = yield* crypto.hmac(hash, serverKey, authMessage)
      return {
        response: response(`${last},p=${Base64.fromOctets(xor(clientKey, clientSignature))}`, "secret"),
        next: signed(mechanism, serverSignature)
      }
    })

    return {
      mechanism,
      initial: response(`${header}${bare}`, "user"),
      answer: (challenge: string): Effect.Effect<Turn, ChallengeError> => {
        const text = Base64.decode(challenge) ?? ""
        // RFC 5802 section 7 has errors in the last message alone; servers that refuse the flag send theirs here.
        if (text.startsWith("e=")) return Effect.succeed(refusing(mechanism, text))
        return Result.match(serverFirst(mechanism, text, nonce), {
          onFailure: Effect.fail,
          onSuccess: (first) => prove(text, first)
        })
      },
      accept: () => neither(mechanism)
    }
  })
}
