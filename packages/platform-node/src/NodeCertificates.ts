/**
 * Judges a certificate chain as it was sent: everything that is wrong with it, not only the first thing.
 *
 * Follows RFC 5280 section 6.1 as far as conditions are named, and RFC 9525 section 6 for the name. The runtime's verdict decides
 * whether a chain is trusted; this module says why not, and adds what the runtime does not look at (the name, weak keys
 * and signatures). It fetches no issuer and asks no revocation service.
 *
 * @since 0.1.0
 */
import type { Certificate, TlsReason } from "@sonde/domain/Certificate"
import { worstFirst } from "@sonde/domain/Certificate"
import type { X509Certificate } from "node:crypto"
import * as Constraints from "./internal/Constraints.ts"
import * as Der from "./internal/Der.ts"
import * as Names from "./internal/Names.ts"
import { verifyCodes } from "./NodeTlsCodes.ts"

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
  readonly reading: Der.Reading
  readonly isWeakKey: boolean
  readonly isWeakSignature: boolean
}

/**
 * Most certificates whose features are remembered. Thousands of mailboxes share a few servers, and reading a certificate costs
 * as much as a tenth of a handshake.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxRemembered = 256

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
    reading,
    isWeakKey: isWeakKey(certificate),
    isWeakSignature: isWeakSignature(reading)
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
 * All conditions that fail, worst first; empty when chain, name and dates hold. Certificates that were sent but do not belong to
 * the path from the leaf are not judged.
 *
 * @category running
 * @since 0.1.0
 */
export const judge = (evidence: Evidence): ReadonlyArray<TlsReason> => {
  const [leaf] = evidence.chain
  if (leaf === undefined) return ["UnknownIssuer"]
  const path = pathFrom(leaf, evidence.chain.slice(1))
  const features = path.map(featuresOf)
  const found = new Set<TlsReason>()

  const { names } = featuresOf(leaf)
  if (!Names.isFor(names, evidence.serverName)) found.add("HostnameMismatch")
  for (const [index, certificate] of path.entries()) {
    if (features[index]?.isWeakKey === true) found.add("WeakKey")
    // The signature of a certificate on itself proves nothing, so its strength does not matter.
    if (!isSelfIssued(certificate) && features[index]?.isWeakSignature === true) found.add("WeakSignature")
  }
  if (evidence.platformCode !== undefined) {
    const reasons = distrust(path, features.map(({ reading }) => reading), names, evidence)
    for (const reason of reasons) found.add(reason)
    // Where Node has no word for what it found, weakness explains it. Without any explanation the chain is not proven.
    if (reasons.size === 0 && !found.has("WeakKey") && !found.has("WeakSignature")) found.add("UnknownIssuer")
  }
  return worstFirst(found)
}

const isSelfIssued = (certificate: X509Certificate): boolean => certificate.subject === certificate.issuer

const pathFrom = (leaf: X509Certificate, others: ReadonlyArray<X509Certificate>): ReadonlyArray<X509Certificate> => {
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

const isSigned = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    // A key of another kind than the signature.
    return false
  }
}

const distrust = (
  path: ReadonlyArray<X509Certificate>,
  readings: ReadonlyArray<Der.Reading>,
  names: Names.AltNames,
  evidence: Evidence
): ReadonlySet<TlsReason> => {
  const found = new Set<TlsReason>()
  const [leaf] = path
  for (const [index, certificate] of path.entries()) {
    if (certificate.validToDate.getTime() < evidence.nowMillis) found.add("CertificateExpired")
    if (certificate.validFromDate.getTime() > evidence.nowMillis) found.add("CertificateNotYetValid")
    const issuer = path[index + 1]
    if (issuer !== undefined && !isSigned(certificate, issuer)) found.add("BadSignature")
    if (index > 0 && !certificate.ca) found.add("IssuerNotCa")
  }
  if (leaf !== undefined && !isForServers(leaf)) found.add("WrongPurpose")
  for (const reason of Constraints.violations(readings, names)) found.add(reason)
  const trust = trustProblem(path, evidence)
  if (trust !== undefined) found.add(trust)

  const said = verifyCodes[evidence.platformCode ?? ""] ?? "UnknownIssuer"
  // Trust was examined above, and better: the runtime names one reason where there may be several. It calls an issuer that is no
  // authority one of the wrong purpose.
  const isExamined = said === "Missing" || said === "SelfSigned" || said === "UnknownIssuer" ||
    (said === "WrongPurpose" && found.has("IssuerNotCa"))
  if (!isExamined) found.add(said)
  return found
}

/** Where the path ends: in an anchor (`undefined`), in a certificate that vouches for itself, or nowhere. */
const trustProblem = (path: ReadonlyArray<X509Certificate>, evidence: Evidence): TlsReason | undefined => {
  const last = path.at(-1)
  if (last === undefined) return "UnknownIssuer"
  const known = evidence.anchors()
  // Any certificate of the path may itself be an anchor, or be signed by one: cross-signed roots are sent as intermediates.
  for (const certificate of path) {
    const same = known.get(certificate.subject)?.some((anchor) => anchor.fingerprint256 === certificate.fingerprint256)
    if (same === true) return undefined
    const issuers = known.get(certificate.issuer) ?? []
    if (!isSelfIssued(certificate) && issuers.length > 0) {
      return issuers.some((anchor) => isSigned(certificate, anchor)) ? undefined : "BadSignature"
    }
  }
  if (isSelfIssued(last)) return path.length === 1 ? "SelfSigned" : "UnknownIssuer"
  // A leaf alone that says where its issuer can be fetched was meant to be sent with it (RFC 5280 section 4.2.2.1). With an
  // intermediate sent, only a root is missing, and roots need not be sent (RFC 8446 section 4.4.2).
  return path.length === 1 && (last.infoAccess ?? "").includes("CA Issuers") ? "IncompleteChain" : "UnknownIssuer"
}

const serverAuth = "1.3.6.1.5.5.7.3.1"
const anyPurpose = "2.5.29.37.0"

// RFC 5280 section 4.2.1.12: without the extension every purpose is allowed.
const isForServers = (leaf: X509Certificate): boolean => {
  const purposes: ReadonlyArray<string> | undefined = leaf.keyUsage
  return purposes === undefined || purposes.includes(serverAuth) || purposes.includes(anyPurpose)
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

const isWeakKey = (certificate: X509Certificate): boolean => {
  const { asymmetricKeyDetails: details, asymmetricKeyType: type } = certificate.publicKey
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

const isWeakSignature = (reading: Der.Reading): boolean => (weakSignatures.has(reading.signatureOid) ||
  // RFC 4055 section 3.1: without a named hash RSASSA-PSS uses SHA-1.
  (reading.signatureOid === rsaPss && Der.elements(reading.signatureParameters)[0]?.tag !== 0xa0))

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
