/**
 * SASL mechanisms: their names (RFC 4422 section 3.1), which of them we speak, and in which order we prefer them.
 *
 * Data and choices only; the messages of each mechanism are in the file of its name.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * A mechanism whose exchange can be begun with a name and a password or a token, or for EXTERNAL with a client certificate, which
 * the TLS handshake has shown already.
 *
 * @category models
 * @since 0.1.0
 */
export type Spoken = typeof spoken[number]

/**
 * What one signs in with.
 *
 * @category models
 * @since 0.1.0
 */
export type CredentialKind = "password" | "token" | "certificate"

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
 * Mechanisms we speak, the strongest first. EXTERNAL shows nothing that could be taken. Tokens: the standard (RFC 7628) before what it was made from. Passwords: what ties
 * itself to the TLS connection, then what does not show the password to the server, then what shows it, and of those the standard
 * (RFC 4616) with one round trip less before the draft.
 *
 * @category constants
 * @since 0.1.0
 */
export const spoken = [
  "EXTERNAL",
  "OAUTHBEARER",
  "XOAUTH2",
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1",
  "CRAM-MD5",
  "PLAIN",
  "LOGIN"
] as const

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
  "GSS-SPNEGO",
  "KERBEROS_V4",
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
 * What a mechanism that we speak signs in with.
 *
 * @category predicates
 * @since 0.1.0
 */
export const takes = (name: Spoken): CredentialKind =>
  name === "EXTERNAL" ? "certificate" : name === "OAUTHBEARER" || name === "XOAUTH2" ? "token" : "password"

/**
 * Whether the mechanism ties itself to the TLS connection (RFC 5802 section 4).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isBound = (name: string): boolean => name.endsWith("-PLUS")

/**
 * Whether the mechanism is one of SCRAM (RFC 5802 section 4), with or without a tie. `name` is in upper case.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isScram = (name: string): boolean => name.startsWith("SCRAM-")

/**
 * Why a mechanism that is known is not spoken: what it would need, or why nobody should use it. `undefined` for any other name.
 *
 * @category constants
 * @since 0.1.0
 */
export const unspoken = (name: string): string | undefined => reasons.get(name.toUpperCase())

const kerberos = "it needs a Kerberos ticket and not a password; Sonde does not speak it"

const reasons: ReadonlyMap<string, string> = new Map(Object.entries({
  "ANONYMOUS": "it signs nobody in",
  // RFC 6331 section 1.
  "DIGEST-MD5": "it is obsolete, and its implementations do not work together; Sonde does not speak it",
  "GS2-KRB5": kerberos,
  "GSS-SPNEGO": kerberos,
  "GSSAPI": kerberos,
  "KERBEROS_V4": kerberos,
  "NTLM": "it is Microsoft's own, and what it sends can be relayed and guessed; Sonde does not speak it"
}))

/**
 * The mechanism to use with a credential of this kind: the first of `spoken` that fits it, that is offered and that `isUsable`;
 * `undefined` when none is. `offered` are names as a server sent them.
 *
 * @category choosing
 * @since 0.1.0
 */
export const choose = (
  offered: ReadonlyArray<string>,
  credential: CredentialKind,
  isUsable: (name: Spoken) => boolean = () => true
): Spoken | undefined => {
  const names = new Set(offered.map((name) => name.toUpperCase()))
  return spoken.find((name) => names.has(name) && takes(name) === credential && isUsable(name))
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
