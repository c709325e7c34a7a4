/**
 * Rules that issuers put on what they issue: names (RFC 5280 section 4.2.1.10), the length of the path (RFC 5280
 * section 4.2.1.9), and extensions that must be understood (RFC 5280 section 4.2). Node has no names for these errors, so they are
 * read from the certificates.
 */
import { AsnConvert } from "@peculiar/asn1-schema"
import type { Name } from "@peculiar/asn1-x509"
import {
  BasicConstraints,
  Certificate,
  GeneralName,
  NameConstraints,
  SubjectAlternativeName
} from "@peculiar/asn1-x509"
import type { TlsProblem } from "@sonde/domain/Certificate"
import * as IpAddress from "@sonde/net/IpAddress"

// What OpenSSL processes (X509_supported_extension).
const understood = new Set([
  "2.5.29.15",
  "2.5.29.17",
  "2.5.29.19",
  "2.5.29.30",
  "2.5.29.31",
  "2.5.29.32",
  "2.5.29.33",
  "2.5.29.36",
  "2.5.29.37",
  "2.5.29.54",
  "1.3.6.1.5.5.7.1.7",
  "1.3.6.1.5.5.7.1.8",
  "1.3.6.1.5.5.7.1.14",
  "2.16.840.1.113730.1.1"
])

const subjectAltName = "2.5.29.17"
const basicConstraints = "2.5.29.19"
const nameConstraints = "2.5.29.30"

/** The extensions of a certificate that rules are read from; what cannot be read counts as absent. */
export interface Read {
  readonly subject: Name
  readonly isSelfIssued: boolean
  readonly critical: ReadonlyArray<string>
  readonly names: ReadonlyArray<GeneralName>
  readonly pathLength: number | undefined
  readonly constraints: NameConstraints | undefined
}

/** Decodes DER as a type of the library, or gives `undefined` where it is none. */
export const decode = <A>(octets: ArrayBuffer | Uint8Array<ArrayBuffer>, type: new() => A): A | undefined => {
  try {
    return AsnConvert.parse(octets, type)
  } catch {
    return undefined
  }
}

/** The value of an extension, decoded. */
export const extension = <A>(
  certificate: Certificate | undefined,
  id: string,
  type: new() => A
): A | undefined => {
  const found = certificate?.tbsCertificate.extensions?.find(({ extnID }) => extnID === id)
  return found === undefined ? undefined : decode(found.extnValue.buffer, type)
}

const hex = (value: unknown): string => Buffer.from(AsnConvert.serialize(value)).toString("hex")

/** Reads a certificate, or gives `undefined` where the library cannot. */
export const read = (raw: Uint8Array): Read | undefined => {
  const certificate = decode(Uint8Array.from(raw), Certificate)
  if (certificate === undefined) return undefined
  const { extensions = [], issuer, subject } = certificate.tbsCertificate
  return {
    subject,
    isSelfIssued: hex(subject) === hex(issuer),
    critical: extensions.flatMap(({ critical, extnID }) => critical ? [extnID] : []),
    names: extension(certificate, subjectAltName, SubjectAlternativeName) ?? [],
    pathLength: extension(certificate, basicConstraints, BasicConstraints)?.pathLenConstraint,
    constraints: extension(certificate, nameConstraints, NameConstraints)
  }
}

const isUnderDns = (name: string, base: string): boolean => {
  const [lower, suffix] = [name.toLowerCase(), base.toLowerCase().replace(/^\./, "")]
  return suffix === "" || lower === suffix || lower.endsWith(`.${suffix}`)
}

/** A mailbox is under itself, under its host, and with a leading dot under every host of a domain. */
const isUnderMail = (mailbox: string, base: string): boolean => {
  const host = mailbox.slice(mailbox.lastIndexOf("@") + 1).toLowerCase()
  const wanted = base.toLowerCase()
  return wanted.includes("@")
    ? mailbox.toLowerCase() === wanted
    : wanted.startsWith(".")
    ? host.endsWith(wanted)
    : host === wanted
}

const isUnderUri = (uri: string, base: string): boolean => {
  const host = URL.parse(uri)?.hostname.toLowerCase() ?? ""
  return base.startsWith(".") ? host.endsWith(base.toLowerCase()) : host === base.toLowerCase()
}

/** `base` is a network as the library writes it: `192.0.2.0/24`. */
const isUnderIp = (address: string, base: string): boolean => {
  const [network = "", bits = ""] = base.split("/")
  const [octets, wanted] = [IpAddress.fromString(address), IpAddress.fromString(network)]
  if (octets === undefined || wanted?.length !== octets.length || !/^\d+$/.test(bits)) return false
  return octets.every((octet, index) => {
    const kept = Math.min(8, Math.max(0, Number(bits) - 8 * index))
    return octet >> (8 - kept) === (wanted[index] ?? 0) >> (8 - kept)
  })
}

/** A name is under another whose parts it begins with. */
const isUnderName = (name: Name, base: Name): boolean =>
  base.length <= name.length && base.every((part, index) => hex(part) === hex(name[index]))

/** Whether a name is under a base of the same kind; `undefined` for a base of another kind. */
const isUnder = (name: GeneralName, base: GeneralName): boolean | undefined => {
  if (name.dNSName !== undefined && base.dNSName !== undefined) return isUnderDns(name.dNSName, base.dNSName)
  if (name.iPAddress !== undefined && base.iPAddress !== undefined) return isUnderIp(name.iPAddress, base.iPAddress)
  if (name.rfc822Name !== undefined && base.rfc822Name !== undefined) {
    return isUnderMail(name.rfc822Name, base.rfc822Name)
  }
  if (name.uniformResourceIdentifier !== undefined && base.uniformResourceIdentifier !== undefined) {
    return isUnderUri(name.uniformResourceIdentifier, base.uniformResourceIdentifier)
  }
  if (name.directoryName !== undefined && base.directoryName !== undefined) {
    return isUnderName(name.directoryName, base.directoryName)
  }
  return undefined
}

const told = (name: GeneralName): string =>
  name.dNSName ?? name.iPAddress ?? name.rfc822Name ?? name.uniformResourceIdentifier ?? "its subject"

/** A name of a certificate that the constraints do not allow. */
const forbidden = (constraints: NameConstraints, certificate: Read): string | undefined => {
  const names = [
    ...certificate.names,
    ...(certificate.subject.length > 0 ? [new GeneralName({ directoryName: certificate.subject })] : [])
  ]
  const bases = (list: NameConstraints["permittedSubtrees"]) => (list ?? []).map(({ base }) => base)
  const bad = names.find((name) => {
    const permitted = bases(constraints.permittedSubtrees).flatMap((base) => isUnder(name, base) ?? [])
    const excluded = bases(constraints.excludedSubtrees).flatMap((base) => isUnder(name, base) ?? [])
    return permitted.length > 0 && !permitted.includes(true) || excluded.includes(true)
  })
  return bad === undefined ? undefined : told(bad)
}

/** A certificate of a path and its name; `isAnchor` is true for a trust anchor that was not sent. */
export interface Link {
  readonly read: Read
  readonly subject: string
  readonly isAnchor: boolean
}

/** The rules of a path that the certificates below break. `path` is leaf first. */
export const violations = (path: ReadonlyArray<Link>): ReadonlyArray<TlsProblem> =>
  path.flatMap(({ isAnchor, read: { constraints, critical, pathLength }, subject }, index) => {
    const found: Array<TlsProblem> = []
    const strange = critical.find((id) => !understood.has(id))
    if (strange !== undefined && !isAnchor) {
      found.push({
        condition: "UnknownCriticalExtension",
        subject,
        text: `shows a certificate, ${subject}, with the critical extension ${strange} that is not understood`
      })
    }
    const below = path.slice(0, index)
    // RFC 5280 section 4.2.1.9: how many intermediates that are not self-issued may stand between this certificate and the leaf.
    const between = below.slice(1).filter(({ read: { isSelfIssued } }) => !isSelfIssued).length
    if (index > 0 && between > (pathLength ?? Number.POSITIVE_INFINITY)) {
      found.push({
        condition: "PathLength",
        subject,
        text: `shows a chain with ${between} issuers under ${subject}, which allows ${pathLength}`
      })
    }
    if (constraints === undefined) return found
    for (const [place, link] of below.entries()) {
      // RFC 5280 section 6.1.3: self-issued certificates are not bound, but for the last of the path.
      if (place > 0 && link.read.isSelfIssued) continue
      const name = forbidden(constraints, link.read)
      if (name === undefined) continue
      found.push({
        condition: "NameConstraint",
        subject: link.subject,
        text: `shows a certificate for ${name}, which ${subject} may not certify`
      })
    }
    return found
  })
