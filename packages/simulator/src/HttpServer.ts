/**
 * The HTTPS port of the simulated services: reads a request with bounds, hands it on by its Host field, writes the reply
 * (RFC 9112).
 *
 * @since 0.1.0
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { Certificates } from "./Certificates.ts"
import { json, type Reply, type Request } from "./HttpMessage.ts"

const requestMillis = 30_000

/** Answers requests. `maxBodyOctets` bounds the body by host; `undefined` is a host nobody speaks for. */
export interface Service {
  readonly maxBodyOctets: (host: string) => number | undefined
  readonly tooLarge: (host: string) => Reply
  readonly handle: (request: Request) => Promise<Reply>
}

/** A running server. `close` ends every connection and resolves once the port is free. */
export interface HttpServer {
  readonly port: number
  readonly close: () => Promise<void>
}

const write = (response: ServerResponse, reply: Reply, closes = false): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(reply.status, {
    ...reply.headers,
    "content-length": Buffer.byteLength(reply.body),
    "x-content-type-options": "nosniff",
    ...(closes ? { connection: "close" } : {})
  })
  response.end(reply.body)
}

const hostOf = (request: IncomingMessage): string => (request.headers.host ?? "").replace(/:\d{1,5}$/, "").toLowerCase()

const answer = (request: IncomingMessage, response: ServerResponse, service: Service): void => {
  const host = hostOf(request)
  const bound = service.maxBodyOctets(host)
  // RFC 9110 section 15.5.20.
  if (bound === undefined) {
    return write(response, json(421, { error: `this server does not speak for ${host}` }), true)
  }
  const parts: Array<Buffer> = []
  let octets = 0
  request.on("data", (part: Buffer) => {
    octets += part.length
    if (octets <= bound) parts.push(part)
    else {
      parts.length = 0
      write(response, service.tooLarge(host), true)
    }
  })
  request.on("end", () => {
    if (octets > bound) return
    const url = request.url ?? "/"
    if (!url.startsWith("/") || !URL.canParse(url, "https://host.invalid")) {
      return write(response, json(400, { error: "the address cannot be read" }), true)
    }
    const address = new URL(url, "https://host.invalid")
    service.handle({
      method: request.method ?? "GET",
      host,
      path: address.pathname,
      query: address.searchParams,
      header: (name) => {
        const value = request.headers[name]
        return Array.isArray(value) ? value.join(", ") : value
      },
      body: Buffer.concat(parts)
    }).then(
      (reply) => write(response, reply),
      () => write(response, json(500, { error: "the simulator failed" }), true)
    )
  })
}

/** Listens. Rejects with the system's error when the port cannot be had. */
export const listen = (options: {
  readonly service: Service
  readonly certificates: Certificates
  readonly host: string
  readonly port: number
}): Promise<HttpServer> => {
  const server = createServer({
    cert: options.certificates.certificate,
    key: options.certificates.key,
    minVersion: "TLSv1.2",
    requestTimeout: requestMillis,
    headersTimeout: requestMillis
  }, (request, response) => {
    request.on("error", () => request.destroy())
    answer(request, response, options.service)
  })
  server.on("tlsClientError", (_error, socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen({ host: options.host, port: options.port }, () => {
      server.off("error", reject)
      server.on("error", () => {})
      const address = server.address()
      resolve({
        port: typeof address === "object" && address !== null ? address.port : options.port,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          })
      })
    })
  })
}
