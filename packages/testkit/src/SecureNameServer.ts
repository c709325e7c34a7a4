/**
 * A resolver on 127.0.0.1 that is asked over TLS (RFC 7858) or HTTPS (RFC 8484) and answers from the zone of a static world.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Http from "node:http"
import * as Http2 from "node:http2"
import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import * as Tls from "node:tls"
import { answer, type World } from "./NameServer.ts"

/** What is served. `version` is that of HTTP (default: 2); `status` is said beside an answer. */
export interface SecureWorld extends World {
  readonly tls: Tls.SecureContextOptions
  readonly version?: "1.1"
  readonly status?: number
}

/** A resolver that listens; `asked` are the questions as `TYPE name`, `connections` how many connections were made. */
export interface SecureNameServer {
  readonly port: number
  readonly asked: ReadonlyArray<string>
  readonly connections: () => number
}

const served = (
  make: (asked: Array<string>) => Tls.Server | Http2.Http2SecureServer
): Effect.Effect<SecureNameServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Tls.Server; readonly asked: Array<string>; count: number; end: () => void }>(
        (resume) => {
          const asked: Array<string> = []
          const server = make(asked) as Tls.Server
          const open = new Set<Tls.TLSSocket>()
          const kept = { server, asked, count: 0, end: () => open.forEach((socket) => socket.destroy()) }
          server.on("tlsClientError", () => {})
          server.on("secureConnection", (socket: Tls.TLSSocket) => {
            kept.count++
            open.add(socket)
            socket.on("error", () => {})
            socket.on("close", () => open.delete(socket))
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(kept)))
        }
      ),
      ({ end, server }) =>
        Effect.callback<void>((resume) => {
          end()
          server.close(() => resume(Effect.void))
        })
    ),
    (kept) => ({
      port: (kept.server.address() as AddressInfo).port,
      asked: kept.asked,
      connections: () => kept.count
    })
  )

/** Starts one over TLS; it answers in the reverse order of what came at once, as it may (RFC 7858 section 3.3). */
export const overTls = (world: SecureWorld): Effect.Effect<SecureNameServer, never, Scope.Scope> =>
  served((asked) =>
    Tls.createServer({ ...world.tls, ALPNProtocols: ["dot"] }, (socket) => {
      let received = Buffer.alloc(0)
      socket.on("data", (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        const answers: Array<Buffer> = []
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const message = received.subarray(2, 2 + received.readUInt16BE(0))
          received = received.subarray(2 + message.length)
          const said = answer(world, message, true, asked)
          if (said === undefined) continue
          const length = Buffer.alloc(2)
          length.writeUInt16BE(said.length)
          answers.unshift(Buffer.concat([length, said]))
        }
        socket.write(Buffer.concat(answers))
      })
    })
  )

const fields = { "content-type": "application/dns-message" }

/** Starts one over HTTPS, at `/dns-query`. */
export const overHttps = (world: SecureWorld): Effect.Effect<SecureNameServer, never, Scope.Scope> =>
  served((asked) => {
    const respond = (
      request: Http2.Http2ServerRequest | Http.IncomingMessage,
      end: (status: number, body: Uint8Array) => void
    ): void => {
      const chunks: Array<Uint8Array> = []
      request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
      request.on("end", () => {
        const { headers, httpVersion, method, url } = request
        const isQuestion = method === "POST" && url === "/dns-query" &&
          headers["content-type"] === "application/dns-message"
        asked.push(`HTTP/${httpVersion}`)
        const said = answer(world, Buffer.concat(chunks), true, asked)
        if (said === undefined) return
        end(isQuestion ? world.status ?? 200 : 400, said)
      })
    }
    return world.version === "1.1"
      ? Https.createServer(
        { ...world.tls, ALPNProtocols: ["http/1.1"] },
        (request, response) => respond(request, (status, body) => response.writeHead(status, fields).end(body))
      )
      : Http2.createSecureServer(
        { ...world.tls },
        (request, response) => respond(request, (status, body) => void response.writeHead(status, fields).end(body))
      )
  })
