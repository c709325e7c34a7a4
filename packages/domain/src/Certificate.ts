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
 * One condition that fails, and where: `subject` names the certificate, absent where the handshake itself failed. `text` is the
 * end of a sentence that begins with the server, with the date, name or size that decided.
 *
 * @category models
 * @since 0.1.0
 */
export const TlsProblem = Schema.Struct({
  condition: TlsReason,
  subject: Schema.optionalKey(Schema.String),
  text: Schema.String
}).annotate({ identifier: "TlsProblem" })
/** @category models @since 0.1.0 */
export interface TlsProblem extends Schema.Schema.Type<typeof TlsProblem> {}

/**
 * What is worth knowing of a chain that nothing fails for:
 *
 * - `chain_order`: certificates were not sent each before the one that certifies it (RFC 5246 section 7.4.2)
 * - `chain_stranger`: certificates were sent that do not belong to the path
 * - `staple_missing`: the certificate demands a stapled OCSP response (RFC 7633 section 4.2) and none was sent
 * - `staple_expired`, `staple_invalid`, `staple_unknown`: the stapled OCSP response is out of date, cannot be relied on, or
 *   does not know the certificate
 * - `revocation_unknown`: a revocation list could not be had, or not relied on
 *
 * @category models
 * @since 0.1.0
 */
export const TlsNote = Schema.Struct({
  id: Schema.Literals([
    "chain_order",
    "chain_stranger",
    "staple_missing",
    "staple_expired",
    "staple_invalid",
    "staple_unknown",
    "revocation_unknown"
  ]),
  text: Schema.String
}).annotate({ identifier: "TlsNote" })
/** @category models @since 0.1.0 */
export interface TlsNote extends Schema.Schema.Type<typeof TlsNote> {}

/**
 * How revocation was judged: `stapled` and `lists` say what the OCSP response and the lists of the path say, each absent where
 * there was none to read.
 *
 * @category models
 * @since 0.1.0
 */
export const Revocation = Schema.Struct({
  stapled: Schema.optionalKey(Schema.Literals(["good", "revoked", "unknown", "expired", "invalid"])),
  lists: Schema.optionalKey(Schema.Literals(["good", "revoked", "unknown"]))
}).annotate({ identifier: "Revocation" })
/** @category models @since 0.1.0 */
export interface Revocation extends Schema.Schema.Type<typeof Revocation> {}

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
