/** One step: run, read back, failed, interrupted. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { PhaseReport } from "@sonde/domain/Report"
import * as Recorder from "@sonde/net/Recorder"
import type { ResumeRule } from "@sonde/phases/Phase"
import * as Phase from "@sonde/phases/Phase"
import * as Fold from "@sonde/pipeline/Fold"
import * as RunLog from "@sonde/pipeline/RunLog"
import * as Step from "@sonde/pipeline/Step"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"

const service = "smtp-submission"
const endpoint = { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" } as const
const Facts = Schema.Struct({ answer: Schema.Int })
type Facts = typeof Facts.Type

const define = (resume: ResumeRule, version = 1) => Phase.define({ id: "resolve", version, resume, facts: Facts })
const restoring = define({ rule: "restore", freshMillis: 60_000 })

/** A phase that counts how often it is asked. */
const counting = (definition = restoring) => {
  const asked: Array<string> = []
  return {
    asked,
    phase: { definition, run: (input: string) => Effect.sync((): Facts => ({ answer: asked.push(input) })) }
  }
}

const failing = <E>(error: E) => ({ definition: restoring, run: () => Effect.fail(error) })

const opening = {
  entry: "run",
  schema: "sonde.journal/1",
  run: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  at: "1970-01-01T00:00:00.000Z",
  target: { input: "a@b.example" },
  options: { target: "a@b.example" },
  had: {}
} as const

const begin = (): Fold.History => Fold.begin(opening)

const resumed = (history: Fold.History): Fold.History => {
  Fold.add(history, { entry: "attempt", at: "", options: opening.options, had: {} })
  return history
}

/** An attempt to take steps in, over a history. */
const attempt = Effect.fnUntraced(function*(history: Fold.History = begin(), isRestoring: boolean = true) {
  const clock = yield* Clock.Clock
  const log = RunLog.make({
    history,
    file: { lines: [], append: () => Effect.void },
    clock,
    listen: () => {}
  })
  const recorder = Recorder.make({ now: () => 0, secrets: [], onLine: log.line, after: history.line })
  const current = { service, log, recorder, restoring: isRestoring, observe: () => Effect.void } as const
  return {
    history,
    recorder,
    here: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, Step.Current, current),
    phases: (): ReadonlyArray<PhaseReport> =>
      (history.attempts.at(-1)?.services.get(service)?.phases ?? []).map(({ report }) => report)
  }
})

const says = (recorder: Recorder.Recorder, text: string) => recorder.record({ service, dir: "<", tls: false, text })

const refused = (more: object = {}) =>
  new Errors.AuthRejected({
    service,
    endpoint,
    phase: "auth",
    message: "mx.example said no",
    reply: { code: 535, text: "no" },
    mechanism: "PLAIN",
    ...more
  })

describe("a step", () => {
  it.effect("runs its phase and reports the facts and the time", () =>
    Effect.gen(function*() {
      const { here, phases } = yield* attempt()
      const phase = { definition: restoring, run: () => Effect.delay(Effect.succeed({ answer: 42 }), "250 millis") }
      const fiber = yield* Effect.forkChild(here(Step.step(phase, "x", "s")), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), { answer: 42 })
      assert.deepStrictEqual(phases(), [{ id: "resolve", state: "pass", durationMillis: 250, facts: { answer: 42 } }])
    }))

  it.effect("reports what a live output says of itself and hands on the output", () =>
    Effect.gen(function*() {
      const { here, phases } = yield* attempt()
      const session = { isOpen: () => true }
      const definition = { ...restoring, resume: { rule: "reacquire" }, factsOf: () => ({ answer: 7 }) } as const
      const out = yield* here(Step.step({ definition, run: () => Effect.succeed(session) }, "x", "s"))
      assert.strictEqual(out, session)
      assert.deepStrictEqual(phases()[0]?.facts, { answer: 7 })
    }))
})

describe("a span", () => {
  it.effect("is made of each phase where somebody looks at spans, and of none otherwise", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          seen.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      const { here } = yield* attempt()
      const definition = { ...restoring, resume: { rule: "reacquire" }, factsOf: () => ({ answer: 7 }) } as const
      const phase = { definition, run: () => Effect.option(Effect.currentSpan) }
      const without = yield* here(Step.step(phase, "", "without"))
      assert.isTrue(Option.isNone(without))
      const within = yield* here(Step.step(phase, "", "within")).pipe(Effect.withTracer(tracer))
      assert.isTrue(Option.isSome(within))
      assert.deepStrictEqual(seen, ["Phase.resolve"])
    }))
})

describe("facts", () => {
  /** Takes a step, lets time pass, and takes another in a further attempt. */
  const twice = Effect.fnUntraced(function*(options: {
    readonly second?: Phase.Definition<"resolve", Facts, Facts>
    readonly subject?: string
    readonly later?: number
    readonly isRestoring?: boolean
    readonly tamper?: (history: Fold.History) => void
  }) {
    const history = begin()
    const one = counting()
    const first = yield* attempt(history)
    yield* first.here(Step.step(one.phase, "first", "mx.example"))
    options.tamper?.(history)
    yield* TestClock.adjust(options.later ?? 1000)
    const two = counting(options.second)
    const second = yield* attempt(resumed(history), options.isRestoring)
    yield* second.here(Step.step(two.phase, "second", options.subject ?? "mx.example"))
    return { asked: two.asked.length, phase: second.phases()[0] }
  })

  it.effect("are read back, and nobody is asked", () =>
    Effect.gen(function*() {
      const { asked, phase } = yield* twice({})
      assert.strictEqual(asked, 0)
      assert.deepStrictEqual(phase, { id: "resolve", state: "restored", facts: { answer: 1 } })
    }))

  it.effect.each([
    { title: "another subject", options: { subject: "mx.other.example" } },
    { title: "another version", options: { second: define({ rule: "restore", freshMillis: 60_000 }, 2) } },
    { title: "a phase that acquires anew", options: { second: define({ rule: "reacquire" }) } },
    { title: "a phase that happens once", options: { second: define({ rule: "once" }) } },
    { title: "an attempt that does not restore", options: { isRestoring: false } },
    { title: "facts older than they stay true", options: { later: 60_001 } },
    {
      title: "facts that are none of the phase",
      options: {
        tamper: (history: Fold.History) => {
          const past = history.attempts[0]?.services.get(service)?.phases
          const [only] = past ?? []
          if (only !== undefined) past?.splice(0, 1, { ...only, report: { ...only.report, facts: { answer: "x" } } })
        }
      }
    }
  ])("are asked for again with $title", ({ options }) =>
    Effect.gen(function*() {
      const { asked, phase } = yield* twice(options)
      assert.deepStrictEqual([asked, phase?.state], [1, "pass"])
    }))

  it.effect("stay fresh up to the last millisecond", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* twice({ later: 60_000 })).asked, 0)
    }))

  it.effect("are read back through an attempt that itself read them back, and age all the same", () =>
    Effect.gen(function*() {
      const history = begin()
      const one = counting()
      for (const wait of [0, 40_000, 10_000, 20_000]) {
        yield* TestClock.adjust(wait)
        const { here } = yield* attempt(wait === 0 ? history : resumed(history))
        yield* here(Step.step(one.phase, `${wait}`, "mx.example"))
      }
      assert.deepStrictEqual(one.asked, ["0", "20000"])
    }))

  it.effect("of a phase that failed are none", () =>
    Effect.gen(function*() {
      const history = begin()
      const first = yield* attempt(history)
      yield* Effect.flip(first.here(Step.step(failing(refused()), "x", "mx.example")))
      const two = counting()
      const second = yield* attempt(resumed(history))
      yield* second.here(Step.step(two.phase, "x", "mx.example"))
      assert.strictEqual(two.asked.length, 1)
    }))
})

describe("a failure", () => {
  it.effect("carries what was exchanged, which stands only once in the report", () =>
    Effect.gen(function*() {
      const { here, phases, recorder } = yield* attempt()
      says(recorder, "535 no")
      recorder.record({ service: "imap", dir: "<", tls: false, text: "* OK" })
      const error = yield* Effect.flip(here(Step.step(failing(refused()), "x", "s")))
      assert.instanceOf(error, Errors.AuthRejected)
      assert.deepStrictEqual(error._tag === "AuthRejected" && error.transcript?.map(({ text }) => text), ["535 no"])
      assert.strictEqual(error.message, "mx.example said no")
      const [report] = phases()
      assert.strictEqual(report?.state, "fail")
      assert.instanceOf(report?.error, Errors.AuthRejected)
      assert.isUndefined(report?.error?.transcript)
    }))

  it.effect("of a further attempt carries what that attempt exchanged", () =>
    Effect.gen(function*() {
      const history = begin()
      const first = yield* attempt(history)
      for (const text of ["220 one", "535 one"]) says(first.recorder, text)
      const second = yield* attempt(resumed(history))
      says(second.recorder, "535 two")
      const error = yield* Effect.flip(second.here(Step.step(failing(refused()), "x", "s")))
      assert.deepStrictEqual(error._tag === "AuthRejected" && error.transcript?.map(({ n, text }) => [n, text]), [
        [3, "535 two"]
      ])
    }))

  it.effect("keeps the transcript that it came with", () =>
    Effect.gen(function*() {
      const { here, phases, recorder } = yield* attempt()
      says(recorder, "later")
      const own = [{ n: 1, service, dir: "<", tls: false, atMillis: 0, text: "own" }] as const
      const error = yield* Effect.flip(here(Step.step(failing(refused({ transcript: own })), "x", "s")))
      assert.deepStrictEqual(error._tag === "AuthRejected" && error.transcript, own)
      assert.isUndefined(phases()[0]?.error?.transcript)
      assert.strictEqual(phases()[0]?.error?.message, "mx.example said no")
    }))

  it.effect("that says nothing about the server is inconclusive", () =>
    Effect.gen(function*() {
      const { here, phases } = yield* attempt()
      const late = new Errors.PhaseTimeout({
        service,
        endpoint,
        phase: "ehlo",
        message: "late",
        afterMillis: 1,
        awaited: "x"
      })
      yield* Effect.flip(here(Step.step(failing(late), "x", "s")))
      assert.strictEqual(phases()[0]?.state, "inconclusive")
    }))

  it.effect("of a phase on which nothing depends is a warning", () =>
    Effect.gen(function*() {
      const { here, phases } = yield* attempt()
      assert.isUndefined(yield* here(Step.attempt(failing(refused()), "x", "s")))
      assert.strictEqual(phases()[0]?.state, "warn")
    }))

  it.effect("of the journal is none of the phase, also where nothing depends on the phase", () =>
    Effect.gen(function*() {
      const full = new Errors.JournalError({ reason: "Full", message: "full" })
      const { here, phases } = yield* attempt()
      const broken: Effect.Effect<Facts, Errors.AuthRejected | Errors.JournalError> = Effect.fail(full)
      assert.strictEqual(
        yield* Effect.flip(here(Step.step({ definition: restoring, run: () => broken }, "x", "s"))),
        full
      )
      assert.deepStrictEqual(phases(), [])
    }))

  it.effect("that is a bug stays a defect and stands in no report", () =>
    Effect.gen(function*() {
      const { here, history, phases } = yield* attempt()
      const bug = new Error("a bug")
      const exit = yield* Effect.exit(here(Step.step({ definition: restoring, run: () => Effect.die(bug) }, "x", "s")))
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === bug && Cause.hasDies(exit.cause))
      assert.deepStrictEqual(phases(), [])
      assert.strictEqual(history.attempts[0]?.services.get(service)?.open, "resolve")
    }))

  it.effect("of an interrupted phase is an interruption", () =>
    Effect.gen(function*() {
      const { here, history, phases } = yield* attempt()
      const phase = { definition: restoring, run: () => Effect.never }
      const fiber = yield* Effect.forkChild(here(Step.step(phase, "x", "s")), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
      assert.deepStrictEqual(phases(), [])
      assert.strictEqual(history.attempts[0]?.services.get(service)?.open, "resolve")
    }))
})

describe("skipRest", () => {
  it.effect("goes on where the service stands, also among phases of the same name", () =>
    Effect.gen(function*() {
      const { here, phases } = yield* attempt()
      yield* here(Step.skip("ehlo", "not_offered"))
      yield* here(Step.skipRest(["ehlo", "tls", "ehlo", "auth"], "until"))
      yield* here(Step.skipRest(["ehlo", "tls", "ehlo", "auth"], "policy"))
      assert.deepStrictEqual(phases().map(({ because, id }) => `${id} ${because}`), [
        "ehlo not_offered",
        "tls until",
        "ehlo until",
        "auth until"
      ])
    }))
})
