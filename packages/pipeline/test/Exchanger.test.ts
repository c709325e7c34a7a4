/** The mail exchangers of a domain as a service of a run, over a world of data. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { StaticServer, StaticWorld } from "@sonde/net/Net"
import * as Net from "@sonde/net/Net"
import { Packs } from "@sonde/packs/Packs"
import * as Phases from "@sonde/phases/Phases"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Options from "@sonde/pipeline/Options"
import * as Runner from "@sonde/pipeline/Runner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

type Answers = Readonly<Record<string, ReadonlyArray<string>>>

/** An exchanger that answers by verb; `said` keeps what it was told. */
const exchanger = (
  answers: Answers = {},
  handshake: Exclude<Extract<StaticServer, { readonly tls?: unknown }>["tls"], undefined> = {},
  said: Array<string> = []
): StaticServer => {
  const usual: Answers = {
    hello: ["S: 220 mx1.example.org ESMTP"],
    EHLO: ["S: 250-mx1.example.org", "S: 250-8BITMIME", "S: 250 STARTTLS"],
    STARTTLS: ["S: 220 go ahead", "tls"],
    MAIL: ["S: 250 2.1.0 ok"],
    RCPT: ["S: 250 2.1.5 ok"],
    QUIT: ["S: 221 bye", "close"]
  }
  return {
    tls: handshake,
    script: (line) => {
      if (line !== undefined) said.push(line)
      const verb = line === undefined ? "hello" : line.split(/[ :]/)[0] ?? ""
      return answers[verb] ?? usual[verb] ?? ["S: 502 5.5.1 no such command"]
    }
  }
}

const clear: Answers = { EHLO: ["S: 250-mx1.example.org", "S: 250 8BITMIME"] }

const certificate = new Uint8Array([1, 2, 3])
const key = new Uint8Array([4, 5, 6])
const digest = (octets: Uint8Array<ArrayBuffer>) =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", octets)),
    (hash) => Array.from(new Uint8Array(hash), (octet) => octet.toString(16).padStart(2, "0")).join("")
  )
const shown = { presented: () => [{ certificate, key }] }

const zone = {
  ".": { ns: ["a.root"], authentic: true },
  "example.org": { mx: [[10, "mx1.example.org"], [20, "mx2.example.org"]], authentic: true },
  "mx1.example.org": { a: ["192.0.2.1"], authentic: true },
  "mx2.example.org": { a: ["192.0.2.2"], authentic: true }
} satisfies Net.StaticZone

interface World extends StaticWorld {
  readonly policy?: string
}

const run = (options: Partial<CheckOptions> = {}, { policy, ...world }: World = {}) => {
  const network = Net.layerStatic({
    ...world,
    zone: {
      ...zone,
      ...(policy === undefined ? {} : {
        "_mta-sts.example.org": { txt: ["v=STSv1; id=1"] },
        "mta-sts.example.org": { a: ["192.0.2.80"] }
      }),
      ...world.zone
    },
    servers: { "192.0.2.1:25": exchanger(), "192.0.2.2:25": exchanger(), ...world.servers },
    http: policy === undefined
      ? {}
      : { "mta-sts.example.org:443": () => ({ status: 200, headers: { "content-type": "text/plain" }, body: policy }) }
  })
  return Runner.run(
    Result.getOrThrow(
      Options.validate({ target: "person@example.org", only: ["mx"], tlsVersions: "never", ...options })
    ),
    () => {}
  ).pipe(
    Effect.provide(
      Layer.provideMerge(Layer.mergeAll(Phases.layer, Packs.layer, JournalStore.layerMemory), network)
    )
  )
}

const states = ({ services }: Report): ReadonlyArray<string> =>
  (services[0]?.phases ?? []).map(({ because, id, state }) => `${id} ${because ?? state}`)
const ids = ({ findings }: Report) => findings.map(({ id, state }) => `${id} ${state}`)
const causes = ({ verdicts }: Report) => verdicts.map(({ cause, phase }) => `${phase ?? ""} ${cause}`)

const whole = "mx mta-sts dane resolve connect greeting ehlo starttls tls ehlo mail rcpt quit".split(" ")

const enforce = (...patterns: ReadonlyArray<string>): string =>
  ["version: STSv1", "mode: enforce", ...patterns.map((one) => `mx: ${one}`), "max_age: 604800", ""].join("\n")

describe("a delivery to the exchangers of a domain", () => {
  it.effect("goes as far as the recipient at the first of them, and says that this proves no more", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const report = yield* run({}, { servers: { "192.0.2.1:25": exchanger({}, {}, said) } })
      assert.deepStrictEqual(states(report), whole.map((id) => `${id} pass`))
      assert.deepStrictEqual(
        [report.outcome, report.exitCode, report.delivered, ids(report)],
        ["pass", 0, false, ["mx_delivery_not_proven inconclusive"]]
      )
      assert.deepStrictEqual(report.services[0]?.endpoint, {
        protocol: "smtp",
        host: "mx1.example.org",
        port: 25,
        security: "opportunistic"
      })
      assert.deepStrictEqual(said.slice(3), [
        said[0],
        "STARTTLS",
        said[0],
        "MAIL FROM:<>",
        "RCPT TO:<person@example.org>",
        "QUIT"
      ])
    }))

  it.effect("names the sender and the recipients that were given, and the postmaster of a domain", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const servers = { "192.0.2.1:25": exchanger({}, {}, said) }
      yield* run({ target: "example.org" }, { servers })
      assert.include(said, "RCPT TO:<postmaster@example.org>")
      yield* run({ from: "me@elsewhere.example", to: ["one@example.org", "two@EXAMPLE.org"] }, { servers })
      assert.deepStrictEqual(said.filter((line) => /^(?:MAIL|RCPT)/.test(line)).slice(2), [
        "MAIL FROM:<me@elsewhere.example>",
        "RCPT TO:<one@example.org>",
        "RCPT TO:<two@EXAMPLE.org>"
      ])
    }))

  it.effect("goes to the next one where the first does not answer", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { servers: { "192.0.2.1:25": "Refused" } })
      assert.strictEqual(report.services[0]?.endpoint?.host, "mx2.example.org")
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      assert.deepStrictEqual(ids(report), [
        "mx_not_reached warn",
        "mx_delivery_not_proven inconclusive"
      ])
    }))

  it.effect("suspects the network where none answers", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { servers: { "192.0.2.1:25": "Unreachable", "192.0.2.2:25": "Unreachable" } })
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 69])
      assert.strictEqual(causes(report)[0], "connect port_blocked")
      assert.deepStrictEqual(ids(report), ["mx_not_reached inconclusive", "mx_not_reached inconclusive"])
      assert.strictEqual(report.verdicts[0]?.confidence, "likely")
    }))

  it.effect("takes the domain itself where it has no MX record", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { zone: { "example.org": { a: ["192.0.2.1"] } } })
      assert.strictEqual(report.services[0]?.endpoint?.host, "example.org")
      assert.deepStrictEqual(ids(report), ["mx_missing warn", "mx_delivery_not_proven inconclusive"])
    }))

  const nowhere = [
    ["takes no mail", { mx: [[0, "."]] }, "NullMx", ["null_mx"]],
    ["has neither exchangers nor an address", { txt: ["v=spf1 -all"] }, "NoRecords", ["dns_no_records"]],
    ["names an address for an exchanger", { mx: [[10, "192.0.2.1"]] }, "NoRecords", ["dns_no_records"]],
    ["does not exist", undefined, "NoSuchName", ["dns_nxdomain"]]
  ] as const satisfies ReadonlyArray<readonly [string, Net.StaticRecords | undefined, string, ReadonlyArray<string>]>
  it.effect.each(nowhere)("fails where the domain %s", ([, records, reason, expected]) =>
    Effect.gen(function*() {
      const { "example.org": _, ...rest } = zone
      const network: World = records === undefined ? { fail: { "mx example.org": "NoSuchName" } } : {
        zone: { ...rest, "example.org": records }
      }
      const report = yield* run({}, network)
      const failed = report.services[0]?.phases.find(({ id }) => id === "resolve")?.error
      assert.deepStrictEqual([failed?._tag, failed?._tag === "ResolveError" && failed.reason], ["ResolveError", reason])
      assert.deepStrictEqual(report.verdicts.map(({ cause }) => cause), [...expected])
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 68])
      assert.deepStrictEqual(states(report).slice(1, 5), [
        "mta-sts not_known",
        "dane not_known",
        "resolve fail",
        "connect resolve"
      ])
    }))

  it.effect("cannot tell where the DNS does not answer", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { fail: { "mx example.org": "Timeout" } })
      assert.deepStrictEqual([report.outcome, report.exitCode], ["inconclusive", 75])
    }))
})

describe("the versions of TLS of an exchanger", () => {
  const asks = { tlsVersions: "auto" } as const
  const last = (report: Report) => states(report).at(-1)

  it.effect("are asked for when it was spoken with, and old ones are a warning", () =>
    Effect.gen(function*() {
      const report = yield* run(asks)
      assert.deepStrictEqual(states(report), [...whole, "versions"].map((id) => `${id} pass`))
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      const found = report.findings.find(({ id }) => id === "tls_version_outdated")
      assert.strictEqual(found?.title, "mx1.example.org:25 still takes TLS 1.0 and TLS 1.1")
      assert.include(found?.text, "would deliver in clear")
    }))

  it.effect("are no warning where a provider runs it for everybody", () =>
    Effect.gen(function*() {
      const mx = "alt1.aspmx.l.google.com"
      const report = yield* run(asks, {
        zone: { "example.org": { mx: [[10, mx]], authentic: true }, [mx]: { a: ["192.0.2.1"], authentic: true } }
      })
      assert.deepStrictEqual(
        [last(report), report.outcome, ids(report)],
        ["versions pass", "pass", ["mx_delivery_not_proven inconclusive"]]
      )
    }))

  it.effect("are left open where it has no TLS, or is named by hand and nothing is said about them", () =>
    Effect.gen(function*() {
      const bare = yield* run(asks, { servers: { "192.0.2.1:25": exchanger(clear) } })
      assert.strictEqual(last(bare), "versions not_offered")
      const byHand = { ...asks, host: "mx1.example.org" }
      assert.strictEqual(last(yield* run(byHand)), "quit pass")
      assert.strictEqual(last(yield* run({ ...byHand, tlsVersions: "always" })), "versions pass")
    }))
})

describe("encryption to an exchanger", () => {
  it.effect("that cannot be proven is a warning and goes on", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { servers: { "192.0.2.1:25": exchanger({}, { conditions: ["SelfSigned"] }) } })
      assert.deepStrictEqual(states(report), whole.map((id) => `${id} ${id === "tls" ? "warn" : "pass"}`))
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      assert.deepStrictEqual(ids(report), ["mx_certificate_untrusted warn", "mx_delivery_not_proven inconclusive"])
    }))

  it.effect("that is not offered is a warning, and the rest goes in clear", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { servers: { "192.0.2.1:25": exchanger(clear) } })
      assert.deepStrictEqual(states(report).slice(7, 12), [
        "starttls not_offered",
        "tls not_offered",
        "ehlo not_offered",
        "mail pass",
        "rcpt pass"
      ])
      assert.deepStrictEqual(ids(report), ["mx_starttls_missing warn", "mx_delivery_not_proven inconclusive"])
    }))

  it.effect("that somebody on the way takes off the offer is told as that", () =>
    Effect.gen(function*() {
      const server = exchanger({ EHLO: ["S: 250-mx1.example.org", "S: 250-XXXXXXXA", "S: 250 8BITMIME"] })
      const report = yield* run({}, { servers: { "192.0.2.1:25": server } })
      assert.deepStrictEqual(states(report).slice(7, 12), [
        "starttls warn",
        "tls starttls",
        "ehlo starttls",
        "mail pass",
        "rcpt pass"
      ])
      const error = report.services[0]?.phases.find(({ id }) => id === "starttls")?.error
      assert.strictEqual(error?._tag === "StartTlsError" && error.reason, "Stripped")
    }))

  it.effect("that cannot be proven fails where it is asked for strictly", () =>
    Effect.gen(function*() {
      const report = yield* run({ security: "starttls" }, {
        servers: { "192.0.2.1:25": exchanger({}, { conditions: ["SelfSigned"] }) }
      })
      assert.deepStrictEqual([report.outcome, causes(report)], ["fail", ["tls cert_self_signed"]])
    }))

  const violations = [
    ["shows a certificate for another name", exchanger({}, { conditions: ["HostnameMismatch"] }), "mx1.example.org"],
    ["offers no STARTTLS", exchanger(clear), "mx1.example.org"],
    ["is not listed", exchanger(), "other.example.org"]
  ] as const
  it.effect.each(violations)(
    "is binding by MTA-STS: no sender is named to one that %s",
    ([, server, pattern]) =>
      Effect.gen(function*() {
        const report = yield* run({}, {
          policy: enforce(pattern, "mx2.example.org"),
          servers: { "192.0.2.1:25": server }
        })
        assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 78])
        assert.deepStrictEqual(causes(report), ["mta-sts tls_policy_unmet"])
        assert.deepStrictEqual(states(report).slice(-3), ["mail mta-sts", "rcpt mta-sts", "quit pass"])
        assert.include(states(report), "mta-sts fail")
      })
  )

  it.effect("is met where policy, name and certificate agree", () =>
    Effect.gen(function*() {
      const report = yield* run({}, { policy: enforce("*.example.org") })
      assert.deepStrictEqual([report.outcome, ids(report)], ["pass", ["mx_delivery_not_proven inconclusive"]])
    }))

  it.effect("is only reported on while the policy is being tested", () =>
    Effect.gen(function*() {
      const report = yield* run({}, {
        policy: enforce("*.example.org").replace("enforce", "testing"),
        servers: { "192.0.2.1:25": exchanger({}, { conditions: ["CertificateExpired"] }) }
      })
      assert.deepStrictEqual([report.outcome, report.exitCode, causes(report)], ["warn", 0, []])
      assert.include(ids(report), "mta_sts_mx_tls warn")
    }))

  it.effect("of another exchanger than the one that takes the mail is a warning", () =>
    Effect.gen(function*() {
      const report = yield* run({}, {
        policy: enforce("*.example.org"),
        servers: { "192.0.2.2:25": exchanger({}, { conditions: ["CertificateExpired"] }) }
      })
      assert.deepStrictEqual([report.outcome, causes(report)], ["warn", []])
      assert.deepStrictEqual(ids(report), [
        "mx_certificate_untrusted warn",
        "mta_sts_mx_tls warn",
        "mx_delivery_not_proven inconclusive"
      ])
    }))

  const tlsa = (data: string, authentic: boolean) => ({
    "_25._tcp.mx1.example.org": { tlsa: [{ usage: 3, selector: 1, matching: 1, data }], authentic }
  })

  it.effect("is proven by DANE, whoever issued the certificate", () =>
    Effect.gen(function*() {
      const report = yield* run({}, {
        zone: tlsa(yield* digest(key), true),
        servers: { "192.0.2.1:25": exchanger({}, { conditions: ["SelfSigned"], ...shown }) }
      })
      assert.deepStrictEqual([report.outcome, ids(report)], ["pass", ["mx_delivery_not_proven inconclusive"]])
    }))

  it.effect("is binding by DANE: no sender is named to one with another key", () =>
    Effect.gen(function*() {
      const report = yield* run({}, {
        zone: tlsa("0".repeat(64), true),
        servers: { "192.0.2.1:25": exchanger({}, shown) }
      })
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 78])
      assert.deepStrictEqual(causes(report), ["dane tls_policy_unmet"])
      assert.include(states(report), "rcpt dane")
      const found = report.findings.find(({ id }) => id === "dane_mismatch")
      assert.strictEqual(found?.service, "mx")
      assert.strictEqual(
        found?.remedies[0]?.command,
        `_25._tcp.mx1.example.org. IN TLSA 3 1 1 ${yield* digest(key)}`
      )
    }))

  it.effect("is not bound by records that DNSSEC does not protect", () =>
    Effect.gen(function*() {
      const report = yield* run({}, {
        zone: tlsa("0".repeat(64), false),
        servers: { "192.0.2.1:25": exchanger({}, shown) }
      })
      assert.deepStrictEqual([report.outcome, causes(report)], ["warn", []])
      assert.include(ids(report), "dane_not_secure warn")
    }))

  it.effect("cannot be told where the resolver proves nothing", () =>
    Effect.gen(function*() {
      const report = yield* run({}, {
        zone: { ...tlsa("0".repeat(64), false), ".": { ns: ["a.root"] } },
        servers: { "192.0.2.1:25": exchanger({}, shown) }
      })
      assert.deepStrictEqual([report.outcome, report.exitCode, causes(report)], ["inconclusive", 75, []])
    }))
})

describe("a refusal of an exchanger", () => {
  const refusals = [
    ["RCPT", "550 5.1.1 <person@example.org>: Recipient address rejected: User unknown", 67, "rcpt recipient_unknown"],
    ["RCPT", "554 5.7.1 <person@example.org>: Relay access denied", 67, "rcpt relay_denied"],
    ["RCPT", "450 4.2.0 <person@example.org>: Greylisted, see http://postgrey.schweikert.ch/", 75, "rcpt greylisted"],
    ["RCPT", "552 5.2.2 Mailbox full", 67, "rcpt mailbox_full"],
    ["MAIL", "550 5.7.25 No reverse DNS (PTR) record for your address", 77, "mail no_reverse_dns"],
    [
      "hello",
      "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org",
      69,
      "greeting ip_blocklisted"
    ]
  ] as const
  it.effect.each(refusals)("at %s, %s, is named", ([verb, reply, exit, cause]) =>
    Effect.gen(function*() {
      const server = exchanger({ [verb]: [`S: ${reply}`] })
      const report = yield* run({}, { servers: { "192.0.2.1:25": server } })
      assert.deepStrictEqual(report.exitCode, exit)
      assert.strictEqual(causes(report)[0], cause)
      assert.strictEqual(report.outcome, exit === 75 ? "inconclusive" : "fail")
      assert.notInclude(ids(report), "mx_delivery_not_proven inconclusive")
    }))
})

describe("the options of a delivery to an exchanger", () => {
  const bad = [
    ["a recipient of another domain", { to: ["victim@elsewhere.example"] }, "--to"],
    ["a recipient of a domain below", { to: ["person@sub.example.org"] }, "--to"],
    ["a host as target", { target: "mx1.example.org:25" }, "the target"],
    ["a message to deliver", { deliver: true }, "--deliver"],
    ["a phase that it does not have", { until: "data" }, "--until"]
  ] as const satisfies ReadonlyArray<readonly [string, Partial<CheckOptions>, string]>
  it.each(bad)("do not take %s", (_, options, option) => {
    const validated = Options.validate({ target: "person@example.org", only: ["mx"], tlsVersions: "never", ...options })
    assert.strictEqual(Result.isFailure(validated) ? validated.failure.option : undefined, option)
  })

  it.effect("name the exchanger and the port by hand, which no policy binds", () =>
    Effect.gen(function*() {
      const report = yield* run({ host: "other.example.org", port: 2525 }, {
        zone: { "other.example.org": { a: ["192.0.2.9"] } },
        servers: { "192.0.2.9:2525": exchanger() },
        policy: enforce("mx1.example.org")
      })
      assert.deepStrictEqual(states(report).slice(0, 4), [
        "mx not_known",
        "mta-sts not_known",
        "dane not_known",
        "resolve pass"
      ])
      assert.deepStrictEqual([report.outcome, report.services[0]?.endpoint?.host], ["pass", "other.example.org"])
    }))

  it.effect("stop it where they are told to", () =>
    Effect.gen(function*() {
      const report = yield* run({ until: "tls" })
      assert.deepStrictEqual(states(report).slice(8), [
        "tls pass",
        "ehlo until",
        "mail until",
        "rcpt until",
        "quit pass"
      ])
      const sooner = yield* run({ until: "resolve" })
      assert.deepStrictEqual(states(sooner).slice(3, 5), ["resolve pass", "connect until"])
    }))
})
