/**
 * Dials with `node:net`.
 *
 * Names are never looked up here: what is dialled is an address, and the very one the address policy has allowed. Happy Eyeballs
 * of Node itself is off, because the race of `net` records every attempt.
 *
 * @since 0.1.0
 */
import { AddressPolicy } from "@sonde/net/AddressPolicy"
import { ClientIdentity } from "@sonde/net/ClientIdentity"
import { Dialer } from "@sonde/net/Dialer"
import * as IpAddress from "@sonde/net/IpAddress"
import * as Race from "@sonde/net/Race"
import * as SessionCore from "@sonde/net/SessionCore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Net from "node:net"
import { codeOf, connectCodes } from "./NodeCodes.ts"
import { timers } from "./NodeTimers.ts"
import * as NodeTransport from "./NodeTransport.ts"

/**
 * Dials one address, as a race wants it.
 *
 * @category running
 * @since 0.1.0
 */
export const dialOne = (
  { address, family, port }: Race.Candidate,
  connected: (socket: Net.Socket) => void,
  failed: (obstacle: Race.Obstacle) => void
): () => void => {
  // A name in place of an address would be looked up behind the back of the address policy.
  if (IpAddress.family(address) === undefined) {
    failed("Unreachable")
    return () => {}
  }
  const socket = Net.connect({ host: address, port, family, noDelay: true, autoSelectFamily: false })
  const onError = (error: Error): void => failed(connectCodes[codeOf(error)] ?? "Unreachable")
  socket.once("error", onError)
  socket.once("connect", () => {
    socket.off("error", onError)
    connected(socket)
  })
  return () => {
    socket.off("error", onError)
    socket.on("error", () => {})
    socket.destroy()
  }
}

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
      const { transport, won } = yield* Effect.acquireRelease(
        Effect.map(
          Race.run({
            candidates: request.addresses,
            timeoutMillis: request.timeoutMillis,
            timers,
            isAllowed: ({ address, port }) => policy.isAllowed(address, port),
            dialOne
          }),
          (won) => ({ won, transport: NodeTransport.make(won.socket, request.ca, identity) })
        ),
        ({ transport }) => Effect.sync(() => transport.destroy()),
        { interruptible: true }
      )
      return SessionCore.make({
        endpoint: request.endpoint,
        peer: won.candidate,
        attempts: won.attempts,
        service: request.service,
        recorder: request.recorder,
        transport,
        timers
      })
    })
})
