/**
 * How the checks of this package reach the servers behind a domain: with which resolver, anchors, addresses and limits.
 *
 * Connections go through the dialer and HTTP of `net`, so the address policy holds for each of them.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import type { Candidate } from "@sonde/net/Race"
import type { Recorder } from "@sonde/net/Recorder"
import { Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"

/**
 * `pins` name the address to dial where a host and port are meant; `server` is the resolver, the system's own when absent; `ca` is PEM
 * text of extra anchors; `ehlo` what we call ourselves; `timeoutMillis` holds for each question and each exchange. `service` is the one
 * on whose behalf it is done, `posture` unless told. With `dials` false exchangers are looked up, and not dialled.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reach {
  readonly pins: ReadonlyArray<{
    readonly host: string
    readonly port: number
    readonly toHost: string
    readonly toPort: number
  }>
  readonly server?: string | undefined
  readonly ca?: string | undefined
  readonly ehlo?: string | undefined
  readonly timeoutMillis: number
  readonly recorder: Recorder
  readonly service?: ServiceId | undefined
  readonly dials?: boolean
}

/**
 * The addresses to dial for an endpoint: those of its pin, or those of the DNS; none where there are none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const candidates = Effect.fnUntraced(function*(
  reach: Reach,
  { host, port }: Pick<Endpoint, "host" | "port">
): Effect.fn.Return<ReadonlyArray<Candidate>, never, Resolver> {
  const pin = reach.pins.find((one) => one.host === host.toLowerCase() && one.port === port)
  const [name, toPort] = pin === undefined ? [host, port] : [pin.toHost, pin.toPort]
  if (Target.isAddress(name)) return [{ address: name, port: toPort, family: name.includes(":") ? 6 : 4 }]
  const resolver = yield* Resolver
  return yield* Effect.match(
    resolver.addresses(name, { server: reach.server, timeoutMillis: reach.timeoutMillis }),
    {
      onFailure: () => [],
      onSuccess: ({ addresses }) => addresses.map(({ address, family }) => ({ address, family, port: toPort }))
    }
  )
})
