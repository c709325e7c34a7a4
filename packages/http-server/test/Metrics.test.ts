import { assert, describe, it } from "@effect/vitest"
import type { Report } from "@sonde/domain/Report"
import * as Exposition from "@sonde/http-server/Exposition"
import { Metrics } from "@sonde/http-server/Metrics"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { parse, valueOf } from "./prometheus.ts"
import { passed, reachable, report, skipped, submission, target, untrusted } from "./reports.ts"

const idle = { running: 0, queued: 0, stopping: false }
const labels = { target, service: "smtp-submission" }

const provided = (given: Partial<Settings.Values> = {}) =>
  Effect.provide(Metrics.layer.pipe(Layer.provide(Settings.layer({ version: "1.2.3", ...given }))))

/** What is told after these reports, a minute apart; the first comes at 1,000 s. */
const after = (...reports: ReadonlyArray<Report>) =>
  Effect.gen(function*() {
    const metrics = yield* Metrics
    yield* TestClock.setTime(940_000)
    for (const one of reports) {
      yield* TestClock.adjust("1 minute")
      yield* metrics.observe(one)
    }
    return parse(yield* metrics.render(idle))
  }).pipe(provided())

describe("Exposition", () => {
  it("escapes label values and help so that they come back whole", () => {
    const hostile = "a\\b\"c\nd{e=\"f\"},# HELP"
    const told = parse(Exposition.render([
      { name: "sonde_x", type: "gauge", help: "one\\two\nthree", samples: [{ labels: { target: hostile }, value: 1 }] }
    ]))
    assert.strictEqual(told.samples[0]?.labels["target"], hostile)
    assert.strictEqual(told.help.get("sonde_x"), "one\\\\two\\nthree")
  })

  it("writes numbers as the format spells them", () => {
    const values = [0, -1.5, 1e21, Infinity, -Infinity, Number.NaN]
    const samples = values.map((value, at) => ({ labels: { at: String(at) }, value }))
    const told = parse(Exposition.render([{ name: "sonde_x", type: "gauge", help: "x", samples }]))
    assert.deepStrictEqual(told.samples.map(({ value }) => value), values)
  })

  it("leaves out a family without samples", () => {
    assert.strictEqual(Exposition.render([{ name: "sonde_x", type: "gauge", help: "x", samples: [] }]), "")
  })
})

describe("Metrics", () => {
  it.effect("tells the outcome and each phase as one series per word", () =>
    Effect.gen(function*() {
      const told = yield* after(report([reachable]))
      const outcomes = ["pass", "warn", "inconclusive", "fail"].map((outcome) =>
        valueOf(told, "sonde_outcome", { ...labels, outcome })
      )
      assert.deepStrictEqual(outcomes, [1, 0, 0, 0])
      const states = ["pass", "fail", "warn", "inconclusive", "skip", "restored"].map((state) =>
        valueOf(told, "sonde_phase_state", { ...labels, phase: "auth", state })
      )
      assert.deepStrictEqual(states, [1, 0, 0, 0, 0, 0])
      assert.strictEqual(valueOf(told, "sonde_phase_duration_seconds", { ...labels, phase: "auth" }), 0.25)
      assert.strictEqual(valueOf(told, "sonde_last_complete_seconds", labels), 1000)
    }))

  it.effect("tells when the leaf ends, from a chain that was trusted and from one that was not", () =>
    Effect.gen(function*() {
      const trusted = yield* after(report([reachable]))
      assert.strictEqual(valueOf(trusted, "sonde_tls_not_after_seconds", labels), Date.UTC(2027, 0, 1) / 1000)
      const refused = yield* after(report([submission("fail", passed("connect"), untrusted)]))
      assert.strictEqual(valueOf(refused, "sonde_tls_not_after_seconds", labels), Date.UTC(2026, 9, 1) / 1000)
    }))

  it.effect("tells when a token ends only where that is known", () =>
    Effect.gen(function*() {
      const without = yield* after(report([reachable]))
      assert.isFalse(without.type.has("sonde_token_expires_seconds"))
      const withOne = yield* after(report([{ id: "token", outcome: "pass", phases: [passed("token")] }]))
      assert.strictEqual(
        valueOf(withOne, "sonde_token_expires_seconds", { target, service: "token" }),
        Date.UTC(2026, 10, 24, 13) / 1000
      )
    }))

  it.effect("counts a failure as a complete run", () =>
    Effect.gen(function*() {
      const told = yield* after(report([reachable]), report([submission("fail", passed("connect"), untrusted)]))
      assert.strictEqual(valueOf(told, "sonde_last_complete_seconds", labels), 1060)
    }))

  const unfinished: ReadonlyArray<readonly [string, Report]> = [
    ["suspended in the middle", report([submission("pass", passed("resolve"))], { state: "suspended" })],
    [
      "interrupted",
      report([submission("inconclusive", passed("resolve"), skipped("tls", "interrupted"))], { state: "suspended" })
    ],
    ["inconclusive", report([submission("inconclusive", { id: "resolve", state: "inconclusive" })])],
    ["over before it came to a service", report([], { state: "suspended" })],
    ["finished without a service", report([])]
  ]
  for (const [title, bad] of unfinished) {
    it.effect(`leaves no good value standing after a run that is ${title}`, () =>
      Effect.gen(function*() {
        const told = yield* after(report([reachable]), bad)
        assert.strictEqual(valueOf(told, "sonde_outcome", { ...labels, outcome: "pass" }), 0)
        assert.strictEqual(valueOf(told, "sonde_outcome", { ...labels, outcome: "inconclusive" }), 1)
        assert.strictEqual(valueOf(told, "sonde_phase_state", { ...labels, phase: "auth", state: "pass" }), 0)
        assert.strictEqual(valueOf(told, "sonde_phase_state", { ...labels, phase: "auth", state: "skip" }), 1)
        assert.isUndefined(valueOf(told, "sonde_phase_duration_seconds", { ...labels, phase: "auth" }))
        assert.isUndefined(valueOf(told, "sonde_tls_not_after_seconds", labels))
        assert.strictEqual(valueOf(told, "sonde_last_complete_seconds", labels), 1000)
      }))
  }

  it.effect("leaves no good value standing after a run without a report", () =>
    Effect.gen(function*() {
      const metrics = yield* Metrics
      yield* metrics.observe(report([reachable]))
      yield* metrics.lost(target)
      const told = parse(yield* metrics.render(idle))
      assert.strictEqual(valueOf(told, "sonde_outcome", { ...labels, outcome: "inconclusive" }), 1)
      assert.strictEqual(valueOf(told, "sonde_phase_state", { ...labels, phase: "auth", state: "pass" }), 0)
      assert.strictEqual(valueOf(told, "sonde_runs_finished_total", { outcome: "lost" }), 1)
    }).pipe(provided()))

  it.effect("keeps what is known of a service that a finished run was not asked for", () =>
    Effect.gen(function*() {
      const imap = { id: "imap" as const, outcome: "pass" as const, phases: [passed("connect")] }
      const told = yield* after(report([reachable, imap]), report([submission("fail", untrusted)]))
      assert.strictEqual(valueOf(told, "sonde_outcome", { target, service: "imap", outcome: "pass" }), 1)
      assert.strictEqual(valueOf(told, "sonde_last_complete_seconds", { target, service: "imap" }), 1000)
      assert.strictEqual(valueOf(told, "sonde_outcome", { ...labels, outcome: "fail" }), 1)
    }))

  it.effect("drops the target that was looked at longest ago, and says so", () =>
    Effect.gen(function*() {
      const metrics = yield* Metrics
      for (const input of ["a@x.org", "b@x.org", "a@x.org", "c@x.org"]) {
        yield* metrics.observe(report([reachable], { target: { input } }))
      }
      const told = parse(yield* metrics.render(idle))
      const kept = new Set(told.samples.flatMap(({ labels }) => labels["target"] ?? []))
      assert.deepStrictEqual([...kept].toSorted(), ["a@x.org", "c@x.org"])
      assert.strictEqual(valueOf(told, "sonde_targets"), 2)
      assert.strictEqual(valueOf(told, "sonde_targets_dropped_total"), 1)
    }).pipe(provided({ maxTargets: 2 })))

  it.effect("counts what the server does", () =>
    Effect.gen(function*() {
      const metrics = yield* Metrics
      yield* metrics.started
      yield* metrics.refused("sign-in")
      yield* metrics.answered("GET", "/v1/runs/:run", 200)
      yield* metrics.answered("GET", "/v1/runs/:run", 200)
      yield* metrics.answered("BREW", "none", 404)
      const told = parse(yield* metrics.render({ running: 3, queued: 2, stopping: true }))
      assert.strictEqual(valueOf(told, "sonde_runs_started_total"), 1)
      assert.strictEqual(valueOf(told, "sonde_runs_refused_total", { reason: "sign-in" }), 1)
      assert.strictEqual(valueOf(told, "sonde_runs_refused_total", { reason: "queue" }), 0)
      const shown = { method: "GET", route: "/v1/runs/:run", status: "200" }
      assert.strictEqual(valueOf(told, "sonde_http_requests_total", shown), 2)
      assert.strictEqual(valueOf(told, "sonde_http_requests_total", { method: "other", status: "404" }), 1)
      assert.deepStrictEqual(
        ["running", "queued", "limit", "queue_limit"].map((name) => valueOf(told, `sonde_runs_${name}`)),
        [3, 2, 32, 100]
      )
      assert.strictEqual(valueOf(told, "sonde_stopping"), 1)
      assert.strictEqual(valueOf(told, "sonde_build_info", { version: "1.2.3" }), 1)
    }).pipe(provided()))
})
