/** A mailbox that is checked with nothing but its address: what serves it is found, all of that is looked at, and its domain too. */
import { assert, describe, it } from "@effect/vitest"
import * as NameServer from "@sonde/testkit/NameServer"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { home } from "./Home.ts"
import { sonde } from "./sonde.ts"

const submission = `S: 220 mail.firm.example ESMTP
C: EHLO *
S: 250-mail.firm.example
S: 250 STARTTLS
C: STARTTLS
S: 220 go on
tls
C: EHLO *
S: 250-mail.firm.example
S: 250 AUTH PLAIN
C: QUIT
S: 221 bye
close`

const imap = `tls
S: * OK ready
C: A1 CAPABILITY
S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
S: A1 OK done
C: A2 LOGOUT
S: * BYE bye
S: A2 OK bye
close`

type Terms = Pick<
  NonNullable<Parameters<typeof ScriptedServer.start>[0]["tls"]>,
  "minVersion" | "maxVersion" | "ciphers"
>

/** Runs `work` with the check of the mailbox; `dmarc` is what the domain publishes, `terms` what its servers take of TLS. */
const within = (
  dmarc: string,
  work: (check: (...more: ReadonlyArray<string>) => ReturnType<typeof sonde>) => Promise<void>,
  terms: Terms = {},
  most = Infinity
) =>
  Effect.gen(function*() {
    const { server } = yield* Effect.promise(TestCa.testCa)
    const tls = { ...(yield* Effect.promise(() => server({ dns: ["mail.firm.example"] }))), ...terms }
    const sends = yield* ScriptedServer.start({ script: submission, tls, most })
    const reads = yield* ScriptedServer.start({ script: imap, tls, most })
    const { server: dns } = yield* NameServer.start({
      zone: {
        "firm.example": { mx: [[10, "mx.firm.example"]], txt: ["v=spf1 mx -all"] },
        "mx.firm.example": { a: ["192.0.2.25"] },
        "25.2.0.192.in-addr.arpa": { ptr: ["mx.firm.example"] },
        "mail.firm.example": { a: ["127.0.0.1"] },
        "_submission._tcp.firm.example": { srv: [[0, 1, sends.port, "mail.firm.example"]] },
        "_imaps._tcp.firm.example": { srv: [[0, 1, reads.port, "mail.firm.example"]] },
        "_dmarc.firm.example": { txt: [dmarc] },
        "_smtp._tls.firm.example": { txt: ["v=TLSRPTv1; rua=mailto:tls@firm.example"] }
      }
    })
    const { ca, folder } = yield* home
    const check = (...more: ReadonlyArray<string>) =>
      sonde([
        "check",
        "person@firm.example",
        `--dns=${dns}`,
        `--ca=${ca}`,
        `--state=${folder}`,
        ...more
      ])
    yield* Effect.promise(() => work(check))
  }).pipe(Effect.scoped)

interface Service {
  readonly id: string
  readonly outcome: string
  readonly phases: ReadonlyArray<{ readonly id: string; readonly state: string; readonly facts?: unknown }>
}

/** What a service of a report says of the versions that its server takes. */
const taken = (services: ReadonlyArray<Service>, id: string) => {
  const facts = services.find((service) => service.id === id)?.phases.find((phase) => phase.id === "versions")?.facts
  const { versions = [] } = facts as { readonly versions?: ReadonlyArray<{ version: string; state: string }> } ?? {}
  return versions.map(({ state, version }) => `${version} ${state}`)
}

/** A server of the years before 2008, as Node can play one. */
const old: Terms = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }
const mixed: Terms = { minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }

const watched = "v=DMARC1; p=none; rua=mailto:dmarc@firm.example"

describe("sonde check with an address alone", () => {
  it.live("finds what serves the mailbox, looks at all of it, and at what its domain publishes", () =>
    within(watched, async (check) => {
      const { code, err, out } = await check("--json")
      const report = JSON.parse(out)
      assert.deepStrictEqual(
        report.services.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome]),
        [["smtp-submission", "pass"], ["imap", "pass"], ["posture", "warn"]],
        err
      )
      assert.sameMembers(
        report.findings.filter(({ service }: { service: string }) => service === "posture").map(
          ({ id, state }: { id: string; state: string }) => `${id} ${state}`
        ),
        ["dmarc_monitor_only warn", "mta_sts_missing warn"]
      )
      // What to publish is there for programs, record by record.
      assert.include(
        out,
        JSON.stringify("_dmarc.firm.example. IN TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc@firm.example\"")
      )
      assert.strictEqual(code, 0)
    }))

  it.live("says of the domain what is to improve, in a line each, and the command that says how", () =>
    within(watched, async (check) => {
      const { code, out } = await check()
      assert.include(
        out,
        `Sending policy of firm.example: 2 things to improve
  DMARC asks for nothing (p=none): receivers take no action (dmarc_monitor_only)
  firm.example has no MTA-STS policy (mta_sts_missing)
  What to publish, and who does it:`
      )
      assert.match(out, /^ +sonde posture firm\.example --dns \S+$/m)
      assert.notInclude(out, "IN TXT")
      assert.strictEqual(code, 0)
    }))

  it.live("says so with its status where warnings are to fail", () =>
    within(watched, async (check) => {
      assert.strictEqual((await check("--fail-on", "warning", "--json")).code, 1)
      assert.strictEqual((await check("--fail-on", "warning", "--skip", "posture", "--json")).code, 0)
    }))

  it.live("asks each server which versions of TLS it takes, and warns of the old ones", () =>
    within(watched, async (check) => {
      const { code, out } = await check("--json")
      const { findings, services } = JSON.parse(out)
      const all = ["TLSv1 offered", "TLSv1.1 offered", "TLSv1.2 offered", "TLSv1.3 offered"]
      assert.deepStrictEqual([taken(services, "smtp-submission"), taken(services, "imap")], [all, all])
      assert.includeMembers(
        findings.map(({ id, service, state }: { id: string; service: string; state: string }) =>
          `${service} ${id} ${state}`
        ),
        ["smtp-submission tls_version_outdated warn", "imap tls_version_outdated warn"]
      )
      assert.strictEqual(code, 0)
      const { out: shown } = await check()
      assert.match(
        shown,
        /^(\S+) still takes TLS 1\.0 and TLS 1\.1 \(tls_version_outdated\)\n(?!\1)\S+ still takes TLS 1\.0 and TLS 1\.1 \(tls_version_outdated\)\n {2}Both are deprecated/m
      )
      assert.strictEqual(shown.split("Both are deprecated").length, 2)
      const narrowed = await check("--until", "tls", "--json")
      assert.deepStrictEqual(taken(JSON.parse(narrowed.out).services, "imap"), [])
      const asked = await check("--until", "tls", "--tls-versions", "always", "--json")
      assert.deepStrictEqual(taken(JSON.parse(asked.out).services, "imap"), all)
      const silent = await check("--tls-versions", "never", "--json")
      assert.deepStrictEqual(taken(JSON.parse(silent.out).services, "imap"), [])
      const named = await check("--only", "imap", "--json")
      assert.deepStrictEqual(taken(JSON.parse(named.out).services, "imap"), all)
    }, mixed))

  it.live("says what a server takes that has no version in common, also where the run is narrowed", () =>
    within(watched, async (check) => {
      for (const more of [[], ["--only", "imap"]]) {
        const { code, out } = await check(...more, "--json")
        const { services } = JSON.parse(out)
        assert.deepStrictEqual(taken(services, "imap"), [
          "TLSv1 offered",
          "TLSv1.1 offered",
          "TLSv1.2 refused",
          "TLSv1.3 refused"
        ])
        assert.strictEqual(code, 78)
      }
      const { out } = await check("--only", "imap")
      assert.match(out, /^versions\tpass\t\d+\ttakes TLS 1\.0, 1\.1; refuses 1\.2, 1\.3$/m)
      assert.match(
        out,
        /^\d+\t===\tTLS handshake failed: ProtocolVersion[^\n]*\n\nClient and server have no TLS version/m
      )
    }, old))

  it.live("does not take a server that serves two connections at a time for one that refuses versions", () =>
    within(
      watched,
      async (check) => {
        const { services } = JSON.parse((await check("--json")).out)
        const all = ["TLSv1 refused", "TLSv1.1 refused", "TLSv1.2 offered", "TLSv1.3 offered"]
        assert.deepStrictEqual([taken(services, "smtp-submission"), taken(services, "imap")], [all, all])
      },
      {},
      1
    ))
})
