/**
 * How connections of a run leave this machine: over which family, from which address, through which proxy.
 *
 * The rule of a run as `AddressPolicy` is: whoever looks names up and dials reads it, phases do not. Questions to a resolver by
 * datagram go straight; those over TLS and HTTPS go the way of all connections.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { Proxy } from "./Proxy.ts"

/**
 * `family` leaves the other one out, where names are looked up as where connections are made. `source` is the address of this machine
 * that connections come from. `ca` is PEM text of extra trust anchors for a resolver over TLS, `server` the resolver that finds a
 * proxy by its name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Way {
  readonly family?: 4 | 6 | undefined
  readonly source?: string | undefined
  readonly proxy?: Proxy | undefined
  readonly ca?: string | undefined
  readonly server?: string | undefined
}

/**
 * Straight on.
 *
 * @category ways
 * @since 0.1.0
 */
export const direct: Way = {}

/**
 * The way in force.
 *
 * @category services
 * @since 0.1.0
 */
export const Route: Context.Reference<Way> = Context.Reference("@sonde/net/Route", { defaultValue: () => direct })
