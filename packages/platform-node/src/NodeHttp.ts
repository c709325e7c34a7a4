/**
 * HTTP with `node:https` and `node:http`, on connections that are dialled and judged as all others are.
 *
 * @since 0.1.0
 */
import { AddressPolicy, forHttp } from "@sonde/net/AddressPolicy"
import { DialFailed } from "@sonde/net/Dialer"
import * as Http from "@sonde/net/Http"
import { unmasked } from "@sonde/net/Outgoing"
import * as Race from "@sonde/net/Race"
import { Route } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ClientRequest, IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { codeOf } from "./NodeCodes.ts"
import * as NodeRoute from "./NodeRoute.ts"
import { timers } from "./NodeTimers.ts"

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

const reasonOf = (error: unknown): Http.HttpFailed["reason"] => {
  const code = codeOf(error)
  return code === "ECONNRESET" || code === "EPIPE" ? "Reset" : code.startsWith("HPE_") ? "Malformed" : "Closed"
}

const fieldsOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value ?? ""])
  )

const close = (connection: Socket): Effect.Effect<void> =>
  Effect.sync(() => {
    connection.on("error", () => {})
    connection.destroy()
  })

/** Sends the request on a connection and reads the whole response. */
const exchange = (
  request: Http.HttpRequest<unknown>,
  connection: Socket,
  start: typeof import("node:http").request,
  timeoutMillis: number
): Effect.Effect<Http.HttpResponse, Http.HttpFailed> =>
  Effect.callback((resume) => {
    const { accept, body, contentType, endpoint, fields, method, path, token } = request
    const bracketed = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host
    const octets = request.octets ?? (body === undefined ? undefined : Buffer.from(unmasked(body), "utf8"))
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    let isDone = false
    const finish = (result: Effect.Effect<Http.HttpResponse, Http.HttpFailed>): void => {
      if (isDone) return
      isDone = true
      clearTimeout(timer)
      outgoing.on("error", () => {})
      outgoing.destroy()
      connection.on("error", () => {})
      connection.destroy()
      resume(result)
    }
    const fail = (reason: Http.HttpFailed["reason"]): void =>
      finish(Effect.fail(new Http.HttpFailed({ reason, bytes })))
    const outgoing: ClientRequest = start({
      createConnection: () => connection,
      method,
      path,
      maxHeaderSize: Http.maxHeaderOctets,
      headers: {
        "host": endpoint.port === (Http.isEncrypted(request) ? 443 : 80) ? bracketed : `${bracketed}:${endpoint.port}`,
        "accept": accept ?? "application/json",
        "connection": "close",
        ...fields,
        ...(token === undefined ? {} : { "authorization": `Bearer ${Redacted.value(token)}` }),
        ...(octets === undefined
          ? {}
          : { "content-type": contentType ?? "application/octet-stream", "content-length": `${octets.length}` })
      }
    })
    const timer = setTimeout(() => fail("Timeout"), Math.max(0, timeoutMillis))
    outgoing.on("error", (error) => fail(reasonOf(error)))
    outgoing.on("response", (incoming) => {
      incoming.on("data", (chunk: Uint8Array) => {
        bytes += chunk.length
        if (bytes > (request.maxOctets ?? Http.maxBodyOctets)) return fail("TooLong")
        chunks.push(chunk)
      })
      incoming.on("error", (error) => fail(reasonOf(error)))
      incoming.on("close", () => incoming.complete ? undefined : fail("Closed"))
      incoming.on("end", () => {
        const response = { status: incoming.statusCode ?? 0, headers: fieldsOf(incoming) }
        const whole = Buffer.concat(chunks)
        finish(Effect.succeed(
          request.maxOctets === undefined
            ? { ...response, body: utf8.decode(whole) }
            : { ...response, body: "", octets: new Uint8Array(whole) }
        ))
      })
    })
    outgoing.end(octets)
    return Effect.sync(() => finish(Effect.interrupt))
  })

/** Encrypts a connection and judges what was presented; fails unless all of it is to be trusted. */
const encrypt = Effect.fnUntraced(function*(request: Http.HttpRequest<unknown>, socket: Socket, timeoutMillis: number) {
  const NodeTls = yield* Effect.promise(() => import("./NodeTls.ts"))
  const { encrypted, handshake } = yield* NodeTls.handshake({
    socket,
    ca: request.ca,
    serverName: request.endpoint.host,
    timeoutMillis
  }).pipe(
    Effect.mapError(({ platformCode, reason }) =>
      new Http.HttpTlsFailed({ conditions: [reason], chain: [], platformCode })
    )
  )
  const [worst, ...others] = handshake.conditions
  if (worst !== undefined) {
    yield* close(encrypted)
    const { chain, platformCode } = handshake
    return yield* new Http.HttpTlsFailed({ conditions: [worst, ...others], chain, platformCode })
  }
  return encrypted
})

/** What may go out in clear: a question with nothing in it that could be taken. */
const isPlain = ({ body, method, octets, token }: Http.HttpRequest<unknown>): boolean =>
  method === "GET" && body === undefined && octets === undefined && token === undefined

/**
 * Asks from this machine.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Http.Http> = Layer.succeed(Http.Http, {
  request: Effect.fnUntraced(function*<E>(request: Http.HttpRequest<E>) {
    const isEncrypted = Http.isEncrypted(request)
    if (!isEncrypted && !isPlain(request)) {
      return yield* Effect.die(new Error("only a GET without a body or token may go out in clear"))
    }
    const isAllowed = forHttp(yield* AddressPolicy)
    const way = yield* Route
    const dialOne = yield* NodeRoute.dialOf(way, isAllowed)
    const started = performance.now()
    const left = () => request.timeoutMillis - (performance.now() - started)
    const { request: start } = yield* Effect.promise(() => isEncrypted ? import("node:https") : import("node:http"))
    const won = yield* Effect.mapError(
      Race.run({
        candidates: request.addresses,
        timeoutMillis: request.timeoutMillis,
        timers,
        isAllowed: ({ address, port }) => isAllowed(address, port),
        dialOne
      }),
      (error) => way.proxy === undefined ? error : new DialFailed({ ...error, proxy: way.proxy.place })
    )
    const connection = isEncrypted ? yield* encrypt(request, won.socket, left()) : won.socket
    if (request.beforeSend !== undefined) {
      // Whoever waits here keeps a connection open: it goes with the wait, should that fail or end early.
      yield* Effect.onExit(request.beforeSend, (exit) => exit._tag === "Success" ? Effect.void : close(connection))
    }
    Http.recordRequest(request)
    const response = yield* exchange(request, connection, start, left())
    Http.recordResponse(request, response)
    return response
  })
})
