import { assert, describe, it } from "@effect/vitest"
import type { RecordType } from "@sonde/net/Resolver"
import { Resolver } from "@sonde/net/Resolver"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as NameServer from "@sonde/testkit/NameServer"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createSocket } from "node:dgram"

const tlsa = { usage: 3, selector: 1, matching: 1, data: "ab".repeat(32) }
const long = `v=spf1 ${"ip4:192.0.2.1 ".repeat(40)}-all`

const world: NameServer.World = {
  zone: {
    "example.org": {
      a: ["192.0.2.1"],
      aaaa: ["2001:db8::1"],
      mx: [[20, "mx2.example.org"], [10, "MX1.example.org"]],
      txt: [long, "caf\u00e9"],
      ns: ["ns.example.org"],
      authentic: true
    },
    "null.example.org": { mx: [[0, "."]] },
    "_25._tcp.mx1.example.org": { tlsa: [tlsa], authentic: true },
    "1.2.0.192.in-addr.arpa": { ptr: ["mail.example.org"] },
    "www.example.org": { cname: "web.example.org" },
    "web.example.org": { cname: "example.org" },
    "big.example.org": { txt: Array.from({ length: 20 }, (_, at) => `${at}${"x".repeat(250)}`) },
    "loop.example.org": { cname: "loop.example.org" }
  },
  fail: {
    "txt broken.example.org": "ServerFailure",
    "txt refused.example.org": "Refused",
    "a mute.example.org": "Timeout"
  }
}

const query = <T extends RecordType>(name: string, type: T, options: { server: string; timeoutMillis?: number }) =>
  Effect.flatMap(Resolver, (dns) => dns.query(name, type, { timeoutMillis: 3000, ...options }))

const run = <A, E>(test: (server: NameServer.NameServer) => Effect.Effect<A, E, Resolver>, more: object = {}) =>
  Effect.flatMap(NameServer.start({ ...world, ...more }), test).pipe(Effect.provide(NodeNet.layer), Effect.scoped)

describe("a question to the DNS", () => {
  it.live("brings records of every type, with time to live and the word of the resolver on DNSSEC", () =>
    run(({ server }) =>
      Effect.gen(function*() {
        const records = <T extends RecordType>(name: string, type: T) =>
          Effect.map(query(name, type, { server }), (answer) => answer.records)
        assert.deepStrictEqual(yield* query("example.org", "A", { server }), {
          records: ["192.0.2.1"],
          ttlSeconds: 300,
          authentic: true,
          aliases: []
        })
        assert.deepStrictEqual(yield* records("Example.ORG.", "AAAA"), ["2001:db8::1"])
        assert.deepStrictEqual(yield* records("example.org", "MX"), [
          { preference: 10, exchange: "MX1.example.org" },
          { preference: 20, exchange: "mx2.example.org" }
        ])
        assert.deepStrictEqual(yield* records("null.example.org", "MX"), [{ preference: 0, exchange: "" }])
        assert.deepStrictEqual(yield* records("example.org", "TXT"), [long, "caf\u00e9"])
        assert.deepStrictEqual(yield* records("example.org", "NS"), ["ns.example.org"])
        assert.deepStrictEqual(yield* records("_25._tcp.mx1.example.org", "TLSA"), [tlsa])
        assert.deepStrictEqual(yield* records("1.2.0.192.in-addr.arpa", "PTR"), ["mail.example.org"])
        assert.deepStrictEqual(yield* records("www.example.org", "CNAME"), ["web.example.org"])
        assert.isFalse((yield* query("null.example.org", "MX", { server })).authentic)
      })
    ))

  it.live("follows aliases and names them", () =>
    run(({ server }) =>
      Effect.gen(function*() {
        const answer = yield* query("www.example.org", "A", { server })
        assert.deepStrictEqual(answer, {
          records: ["192.0.2.1"],
          ttlSeconds: 60,
          authentic: false,
          aliases: ["web.example.org", "example.org"]
        })
        assert.strictEqual((yield* Effect.flip(query("loop.example.org", "A", { server }))).reason, "ServerFailure")
      })
    ))

  it.live("asks again by TCP for what does not fit into a datagram", () =>
    run(({ asked, server }) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* query("big.example.org", "TXT", { server })).records.length, 20)
        assert.deepStrictEqual(asked, ["TXT big.example.org", "TCP TXT big.example.org"])
      })
    ))

  it.live("asks once more where a datagram is lost", () =>
    run(({ asked, server }) =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* query("example.org", "A", { server, timeoutMillis: 600 })).records, [
          "192.0.2.1"
        ])
        assert.strictEqual(asked.length, 2)
      }), { lossy: true }))

  it.live("asks again without EDNS where that is not known", () =>
    run(({ asked, server }) =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* query("example.org", "A", { server })).records, ["192.0.2.1"])
        assert.deepStrictEqual(asked, ["EDNS A example.org", "A example.org"])
      }), { old: true }))

  it.live.each(
    [
      ["nothing.example.org", "TXT", "NoSuchName"],
      ["null.example.org", "TXT", "NoRecords"],
      ["broken.example.org", "TXT", "ServerFailure"],
      ["refused.example.org", "TXT", "Refused"],
      ["mute.example.org", "A", "Timeout"],
      ["a..example.org", "A", "BadName"],
      [`${"x".repeat(64)}.example.org`, "A", "BadName"]
    ] as const
  )("keeps apart why %s (%s) has no answer: %s", ([name, type, reason]) =>
    run(({ server }) =>
      Effect.map(
        Effect.flip(query(name, type, { server, timeoutMillis: 300 })),
        (error) => assert.deepStrictEqual([error.reason, error.name, error.type], [reason, name, type])
      )
    ))

  it.live("tells whether the absence of records is vouched for", () =>
    run(({ server }) =>
      Effect.gen(function*() {
        assert.isTrue((yield* Effect.flip(query("example.org", "PTR", { server }))).authentic)
        assert.isFalse((yield* Effect.flip(query("null.example.org", "PTR", { server }))).authentic)
      })
    ))

  it.live("fails at once where nobody listens", () =>
    Effect.gen(function*() {
      const before = performance.now()
      const error = yield* Effect.flip(query("example.org", "A", { server: "127.0.0.1:1" }))
      assert.strictEqual(error.reason, "Unreachable")
      assert.isBelow(performance.now() - before, 1500)
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("closes its socket when interrupted", () =>
    run(({ asked, server }) =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(query("mute.example.org", "A", { server, timeoutMillis: 400 }))
        yield* Effect.sleep(100)
        yield* Fiber.interrupt(fiber)
        const before = asked.length
        yield* Effect.sleep(300)
        assert.deepStrictEqual([before, asked.length], [1, 1])
      })
    ))

  it.live("believes no answer to another question, and calls one malformed that cannot be read", () =>
    Effect.gen(function*() {
      const server = yield* Effect.acquireRelease(
        Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
          const socket = createSocket("udp4")
          socket.on("message", (octets, { address, port }) => {
            const wrong = Buffer.from(octets)
            wrong.writeUInt16BE(octets.readUInt16BE(0) ^ 1, 0)
            wrong.writeUInt16BE(0x8180, 2)
            socket.send(wrong, port, address)
            socket.send(octets.subarray(0, 13), port, address)
          })
          socket.bind(
            0,
            "127.0.0.1",
            () => resume(Effect.succeed({ port: socket.address().port, close: () => socket.close() }))
          )
        }),
        ({ close }) => Effect.sync(close)
      )
      const error = yield* Effect.flip(query("example.org", "A", { server: `127.0.0.1:${server.port}` }))
      assert.strictEqual(error.reason, "Malformed")
    }).pipe(Effect.provide(NodeNet.layer), Effect.scoped))
})
