/** The perimeter on the wire: what a client can send that no `Request` of a browser holds. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Perimeter from "@sonde/http-server/Perimeter"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import * as Net from "node:net"

const settings = { maxBodyOctets: 1000, maxHeaderOctets: 4096, requestMillis: 300 }

const routes = HttpRouter.add(
  "POST",
  "/echo",
  Effect.gen(function*() {
    const request = yield* HttpServerRequest
    return HttpServerResponse.text(`${(yield* request.text).length} octets`)
  })
)

const server = HttpRouter.serve(Layer.mergeAll(routes, Perimeter.layer), {
  disableLogger: true,
  disableListenLog: true
}).pipe(
  Layer.provideMerge(
    NodeHttpServer.layer(
      () => createServer(Perimeter.limits({ ...Settings.defaults, ...settings })),
      { port: 0, host: "127.0.0.1" }
    )
  ),
  Layer.provide(Settings.layer(settings))
)

/** Sends these octets, part by part, and gives all that comes back until the server closes. */
const send = (...parts: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { address } = yield* HttpServer.HttpServer
    if (address._tag !== "InetAddressV4") return yield* Effect.die("no port")
    const { port } = address
    return yield* Effect.callback<{ readonly text: string; readonly millis: number }>((resume) => {
      const started = performance.now()
      let text = ""
      const socket = Net.connect({ host: "127.0.0.1", port }, () => {
        for (const part of parts) socket.write(part.replaceAll("PORT", String(port)))
      })
      socket.setEncoding("latin1").on("data", (part: string) => (text += part))
      socket.on("error", () => {})
      socket.on("close", () => resume(Effect.succeed({ text, millis: performance.now() - started })))
      return Effect.sync(() => socket.destroy())
    })
  })

const head = (...lines: ReadonlyArray<string>): string => [...lines, "", ""].join("\r\n")
const post = (...lines: ReadonlyArray<string>): string =>
  head("POST /echo HTTP/1.1", "Host: 127.0.0.1:PORT", "Connection: close", ...lines)

const status = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)

describe("a server on a socket", () => {
  const run = <E>(title: string, test: Effect.Effect<void, E, HttpServer.HttpServer>): void =>
    it.live(title, () => Effect.provide(test, server), 20_000)

  run(
    "answers under its own name",
    Effect.gen(function*() {
      const { text } = yield* send(post("Content-Length: 3"), "abc")
      assert.strictEqual(status(text), 200)
      assert.include(text, "3 octets")
    })
  )

  run(
    "does not answer under another, nor without one",
    Effect.gen(function*() {
      const evil = head("POST /echo HTTP/1.1", "Host: evil.example", "Connection: close", "Content-Length: 0")
      assert.strictEqual(status((yield* send(evil)).text), 403)
      // RFC 9112 section 3.2.2: a whole URL counts, and not the header beside it.
      const absolute = head("POST http://evil.example/echo HTTP/1.1", "Host: 127.0.0.1:PORT", "Connection: close")
      assert.strictEqual(status((yield* send(absolute)).text), 403)
      assert.strictEqual(status((yield* send(head("POST /echo HTTP/1.0"))).text), 403)
      assert.strictEqual(status((yield* send(head("POST /echo HTTP/1.1", "Connection: close"))).text), 400)
      const twice = head("POST /echo HTTP/1.1", "Host: evil.example", "Host: 127.0.0.1:PORT", "Connection: close")
      assert.strictEqual(status((yield* send(twice)).text), 403)
    })
  )

  run(
    "reads no more of a body than its limit, said or not",
    Effect.gen(function*() {
      const said = yield* send(post("Content-Length: 1001"), "x")
      assert.strictEqual(status(said.text), 413)
      assert.include(said.text, "\"maxOctets\":1000")
      const chunk = `200\r\n${"x".repeat(512)}\r\n`
      const unsaid = yield* send(post("Transfer-Encoding: chunked"), chunk, chunk, chunk, chunk)
      assert.strictEqual(status(unsaid.text), 413)
      assert.include(unsaid.text, "\"maxOctets\":1000")
      const most = yield* send(post("Content-Length: 1000"), "x".repeat(1000))
      assert.include(most.text, "1000 octets")
    })
  )

  run(
    "reads no header beyond its limit",
    Effect.gen(function*() {
      const { text } = yield* send(post(`X-Long: ${"x".repeat(5000)}`, "Content-Length: 0"))
      assert.strictEqual(status(text), 431)
    })
  )

  run(
    "waits for no client that does not send",
    Effect.gen(function*() {
      for (const parts of [["POST /echo HT"], [post("Content-Length: 10"), "abc"]]) {
        const { millis, text } = yield* send(...parts)
        assert.notStrictEqual(status(text), 200)
        assert.isAtLeast(millis, 250)
        assert.isBelow(millis, 4000)
      }
    })
  )
})
