/**
 * Dials the way that is in force: straight, from an address of choice, or through a proxy (`NodeProxy`).
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import type * as Race from "@sonde/net/Race"
import type { Way } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { codeOf, connectCodes } from "./NodeCodes.ts"

/**
 * How a race dials one address.
 *
 * @category models
 * @since 0.1.0
 */
export type Dial = Race.RaceOptions<Net.Socket>["dialOne"]

/**
 * Dials one address from another, or from any.
 *
 * @category running
 * @since 0.1.0
 */
export const straight = (localAddress?: string): Dial => ({ address, family, port }, connected, failed) => {
  // A name in place of an address would be looked up behind the back of the address policy.
  if (IpAddress.family(address) === undefined) {
    failed("Unreachable")
    return () => {}
  }
  const socket = Net.connect({
    host: address,
    port,
    ...(family === undefined ? {} : { family }),
    ...(localAddress === undefined ? {} : { localAddress }),
    noDelay: true,
    autoSelectFamily: false
  })
  const onError = (error: Error): void => {
    const code = codeOf(error)
    const isSource = localAddress !== undefined && code === "EADDRNOTAVAIL"
    failed(
      connectCodes[code] ?? "Unreachable",
      isSource ? `${localAddress} is no address of this machine` : undefined
    )
  }
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

const dialOne = straight()

/**
 * Dials one address, straight.
 *
 * @category running
 * @since 0.1.0
 */
export const direct: Effect.Effect<Dial> = Effect.succeed(dialOne)

/**
 * How to dial on a way. `isAllowed` is asked about the address of a proxy, too, before that is dialled.
 *
 * @category running
 * @since 0.1.0
 */
export const dialOf = (way: Way, isAllowed: (address: string, port: number) => boolean): Effect.Effect<Dial> => {
  const { proxy, source } = way
  if (proxy === undefined) return source === undefined ? direct : Effect.succeed(straight(source))
  return Effect.flatMap(
    Effect.promise(() => import("./NodeProxy.ts")),
    (NodeProxy) => NodeProxy.dialOf(proxy, way, isAllowed)
  )
}
