/**
 * A TCP connection, later perhaps with TLS on it, as the transport of a session.
 *
 * `node:tls` is loaded only when a handshake is really made: loading it is half of what starting Node costs.
 *
 * @since 0.1.0
 */
import type { Identity } from "@sonde/net/ClientIdentity"
import type { Transport, TransportEvents } from "@sonde/net/SessionCore"
import * as Effect from "effect/Effect"
import type { Socket } from "node:net"
import { codeOf } from "./NodeCodes.ts"

let loaded: typeof import("./NodeTls.ts") | undefined = undefined

/**
 * Wraps a connected socket. `ca` is PEM text of extra trust anchors for the handshake, `identity` what this side shows in it. The
 * socket is owned by the transport from here on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (connected: Socket, ca: string | undefined, identity?: Identity): Transport => {
  let socket = connected
  let channelBinding: Transport["channelBinding"] = () => undefined
  let events: TransportEvents | undefined = undefined
  let isDestroyed = false

  const onData = (chunk: Uint8Array): void => events?.data(chunk)
  const onEnd = (): void => events?.ended()
  const onClose = (): void => events?.ended()
  const onError = (error: Error): void => events?.failed(codeOf(error))

  const listen = (): void => {
    socket.on("data", onData)
    socket.on("end", onEnd)
    socket.on("close", onClose)
    // Broken while nobody listened, such as when certificates were judged: its events are over.
    if (socket.destroyed) queueMicrotask(onClose)
  }
  // For the whole life of the socket: an error without a listener would end the process.
  socket.on("error", onError)

  return {
    localAddress: connected.localAddress ?? "",
    attach: (to) => {
      events = to
      listen()
    },
    write: (octets, written) => {
      socket.write(octets, (error) => {
        if (error === undefined || error === null) written?.()
      })
    },
    pause: () => {
      socket.pause()
    },
    resume: () => {
      socket.resume()
    },
    prepare: Effect.suspend(() => {
      if (loaded !== undefined) return Effect.void
      return Effect.map(Effect.promise(() => import("./NodeTls.ts")), (module) => {
        loaded = module
      })
    }),
    handshake: (options) => {
      if (loaded === undefined) return Effect.die(new Error("prepare comes before handshake"))
      // From here to the start of the handshake nothing may yield: octets that arrive in between would be lost.
      events = undefined
      socket.off("data", onData)
      socket.off("end", onEnd)
      socket.off("close", onClose)
      return Effect.map(
        loaded.handshake({ ...options, socket, ca, identity }),
        ({ encrypted, handshake, channelBinding: binding }) => {
          encrypted.on("error", onError)
          socket = encrypted
          channelBinding = binding
          return handshake
        }
      )
    },
    channelBinding: (type) => isDestroyed ? undefined : channelBinding(type),
    destroy: () => {
      if (isDestroyed) return
      isDestroyed = true
      events = undefined
      // What was written is on its way: say goodbye properly. Where the peer does not take it, do not wait.
      if (socket.writableLength === 0 && !socket.connecting) socket.destroySoon()
      else socket.destroy()
    }
  }
}
