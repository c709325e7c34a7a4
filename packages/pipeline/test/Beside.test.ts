/** What a domain publishes, looked at beside the services of one of its mailboxes. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import type { MxFacts } from "@sonde/domain/PostureFacts"
import type { Report } from "@sonde/domain/Report"
import type { StaticFailures, StaticZone } from "@sonde/net/Net"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import { order } from "@sonde/pipeline/recipes/Posture"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Support from "./support.ts"

const target = "person@firm.example"
const exchange = "firm.in.mail.example"

const zone: StaticZone = {
  [Support.host]: { a: ["192.0.2.25"] },
  "firm.example": { mx: [[10, exchange]], txt: ["v=spf1 ip4:192.0.2.0/24 -all"] },
  [exchange]: { a: ["192.0.2.26"] },
  "26.2.0.192.in-addr.arpa": { ptr: [exchange] },
  "_dmarc.firm.example": { txt: ["v=DMARC1; p=reject; rua=mailto:dmarc@firm.example"] },
  "_smtp._tls.firm.example": { txt: ["v=TLSRPTv1; rua=mailto:tls@firm.example"] },
  "_25._tcp.firm.in.mail.example": { tlsa: [{ usage: 3, selector: 1, matching: 1, data: "ab".repeat(32) }] }
}

interface World {
  readonly zone?: StaticZone
  readonly fail?: StaticFailures
}

const check = (options: Partial<CheckOptions> = {}, world: World = {}) =>
  Support.check({ target, ...options }).pipe(
    Effect.map(({ report }) => report),
    Effect.provide(
      Layer.merge(
        Support.layer({
          zone: { ...zone, ...world.zone },
          fail: world.fail ?? {},
          servers: { [`${Support.host}:587`]: Support.server([], () => ({})) }
        }),
        JournalStore.layerMemory
      )
    )
  )

const services = ({ services: all }: Report) => all.map(({ id, outcome }) => `${id} ${outcome}`)
const posture = ({ services: all }: Report) => all.find(({ id }) => id === "posture")?.phases ?? []
const states = (report: Report) => posture(report).map(({ because, id, state }) => because ?? `${id} ${state}`)
const ids = ({ findings }: Report) => findings.map(({ id, service, state }) => `${service} ${id} ${state}`)

const published: StaticZone = {
  "_mta-sts.firm.example": { txt: ["v=STSv1; id=1"] }
}

describe("a check of a mailbox that nothing narrows", () => {
  it.effect("looks at what the domain publishes, and dials no exchanger", () =>
    Effect.gen(function*() {
      const report = yield* check()
      assert.deepStrictEqual(services(report), ["smtp-submission pass", "posture warn"])
      const [mx] = posture(report)
      const facts = mx?.facts as MxFacts | undefined
      assert.deepStrictEqual(facts?.exchangers.map((one) => [one.exchange, one.addresses, one.live]), [
        [exchange, ["192.0.2.26"], undefined]
      ])
      // No word of keys whose selectors nobody knows, or of TLSA records that were compared with nothing.
      assert.deepStrictEqual(ids(report), ["posture mta_sts_missing warn"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
    }))

  it.effect("does not call a mailbox broken for what its domain publishes", () =>
    Effect.gen(function*() {
      const bare = { "firm.example": { mx: [[10, exchange]] }, "_dmarc.firm.example": { txt: [] } } as const
      const report = yield* check({}, { zone: bare })
      assert.includeMembers(ids(report), ["posture spf_missing warn", "posture dmarc_missing warn"])
      assert.isFalse(report.findings.some(({ state }) => state === "fail" || state === "inconclusive"))
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      // Whoever asks for the posture itself is told how bad it is.
      const alone = yield* check({ only: ["posture"] }, { zone: bare })
      assert.includeMembers(ids(alone), ["posture dmarc_missing fail"])
      assert.strictEqual(alone.exitCode, 1)
    }))

  it.effect("does not call it undecided for a record that nobody could look up", () =>
    Effect.gen(function*() {
      const report = yield* check({}, { fail: { "txt _dmarc.firm.example": "ServerFailure" } })
      assert.includeMembers(ids(report), ["posture dns_unanswered warn"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
    }))

  it.effect("waits for a resolver that does not answer once, not for each record", () =>
    Effect.gen(function*() {
      const report = yield* check({ provider: "example-mail" }, { fail: { "mx firm.example": "Timeout" } })
      assert.deepStrictEqual(states(report), ["mx warn", ...order.slice(1).map(() => "mx")])
      assert.deepStrictEqual(services(report), ["smtp-submission pass", "posture warn"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
    }))

  it.effect("is still about the mailbox where that does not work", () =>
    Effect.gen(function*() {
      const report = yield* check({}, { zone: { [Support.host]: { a: [] } } })
      assert.deepStrictEqual(services(report), ["smtp-submission fail", "posture warn"])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 68])
    }))

  it.effect.each<[string, Partial<CheckOptions>]>([
    ["--skip posture", { skip: ["posture"] }],
    ["a phase to stop after", { until: "quit" }],
    ["a service that is named", { only: ["smtp-submission"] }],
    ["a domain of the provider itself", { target: "person@example.com" }]
  ])("has no posture with %s", ([, options]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(services(yield* check(options)), ["smtp-submission pass"])
    }))

  it.effect("fetches a policy, and says what is wrong with it", () =>
    Effect.gen(function*() {
      const report = yield* check({}, { zone: published })
      assert.includeMembers(ids(report), ["posture mta_sts_policy_unavailable warn"])
      assert.strictEqual(report.exitCode, 0)
    }))

  it.effect("is told again by a resumed run", () =>
    Effect.gen(function*() {
      const { report } = yield* Support.check({ target })
      assert.strictEqual(report.outcome, "warn")
      const { report: resumed } = yield* Support.resume(report.run)
      assert.deepStrictEqual(services(resumed), services(report))
      assert.deepStrictEqual(ids(resumed), ids(report))
    }).pipe(
      Effect.provide(
        Layer.merge(
          Support.layer({ zone, servers: { [`${Support.host}:587`]: Support.server([], () => ({})) } }),
          JournalStore.layerMemory
        )
      )
    ))
})
