import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Dialer } from "@sonde/net/Dialer"
import { Http } from "@sonde/net/Http"
import * as Proxy from "@sonde/net/Proxy"
import { Resolver } from "@sonde/net/Resolver"
import { Route, type Way } from "@sonde/net/Route"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as ProxyServer from "@sonde/testkit/ProxyServer"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as SecureNameServer from "@sonde/testkit/SecureNameServer"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"

const line = () => ({ push: (text: string) => Result.succeed(text) })

const proxied = (text: string, secret?: string): Way => {
  const proxy = Proxy.fromString(text)
  if (proxy === undefined || proxy === "secret") throw new Error(`no proxy: ${text}`)
  return { proxy: { ...proxy, ...(secret === undefined ? {} : { secret: Redacted.make(secret) }) } }
}

const connect = (way: Way, options: Parameters<typeof StaticNet.request>[0]) =>
  Effect.flatMap(Dialer, (dialer) => dialer.connect(StaticNet.request(options))).pipe(Effect.provideService(Route, way))

const run = <A, E>(effect: Effect.Effect<A, E, Dialer | Http | Resolver | Scope.Scope>) =>
  effect.pipe(Effect.provide(NodeNet.layer), Effect.scoped)

const kinds = [["socks5", "socks5"], ["socks5h", "socks5"], ["http", "http"]] as const
const script = ["S: 220 mx.example ESMTP", "C: QUIT", "S: 221 bye"]
const at = (port: number, address = "127.0.0.1") => [{ address, port, family: 4 as const }]

describe.each(kinds)("through %s", (scheme, kind) => {
  it.live.each([false, true])(
    "a conversation goes as it does without, one octet at a time: %s",
    (chunked) =>
      run(Effect.gen(function*() {
        const server = yield* ScriptedServer.start({ script })
        const proxy = yield* ProxyServer.start(kind, { chunked })
        const session = yield* connect(proxied(`${scheme}://127.0.0.1:${proxy.port}`), { addresses: at(server.port) })
        assert.strictEqual(yield* session.exchange(undefined, line(), 2000), "220 mx.example ESMTP")
        assert.strictEqual(yield* session.exchange(["QUIT"], line(), 2000), "221 bye")
        assert.strictEqual(session.proxy, `${scheme}://127.0.0.1:${proxy.port}`)
        assert.deepStrictEqual(session.attempts.map(({ address, result }) => [address, result]), [[
          "127.0.0.1",
          "Connected"
        ]])
        assert.deepStrictEqual(proxy.asked, [`127.0.0.1:${server.port}`])
      }))
  )

  it.live("a name is looked up by whom the scheme says, and TLS still checks the name", () =>
    run(Effect.gen(function*() {
      const { ca, server: issue } = yield* Effect.promise(TestCa.testCa)
      const server = yield* ScriptedServer.start({
        script: ["tls", "S: 220 mx.example ESMTP"],
        tls: yield* Effect.promise(() => issue())
      })
      const proxy = yield* ProxyServer.start(kind, { names: { "mx.example": server.port } })
      const way = proxied(`${scheme}://127.0.0.1:${proxy.port}`)
      const lookedUp = yield* Effect.flatMap(
        Resolver,
        (dns) => Effect.result(dns.addresses("mx.example", { server: "127.0.0.1:1", timeoutMillis: 1000 }))
      ).pipe(Effect.provideService(Route, way))
      if (scheme === "socks5") {
        assert.isTrue(Result.isFailure(lookedUp) && lookedUp.failure.reason === "Unreachable")
        return
      }
      assert.deepStrictEqual(Result.getOrThrow(lookedUp), { source: "proxy", addresses: [{ address: "mx.example" }] })
      const session = yield* connect(way, { addresses: [{ address: "mx.example", port: 465 }], ca })
      const { conditions } = yield* session.startTls({ serverName: "mx.example", timeoutMillis: 2000 })
      assert.deepStrictEqual(conditions, [])
      assert.deepStrictEqual(proxy.asked, ["mx.example:465"])
      assert.isUndefined(session.peer.family)
    })))

  it.live("signs in, and tells a refused sign-in after one try for all addresses", () =>
    run(Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script })
      const proxy = yield* ProxyServer.start(kind, { user: "alice", secret: "pass:wörd" })
      const url = `${scheme}://alice@127.0.0.1:${proxy.port}`
      const session = yield* connect(proxied(url, "pass:wörd"), { addresses: at(server.port) })
      yield* session.exchange(undefined, line(), 2000)
      const error = yield* Effect.flip(connect(proxied(url, "wrong"), {
        addresses: [...at(server.port), { address: "127.0.0.2", port: server.port, family: 4 }]
      }))
      assert.isTrue(error.reason === "ProxyAuth" && error.proxy === `${scheme}://127.0.0.1:${proxy.port}`)
      assert.strictEqual(error.attempts.length, 1)
      const without = yield* Effect.flip(
        connect(proxied(`${scheme}://127.0.0.1:${proxy.port}`), { addresses: at(server.port) })
      )
      assert.strictEqual(without.reason, "ProxyAuth")
      assert.deepStrictEqual(proxy.signIns.filter((who) => who !== ""), ["alice", "alice"])
    })))

  it.live("what the proxy tells of the server is told of the server", () =>
    run(Effect.gen(function*() {
      const proxy = yield* ProxyServer.start(kind)
      const error = yield* Effect.flip(connect(proxied(`${scheme}://127.0.0.1:${proxy.port}`), { addresses: at(1) }))
      assert.strictEqual(error.reason, "Refused")
      assert.match(error.attempts[0]?.said ?? "", /refused/)
    })))

  it.live("a silent server is a timeout, a silent proxy is broken, and none at all unreachable", () =>
    run(Effect.gen(function*() {
      const silent = yield* ProxyServer.start(kind, { answer: "nothing" })
      const timeoutMillis = 200
      const server = yield* Effect.flip(
        connect(proxied(`${scheme}://127.0.0.1:${silent.port}`), { addresses: at(25), timeoutMillis })
      )
      assert.strictEqual(server.reason, "Timeout")
      const none = yield* Effect.flip(
        connect(proxied(`${scheme}://127.0.0.1:1`), { addresses: at(25), timeoutMillis: 2000 })
      )
      assert.deepStrictEqual([none.reason, none.attempts[0]?.said], ["ProxyUnreachable", "refused"])
      const closing = yield* ProxyServer.start(kind, { answer: "close" })
      const closed = yield* Effect.flip(
        connect(proxied(`${scheme}://127.0.0.1:${closing.port}`), { addresses: at(25) })
      )
      assert.strictEqual(closed.reason, "ProxyBroken")
    })))

  it.live("what is no proxy is told as such", () =>
    run(Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["S: 220 mx.example ESMTP"] })
      const error = yield* Effect.flip(connect(proxied(`${scheme}://127.0.0.1:${server.port}`), { addresses: at(25) }))
      assert.strictEqual(error.reason, "ProxyBroken")
    })))

  it.live("the address policy holds for the proxy and for the server", () =>
    run(Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script })
      const proxy = yield* ProxyServer.start(kind)
      const way = proxied(`${scheme}://127.0.0.1:${proxy.port}`)
      for (const allowed of [server.port, proxy.port]) {
        const error = yield* Effect.flip(connect(way, { addresses: at(server.port) })).pipe(
          Effect.provideService(AddressPolicy.AddressPolicy, { isAllowed: (_, port) => port === allowed })
        )
        assert.strictEqual(error.reason, "AddressDenied")
      }
      const named = yield* Effect.flip(connect(way, { addresses: [{ address: "mx.example", port: 25 }] })).pipe(
        Effect.provideService(AddressPolicy.AddressPolicy, AddressPolicy.publicOnly("any"))
      )
      assert.strictEqual(named.reason, "AddressDenied")
      assert.strictEqual(proxy.connections(), 0)
    })))

  it.live("a resolver over TLS is asked through it", () =>
    run(Effect.gen(function*() {
      const { ca, server: issue } = yield* Effect.promise(TestCa.testCa)
      const dns = yield* SecureNameServer.overTls({
        tls: yield* Effect.promise(() => issue()),
        zone: { "example.org": { mx: [[10, "mx.example.org"]] } }
      })
      const proxy = yield* ProxyServer.start(kind)
      const answer = yield* Effect.flatMap(
        Resolver,
        (resolver) => resolver.mx("example.org", { server: `tls://127.0.0.1:${dns.port}`, timeoutMillis: 3000 })
      ).pipe(Effect.provideService(Route, { ...proxied(`${scheme}://127.0.0.1:${proxy.port}`), ca }))
      assert.deepStrictEqual(answer, [{ preference: 10, exchange: "mx.example.org" }])
      assert.deepStrictEqual(proxy.asked, [`127.0.0.1:${dns.port}`])
    })))

  it.live("a request of HTTP in clear goes through it, too", () =>
    run(Effect.gen(function*() {
      const web = yield* ScriptedServer.start({
        script: [
          "C: GET /x HTTP/1.1",
          ...Array(3).fill("C: *"),
          "C:",
          "S: HTTP/1.1 200 OK",
          "S: Content-Length: 2",
          "S:",
          "S: ok",
          "close"
        ]
      })
      const proxy = yield* ProxyServer.start(kind)
      const { body, status } = yield* Effect.flatMap(Http, (http) =>
        http.request({
          service: "smtp-submission",
          endpoint: { protocol: "http", host: "web.example", port: 80, security: "none" },
          addresses: at(web.port),
          method: "GET",
          path: "/x",
          timeoutMillis: 3000,
          recorder: StaticNet.recorder()
        })).pipe(Effect.provideService(Route, proxied(`${scheme}://127.0.0.1:${proxy.port}`)))
      assert.deepStrictEqual([status, body], [200, "ok"])
      assert.deepStrictEqual(proxy.asked, [`127.0.0.1:${web.port}`])
    })))

  it.live("giving up closes the connection to the proxy", () =>
    run(Effect.gen(function*() {
      const closed = yield* Effect.callback<Net.Server & { readonly ended: Promise<void> }>((resume) => {
        let end = (): void => {}
        const ended = new Promise<void>((resolve) => {
          end = resolve
        })
        const server = Net.createServer((socket) => {
          socket.on("error", () => {})
          socket.on("data", () => {})
          socket.on("close", end)
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(Object.assign(server, { ended }))))
      })
      const address = closed.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const error = yield* Effect.flip(
        connect(proxied(`${scheme}://127.0.0.1:${port}`), { addresses: at(25), timeoutMillis: 150 })
      )
      assert.strictEqual(error.reason, kind === "http" ? "Timeout" : "ProxyBroken")
      yield* Effect.promise(() => closed.ended)
      closed.close()
    })))
})

describe("a proxy that is a name", () => {
  it.live("is looked up by the resolver that was chosen, and unreachable where it has no address", () =>
    run(Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script })
      const proxy = yield* ProxyServer.start("socks5")
      const session = yield* connect(proxied(`socks5h://localhost:${proxy.port}`), { addresses: at(server.port) })
      assert.strictEqual(yield* session.exchange(undefined, line(), 2000), "220 mx.example ESMTP")
      const lost = yield* Effect.flip(
        connect({ ...proxied("socks5h://proxy.invalid:1080"), server: "127.0.0.1:1" }, { addresses: at(server.port) })
      )
      assert.deepStrictEqual([lost.reason, lost.attempts[0]?.said], ["ProxyUnreachable", "no address"])
    })))
})
