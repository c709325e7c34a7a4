/** `sonde posture` as people and pipelines run it, against a resolver, an exchanger and a policy server on 127.0.0.1. */
import { assert, describe, it } from "@effect/vitest"
import * as MailDomain from "@sonde/testkit/MailDomain"
import * as NameServer from "@sonde/testkit/NameServer"
import * as Effect from "effect/Effect"
import { home } from "./Home.ts"
import { sonde } from "./sonde.ts"

type World = Parameters<typeof NameServer.start>[0]
type StaticZone = NonNullable<World["zone"]>
type StaticFailures = NonNullable<World["fail"]>

/** What `contoso.example` publishes besides how it takes mail. */
const published: StaticZone = {
  "s1._domainkey.contoso.example": { txt: ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="] },
  "_dmarc.contoso.example": { txt: ["v=DMARC1; p=reject; rua=mailto:dmarc@contoso.example"] },
  "_smtp._tls.contoso.example": { txt: ["v=TLSRPTv1; rua=mailto:tls@contoso.example"] }
}

/** Runs `work` with `posture`, which examines the domain as the zone has it, and gives status and output. */
const within = (
  change: { readonly zone?: StaticZone; readonly fail?: StaticFailures },
  work: (
    posture: (...more: ReadonlyArray<string>) => ReturnType<typeof sonde>,
    folder: string,
    asked: ReadonlyArray<string>
  ) => Promise<void>
) =>
  Effect.gen(function*() {
    const { pins, zone } = yield* MailDomain.start("contoso.example")
    const { asked, server: dns } = yield* NameServer.start({
      zone: {
        ...zone,
        "contoso.example": { ...zone["contoso.example"], txt: ["v=spf1 ip4:192.0.2.0/24 -all"] },
        ...published,
        ...change.zone
      },
      fail: change.fail ?? {}
    })
    const { ca, folder } = yield* home
    const reach = [
      `--dns=${dns}`,
      `--ca=${ca}`,
      `--state=${folder}`,
      ...pins.map((pin) => `--connect-to=${MailDomain.pinText(pin)}`)
    ]
    const posture = (...more: ReadonlyArray<string>) => sonde(["posture", "contoso.example", ...reach, ...more])
    yield* Effect.promise(() => work(posture, folder, asked))
  }).pipe(Effect.scoped)

const watching = { "_dmarc.contoso.example": { txt: ["v=DMARC1; p=none; rua=mailto:dmarc@contoso.example"] } }

describe("sonde posture", () => {
  it.live("finds nothing where all is well, and ends with 0", () =>
    within({}, async (posture) => {
      const { code, err, out } = await posture("--selector", "s1", "--ip", "192.0.2.25", "--json")
      const report = JSON.parse(out)
      assert.deepStrictEqual([report.schema, report.outcome, report.exitCode, report.state], [
        "sonde.report/1",
        "pass",
        0,
        "finished"
      ])
      assert.deepStrictEqual(report.findings, [])
      assert.deepStrictEqual(
        report.services.map((service: { id: string; endpoint?: unknown }) => [service.id, service.endpoint]),
        [["posture", undefined]]
      )
      assert.strictEqual(code, 0, err)
    }))

  it.live("ends with 0 with warnings, and with 1 where --fail-on says so", () =>
    within({ zone: watching }, async (posture) => {
      const plain = await posture("--selector", "s1")
      assert.strictEqual(plain.code, 0)
      assert.include(plain.out, "dmarc_monitor_only")
      assert.include(
        plain.out,
        "_dmarc.contoso.example. IN TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc@contoso.example\""
      )
      assert.include(plain.out, "whoever runs the domain's DNS")
      assert.strictEqual((await posture("--selector", "s1", "--fail-on", "failure")).code, 0)
      assert.strictEqual((await posture("--selector", "s1", "--fail-on", "warning", "--json")).code, 1)
    }))

  it.live("ends with 1 with failures", () =>
    within({ zone: { "_dmarc.contoso.example": { txt: [] } } }, async (posture) => {
      const { code, out } = await posture("--selector", "s1", "--json")
      const report = JSON.parse(out)
      assert.deepStrictEqual([code, report.exitCode, report.outcome], [1, 1, "fail"])
      const missing = report.findings.find(({ id }: { id: string }) => id === "dmarc_missing")
      assert.deepStrictEqual([missing.state, missing.service, missing.actor], ["fail", "posture", "domain-admin"])
      assert.strictEqual((await posture("--selector", "s1", "--exit-codes", "plugin")).code, 1)
    }))

  it.live("ends with 75 where the DNS does not answer, and goes on from there", () =>
    within({ fail: { "txt _dmarc.contoso.example": "ServerFailure" } }, async (posture, folder, asked) => {
      const { code, out } = await posture("--selector", "s1", "--json")
      const report = JSON.parse(out)
      assert.deepStrictEqual([code, report.outcome], [75, "inconclusive"])
      assert.deepStrictEqual(report.findings.map(({ id, state }: { id: string; state: string }) => [id, state]), [
        ["dns_unanswered", "inconclusive"]
      ])
      const before = asked.length
      const resumed = await sonde(["resume", report.run, "--state", folder, "--json"])
      assert.strictEqual(resumed.code, 75, resumed.err)
      assert.deepStrictEqual(asked.slice(before).filter((question) => question.includes("spf")), [])
      assert.include(asked.slice(before), "TXT _dmarc.contoso.example")
      const again = JSON.parse(resumed.out)
      assert.deepStrictEqual(
        again.services[0].phases.slice(0, 4).map(({ id, state }: { id: string; state: string }) => [id, state]),
        [["mx", "restored"], ["spf", "restored"], ["dkim", "restored"], ["dmarc", "inconclusive"]]
      )
      assert.strictEqual((await sonde(["show", report.run, "--state", folder])).out.includes("dns_unanswered"), true)
    }))

  it.live("tells in every format what it found", () =>
    within({ zone: watching }, async (posture) => {
      for (const format of ["ndjson", "html", "pretty"]) {
        assert.include((await posture("--selector", "s1", "--format", format)).out, "dmarc_monitor_only", format)
      }
      const events = (await posture("--selector", "s1", "--events")).out.trim().split("\n").map((line) =>
        JSON.parse(line)
      )
      assert.strictEqual(events.filter(({ type }) => type === "finding").length, 1)
    }))

  const bad: ReadonlyArray<readonly [argv: ReadonlyArray<string>, says: RegExp]> = [
    [["posture"], /domain/],
    [["posture", "mail.example.org:25"], /is no domain/],
    [["posture", "example.org", "--ip", "x"], /no IP address/],
    [["posture", "example.org", "--selector", "a b"], /no selector/],
    [["posture", "example.org", "--dns", "resolver.example"], /--dns/],
    [["posture", "example.org", "--timeout", "soon"], /--timeout/],
    [["posture", "example.org", "--fail-on", "never"], /fail-on/]
  ]
  it.live.each(bad)("takes no %j, and says nothing on standard output", ([argv, says]) =>
    Effect.promise(async () => {
      const { code, err, out } = await sonde(argv)
      assert.deepStrictEqual([code, out], [64, ""])
      assert.match(err, says)
    }))
})
