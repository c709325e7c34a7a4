import { assert, describe, it } from "@effect/vitest"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { home } from "./Home.ts"
import { sonde } from "./sonde.ts"

interface Phase {
  readonly id: string
  readonly state: string
  readonly facts?: Readonly<Record<string, unknown>>
  readonly error?: { readonly _tag: string; readonly reason?: string; readonly message: string }
}

/** Looks at a scripted server that is meant as `mx.example` at a port. */
const look = (
  script: ReadonlyArray<string>,
  options: {
    readonly port?: number
    readonly timeout?: string
    readonly flags?: ReadonlyArray<string>
    readonly wanted?: TestCa.Wanted
    readonly tls?: Parameters<typeof ScriptedServer.start>[0]["tls"]
  } = {}
) =>
  Effect.gen(function*() {
    const { server } = yield* Effect.promise(TestCa.testCa)
    const identity = yield* Effect.promise(() => server(options.wanted))
    const { port } = yield* ScriptedServer.start({ script, tls: { ...identity, ...options.tls } })
    const { ca, folder } = yield* home
    const meant = `mx.example:${options.port ?? 8443}`
    const { code, err, out } = yield* Effect.promise(() =>
      sonde([
        "tls",
        meant,
        "--json",
        "--connect-to",
        `${meant}:127.0.0.1:${port}`,
        "--ca",
        ca,
        "--state",
        folder,
        "--timeout",
        options.timeout ?? "2s",
        ...options.flags ?? []
      ])
    )
    assert.notStrictEqual(out, "", err)
    const report = JSON.parse(out)
    const [service] = report.services
    const phases: ReadonlyArray<Phase> = service.phases
    return {
      code,
      report,
      service,
      ids: phases.map(({ id, state }) => `${id} ${state}`),
      facts: (id: string, nth = 0) => phases.filter((phase) => phase.id === id)[nth]?.facts ?? {},
      error: phases.find((phase) => phase.error !== undefined)?.error,
      findings: report.findings.map(({ id }: { readonly id: string }) => id)
    }
  }).pipe(Effect.scoped)

const openings = {
  smtp: [
    "S: 220 mx.example ESMTP",
    "C: EHLO *",
    "S: 250-mx.example",
    "S: 250-AUTH PLAIN",
    "S: 250 STARTTLS",
    "C: STARTTLS",
    "S: 220 go ahead",
    "tls",
    "C: EHLO *",
    "S: 250-mx.example",
    "S: 250 AUTH PLAIN LOGIN"
  ],
  imap: [
    "S: * OK ready",
    "C: A1 CAPABILITY",
    "S: * CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED",
    "S: A1 OK done",
    "C: A2 STARTTLS",
    "S: A2 OK begin",
    "tls",
    "C: A3 CAPABILITY",
    "S: * CAPABILITY IMAP4rev1 AUTH=PLAIN",
    "S: A3 OK done"
  ],
  pop3: [
    "S: +OK ready",
    "C: CAPA",
    "S: +OK list",
    "S: STLS",
    "S: UIDL",
    "S: .",
    "C: STLS",
    "S: +OK begin",
    "tls",
    "C: CAPA",
    "S: +OK list",
    "S: USER",
    "S: ."
  ],
  sieve: [
    "S: \"IMPLEMENTATION\" \"Test\"",
    "S: \"SASL\" \"\"",
    "S: \"STARTTLS\"",
    "S: OK ready",
    "C: STARTTLS",
    "S: OK begin",
    "tls",
    "S: \"SASL\" \"PLAIN\"",
    "S: OK ready"
  ]
} as const

describe("sonde tls", () => {
  it.live("shows what is presented, and which versions are taken and refused", () =>
    Effect.gen(function*() {
      const seen = yield* look(["tls", "wait 2s"])
      assert.strictEqual(seen.code, 0)
      assert.deepStrictEqual(seen.ids, ["resolve pass", "connect pass", "tls pass", "versions pass"])
      assert.strictEqual(seen.report.schema, "sonde.report/1")
      assert.deepStrictEqual(seen.service.endpoint, {
        protocol: "tls",
        host: "mx.example",
        port: 8443,
        security: "tls"
      })
      assert.strictEqual((seen.facts("tls").chain as ReadonlyArray<unknown>).length, 2)
      const versions = seen.facts("versions").versions as ReadonlyArray<{ version: string; state: string }>
      assert.deepStrictEqual(versions.map(({ state, version }) => `${version} ${state}`), [
        "TLSv1 refused",
        "TLSv1.1 refused",
        "TLSv1.2 offered",
        "TLSv1.3 offered"
      ])
      assert.deepStrictEqual(seen.facts("versions").withoutName, { state: "same" })
    }))

  it.live("warns of outdated versions, and tells of a server with no other that it has only those", () =>
    Effect.gen(function*() {
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" } as const
      const seen = yield* look(["tls", "wait 2s"], { tls: old })
      assert.strictEqual(seen.code, 78)
      assert.strictEqual(seen.error?.reason, "ProtocolVersion")
      assert.deepStrictEqual(seen.ids, ["resolve pass", "connect pass", "tls fail", "versions pass"])
      assert.include(seen.findings, "tls_version_outdated")
      const versions = seen.facts("versions").versions as ReadonlyArray<{ version: string; state: string }>
      assert.deepStrictEqual(versions.filter(({ state }) => state === "offered").map(({ version }) => version), [
        "TLSv1",
        "TLSv1.1"
      ])
    }))

  it.live("knows of a server that demands a client certificate which versions it takes", () =>
    Effect.gen(function*() {
      const seen = yield* look(["tls", "wait 2s"], { tls: { requestCert: true } })
      assert.strictEqual(seen.code, 78)
      assert.strictEqual(seen.error?.reason, "ClientCertificateRequired")
      const versions = seen.facts("versions").versions as ReadonlyArray<{ version: string; state: string }>
      assert.deepStrictEqual(versions.map(({ state, version }) => `${version} ${state}`), [
        "TLSv1 refused",
        "TLSv1.1 refused",
        "TLSv1.2 offered",
        "TLSv1.3 offered"
      ])
      assert.strictEqual(seen.facts("versions").withoutName, undefined)
    }))

  it.live.each(["smtp", "imap", "pop3", "sieve"] as const)(
    "begins in clear with %s, and compares the offers",
    (name) =>
      Effect.gen(function*() {
        const seen = yield* look([...openings[name], "wait 2s"], { flags: ["--starttls", name] })
        const offer = name === "smtp" ? "ehlo" : "capability"
        assert.deepStrictEqual(seen.ids, [
          "resolve pass",
          "connect pass",
          "greeting pass",
          `${offer} pass`,
          "starttls pass",
          "tls pass",
          `${offer} pass`,
          "versions pass"
        ])
        assert.strictEqual(seen.service.endpoint.protocol, name)
        assert.strictEqual(seen.service.endpoint.security, "starttls")
        const keyword = name === "pop3" ? "STLS" : "STARTTLS"
        assert.include(seen.facts(offer, 1).removed as ReadonlyArray<string>, keyword)
        assert.strictEqual(seen.findings.includes("starttls_not_enforced"), name === "smtp")
        const versions = seen.facts("versions").versions as ReadonlyArray<{ version: string; state: string }>
        assert.strictEqual(versions.find(({ version }) => version === "TLSv1.3")?.state, "offered")
        assert.strictEqual(versions.find(({ version }) => version === "TLSv1")?.state, "refused")
      })
  )

  it.live("names every condition, the verdict that of the worst", () =>
    Effect.gen(function*() {
      const seen = yield* look(["tls", "wait 2s"], { wanted: { fromDays: -20, toDays: -10, dns: ["other.example"] } })
      assert.strictEqual(seen.code, 78)
      const error = seen.report.services[0].phases[2].error
      assert.deepStrictEqual(error.conditions, ["CertificateExpired", "HostnameMismatch"])
      assert.strictEqual(error.problems.length, 2)
      assert.match(error.message, /expired on \d{4}-\d\d-\d\d; it shows a certificate for other\.example/)
      assert.strictEqual(seen.report.verdicts[0].cause, "cert_expired")
    }))

  it.live("names a port that expects STARTTLS, and one that begins with TLS", () =>
    Effect.gen(function*() {
      const clear = yield* look(["wait 50ms", "S: 220 mx.example ESMTP", "wait 3s"], { port: 587 })
      assert.strictEqual(clear.code, 78)
      assert.strictEqual(clear.error?.reason, "PlaintextPeer")
      assert.include(clear.error?.message, "expects STARTTLS, it speaks SMTP")
      assert.deepStrictEqual(clear.ids.at(-1), "versions skip")
      const imap = yield* look(["tls", "wait 3s"], { flags: ["--starttls", "imap"], timeout: "700ms" })
      assert.strictEqual(imap.code, 78)
      assert.strictEqual(imap.error?.reason, "TlsExpected")
    }))

  it.live.each(
    [
      ["imap", ["S: * OK ready", "C: A1 CAPABILITY", "S: * CAPABILITY IMAP4rev1", "S: A1 OK done"], "NotOffered"],
      ["pop3", ["S: +OK ready", "C: CAPA", "S: +OK", "S: XXXX", "S: ."], "Stripped"],
      ["sieve", ["S: \"STARTTLS\"", "S: OK ready", "C: STARTTLS", "S: NO later"], "Refused"]
    ] as const
  )("tells with %s: %j is %s", ([name, script, reason]) =>
    Effect.gen(function*() {
      const seen = yield* look([...script, "wait 1s"], { flags: ["--starttls", name] })
      assert.strictEqual(seen.code, 78)
      assert.strictEqual(seen.error?._tag, "StartTlsError")
      assert.strictEqual(seen.error?.reason, reason)
    }))

  it.live("does not take octets that follow the answer to STARTTLS", () =>
    Effect.gen(function*() {
      const script = [...openings.imap.slice(0, 6), "inject", "S: A3 OK hello", "wait 1s"]
      const seen = yield* look(script, { flags: ["--starttls", "imap"] })
      assert.strictEqual(seen.code, 76)
      assert.strictEqual(seen.error?.reason, "Injection")
    }))

  it.live("warns of a certificate that ends soon, and tells what to do", () =>
    Effect.gen(function*() {
      const seen = yield* look(["tls", "wait 2s"], { wanted: { fromDays: -80, toDays: 6 } })
      assert.strictEqual(seen.code, 0)
      assert.strictEqual(seen.report.outcome, "warn")
      const finding = seen.report.findings.find(({ id }: { id: string }) => id === "certificate_expires_soon")
      assert.match(finding.title, /ends in 5 days/)
      assert.strictEqual(finding.actor, "mail-admin")
      assert.isNotEmpty(finding.remedies)
    }))

  it.live("wants a port, and a target", () =>
    Effect.promise(async () => {
      for (const argv of [["tls"], ["tls", "mail.example"], ["tls", "a@mail.example"]]) {
        const { code, err, out } = await sonde(argv)
        assert.strictEqual(code, 64, argv.join(" "))
        assert.strictEqual(out, "")
        assert.match(err, /port|target/)
      }
    }))
})

describe("sonde tls --import", () => {
  it.live("says what another tool found in our words, and ends with its status", () =>
    Effect.promise(async () => {
      const rows = [{ id: "SSLv3", ip: "mx.example/192.0.2.1", port: "25", severity: "HIGH", finding: "offered" }]
      const { code, out } = await sonde(["tls", "--import", "-", "--json"], {}, JSON.stringify(rows))
      assert.strictEqual(code, 78)
      const document = JSON.parse(out)
      assert.strictEqual(document.schema, "sonde.tls-import/1")
      assert.strictEqual(document.servers[0].target, "mx.example:25")
      assert.strictEqual(document.servers[0].findings[0].id, "tls_version_outdated")
    }))

  it.live("refuses what is no report", () =>
    Effect.promise(async () => {
      const { code, err, out } = await sonde(["tls", "--import", "-"], {}, "{}")
      assert.strictEqual(code, 66)
      assert.strictEqual(out, "")
      assert.include(err, "testssl.sh")
    }))
})
