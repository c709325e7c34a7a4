/**
 * A place that is known to work, dialled where a server does not answer: so that a network that lets nothing out is told from a server
 * that is down.
 *
 * Whoever runs the check chooses it; nothing is dialled unless a run asks for it.
 *
 * @since 0.1.0
 */
import type { ConnectError } from "@sonde/domain/Errors"
import * as Target from "@sonde/domain/Target"
import type { Dialer, DialRequest } from "@sonde/net/Dialer"
import type { Candidate } from "@sonde/net/Race"
import type { Resolver } from "@sonde/net/Resolver"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * The place, and the resolver to find it with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly host: string
  readonly port: number
  readonly server: string | undefined
}

/**
 * The place of this run; none is dialled where it is `undefined`.
 *
 * @category references
 * @since 0.1.0
 */
export const Control = Context.Reference<Place | undefined>("@sonde/phases/Control", { defaultValue: () => undefined })

/** Failures that may be the network's as well as the server's. */
const doubtful: ReadonlySet<ConnectError["reason"]> = new Set(["Timeout", "Refused", "Unreachable", "Reset"])

const addressesOf = (resolver: Resolver["Service"], { host, port, server }: Place, timeoutMillis: number) =>
  Target.isAddress(host)
    ? Effect.succeed<ReadonlyArray<Candidate>>([{ address: host, port, family: host.includes(":") ? 6 : 4 }])
    : Effect.map(
      resolver.addresses(host, { server, timeoutMillis }),
      ({ addresses }): ReadonlyArray<Candidate> => addresses.map(({ address, family }) => ({ address, family, port }))
    )

/**
 * Dials the place in the same way and for as long as the server was dialled, and tells what became of it; nothing where the failure
 * leaves no doubt, or no place was chosen.
 *
 * @category running
 * @since 0.1.0
 */
export const compared = Effect.fnUntraced(function*(
  resolver: Resolver["Service"],
  dialer: Dialer["Service"],
  asked: DialRequest,
  reason: ConnectError["reason"]
) {
  const place = yield* Control
  if (place === undefined || !doubtful.has(reason)) return undefined
  const { host, port } = place
  const { timeoutMillis } = asked
  const endpoint = { ...asked.endpoint, host, port }
  const started = yield* Clock.currentTimeMillis
  const result = yield* addressesOf(resolver, place, timeoutMillis).pipe(
    Effect.flatMap((addresses) => Effect.scoped(dialer.connect({ ...asked, endpoint, addresses }))),
    Effect.match({
      onSuccess: () => "Connected" as const,
      onFailure: (failure) => failure._tag === "LookupFailed" ? "NotResolved" as const : failure.reason
    })
  )
  return { host, port, result, durationMillis: (yield* Clock.currentTimeMillis) - started }
})
