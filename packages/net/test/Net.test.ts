import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Dialer } from "@sonde/net/Dialer"
import * as Net from "@sonde/net/Net"
import type { Outgoing } from "@sonde/net/Outgoing"
import { Resolver } from "@sonde/net/Resolver"
import * as SessionCore from "@sonde/net/SessionCore"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as SmtpReply from "@sonde/wire/smtp/Reply"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"

const connect = (options?: Parameters<typeof StaticNet.request>[0]) =>
  Effect.flatMap(Dialer, (dialer) => dialer.connect(StaticNet.request(options)))

const reply = SmtpReply.decoder
/** Takes one line, whatever it says. */
const anyLine = () => ({ push: (line: string) => Result.succeed(line) })

const transcript = (recorder: ReturnType<typeof StaticNet.recorder>) =>
  recorder.lines().map(({ dir, text, tls }) => `${tls ? "*" : ""}${dir} ${text}`)

describe("Session over a static network", () => {
  it.effect("exchanges lines and records both directions in order", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      assert.strictEqual((yield* session.exchange(undefined, reply(), 1000)).code, 220)
      assert.deepStrictEqual((yield* session.exchange(["EHLO x"], reply(), 1000)).lines, ["mx.example", "SIZE 1"])
      assert.deepStrictEqual(transcript(recorder), ["< 220 hi", "> EHLO x", "< 250-mx.example", "< 250 SIZE 1"])
      assert.strictEqual(session.unread(), 0)
      assert.deepStrictEqual(session.attempts.map(({ result }) => result), ["Connected"])
    }).pipe(Effect.provide(StaticNet.saying("S: 220 hi", "C: EHLO *", "S: 250-mx.example", "S: 250 SIZE 1")))
  })

  it.effect("writes a secret and records its mask", () => {
    const recorder = StaticNet.recorder("s3cret!")
    const line: Outgoing = ["PASS ", { secret: Redacted.make("s3cret!"), mask: "‹secret›" }]
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      const echoed = yield* session.exchange(line, anyLine(), 1000)
      assert.strictEqual(echoed, "-ERR not ‹secret›")
      assert.deepStrictEqual(transcript(recorder), [
        "> PASS ‹secret›",
        "< -ERR not ‹secret›",
        "= closed by the peer"
      ])
      const lost = yield* Effect.flip(session.exchange(line, anyLine(), 1000))
      assert.notInclude(JSON.stringify(lost), "s3cret!")
      assert.isTrue(lost._tag === "SessionLost" && lost.lastCommand === "PASS ‹secret›")
    }).pipe(Effect.provide(StaticNet.saying("C: PASS s3cret!", "S: -ERR not s3cret!", "close")))
  })

  it.effect("keeps a reply code although it is the secret", () =>
    Effect.gen(function*() {
      const session = yield* connect({ recorder: StaticNet.recorder("220") })
      const greeting = yield* session.exchange(undefined, reply(), 1000)
      assert.deepStrictEqual([greeting.code, greeting.text], [220, "not ‹secret› again"])
    }).pipe(Effect.provide(StaticNet.saying("S: 220 not 220 again"))))

  it.effect("queues what arrives behind a reply for the next exchange", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      yield* session.exchange(undefined, reply(), 1000)
      assert.strictEqual(session.unread(), "421 bye\r\n42".length)
      const next = yield* session.exchange(["EHLO x"], reply(), 1000)
      assert.strictEqual(next.code, 421)
    }).pipe(Effect.provide(StaticNet.saying("S: 220 hi", "inject", "S: 421 bye", "inject", "raw 3432", "C: EHLO *"))))

  it.effect("delivers a goodbye that came before the command it answers", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      yield* session.exchange(undefined, reply(), 1000)
      assert.strictEqual((yield* session.exchange(["EHLO x"], reply(), 1000)).code, 421)
      const lost = yield* Effect.flip(session.exchange(["QUIT"], reply(), 1000))
      assert.isTrue(lost._tag === "SessionLost" && lost.reason === "Closed" && lost.lastCommand === "QUIT")
    }).pipe(Effect.provide(StaticNet.saying(SessionFile.text("smtp/closing-before-command")))))

  it.effect("times out from the write on, and says how much had arrived", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      yield* session.exchange(undefined, reply(), 1000)
      const fiber = yield* Effect.forkChild(Effect.flip(session.exchange(["EHLO x"], reply(), 1000)), {
        startImmediately: true
      })
      yield* TestClock.adjust(999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      const error = yield* Fiber.join(fiber)
      assert.isTrue(error._tag === "SessionTimeout" && error.afterMillis === 1000 && error.bytes === 15)
    }).pipe(Effect.provide(StaticNet.saying("S: 220 hi", "C: EHLO *", "S: 250-x"))))

  it.effect("waits for a reply that is slow but within the limit", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      const fiber = yield* Effect.forkChild(session.exchange(undefined, reply(), 60_000), { startImmediately: true })
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).code, 220)
    }).pipe(Effect.provide(StaticNet.saying("wait 31s", "S: 220 hi"))))

  it.effect.each(["close", "reset"])("tells what was pending at a %s", (ending) =>
    Effect.gen(function*() {
      const session = yield* connect()
      yield* session.exchange(undefined, reply(), 1000)
      const error = yield* Effect.flip(session.exchange(["EHLO x"], reply(), 1000))
      assert.isTrue(error._tag === "SessionLost")
      if (error._tag !== "SessionLost") return
      assert.strictEqual(error.reason, ending === "close" ? "Closed" : "Reset")
      assert.strictEqual(error.pending, "250-SI")
      assert.strictEqual(error.lastCommand, "EHLO x")
      assert.strictEqual(error.bytes, 21)
    }).pipe(Effect.provide(StaticNet.saying("S: 220 hi", "C: EHLO *", "S: 250-x", "raw 3235302d5349", ending))))

  it.effect("stops reading at a line without end", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      const error = yield* Effect.flip(session.exchange(undefined, reply(), 1000))
      assert.isTrue(error._tag === "SessionLineTooLong" && error.octets === 9000)
      assert.deepStrictEqual(transcript(recorder), ["= a line of more than 8192 octets; reading stopped"])
      assert.strictEqual((yield* Effect.flip(session.exchange(["QUIT"], reply(), 1000)))._tag, "SessionLineTooLong")
    }).pipe(Effect.provide(StaticNet.saying(SessionFile.text("smtp/endless-line"))))
  })

  it.effect.each([
    ["smtp/endless-multiline", "too-many-lines"],
    ["smtp/code-changing", "code-changed"]
  ])("hands the failure of the decoder on: %s", ([name, problem]) =>
    Effect.gen(function*() {
      const session = yield* connect()
      const greeting = yield* Effect.result(session.exchange(undefined, reply(), 1000))
      const error = Result.isFailure(greeting)
        ? greeting.failure
        : yield* Effect.flip(session.exchange(["EHLO x"], reply(), 1000))
      assert.isTrue(error._tag === "SmtpReplyError" && error.problem === problem)
    }).pipe(Effect.provide(StaticNet.saying(SessionFile.text(String(name))))))

  it.effect("reads lines with a bare LF and remarks it once", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      yield* session.exchange(undefined, reply(), 1000)
      yield* session.exchange(["EHLO x"], reply(), 1000)
      assert.strictEqual(transcript(recorder).filter((line) => line.includes("bare LF")).length, 1)
    }).pipe(Effect.provide(StaticNet.saying(SessionFile.text("smtp/bare-lf"))))
  })

  it.effect("keeps a NUL as data", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      yield* session.exchange(undefined, reply(), 1000)
      assert.deepStrictEqual(transcript(recorder), ["< 220 mx.example\u0000nul"])
    }).pipe(Effect.provide(StaticNet.saying(SessionFile.text("smtp/nul"))))
  })

  it.effect("goes on encrypted after a handshake", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      yield* session.exchange(undefined, reply(), 1000)
      yield* session.exchange(["STARTTLS"], reply(), 1000)
      assert.isFalse(session.isEncrypted())
      const handshake = yield* session.startTls({ serverName: "mx.example", timeoutMillis: 1000 })
      assert.deepStrictEqual([handshake.protocol, handshake.conditions], ["TLSv1.2", ["CertificateExpired"]])
      assert.isTrue(session.isEncrypted())
      assert.strictEqual((yield* session.exchange(["EHLO x"], reply(), 1000)).code, 250)
      assert.deepStrictEqual(transcript(recorder).slice(3), [
        "*= TLSv1.2 with TLS_AES_256_GCM_SHA384",
        "*> EHLO x",
        "*< 250 mx"
      ])
    }).pipe(Effect.provide(StaticNet.world({
      script: ["S: 220 hi", "C: STARTTLS", "S: 220 go", "tls", "C: EHLO *", "S: 250 mx"],
      tls: { protocol: "TLSv1.2", conditions: ["CertificateExpired"] }
    })))
  })

  it.effect("counts and discards octets injected before the handshake", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      yield* session.exchange(undefined, reply(), 1000)
      yield* session.exchange(["EHLO x"], reply(), 1000)
      yield* session.exchange(["STARTTLS"], reply(), 1000)
      const error = yield* Effect.flip(session.startTls({ serverName: "mx.example", timeoutMillis: 1000 }))
      assert.isTrue(error._tag === "InjectedOctets" && error.octets === "250 AUTH PLAIN\r\n".length)
      assert.strictEqual(session.unread(), 0)
      assert.isFalse(session.isEncrypted())
    }).pipe(Effect.provide(StaticNet.saying(SessionFile.text("smtp/starttls-injection"))))
  })

  it.effect("counts half a line injected before the handshake", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      yield* session.exchange(["STARTTLS"], reply(), 1000)
      const error = yield* Effect.flip(session.startTls({ serverName: "mx.example", timeoutMillis: 1000 }))
      assert.isTrue(error._tag === "InjectedOctets" && error.octets === 3)
    }).pipe(Effect.provide(StaticNet.saying("C: STARTTLS", "S: 220 go", "inject", "raw ff4141", "tls"))))

  it.effect.each([
    { name: "a peer that begins in clear", script: ["S: 220 hi"], reason: "PlaintextPeer", takesMillis: 0 },
    { name: "a peer that waits for a command", script: ["C: *"], reason: "PlaintextPeer", takesMillis: 0 },
    { name: "a silent peer", script: [], reason: "HandshakeTimeout", takesMillis: 1000 },
    { name: "a peer that hangs up", script: ["wait 1ms", "close"], reason: "Reset", takesMillis: 1 }
  ])("fails the handshake with $name: $reason", ({ reason, script, takesMillis }) =>
    Effect.gen(function*() {
      const session = yield* connect()
      const fiber = yield* Effect.forkChild(
        Effect.flip(session.startTls({ serverName: "mx.example", timeoutMillis: 1000 })),
        { startImmediately: true }
      )
      yield* TestClock.adjust(takesMillis)
      const error = yield* Fiber.join(fiber)
      assert.isTrue(error._tag === "HandshakeFailed" && error.reason === reason)
      assert.strictEqual((yield* Effect.flip(session.exchange(["EHLO x"], reply(), 1000)))._tag, "SessionLost")
    }).pipe(Effect.provide(StaticNet.saying(...script))))

  it.effect("writes a message and then reads its reply", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      yield* session.write(new TextEncoder().encode("Subject: x\r\n\r\nhello\r\n.\r\n"), "‹message›", 1000)
      assert.strictEqual((yield* session.exchange(undefined, reply(), 1000)).code, 250)
      assert.deepStrictEqual(transcript(recorder), ["> ‹message›", "< 250 taken"])
    }).pipe(Effect.provide(StaticNet.saying("C: Subject: x", "C:", "C: hello", "C: .", "S: 250 taken")))
  })

  it.effect("stops reading while a talkative peer is not asked, and goes on when it is", () => {
    const line = "x".repeat(1022)
    const total = 200
    return Effect.gen(function*() {
      const session = yield* connect()
      yield* Effect.yieldNow
      assert.isAtMost(session.unread(), SessionCore.maxUnreadOctets + 1024)
      for (let n = 0; n < total; n++) yield* session.exchange(undefined, anyLine(), 1000)
      assert.strictEqual(session.unread(), 0)
    }).pipe(Effect.provide(StaticNet.saying(...Array.from({ length: total }, () => `S: ${line}`))))
  })

  it.effect("leaves the connection to its scope when an exchange is interrupted", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      const fiber = yield* Effect.forkChild(session.exchange(undefined, reply(), 60_000), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(session.unread(), "220 hi\r\n".length)
    }).pipe(Effect.provide(StaticNet.saying("wait 30s", "S: 220 hi"))))

  it.effect("refuses a line that holds a line end, without writing it", () => {
    const recorder = StaticNet.recorder()
    return Effect.gen(function*() {
      const session = yield* connect({ recorder })
      const exit = yield* Effect.exit(session.exchange(["A\r\nQUIT"], reply(), 1000))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.deepStrictEqual(transcript(recorder), [])
    }).pipe(Effect.provide(StaticNet.saying("C: *")))
  })

  it.effect("dies where the client says what the script does not expect", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      const exit = yield* Effect.exit(session.exchange(["HELO x"], reply(), 1000))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.include(String(exit), "expects")
    }).pipe(Effect.provide(StaticNet.saying("C: EHLO *", "S: 250 x"))))

  it.effect("serves from a function", () =>
    Effect.gen(function*() {
      const session = yield* connect()
      assert.strictEqual((yield* session.exchange(undefined, reply(), 1000)).text, "hi")
      assert.strictEqual((yield* session.exchange(["NOOP"], reply(), 1000)).text, "NOOP")
      assert.strictEqual((yield* Effect.flip(session.exchange(["QUIT"], reply(), 1000)))._tag, "SessionLost")
    }).pipe(Effect.provide(StaticNet.world((line) =>
      line === undefined ? ["S: 220 hi"] : line === "QUIT" ? ["close"] : [`S: 250 ${line}`]
    ))))
})

describe("Dialer from data", () => {
  it.effect.each(["Refused", "Unreachable", "Reset"] as const)("fails with %s", (obstacle) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(connect())
      assert.strictEqual(error.reason, obstacle)
    }).pipe(Effect.provide(StaticNet.world(obstacle))))

  it.effect("finds servers by address and races them", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        connect({
          addresses: [
            { address: "192.0.2.1", port: 25, family: 4 },
            { address: "2001:db8::1", port: 25, family: 6 }
          ]
        }),
        { startImmediately: true }
      )
      yield* TestClock.adjust(250)
      const session = yield* Fiber.join(fiber)
      assert.strictEqual(session.peer.address, "192.0.2.1")
      assert.deepStrictEqual(session.attempts.map(({ result }) => result), ["Abandoned", "Connected"])
    }).pipe(Effect.provide(Net.layerStatic({
      servers: { "[2001:db8::1]:25": "Timeout", "192.0.2.1:25": ["S: 220 hi"] }
    }))))

  it.effect("asks the address policy about the address that is dialled", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(connect({ addresses: [{ address: "::ffff:127.0.0.1", port: 25, family: 6 }] }))
      assert.strictEqual(error.reason, "AddressDenied")
    }).pipe(
      Effect.provideService(AddressPolicy.AddressPolicy, AddressPolicy.publicOnly()),
      Effect.provide(StaticNet.saying("S: 220 hi"))
    ))
})

describe("Resolver from data", () => {
  const world = Net.layerStatic({
    zone: {
      "Both.example.": { a: ["192.0.2.1"], aaaa: ["2001:db8::1"], mx: [[20, "b.example"], [10, "a.example"]] },
      "six.example": { aaaa: ["2001:db8::6"] },
      "null.example": { mx: [[0, "."]] },
      "slow.example": { a: ["192.0.2.9"] }
    },
    fail: { "a slow.example.": "Timeout", "mx slow.example": "ServerFailure" }
  })
  const lookup = (name: string) => Effect.flatMap(Resolver, (dns) => dns.addresses(name, { timeoutMillis: 1000 }))
  const mx = (name: string) => Effect.flatMap(Resolver, (dns) => dns.mx(name, { timeoutMillis: 1000 }))

  it.effect("gives both families whatever the case of the name", () =>
    Effect.gen(function*() {
      const answer = yield* lookup("bOTH.example")
      assert.deepStrictEqual(answer.addresses.map(({ address }) => address), ["2001:db8::1", "192.0.2.1"])
      assert.strictEqual((yield* lookup("six.example.")).addresses.length, 1)
    }).pipe(Effect.provide(world)))

  it.effect("sorts exchangers and shows a null MX as an empty exchange", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* mx("both.example")).map(({ exchange }) => exchange), ["a.example", "b.example"])
      assert.deepStrictEqual(yield* mx("null.example"), [{ preference: 0, exchange: "" }])
    }).pipe(Effect.provide(world)))

  it.effect("keeps no such name, no records and named failures apart", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(lookup("none.example"))).reason, "NoSuchName")
      assert.strictEqual((yield* Effect.flip(lookup("null.example"))).reason, "NoRecords")
      assert.strictEqual((yield* Effect.flip(lookup("slow.example"))).reason, "Timeout")
      assert.strictEqual((yield* Effect.flip(mx("slow.example"))).reason, "ServerFailure")
      assert.strictEqual((yield* Effect.flip(mx("six.example"))).reason, "NoRecords")
    }).pipe(Effect.provide(world)))

  it.effect("keeps the time of each reply: to its first octet, to its end, in how many pieces", () =>
    Effect.gen(function*() {
      const recorder = StaticNet.recorder()
      const drip = [..."250 ok\r\n"].flatMap((letter) => [
        `raw ${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
        "wait 200ms"
      ])
      const fiber = yield* Effect.forkChild(
        Effect.scoped(Effect.gen(function*() {
          const dialer = yield* Dialer
          const session = yield* dialer.connect(StaticNet.request({ recorder }))
          yield* session.exchange(undefined, anyLine(), 60_000)
          yield* session.exchange(["EHLO x"], anyLine(), 60_000)
          yield* session.exchange(["NOOP"], anyLine(), 60_000)
        })).pipe(
          Effect.provide(
            StaticNet.saying("wait 7s", "S: 220 hi", "C: EHLO x", "wait 1s", ...drip, "C: NOOP", "S: 250 ok")
          )
        )
      )
      yield* TestClock.adjust(60_000)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        recorder.times().map((
          { command, octets, segments, waitMillis, wholeMillis }
        ) => [command, waitMillis, wholeMillis, octets, segments]),
        [["", 7000, 7000, 8, 1], ["EHLO x", 1000, 2400, 8, 8], ["NOOP", 200, 200, 8, 1]]
      )
    }))
})
