/** Several services of one run: side by side, each to its own end, and what one found counts for another. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import type * as Net from "@sonde/net/Net"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Runner from "@sonde/pipeline/Runner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { Buffer } from "node:buffer"
import * as Support from "./support.ts"

type Name = "smtp-submission" | "imap" | "pop3" | "sieve"
const all: ReadonlyArray<Name> = ["smtp-submission", "imap", "pop3", "sieve"]
const asked: CheckOptions = { target: "person@whole.example", only: all, tlsVersions: "never" }

/** What a server says to a verb in place of the usual; `$` is the tag of IMAP. */
type Replies = { readonly [S in Name]?: Readonly<Record<string, ReadonlyArray<string>>> }

const usual: Readonly<Record<Exclude<Name, "smtp-submission">, Readonly<Record<string, ReadonlyArray<string>>>>> = {
  imap: {
    greeting: ["tls", "S: * OK ready"],
    CAPABILITY: ["S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2", "S: $ OK done"],
    AUTHENTICATE: ["S: $ OK welcome"],
    EXAMINE: ["S: * 1 EXISTS", "S: $ OK open"],
    LOGOUT: ["S: * BYE bye", "S: $ OK bye", "close"]
  },
  pop3: {
    greeting: ["tls", "S: +OK ready"],
    CAPA: ["S: +OK", "S: SASL PLAIN", "S: ."],
    AUTH: ["S: +OK welcome"],
    STAT: ["S: +OK 1 100"],
    QUIT: ["S: +OK bye", "close"]
  },
  sieve: {
    greeting: ["S: \"SASL\" \"\"", "S: \"STARTTLS\"", "S: OK"],
    STARTTLS: ["S: OK", "tls", "S: \"SASL\" \"PLAIN\"", "S: OK"],
    AUTHENTICATE: ["S: OK"],
    LISTSCRIPTS: ["S: OK"],
    LOGOUT: ["S: OK", "close"]
  }
}

const reader = (name: Exclude<Name, "smtp-submission">, told: Array<string>, replies: Replies): Net.StaticServer => ({
  script: (line) => {
    const [first = "", second = ""] = line?.split(" ") ?? []
    const verb = line === undefined ? "greeting" : name === "imap" ? second : first
    told.push(`${name} ${verb}`)
    return (replies[name]?.[verb] ?? usual[name][verb] ?? []).map((step) => step.replace("S: $", `S: ${first}`))
  }
})

const world = (told: Array<string>, replies: Replies = {}) => {
  const submitted: Array<string> = []
  const smtp = Support.server(submitted, () => {
    told.push(...submitted.splice(0).map((verb) => `smtp-submission ${verb}`))
    return replies["smtp-submission"] ?? {}
  })
  return Support.layer({
    zone: {
      [Support.host]: { a: ["192.0.2.25"] },
      "imap.example": { a: ["192.0.2.26"] },
      "pop.example": { a: ["192.0.2.27"] },
      "sieve.example": { a: ["192.0.2.28"] }
    },
    servers: {
      [`${Support.host}:587`]: smtp,
      "imap.example:993": reader("imap", told, replies),
      "pop.example:995": reader("pop3", told, replies),
      "sieve.example:4190": reader("sieve", told, replies)
    }
  })
}

const over = (told: Array<string>, replies: Replies = {}) => Layer.merge(world(told, replies), JournalStore.layerMemory)

const outcomes = (report: Report) => report.services.map(({ id, outcome }) => `${id} ${outcome}`)
const of = (report: Report, id: Name) => report.services.find((service) => service.id === id)
const states = (report: Report, id: Name) =>
  of(report, id)?.phases.map(({ because, id: phase, state }) => `${phase} ${because ?? state}`)

describe("a run of several services", () => {
  it.effect("has each in its own phases, in the order of the contract", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* Support.check(asked)
      assert.deepStrictEqual(outcomes(report), all.map((id) => `${id} pass`))
      assert.strictEqual(report.exitCode, 0)
      assert.deepStrictEqual(states(report, "imap"), [
        "resolve pass",
        "connect pass",
        "tls pass",
        "greeting pass",
        "capability pass",
        "auth pass",
        "select pass",
        "logout pass"
      ])
      assert.deepStrictEqual(states(report, "sieve"), [
        "resolve pass",
        "connect pass",
        "greeting pass",
        "capability pass",
        "starttls pass",
        "tls pass",
        "capability pass",
        "auth pass",
        "list pass",
        "logout pass"
      ])
      assert.deepStrictEqual(of(report, "pop3")?.endpoint, {
        protocol: "pop3",
        host: "pop.example",
        port: 995,
        security: "tls"
      })
    }).pipe(Effect.provide(over(told)))
  })

  it.effect("looks for its message by POP3 where the provider has nothing else, after it was sent", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const target = "person@maildrop.example"
      const { report } = yield* Support.check({ target, deliver: true, readBack: true, readBackTimeout: "2s" })
      assert.deepStrictEqual(outcomes(report), ["smtp-submission pass", "pop3 inconclusive"])
      assert.deepStrictEqual(states(report, "pop3")?.slice(-4), [
        "auth pass",
        "stat pass",
        "find inconclusive",
        "quit find"
      ])
      const find = of(report, "pop3")?.phases.find(({ id }) => id === "find")
      assert.isTrue(
        find?.error?._tag === "PhaseTimeout" && find.error.message.includes("2 looks"),
        find?.error?.message
      )
      assert.isAbove(told.indexOf("pop3 greeting"), told.indexOf("smtp-submission ."))
      // Two looks, each in a session of its own, and the message once.
      assert.deepStrictEqual(
        ["pop3 AUTH", "pop3 QUIT", "smtp-submission ."].map((one) => told.filter((line) => line === one).length),
        [2, 2, 1]
      )
    }).pipe(
      Effect.provide(
        over(told, { pop3: { UIDL: ["S: -ERR no"], TOP: ["S: +OK", "S: Subject: other", "S: ", "S: ."] } })
      )
    )
  })

  const slow = (steps: ReadonlyArray<string>, millis: number) =>
    steps.flatMap((step) => step.startsWith("S:") ? [`wait ${millis}ms`, step] : [step])

  it.effect("takes the time of the slowest, and a fifth more at most", () => {
    const replies: Replies = {
      "smtp-submission": { AUTH: slow(["S: 235 ok"], 900) },
      imap: { AUTHENTICATE: slow(["S: $ OK welcome"], 3000), EXAMINE: slow(["S: $ OK open"], 1000) },
      pop3: { CAPA: slow(["S: +OK", "S: SASL PLAIN", "S: ."], 700) },
      sieve: { AUTHENTICATE: slow(["S: OK"], 2500) }
    }
    return Effect.gen(function*() {
      const alone: Array<number> = []
      for (const service of all) {
        const { report } = yield* Support.check({ ...asked, only: [service] })
        assert.strictEqual(report.outcome, "pass")
        alone.push(report.durationMillis)
      }
      const { report } = yield* Support.check(asked)
      assert.strictEqual(report.outcome, "pass")
      const slowest = Math.max(...alone)
      assert.isAtLeast(slowest, 4000)
      assert.isAtMost(report.durationMillis, slowest * 1.2)
      assert.isAbove(alone.reduce((sum, millis) => sum + millis, 0), slowest * 1.5)
    }).pipe(Effect.provide(over([], replies)))
  })

  it.effect("ends with the status of the first that fails, in the order of the contract and not of time", () => {
    const replies: Replies = {
      "smtp-submission": { STARTTLS: ["wait 5s", "S: 454 no"] },
      imap: { AUTHENTICATE: ["S: $ NO [AUTHENTICATIONFAILED] no"] },
      pop3: { STAT: ["S: -ERR no"] }
    }
    return Effect.gen(function*() {
      const { report } = yield* Support.check(asked)
      assert.deepStrictEqual(outcomes(report), ["smtp-submission fail", "imap fail", "pop3 fail", "sieve pass"])
      assert.strictEqual(report.exitCode, 78)
      assert.strictEqual(report.outcome, "fail")
      const rest = yield* Support.check({ ...asked, skip: ["smtp-submission"] })
      assert.strictEqual(rest.report.exitCode, 77)
    }).pipe(Effect.provide(over([], replies)))
  })

  it.effect("judges a failure by what the others found, however late they found it", () => {
    const replies: Replies = {
      "smtp-submission": { AUTH: ["S: 535 5.7.8 no"] },
      imap: { AUTHENTICATE: ["wait 5s", "S: $ OK welcome"] }
    }
    return Effect.gen(function*() {
      const { report } = yield* Support.check({ ...asked, only: ["smtp-submission", "imap"] })
      assert.deepStrictEqual(report.verdicts.map(({ rule }) => rule), ["whole-mail/password-right"])
      assert.include(report.verdicts[0]?.ruledOut.join(), "secret")
      const alone = yield* Support.check({ ...asked, only: ["smtp-submission"] })
      assert.deepStrictEqual(alone.report.verdicts.map(({ rule }) => rule), ["whole-mail/bad-password"])
    }).pipe(Effect.provide(over([], replies)))
  })

  it.effect("calls the token by its name where one was given", () => {
    const replies: Replies = {
      "smtp-submission": {
        EHLO: ["S: 250-mx.example", "S: 250-STARTTLS", "S: 250 AUTH XOAUTH2"],
        AUTH: ["S: 535 5.7.8 no"]
      }
    }
    return Effect.gen(function*() {
      const given = { token: Redacted.make("opaque-token") }
      const { report } = yield* Support.check({ ...asked, only: ["smtp-submission", "imap"] }, given)
      const ruledOut = report.verdicts[0]?.ruledOut ?? []
      assert.deepStrictEqual([ruledOut.includes("token"), ruledOut.includes("secret")], [true, false])
    }).pipe(Effect.provide(over([], replies)))
  })

  it.effect("goes on with the others where a claim is wrong for one", () => {
    const told: Array<string> = []
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
    const token = [
      part({ alg: "none" }),
      part({ aud: "https://mail.example", scp: "https://mail.example/mail.read", exp: 4_000_000_000 }),
      "c2ln"
    ].join(".")
    return Effect.gen(function*() {
      const given = { token: Redacted.make(token) }
      const { report } = yield* Support.check({ ...asked, only: ["smtp-submission", "imap"] }, given)
      assert.deepStrictEqual(outcomes(report), ["smtp-submission inconclusive", "imap pass", "token fail"])
      assert.isTrue(of(report, "smtp-submission")?.phases.every(({ because }) => because === "claims"))
      assert.isFalse(told.some((line) => line.startsWith("smtp")))
      assert.strictEqual(report.exitCode, 77)
    }).pipe(Effect.provide(over(told)))
  })

  it.effect("keeps on resuming what passed, and asks again what failed", () => {
    const told: Array<string> = []
    let refuses = true
    const replies: Replies = {
      get imap() {
        return refuses ? { AUTHENTICATE: ["S: $ NO no"] } : {}
      }
    }
    return Effect.gen(function*() {
      const first = yield* Support.check(asked)
      assert.strictEqual(first.report.exitCode, 77)
      refuses = false
      told.length = 0
      const { report } = yield* Support.resume(first.report.run)
      assert.deepStrictEqual(outcomes(report), all.map((id) => `${id} pass`))
      assert.isTrue(told.every((line) => line.startsWith("imap ")), told.join())
      assert.isTrue(of(report, "pop3")?.phases.every(({ state }) => state === "restored" || state === "skip"))
      assert.strictEqual(of(report, "imap")?.phases.find(({ id }) => id === "auth")?.before?.state, "fail")
    }).pipe(Effect.provide(over(told, replies)))
  })

  it.effect("keeps what passed where another service was throttled", () => {
    const told: Array<string> = []
    const replies: Replies = { imap: { AUTHENTICATE: ["S: $ NO too many sessions"] } }
    return Effect.gen(function*() {
      const { report } = yield* Support.check({ ...asked, only: ["imap", "pop3"] })
      assert.strictEqual(report.state, "suspended")
      assert.deepStrictEqual(outcomes(report), ["imap inconclusive", "pop3 pass"])
      told.length = 0
      yield* Support.resume(report.run)
      assert.isTrue(told.every((line) => line.startsWith("imap ")), told.join())
    }).pipe(Effect.provide(over(told, replies)))
  })

  it.effect("takes leave of every server when it is interrupted, and tells of each what was not reached", () => {
    const told: Array<string> = []
    const replies: Replies = {
      "smtp-submission": { AUTH: [] },
      imap: { EXAMINE: [] },
      pop3: { STAT: [] }
    }
    return Effect.gen(function*() {
      let run = ""
      const fiber = yield* Effect.forkChild(
        Runner.run(Support.request({ ...asked, only: ["smtp-submission", "imap", "pop3"] }), (event) => {
          run = event.run
        }),
        { startImmediately: true }
      )
      yield* TestClock.adjust("2 seconds")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(interrupting)
      const history = yield* Runner.history(run)
      const last = history.attempts.at(-1)
      assert.strictEqual(last?.state, "suspended")
      for (const id of ["smtp-submission", "imap", "pop3"] as const) {
        const phases = last?.services.get(id)?.phases.map(({ report }) => report) ?? []
        assert.strictEqual(phases.at(-1)?.because, "interrupted", id)
      }
      assert.includeMembers(told, ["imap LOGOUT", "pop3 QUIT"])
    }).pipe(Effect.provide(over(told, replies)))
  })

  it.effect("says which service has no server, and checks the others", () =>
    Effect.gen(function*() {
      const { report } = yield* Support.check({
        target: "person@unknown.example",
        host: "imap.example",
        only: ["imap", "pop3"]
      })
      assert.strictEqual(of(report, "imap")?.outcome, "pass")
      assert.strictEqual(
        of(report, "pop3")?.phases.find(({ error }) => error !== undefined)?.error?._tag,
        "ConnectError"
      )
    }).pipe(Effect.provide(over([]))))

  it.effect.each<{ readonly until: NonNullable<CheckOptions["until"]>; readonly last: ReadonlyArray<PhaseId> }>([
    { until: "connect", last: ["connect", "connect", "connect", "connect"] },
    { until: "ehlo", last: ["ehlo", "capability", "capability", "capability"] },
    { until: "capability", last: ["ehlo", "capability", "capability", "capability"] },
    { until: "auth", last: ["auth", "auth", "auth", "auth"] },
    { until: "select", last: ["auth", "select", "stat", "list"] }
  ])("stops after $until in each service that has it", ({ last, until }) =>
    Effect.gen(function*() {
      const { report } = yield* Support.check({ ...asked, until })
      const reached = all.map((id) =>
        of(report, id)?.phases.findLast((phase) =>
          phase.state === "pass" && phase.id !== "quit" && phase.id !== "logout"
        )?.id
      )
      assert.deepStrictEqual(reached, [...last])
    }).pipe(Effect.provide(over([]))))

  it.effect("does not try a refused password at another service where the pack says so", () => {
    const told: Array<string> = []
    const replies: Replies = { imap: { AUTHENTICATE: ["S: $ NO [AUTHENTICATIONFAILED] no"] } }
    return Effect.gen(function*() {
      const options: CheckOptions = { ...asked, target: "person@locks.example", only: ["imap", "pop3"] }
      const { report } = yield* Support.check(options)
      assert.deepStrictEqual(outcomes(report), ["imap fail", "pop3 inconclusive"])
      assert.deepStrictEqual(states(report, "pop3")?.slice(-3), ["auth policy", "stat policy", "quit pass"])
      assert.deepStrictEqual(report.findings.map(({ id, service }) => [id, service]), [["password_not_tried", "pop3"]])
      assert.isFalse(told.includes("pop3 AUTH"))
      assert.strictEqual(report.exitCode, 77)
      // Without the rule each service is asked once.
      const usualRun = yield* Support.check({ ...asked, only: ["imap", "pop3"] })
      assert.deepStrictEqual(outcomes(usualRun.report), ["imap fail", "pop3 pass"])
    }).pipe(Effect.provide(over(told, replies)))
  })

  it.effect("is what nothing narrows: all that the provider is known to have", () =>
    Effect.gen(function*() {
      const { report } = yield* Support.check({ target: "person@whole.example" })
      assert.deepStrictEqual(outcomes(report), all.map((id) => `${id} pass`))
      assert.isTrue(of(report, "imap")?.phases.some(({ id, state }) => id === "select" && state === "pass"))
      const unsigned = yield* Support.check({ target: "person@whole.example" }, {})
      assert.deepStrictEqual(outcomes(unsigned.report), all.map((id) => `${id} pass`))
      const less = yield* Support.check({ target: "person@whole.example", skip: ["pop3"] })
      assert.deepStrictEqual(less.report.services.map(({ id }) => id), ["smtp-submission", "imap", "sieve"])
      for (
        const narrow of [{ only: ["imap"] }, { to: ["friend@example.net"] }] satisfies ReadonlyArray<
          Partial<CheckOptions>
        >
      ) {
        const narrowed = yield* Support.check({ target: "person@whole.example", ...narrow })
        assert.lengthOf(narrowed.report.services, 1)
      }
    }).pipe(Effect.provide(over([]))))

  it.effect("says which service it did not check, and why", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* Support.check({ target: "person@modern.example" })
      assert.deepStrictEqual(report.services.map(({ id }) => id), ["smtp-submission", "sieve"])
      assert.deepStrictEqual(report.findings.map(({ id, service, title }) => [id, service, title]), [
        ["service_not_checked", "imap", "IMAP was not checked: Example Mail takes no password there"],
        ["service_not_checked", "pop3", "POP3 was not checked: Example Mail takes no password there"]
      ])
      assert.isFalse(told.some((line) => line.startsWith("imap") || line.startsWith("pop3")))
      assert.strictEqual(report.exitCode, 0)
    }).pipe(Effect.provide(over(told)))
  })
})
