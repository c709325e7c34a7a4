/** Whole runs over a network made of data, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import { Packs } from "@sonde/packs/Packs"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Runner from "@sonde/pipeline/Runner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Support from "./support.ts"

const { asked, check, cutAfter, entries, errorOf, resume, server, states } = Support

const over = (told: Array<string>, replies: () => Support.Replies = () => ({})) =>
  Layer.merge(Support.layer(Support.world(server(told, replies))), JournalStore.layerMemory)

const delivering = { ...asked, deliver: true }
const upToAuth = ["connect", "EHLO", "STARTTLS", "EHLO", "AUTH"]

describe("a run", () => {
  it.effect("goes all the way and says what it did not come to", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(asked)
      assert.deepStrictEqual(states(report), [
        "resolve pass",
        "connect pass",
        "greeting pass",
        "ehlo pass",
        "starttls pass",
        "tls pass",
        "ehlo pass",
        "auth pass",
        "mail pass",
        "rcpt pass",
        "data until",
        "quit pass"
      ])
      assert.deepStrictEqual(told, [...upToAuth, "MAIL", "RCPT", "QUIT"])
      assert.deepStrictEqual(
        [report.state, report.outcome, report.exitCode, report.delivered],
        ["finished", "pass", 0, false]
      )
      assert.strictEqual(report.provider?.id, "example-mail")
    }).pipe(Effect.provide(over(told)))
  })

  it.effect("ends with an event that carries the report, numbered behind all others", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(asked)
      const last = events.at(-1)
      assert.strictEqual(last?.type === "run.end" && JSON.stringify(last.report), JSON.stringify(report))
      assert.deepStrictEqual(events.map(({ seq }) => seq), events.map((_, index) => index + 1))
    }).pipe(Effect.provide(over([]))))

  it.effect.each(
    [
      ["tls", "none", ["resolve", "connect", "greeting", "ehlo", "quit"]],
      ["starttls", "none", ["resolve", "connect", "greeting", "ehlo", "quit"]],
      ["ehlo", "none", ["resolve", "connect", "greeting", "ehlo", "quit"]],
      ["connect", "starttls", ["resolve", "connect"]],
      ["greeting", "starttls", ["resolve", "connect", "greeting", "quit"]]
    ] as const
  )(
    "until %s with security %s comes as far as there are phases",
    ([until, security, passed]) =>
      Effect.gen(function*() {
        const { report } = yield* check({ target: "person@example.com", until, security }, {})
        const came = states(report).filter((state) => !/ (?:until|no_credential)$/u.test(state))
        assert.deepStrictEqual(came, passed.map((phase) => `${phase} pass`))
      }).pipe(Effect.provide(over([])))
  )

  it.effect("keeps what other sources say of the settings, and asks them again only after an hour", () => {
    const asks: Array<string> = []
    const world = {
      ...Support.world(server([], () => ({}))),
      zone: {
        "mx.example": { a: ["192.0.2.1"] },
        "customer.example": { mx: [[10, "mx1.unknown.example"] as const] },
        "autoconfig.customer.example": { a: ["192.0.2.2"] }
      },
      http: {
        "autoconfig.customer.example:443": ({ path }: { readonly path: string }) => {
          asks.push(path)
          return {
            status: 200,
            body: "<clientConfig><emailProvider><outgoingServer type=\"smtp\"><hostname>mx.example</hostname>"
              + "<port>587</port><socketType>STARTTLS</socketType></outgoingServer></emailProvider></clientConfig>"
          }
        }
      }
    }
    return Effect.gen(function*() {
      const { report } = yield* check({ target: "person@customer.example", until: "connect" }, {})
      assert.deepStrictEqual(report.discovery?.chosen.map(({ endpoint, source }) => [endpoint.host, source]), [
        ["mx.example", "autoconfig"]
      ])
      assert.deepStrictEqual(report.services[0]?.endpoint?.host, "mx.example")
      assert.strictEqual(asks.length, 1)
      const again = yield* resume(report.run, { until: "greeting" })
      assert.deepStrictEqual([asks.length, again.report.discovery?.startedAt], [1, report.discovery?.startedAt])
      yield* TestClock.adjust("61 minutes")
      yield* resume(report.run, { until: "ehlo" })
      assert.strictEqual(asks.length, 2)
    }).pipe(Effect.provide(Layer.merge(Support.layer(world), JournalStore.layerMemory)))
  })

  it.effect("without a secret stops before sign-in and says why", () =>
    Effect.gen(function*() {
      const { report } = yield* check({ target: "person@example.com" }, {})
      assert.deepStrictEqual(states(report).slice(-6), [
        "auth no_credential",
        "mail no_credential",
        "rcpt no_credential",
        "data no_credential",
        "quit pass",
        "versions pass"
      ])
      assert.strictEqual(report.outcome, "pass")
    }).pipe(Effect.provide(over([]))))

  it.effect("that a pack judges in advance dials nobody", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check({ ...asked, port: 2525 })
      assert.deepStrictEqual(told, [])
      assert.deepStrictEqual([...new Set(states(report).map((state) => state.split(" ")[1]))], ["policy"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 78])
      assert.deepStrictEqual(report.verdicts.map(({ cause, phase }) => [cause, phase]), [[
        "port_not_offered",
        "preflight"
      ]])
    }).pipe(Effect.provide(over(told)))
  })

  it.effect("names the phase that stopped it as the reason of every phase behind", () =>
    Effect.gen(function*() {
      const { report } = yield* check(asked)
      assert.deepStrictEqual(states(report).slice(-5), [
        "auth fail",
        "mail auth",
        "rcpt auth",
        "data auth",
        "quit auth"
      ])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 77])
    }).pipe(Effect.provide(over([], () => ({ AUTH: ["S: 535 5.7.8 no"] })))))

  it.effect("does not fail for a farewell that goes wrong", () =>
    Effect.gen(function*() {
      const { report } = yield* check(asked)
      assert.deepStrictEqual(states(report).at(-1), "quit warn")
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
    }).pipe(Effect.provide(over([], () => ({ QUIT: ["reset"] })))))

  it.effect("takes 421 in place of a greeting for a server that is busy, not for a failure", () =>
    Effect.gen(function*() {
      const { report } = yield* check(asked)
      assert.strictEqual(errorOf(report)?._tag, "TemporaryFailure")
      assert.deepStrictEqual([report.outcome, report.exitCode, report.state], ["inconclusive", 75, "finished"])
    }).pipe(Effect.provide(over([], () => ({ greeting: ["S: 421 4.3.2 try later", "close"] })))))

  it.effect("waits for a reply no longer than its deadline allows", () =>
    Effect.gen(function*() {
      const { report } = yield* check({ ...asked, deadline: "3s" })
      assert.strictEqual(errorOf(report)?._tag, "PhaseTimeout")
      assert.isAtMost(report.durationMillis, 4000)
      assert.isAtLeast(report.durationMillis, 3000)
      assert.strictEqual(report.exitCode, 75)
    }).pipe(Effect.provide(over([], () => ({ AUTH: [] })))))

  it.effect("keeps apart from one that goes on at the same time", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const [left, right] = yield* Effect.all([check(asked), check(delivering)], { concurrency: 2 })
      assert.notStrictEqual(left.report.run, right.report.run)
      for (const { events, report } of [left, right]) {
        assert.strictEqual(report.outcome, "pass")
        assert.deepStrictEqual([...new Set(events.map(({ run }) => run))], [report.run])
        const history = yield* Runner.history(report.run)
        assert.strictEqual(history.run, report.run)
      }
      assert.deepStrictEqual([left.report.delivered, right.report.delivered], [false, true])
      assert.strictEqual(left.report.transcript.some(({ text }) => text === "DATA"), false)
    }).pipe(Effect.provide(Layer.merge(
      Support.layer({
        zone: { [Support.host]: { a: ["192.0.2.25"] } },
        servers: { [`${Support.host}:587`]: { ...objectOf(server(told)), connectMillis: 20 } }
      }),
      JournalStore.layerMemory
    )))
  })

  it.effect("keeps its secret out of every entry and event", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(delivering)
      const journal = JSON.stringify(yield* entries(report.run))
      for (const text of [journal, JSON.stringify(events)]) {
        assert.notInclude(text, Support.password)
        assert.notInclude(text, btoa(`\0person@example.com\0${Support.password}`))
      }
      assert.include(journal, "‹secret›")
    }).pipe(Effect.provide(over([]))))
})

const objectOf = (about: ReturnType<typeof server>) => {
  if (typeof about !== "object" || !("script" in about)) throw new Error("no script")
  return about
}

describe("a throttle", () => {
  const busy = ["S: 432 4.3.2 too many sessions"]

  it.effect("suspends the run until the moment the pack names", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(asked)
      assert.deepStrictEqual([report.state, report.outcome, report.exitCode], ["suspended", "inconclusive", 75])
      assert.strictEqual(Date.parse(report.resumeAfter ?? "") - Date.parse(report.startedAt), 90_000)
      assert.deepStrictEqual(
        events.flatMap((event) => event.type === "run.suspend" ? [event.phase] : []),
        ["auth"]
      )
    }).pipe(Effect.provide(over([], () => ({ AUTH: busy })))))

  it.effect("is slept through with --wait, and the run goes on", () => {
    const told: Array<string> = []
    let times = 0
    return Effect.gen(function*() {
      const { events, report } = yield* check({ ...asked, wait: true })
      assert.deepStrictEqual([report.state, report.outcome], ["finished", "pass"])
      assert.strictEqual(Date.parse(report.resumedAt ?? "") - Date.parse(report.startedAt), 90_000)
      assert.deepStrictEqual(told.filter((verb) => verb === "connect").length, 2)
      const auth = report.services[0]?.phases.find(({ id }) => id === "auth")
      assert.strictEqual(auth?.before?.state, "inconclusive")
      assert.strictEqual(states(report)[0], "resolve restored")
      assert.strictEqual(events.filter(({ type }) => type === "run.end").length, 1)
    }).pipe(Effect.provide(over(told, () => ({
      get AUTH() {
        return times++ === 0 ? busy : ["S: 235 ok"]
      }
    }))))
  })

  it.effect("that never ends suspends the run after all", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check({ ...asked, wait: true })
      assert.strictEqual(report.state, "suspended")
      assert.strictEqual(told.filter((verb) => verb === "connect").length, 6)
    }).pipe(Effect.provide(over(told, () => ({ AUTH: busy }))))
  })

  it.effect("can be interrupted while it is slept through, and stays suspended", () =>
    Effect.gen(function*() {
      const events: Array<Event> = []
      const fiber = yield* Effect.forkChild(
        Runner.run(Support.request({ ...asked, wait: true }), (event) => events.push(event)),
        { startImmediately: true }
      )
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.interrupt(fiber)
      const last = events.at(-1)
      assert.strictEqual(last?.type === "run.end" && last.report.state, "suspended")
    }).pipe(Effect.provide(over([], () => ({ AUTH: busy })))))
})

describe("a journal that cannot be written", () => {
  const full = new JournalError({ reason: "Full", message: "the disk is full" })
  const failing = (told: Array<string>, isBad: (line: string, durable: boolean) => boolean) => {
    const layer = Support.guarded((lines, durable) =>
      lines.some((line) => isBad(line, durable)) ? Effect.fail(full) : Effect.void
    )
    return Layer.merge(Support.layer(Support.world(server(told))), layer)
  }

  it.effect("stops the run before anything is dialled, as a typed error", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const error = yield* Effect.flip(check(asked))
      assert.strictEqual(error, full)
      assert.deepStrictEqual(told, [])
    }).pipe(Effect.provide(failing(told, () => true)))
  })

  it.effect("stops the conversation: the server is only told goodbye", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const error = yield* Effect.flip(check(asked))
      assert.strictEqual(error, full)
      assert.deepStrictEqual(told, [...upToAuth.slice(0, -1), "QUIT"])
    }).pipe(Effect.provide(failing(told, (line) => line.includes("\"type\":\"phase.start\"") && line.includes("auth"))))
  })

  it.effect("stops a message before its end: it is not sent, and no command follows", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const error = yield* Effect.flip(check(delivering))
      assert.strictEqual(error, full)
      assert.deepStrictEqual(told, [...upToAuth, "MAIL", "RCPT", "DATA"])
    }).pipe(Effect.provide(failing(told, (_, durable) => durable)))
  })
})

describe("a message in doubt", () => {
  const messages = (told: ReadonlyArray<string>) => told.filter((verb) => verb === ".").length

  it.effect("is one whose answer did not come; resuming does not send it again", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(delivering)
      assert.strictEqual(errorOf(report)?._tag, "DeliveryInDoubt")
      assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], ["inconclusive", 75, false])
      assert.deepStrictEqual(told.at(-1), ".")
      const again = yield* resume(report.run)
      assert.strictEqual(errorOf(again.report)?._tag, "DeliveryInDoubt")
      assert.strictEqual(messages(told), 1)
    }).pipe(Effect.provide(over(told, () => ({ ".": ["close"] }))))
  })

  it.effect("stays one after an attempt that was killed before it had planned anything", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(delivering)
      yield* resume(report.run)
      yield* cutAfter(report.run, ({ entry }) => entry === "attempt")
      const third = yield* resume(report.run)
      assert.strictEqual(errorOf(third.report)?._tag, "DeliveryInDoubt")
      assert.strictEqual(messages(told), 1)
    }).pipe(Effect.provide(over(told, () => ({ ".": ["close"] }))))
  })

  it.effect("has each phase once after an attempt that came less far", () => {
    const told: Array<string> = []
    let isUp = true
    return Effect.gen(function*() {
      const { report } = yield* check(delivering)
      isUp = false
      yield* resume(report.run, { deliverAgain: true })
      const third = yield* resume(report.run)
      assert.deepStrictEqual(states(third.report), [
        "resolve restored",
        "connect restored",
        "greeting data",
        "ehlo data",
        "starttls data",
        "tls data",
        "ehlo data",
        "auth data",
        "mail data",
        "rcpt data",
        "data inconclusive",
        "quit data"
      ])
    }).pipe(Effect.provide(over(told, () => isUp ? { ".": ["close"] } : { greeting: ["S: 554 5.3.2 closed"] })))
  })

  it.effect("is settled by an answer", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(delivering)
      assert.strictEqual(errorOf(report)?._tag, "MessageRejected")
      assert.strictEqual((yield* Runner.history(report.run)).intents.size, 0)
    }).pipe(Effect.provide(over(told, () => ({ ".": ["S: 554 5.6.0 no"] }))))
  })

  it.effect("is sent again when told to, and only that once", () => {
    const told: Array<string> = []
    let isLost = true
    return Effect.gen(function*() {
      const { report } = yield* check(delivering)
      isLost = false
      const second = yield* resume(report.run, { deliverAgain: true })
      assert.isTrue(second.report.delivered)
      assert.strictEqual(messages(told), 2)
      const third = yield* resume(report.run)
      assert.isTrue(third.report.delivered)
      assert.strictEqual(messages(told), 2)
    }).pipe(Effect.provide(over(told, () => isLost ? { ".": ["close"] } : {})))
  })

  it.effect("that was sent again and lost again is not sent a third time", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(delivering)
      yield* resume(report.run, { deliverAgain: true })
      assert.strictEqual(messages(told), 2)
      const third = yield* resume(report.run)
      assert.strictEqual(errorOf(third.report)?._tag, "DeliveryInDoubt")
      assert.strictEqual(messages(told), 2)
    }).pipe(Effect.provide(over(told, () => ({ ".": ["close"] }))))
  })
})

describe("a resumed run", () => {
  it.effect("numbers events and lines on, without a gap and without a number twice", () => {
    let refuses = true
    return Effect.gen(function*() {
      const first = yield* check(asked)
      refuses = false
      const second = yield* resume(first.report.run)
      const written = (yield* entries(first.report.run)).flatMap((entry) =>
        entry.entry === "event" ? [entry.event] : []
      )
      const told = [...first.events, ...second.events]
      assert.deepStrictEqual(told.map(({ seq }) => seq), told.map((_, index) => index + 1))
      assert.deepStrictEqual(written, told.filter(({ type }) => type !== "run.end"))
      const lines = written.flatMap((event) => event.type === "exchange" ? [event.line.n] : [])
      assert.deepStrictEqual(lines, lines.map((_, index) => index + 1))
      assert.isFalse(written.some(({ type }) => type === "run.end"))
      assert.strictEqual(second.events[0]?.type === "run.start" && second.events[0].resumed, true)
    }).pipe(Effect.provide(over([], () => refuses ? { AUTH: ["S: 535 5.7.8 no"] } : {})))
  })

  it.effect("asks for addresses again once they are stale", () => {
    return Effect.gen(function*() {
      const { report } = yield* check(asked)
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual(states((yield* resume(report.run)).report)[0], "resolve restored")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(states((yield* resume(report.run)).report)[0], "resolve pass")
    }).pipe(Effect.provide(over([], () => ({ AUTH: ["S: 535 5.7.8 no"] }))))
  })

  it.effect("that was interrupted left with QUIT and goes on from there", () => {
    const told: Array<string> = []
    let isSilent = true
    return Effect.gen(function*() {
      const events: Array<Event> = []
      const fiber = yield* Effect.forkChild(
        Runner.run(Support.request(asked), (event) => events.push(event)),
        { startImmediately: true }
      )
      yield* TestClock.adjust("2 seconds")
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(interruption)
      assert.deepStrictEqual(told, [...upToAuth, "QUIT"])
      const last = events.at(-1)
      const report = last?.type === "run.end" ? last.report : undefined
      assert.deepStrictEqual([report?.state, report?.outcome], ["suspended", "inconclusive"])
      isSilent = false
      const { report: resumed } = yield* resume(events[0]?.run ?? "")
      assert.strictEqual(resumed.outcome, "pass")
    }).pipe(Effect.provide(over(told, () => isSilent ? { AUTH: [] } : {})))
  })

  it.effect("that passed with a finding still has it", () => {
    const late = Layer.provideMerge(
      Packs.layerStatic([{ ...Support.pack, signIn: { userName: "address", lateSendAs: true } }]),
      over([])
    )
    return Effect.gen(function*() {
      const { report } = yield* check(asked)
      assert.deepStrictEqual(report.findings.map(({ id }) => id), ["send_as_not_proven"])
      const again = yield* resume(report.run)
      assert.deepStrictEqual(again.report.findings, report.findings)
      const third = yield* resume(report.run)
      assert.deepStrictEqual(third.report.findings, report.findings)
    }).pipe(Effect.provide(late))
  })

  it.effect("that passed asks nobody, and reports as it did", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(asked)
      const before = told.length
      const again = yield* resume(report.run)
      assert.strictEqual(told.length, before)
      assert.deepStrictEqual([...new Set(states(again.report).map((state) => state.split(" ")[1]))], [
        "restored",
        "until"
      ])
      assert.deepStrictEqual([again.report.outcome, again.report.exitCode], ["pass", 0])
    }).pipe(Effect.provide(over(told)))
  })
})
