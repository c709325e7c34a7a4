/**
 * Which addresses may be dialled, decided on the very address that is dialled.
 *
 * Kinds of addresses follow the special-purpose registries of RFC 6890 section 2.2.2 and RFC 6890 section 2.2.3 and their
 * successors. An address that carries an IPv4 address (mapped, 6to4, NAT64) is what the address inside is. No names are
 * looked up here: a name that resolves to a loopback address is caught because its address is.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as IpAddress from "./IpAddress.ts"

/**
 * What an address is for. `shared` is the space of carrier NATs (RFC 6598 section 7), `private` includes unique local
 * addresses (RFC 4193 section 3), `reserved` everything that is set aside or not allocated for unicast, `invalid` a text that is no address.
 *
 * @category models
 * @since 0.1.0
 */
export type AddressKind =
  | "public"
  | "loopback"
  | "private"
  | "shared"
  | "link-local"
  | "multicast"
  | "documentation"
  | "reserved"
  | "unspecified"
  | "invalid"

type Block = readonly [prefix: string, kind: AddressKind | "embedded-low" | "embedded-6to4"]

// The IANA IPv4 registry. First match counts. What no block holds is public.
const four: ReadonlyArray<Block> = [
  ["0.0.0.0/32", "unspecified"],
  ["0.0.0.0/8", "reserved"], // RFC 791 section 3.2, "this network"
  ["10.0.0.0/8", "private"], // RFC 1918 section 3
  ["100.64.0.0/10", "shared"], // RFC 6598 section 7
  ["127.0.0.0/8", "loopback"], // RFC 1122 section 3.2.1.3
  ["169.254.0.0/16", "link-local"], // RFC 3927 section 2.1
  ["172.16.0.0/12", "private"], // RFC 1918 section 3
  ["192.0.0.0/24", "reserved"], // RFC 6890 section 2.1
  ["192.0.2.0/24", "documentation"], // RFC 5737 section 3
  ["192.88.99.0/24", "reserved"], // RFC 7526 section 4, former 6to4 relays
  ["192.168.0.0/16", "private"], // RFC 1918 section 3
  ["198.18.0.0/15", "reserved"], // RFC 2544 appendix C.2.2, benchmarks
  ["198.51.100.0/24", "documentation"], // RFC 5737 section 3
  ["203.0.113.0/24", "documentation"], // RFC 5737 section 3
  ["224.0.0.0/4", "multicast"], // RFC 5771 section 3
  ["240.0.0.0/4", "reserved"] // RFC 1112 section 4, and the limited broadcast address
]

// The IANA IPv6 registries. First match counts. What no block holds is reserved: only 2000::/3 is allocated for unicast.
const six: ReadonlyArray<Block> = [
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::ffff:0:0/96", "embedded-low"], // RFC 4291 section 2.5.5.2, mapped
  ["::/96", "embedded-low"], // RFC 4291 section 2.5.5.1, compatible, deprecated
  ["::ffff:0:0:0/96", "embedded-low"], // RFC 2765 section 2.1, translated
  ["64:ff9b::/96", "embedded-low"], // RFC 6052 section 2.1, NAT64
  ["64:ff9b:1::/48", "private"], // RFC 8215 section 4, local NAT64
  ["100::/64", "reserved"], // RFC 6666 section 4, discard
  ["2001::/23", "reserved"], // RFC 2928 section 2, protocol assignments, Teredo among them
  ["2001:db8::/32", "documentation"], // RFC 3849 section 4
  ["2002::/16", "embedded-6to4"], // RFC 3056 section 2
  ["3fff::/20", "documentation"], // RFC 9637 section 3
  ["2000::/3", "public"], // RFC 4291 section 2.4
  ["fc00::/7", "private"], // RFC 4193 section 3
  ["fe80::/10", "link-local"], // RFC 4291 section 2.5.6
  ["fec0::/10", "private"], // RFC 3879 section 4, site-local, deprecated
  ["ff00::/8", "multicast"] // RFC 4291 section 2.7
]

interface Prefix {
  readonly octets: Uint8Array
  readonly bits: number
  readonly kind: Block[1]
}

const compile = (blocks: ReadonlyArray<Block>): ReadonlyArray<Prefix> =>
  blocks.flatMap(([prefix, kind]) => {
    const [address = "", bits] = prefix.split("/")
    const octets = IpAddress.fromString(address)
    return octets === undefined ? [] : [{ octets, bits: Number(bits), kind }]
  })

const prefixes = { 4: compile(four), 16: compile(six) }

const covers = (prefix: Prefix, octets: Uint8Array): boolean => {
  for (let bit = 0; bit < prefix.bits; bit += 8) {
    const unused = Math.max(0, 8 - (prefix.bits - bit))
    if (((prefix.octets[bit / 8] ?? 0) >> unused) !== ((octets[bit / 8] ?? 0) >> unused)) return false
  }
  return true
}

const kindOf = (octets: Uint8Array): AddressKind => {
  const isFour = octets.length === 4
  const kind = (isFour ? prefixes[4] : prefixes[16]).find((prefix) => covers(prefix, octets))?.kind
  switch (kind) {
    case undefined:
      return isFour ? "public" : "reserved"
    case "embedded-low":
      return kindOf(octets.subarray(12, 16))
    case "embedded-6to4":
      return kindOf(octets.subarray(2, 6))
    default:
      return kind
  }
}

/**
 * What an address is for. Takes the text forms of RFC 4291 section 2.2 and dotted decimal; a zone (`%eth0`) is ignored.
 *
 * @category predicates
 * @since 0.1.0
 */
export const classify = (address: string): AddressKind => {
  const octets = IpAddress.fromString(address)
  return octets === undefined ? "invalid" : kindOf(octets)
}

// RFC 6761 section 6.3, RFC 6762 section 3, RFC 7686 section 2, RFC 8375 section 4, RFC 9476 section 2, and `internal`, which ICANN keeps
// for private use.
const inside = /(?:^|\.)(?:localhost|local|internal|home\.arpa|onion|alt)$/

/**
 * Whether a host name cannot be one of the public DNS, by its words alone: a name for inside, or a single label, which only a
 * search list completes.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isInsideName = (host: string): boolean => {
  const name = host.toLowerCase().replace(/\.$/, "")
  return inside.test(name) || !name.includes(".")
}

/**
 * Whether a host may be on the public internet: a public address, or a name that is not one for inside.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isPublicHost = (host: string): boolean => {
  const plain = host.replace(/\.$/, "")
  const kind = classify(plain)
  return kind === "invalid" ? !isInsideName(plain) : kind === "public"
}

/**
 * The rule of a run. Where it is `coarse`, whoever asked may not learn what lies behind a name inside: addresses that may not be
 * dialled are not told, neither in facts nor in errors, and cost no time. `isAllowedForHttp` is the rule for requests of HTTP,
 * whose hosts nobody but a pack, an issuer or a domain's own records names; `isAllowed` counts for them too where it is absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface AddressRule {
  readonly isAllowed: (address: string, port: number) => boolean
  readonly isAllowedForHttp?: (address: string, port: number) => boolean
  readonly coarse?: boolean
}

/**
 * Every address and port.
 *
 * @category rules
 * @since 0.1.0
 */
export const everything: AddressRule = { isAllowed: () => true }

/**
 * The ports of mail: SMTP, submission with and without TLS, IMAP, POP3, and ManageSieve (RFC 5804 section 1.8).
 *
 * @category constants
 * @since 0.1.0
 */
export const mailPorts: ReadonlyArray<number> = [25, 465, 587, 143, 993, 110, 995, 4190]

/**
 * The ports of HTTP: RFC 9110 section 4.2.1, RFC 9110 section 4.2.2.
 *
 * @category constants
 * @since 0.1.0
 */
export const httpPorts: ReadonlyArray<number> = [80, 443]

// A zone (RFC 4007 section 11) chooses an interface of this machine, which no public address needs.
const isPublicAt = (ports: ReadonlyArray<number> | "any") => (address: string, port: number): boolean =>
  (ports === "any" || ports.includes(port)) && !address.includes("%") && classify(address) === "public"

/**
 * Public addresses only, told coarsely: sessions on these ports, and requests of HTTP on its own.
 *
 * @category rules
 * @since 0.1.0
 */
export const publicOnly = (ports: ReadonlyArray<number> | "any" = mailPorts): AddressRule => ({
  isAllowed: isPublicAt(ports),
  isAllowedForHttp: isPublicAt(ports === "any" ? "any" : httpPorts),
  coarse: true
})

/**
 * The rule for requests of HTTP.
 *
 * @category rules
 * @since 0.1.0
 */
export const forHttp = (rule: AddressRule): AddressRule["isAllowed"] => rule.isAllowedForHttp ?? rule.isAllowed

/**
 * The rule in force. Everything is allowed unless a door says otherwise.
 *
 * @category services
 * @since 0.1.0
 */
export const AddressPolicy: Context.Reference<AddressRule> = Context.Reference("@sonde/net/AddressPolicy", {
  defaultValue: () => everything
})
