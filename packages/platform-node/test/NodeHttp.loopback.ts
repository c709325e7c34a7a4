import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as Http from "@sonde/net/Http"
import * as Recorder from "@sonde/net/Recorder"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as HttpsServer from "@sonde/testkit/HttpsServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { createServer, type Server } from "node:http"

const recorder = () => Recorder.make({ now: () => 0, secrets: [] })

const ask = (
  answer: (asked: HttpsServer.Asked) => HttpsServer.Answer,
  more: Partial<Http.HttpRequest<string>> & { readonly wanted?: TestCa.Wanted; readonly host?: string } = {}
) =>
  Effect.gen(function*() {
    const { ca, server } = yield* Effect.promise(TestCa.testCa)
    const { host = "mx.example", wanted = {}, ...request } = more
    const running = yield* HttpsServer.start(yield* Effect.promise(() => server(wanted)), answer)
    const result = yield* Effect.result((yield* Http.Http).request({
      service: "token",
      endpoint: { protocol: "http", host, port: 443, security: "tls" },
      addresses: [{ address: "127.0.0.1", port: running.port, family: 4 }],
      method: "GET",
      path: "/x?y=1",
      ca,
      timeoutMillis: 5000,
      recorder: recorder(),
      ...request
    }))
    return { result, running }
  }).pipe(Effect.provide(NodeNet.layer), Effect.scoped)

const failure = (...options: Parameters<typeof ask>) =>
  Effect.flatMap(ask(...options), ({ result }) => Effect.flip(Effect.fromResult(result))).pipe(
    Effect.filterOrElse(Http.isHttpError, (error) => Effect.die(error))
  )

describe("a request", () => {
  it.live("goes to the address, names the host, and brings the response", () =>
    Effect.gen(function*() {
      const { result, running } = yield* ask(() => ({ status: 404, headers: { "X-Y": "z" }, body: "{\"ä\":1}" }))
      const response = yield* Effect.fromResult(result)
      assert.deepStrictEqual([response.status, response.headers["x-y"], response.body], [404, "z", "{\"ä\":1}"])
      const [asked] = running.asked
      assert.deepStrictEqual([asked?.method, asked?.path, asked?.headers.host], ["GET", "/x?y=1", "mx.example"])
    }))

  it.live("sends its body whole, and keeps no secret of it and of the response", () =>
    Effect.gen(function*() {
      const record = recorder()
      const { running } = yield* ask(
        () => ({
          status: 200,
          body: "{\"access_token\":\"canary-access\",\"refresh_token\":\"canary-refresh\",\"x\":1}"
        }),
        {
          method: "POST",
          body: ["a=b&client_secret=", { secret: Redacted.make("canary-secret"), mask: "‹secret›" }],
          recorder: record
        }
      )
      assert.strictEqual(running.asked[0]?.body, "a=b&client_secret=canary-secret")
      const lines = record.lines().map(({ text }) => text)
      assert.deepStrictEqual(lines.slice(0, 3), [
        "POST https://mx.example/x?y=1",
        "a=b&client_secret=‹secret›",
        "HTTP 200"
      ])
      assert.notInclude(lines.join("\n"), "canary")
      assert.include(lines[3], "\"x\":1")
    }))

  it.live("sends a token, further fields and octets, and keeps neither token nor octets", () =>
    Effect.gen(function*() {
      const record = recorder()
      const { running } = yield* ask(() => ({ status: 204, body: "" }), {
        method: "PUT",
        token: Redacted.make("canary-token"),
        fields: { "content-range": "bytes 0-2/3" },
        octets: new TextEncoder().encode("abc"),
        contentType: "application/octet-stream",
        recorder: record
      })
      const [asked] = running.asked
      assert.deepStrictEqual(
        [asked?.method, asked?.body, asked?.headers["authorization"], asked?.headers["content-range"]],
        ["PUT", "abc", "Bearer canary-token", "bytes 0-2/3"]
      )
      assert.strictEqual(asked?.headers["content-length"], "3")
      assert.deepStrictEqual(record.lines().map(({ text }) => text), [
        "PUT https://mx.example/x?y=1",
        "content-range: bytes 0-2/3",
        "authorization: Bearer ‹token›",
        "‹3 octets›",
        "HTTP 204"
      ])
    }))

  it.live("keeps no secret of the address of an upload", () =>
    Effect.gen(function*() {
      const record = recorder()
      yield* ask(() => ({ status: 201, body: "{\"uploadUrl\":\"https://up.example/x?authtoken=canary-upload-1\"}" }), {
        recorder: record
      })
      assert.notInclude(record.lines().map(({ text }) => text).join("\n"), "canary")
      assert.notInclude(record.scrub("PUT https://up.example/x?authtoken=canary-upload-1"), "canary")
    }))

  it.live("waits for leave once the connection is trusted, and sends nothing without it", () =>
    Effect.gen(function*() {
      const order: Array<string> = []
      const granted = yield* ask(() => {
        order.push("asked")
        return { status: 200, body: "" }
      }, { beforeSend: Effect.sync(() => void order.push("leave")) })
      assert.isTrue(granted.result._tag === "Success")
      assert.deepStrictEqual(order, ["leave", "asked"])

      const denied = yield* ask(() => ({ status: 200, body: "" }), { beforeSend: Effect.fail("no") })
      assert.strictEqual(yield* Effect.flip(Effect.fromResult(denied.result)), "no")
      assert.deepStrictEqual(denied.running.asked, [])

      const untrusted = yield* ask(() => ({ status: 200, body: "" }), {
        wanted: { toDays: -1 },
        beforeSend: Effect.sync(() => void order.push("too early"))
      })
      assert.isTrue(untrusted.result._tag === "Failure")
      assert.notInclude(order, "too early")
    }))

  it.live("sends nothing over a connection that cannot be trusted, and tells all that is wrong", () =>
    Effect.gen(function*() {
      const { result, running } = yield* ask(() => ({ status: 200, body: "" }), {
        wanted: { toDays: -1 },
        host: "other.example"
      })
      const error = yield* Effect.flip(Effect.fromResult(result))
      if (!Http.isHttpError(error)) assert.fail(error)
      assert.strictEqual(error._tag, "HttpTlsFailed")
      assert.deepStrictEqual(
        error._tag === "HttpTlsFailed" ? error.conditions.toSorted() : [],
        ["CertificateExpired", "HostnameMismatch"]
      )
      assert.deepStrictEqual(running.asked, [])
    }))

  it.live("is not made to an address that may not be dialled", () =>
    Effect.gen(function*() {
      const error = yield* failure(() => ({ status: 200, body: "" })).pipe(
        Effect.provideService(AddressPolicy.AddressPolicy, AddressPolicy.publicOnly("any"))
      )
      assert.strictEqual(error._tag === "DialFailed" && error.reason, "AddressDenied")
    }))

  it.live("ends when the server does not answer, hangs up, or answers without end", () =>
    Effect.gen(function*() {
      const silent = yield* failure(() => "nothing", { timeoutMillis: 300 })
      assert.strictEqual(silent._tag === "HttpFailed" && silent.reason, "Timeout")
      const gone = yield* failure(() => undefined)
      assert.include(["Closed", "Reset"], gone._tag === "HttpFailed" ? gone.reason : "")
      const long = yield* failure(() => ({ status: 200, body: "x".repeat(Http.maxBodyOctets + 1) }))
      assert.strictEqual(long._tag === "HttpFailed" && long.reason, "TooLong")
    }))

  it.live("goes out in clear where that is asked, but never with a body", () =>
    Effect.gen(function*() {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() =>
          new Promise<Server>((resolve) => {
            const made = createServer((incoming, outgoing) =>
              outgoing.end(`${incoming.method} ${incoming.headers.host}`)
            )
            made.listen(0, "127.0.0.1", () => resolve(made))
          })
        ),
        (made) => Effect.sync(() => made.close())
      )
      const address = server.address()
      const port = address !== null && typeof address === "object" ? address.port : 0
      const request = {
        service: "posture",
        endpoint: { protocol: "http", host: "mx.example", port: 80, security: "none" },
        addresses: [{ address: "127.0.0.1", port, family: 4 }],
        method: "GET",
        path: "/",
        timeoutMillis: 5000,
        recorder: recorder()
      } as const
      const http = yield* Http.Http
      assert.deepStrictEqual((yield* http.request(request)).body, "GET mx.example")
      assert.deepStrictEqual(request.recorder.lines().map(({ text, tls }) => [tls, text]), [
        [false, "GET http://mx.example/"],
        [false, "HTTP 200"],
        [false, "GET mx.example"]
      ])
      assert.isTrue(Exit.hasDies(yield* Effect.exit(http.request({ ...request, method: "POST", body: ["secret"] }))))
    }).pipe(Effect.provide(NodeNet.layer), Effect.scoped))

  it.live("follows no redirect", () =>
    Effect.gen(function*() {
      const { result, running } = yield* ask(() => ({ status: 302, headers: { location: "/other" }, body: "" }))
      assert.strictEqual((yield* Effect.fromResult(result)).status, 302)
      assert.strictEqual(running.asked.length, 1)
    }))
})
