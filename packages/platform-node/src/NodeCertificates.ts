/**
 * Reads certificates, and judges of a chain what the runtime does not look at: the name (RFC 9525 section 6), weak keys and
 * signatures, and the order. Fast, because every handshake needs it.
 *
 * Why the runtime does not trust a chain is the business of `NodeChain.ts`, and revocation that of `NodeRevocation.ts`: both
 * read certificates with a library, which loads only where they are needed.
 *
 * @since 0.1.0
 */
import type { Certificate, TlsNote, TlsProblem } from "@sonde/domain/Certificate"
import type { KeyObject, X509Certificate } from "node:crypto"
import * as Der from "./internal/Der.ts"
import * as Names from "./internal/Names.ts"

/**
 * Most certificates of a chain that are looked at. OpenSSL itself stops at 100; real chains have two to four.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxChainLength = 16

/**
 * Smallest RSA modulus that is not weak, in bits: CA/Browser Forum Baseline Requirements section 6.1.5.
 *
 * @category limits
 * @since 0.1.0
 */
export const minRsaBits = 2048

/**
 * Smallest elliptic curve that is not weak, in bits: 112 bits of strength, NIST SP 800-57 part 1 table 2.
 *
 * @category limits
 * @since 0.1.0
 */
export const minCurveBits = 224

/**
 * Trust anchors by subject. Several may share one.
 *
 * @category models
 * @since 0.1.0
 */
export type Anchors = ReadonlyMap<string, ReadonlyArray<X509Certificate>>

/**
 * Indexes trust anchors.
 *
 * @category constructors
 * @since 0.1.0
 */
export const anchors = (certificates: ReadonlyArray<X509Certificate>): Anchors =>
  Map.groupBy(certificates, (certificate) => certificate.subject)

/**
 * The anchors of both.
 *
 * @category combinators
 * @since 0.1.0
 */
export const join = (left: Anchors, right: Anchors): Anchors => anchors([...left.values(), ...right.values()].flat())

/** What a certificate says of itself, whoever sends it. */
interface Features {
  readonly shown: Certificate
  readonly names: Names.AltNames
  readonly keyName: string
  readonly isWeakKey: boolean
  readonly isWeakSignature: boolean
  readonly demandsStaple: boolean
}

/**
 * Most certificates whose features are remembered. Thousands of mailboxes share a few servers, and reading a certificate costs
 * as much as a tenth of a handshake.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxRemembered = 256

/** TLS Feature (RFC 7633 section 4.1), and in it `status_request` (RFC 6066 section 8). */
const tlsFeature = "1.3.6.1.5.5.7.1.24"
const isStatusRequest = ({ content }: Der.Element): boolean => content.length === 1 && content[0] === 5

const remembered = new Map<string, Features>()

const featuresOf = (certificate: X509Certificate): Features => {
  const known = remembered.get(certificate.fingerprint256)
  if (known !== undefined) return known
  const names = Names.altNames(certificate.subjectAltName)
  const reading = Der.certificate(certificate.raw)
  const features: Features = {
    shown: {
      subject: distinguishedName(certificate.subject),
      issuer: distinguishedName(certificate.issuer),
      san: [...names.dns, ...names.ip],
      notBefore: certificate.validFromDate.toISOString(),
      notAfter: certificate.validToDate.toISOString(),
      sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase()
    },
    names,
    keyName: keyName(certificate),
    isWeakKey: isWeakKey(certificate),
    isWeakSignature: isWeakSignature(reading),
    demandsStaple: reading.extensions.some(({ oid, value }) =>
      oid === tlsFeature && Der.elements(Der.elements(value)[0]?.content ?? new Uint8Array(0)).some(isStatusRequest)
    )
  }
  const oldest = remembered.size >= maxRemembered ? remembered.keys().next().value : undefined
  if (oldest !== undefined) remembered.delete(oldest)
  remembered.set(certificate.fingerprint256, features)
  return features
}

/**
 * A certificate as the report shows it. The distinguished names are RFC 4514 strings, most specific part first.
 *
 * @category formatting
 * @since 0.1.0
 */
export const describe = (certificate: X509Certificate): Certificate => featuresOf(certificate).shown

// Node gives one part per line, least specific first, values already escaped by RFC 4514 section 2.4.
const distinguishedName = (lines: string | undefined): string => (lines ?? "").split("\n").toReversed().join(",")

/**
 * What to judge. `chain` is leaf first as sent; `platformCode` is the runtime's verdict, absent when it trusts the chain;
 * `serverName` is a name in A-label form or an address.
 *
 * @category models
 * @since 0.1.0
 */
export interface Evidence {
  readonly chain: ReadonlyArray<X509Certificate>
  readonly serverName: string
  readonly nowMillis: number
  readonly platformCode: string | undefined
  readonly anchors: () => Anchors
}

/**
 * What was found: problems in no order, and what is worth knowing beside them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judgement {
  readonly problems: ReadonlyArray<TlsProblem>
  readonly notes: ReadonlyArray<TlsNote>
}

/**
 * Judges a chain that the runtime trusts by what the runtime does not look at: the name, weak keys and signatures, and the order
 * in which certificates came. Certificates that were sent but do not belong to the path from the leaf are not judged.
 *
 * @category running
 * @since 0.1.0
 */
export const judge = ({ chain, serverName }: Pick<Evidence, "chain" | "serverName">): Judgement => {
  const [leaf] = chain
  if (leaf === undefined) return { problems: [], notes: [] }
  const path = byName(leaf, chain.slice(1))
  return { problems: [...misnamed(leaf, serverName), ...path.flatMap(weaknesses)], notes: orderOf(chain, path) }
}

const maxNamesTold = 3

/**
 * The problem of a leaf that is not for the name.
 *
 * @category running
 * @since 0.1.0
 */
export const misnamed = (leaf: X509Certificate, serverName: string): ReadonlyArray<TlsProblem> => {
  const { names, shown } = featuresOf(leaf)
  if (Names.isFor(names, serverName)) return []
  const told = shown.san.slice(0, maxNamesTold).join(", ")
  const more = shown.san.length - maxNamesTold
  return [{
    condition: "HostnameMismatch",
    subject: shown.subject,
    text: shown.san.length === 0
      ? `shows a certificate without a name for a host, so not for ${serverName}`
      : `shows a certificate for ${told}${more > 0 ? ` and ${more} more` : ""}, not for ${serverName}`
  }]
}

/**
 * What is weak with a certificate of the path, the first being the leaf.
 *
 * @category running
 * @since 0.1.0
 */
export const weaknesses = (certificate: X509Certificate, index: number): ReadonlyArray<TlsProblem> => {
  const { keyName, shown: { subject }, isWeakKey: weakKey, isWeakSignature: weakSignature } = featuresOf(certificate)
  const which = index === 0 ? "a certificate" : `an issuer, ${subject},`
  return [
    ...(weakKey ? [{ condition: "WeakKey" as const, subject, text: `shows ${which} with a key of ${keyName}` }] : []),
    // The signature of a certificate on itself proves nothing, so its strength does not matter.
    ...(weakSignature && !isSelfIssued(certificate)
      ? [{ condition: "WeakSignature" as const, subject, text: `shows ${which} that is signed with MD5 or SHA-1` }]
      : [])
  ]
}

/**
 * Whether the certificate demands that a response of OCSP is stapled (RFC 7633 section 4).
 *
 * @category predicates
 * @since 0.1.0
 */
export const demandsStaple = (certificate: X509Certificate): boolean => featuresOf(certificate).demandsStaple

/**
 * The names of a certificate, without their type prefix.
 *
 * @category reading
 * @since 0.1.0
 */
export const altNames = (certificate: X509Certificate): Names.AltNames => featuresOf(certificate).names

/**
 * Whether a certificate names itself as its issuer.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isSelfIssued = (certificate: X509Certificate): boolean => certificate.subject === certificate.issuer

/**
 * Whether the key of an issuer made the signature of a certificate.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isSigned = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    // A key of another kind than the signature.
    return false
  }
}

/** The path of a chain that the runtime trusts: where names decide, nothing needs to be computed again. */
const byName = (leaf: X509Certificate, others: ReadonlyArray<X509Certificate>): ReadonlyArray<X509Certificate> => {
  const path = [leaf]
  const left = [...others]
  for (let current = leaf; !isSelfIssued(current);) {
    const named = left.filter((candidate) => candidate.subject === current.issuer)
    // Checking a signature costs as much as a tenth of a handshake, so only where there is a choice.
    const next = named.length > 1 ? named.find((candidate) => isSigned(current, candidate)) ?? named[0] : named[0]
    if (next === undefined) break
    left.splice(left.indexOf(next), 1)
    path.push(next)
    current = next
  }
  return path
}

/**
 * Whether what was sent is the path, each certificate before the one that certifies it. RFC 5246 section 7.4.2 demands it; since
 * TLS 1.3 clients take any order (RFC 8446 section 4.4.2), and many old ones never did.
 */
const orderOf = (
  chain: ReadonlyArray<X509Certificate>,
  path: ReadonlyArray<X509Certificate>
): ReadonlyArray<TlsNote> => {
  const strangers = chain.filter((certificate) => !path.includes(certificate))
  const inOrder = chain.filter((certificate) => path.includes(certificate))
  const nameOf = (certificate: X509Certificate) => featuresOf(certificate).shown.subject
  return [
    ...(inOrder.every((certificate, index) => certificate === path[index]) ? [] : [{
      id: "chain_order" as const,
      text: `the certificates came in another order than they certify each other: ${inOrder.map(nameOf).join(" · ")}`
    }]),
    ...strangers.map((stranger) => ({
      id: "chain_stranger" as const,
      text: `a certificate was sent that does not belong to the chain: ${nameOf(stranger)}`
    }))
  ]
}

const curveBits: Readonly<Record<string, number>> = {
  prime192v1: 192,
  prime192v2: 192,
  prime192v3: 192,
  prime239v1: 239,
  prime239v2: 239,
  prime239v3: 239,
  secp192k1: 192,
  secp160k1: 160,
  secp160r1: 160,
  secp160r2: 160,
  secp128r1: 128,
  secp128r2: 128,
  secp112r1: 112,
  secp112r2: 112,
  brainpoolP160r1: 160,
  brainpoolP160t1: 160,
  brainpoolP192r1: 192,
  brainpoolP192t1: 192,
  sect113r1: 113,
  sect113r2: 113,
  sect131r1: 131,
  sect131r2: 131,
  sect163k1: 163,
  sect163r1: 163,
  sect163r2: 163,
  sect193r1: 193,
  sect193r2: 193
}

/** The key, or `undefined` where the runtime does not know its kind. */
const keyOf = (certificate: X509Certificate): KeyObject | undefined => {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}

const keyName = (certificate: X509Certificate): string => {
  const { asymmetricKeyDetails: details, asymmetricKeyType: type } = keyOf(certificate) ?? {}
  return type === "rsa" || type === "rsa-pss"
    ? `RSA ${details?.modulusLength ?? 0}`
    : type === "ec"
    ? details?.namedCurve ?? "an unnamed curve"
    : (type ?? "an unknown kind").toUpperCase()
}

const isWeakKey = (certificate: X509Certificate): boolean => {
  const { asymmetricKeyDetails: details, asymmetricKeyType: type } = keyOf(certificate) ?? {}
  switch (type) {
    case "rsa":
    case "rsa-pss":
      return (details?.modulusLength ?? 0) < minRsaBits
    case "ec":
      return (curveBits[details?.namedCurve ?? ""] ?? minCurveBits) < minCurveBits
    case "dsa":
      return true
    default:
      return false
  }
}

const weakSignatures = new Set([
  "1.2.840.113549.1.1.2", // md2WithRSAEncryption
  "1.2.840.113549.1.1.3", // md4WithRSAEncryption
  "1.2.840.113549.1.1.4", // md5WithRSAEncryption
  "1.2.840.113549.1.1.5", // sha1WithRSAEncryption
  "1.3.14.3.2.29", // sha1WithRSASignature
  "1.2.840.10040.4.3", // dsa-with-sha1
  "1.2.840.10045.4.1" // ecdsa-with-SHA1
])

const rsaPss = "1.2.840.113549.1.1.10"

const isWeakSignature = (reading: Der.Reading): boolean =>
  weakSignatures.has(reading.signatureOid) ||
  reading.signatureOid === rsaPss && pssHash(reading.signatureParameters) === "sha1"

const signatureHashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.4": "md5",
  "1.2.840.113549.1.1.5": "sha1",
  "1.2.840.113549.1.1.14": "sha224",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.1": "sha1",
  "1.2.840.10045.4.3.1": "sha224",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512"
}

/**
 * The hash that an algorithm of signatures uses, as `node:crypto` names it.
 *
 * @category reading
 * @since 0.1.0
 */
export const signatureHash = (oid: string): string | undefined => signatureHashes[oid]

const hashes: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.4": "sha224",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512"
}

/** RFC 4055 section 3.1: the hash of RSASSA-PSS stands first in its parameters, tagged [0], and is SHA-1 where it does not. */
const pssHash = (parameters: Uint8Array): string | undefined => {
  const [first] = Der.elements(parameters)
  if (first?.tag !== 0xa0) return "sha1"
  const [algorithm] = Der.elements(Der.elements(first.content)[0]?.content ?? new Uint8Array(0))
  return algorithm === undefined ? undefined : hashes[Der.oid(algorithm.content)]
}

/**
 * The hash for channel binding to a certificate, as `node:crypto` names it (RFC 5929 section 4.1): that of its signature, SHA-256
 * in place of MD5 and SHA-1. `undefined` where the signature has none of its own, as with Ed25519: then the binding is undefined too.
 *
 * @category reading
 * @since 0.1.0
 */
export const endPointHash = (certificate: X509Certificate): string | undefined => {
  const { signatureOid, signatureParameters } = Der.certificate(certificate.raw)
  const hash = signatureOid === rsaPss ? pssHash(signatureParameters) : signatureHashes[signatureOid]
  return hash === "md5" || hash === "sha1" ? "sha256" : hash
}
