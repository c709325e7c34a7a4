/**
 * Dials with `node:net`.
 *
 * Names are never looked up here: what is dialled is an address, and the very one the address policy has allowed, or what a proxy is
 * given. Happy Eyeballs of Node itself is off, because the race of `net` records every attempt.
 *
 * @since 0.1.0
 */
import { AddressPolicy } from "@sonde/net/AddressPolicy"
import { ClientIdentity } from "@sonde/net/ClientIdentity"
import { Dialer, DialFailed } from "@sonde/net/Dialer"
import * as Race from "@sonde/net/Race"
import { Route } from "@sonde/net/Route"
import * as SessionCore from "@sonde/net/SessionCore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodeRoute from "./NodeRoute.ts"
import { timers } from "./NodeTimers.ts"
import * as NodeTransport from "./NodeTransport.ts"

/** A failure as it is told where a proxy was gone through. */
const through = (proxy: string | undefined) => (error: DialFailed): DialFailed =>
  proxy === undefined ? error : new DialFailed({ ...error, proxy })

/**
 * Dials from this machine.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Dialer> = Layer.succeed(Dialer, {
  connect: (request) =>
    Effect.gen(function*() {
      const policy = yield* AddressPolicy
      const identity = yield* ClientIdentity
      const way = yield* Route
      const proxy = way.proxy?.place
      const dialOne = yield* NodeRoute.dialOf(way, policy.isAllowed)
      const { transport, won } = yield* Effect.acquireRelease(
        Effect.map(
          Effect.mapError(
            Race.run({
              candidates: request.addresses,
              timeoutMillis: request.timeoutMillis,
              timers,
              isAllowed: ({ address, port }) => policy.isAllowed(address, port),
              dialOne
            }),
            through(proxy)
          ),
          (won) => ({ won, transport: NodeTransport.make(won.socket, request.ca, identity) })
        ),
        ({ transport }) => Effect.sync(() => transport.destroy()),
        { interruptible: true }
      )
      return SessionCore.make({
        endpoint: request.endpoint,
        peer: won.candidate,
        attempts: won.attempts,
        proxy,
        service: request.service,
        recorder: request.recorder,
        transport,
        timers
      })
    })
})
