/**
 * Judges whether certificates were revoked: by the response of OCSP that a server staples (RFC 6960, RFC 6066 section 8), and by
 * the revocation lists that certificates point to (RFC 5280 section 5). Finds issuers that were not sent where certificates say
 * they are (RFC 5280 section 4.2.2.1).
 *
 * Asks no OCSP service. What is retrieved in clear is believed only with a signature that verifies. Certificates revoked
 * through a list of another issuer (indirect lists) are not looked for.
 *
 * @since 0.1.0
 */
import { BasicOCSPResponse, OCSPResponse, OCSPResponseStatus, type SingleResponse } from "@peculiar/asn1-ocsp"
import { AsnConvert } from "@peculiar/asn1-schema"
import {
  AuthorityInfoAccessSyntax,
  Certificate,
  CertificateList,
  CRLDistributionPoints,
  id_ad_caIssuers,
  id_ce_cRLDistributionPoints,
  id_pe_authorityInfoAccess
} from "@peculiar/asn1-x509"
import type { Revocation, TlsNote, TlsProblem } from "@sonde/domain/Certificate"
import { pemBlocks } from "@sonde/domain/Certificate"
import type { Retrieve } from "@sonde/net/Session"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { createHash, verify, X509Certificate } from "node:crypto"
import * as Constraints from "./internal/Constraints.ts"
import * as NodeCertificates from "./NodeCertificates.ts"

/**
 * Most issuers that are looked for above one another.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxIssuers = 3

/** How far clocks may differ, in milliseconds. */
const skewMillis = 300_000

/**
 * What was found of revocation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Found {
  readonly revocation: Revocation
  readonly problems: ReadonlyArray<TlsProblem>
  readonly notes: ReadonlyArray<TlsNote>
}

const nameOf = (certificate: X509Certificate): string => NodeCertificates.describe(certificate).subject

const read = (certificate: X509Certificate): Certificate | undefined =>
  Constraints.decode(Uint8Array.from(certificate.raw), Certificate)

const isSerialOf = (octets: ArrayBuffer, { serialNumber }: X509Certificate): boolean =>
  Buffer.from(octets).toString("hex").replace(/^0+/, "") === serialNumber.toLowerCase().replace(/^0+/, "")

/** Whether the key of a certificate made a signature over octets, by the algorithm that an OID names. */
const isSignedBy = (
  { publicKey }: X509Certificate,
  algorithm: { readonly algorithm: string; readonly parameters?: ArrayBuffer | null },
  octets: ArrayBuffer,
  signature: ArrayBuffer
): boolean => {
  const hash = NodeCertificates.signatureHash(algorithm.algorithm)
  // Ed25519 and Ed448 have no hash of their own.
  if (hash === undefined && publicKey.asymmetricKeyType !== "ed25519" && publicKey.asymmetricKeyType !== "ed448") {
    return false
  }
  try {
    return verify(hash ?? null, new Uint8Array(octets), publicKey, new Uint8Array(signature))
  } catch {
    return false
  }
}

const hashes: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512"
}

/** Whether a response is for a certificate of an issuer: RFC 6960 section 4.1.1 hashes its name and its key. */
const isFor = ({ certID }: SingleResponse, certificate: X509Certificate, issuer: X509Certificate): boolean => {
  const hash = hashes[certID.hashAlgorithm.algorithm]
  const whole = read(issuer)
  if (hash === undefined || whole === undefined || !isSerialOf(certID.serialNumber, certificate)) return false
  const digest = (octets: ArrayBuffer) => createHash(hash).update(new Uint8Array(octets)).digest()
  const { subject, subjectPublicKeyInfo } = whole.tbsCertificate
  return digest(AsnConvert.serialize(subject)).equals(Buffer.from(certID.issuerNameHash.buffer)) &&
    digest(subjectPublicKeyInfo.subjectPublicKey).equals(Buffer.from(certID.issuerKeyHash.buffer))
}

const ocspSigning = "1.3.6.1.5.5.7.3.9"

/** Who may sign a response: the issuer, or whom it has certified for that (RFC 6960 section 4.2.2.2). */
const respondersOf = (
  response: BasicOCSPResponse,
  issuer: X509Certificate,
  nowMillis: number
): ReadonlyArray<X509Certificate> => [
  issuer,
  ...(response.certs ?? []).flatMap((certificate) => {
    const responder = certificateFrom(new Uint8Array(AsnConvert.serialize(certificate)))
    return responder !== undefined && responder.keyUsage?.includes(ocspSigning) === true &&
        NodeCertificates.isSigned(responder, issuer) && responder.validToDate.getTime() >= nowMillis
      ? [responder]
      : []
  })
]

const certificateFrom = (octets: Uint8Array): X509Certificate | undefined => {
  try {
    return new X509Certificate(octets)
  } catch {
    return undefined
  }
}

const revoked = (certificate: X509Certificate, at: Date, by: string): TlsProblem => ({
  condition: "Revoked",
  subject: nameOf(certificate),
  text: `shows a certificate, ${nameOf(certificate)}, that was revoked on ${at.toISOString().slice(0, 10)} (${by})`
})

/**
 * Judges a stapled response. Without the issuer, which has to have signed it, nothing can be said.
 *
 * @category running
 * @since 0.1.0
 */
export const stapled = (
  octets: Uint8Array,
  leaf: X509Certificate,
  issuer: X509Certificate | undefined,
  nowMillis: number
): Found => {
  const noted = (stapled: "unknown" | "expired" | "invalid", text: string): Found => ({
    revocation: { stapled },
    problems: [],
    notes: [{ id: `staple_${stapled}`, text: `the stapled OCSP response ${text}` }]
  })
  const envelope = Constraints.decode(Uint8Array.from(octets), OCSPResponse)
  if (envelope === undefined) return noted("invalid", "cannot be read")
  if (envelope.responseStatus !== OCSPResponseStatus.successful || envelope.responseBytes === undefined) {
    return noted("invalid", `is an error: ${OCSPResponseStatus[envelope.responseStatus] ?? envelope.responseStatus}`)
  }
  const response = Constraints.decode(envelope.responseBytes.response.buffer, BasicOCSPResponse)
  const { signature, signatureAlgorithm, tbsResponseDataRaw } = response ?? {}
  if (
    response === undefined || signature === undefined || signatureAlgorithm === undefined ||
    tbsResponseDataRaw === undefined
  ) return noted("invalid", "cannot be read")
  if (issuer === undefined) return noted("invalid", "cannot be verified without the issuer of the certificate")
  const single = response.tbsResponseData.responses.find((one) => isFor(one, leaf, issuer))
  if (single === undefined) return noted("invalid", "is for another certificate")
  const isVerified = respondersOf(response, issuer, nowMillis).some((responder) =>
    isSignedBy(responder, signatureAlgorithm, tbsResponseDataRaw, signature)
  )
  if (!isVerified) return noted("invalid", "is not signed by the issuer or by whom it has certified for that")
  const { certStatus, nextUpdate, thisUpdate } = single
  if (certStatus.revoked !== undefined) {
    const at = certStatus.revoked.revocationTime
    return { revocation: { stapled: "revoked" }, problems: [revoked(leaf, at, "stapled OCSP response")], notes: [] }
  }
  if (thisUpdate.getTime() > nowMillis + skewMillis) {
    return noted("invalid", `is not valid before ${thisUpdate.toISOString()}`)
  }
  if (nextUpdate !== undefined && nextUpdate.getTime() < nowMillis - skewMillis) {
    return noted("expired", `was valid until ${nextUpdate.toISOString()}`)
  }
  return certStatus.good === undefined
    ? noted("unknown", "does not know the certificate")
    : { revocation: { stapled: "good" }, problems: [], notes: [] }
}

const listUrls = (certificate: X509Certificate): ReadonlyArray<string> =>
  (Constraints.extension(read(certificate), id_ce_cRLDistributionPoints, CRLDistributionPoints) ?? [])
    .filter(({ cRLIssuer }) => cRLIssuer === undefined)
    .flatMap(({ distributionPoint }) => distributionPoint?.fullName ?? [])
    .flatMap(({ uniformResourceIdentifier: url }) => url === undefined || !/^http:/i.test(url) ? [] : [url])

const issuerUrls = (certificate: X509Certificate): ReadonlyArray<string> =>
  (Constraints.extension(read(certificate), id_pe_authorityInfoAccess, AuthorityInfoAccessSyntax) ?? [])
    .filter(({ accessMethod }) => accessMethod === id_ad_caIssuers)
    .flatMap(({ accessLocation: { uniformResourceIdentifier: url } }) =>
      url === undefined || !/^http:/i.test(url) ? [] : [url]
    )

/** DER, or the first block of PEM text. */
const unwrap = (octets: Uint8Array, label: string): Uint8Array => {
  const text = octets[0] === 0x30 ? "" : Buffer.from(octets).toString("latin1")
  const block = new RegExp(`-----BEGIN ${label}-----([^-]+)-----END ${label}-----`).exec(text)?.[1]
  return block === undefined ? octets : new Uint8Array(Buffer.from(block, "base64"))
}

/** What a list says of a certificate, or why it cannot be relied on. */
const listed = (
  octets: Uint8Array,
  certificate: X509Certificate,
  issuer: X509Certificate,
  nowMillis: number
): Result.Result<Date | undefined, string> => {
  const list = Constraints.decode(Uint8Array.from(unwrap(octets, "X509 CRL")), CertificateList)
  if (list?.tbsCertListRaw === undefined) return Result.fail("is no revocation list")
  if (!isSignedBy(issuer, list.signatureAlgorithm, list.tbsCertListRaw, list.signature)) {
    return Result.fail(`is not signed by ${nameOf(issuer)}`)
  }
  const { nextUpdate, revokedCertificates, thisUpdate } = list.tbsCertList
  if (thisUpdate.getTime().getTime() > nowMillis + skewMillis) return Result.fail("is not valid yet")
  const until = nextUpdate?.getTime()
  const entry = revokedCertificates?.find(({ userCertificate }) => isSerialOf(userCertificate, certificate))
  // A certificate that an old list has as revoked stays so.
  if (entry !== undefined) return Result.succeed(entry.revocationDate.getTime())
  return until !== undefined && until.getTime() < nowMillis - skewMillis
    ? Result.fail(`was valid until ${until.toISOString()}`)
    : Result.succeed(undefined)
}

/**
 * Looks for the certificates of a path, each before its issuer, in the lists they point to. The last of `path` is not looked for.
 *
 * @category running
 * @since 0.1.0
 */
export const lists = Effect.fnUntraced(function*(
  path: ReadonlyArray<X509Certificate>,
  retrieve: Retrieve,
  nowMillis: number
): Effect.fn.Return<Found> {
  const problems: Array<TlsProblem> = []
  const notes: Array<TlsNote> = []
  let read = 0
  for (const [index, certificate] of path.entries()) {
    const issuer = path[index + 1]
    if (issuer === undefined) break
    let answer: Result.Result<Date | undefined, string> | undefined
    for (const url of listUrls(certificate)) {
      answer = Result.mapError(
        Result.flatMap(yield* Effect.result(retrieve(url)), (octets) => listed(octets, certificate, issuer, nowMillis)),
        (problem) => `${url} ${problem}`
      )
      if (Result.isSuccess(answer)) break
    }
    if (answer === undefined) continue
    if (Result.isFailure(answer)) {
      notes.push({
        id: "revocation_unknown",
        text: `whether ${nameOf(certificate)} was revoked is not known: the list ${answer.failure}`
      })
      continue
    }
    read += 1
    if (answer.success !== undefined) problems.push(revoked(certificate, answer.success, "revocation list"))
  }
  return {
    revocation: problems.length > 0
      ? { lists: "revoked" }
      : notes.length > 0
      ? { lists: "unknown" }
      : read > 0
      ? { lists: "good" }
      : {},
    problems,
    notes
  }
})

/**
 * An issuer that was not sent, and the URL it came from.
 *
 * @category models
 * @since 0.1.0
 */
export interface FoundIssuer {
  readonly certificate: X509Certificate
  readonly url: string
}

const issuersIn = (octets: Uint8Array): ReadonlyArray<X509Certificate> => {
  const text = octets[0] === 0x30 ? "" : Buffer.from(octets).toString("latin1")
  const blocks = pemBlocks(text)
  return (blocks.length > 0 ? blocks.map((block) => new Uint8Array(Buffer.from(block))) : [octets])
    .flatMap((one) => certificateFrom(one) ?? [])
}

/**
 * Fetches the issuer of a certificate, and its issuers as long as `isMissing` wants one. Ends with the first that cannot be had.
 *
 * @category running
 * @since 0.1.0
 */
export const issuersOf = Effect.fnUntraced(function*(
  certificate: X509Certificate,
  retrieve: Retrieve,
  isMissing: (certificate: X509Certificate) => boolean
): Effect.fn.Return<ReadonlyArray<FoundIssuer>> {
  const found: Array<FoundIssuer> = []
  for (let current = certificate; found.length < maxIssuers && isMissing(current);) {
    let next: FoundIssuer | undefined
    for (const url of issuerUrls(current)) {
      const octets = yield* Effect.result(retrieve(url))
      const issuer = Result.isFailure(octets)
        ? undefined
        : issuersIn(octets.success).find((candidate) => NodeCertificates.isSigned(current, candidate))
      if (issuer === undefined) continue
      next = { certificate: issuer, url }
      break
    }
    if (next === undefined) break
    found.push(next)
    current = next.certificate
  }
  return found
})
