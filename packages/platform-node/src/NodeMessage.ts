/**
 * Messages of the DNS between octets and data: one question out, one answer in (RFC 1035 section 4.1).
 *
 * Pure. Packets are made and read by `dns-packet`. What an answer means for a question is decided here: aliases, response codes, and
 * that there is no record. Validates no DNSSEC signature: that is the resolver's work, and the flag is its word.
 *
 * @since 0.1.0
 */
import type { Answer, RecordData, RecordType } from "@sonde/net/Resolver"
import { LookupFailed } from "@sonde/net/Resolver"
import type { Answer as Resource, DecodedPacket, Packet } from "dns-packet"
import * as DnsPacket from "dns-packet"
import * as Result from "effect/Result"

/** The largest datagram that is asked for: what passes every network without fragments (RFC 6891 section 6.2.5). */
const udpOctets = 1232

/** Aliases that are followed, as many as resolvers do. */
const maxAliases = 16

const rcodes: Readonly<Record<string, LookupFailed["reason"]>> = {
  NXDOMAIN: "NoSuchName",
  SERVFAIL: "ServerFailure",
  NOTIMP: "ServerFailure",
  REFUSED: "Refused",
  FORMERR: "Malformed"
}

/**
 * A name without its final dot.
 *
 * @category combinators
 * @since 0.1.0
 */
export const plain = (name: string): string => name.replace(/\.$/, "")

const latin = (data: string | Buffer): string => Buffer.isBuffer(data) ? data.toString("latin1") : data

/** What each type has in its records. */
const readers: { readonly [T in RecordType]: (resource: Resource) => ReadonlyArray<RecordData[T]> } = {
  A: (resource) => resource.type === "A" ? [resource.data] : [],
  AAAA: (resource) => resource.type === "AAAA" ? [resource.data] : [],
  MX: (resource) =>
    resource.type === "MX"
      ? [{ preference: resource.data.preference ?? 0, exchange: plain(resource.data.exchange) }]
      : [],
  TXT: (resource) => {
    if (resource.type !== "TXT") return []
    const parts = Array.isArray(resource.data) ? resource.data : [resource.data]
    return [parts.map(latin).join("")]
  },
  TLSA: (resource) =>
    resource.type === "TLSA"
      ? [{
        usage: resource.data.usage,
        selector: resource.data.selector,
        matching: resource.data.matchingType,
        data: resource.data.certificate.toString("hex")
      }]
      : [],
  SRV: (resource) =>
    resource.type === "SRV"
      ? [{
        priority: resource.data.priority ?? 0,
        weight: resource.data.weight ?? 0,
        port: resource.data.port,
        target: plain(resource.data.target)
      }]
      : [],
  PTR: (resource) => resource.type === "PTR" ? [plain(resource.data)] : [],
  NS: (resource) => resource.type === "NS" ? [plain(resource.data)] : [],
  CNAME: (resource) => resource.type === "CNAME" ? [plain(resource.data)] : []
}

const same = (left: string, right: string): boolean => plain(left).toLowerCase() === plain(right).toLowerCase()

const ttlOf = (resource: Resource): number => "ttl" in resource ? resource.ttl ?? 0 : 0

/**
 * The answer in a packet: aliases are followed from the asked name, and records of other names are left out.
 *
 * @category decoding
 * @since 0.1.0
 */
export const answerOf = <T extends RecordType>(
  name: string,
  type: T,
  packet: DecodedPacket
): Result.Result<Answer<RecordData[T]>, LookupFailed> => {
  const authentic = packet.flag_ad
  const fail = (reason: LookupFailed["reason"]) => Result.fail(new LookupFailed({ name, type, reason, authentic }))
  const answers = packet.answers ?? []
  const rcode = codeOf(packet)
  if (rcode !== "NOERROR") return fail(rcodes[rcode] ?? "ServerFailure")
  const aliases: Array<string> = []
  const lives: Array<number> = []
  let owner = name
  while (type !== "CNAME" && aliases.length <= maxAliases) {
    const alias = answers.find((resource) => resource.type === "CNAME" && same(resource.name, owner))
    const [next] = alias === undefined ? [] : readers.CNAME(alias)
    if (alias === undefined || next === undefined) break
    lives.push(ttlOf(alias))
    aliases.push(next)
    owner = next
  }
  if (aliases.length > maxAliases) return fail("ServerFailure")
  const own = answers.filter((resource) => resource.type === type && same(resource.name, owner))
  const records = own.flatMap(readers[type])
  if (records.length === 0) return fail("NoRecords")
  const ttlSeconds = Math.min(...lives, ...own.map(ttlOf))
  const sorted = type === "MX"
    ? (records as ReadonlyArray<RecordData["MX"]>).toSorted((left, right) => left.preference - right.preference)
    : records
  return Result.succeed({ records: sorted as ReadonlyArray<RecordData[T]>, ttlSeconds, authentic, aliases })
}

/**
 * Whether a name can be asked for (RFC 1035 section 2.3.4).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isAskable = (name: string): boolean =>
  name === "" || Buffer.byteLength(name) <= 253 &&
    name.split(".").every((label) => label !== "" && Buffer.byteLength(label) <= 63)

/**
 * A question that says that the AD flag is understood (RFC 6840 section 5.7); `edns` tells how large a datagram may be (RFC 6891
 * section 6.2.3).
 *
 * @category encoding
 * @since 0.1.0
 */
export const question = (id: number, name: string, type: RecordType, edns: boolean): Buffer => {
  const packet: Packet = {
    type: "query",
    id,
    flags: DnsPacket.RECURSION_DESIRED | DnsPacket.AUTHENTIC_DATA,
    questions: [{ type, name }],
    ...(edns
      ? { additionals: [{ type: "OPT", name: ".", udpPayloadSize: udpOctets, flags: 0, options: [] } as never] }
      : {})
  }
  return DnsPacket.encode(packet)
}

const readPacket = (octets: Buffer): DecodedPacket | undefined => {
  try {
    return DnsPacket.decode(octets)
  } catch {
    return undefined
  }
}

/**
 * A message as the answer to a question; `malformed` where it has the number of the question and cannot be read, `undefined` where it
 * answers something else.
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (
  octets: Buffer,
  id: number,
  name: string,
  type: RecordType
): DecodedPacket | "malformed" | undefined => {
  if (octets.length < 2 || octets.readUInt16BE(0) !== id) return undefined
  const packet = readPacket(octets)
  if (packet === undefined) return "malformed"
  const asked = packet.questions?.[0]
  if (packet.type !== "response") return undefined
  return asked === undefined || same(asked.name, name) && asked.type === type ? packet : undefined
}

/**
 * The response code of a message, in the words of RFC 1035 section 4.1.1.
 *
 * @category decoding
 * @since 0.1.0
 */
export const codeOf = (packet: DecodedPacket): string => (packet as { readonly rcode?: string }).rcode ?? "NOERROR"
