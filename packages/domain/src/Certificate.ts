/**
 * Certificates as a server sent them, and what can be wrong with them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * One certificate of a chain. Names are one-line RFC 4514 strings, `san` lists DNS names and IP addresses without
 * their type prefix, times are ISO 8601 in UTC, `sha256` is the fingerprint in lower-case hex without colons.
 *
 * @category models
 * @since 0.1.0
 */
export const Certificate = Schema.Struct({
  subject: Schema.String,
  issuer: Schema.String,
  san: Schema.Array(Schema.String),
  notBefore: Schema.String,
  notAfter: Schema.String,
  sha256: Schema.String
}).annotate({ identifier: "Certificate" })
/** @category models @since 0.1.0 */
export interface Certificate extends Schema.Schema.Type<typeof Certificate> {}

/**
 * Everything that can be wrong with a handshake or with what was presented, worst first: a peer that speaks no
 * TLS, then a handshake that failed, then trust, name and dates.
 *
 * @category models
 * @since 0.1.0
 */
export const TlsReason = Schema.Literals([
  "PlaintextPeer",
  "ProtocolVersion",
  "NoSharedCipher",
  "ClientCertificateRequired",
  "HandshakeAlert",
  "HandshakeTimeout",
  "Reset",
  "Revoked",
  "BadSignature",
  "CertificateExpired",
  "CertificateNotYetValid",
  "HostnameMismatch",
  "SelfSigned",
  "IncompleteChain",
  "UnknownIssuer",
  "WrongPurpose",
  "IssuerNotCa",
  "NameConstraint",
  "PathLength",
  "UnknownCriticalExtension",
  "WeakKey",
  "WeakSignature"
])
/** @category models @since 0.1.0 */
export type TlsReason = typeof TlsReason.Type

/**
 * Orders conditions worst first, each once.
 *
 * @category combinators
 * @since 0.1.0
 */
export const worstFirst = (conditions: Iterable<TlsReason>): ReadonlyArray<TlsReason> => {
  const found = new Set(conditions)
  return TlsReason.literals.filter((reason) => found.has(reason))
}

/**
 * The certificates in PEM text (RFC 7468 section 5), each a block of its own, in order. Whatever else stands there is
 * left out: a file of certificates may hold the private key too.
 *
 * @category parsing
 * @since 0.1.0
 */
export const pemBlocks = (text: string): ReadonlyArray<string> =>
  text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? []
