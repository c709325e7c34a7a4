/**
 * One SASL exchange as its client sees it (RFC 4422 section 3): challenges in, responses out, whatever protocol carries them.
 *
 * An exchange is a value: answering gives the next one and changes nothing. It does not know how SMTP, IMAP, POP3 or
 * ManageSieve frame a challenge; all four carry Base64, and so does this.
 *
 * Answering is an `Effect` because hashing is one on most platforms. It touches nothing but the `Crypto` that was passed in.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/**
 * A response in Base64. `holds` says what a record must put in its place: a secret or what gives one away, the user name, or
 * nothing worth hiding. An empty `base64` is the empty response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  readonly base64: Redacted.Redacted<string>
  readonly holds: "secret" | "user" | "nothing"
}

/**
 * What a server said of a sign-in that it refuses, decoded from a challenge. `status` is its code: the HTTP status or error of
 * an OAuth mechanism ("401", "invalid_token"), the server error of SCRAM ("invalid-proof"). `schemes` and `scope` are what it
 * would take, `openid-configuration` is where the issuer of its tokens publishes itself. `text` is the challenge decoded, or as it came when it is not Base64.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refusal {
  readonly text: string
  readonly status?: string
  readonly schemes?: string
  readonly scope?: string
  readonly "openid-configuration"?: string
}

/**
 * A challenge that must not be answered. `unexpected` is one more than the mechanism has; `server-signature` means that the
 * server does not prove that it knows the password, `iterations` that the work it asks for is out of bounds. `detail` says it
 * in words and repeats nothing of the challenge.
 *
 * @category errors
 * @since 0.1.0
 */
export class ChallengeError extends Data.TaggedError("ChallengeError")<{
  readonly mechanism: string
  readonly problem: "malformed" | "nonce" | "iterations" | "extension" | "server-signature" | "unexpected"
  readonly detail: string
}> {
  override get message(): string {
    return `${this.mechanism}: ${this.detail}`
  }
}

/**
 * The state of an exchange.
 *
 * @category models
 * @since 0.1.0
 */
export interface Exchange {
  readonly mechanism: string
  /** What the client says first; `undefined` where the server speaks first (RFC 4422 section 5, item 2a). */
  readonly initial: Response | undefined
  /** Answers a challenge, Base64 as it came. */
  readonly answer: (challenge: string) => Effect.Effect<Turn, ChallengeError>
  /**
   * Judges a success that the server announced now. `data` is the Base64 that came with it, where the protocol has room for
   * it. Fails where the mechanism makes the server prove itself and it did not.
   */
  readonly accept: (data?: string) => Effect.Effect<void, ChallengeError>
  /** What the server said of its refusal, once it did. */
  readonly refusal?: Refusal
}

/**
 * A response and the state after it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Turn {
  readonly response: Response
  readonly next: Exchange
}

/**
 * The hash functions of the mechanisms that have one.
 *
 * @category models
 * @since 0.1.0
 */
export type Hash = "MD5" | "SHA-1" | "SHA-256"

/**
 * What the mechanisms compute with. Every octet array is left as it is; none of it is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Crypto {
  readonly digest: (hash: Exclude<Hash, "MD5">, data: Uint8Array) => Effect.Effect<Uint8Array>
  /** HMAC (RFC 2104 section 2). */
  readonly hmac: (hash: Hash, key: Uint8Array, data: Uint8Array) => Effect.Effect<Uint8Array>
  /** PBKDF2 with HMAC (RFC 8018 section 5.2), as many octets as the hash has. */
  readonly pbkdf2: (
    hash: Exclude<Hash, "MD5">,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number
  ) => Effect.Effect<Uint8Array>
}

/**
 * The response that says nothing.
 *
 * @category constants
 * @since 0.1.0
 */
export const empty: Response = { base64: Redacted.make(""), holds: "nothing" }

/**
 * A challenge that the mechanism has no place for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unexpected = (mechanism: string): Effect.Effect<never, ChallengeError> =>
  Effect.fail(
    new ChallengeError({ mechanism, problem: "unexpected", detail: "the server sent a challenge too many" })
  )

/**
 * An exchange that consists of one response of the client.
 *
 * @category constructors
 * @since 0.1.0
 */
export const single = (mechanism: string, base64: Redacted.Redacted<string>, holds: Response["holds"]): Exchange => ({
  mechanism,
  initial: { base64, holds },
  answer: () => unexpected(mechanism),
  accept: () => Effect.void
})
