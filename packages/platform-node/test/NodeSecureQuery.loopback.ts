import { assert, describe, it } from "@effect/vitest"
import { Resolver } from "@sonde/net/Resolver"
import { Route } from "@sonde/net/Route"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as SecureNameServer from "@sonde/testkit/SecureNameServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Net from "node:net"

const zone = {
  "example.org": { a: ["192.0.2.1"], aaaa: ["2001:db8::1"], mx: [[10, "mx.example.org"]] as const, authentic: true },
  "www.example.org": { cname: "example.org" },
  "empty.example.org": { txt: ["x"] }
}
const fail = {
  "a broken.example.org": "ServerFailure",
  "a refused.example.org": "Refused",
  "a mute.example.org": "Timeout"
} as const

const servers = { overTls: SecureNameServer.overTls, overHttps: SecureNameServer.overHttps }

interface Given {
  readonly version?: "1.1"
  readonly status?: number
  readonly dns?: ReadonlyArray<string>
}

const started = Effect.fnUntraced(
  function*(kind: "overTls" | "overHttps", { dns = ["dns.example"], ...more }: Given = {}) {
    const { ca, server: issue } = yield* Effect.promise(TestCa.testCa)
    const tls = yield* Effect.promise(() => issue({ dns }))
    const server = yield* servers[kind]({ zone, fail, tls, ...more })
    const url = kind === "overTls"
      ? `tls://127.0.0.1:${server.port}#dns.example`
      : `https://127.0.0.1:${server.port}/dns-query`
    return { ca, url, server }
  }
)

const query = (name: string, type: "A" | "AAAA" | "MX", server: string, ca: string | undefined, timeoutMillis = 3000) =>
  Effect.flatMap(Resolver, (dns) => dns.query(name, type, { server, timeoutMillis })).pipe(
    Effect.provideService(Route, { ca })
  )

const run = <A, E>(effect: Effect.Effect<A, E, Resolver | import("effect/Scope").Scope>) =>
  effect.pipe(Effect.provide(NodeNet.layer), Effect.scoped)

describe.each(["overTls", "overHttps"] as const)("a resolver %s", (kind) => {
  it.live("answers with everything that a resolver tells", () =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started(kind)
      assert.deepStrictEqual(yield* query("www.example.org", "A", url, ca), {
        records: ["192.0.2.1"],
        ttlSeconds: 60,
        authentic: false,
        aliases: ["example.org"]
      })
      assert.isTrue((yield* query("example.org", "MX", url, ca)).authentic)
    })))

  it.live("takes many questions at once over one connection", () =>
    run(Effect.gen(function*() {
      const { ca, server, url } = yield* started(kind)
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, (_, at) =>
          at % 2 === 0
            ? Effect.map(query("example.org", "A", url, ca), ({ records }) => records)
            : Effect.map(query("example.org", "AAAA", url, ca), ({ records }) => records)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.slice(0, 2), [["192.0.2.1"], ["2001:db8::1"]])
      assert.isTrue(answers.every(([record], at) => record === (at % 2 === 0 ? "192.0.2.1" : "2001:db8::1")))
      assert.strictEqual(server.connections(), 1)
    })))

  it.live("asks for both families when a host is looked up", () =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started(kind)
      const found = yield* Effect.flatMap(Resolver, (dns) =>
        dns.addresses("example.org", { server: url, timeoutMillis: 3000 }))
        .pipe(Effect.provideService(Route, { ca }))
      assert.deepStrictEqual(
        found.addresses.map(({ address }) =>
          address
        ),
        ["2001:db8::1", "192.0.2.1"]
      )
      assert.isTrue(found.authentic)
    })))

  it.live.each(
    [
      ["nothing.example.org", "NoSuchName"],
      ["empty.example.org", "NoRecords"],
      ["broken.example.org", "ServerFailure"],
      ["refused.example.org", "Refused"],
      ["mute.example.org", "Timeout"]
    ] as const
  )("keeps apart why %s has no answer: %s", ([name, reason]) =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started(kind)
      assert.strictEqual((yield* Effect.flip(query(name, "A", url, ca, 400))).reason, reason)
    })))

  it.live("is not asked where its certificate does not hold", () =>
    run(Effect.gen(function*() {
      const { ca, server, url } = yield* started(kind, { dns: ["other.example"] })
      const named = url.replace("127.0.0.1", "localhost")
      assert.strictEqual((yield* Effect.flip(query("example.org", "A", named, ca))).reason, "Untrusted")
      assert.strictEqual((yield* Effect.flip(query("example.org", "A", url, undefined))).reason, "Untrusted")
      assert.deepStrictEqual(server.asked, [])
    })))

  it.live("is connected to anew once its connection is lost", () =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started(kind)
      const [, port] = /:(\d+)/.exec(url.replace(/^\w+:\/\//, "")) ?? []
      let first: Net.Socket | undefined
      const relay = yield* Effect.acquireRelease(
        Effect.callback<Net.Server>((resume) => {
          const listening = Net.createServer((socket) => {
            const out = Net.connect(Number(port), "127.0.0.1")
            first ??= out
            for (const one of [socket, out]) one.on("error", () => {})
            out.on("close", () => socket.destroy())
            socket.on("close", () => out.destroy())
            socket.pipe(out).pipe(socket)
          })
          listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
        }),
        (listening) => Effect.sync(() => listening.close())
      )
      const at = relay.address()
      const through = url.replace(`:${port}`, `:${typeof at === "object" && at !== null ? at.port : 0}`)
      yield* query("example.org", "A", through, ca)
      // At once, so that the loss is met by the next question and not before it.
      first?.destroy()
      assert.deepStrictEqual((yield* query("example.org", "A", through, ca)).records, ["192.0.2.1"])
    })))

  it.live("is Unreachable where nobody listens, and Untrusted where no TLS is spoken", () =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started(kind)
      const closed = url.replace(/:\d+/, ":1")
      assert.strictEqual((yield* Effect.flip(query("example.org", "A", closed, ca))).reason, "Unreachable")
      const clear = yield* Effect.acquireRelease(
        Effect.callback<Net.Server>((resume) => {
          const listening = Net.createServer((socket) => {
            socket.on("error", () => {})
            socket.end("220 mx.example ESMTP\r\n")
          })
          listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
        }),
        (listening) => Effect.sync(() => listening.close())
      )
      const at = clear.address()
      const inClear = url.replace(/:\d+/, `:${typeof at === "object" && at !== null ? at.port : 0}`)
      assert.strictEqual((yield* Effect.flip(query("example.org", "A", inClear, ca))).reason, "Untrusted")
    })))

  it.live("takes back a question that is interrupted", () =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started(kind)
      const fiber = yield* Effect.forkChild(query("mute.example.org", "A", url, ca))
      yield* Effect.sleep(200)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual((yield* query("example.org", "A", url, ca)).records, ["192.0.2.1"])
    })))
})

describe("a resolver over HTTPS", () => {
  it.live("is asked by HTTP/2, and by HTTP/1.1 where it knows no other", () =>
    run(Effect.gen(function*() {
      const both = yield* started("overHttps")
      yield* query("example.org", "A", both.url, both.ca)
      assert.deepStrictEqual(both.server.asked, ["HTTP/2.0", "TCP A example.org"])
      const old = yield* started("overHttps", { version: "1.1" })
      assert.deepStrictEqual((yield* query("example.org", "A", old.url, old.ca)).records, ["192.0.2.1"])
      assert.strictEqual((yield* Effect.flip(query("nothing.example.org", "A", old.url, old.ca))).reason, "NoSuchName")
      assert.deepStrictEqual(old.server.asked, [
        "HTTP/1.1",
        "TCP A example.org",
        "HTTP/1.1",
        "TCP A nothing.example.org"
      ])
    })))

  it.live("has no answer in a response with another status", () =>
    run(Effect.gen(function*() {
      const { ca, url } = yield* started("overHttps", { status: 503 })
      assert.strictEqual((yield* Effect.flip(query("example.org", "A", url, ca))).reason, "ServerFailure")
    })))
})
