/**
 * Says why a chain is not trusted: everything that is wrong with it, and where.
 *
 * Follows RFC 5280 section 6.1 as far as conditions are named. The runtime decides whether a chain is trusted; its one code is only
 * asked where nothing here explains it. Loaded for a chain that the runtime does not trust, and where revocation is judged.
 *
 * @since 0.1.0
 */
import {
  AuthorityKeyIdentifier,
  Certificate,
  id_ce_authorityKeyIdentifier,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier
} from "@peculiar/asn1-x509"
import type { TlsProblem, TlsReason } from "@sonde/domain/Certificate"
import * as Effect from "effect/Effect"
import type { X509Certificate } from "node:crypto"
import * as Constraints from "./internal/Constraints.ts"
import * as NodeCertificates from "./NodeCertificates.ts"
import type { FoundIssuer } from "./NodeRevocation.ts"
import { verifyCodes } from "./NodeTlsCodes.ts"

/**
 * The way from a leaf upwards. `anchor` is the trust anchor it ends in, which may not have been sent; without one it ends in a
 * certificate that vouches for itself, or with an issuer that is not there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Path {
  readonly certificates: readonly [X509Certificate, ...Array<X509Certificate>]
  readonly anchor: X509Certificate | undefined
}

/** Whether the key identifiers of two certificates say that one was not issued by the other (RFC 5280 section 4.2.1.1). */
const isOtherKey = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
  const [below, above] = [certificate, issuer].map(({ raw }) => Constraints.decode(Uint8Array.from(raw), Certificate))
  const wanted = Constraints.extension(below, id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier
  const found = Constraints.extension(above, id_ce_subjectKeyIdentifier, SubjectKeyIdentifier)
  return wanted !== undefined && found !== undefined &&
    !Buffer.from(wanted.buffer).equals(Buffer.from(found.buffer))
}

/** The issuer of a certificate among others: who signed it, else one of its name that the key identifiers do not rule out. */
const issuerAmong = (
  certificate: X509Certificate,
  candidates: ReadonlyArray<X509Certificate>
): X509Certificate | undefined => {
  const named = candidates.filter(({ subject }) => subject === certificate.issuer)
  return named.find((candidate) => NodeCertificates.isSigned(certificate, candidate)) ??
    named.find((candidate) => !isOtherKey(certificate, candidate))
}

/**
 * The path of a chain: up to the first trust anchor, whatever else was sent (RFC 4158 section 2.4).
 *
 * @category constructors
 * @since 0.1.0
 */
export const pathOf = (
  leaf: X509Certificate,
  others: ReadonlyArray<X509Certificate>,
  anchors: NodeCertificates.Anchors
): Path => {
  const certificates: [X509Certificate, ...Array<X509Certificate>] = [leaf]
  const left = [...others]
  for (let current = leaf;;) {
    const same = anchors.get(current.subject)?.find(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)
    if (same !== undefined) return { certificates, anchor: same }
    if (NodeCertificates.isSelfIssued(current) && NodeCertificates.isSigned(current, current)) break
    const known = anchors.get(current.issuer) ?? []
    const anchor = known.find((candidate) => NodeCertificates.isSigned(current, candidate))
    // An anchor that is no root vouches for nothing by itself: the runtime wants the path to end in a root.
    if (anchor !== undefined && NodeCertificates.isSelfIssued(anchor)) return { certificates, anchor }
    const next = issuerAmong(current, [...left, ...known])
    if (next === undefined || certificates.length >= NodeCertificates.maxChainLength) break
    // What an anchor of this name did not sign is forged, or has a damaged signature.
    if (known.includes(next)) return { certificates, anchor: next }
    left.splice(left.indexOf(next), 1)
    certificates.push(next)
    current = next
  }
  return { certificates, anchor: undefined }
}

const nameOf = (certificate: X509Certificate): string => NodeCertificates.describe(certificate).subject

const day = (date: Date): string => date.toISOString().slice(0, 10)

const datesOf = (certificate: X509Certificate, which: string, nowMillis: number): ReadonlyArray<TlsProblem> => {
  const { validFromDate: from, validToDate: to } = certificate
  const subject = nameOf(certificate)
  return [
    ...(to.getTime() < nowMillis
      ? [{ condition: "CertificateExpired" as const, subject, text: `${which} that expired on ${day(to)}` }]
      : []),
    ...(from.getTime() > nowMillis
      ? [{
        condition: "CertificateNotYetValid" as const,
        subject,
        text: `${which} that is not valid before ${day(from)}`
      }]
      : [])
  ]
}

const serverAuth = "1.3.6.1.5.5.7.3.1"
const anyPurpose = "2.5.29.37.0"
/** One of these a server of TLS needs (RFC 5280 section 4.2.1.3, RFC 8446 section 4.4.2.2). */
const handshakeUsages = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyAgreement

/** What a certificate says it is for, where that is not a server. Without an extension every purpose is allowed. */
const purposeOf = (certificate: X509Certificate, index: number): ReadonlyArray<TlsProblem> => {
  const subject = nameOf(certificate)
  // RFC 5280 section 4.2.1.12. An issuer that names purposes passes on no others.
  const purposes: ReadonlyArray<string> | undefined = certificate.keyUsage
  if (purposes !== undefined && !purposes.includes(serverAuth) && !purposes.includes(anyPurpose)) {
    const text = index === 0
      ? "shows a certificate that is not meant for servers"
      : `shows an issuer, ${subject}, that may not certify servers`
    return [{ condition: "WrongPurpose", subject, text }]
  }
  if (index > 0) return []
  const usage = Constraints.extension(
    Constraints.decode(Uint8Array.from(certificate.raw), Certificate),
    id_ce_keyUsage,
    KeyUsage
  )
  return usage === undefined || (usage.toNumber() & handshakeUsages) !== 0
    ? []
    : [{ condition: "WrongPurpose", subject, text: "shows a certificate whose key may not be used in a handshake" }]
}

const hasIssuerUrl = (certificate: X509Certificate): boolean => (certificate.infoAccess ?? "").includes("CA Issuers")

/** What is wrong with where the path ends. */
const endOf = ({ anchor, certificates }: Path): ReadonlyArray<TlsProblem> => {
  const last = certificates.at(-1) ?? certificates[0]
  const subject = nameOf(last)
  if (anchor !== undefined) return []
  const { issuer } = NodeCertificates.describe(last)
  if (NodeCertificates.isSelfIssued(last)) {
    return certificates.length === 1
      ? [{ condition: "SelfSigned", subject, text: "shows a certificate that it signed itself" }]
      : [{
        condition: "UnknownIssuer",
        subject,
        text: `shows a chain that ends in ${subject}, which is not trusted here`
      }]
  }
  // A leaf alone that says where its issuer can be fetched was meant to be sent with it (RFC 5280 section 4.2.2.1). With an
  // intermediate sent, only a root is missing, and roots need not be sent (RFC 8446 section 4.4.2).
  return certificates.length === 1 && hasIssuerUrl(last)
    ? [{ condition: "IncompleteChain", subject, text: `does not send the certificate of its issuer, ${issuer}` }]
    : [{ condition: "UnknownIssuer", subject, text: `shows a certificate of ${issuer}, which is not trusted here` }]
}

const signaturesOf = ({ anchor, certificates }: Path): ReadonlyArray<TlsProblem> =>
  certificates.flatMap((certificate, index) => {
    const issuer = certificates[index + 1] ?? (anchor === certificate ? undefined : anchor)
    if (issuer === undefined || issuer.fingerprint256 === certificate.fingerprint256) return []
    return NodeCertificates.isSigned(certificate, issuer) ? [] : [{
      condition: "BadSignature" as const,
      subject: nameOf(certificate),
      text: `shows a certificate, ${nameOf(certificate)}, that ${nameOf(issuer)} did not sign`
    }]
  })

/**
 * Everything that is wrong with a path.
 *
 * @category running
 * @since 0.1.0
 */
export const problemsOf = (path: Path, nowMillis: number): ReadonlyArray<TlsProblem> => {
  const { anchor, certificates } = path
  const isSent = certificates.some(({ fingerprint256 }) => fingerprint256 === anchor?.fingerprint256)
  const unsent = anchor === undefined || isSent ? [] : [anchor]
  const links = [...certificates, ...unsent].flatMap((certificate) => {
    const read = Constraints.read(certificate.raw)
    return read === undefined ? [] : [{ read, subject: nameOf(certificate), isAnchor: certificate === anchor }]
  })
  return [
    ...endOf(path),
    ...signaturesOf(path),
    ...certificates.flatMap((certificate, index) => [
      ...datesOf(
        certificate,
        index === 0 ? "shows a certificate" : `shows an issuer, ${nameOf(certificate)},`,
        nowMillis
      ),
      // What is trusted as it stands is not asked what it may do.
      ...(certificate.fingerprint256 === anchor?.fingerprint256 ? [] : purposeOf(certificate, index)),
      ...(index > 0 && !certificate.ca && certificate.fingerprint256 !== anchor?.fingerprint256
        ? [{
          condition: "IssuerNotCa" as const,
          subject: nameOf(certificate),
          text: `shows a certificate that was issued by ${nameOf(certificate)}, which may not issue`
        }]
        : [])
    ]),
    ...unsent.flatMap((root) => [
      ...datesOf(root, `relies on a trust anchor, ${nameOf(root)},`, nowMillis),
      ...NodeCertificates.weaknesses(root, certificates.length)
    ]),
    ...Constraints.violations(links)
  ]
}

const codeText: Partial<Record<TlsReason, string>> = {
  UnknownIssuer: "shows a chain that could not be verified"
}

/**
 * What only the runtime saw: its code, where nothing that was found accounts for it. It names one reason where there may be
 * several, and calls an issuer that is no authority one of the wrong purpose.
 *
 * @category running
 * @since 0.1.0
 */
export const unexplained = (
  platformCode: string,
  found: ReadonlyArray<TlsProblem>
): ReadonlyArray<TlsProblem> => {
  const said = verifyCodes[platformCode] ?? "UnknownIssuer"
  const has = (condition: TlsReason) => found.some((problem) => problem.condition === condition)
  const isExamined = said === "Missing" || said === "SelfSigned" || said === "UnknownIssuer"
  if (isExamined ? found.some(({ condition }) => condition !== "HostnameMismatch") : has(said)) return []
  if (said === "WrongPurpose" && has("IssuerNotCa")) return []
  const condition = said === "Missing" ? "UnknownIssuer" : said
  return [{ condition, text: `${codeText[condition] ?? "shows a chain that does not verify"} (${platformCode})` }]
}

/**
 * Judges a chain that the runtime does not trust. Certificates that were sent but do not belong to the path are not judged.
 *
 * @category running
 * @since 0.1.0
 */
export const judge = (evidence: NodeCertificates.Evidence): NodeCertificates.Judgement & { readonly path?: Path } => {
  const { chain, nowMillis, platformCode, serverName } = evidence
  const [leaf] = chain
  if (leaf === undefined) {
    return { problems: [{ condition: "UnknownIssuer", text: "shows no certificate" }], notes: [] }
  }
  const path = pathOf(leaf, chain.slice(1), evidence.anchors())
  const found = [
    ...NodeCertificates.misnamed(leaf, serverName),
    ...path.certificates.flatMap(NodeCertificates.weaknesses),
    ...problemsOf(path, nowMillis)
  ]
  return {
    problems: [...found, ...(platformCode === undefined ? [] : unexplained(platformCode, found))],
    notes: NodeCertificates.judge(evidence).notes,
    path
  }
}

/**
 * The certificates of a path with the anchor it ends in.
 *
 * @category combinators
 * @since 0.1.0
 */
export const issuing = ({ anchor, certificates }: Path): ReadonlyArray<X509Certificate> =>
  anchor === undefined || certificates.some(({ fingerprint256 }) => fingerprint256 === anchor.fingerprint256)
    ? certificates
    : [...certificates, anchor]

/**
 * Completes a path that ends with an issuer that was not sent. Where it then ends in an anchor, the issuer is what is missing,
 * and it is reported as missing: other clients do not look for it. `undefined` where nothing was missing or found.
 *
 * @category running
 * @since 0.1.0
 */
export const complete = Effect.fnUntraced(function*(
  evidence: NodeCertificates.Evidence,
  path: Path,
  find: (last: X509Certificate) => Effect.Effect<ReadonlyArray<FoundIssuer>>
) {
  const [leaf, ...others] = path.certificates
  const last = path.certificates.at(-1) ?? leaf
  if (path.anchor !== undefined || NodeCertificates.isSelfIssued(last)) return undefined
  const found = yield* find(last)
  const [first] = found
  if (first === undefined) return undefined
  const whole = pathOf(leaf, [...others, ...found.map(({ certificate }) => certificate)], evidence.anchors())
  const { platformCode, serverName } = evidence
  const problems = [
    ...NodeCertificates.misnamed(leaf, serverName),
    ...whole.certificates.flatMap(NodeCertificates.weaknesses),
    ...problemsOf(whole, evidence.nowMillis),
    ...(whole.anchor === undefined ? [] : [{
      condition: "IncompleteChain" as const,
      subject: nameOf(last),
      text: `does not send the certificate of its issuer, ${nameOf(first.certificate)}, which is at ${first.url}`
    }])
  ]
  return {
    path: whole,
    problems: [...problems, ...(platformCode === undefined ? [] : unexplained(platformCode, problems))]
  }
})
