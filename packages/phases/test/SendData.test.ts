import { assert, describe, it } from "@effect/vitest"
import type { Session } from "@sonde/net/Session"
import { Budget } from "@sonde/phases/Conversation"
import { SendData } from "@sonde/phases/SendData"
import type { ReplyDecoder } from "@sonde/wire/ReplyDecoder"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as Support from "./support.ts"

/** A server that writes down every line it got, in the order in which it and the client's own steps happened. */
const writing = (seen: Array<string>, atTheEnd: ReadonlyArray<string> = ["S: 250 2.0.0 queued"]) =>
  Support.network((line) => {
    if (line === undefined) return ["tls", "S: 220 mx.example"]
    seen.push(line)
    if (line.startsWith("EHLO")) return ["S: 250 mx.example"]
    if (/^(?:MAIL|RCPT) /.test(line)) return ["S: 250 ok"]
    return line === "DATA" ? ["S: 354 go ahead"] : line === "." ? atTheEnd : []
  })

const message = "Subject: test\r\n\r\nfirst\r\nlast\r\n"
const plan = { security: "tls", until: "data", message } as const

describe("SendData", () => {
  it.effect("runs beforeCommit once, between the last line of the message and the dot", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const beforeCommit = Effect.sync(() => void seen.push("(intent)"))
      const played = yield* Support.over(writing(seen), { ...plan, beforeCommit })
      assert.isTrue(Result.isSuccess(played.result))
      assert.deepStrictEqual(seen.slice(seen.indexOf("DATA")), [
        "DATA",
        "Subject: test",
        "",
        "first",
        "last",
        "(intent)",
        "."
      ])
    }))

  it.effect("sends no dot when beforeCommit fails, and fails with that failure", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const beforeCommit = Effect.fail("the intent could not be written" as const)
      const played = yield* Support.over(writing(seen), { ...plan, beforeCommit })
      assert.deepStrictEqual(played.result, Result.fail("the intent could not be written"))
      assert.notInclude(seen, ".")
      assert.strictEqual(seen.at(-1), "last")
    }))

  it.effect.each(["data-refused", "data-451", "data-unexpected", "data-closed", "data-silent", "data-malformed"])(
    "does not come to beforeCommit without room for the message: %s",
    (session) =>
      Effect.gen(function*() {
        let intents = 0
        const beforeCommit = Effect.sync(() => void intents++)
        const played = yield* Support.play(session, { security: "tls", until: "data", beforeCommit })
        assert.isTrue(Result.isFailure(played.result))
        assert.strictEqual(intents, 0)
        assert.notInclude(played.sent, ".")
      })
  )

  it.effect.each(["data-lost", "data-reset", "data-no-answer", "data-garbled", "data-354-again"])(
    "leaves the delivery in doubt after the dot: %s",
    (session) =>
      Effect.gen(function*() {
        const played = yield* Support.play(session, { security: "tls", until: "data" })
        const error = Support.failureOf(played)
        assert.strictEqual(error._tag, "DeliveryInDoubt")
        assert.isTrue(error._tag === "DeliveryInDoubt" && error.messageId === "<1@example.com>")
        // Never again by itself.
        assert.isFalse(error.isTemporary)
        assert.strictEqual(played.sent.filter((line) => line === ".").length, 1)
      })
  )

  it.effect("waits for the answer to the message longer than for others", () =>
    Effect.gen(function*() {
      const slow = yield* Support.play("data-no-answer", { security: "tls", until: "data" })
      assert.strictEqual(slow.millis, 60_000)
      const short = yield* Support.play("data-silent", { security: "tls", until: "data" })
      assert.strictEqual(short.millis, 10_000)
      const deadline = yield* Support.play("data-no-answer", {
        security: "tls",
        until: "data",
        deadlineMillis: 7000
      })
      // A deadline that cut this wait would leave a delivery in doubt for nothing.
      assert.strictEqual(Support.failureOf(deadline)._tag, "DeliveryInDoubt")
      assert.strictEqual(deadline.millis, 60_000)
    }))

  it.effect("does not end a message when the run's time is over", () =>
    Effect.gen(function*() {
      const sent: Array<string> = []
      const session = {
        exchange: (line: ReadonlyArray<unknown> | undefined, decoder: ReplyDecoder<unknown, unknown>) =>
          Effect.suspend(() => {
            sent.push(`${line?.[0]}`)
            return Effect.fromResult(decoder.push("354 go ahead"))
          }),
        // A peer that takes the message slowly.
        write: () => Effect.sleep("5 seconds"),
        unread: () => 0
      } as unknown as Session
      const endpoint = { protocol: "smtp", host: "mx.example", port: 587, security: "tls" } as const
      const { run } = yield* SendData
      let intents = 0
      const fiber = yield* run({
        conversation: { service: "smtp-submission", endpoint, session },
        message: new TextEncoder().encode(message),
        messageId: "<1@example.com>",
        from: "person@example.com",
        user: "person@example.com",
        to: ["friend@example.net"],
        beforeCommit: Effect.sync(() => intents++).pipe(Effect.asVoid)
      }).pipe(
        Effect.provideService(Budget, {
          phaseMillis: 10_000,
          commitMillis: 60_000,
          deadline: (yield* Clock.currentTimeMillis) + 2000
        }),
        Effect.result,
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("5 seconds")
      const result = yield* Fiber.join(fiber)
      assert.strictEqual(Result.isFailure(result) ? result.failure._tag : "sent", "PhaseTimeout")
      assert.deepStrictEqual([sent, intents], [["DATA"], 0])
    }).pipe(Effect.provide(SendData.layer)))

  it.effect("records the size of the message and none of its lines", () =>
    Effect.gen(function*() {
      const { sent } = yield* Support.over(writing([]), plan)
      assert.deepStrictEqual(sent.slice(-3), ["DATA", `‹message, ${message.length} octets›`, "."])
    }))

  it.effect.each(
    [
      ["SenderRejected", "refused the sender person@example.com"],
      ["RecipientRejected", "refused the recipients"],
      ["SendAsDenied", "person@example.com may not send as boss@example.com"],
      ["MessageRejected", "refused the message"]
    ] as const
  )("names whom a refusal after the message is about: %s", ([error, words]) =>
    Effect.gen(function*() {
      const played = yield* Support.play("data-send-as", {
        security: "tls",
        until: "data",
        credential: Support.withPassword,
        classify: () => ({ error }),
        ...(error === "SendAsDenied" ? { from: "boss@example.com" } : {})
      }, {})
      const found = Support.failureOf(played)
      assert.strictEqual(found._tag, error)
      assert.include(found.message, words)
      assert.include(found.message, "554 5.2.252")
      if (found._tag === "SendAsDenied") {
        assert.deepStrictEqual([found.from, found.authenticatedAs], ["boss@example.com", "person@example.com"])
      }
    }))
})
