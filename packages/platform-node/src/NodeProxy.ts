/**
 * Dials through a proxy: SOCKS 5 (RFC 1928) or HTTP CONNECT (RFC 9110 section 9.3.6). Loads with the first proxy.
 *
 * The proxy's own address is found once for a dial and judged by the address policy as every other. What it says of the destination
 * and what is wrong with itself are told apart.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import * as Proxy from "@sonde/net/Proxy"
import type * as Race from "@sonde/net/Race"
import type { Way } from "@sonde/net/Route"
import { Route } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import type { Socket } from "node:net"
import { addresses } from "./NodeResolver.ts"
import { type Dial, straight } from "./NodeRoute.ts"

/** The longest wait for the address of a proxy, in milliseconds. */
const lookupMillis = 5000

/** Leads the dialogue on a socket that has reached the proxy. What the destination said already is put back. */
const lead = (
  socket: Socket,
  tunnel: Proxy.Tunnel,
  connected: (socket: Socket) => void,
  failed: (obstacle: Race.Obstacle, said: string) => void
): void => {
  const stop = (): void => {
    socket.off("readable", onReadable)
    socket.off("error", onError)
    socket.off("close", onClose)
  }
  const fail = (obstacle: Race.Obstacle, said: string): void => {
    stop()
    socket.on("error", () => {})
    socket.destroy()
    failed(obstacle, said)
  }
  const onError = (): void => fail("ProxyBroken", "it reset the connection")
  const onClose = (): void => fail("ProxyBroken", "it closed the connection without an answer")
  // Read by hand: a socket that flows, or was paused, could not be handed on as if nothing had been read from it.
  const onReadable = (): void => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      const step = tunnel.push(chunk)
      if (step._tag === "Failed") return fail(step.problem, step.said)
      if (step._tag === "Open") {
        stop()
        if (step.rest.length > 0) socket.unshift(step.rest)
        return connected(socket)
      }
      if (step.send !== undefined) socket.write(step.send)
    }
  }
  socket.on("readable", onReadable)
  socket.on("error", onError)
  socket.on("close", onClose)
  socket.write(tunnel.begin)
}

/** Dials the destination through the first of the proxy's addresses that takes a connection. */
const through =
  (proxy: Proxy.Proxy, places: ReadonlyArray<Race.Candidate>, dial: Dial): Dial => (candidate, connected, failed) => {
    const tunnel = Proxy.tunnel(proxy, { host: candidate.address, port: candidate.port })
    let open: Socket | undefined = undefined
    let giveUp = (): unknown => undefined
    const reach = (at: number, before: string): void => {
      const place = places[at]
      if (place === undefined) return failed("ProxyUnreachable", before)
      giveUp = dial(
        place,
        (socket) => {
          open = socket
          lead(socket, tunnel, connected, failed)
        },
        (obstacle) => reach(at + 1, obstacle.toLowerCase())
      )
    }
    reach(0, "no address")
    return () => {
      giveUp()
      if (open === undefined) return "ProxyUnreachable"
      open.on("error", () => {})
      open.destroy()
      return tunnel.hasAsked() ? undefined : "ProxyBroken"
    }
  }

const denied: Dial = (_candidate, _connected, failed) => {
  failed("AddressDenied")
  return () => {}
}

/**
 * How to dial through a proxy. Fails never by itself: a proxy that is not found, or may not be dialled, is what each attempt tells.
 *
 * @category running
 * @since 0.1.0
 */
export const dialOf = Effect.fnUntraced(function*(
  proxy: Proxy.Proxy,
  { family, server, source }: Way,
  isAllowed: (address: string, port: number) => boolean
): Effect.fn.Return<Dial> {
  const { host, port } = proxy
  const own = IpAddress.family(host)
  const found: ReadonlyArray<Race.Candidate> = own === undefined
    ? yield* addresses(host, { server, timeoutMillis: lookupMillis }).pipe(
      Effect.map((answer) =>
        answer.addresses.map((record) => ({ address: record.address, family: record.family, port }))
      ),
      Effect.orElseSucceed(() => []),
      // The proxy cannot be asked for its own address.
      Effect.provideService(Route, { family })
    )
    : [{ address: host, family: own, port }]
  const places = found.filter(({ address }) => isAllowed(address, port))
  return places.length === 0 && found.length > 0 ? denied : through(proxy, places, straight(source))
})
