/** A server of TLS on 127.0.0.1 that presents what a test wants, with a stapled response of OCSP where there is one. */
import * as Effect from "effect/Effect"
import * as Tls from "node:tls"

export interface Presented extends Tls.TlsOptions {
  readonly staple?: Uint8Array | undefined
}

/** Starts a server; gives its port. It stops, with all its connections, when the scope closes. */
export const listen = ({ staple, ...options }: Presented) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const connections = new Set<Tls.TLSSocket>()
        const server = Tls.createServer(options, (socket) => {
          connections.add(socket)
          socket.on("error", () => socket.destroy())
        })
        server.on("tlsClientError", () => {})
        if (staple !== undefined) {
          server.on("OCSPRequest", (_certificate, _issuer, done) => done(null, Buffer.from(staple)))
        }
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
        const address = server.address()
        return { server, connections, port: typeof address === "object" && address !== null ? address.port : 0 }
      }),
      ({ connections, server }) =>
        Effect.promise(() => {
          for (const socket of connections) socket.destroy()
          return new Promise<void>((resolve) => server.close(() => resolve()))
        })
    ),
    ({ port }) => port
  )
