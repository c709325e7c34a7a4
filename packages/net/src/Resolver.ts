/**
 * Asks the DNS, and keeps apart what answers mean.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/**
 * A question without an answer. `NoSuchName` is NXDOMAIN, `NoRecords` NODATA (RFC 2308 section 2.2).
 *
 * @category errors
 * @since 0.1.0
 */
export class LookupFailed extends Data.TaggedError("LookupFailed")<{
  readonly name: string
  readonly type: "A" | "AAAA" | "MX"
  readonly reason: "NoSuchName" | "NoRecords" | "ServerFailure" | "Refused" | "Timeout" | "BadName" | "Malformed"
}> {}

/** @category models @since 0.1.0 */
export interface AddressRecord {
  readonly address: string
  readonly family: 4 | 6
  readonly ttlSeconds?: number
}

/**
 * The addresses of a name, IPv6 and IPv4 mixed in the order of RFC 6724 as far as the resolver knows it. `source`
 * is `hosts` when the system's own table answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface AddressAnswer {
  readonly source: "dns" | "hosts"
  readonly addresses: ReadonlyArray<AddressRecord>
}

/** @category models @since 0.1.0 */
export interface MxRecord {
  readonly exchange: string
  readonly preference: number
}

/**
 * How to ask: `server` is `ADDRESS[:PORT]` (IPv6 in brackets when a port follows), the system's own when absent.
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
}>()("@sonde/net/Resolver") {}
