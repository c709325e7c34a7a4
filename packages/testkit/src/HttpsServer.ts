/**
 * A server of HTTP over TLS on 127.0.0.1 that answers as a function says, and keeps what it was asked.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import type * as Tls from "node:tls"

/** A request as it arrived. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
}

/** What is answered; `undefined` closes the connection without a word, `"nothing"` never answers. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | "nothing"
  | undefined

/** A server that listens. */
export interface HttpsServer {
  readonly port: number
  readonly asked: ReadonlyArray<Asked>
}

/** Starts a server that presents `tls`; it stops with the scope. */
export const start = (
  tls: Tls.SecureContextOptions,
  answer: (asked: Asked) => Answer
): Effect.Effect<HttpsServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Https.Server; readonly asked: Array<Asked> }>((resume) => {
        const asked: Array<Asked> = []
        const server = Https.createServer({ ...tls }, (request, response) => {
          const chunks: Array<Uint8Array> = []
          request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
          request.on("error", () => {})
          request.on("end", () => {
            const { headers, method = "", url = "" } = request
            const one: Asked = { method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") }
            asked.push(one)
            const given = answer(one)
            if (given === undefined) return request.socket.destroy()
            if (given !== "nothing") response.writeHead(given.status, given.headers).end(given.body)
          })
        })
        server.on("tlsClientError", () => {})
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, asked })))
      }),
      ({ server }) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    ({ asked, server }) => ({ port: (server.address() as AddressInfo).port, asked })
  )
