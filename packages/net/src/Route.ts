/**
 * How connections of a run leave this machine: over which family, from which address, through which proxy.
 *
 * The rule of a run as `AddressPolicy` is: whoever dials reads it, phases do not.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * `family` leaves the other one out, where names are looked up as where connections are made. `ca` is PEM text of extra trust
 * anchors for a resolver over TLS.
 *
 * @category models
 * @since 0.1.0
 */
export interface Way {
  readonly family?: 4 | 6 | undefined
  readonly ca?: string | undefined
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
