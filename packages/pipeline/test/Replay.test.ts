import { assert, describe, it } from "@effect/vitest"
import type { Event } from "@sonde/domain/Event"
import type { Entry } from "@sonde/pipeline/Journal"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Replay from "@sonde/pipeline/Replay"
import * as Runner from "@sonde/pipeline/Runner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Support from "./support.ts"

const { asked, check, entries, resume, server } = Support

const over = (replies: () => Support.Replies = () => ({})) =>
  Layer.merge(Support.layer(Support.world(server([], replies))), JournalStore.layerMemory)

const busy = ["S: 421 4.7.0 try again later", "close"]

const replayed = (run: string, after = 0) => Effect.map(entries(run), (all) => Replay.events(all, after))

/** Numbers without a gap from `first`. */
const assertNumbered = (events: ReadonlyArray<Event>, first: number) =>
  assert.deepStrictEqual(events.map(({ seq }) => seq), events.map((_, index) => first + index))

describe("Replay", () => {
  it.effect("tells what was told, the end with its report too", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(asked)
      const told = yield* replayed(report.run)
      assert.deepStrictEqual(told, { events, isEnded: true })
      assertNumbered(events, 1)
    }).pipe(Effect.provide(over())))

  it.effect("tells errors of phases as the classes they were", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(asked)
      assert.deepStrictEqual((yield* replayed(report.run)).events, events)
      assert.strictEqual(report.exitCode, 77)
    }).pipe(Effect.provide(over(() => ({ AUTH: ["S: 535 5.7.8 no"] })))))

  it.effect("goes on behind any number", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(asked)
      for (let after = 0; after <= events.length; after++) {
        assert.deepStrictEqual((yield* replayed(report.run, after)).events, events.slice(after))
      }
      assert.isTrue((yield* replayed(report.run, 1000)).isEnded)
    }).pipe(Effect.provide(over())))

  it.effect("joins the attempts of a resumed run without gap or repeat", () =>
    Effect.gen(function*() {
      const first = yield* check(asked)
      const second = yield* resume(first.report.run)
      const told = yield* replayed(first.report.run)
      assert.deepStrictEqual(told.events, [...first.events, ...second.events])
      assertNumbered(told.events, 1)
    }).pipe(Effect.provide(over(() => ({ AUTH: ["S: 535 5.7.8 no"] })))))

  it.effect("tells one end of a run that slept through a throttle", () => {
    let times = 0
    return Effect.gen(function*() {
      const { events, report } = yield* check({ ...asked, wait: true })
      assert.deepStrictEqual(yield* replayed(report.run), { events, isEnded: true })
      assertNumbered(events, 1)
    }).pipe(Effect.provide(over(() => times++ < 20 ? { AUTH: busy } : {})))
  })

  it.effect("tells the end of a run that was stopped while it slept", () =>
    Effect.gen(function*() {
      const events: Array<Event> = []
      const fiber = yield* Effect.forkChild(
        Runner.run(Support.request({ ...asked, wait: true }), (event) => events.push(event)),
        { startImmediately: true }
      )
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* replayed(events[0]?.run ?? ""), { events, isEnded: true })
      assertNumbered(events, 1)
    }).pipe(Effect.provide(over(() => ({ AUTH: busy })))))

  it.effect("leaves a killed run open, until it is settled", () =>
    Effect.gen(function*() {
      const { events, report } = yield* check(asked)
      yield* Support.cutAfter(report.run, (entry) => entry.entry === "event" && entry.event.type === "phase.start")
      const killed = yield* replayed(report.run)
      assert.isFalse(killed.isEnded)
      assert.deepStrictEqual(killed.events, events.slice(0, killed.events.length))
      yield* Runner.settle(report.run)
      const settled = yield* replayed(report.run)
      assert.isTrue(settled.isEnded)
      assertNumbered(settled.events, 1)
      const last = settled.events.at(-1)
      assert.strictEqual(last?.type === "run.end" && last.report.state, "suspended")
      const before = yield* entries(report.run)
      yield* Runner.settle(report.run)
      assert.deepStrictEqual(yield* entries(report.run), before)
      const again = yield* resume(report.run)
      assert.deepStrictEqual((yield* replayed(report.run)).events, [...settled.events, ...again.events])
    }).pipe(Effect.provide(over())))

  it.effect("does not settle a run that somebody works on", () =>
    Effect.gen(function*() {
      const opened = yield* Runner.begin(Support.request(asked))
      assert.strictEqual((yield* Effect.flip(Runner.settle(opened.run))).reason, "Locked")
      assert.isTrue(yield* (yield* JournalStore).isHeld(opened.run))
    }).pipe(Effect.scoped, Effect.provide(over())))

  it("tells nothing of entries that are no journal", () => {
    const strange: ReadonlyArray<Entry> = [{ entry: "attempt", at: "", options: { target: "a@b.example" }, had: {} }]
    assert.deepStrictEqual(Replay.events(strange, 0), { events: [], isEnded: false })
  })
})
