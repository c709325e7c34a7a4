/**
 * SASL mechanisms: their names (RFC 4422 section 3.1), which of them we speak, and in which order we prefer them.
 *
 * Data and choices only; the messages of each mechanism are in the file of its name.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * A mechanism we can carry out now.
 *
 * @category models
 * @since 0.1.0
 */
export type Spoken = "XOAUTH2" | "PLAIN" | "LOGIN"

/**
 * An argument that a mechanism cannot carry. `field` names it; its value is never kept, for it may be a secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class SaslError extends Data.TaggedError("SaslError")<{
  readonly mechanism: string
  readonly field: "authzid" | "authcid" | "user" | "password" | "token"
  readonly problem: "empty" | "control-character" | "too-long" | "not-preparable"
}> {
  override get message(): string {
    return `${this.mechanism}: ${this.field} ${problemText[this.problem]}`
  }
}

const problemText: Record<SaslError["problem"], string> = {
  "control-character": "has a character this mechanism cannot carry",
  "empty": "is empty",
  "not-preparable": "has characters that this mechanism does not allow (SASLprep, RFC 4013)",
  "too-long": "is too long"
}

/**
 * Mechanisms we speak, the preferred first, when the credential leaves a choice. XOAUTH2 needs a token and the other two a
 * password, so the only real choice is PLAIN before LOGIN: one round trip less, and a standard (RFC 4616) before a draft.
 *
 * @category constants
 * @since 0.1.0
 */
export const spoken: ReadonlyArray<Spoken> = ["XOAUTH2", "PLAIN", "LOGIN"]

/**
 * Names we recognise, the strongest first: what stays secret from a server that must not learn it, then from one that
 * listens. Used to say what a server offers and which of it we do not speak yet.
 *
 * @category constants
 * @since 0.1.0
 */
export const recognised: ReadonlyArray<string> = [
  "EXTERNAL",
  "GSSAPI",
  "GS2-KRB5",
  "SCRAM-SHA-512-PLUS",
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-512",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1",
  "OAUTHBEARER",
  "XOAUTH2",
  "DIGEST-MD5",
  "CRAM-MD5",
  "NTLM",
  "PLAIN",
  "LOGIN",
  "ANONYMOUS"
]

/**
 * Whether the mechanism sends a secret that a listener on the line could use again, so that it must not be used without TLS.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isPlaintext = (name: string): boolean =>
  ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"].includes(name.toUpperCase())

/**
 * Whether this package carries the mechanism out. `name` is in upper case.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isSpoken = (name: string): name is Spoken => spoken.some((known) => known === name)

/**
 * The mechanism to use with a credential of this kind: the first of `spoken` that fits it and that is offered, `undefined`
 * when none is. `offered` are names as a server sent them.
 *
 * @category choosing
 * @since 0.1.0
 */
export const choose = (offered: ReadonlyArray<string>, credential: "password" | "token"): Spoken | undefined => {
  const names = new Set(offered.map((name) => name.toUpperCase()))
  return spoken.find((name) => names.has(name) && (name === "XOAUTH2") === (credential === "token"))
}

/**
 * Names sorted from strong to weak as `recognised` has them, in upper case and each once; unknown names come last, in
 * their own order.
 *
 * @category choosing
 * @since 0.1.0
 */
export const byStrength = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const upper = [...new Set(names.map((name) => name.toUpperCase()))]
  const rank = (name: string) => {
    const index = recognised.indexOf(name)
    return index < 0 ? recognised.length : index
  }
  return upper.sort((left, right) => rank(left) - rank(right))
}
