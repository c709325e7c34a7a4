/**
 * Asks DNS block lists about the address that mail leaves from. Only where a run asks for it: the lists learn of the address.
 *
 * @since 0.1.0
 */
import type { LookupOptions } from "@sonde/net/Resolver"
import * as Check from "@sonde/policy/dnsbl/Check"
import * as Effect from "effect/Effect"

/** @category models @since 0.1.0 */
export type Listing = Check.Listing

/**
 * Asks all lists at once.
 *
 * @category running
 * @since 0.1.0
 */
export const ask = Effect.fn("Blocklists.ask")(
  function*(address: string, zones: ReadonlyArray<string>, options: LookupOptions) {
    return yield* Effect.forEach(zones, (zone) => Check.ask(address, zone, options), { concurrency: "unbounded" })
  }
)
