/** Real sockets, real TLS, a real resolver: what an exchanger and a policy server present, against what the DNS says. */
import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import type { StaticZone } from "@sonde/net/Net"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as Dane from "@sonde/policy/dane/Check"
import { judge as judgeDane } from "@sonde/policy/dane/Judge"
import * as MtaSts from "@sonde/policy/mta-sts/Check"
import { judge as judgeMtaSts } from "@sonde/policy/mta-sts/Judge"
import * as Mx from "@sonde/policy/mx/Check"
import { judge as judgeMx } from "@sonde/policy/mx/Judge"
import * as MailDomain from "@sonde/testkit/MailDomain"
import * as NameServer from "@sonde/testkit/NameServer"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { createHash, X509Certificate } from "node:crypto"

const subject = { domain: "example", again: "sonde posture example" }

const spki = (pem: string): Buffer =>
  new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" }) as Buffer
const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex")

type Tlsa = NonNullable<StaticZone[string]["tlsa"]>[number]

/** Examines `example` with an exchanger that presents `wanted`; `tlsa` makes records of what it and its issuer present. */
const examine = (
  wanted: TestCa.Wanted,
  tlsa: (leaf: X509Certificate, issuer: X509Certificate) => ReadonlyArray<Tlsa>,
  options: { readonly trusted?: boolean; readonly policy?: TestCa.Wanted } = {}
) =>
  Effect.gen(function*() {
    const { intermediate } = yield* Effect.promise(TestCa.testCa)
    const { ca, identity, mail, pins, zone } = yield* MailDomain.start("example", {
      exchanger: wanted,
      web: options.policy ?? {}
    })
    const leaf = new X509Certificate(identity.cert)
    const issuer = new X509Certificate(intermediate.certificate.toString("pem"))
    const { server } = yield* NameServer.start({
      zone: { ...zone, "_25._tcp.mx.example": { tlsa: tlsa(leaf, issuer), authentic: true } }
    })
    const reach = {
      pins,
      server,
      ...(options.trusted === false ? {} : { ca }),
      timeoutMillis: 3000,
      recorder: StaticNet.recorder()
    }
    const mx = yield* Mx.survey("example", reach)
    const dane = yield* Dane.survey(mx, { server, timeoutMillis: 3000 })
    const sts = yield* MtaSts.survey("example", reach)
    const findings = [...judgeMx(subject, mx), ...judgeMtaSts(subject, sts, mx), ...judgeDane(subject, dane, mx)]
    return { mx, dane, sts, mail, leaf, ids: findings.map(({ id }) => id), findings }
  }).pipe(Effect.provide(NodeNet.layer), Effect.scoped)

const fitting = (leaf: X509Certificate): ReadonlyArray<Tlsa> => [
  { usage: 3, selector: 1, matching: 1, data: sha256(spki(leaf.toString())) }
]

describe("an exchanger on a socket", () => {
  it.live("that is all it should be makes no finding, and is told nothing but EHLO, STARTTLS and QUIT", () =>
    Effect.gen(function*() {
      const { dane, ids, leaf, mail, mx, sts } = yield* examine({}, fitting)
      assert.deepStrictEqual(ids, [])
      assert.strictEqual(mx.exchangers[0]?.live?.state, "encrypted")
      assert.deepStrictEqual(mx.exchangers[0]?.live?.names?.includes("mx.example"), true)
      assert.strictEqual(dane.exchangers[0]?.wanted, `3 1 1 ${sha256(spki(leaf.toString()))}`)
      assert.strictEqual(sts.policy?.mode, "enforce")
      const [played] = mail.connections
      assert.isTrue(played?.isComplete, played?.mismatch)
      assert.strictEqual(played?.serverName, "mx.example")
      assert.deepStrictEqual(played?.received.map((line) => line.split(" ")[0]), ["EHLO", "STARTTLS", "QUIT"])
    }))

  const agreeing: ReadonlyArray<readonly [string, (leaf: X509Certificate, issuer: X509Certificate) => Tlsa]> = [
    ["3 1 1", (leaf) => ({ usage: 3, selector: 1, matching: 1, data: sha256(spki(leaf.toString())) })],
    ["3 0 1", (leaf) => ({ usage: 3, selector: 0, matching: 1, data: sha256(leaf.raw) })],
    ["3 0 0", (leaf) => ({ usage: 3, selector: 0, matching: 0, data: leaf.raw.toString("hex") })],
    ["3 1 2", (leaf) => ({
      usage: 3,
      selector: 1,
      matching: 2,
      data: createHash("sha512").update(spki(leaf.toString())).digest("hex")
    })],
    ["2 0 1", (_, issuer) => ({ usage: 2, selector: 0, matching: 1, data: sha256(issuer.raw) })],
    ["2 1 1", (_, issuer) => ({ usage: 2, selector: 1, matching: 1, data: sha256(spki(issuer.toString())) })]
  ]
  it.live.each(agreeing)(
    "agrees with its TLSA record %s, also where nobody else trusts its issuer",
    ([, make]) =>
      Effect.gen(function*() {
        const { ids } = yield* examine({}, (leaf, issuer) => [make(leaf, issuer)], { trusted: false })
        assert.notInclude(ids, "dane_mismatch")
        // Without the anchor MTA-STS does not hold.
        assert.include(ids, "mta_sts_policy_untrusted")
      })
  )

  it.live("does not agree with the record of another key", () =>
    Effect.gen(function*() {
      const { findings } = yield* examine({}, (_, issuer) => [
        { usage: 3, selector: 1, matching: 1, data: sha256(spki(issuer.toString())) }
      ])
      assert.deepStrictEqual(findings.map(({ id, state }) => [id, state]), [["dane_mismatch", "fail"]])
      assert.match(findings[0]?.remedies[0]?.command ?? "", /^_25\._tcp\.mx\.example\. IN TLSA 3 1 1 [0-9a-f]{64}$/)
    }))

  it.live("with another name does not meet MTA-STS, nor usage 2, and meets usage 3", () =>
    Effect.gen(function*() {
      const wanted = { dns: ["other.example"], ip: [] }
      assert.deepStrictEqual((yield* examine(wanted, fitting)).ids, ["mta_sts_mx_tls"])
      const anchored = yield* examine(wanted, (_, issuer) => [
        { usage: 2, selector: 0, matching: 1, data: sha256(issuer.raw) }
      ])
      assert.deepStrictEqual(anchored.ids, ["mta_sts_mx_tls", "dane_mismatch"])
    }))

  it.live("with a certificate that has ended does not meet MTA-STS", () =>
    Effect.gen(function*() {
      const { findings } = yield* examine({ fromDays: -10, toDays: -1 }, fitting)
      assert.deepStrictEqual(findings.map(({ id }) => id), ["mta_sts_mx_tls"])
      assert.include(findings[0]?.title, "CertificateExpired")
    }))

  it.live("is not asked for a policy whose server shows another name", () =>
    Effect.gen(function*() {
      const { ids, sts } = yield* examine({}, fitting, { policy: { dns: ["other.example"], ip: [] } })
      assert.deepStrictEqual(ids, ["mta_sts_policy_untrusted"])
      assert.isUndefined(sts.policy)
    }))

  it.live("is not dialled where the address policy does not allow it", () =>
    Effect.gen(function*() {
      const { ids, mail } = yield* Effect.provideService(
        examine({}, fitting),
        AddressPolicy.AddressPolicy,
        { isAllowed: () => false }
      )
      assert.strictEqual(mail.connections.length, 0)
      assert.deepStrictEqual(ids, ["mx_not_reached", "mta_sts_policy_unanswered", "dane_not_reached"])
    }))
})
