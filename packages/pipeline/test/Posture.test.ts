/** The posture as a service of a run, over a world of data. */
import { assert, describe, it } from "@effect/vitest"
import type { Event } from "@sonde/domain/Event"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { StaticFailures, StaticZone } from "@sonde/net/Net"
import * as Net from "@sonde/net/Net"
import { Packs } from "@sonde/packs/Packs"
import * as Phases from "@sonde/phases/Phases"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Options from "@sonde/pipeline/Options"
import { order } from "@sonde/pipeline/recipes/Posture"
import * as Runner from "@sonde/pipeline/Runner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

const key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

const zone: StaticZone = {
  "example.org": { mx: [[0, "."]], txt: ["v=spf1 include:_spf.google.com -all"] },
  "_spf.google.com": { txt: ["v=spf1 ip4:192.0.2.0/24 -all"] },
  "google._domainkey.example.org": { txt: [key] },
  "s1._domainkey.example.org": { txt: [key] },
  "_dmarc.example.org": { txt: ["v=DMARC1; p=reject; rua=mailto:a@example.org"] },
  "1.2.0.192.in-addr.arpa": { ptr: ["out.example.org"] },
  "out.example.org": { a: ["192.0.2.1"] }
}

interface World {
  readonly zone?: StaticZone
  readonly fail?: StaticFailures
}

const network = (world: World) => Net.layerStatic({ zone: { ...zone, ...world.zone }, fail: world.fail ?? {} })

const request = (options: Partial<CheckOptions>) =>
  Result.getOrThrow(Options.validate({ target: "example.org", only: ["posture"], ...options }))

const knowledge = Layer.mergeAll(Phases.layer, Packs.layer)

const run = (options: Partial<CheckOptions> = {}, world: World = {}) =>
  Effect.gen(function*() {
    const events: Array<Event> = []
    const report = yield* Runner.run(request(options), (event) => events.push(event))
    return { report, events }
  }).pipe(Effect.provide(Layer.provideMerge(Layer.merge(knowledge, JournalStore.layerMemory), network(world))))

const states = ({ services }: Report): ReadonlyArray<string> =>
  (services[0]?.phases ?? []).map(({ because, id, state }) => because ?? `${id} ${state}`)
const ids = ({ findings }: Report) => findings.map(({ id, state }) => `${id} ${state}`)

describe("the posture of a domain", () => {
  it.effect("passes phase by phase where all is well, and has no endpoint", () =>
    Effect.gen(function*() {
      const { report } = yield* run()
      assert.deepStrictEqual(states(report), order.map((id) => `${id} pass`))
      assert.deepStrictEqual([report.outcome, report.exitCode, report.state], ["pass", 0, "finished"])
      assert.deepStrictEqual([report.services[0]?.id, report.services[0]?.endpoint], ["posture", undefined])
      assert.deepStrictEqual(ids(report), [])
    }))

  it.effect("asks for the selectors of those through whom the domain sends", () =>
    Effect.gen(function*() {
      const { report } = yield* run({ selector: ["s1"] })
      const facts = report.services[0]?.phases.find(({ id }) => id === "dkim")?.facts as {
        readonly selectors: ReadonlyArray<{ readonly selector: string; readonly source: string }>
      }
      assert.deepStrictEqual(facts.selectors.map(({ selector, source }) => [selector, source]), [
        ["s1", "option"],
        ["google", "pack"]
      ])
    }))

  it.effect("leaves out keys where no selector is known, which is no failure", () =>
    Effect.gen(function*() {
      const { report } = yield* run({}, { zone: { "example.org": { mx: [[0, "."]], txt: ["v=spf1 -all"] } } })
      assert.isTrue(states(report).includes("not_known"))
      assert.deepStrictEqual(ids(report), ["dkim_selector_unknown inconclusive"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["pass", 0])
    }))

  it.effect("warns with status 0", () =>
    Effect.gen(function*() {
      const { report } = yield* run({}, {
        zone: { "_dmarc.example.org": { txt: ["v=DMARC1; p=none; rua=mailto:a@example.org"] } }
      })
      assert.deepStrictEqual(ids(report), ["dmarc_monitor_only warn"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      assert.isTrue(states(report).includes("dmarc warn"))
    }))

  it.effect("fails with status 1, and tells which rules of receivers are not met", () =>
    Effect.gen(function*() {
      const { report } = yield* run({}, { zone: { "_dmarc.example.org": { txt: [] } } })
      assert.deepStrictEqual(ids(report), [
        "dmarc_missing fail",
        "bulk_rule_unmet warn",
        "bulk_rule_unmet warn",
        "bulk_rule_unmet warn"
      ])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 1])
    }))

  it.effect("ends where the domain does not exist, with status 1", () =>
    Effect.gen(function*() {
      const { report } = yield* run({ target: "nowhere.example" })
      assert.deepStrictEqual(states(report), ["mx fail", ...order.slice(1).map(() => "mx")])
      assert.deepStrictEqual(ids(report), ["mx_no_address fail"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 1])
    }))

  it.effect("cannot tell where the DNS does not answer, with status 75", () =>
    Effect.gen(function*() {
      const { report } = yield* run({}, { fail: { "txt _dmarc.example.org": "ServerFailure" } })
      assert.deepStrictEqual(ids(report), ["dns_unanswered inconclusive"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["inconclusive", 75])
    }))

  it.effect("passes nothing of what it could not look at", () =>
    Effect.gen(function*() {
      const fail = Object.fromEntries(
        [
          "mx example.org",
          ...["example.org", "_dmarc.example.org", "_mta-sts.example.org", "_smtp._tls.example.org"].map((name) =>
            `txt ${name}`
          ),
          ...["default._bimi.example.org", "_dmarc.org"].map((name) => `txt ${name}`)
        ].map((question) => [question, "Timeout" as const])
      )
      const { report } = yield* run({}, { fail })
      assert.deepStrictEqual(
        states(report),
        order.map((id) => id === "dkim" || id === "bulk" ? "not_known" : `${id} inconclusive`)
      )
      assert.deepStrictEqual([report.outcome, report.exitCode], ["inconclusive", 75])
    }))

  it.effect("evaluates SPF for the address that would send", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(ids((yield* run({ ip: "192.0.2.1" })).report), [])
      const { report } = yield* run({ ip: "203.0.113.1", from: "person@example.org" })
      assert.includeMembers(ids(report), ["sender_reverse_missing fail", "spf_sender_not_allowed fail"])
      assert.include(report.findings[0]?.remedies.at(-1)?.command, "--ip 203.0.113.1 --from person@example.org")
    }))

  it.effect("tells each phase and each finding while it goes on", () =>
    Effect.gen(function*() {
      const { events, report } = yield* run({}, { zone: { "_dmarc.example.org": { txt: [] } } })
      const types = events.map(({ type }) => type)
      assert.strictEqual(types.filter((type) => type === "phase.end").length, order.length)
      assert.strictEqual(types.filter((type) => type === "finding").length, report.findings.length)
      assert.strictEqual(types.at(-1), "run.end")
    }))

  it.effect("keeps on resuming what passed, and asks again for the rest", () =>
    Effect.gen(function*() {
      const store = yield* JournalStore
      const attempt = <A, E, R>(world: World, effect: Effect.Effect<A, E, R>) =>
        effect.pipe(
          Effect.provide(Layer.provideMerge(knowledge, network(world))),
          Effect.provideService(JournalStore, store)
        )
      const quiet = () => {}
      const first = yield* attempt(
        { zone: { "_dmarc.example.org": { txt: ["v=DMARC1; p=none; rua=mailto:a@example.org"] } } },
        Runner.run(request({}), quiet)
      )
      const second = yield* attempt({}, Runner.resume(first.run, (options) => Effect.succeed(request(options)), quiet))
      assert.deepStrictEqual(
        states(second),
        order.map((id) => `${id} ${id === "dmarc" || id === "bulk" ? "pass" : "restored"}`)
      )
      assert.deepStrictEqual(ids(second), [])
      assert.deepStrictEqual([second.outcome, second.exitCode], ["pass", 0])
    }).pipe(Effect.provide(JournalStore.layerMemory)))

  it.effect("runs beside nothing else unless asked for", () =>
    Effect.sync(() => {
      const services = (options: CheckOptions) => Result.getOrThrow(Options.validate(options)).services
      assert.notInclude(services({ target: "person@example.org" }), "posture")
      assert.deepStrictEqual(services({ target: "person@example.org", only: ["posture"] }), ["posture"])
    }))

  const bad: ReadonlyArray<readonly [options: Partial<CheckOptions>, option: string]> = [
    [{ target: "mail.example.org:25" }, "the target"],
    [{ ip: "192.0.2" }, "--ip"],
    [{ selector: ["a b"] }, "--selector"],
    [{ selector: ["a..b"] }, "--selector"],
    [{ dns: "resolver.example" }, "--dns"]
  ]
  it.each(bad)("is not begun with %j", (options, option) => {
    const judged = Options.validate({ target: "example.org", only: ["posture"], ...options })
    assert.strictEqual(Result.isFailure(judged) ? judged.failure.option : undefined, option)
  })
})
