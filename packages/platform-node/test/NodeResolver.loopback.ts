import { assert, describe, it } from "@effect/vitest"
import { Resolver } from "@sonde/net/Resolver"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createSocket } from "node:dgram"

const types = { A: 1, MX: 15, AAAA: 28 } as const
type Type = keyof typeof types

/** What a server answers to a question: records as octets, a response code, silence, or something that is no answer. */
type Answer = ReadonlyArray<Uint8Array> | { readonly rcode: number } | "silence" | "garbage"

const encodeName = (name: string): Uint8Array =>
  Buffer.concat([
    ...name.split(".").filter((label) => label !== "").map((label) =>
      Buffer.from([label.length, ...Buffer.from(label)])
    ),
    Buffer.from([0])
  ])

const decodeName = (message: Buffer, offset: number): string => {
  const labels: Array<string> = []
  for (let at = offset; (message[at] ?? 0) > 0; at += (message[at] ?? 0) + 1) {
    labels.push(message.subarray(at + 1, at + 1 + (message[at] ?? 0)).toString())
  }
  return labels.join(".")
}

const four = (text: string): Uint8Array => Uint8Array.from(text.split("."), Number)
const mail = (preference: number, exchange: string): Uint8Array =>
  Buffer.concat([Buffer.from([preference >> 8, preference & 255]), encodeName(exchange)])

/** A name server on 127.0.0.1 that answers from a function; `questions` are all it was asked. */
const nameServer = (answer: (name: string, type: Type) => Answer) =>
  Effect.acquireRelease(
    Effect.promise(() => {
      const questions: Array<string> = []
      const socket = createSocket("udp4")
      socket.on("message", (message, peer) => {
        const name = decodeName(message, 12)
        const at = 12 + name.length + 2
        const number = message.readUInt16BE(at)
        const type = number === 28 ? "AAAA" : number === 15 ? "MX" : "A"
        questions.push(`${type} ${name}`)
        const said = answer(name.toLowerCase(), type)
        if (said === "silence") return
        if (said === "garbage") return socket.send(message.subarray(0, 13), peer.port, peer.address)
        const records = "rcode" in said ? [] : said
        const header = Buffer.from(message.subarray(0, 12))
        header.writeUInt16BE(0x8180 | ("rcode" in said ? said.rcode : 0), 2)
        header.writeUInt16BE(records.length, 6)
        header.writeUInt16BE(0, 8)
        header.writeUInt16BE(0, 10)
        const body = records.map((data) =>
          Buffer.concat([
            Buffer.from([0xc0, 12, 0, types[type], 0, 1, 0, 0, 1, 44, data.length >> 8, data.length & 255]),
            data
          ])
        )
        socket.send(Buffer.concat([header, message.subarray(12, at + 4), ...body]), peer.port, peer.address)
      })
      return new Promise<{ server: string; questions: Array<string>; close: () => void }>((resolve) =>
        socket.bind(0, "127.0.0.1", () =>
          resolve({
            server: `127.0.0.1:${socket.address().port}`,
            questions,
            close: () => socket.close()
          }))
      )
    }),
    ({ close }) => Effect.sync(close)
  )

const addresses = (name: string, server: string | undefined, timeoutMillis = 3000) =>
  Effect.flatMap(Resolver, (dns) => dns.addresses(name, { server, timeoutMillis }))
const mx = (name: string, server: string) =>
  Effect.flatMap(Resolver, (dns) => dns.mx(name, { server, timeoutMillis: 3000 }))

describe("NodeResolver", () => {
  it.live("asks for both families and gives them with their time to live", () =>
    Effect.gen(function*() {
      const { questions, server } = yield* nameServer((_name, type) =>
        type === "A"
          ? [four("192.0.2.1"), four("192.0.2.2")]
          : [Uint8Array.from([0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1])]
      )
      const answer = yield* addresses("mx.example", server)
      assert.strictEqual(answer.source, "dns")
      assert.deepStrictEqual(answer.addresses.map(({ address, family, ttlSeconds }) => [address, family, ttlSeconds]), [
        ["2001:db8::1", 6, 300],
        ["192.0.2.1", 4, 300],
        ["192.0.2.2", 4, 300]
      ])
      assert.deepStrictEqual(questions.toSorted(), ["A mx.example", "AAAA mx.example"])
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("takes one family where the other has no records or fails", () =>
    Effect.gen(function*() {
      for (const six of [[], { rcode: 2 }, { rcode: 3 }]) {
        const { server } = yield* nameServer((_name, type) => type === "A" ? [four("192.0.2.1")] : six)
        assert.strictEqual((yield* addresses("mx.example", server)).addresses.length, 1)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  const failures: ReadonlyArray<readonly [reason: string, a: Answer, aaaa: Answer]> = [
    ["NoSuchName", { rcode: 3 }, { rcode: 3 }],
    ["NoRecords", [], []],
    ["ServerFailure", { rcode: 2 }, { rcode: 2 }],
    ["ServerFailure", [], { rcode: 2 }],
    ["ServerFailure", { rcode: 4 }, { rcode: 4 }],
    ["Refused", { rcode: 5 }, { rcode: 5 }],
    ["Malformed", { rcode: 1 }, { rcode: 1 }],
    ["Timeout", "silence", "silence"],
    ["Timeout", [], "silence"]
  ]
  it.live.each(failures)("fails with %s for %j and %j", ([reason, a, aaaa]) =>
    Effect.gen(function*() {
      const { server } = yield* nameServer((_name, type) => type === "A" ? a : aaaa)
      const error = yield* Effect.flip(addresses("mx.example", server, 400))
      assert.strictEqual(error.reason, reason)
      assert.strictEqual(error.name, "mx.example")
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("keeps to its time limit while the server is silent", () =>
    Effect.gen(function*() {
      const { server } = yield* nameServer(() => "silence")
      const before = performance.now()
      yield* Effect.flip(addresses("mx.example", server, 200))
      const took = performance.now() - before
      assert.isTrue(took >= 190 && took < 1500, `${took}`)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("stops asking when interrupted", () =>
    Effect.gen(function*() {
      const { questions, server } = yield* nameServer(() => "silence")
      const fiber = yield* Effect.forkChild(addresses("mx.example", server, 600))
      yield* Effect.sleep(100)
      yield* Fiber.interrupt(fiber)
      const asked = questions.length
      assert.isAbove(asked, 0)
      yield* Effect.sleep(500)
      assert.strictEqual(questions.length, asked)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("does not leave the machine for localhost, and says that the hosts table answered", () =>
    Effect.gen(function*() {
      const answer = yield* addresses("localhost", undefined)
      assert.strictEqual(answer.source, "hosts")
      assert.isTrue(answer.addresses.every(({ address }) => address === "127.0.0.1" || address === "::1"))
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("asks a named server even about localhost", () =>
    Effect.gen(function*() {
      const { server } = yield* nameServer((_name, type) => type === "A" ? [four("192.0.2.7")] : [])
      const answer = yield* addresses("localhost", server)
      assert.deepStrictEqual(answer.addresses.map(({ address }) => address), ["192.0.2.7"])
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("takes an address for itself without asking", () =>
    Effect.gen(function*() {
      const { questions, server } = yield* nameServer(() => [])
      assert.deepStrictEqual((yield* addresses("2001:db8::1", server)).addresses, [{
        address: "2001:db8::1",
        family: 6
      }])
      assert.deepStrictEqual(questions, [])
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("fails with BadName for what is no name and no server", () =>
    Effect.gen(function*() {
      const { server } = yield* nameServer(() => [])
      assert.strictEqual((yield* Effect.flip(addresses(`${"a".repeat(64)}.example`, server))).reason, "BadName")
      assert.strictEqual((yield* Effect.flip(addresses("mx.example", "not a server"))).reason, "BadName")
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("sorts mail exchangers and shows a null MX as an empty exchange", () =>
    Effect.gen(function*() {
      const { server } = yield* nameServer((name) =>
        name === "null.example" ? [mail(0, "")] : [mail(20, "b.example"), mail(10, "a.example")]
      )
      assert.deepStrictEqual(yield* mx("two.example", server), [
        { exchange: "a.example", preference: 10 },
        { exchange: "b.example", preference: 20 }
      ])
      assert.deepStrictEqual(yield* mx("null.example", server), [{ exchange: "", preference: 0 }])
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))
})
