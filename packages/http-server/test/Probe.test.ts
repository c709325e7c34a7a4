import { assert, describe, it } from "@effect/vitest"
import { TargetDenied } from "@sonde/http-api/Problems"
import type { StartRun } from "@sonde/http-api/RunsApi"
import * as Probe from "@sonde/http-server/Probe"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { parse, valueOf } from "./prometheus.ts"
import { passed, reachable, report, submission, target, untrusted } from "./reports.ts"

const labels = { target, service: "smtp-submission" }

/** A way on which every body is taken and every run ends like this, with the bodies that came. */
const way = (once: Probe.Way["once"]) => {
  const bodies: Array<StartRun> = []
  const check: Probe.Way["check"] = ({ secret: _, token: __, ...options }) => Effect.succeed(options)
  const given: Probe.Way = { once, check: (body) => Effect.andThen(Effect.sync(() => bodies.push(body)), check(body)) }
  return { bodies, given }
}

describe("Probe", () => {
  it.effect("tells of a run that passes", () =>
    Effect.gen(function*() {
      const once = () => Effect.as(TestClock.adjust("1500 millis"), report([reachable]))
      const told = parse(yield* Probe.probe({ target }, undefined, way(once).given))
      assert.strictEqual(valueOf(told, "probe_success"), 1)
      assert.strictEqual(valueOf(told, "probe_duration_seconds"), 1.5)
      assert.strictEqual(valueOf(told, "sonde_outcome", { ...labels, outcome: "pass" }), 1)
      assert.strictEqual(valueOf(told, "sonde_phase_state", { ...labels, phase: "auth", state: "pass" }), 1)
      assert.isDefined(valueOf(told, "sonde_last_complete_seconds", labels))
      assert.isFalse(told.type.has("sonde_build_info"))
    }))

  it("tells of a run that fails, and of one that could not tell", () => {
    const failed = parse(Probe.render(report([submission("fail", untrusted)]), 5, 1))
    assert.strictEqual(valueOf(failed, "probe_success"), 0)
    assert.strictEqual(valueOf(failed, "sonde_outcome", { ...labels, outcome: "fail" }), 1)
    const open = parse(Probe.render(report([submission("inconclusive", passed("resolve"))]), 5, 1))
    assert.strictEqual(valueOf(open, "probe_success"), 0)
    assert.strictEqual(valueOf(open, "sonde_outcome", { ...labels, outcome: "inconclusive" }), 1)
    assert.isFalse(open.type.has("sonde_last_complete_seconds"))
  })

  it("tells no success of a run that is suspended or came to no service", () => {
    const suspended = parse(Probe.render(report([reachable], { state: "suspended" }), 5, 1))
    assert.strictEqual(valueOf(suspended, "probe_success"), 0)
    const none = parse(Probe.render(report([], { outcome: "inconclusive" }), 5, 1))
    assert.strictEqual(valueOf(none, "sonde_outcome", { target, service: "all", outcome: "inconclusive" }), 1)
  })

  it.effect("asks for what the query names, with secrets by reference", () =>
    Effect.gen(function*() {
      const { bodies, given } = way(() => Effect.succeed(report([reachable])))
      const query = {
        target,
        service: "smtp-submission",
        until: "auth",
        user: "anna",
        secret: "env:MAIL",
        provider: "x"
      }
      yield* Probe.probe(query, "10", given)
      assert.deepStrictEqual(bodies, [{
        target,
        only: ["smtp-submission"],
        until: "auth",
        provider: "x",
        user: "anna",
        secret: { source: "env:MAIL" },
        deadline: 9250
      }])
    }))

  it.effect("refuses words that are no service and no phase, before anything else", () =>
    Effect.gen(function*() {
      const { bodies, given } = way(() => Effect.die("a run was made"))
      for (const [option, word] of [["service", "smtp"], ["until", "login"]] as const) {
        const error = yield* Effect.flip(Probe.probe({ target, [option]: word }, undefined, given))
        assert.strictEqual(error._tag === "InvalidOption" ? error.error.option : error._tag, option)
      }
      assert.isEmpty(bodies)
    }))

  it.effect("passes on why a target is not taken", () =>
    Effect.gen(function*() {
      const denied = new TargetDenied({
        detail: "no",
        error: { _tag: "TargetDenied", option: "target", reason: "Name" }
      })
      const error = yield* Effect.flip(
        Probe.probe({ target }, "5", { check: () => Effect.fail(denied), once: () => Effect.die("a run was made") })
      )
      assert.strictEqual(error, denied)
    }))

  it.effect("answers half a second before the scraper gives up, and ends the run", () =>
    Effect.gen(function*() {
      let isEnded = false
      const once = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => isEnded = true))
      const fiber = yield* Effect.forkChild(Probe.probe({ target, service: "imap" }, "10.5", way(once).given))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(Duration.millis(1))
      const told = parse(yield* Fiber.join(fiber))
      assert.isTrue(isEnded)
      assert.strictEqual(valueOf(told, "probe_success"), 0)
      assert.strictEqual(valueOf(told, "probe_duration_seconds"), 10)
      assert.strictEqual(valueOf(told, "sonde_outcome", { target, service: "imap", outcome: "inconclusive" }), 1)
    }))

  it("reads the time limit of the scraper, and no other text", () => {
    const limits = ["10", "0.2", "45.25", "", "-1", "1e9", "NaN", "10s"].map(Probe.limitMillis)
    const none = undefined
    assert.deepStrictEqual(limits, [9500, 500, 44_750, none, none, none, none, none])
    assert.isUndefined(Probe.limitMillis(undefined))
  })
})
