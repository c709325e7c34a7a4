import { assert, describe, it } from "@effect/vitest"
import { Desk } from "@sonde/http-server/Desk"
import { Metrics } from "@sonde/http-server/Metrics"
import { Rates } from "@sonde/http-server/Rates"
import * as Settings from "@sonde/http-server/Settings"
import * as Net from "@sonde/net/Net"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

const desk = (settings: Partial<Settings.Values> = {}) =>
  Desk.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(Rates.layer, Metrics.layer, Layer.provide(Sonde.layer, Net.layerStatic({})))),
    Layer.provideMerge(Settings.layer(settings))
  )

const secret = () => Redacted.make("c4n4ry", { label: "secret" })

/** What a secret still says. */
const said = (it: Redacted.Redacted<string>): string => {
  try {
    return Redacted.value(it)
  } catch {
    return "nothing"
  }
}

const target = "someone@nowhere.example"

describe("Desk", () => {
  it.effect("wipes a secret when its run is over, kept or not", () =>
    Effect.gen(function*() {
      const { once, run } = yield* Desk
      const [kept, passing] = [secret(), secret()]
      const report = yield* run({ target, secret: kept }, "one")
      assert.strictEqual(report.target.input, target)
      yield* TestClock.adjust("2 minutes")
      yield* once({ target, secret: passing }, "one")
      assert.deepStrictEqual([said(kept), said(passing)], ["nothing", "nothing"])
    }).pipe(Effect.provide(desk())))

  it.effect("gives back what a start that cannot be meant took from the rates", () =>
    Effect.gen(function*() {
      const { start } = yield* Desk
      for (let count = 0; count < 3; count++) {
        const problem = yield* Effect.flip(start({ target: "no target at all" }, "one"))
        assert.strictEqual(problem._tag, "InvalidOption")
      }
    }).pipe(Effect.provide(desk({ clientPerMinute: 1 }))))

  it.effect("knows no job of a run that is over, and leaves it free", () =>
    Effect.gen(function*() {
      const { job, load, run } = yield* Desk
      const sonde = yield* Sonde
      const { run: id } = yield* run({ target }, "one")
      assert.isUndefined(job(id))
      assert.isFalse(yield* sonde.isHeld(id))
      assert.deepStrictEqual(yield* load, { running: 0, queued: 0, stopping: false })
    }).pipe(Effect.provide(desk())))

  it.effect("keeps most places for runs that do not wait for a person, and masks a code when it is used up", () =>
    Effect.gen(function*() {
      const { job, start } = yield* Desk
      const check = { target, grant: "device-code", clientId: "id" } as const
      const { run } = yield* start(check, "one")
      assert.isDefined(job(run))
      const problem = yield* Effect.flip(start({ ...check, target: "other@elsewhere.example" }, "one"))
      assert.strictEqual(problem._tag, "TooManyRuns")
      assert.isDefined(yield* start({ target: "third@third.example" }, "one"))
    }).pipe(Effect.provide(desk({ maxRuns: 7 }))))

  it.effect("takes nothing on any more once it stops", () =>
    Effect.gen(function*() {
      const { load, once, start, stop } = yield* Desk
      yield* stop
      assert.strictEqual((yield* Effect.flip(start({ target }, "one")))._tag, "Stopping")
      assert.strictEqual((yield* Effect.flip(once({ target }, "one")))._tag, "Stopping")
      assert.isTrue((yield* load).stopping)
    }).pipe(Effect.provide(desk())))
})
