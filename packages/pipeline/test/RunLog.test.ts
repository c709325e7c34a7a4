/** What passes through the log of a run: numbered, told at once, written in order. */
import { assert, describe, it } from "@effect/vitest"
import { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import * as Fold from "@sonde/pipeline/Fold"
import * as Journal from "@sonde/pipeline/Journal"
import * as RunLog from "@sonde/pipeline/RunLog"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"

const run = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
const service = "smtp-submission"
const line = (n: number) => ({ n, service, dir: "<", tls: false, atMillis: 0, text: `line ${n}` }) as const

const opening: Extract<Journal.Entry, { readonly entry: "run" }> = {
  entry: "run",
  schema: "sonde.journal/1",
  run,
  at: "1970-01-01T00:00:00.000Z",
  target: { input: "a@b.example" },
  options: { target: "a@b.example" },
  had: {}
}

const make = Effect.fnUntraced(function*(history = Fold.begin(opening), failure?: JournalError) {
  const written: Array<{ readonly lines: ReadonlyArray<string>; readonly durable: boolean }> = []
  const told: Array<Event> = []
  const log = RunLog.make({
    history,
    file: {
      lines: [],
      append: (lines, durable) =>
        failure === undefined ? Effect.sync(() => void written.push({ lines, durable })) : Effect.fail(failure)
    },
    clock: yield* Clock.Clock,
    listen: (event) => told.push(event)
  })
  const kinds = () =>
    written.flatMap(({ lines }) => lines).map((text) => JSON.parse(text)).map(({ entry, event }) =>
      event === undefined ? entry : `${event.seq} ${event.type}`
    )
  return { log, told, written, kinds }
})

describe("RunLog", () => {
  it.effect("numbers every event, lines of a conversation too", () =>
    Effect.gen(function*() {
      const { log, told } = yield* make()
      yield* log.publish({ type: "run.start", target: "a@b.example", resumed: false })
      log.line(line(1))
      yield* log.publish({ type: "phase.start", service, phase: "resolve" })
      assert.deepStrictEqual(told.map(({ run: of, seq, type }) => [of, seq, type]), [
        [run, 1, "run.start"],
        [run, 2, "exchange"],
        [run, 3, "phase.start"]
      ])
    }))

  it.effect("goes on counting behind an earlier attempt", () =>
    Effect.gen(function*() {
      const history = Fold.begin(opening)
      Fold.add(history, { entry: "end", at: "", seq: 41, state: "suspended", durationMillis: 1 })
      const { log, told } = yield* make(history)
      yield* log.publish({ type: "run.start", target: "a@b.example", resumed: true })
      assert.strictEqual(told[0]?.seq, 42)
    }))

  it.effect("tells nothing before it is written, and writes lines with the entry that follows them", () =>
    Effect.gen(function*() {
      const { kinds, log, told, written } = yield* make()
      log.line(line(1))
      log.line(line(2))
      assert.deepStrictEqual([told.length, written.length], [0, 0])
      yield* log.publish({ type: "phase.start", service, phase: "connect" })
      assert.deepStrictEqual(kinds(), ["1 exchange", "2 exchange", "3 phase.start"])
      assert.deepStrictEqual([told.length, written.length], [3, 1])
    }))

  it.effect("does not write the end of a run, only the lines before it", () =>
    Effect.gen(function*() {
      const { kinds, log, told } = yield* make()
      log.line(line(1))
      yield* log.publish({ type: "run.end", report: Fold.report(log.history) })
      assert.deepStrictEqual(kinds(), ["1 exchange"])
      assert.strictEqual(told.at(-1)?.type, "run.end")
    }))

  it.effect("says of what the facts of a phase are facts", () =>
    Effect.gen(function*() {
      const { log, written } = yield* make()
      yield* log.publish(
        { type: "phase.end", service, phase: { id: "resolve", state: "pass" } },
        { version: 3, subject: "mx.example" }
      )
      const [entry] = yield* Journal.fromLines(run, written.flatMap(({ lines }) => lines))
      assert.isTrue(entry?.entry === "event" && entry.version === 3 && entry.subject === "mx.example")
      const past = log.history.attempts[0]?.services.get(service)?.phases[0]
      assert.deepStrictEqual([past?.version, past?.subject], [3, "mx.example"])
    }))

  it.effect("asks for durability only where it is asked for", () =>
    Effect.gen(function*() {
      const { log, written } = yield* make()
      yield* log.write({
        entry: "service",
        service,
        endpoint: { protocol: "smtp", host: "h", port: 1, security: "none" }
      })
      yield* log.write({ entry: "intent", at: "", service, phase: "data", subject: "", messageId: "<1@b>" }, true)
      assert.deepStrictEqual(written.map(({ durable }) => durable), [false, true])
      assert.isTrue(log.history.intents.has(service))
    }))

  it.effect("dates events by the clock of the run", () =>
    Effect.gen(function*() {
      const { log, told } = yield* make()
      yield* TestClock.adjust("1500 millis")
      yield* log.publish({ type: "phase.start", service, phase: "resolve" })
      assert.strictEqual(told[0]?.at, "1970-01-01T00:00:01.500Z")
    }))

  it.effect("fails with the error of the journal", () =>
    Effect.gen(function*() {
      const failure = new JournalError({ reason: "Full", message: "full" })
      const { log } = yield* make(Fold.begin(opening), failure)
      const error = yield* Effect.flip(log.publish({ type: "phase.start", service, phase: "resolve" }))
      assert.strictEqual(error, failure)
    }))

  it.effect("keeps the order of what services tell side by side, however slow the journal is", () =>
    Effect.gen(function*() {
      const written: Array<number> = []
      const told: Array<number> = []
      const log = RunLog.make({
        history: Fold.begin(opening),
        file: {
          lines: [],
          append: (lines) =>
            Effect.sync(() => void written.push(...lines.map((text) => JSON.parse(text).event.seq))).pipe(
              // The first write takes longest.
              Effect.delay(`${Math.max(1, 50 - 10 * written.length)} millis`)
            )
        },
        clock: yield* Clock.Clock,
        listen: ({ seq }) => told.push(seq)
      })
      const one = (service: "imap" | "smtp-submission") =>
        Effect.gen(function*() {
          for (const phase of ["resolve", "connect", "auth"] as const) {
            log.line({ ...line(1), service })
            yield* log.publish({ type: "phase.start", service, phase })
          }
        })
      const fiber = yield* Effect.forkChild(Effect.all([one("imap"), one("smtp-submission")], { concurrency: 2 }))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      const expected = Array.from({ length: 12 }, (_, index) => index + 1)
      assert.deepStrictEqual(written, expected)
      assert.deepStrictEqual(told, expected)
    }))

  it.effect("writes what could not be written with the next entry", () =>
    Effect.gen(function*() {
      const failure = new JournalError({ reason: "Full", message: "full" })
      const lines: Array<string> = []
      let isFull = true
      const log = RunLog.make({
        history: Fold.begin(opening),
        file: {
          lines: [],
          append: (more) => isFull ? Effect.fail(failure) : Effect.sync(() => void lines.push(...more))
        },
        clock: yield* Clock.Clock,
        listen: () => {}
      })
      yield* Effect.flip(log.publish({ type: "phase.start", service, phase: "resolve" }))
      isFull = false
      yield* log.publish({ type: "phase.start", service, phase: "connect" })
      assert.deepStrictEqual(lines.map((text) => JSON.parse(text).event.seq), [1, 2])
    }))

  it.effect("tells the end at the moment at which it was written, whatever time has passed since", () =>
    Effect.gen(function*() {
      const { log, told } = yield* make()
      yield* TestClock.adjust("1 second")
      yield* log.write({ entry: "end", at: log.at(), seq: 1, state: "finished", durationMillis: 1000 })
      yield* TestClock.adjust("1 second")
      yield* log.publish({ type: "run.end", report: Fold.report(log.history) })
      assert.strictEqual(told[0]?.at, "1970-01-01T00:00:01.000Z")
    }))
})
