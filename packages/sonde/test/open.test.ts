import { assert, describe, it } from "@effect/vitest"
import type { Event } from "@sonde/domain/Event"
import { type Check, Net, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"

const world: Net.StaticWorld = {
  servers: {
    "192.0.2.25:587": [
      "S: 220 mail.example ESMTP",
      "C: EHLO *",
      "S: 250 mail.example",
      "C: QUIT",
      "S: 221 bye",
      "close"
    ]
  }
}

const check: Check = { target: "192.0.2.25:587", security: "none", only: ["smtp-submission"] }

const layer = Layer.provide(Sonde.layer, Net.layerStatic(world))

describe("a run that is opened", () => {
  it.effect("is listed and held before anybody works on it", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const scope = yield* Scope.make()
      const opened = yield* Scope.provide(sonde.begin(check), scope)
      const state = Effect.map(sonde.page(), ({ runs }) => runs.map(({ run, state }) => ({ run, state })))
      assert.deepStrictEqual(yield* state, [{ run: opened.run, state: "running" }])
      assert.isTrue(yield* sonde.isHeld(opened.run))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* state, [{ run: opened.run, state: "suspended" }])
      assert.isFalse(yield* sonde.isHeld(opened.run))
    }).pipe(Effect.provide(layer)))

  it.effect("tells what it tells again when it is asked later", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const events: Array<Event> = []
      const report = yield* Effect.scoped(
        Effect.flatMap(sonde.begin(check), ({ go }) => go((event) => events.push(event)))
      )
      assert.strictEqual(report.outcome, "pass")
      assert.deepStrictEqual(yield* sonde.replay(report.run), { events, isEnded: true })
      assert.deepStrictEqual((yield* sonde.replay(report.run, 3)).events, events.slice(3))
    }).pipe(Effect.provide(layer)))

  it.effect("goes on where an opened run was left", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const { run } = yield* Effect.scoped(sonde.begin(check))
      yield* sonde.settle(run)
      assert.isTrue((yield* sonde.replay(run)).isEnded)
      const report = yield* Effect.scoped(Effect.flatMap(sonde.reopen(run.slice(0, 20)), ({ go }) => go(() => {})))
      assert.deepStrictEqual([report.run, report.state, report.outcome], [run, "finished", "pass"])
    }).pipe(Effect.provide(layer)))

  it.effect("names the option that cannot be meant", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const error = yield* Effect.flip(Effect.scoped(sonde.begin({ ...check, provider: "nobody" })))
      assert.strictEqual(error._tag === "OptionsError" && error.option, "--provider")
      assert.deepStrictEqual((yield* sonde.page()).runs, [])
    }).pipe(Effect.provide(layer)))

  it.effect("is listed page by page, newest first", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const ids: Array<string> = []
      for (let index = 0; index < 5; index++) {
        yield* TestClock.adjust("1 second")
        ids.unshift((yield* sonde.check(check)).run)
      }
      const first = yield* sonde.page({ limit: 2 })
      assert.deepStrictEqual(first.runs.map(({ run }) => run), ids.slice(0, 2))
      const second = yield* sonde.page({ limit: 2, before: first.next ?? "" })
      const third = yield* sonde.page({ limit: 2, before: second.next ?? "" })
      assert.deepStrictEqual([...second.runs, ...third.runs].map(({ run }) => run), ids.slice(2))
      assert.isUndefined(third.next)
    }).pipe(Effect.provide(layer)))
})
