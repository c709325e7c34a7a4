/**
 * Asks the DNS, and keeps apart what answers mean.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/**
 * A question without an answer. `NoSuchName` is NXDOMAIN, `NoRecords` NODATA (RFC 2308 section 2.2), `Refused` the response code of
 * that name (RFC 1035 section 4.1.1). No answer at all: `Timeout`, `Unreachable` where nobody listens at the resolver's place,
 * `Untrusted` where it could not prove who it is (RFC 8310 section 5).
 *
 * @category errors
 * @since 0.1.0
 */
export class LookupFailed extends Data.TaggedError("LookupFailed")<{
  readonly name: string
  readonly type: RecordType
  readonly reason:
    | "NoSuchName"
    | "NoRecords"
    | "ServerFailure"
    | "Refused"
    | "Timeout"
    | "Unreachable"
    | "Untrusted"
    | "BadName"
    | "Malformed"
  /** Whether the resolver vouches by DNSSEC for the absence it tells of (RFC 4035 section 3.2.3); only `query` knows. */
  readonly authentic?: boolean
}> {}

/**
 * A record of type TLSA (RFC 6698 section 2.1); `data` is lower-case hex.
 *
 * @category models
 * @since 0.1.0
 */
export interface TlsaRecord {
  readonly usage: number
  readonly selector: number
  readonly matching: number
  readonly data: string
}

/**
 * A record of type SRV (RFC 2782); a target without a name ("." on the wire) is empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface SrvRecord {
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: string
}

/**
 * What a record of each type holds. Names have no final dot and keep their case. The strings of a TXT record are put together
 * without anything between (RFC 7208 section 3.3), one character per octet, so that what is no ASCII can be seen.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordData {
  readonly A: string
  readonly AAAA: string
  readonly MX: MxRecord
  readonly TXT: string
  readonly TLSA: TlsaRecord
  readonly SRV: SrvRecord
  readonly PTR: string
  readonly NS: string
  readonly CNAME: string
}

/** @category models @since 0.1.0 */
export type RecordType = keyof RecordData

/**
 * A whole answer. `records` has at least one, MX records lowest preference first; `aliases` are the names that CNAME records led
 * to, in order, the asked one not among them; `ttlSeconds` is the shortest of all records on the way; `authentic` is the AD flag
 * (RFC 4035 section 3.2.3), which is worth as much as the way to the resolver.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer<A> {
  readonly records: ReadonlyArray<A>
  readonly ttlSeconds: number
  readonly authentic: boolean
  readonly aliases: ReadonlyArray<string>
}

/** @category models @since 0.1.0 */
export interface AddressRecord {
  readonly address: string
  readonly family?: 4 | 6
  readonly ttlSeconds?: number
}

/**
 * The addresses of a name, IPv6 and IPv4 mixed in the order of RFC 6724 as far as the resolver knows it. `source`
 * is `hosts` when the system's own table answered, and `proxy` where a proxy looks the name up: then the name is all there is, and stands
 * in place of an address. `aliases` and `authentic` are as in `Answer`, and absent where the platform
 * does not tell: `authentic` is true where the resolver vouches for everything that it answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface AddressAnswer {
  readonly source: "dns" | "hosts" | "proxy"
  readonly addresses: ReadonlyArray<AddressRecord>
  readonly aliases?: ReadonlyArray<string>
  readonly authentic?: boolean
}

/** @category models @since 0.1.0 */
export interface MxRecord {
  readonly exchange: string
  readonly preference: number
}

/**
 * How to ask: `server` is one that `NameServer.fromString` reads, the system's own when absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface LookupOptions {
  readonly server?: string | undefined
  readonly timeoutMillis: number
}

/**
 * Asks the DNS.
 *
 * @category services
 * @since 0.1.0
 */
export class Resolver extends Context.Service<Resolver, {
  /** A and AAAA together: fails only where neither gave an address, with the more telling reason. */
  addresses(name: string, options: LookupOptions): Effect.Effect<AddressAnswer, LookupFailed>
  /** Mail exchangers, lowest preference first. A null MX (RFC 7505 section 3) is one record with an empty exchange. */
  mx(domain: string, options: LookupOptions): Effect.Effect<ReadonlyArray<MxRecord>, LookupFailed>
  /**
   * One question to the DNS, never to the table of hosts, with everything its answer tells. A name behind an alias counts: the
   * records are those of the name at the end of the chain.
   */
  query<T extends RecordType>(
    name: string,
    type: T,
    options: LookupOptions
  ): Effect.Effect<Answer<RecordData[T]>, LookupFailed>
}>()("@sonde/net/Resolver") {}
