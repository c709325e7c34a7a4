/**
 * Rules that issuers put on what they issue (RFC 5280 section 4.2.1.9, RFC 5280 section 4.2.1.10) and extensions that must be
 * understood (RFC 5280 section 4.2). Node has no names for these errors, so they are read from the certificates.
 */
import type { TlsReason } from "@sonde/domain/Certificate"
import * as IpAddress from "@sonde/net/IpAddress"
import * as Der from "./Der.ts"
import type * as Names from "./Names.ts"

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

const basicConstraints = "2.5.29.19"
const nameConstraints = "2.5.29.30"
const permittedTag = 0xa0
const dnsTag = 0x82
const ipTag = 0x87
const integerTag = 0x02
const text = new TextDecoder("latin1")

const extension = (reading: Der.Reading, oid: string): Uint8Array | undefined =>
  reading.extensions.find((candidate) => candidate.oid === oid)?.value

const pathLength = (reading: Der.Reading): number | undefined => {
  const value = extension(reading, basicConstraints)
  if (value === undefined) return undefined
  const fields = Der.elements(Der.elements(value)[0]?.content ?? new Uint8Array(0))
  return fields.find((field) => field.tag === integerTag)?.content.reduce((sum, octet) => sum * 256 + octet, 0)
}

const isUnderDns = (name: string, base: string): boolean => {
  const [lower, suffix] = [name.toLowerCase(), base.toLowerCase().replace(/^\./, "")]
  return suffix === "" || lower === suffix || lower.endsWith(`.${suffix}`)
}

const isUnderIp = (address: string, base: Uint8Array): boolean => {
  const octets = IpAddress.fromString(address)
  if (octets === undefined || base.length !== 2 * octets.length) return false
  return octets.every((octet, index) => {
    const mask = base[octets.length + index] ?? 0
    return (octet & mask) === ((base[index] ?? 0) & mask)
  })
}

const violatesNames = (value: Uint8Array, names: Names.AltNames): boolean => {
  const lists = Der.elements(Der.elements(value)[0]?.content ?? new Uint8Array(0))
  return lists.some((list) => {
    const bases = Der.elements(list.content).flatMap((subtree) => Der.elements(subtree.content).slice(0, 1))
    const dns = bases.filter((base) => base.tag === dnsTag).map((base) => text.decode(base.content))
    const ip = bases.filter((base) => base.tag === ipTag).map((base) => base.content)
    const isUnder = [
      ...names.dns.map((name) => ({ applies: dns.length > 0, is: dns.some((base) => isUnderDns(name, base)) })),
      ...names.ip.map((address) => ({ applies: ip.length > 0, is: ip.some((base) => isUnderIp(address, base)) }))
    ].filter(({ applies }) => applies)
    return isUnder.some(({ is }) => list.tag === permittedTag ? !is : is)
  })
}

/** The rules of a path that the certificates below break. `path` is leaf first; `names` are the leaf's. */
export const violations = (path: ReadonlyArray<Der.Reading>, names: Names.AltNames): ReadonlySet<TlsReason> => {
  const found = new Set<TlsReason>()
  for (const [index, reading] of path.entries()) {
    if (reading.extensions.some(({ isCritical, oid }) => isCritical && !understood.has(oid))) {
      found.add("UnknownCriticalExtension")
    }
    if (index === 0) continue
    // RFC 5280 section 4.2.1.9: how many intermediates may stand between this certificate and the leaf.
    if (index - 1 > (pathLength(reading) ?? Number.POSITIVE_INFINITY)) found.add("PathLength")
    const constraints = extension(reading, nameConstraints)
    if (constraints !== undefined && violatesNames(constraints, names)) found.add("NameConstraint")
  }
  return found
}
