import { assert, describe, it } from "@effect/vitest"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as Effect from "effect/Effect"
import * as Net from "node:net"

/** Connects, writes each text when something has arrived, and gives all that was received until the end. */
const talk = (port: number, ...texts: Array<string>) =>
  Effect.promise(() =>
    new Promise<{ all: string; segments: number }>((resolve) => {
      let all = ""
      let segments = 0
      const socket = Net.connect(port, "127.0.0.1")
      socket.on("data", (chunk) => {
        all += chunk.toString()
        segments += 1
        if (!all.endsWith("\n")) return
        const next = texts.shift()
        if (next === undefined) socket.end()
        else socket.write(next)
      })
      socket.on("error", () => {})
      socket.on("close", () => resolve({ all, segments }))
    })
  )

describe("SessionFile", () => {
  it.each(SessionFile.names("smtp"))("reads %s", (name) => assert.isNotEmpty(SessionFile.read(name)))
})

describe("ScriptedServer", () => {
  it.live("plays a script and reports what the client sent", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi", "C: EHLO *", "S: 250 ok", "close"] })
      const { all } = yield* talk(server.port, "EHLO x\r\n")
      assert.strictEqual(all, "220 hi\r\n250 ok\r\n")
      const played = yield* Effect.promise(() => server.ended(0))
      assert.deepStrictEqual([played.received, played.isComplete, played.mismatch], [["EHLO x"], true, undefined])
    }))

  it.live("reports the step that does not fit and hangs up", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi", "C: EHLO *", "S: 250 ok"] })
      const { all } = yield* talk(server.port, "HELO x\r\n")
      assert.strictEqual(all, "220 hi\r\n")
      const played = yield* Effect.promise(() => server.ended(0))
      assert.isFalse(played.isComplete)
      assert.strictEqual(played.mismatch, "line 2: expected EHLO *, got HELO x")
    }))

  it.live("sends what is injected in one segment, and everything octet by octet when asked", () =>
    Effect.gen(function*() {
      const script = ["S: 220 hi", "inject", "S: 250 more", "close"]
      const whole = yield* ScriptedServer.start({ script })
      assert.deepStrictEqual(yield* talk(whole.port), { all: "220 hi\r\n250 more\r\n", segments: 1 })
      const single = yield* ScriptedServer.start({ script: ["S: 220 hi", "close"], oneOctetSegments: true })
      assert.isAbove((yield* talk(single.port)).segments, 1)
    }))

  it.live("plays each connection from the beginning", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.start({ script: ["S: 220 hi", "close"] })
      yield* talk(server.port)
      assert.strictEqual((yield* talk(server.port)).all, "220 hi\r\n")
      assert.strictEqual(server.connections.length, 2)
    }))
})
