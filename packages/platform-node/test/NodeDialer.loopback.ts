import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Dialer } from "@sonde/net/Dialer"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

const anyLine = () => ({ push: (line: string) => Result.succeed(line) })
/** Reads until a line without a hyphen behind its code. */
const reply = () => {
  const lines: Array<string> = []
  return {
    push: (line: string) => {
      lines.push(line)
      return Result.succeed(line[3] === "-" ? undefined : lines)
    }
  }
}

const at = (port: number, address = "127.0.0.1") => ({ address, port, family: address.includes(":") ? 6 : 4 } as const)

const connect = (options: Parameters<typeof StaticNet.request>[0]) =>
  Effect.flatMap(Dialer, (dialer) => dialer.connect(StaticNet.request(options)))

/** A server that plays this, and a session with it. */
const conversing = (
  options: ScriptedServer.ScriptedServerOptions,
  request?: Parameters<typeof StaticNet.request>[0]
) =>
  Effect.gen(function*() {
    const server = yield* ScriptedServer.start(options)
    const session = yield* connect({ addresses: [at(server.port)], ...request })
    return { server, session }
  })

/** A port on which nothing listens. */
const closedPort = Effect.promise(() =>
  new Promise<number>((resolve) => {
    const server = Net.createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
)

describe("NodeDialer", () => {
  it.live("connects, and tells both ends", () =>
    Effect.gen(function*() {
      const { server, session } = yield* conversing({ script: ["S: 220 hi"] })
      assert.strictEqual(session.localAddress, "127.0.0.1")
      assert.deepStrictEqual(session.peer, at(server.port))
      assert.deepStrictEqual(session.attempts.map(({ port, result }) => ({ port, result })), [
        { port: server.port, result: "Connected" }
      ])
      assert.strictEqual(yield* session.exchange(undefined, anyLine(), 1000), "220 hi")
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("tells a refusal", () =>
    Effect.gen(function*() {
      const port = yield* closedPort
      const error = yield* Effect.flip(connect({ addresses: [at(port)] }))
      assert.strictEqual(error.reason, "Refused")
      assert.deepStrictEqual(error.attempts.map(({ result }) => result), ["Refused"])
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("goes on to the next address after a refusal", () =>
    Effect.gen(function*() {
      const port = yield* closedPort
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi"] })
      const session = yield* connect({ addresses: [at(port), at(server.port)] })
      assert.deepStrictEqual(session.attempts.map(({ result }) => result), ["Refused", "Connected"])
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("never looks a name up in place of an address", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi"] })
      const error = yield* Effect.flip(connect({ addresses: [at(server.port, "localhost")] }))
      assert.strictEqual(error.reason, "Unreachable")
      assert.strictEqual(server.connections.length, 0)
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("does not dial what the address policy denies", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi"] })
      const error = yield* Effect.flip(
        Effect.provideService(
          connect({ addresses: [at(server.port)] }),
          AddressPolicy.AddressPolicy,
          AddressPolicy.publicOnly([server.port])
        )
      )
      assert.strictEqual(error.reason, "AddressDenied")
      yield* Effect.sleep(50)
      assert.strictEqual(server.connections.length, 0)
    }).pipe(Effect.provide(NodeNet.layer)))

  it.live("stops waiting for a peer that never takes the connection", () =>
    Effect.gen(function*() {
      // A process that is stopped while its queue of connections is full: Linux then leaves further attempts unanswered.
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, [
            "-e",
            "const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))"
          ], { stdio: ["ignore", "pipe", "ignore"] })
        ),
        (running) => Effect.sync(() => running.kill("SIGKILL"))
      )
      const port = Number(
        yield* Effect.promise(() =>
          new Promise<string>((resolve) => child.stdout.once("data", (chunk) => resolve(String(chunk))))
        )
      )
      child.kill("SIGSTOP")
      const fillers = yield* Effect.acquireRelease(
        Effect.sync(() => Array.from({ length: 6 }, () => Net.connect(port, "127.0.0.1").on("error", () => {}))),
        (sockets) => Effect.sync(() => sockets.forEach((socket) => socket.destroy()))
      )
      yield* Effect.sleep(100)
      assert.isTrue(fillers.some((socket) => socket.connecting))
      const error = yield* Effect.flip(connect({ addresses: [at(port)], timeoutMillis: 300 }))
      assert.strictEqual(error.reason, "Timeout")
      const [attempt] = error.attempts
      assert.strictEqual(attempt?.result, "Timeout")
      assert.isAtLeast(attempt?.durationMillis ?? 0, 290)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))
})

describe("a session over a socket", () => {
  const script = SessionFile.text("smtp/starttls-refused")

  it.live.each([false, true])(
    "converses the same with one octet per segment: %s",
    (oneOctetSegments) =>
      Effect.gen(function*() {
        const recorder = StaticNet.recorder()
        const { server, session } = yield* conversing({ script, oneOctetSegments }, { recorder })
        assert.deepStrictEqual(yield* session.exchange(undefined, reply(), 2000), ["220 mx.example ESMTP"])
        assert.deepStrictEqual(yield* session.exchange(["EHLO sonde.invalid"], reply(), 2000), [
          "250-mx.example",
          "250 STARTTLS"
        ])
        assert.deepStrictEqual(yield* session.exchange(["STARTTLS"], reply(), 2000), ["454 4.7.0 TLS not available"])
        const lost = yield* Effect.flip(session.exchange(["QUIT"], reply(), 2000))
        assert.isTrue(lost._tag === "SessionLost" && lost.lastCommand === "QUIT")
        assert.deepStrictEqual(server.connections[0]?.received, ["EHLO sonde.invalid", "STARTTLS"])
        assert.deepStrictEqual(recorder.lines().slice(0, 3).map(({ dir, text }) => `${dir} ${text}`), [
          "< 220 mx.example ESMTP",
          "> EHLO sonde.invalid",
          "< 250-mx.example"
        ])
      }).pipe(Effect.scoped, Effect.provide(NodeNet.layer))
  )

  it.live.each(["smtp/close-in-reply", "smtp/reset-in-reply"])(
    "tells an ending in the middle of a reply: %s",
    (name) =>
      Effect.gen(function*() {
        const { session } = yield* conversing({ script: SessionFile.text(name) })
        yield* session.exchange(undefined, reply(), 2000)
        const lost = yield* Effect.flip(session.exchange(["EHLO x"], reply(), 2000))
        assert.isTrue(lost._tag === "SessionLost")
        if (lost._tag !== "SessionLost") return
        assert.strictEqual(lost.reason, name.includes("reset") ? "Reset" : "Closed")
        assert.strictEqual(lost.lastCommand, "EHLO x")
        if (lost.reason === "Closed") assert.strictEqual(lost.pending, "250-SIZ")
      }).pipe(Effect.scoped, Effect.provide(NodeNet.layer))
  )

  it.live("stops reading at a line without end, and hangs up", () =>
    Effect.gen(function*() {
      const { server, session } = yield* conversing({ script: SessionFile.text("smtp/endless-line") })
      const error = yield* Effect.flip(session.exchange(undefined, reply(), 2000))
      assert.strictEqual(error._tag, "SessionLineTooLong")
      yield* Effect.sleep(100)
      assert.isDefined(server.connections[0]?.closedAt)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("can take leave after an interrupted exchange, and closes within 100 ms of its scope", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["C: EHLO x", "C: QUIT", "S: 221 bye"] })
      yield* Effect.scoped(Effect.gen(function*() {
        const session = yield* connect({ addresses: [at(server.port)] })
        const fiber = yield* Effect.forkChild(session.exchange(["EHLO x"], reply(), 30_000))
        yield* Effect.sleep(50)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* session.exchange(["QUIT"], reply(), 2000), ["221 bye"])
      }))
      const closingAt = performance.now()
      yield* Effect.sleep(100)
      const [first] = server.connections
      assert.isDefined(first?.closedAt)
      assert.isBelow((first?.closedAt ?? Number.POSITIVE_INFINITY) - closingAt, 100)
      assert.isTrue(first?.isComplete)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("closes the connection when its scope closes, in clear and encrypted", () =>
    Effect.gen(function*() {
      const { ca, server: issue } = yield* Effect.promise(TestCa.testCa)
      const tls = yield* Effect.promise(() => issue())
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi", "C: STARTTLS", "S: 220 go", "tls"], tls })
      yield* Effect.scoped(Effect.gen(function*() {
        const session = yield* connect({ addresses: [at(server.port)] })
        yield* session.exchange(undefined, reply(), 2000)
      }))
      const first = yield* Effect.promise(() => server.ended(0))
      assert.isDefined(first.closedAt)
      yield* Effect.scoped(Effect.gen(function*() {
        const session = yield* connect({ addresses: [at(server.port)], ca })
        yield* session.exchange(undefined, reply(), 2000)
        yield* session.exchange(["STARTTLS"], reply(), 2000)
        yield* session.startTls({ serverName: "mx.example", timeoutMillis: 2000 })
      }))
      const second = yield* Effect.promise(() => server.ended(1))
      assert.isTrue(second.isComplete)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live.each([false, true])(
    "goes on encrypted after STARTTLS, one octet per segment: %s",
    (oneOctetSegments) =>
      Effect.gen(function*() {
        const { ca, server: issue } = yield* Effect.promise(TestCa.testCa)
        const tls = yield* Effect.promise(() => issue())
        const { server, session } = yield* conversing({
          script: [
            "S: 220 hi",
            "C: STARTTLS",
            "S: 220 go",
            "tls",
            "C: EHLO *",
            "S: 250-mx",
            "S: 250 AUTH",
            "C: AUTH *",
            "S: 235 in"
          ],
          tls,
          oneOctetSegments
        }, { ca })
        yield* session.exchange(undefined, reply(), 2000)
        yield* session.exchange(["STARTTLS"], reply(), 2000)
        const handshake = yield* session.startTls({ serverName: "mx.example", timeoutMillis: 2000 })
        assert.deepStrictEqual(handshake.conditions, [])
        assert.isTrue(session.isEncrypted())
        assert.deepStrictEqual(yield* session.exchange(["EHLO x"], reply(), 2000), ["250-mx", "250 AUTH"])
        const secret = { secret: Redacted.make("s3cret"), mask: "‹secret›" }
        assert.deepStrictEqual(yield* session.exchange(["AUTH ", secret], reply(), 2000), ["235 in"])
        assert.deepStrictEqual(server.connections[0]?.received, ["STARTTLS", "EHLO x", "AUTH s3cret"])
      }).pipe(Effect.scoped, Effect.provide(NodeNet.layer))
  )

  it.live("discards octets injected before the handshake and says how many", () =>
    Effect.gen(function*() {
      const { server, session } = yield* conversing({ script: SessionFile.text("smtp/starttls-injection") })
      yield* session.exchange(undefined, reply(), 2000)
      yield* session.exchange(["EHLO x"], reply(), 2000)
      yield* session.exchange(["STARTTLS"], reply(), 2000)
      const error = yield* Effect.flip(session.startTls({ serverName: "mx.example", timeoutMillis: 2000 }))
      assert.isTrue(error._tag === "InjectedOctets" && error.octets === 16)
      assert.deepStrictEqual(server.connections[0]?.received, ["EHLO x", "STARTTLS"])
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("reads the alert of a peer that wants a certificate", () =>
    Effect.gen(function*() {
      const { ca, server: issue } = yield* Effect.promise(TestCa.testCa)
      const tls = yield* Effect.promise(() => issue())
      const recorder = StaticNet.recorder()
      const { session } = yield* conversing({ script: ["tls"], tls: { ...tls, ca, requestCert: true } }, {
        ca,
        recorder
      })
      // TLS 1.3: the handshake is over for the client before the server has seen that no certificate came.
      yield* Effect.flip(Effect.andThen(
        session.startTls({ serverName: "mx.example", timeoutMillis: 2000 }),
        session.exchange(undefined, anyLine(), 2000)
      ))
      assert.include(recorder.lines().map(({ text }) => text).join("\n"), "CERTIFICATE_REQUIRED")
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("writes a large message, and gives up when the peer does not read it", () =>
    Effect.gen(function*() {
      const line = `${"x".repeat(998)}\r\n`
      const lines = Array.from({ length: 3000 }, () => "C: *")
      const { session } = yield* conversing({ script: [...lines, "S: 250 taken"] })
      yield* session.write(new TextEncoder().encode(line.repeat(3000)), "‹3 MB›", 5000)
      assert.deepStrictEqual(yield* session.exchange(undefined, reply(), 5000), ["250 taken"])

      const deaf = yield* Effect.acquireRelease(
        Effect.promise(() =>
          new Promise<Net.Server>((resolve) => {
            const listening = Net.createServer({ pauseOnConnect: true }, (socket) => {
              socket.on("error", () => {})
            })
            listening.listen(0, "127.0.0.1", () => resolve(listening))
          })
        ),
        (listening) => Effect.sync(() => listening.close())
      )
      const address = deaf.address()
      const stuck = yield* connect({
        addresses: [at(typeof address === "object" && address !== null ? address.port : 0)]
      })
      const error = yield* Effect.flip(stuck.write(new Uint8Array(64_000_000), "‹64 MB›", 200))
      assert.isTrue(error._tag === "SessionTimeout" && error.afterMillis === 200)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))

  it.live("keeps the memory bound while a peer talks without being asked", () =>
    Effect.gen(function*() {
      let written = 0
      const talkative = yield* Effect.acquireRelease(
        Effect.promise(() =>
          new Promise<Net.Server>((resolve) => {
            const listening = Net.createServer((socket) => {
              socket.on("error", () => {})
              const talk = () => {
                for (let n = 0; n < 50_000; n++) {
                  written += 1000
                  if (!socket.write(`${"x".repeat(998)}\r\n`)) break
                }
                socket.once("drain", talk)
              }
              talk()
            })
            listening.listen(0, "127.0.0.1", () => resolve(listening))
          })
        ),
        (listening) => Effect.sync(() => listening.close())
      )
      const address = talkative.address()
      const session = yield* connect({
        addresses: [at(typeof address === "object" && address !== null ? address.port : 0)]
      })
      yield* Effect.promise(() => sleep(200))
      const unread = session.unread()
      assert.isBelow(unread, 200_000)
      yield* Effect.promise(() => sleep(100))
      assert.strictEqual(session.unread(), unread)
      assert.isAbove(written, 0)
    }).pipe(Effect.scoped, Effect.provide(NodeNet.layer)))
})
