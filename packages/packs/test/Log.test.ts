import { assert, describe, it } from "@effect/vitest"
import type { Explanation } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import * as Log from "@sonde/packs/Log"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { pack, rule } from "./fixtures.ts"

const packs = Packs.layerStatic([
  pack({
    recognise: { hosts: [{ suffix: "acme.example", weight: 60 }], replies: [{ text: "acme.example", weight: 60 }] },
    rules: [rule("off", { when: { text: "switched off for this tenant" }, cause: "smtp_auth_disabled_tenant" })]
  }),
  pack({
    id: "rfc",
    kind: "generic",
    rules: [
      rule("unknown-user", {
        when: { code: 550, text: "user unknown" },
        cause: "recipient_unknown",
        confidence: "likely"
      }),
      rule("timeout", { when: { text: "connection timed out" }, cause: "connect_timeout" })
    ]
  })
])

const line = (second: number, message: string): string =>
  `Nov 26 10:00:${`${second}`.padStart(2, "0")} mx postfix/smtp[${second + 500}]: ${message}`

const bounced = (number: number): string =>
  `${
    (number * 7919).toString(16).toUpperCase()
  }A: to=<u${number}@b${number}.example>, relay=mx.b${number}.example[192.0.2.${number}]:25, delay=${number}, dsn=5.1.1, status=bounced (host mx.b${number}.example[192.0.2.${number}] said: 550 5.1.1 <u${number}@b${number}.example>: User unknown (in reply to RCPT TO command))`

const text = [
  line(1, bounced(1)),
  line(2, bounced(2)),
  line(3, "A1: to=<x@c.example>, status=sent (250 2.0.0 OK)"),
  line(4, "connect to mx.d.example[192.0.2.4]:25: Connection timed out"),
  line(5, bounced(5)),
  line(6, "warning: the moon is full"),
  line(7, "warning: the moon is full"),
  line(8, "status=bounced (host mx.acme.example[192.0.2.8] said: 535 5.7.1 Switched off for this tenant)"),
  "Nov 26 10:00:09 mx app[1]: request done",
  "Traceback (most recent call last):",
  "  File \"a.py\", line 550, in f",
  "smtplib.SMTPSenderRefused: (550, b'5.1.1 User unknown', 'a@b.example')",
  "Nov 26 10:00:10 mx app[1]: bye"
].join("\n")

const ask = (log: string): Effect.Effect<Explanation> =>
  Effect.gen(function*() {
    return yield* explain(yield* Packs, log)
  }).pipe(Effect.provide(packs))

describe("explaining a log", () => {
  it.effect("puts the more telling of as many lines first", () =>
    Effect.gen(function*() {
      const { verdicts } = yield* ask([
        line(1, "connect error: user unknown (550 User unknown)"),
        line(2, "connect to mx.d.example[192.0.2.4]:25: Connection timed out")
      ].join("\n"))
      assert.deepStrictEqual(verdicts.map(({ confidence }) => confidence), ["certain", "likely"])
    }))

  it.effect("counts its failures by cause, most frequent first", () =>
    Effect.gen(function*() {
      const { log, outcome, read, verdicts } = yield* ask(text)
      assert.strictEqual(outcome, "explained")
      assert.strictEqual(read.kind, "log")
      assert.deepStrictEqual(verdicts.map(({ cause }) => cause), [
        "recipient_unknown",
        "connect_timeout",
        "smtp_auth_disabled_tenant"
      ])
      assert.deepStrictEqual(
        log?.clusters.map((
          { actor, cause, count, first, last, rule: name }
        ) => [cause, name, actor, count, first, last]),
        [
          ["recipient_unknown", "rfc/unknown-user", "user", 4, "Nov 26 10:00:01", "Nov 26 10:00:09"],
          ["connect_timeout", "rfc/timeout", "user", 1, "Nov 26 10:00:04", "Nov 26 10:00:04"],
          ["smtp_auth_disabled_tenant", "acme/off", "user", 1, "Nov 26 10:00:08", "Nov 26 10:00:08"]
        ]
      )
      assert.strictEqual(log?.clusters[0]?.sample, line(1, bounced(1)))
      assert.strictEqual(log?.clusters[2]?.read.provider, "acme")
    }))

  it.effect("counts every line once", () =>
    Effect.gen(function*() {
      const { log } = yield* ask(text)
      assert.deepStrictEqual(
        [log?.lines, log?.explained, log?.unknown, log?.ignored, log?.tooLong],
        [13, 9, 2, 2, 0]
      )
      assert.deepStrictEqual([log?.first, log?.last], ["Nov 26 10:00:01", "Nov 26 10:00:10"])
      assert.deepStrictEqual(log?.unknownLines, [{
        count: 2,
        first: "Nov 26 10:00:06",
        last: "Nov 26 10:00:07",
        sample: line(6, "warning: the moon is full")
      }])
    }))

  it.effect("explains nothing where nothing is known", () =>
    Effect.gen(function*() {
      const { log, outcome, verdicts } = yield* ask(`${line(1, "all is well")}\n${line(2, "error: the moon is full")}`)
      assert.deepStrictEqual([outcome, verdicts, log?.clusters, log?.unknown], ["unknown", [], [], 1])
    }))

  it.effect("shows no secret in a sample", () =>
    Effect.gen(function*() {
      const { log } = yield* ask(
        `${line(1, "error: password=hunter22 Connection timed out")}\n${line(2, "error: token=abcdef123 odd")}`
      )
      assert.notInclude(JSON.stringify(log), "hunter22")
      assert.notInclude(JSON.stringify(log), "abcdef123")
    }))

  it.effect("asks once for what says the same, and however the lines arrive it gives the same", () =>
    Effect.gen(function*() {
      const all = text.split("\n").map((one) => ({ text: one, whole: true }))
      const results: Array<Explanation> = []
      for (const size of [1, 3, all.length]) {
        let asked = 0
        const log = Log.make((one) => {
          asked += 1
          return ask(one)
        })
        for (let at = 0; at < all.length; at += size) yield* log.lines(all.slice(at, at + size))
        results.push(yield* log.end)
        assert.strictEqual(asked, 5)
      }
      assert.deepStrictEqual(results[1], results[0])
      assert.deepStrictEqual(results[2], results[0])
    }))

  it.effect("counts lines that are too long, and forgets the rarest of too many unknown ones", () =>
    Effect.gen(function*() {
      const log = Log.make(() =>
        Effect.succeed<Explanation>({
          schema: "sonde.explanation/1",
          outcome: "unknown",
          read: { text: "" },
          verdicts: []
        })
      )
      yield* log.lines([{ text: "", whole: false }])
      const letters = (number: number) => [...`${number}`].map((digit) => "abcdefghij"[Number(digit)]).join("")
      for (let number = 0; number < 5000; number++) {
        yield* log.lines([
          { text: line(1, `error: odd ${letters(number)}`), whole: true },
          { text: line(2, "error: frequent"), whole: true }
        ])
      }
      const { log: found } = yield* log.end
      assert.deepStrictEqual([found?.lines, found?.tooLong, found?.unknown], [10_001, 1, 10_000])
      assert.lengthOf(found?.unknownLines ?? [], 20)
      assert.strictEqual(found?.unknownLines[0]?.count, 5000)
    }))
})

describe("maskOf", () => {
  it.each([
    [bounced(1), bounced(222)],
    ["user=<ann>, rip=192.0.2.1", "user=<bob>, rip=192.0.2.77"],
    ["session a1b2c3 took 12 s", "session ff00aa11bb took 345 s"]
  ])("gives the same for %s", (a, b) => {
    assert.strictEqual(Log.maskOf(a), Log.maskOf(b))
  })

  it.each([
    ["said: 550 5.1.1 no", "said: 550 5.7.1 no"],
    ["said: 550 no", "said: 554 no"],
    ["error code 535", "error code 454"],
    ["AADSTS50076: x", "AADSTS50079: x"],
    ["[TSS04] x", "[TSS09] x"],
    ["relay=mx.one.example", "relay=two"],
    ["error: bad", "error: worse"]
  ])("tells %s from another", (a, b) => {
    assert.notStrictEqual(Log.maskOf(a), Log.maskOf(b))
  })

  it("keeps whose a known host is", () => {
    const hosts = new Set(["acme.example"])
    assert.include(Log.maskOf("host mx7.eu.acme.example[192.0.2.1] said", hosts), "acme.example")
    assert.notInclude(Log.maskOf("host mx7.eu.other.example[192.0.2.1] said", hosts), "other")
  })

  it.prop("is total", [Schema.String], ([noise]) => {
    assert.isString(Log.maskOf(`${noise}=<${noise}> ${noise}.${noise}:25 550 ${noise}`))
  })
})
