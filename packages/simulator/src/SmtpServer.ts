/**
 * The sockets of the simulated service: listens, greets, upgrades to TLS in place (RFC 3207) and closes.
 *
 * @since 0.1.0
 */
import { createServer, type Server, type Socket } from "node:net"
import { createSecureContext, TLSSocket } from "node:tls"
import type { Certificates } from "./Certificates.ts"
import type { TlsState, Wire } from "./SmtpSession.ts"

/** Time a client gets for its handshake. */
const handshakeMillis = 30_000
/** Time a client gets to close its side after the last reply. */
const lingerMillis = 2_000

const peerOf = (socket: Socket): string => (socket.remoteAddress ?? "0.0.0.0").replace(/^::ffff:/, "")

/** A running server. `close` ends every connection and resolves once the port is free. */
export interface SmtpServer {
  readonly port: number
  readonly close: () => Promise<void>
}

/** A conversation, whichever provider holds it. */
export interface Conversation {
  readonly start: () => void
  readonly secured: (tls: TlsState) => void
  readonly push: (octets: Buffer) => void
  readonly idle: () => void
  readonly gone: () => void
  readonly isSignedIn?: boolean
}

/** How to hold conversations. With `implicitTls` the handshake comes before the greeting (RFC 8314 section 3.3). */
export interface Options {
  readonly converse: (wire: Wire) => Conversation
  readonly onOpen: () => void
  readonly onClose: () => void
  readonly certificates: Certificates
  readonly host: string
  readonly port: number
  readonly idleMillis: number
  /** Time a client gets to sign in, however busy it is; without it, as long as it likes. */
  readonly signInMillis?: number
  readonly implicitTls?: boolean
}

const converse = (
  socket: Socket,
  options: Options,
  secureContext: ReturnType<typeof createSecureContext>
): void => {
  const { idleMillis } = options
  let stream: Socket = socket
  const timers = new Set<NodeJS.Timeout>()
  const later = (millis: number, step: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      step()
    }, millis)
    timers.add(timer)
  }
  const wire: Wire = {
    peer: peerOf(socket),
    write: (octets) => {
      if (stream.destroyed || stream.writableEnded) return
      // A client that does not read its replies is not read either.
      if (!stream.write(octets)) {
        stream.pause()
        stream.once("drain", () => {
          stream.resume()
          // What came before the client fell behind may still be waiting.
          session.push(Buffer.alloc(0))
        })
      }
    },
    isFull: () => stream.writableNeedDrain,
    close: () => {
      stream.end()
      later(lingerMillis, () => stream.destroy())
    },
    startTls: () => {
      socket.off("data", onData)
      socket.off("timeout", onTimeout)
      socket.setTimeout(0)
      const secured = new TLSSocket(socket, { isServer: true, secureContext })
      stream = secured
      const handshake = setTimeout(() => secured.destroy(), handshakeMillis)
      timers.add(handshake)
      secured.once("secure", () => {
        clearTimeout(handshake)
        timers.delete(handshake)
        const name = (secured as { readonly servername?: unknown }).servername
        session.secured({
          protocol: secured.getProtocol() ?? "",
          serverName: typeof name === "string" ? name.toLowerCase() : undefined
        })
        if (options.implicitTls === true) session.start()
        secured.setTimeout(idleMillis, onTimeout)
      })
      secured.on("data", onData)
      secured.on("error", () => secured.destroy())
      secured.once("close", () => socket.destroy())
    },
    later: (millis, step) => {
      stream.pause()
      later(millis, () => {
        if (socket.destroyed) return
        step()
        stream.resume()
      })
    }
  }
  const session = options.converse(wire)
  const onData = (octets: Buffer): void => session.push(octets)
  const onTimeout = (): void => session.idle()
  if (options.signInMillis !== undefined) {
    later(options.signInMillis, () => {
      if (session.isSignedIn !== true) session.idle()
    })
  }
  options.onOpen()
  socket.setNoDelay(true)
  socket.setTimeout(idleMillis, onTimeout)
  socket.on("data", onData)
  socket.on("error", () => socket.destroy())
  socket.once("close", () => {
    for (const timer of timers) clearTimeout(timer)
    session.gone()
    options.onClose()
  })
  if (options.implicitTls === true) wire.startTls()
  else session.start()
}

/** Listens. Rejects with the system's error when the port cannot be had. */
export const listen = (options: Options): Promise<SmtpServer> => {
  // One context for all: building one per connection costs more than the handshake's own work. Old protocols are let in
  // so that they can be refused by SMTP, as the real service does.
  const secureContext = createSecureContext({
    cert: options.certificates.certificate,
    key: options.certificates.key,
    minVersion: "TLSv1",
    ciphers: "DEFAULT@SECLEVEL=0"
  })
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
    converse(socket, options, secureContext)
  })
  server.maxConnections = 10_000
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen({ host: options.host, port: options.port, backlog: 1024 }, () => {
      server.off("error", reject)
      server.on("error", () => {})
      const address = server.address()
      resolve({
        port: typeof address === "object" && address !== null ? address.port : options.port,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            for (const socket of open) socket.destroy()
          })
      })
    })
  })
}
