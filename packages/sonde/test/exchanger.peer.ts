/** A real Postfix as mail exchanger, a real resolver with signed zones, a policy server: what a sender may do there. */
import { assert, layer } from "@effect/vitest"
import { type Check, type Report, Sonde } from "@sonde/sonde"
import * as HttpsServer from "@sonde/testkit/HttpsServer"
import * as MailDomain from "@sonde/testkit/MailDomain"
import * as NameServer from "@sonde/testkit/NameServer"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as SignedDns from "@sonde/testkit/peers/SignedDns"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFileSync } from "node:child_process"
import { Host, live, seen, suite } from "./peer.ts"

const { domain, host: exchange } = MailHost.names
const noDns = SignedDns.problem()
if (noDns !== undefined) console.error(`SKIPPED: no exchanger was tried with signed zones, because ${noDns}`)

const policyText = `version: STSv1\nmode: enforce\nmx: ${exchange}\nmax_age: 604800\n`

/** Resolvers of the domain: with a policy or without, and with TLSA records that DNSSEC protects; `ca` is trusted for the policy. */
class World extends Context.Service<World, {
  readonly plain: string
  readonly policy: string
  readonly signed: string | undefined
  readonly policyPort: number
  readonly ca: string
}>()("@sonde/sonde/test/exchanger.peer/World") {}

/** The public key that Postfix shows at a port, as OpenSSL reads it. */
const keyDigest = (port: number): string => {
  const said = execFileSync(
    "openssl",
    ["s_client", "-starttls", "smtp", "-connect", `127.0.0.1:${port}`, "-servername", exchange],
    { input: "QUIT\r\n", encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] }
  )
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(said)?.[0] ?? ""
  return MailDomain.keyDigest(pem)
}

const world = Layer.effect(
  World,
  Effect.gen(function*() {
    const host = yield* Host
    const { ca, server } = yield* Effect.promise(TestCa.testCa)
    const page = yield* HttpsServer.start(
      yield* Effect.promise(() => server({ dns: [`mta-sts.${domain}`] })),
      () => ({ status: 200, headers: { "content-type": "text/plain" }, body: policyText })
    )
    const zone = { [domain]: { mx: [[10, exchange]] as const }, [exchange]: { a: ["192.0.2.25"] } }
    const plain = yield* NameServer.start({ zone })
    const policy = yield* NameServer.start({
      zone: {
        ...zone,
        [`_mta-sts.${domain}`]: { txt: ["v=STSv1; id=1"] },
        [`mta-sts.${domain}`]: { a: ["192.0.2.80"] }
      }
    })
    const signed = noDns === undefined
      ? yield* SignedDns.start({
        signed: [
          `${domain}. IN MX 10 ${exchange}.`,
          `${exchange}. IN A 192.0.2.25`,
          `_25._tcp.${exchange}. IN TLSA 3 1 1 ${keyDigest(host.ports.relay)}`
        ],
        unsigned: []
      })
      : undefined
    return { plain: plain.server, policy: policy.server, signed: signed?.server, policyPort: page.port, ca }
  })
)

const states = ({ services }: Report): string =>
  (services[0]?.phases ?? []).map(({ because, id, state }) => `${id} ${because ?? state}`).join(", ")
const ids = ({ findings }: Report) => findings.map(({ id, state }) => `${id} ${state}`)

/** A check of alice's domain whose exchanger stands at a port of Postfix. */
const deliver = Effect.fnUntraced(function*(
  door: MailHost.DoorName,
  resolver: "plain" | "policy" | "signed",
  options: Partial<Check> = {}
) {
  const host = yield* Host
  const { ca, policyPort, [resolver]: dns } = yield* World
  return yield* (yield* Sonde).check({
    target: `alice@${domain}`,
    only: ["mx"],
    connectTo: [
      `${exchange}:25:127.0.0.1:${host.ports[door]}`,
      `mta-sts.${domain}:443:127.0.0.1:${policyPort}`
    ],
    ca: `${host.ca}\n${ca}`,
    timeout: "5s",
    ...(dns === undefined ? {} : { dns }),
    ...options
  })
})

const whole =
  "resolve pass, connect pass, greeting pass, ehlo pass, starttls pass, tls pass, ehlo pass, mail pass, rcpt pass"

suite("Postfix as the exchanger of a domain", () => {
  layer(Layer.provideMerge(world, live), { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect("is told a recipient and no message", () =>
      Effect.gen(function*() {
        const report = yield* deliver("relay", "plain")
        assert.strictEqual(states(report), `mx pass, mta-sts pass, dane pass, ${whole}, quit pass`)
        assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], ["pass", 0, false])
        assert.deepStrictEqual(ids(report), ["mx_delivery_not_proven inconclusive"])
        const host = yield* Host
        // OpenSSL asked for the key before, where there are signed zones.
        const told = yield* Effect.promise(() => host.sessions("relay", noDns === undefined ? 3 : 2))
        assert.strictEqual(told.at(-1), "ehlo=2 starttls=1 mail=1 rcpt=1 quit=1 commands=6")
        assert.match(told.at(-2) ?? "", /^ehlo=1 starttls=1 quit=1 commands=3$/)
        assert.deepStrictEqual(yield* Effect.promise(() => host.messages(`alice@${domain}`)), [])
      }))

    const refusals = [
      ["nobody", 67, "RecipientRejected", "recipient_unknown"],
      ["greylisted", 75, "TemporaryFailure", "greylisted"],
      ["full", 75, "TemporaryFailure", "mailbox_full"]
    ] as const
    it.effect.each(refusals)(
      "refuses %s, and the refusal is named",
      ([local, exitCode, error, cause]) =>
        Effect.gen(function*() {
          const report = yield* deliver("relay", "plain", { to: [`${local}@${domain}`] })
          const { outcome: _, ...found } = seen(report)
          assert.deepStrictEqual(found, { exitCode, phase: "rcpt", error, cause, auths: 0 })
        })
    )

    const doubtful = ["expired", "otherName", "selfSigned", "leafOnly"] as const
    it.effect.each(doubtful)(
      "with a certificate that is %s takes the recipient, with a warning",
      (door) =>
        Effect.gen(function*() {
          const report = yield* deliver(door, "plain")
          assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
          assert.deepStrictEqual(ids(report), ["mx_certificate_untrusted warn", "mx_delivery_not_proven inconclusive"])
          assert.include(states(report), "tls warn, ehlo pass, mail pass, rcpt pass")
        })
    )

    it.effect.each(doubtful)(
      "with a certificate that is %s does not meet MTA-STS: no sender is named",
      (door) =>
        Effect.gen(function*() {
          const report = yield* deliver(door, "policy")
          assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 78])
          assert.deepStrictEqual(report.verdicts.map(({ cause, phase }) => [phase, cause]), [
            ["mta-sts", "tls_policy_unmet"]
          ])
          assert.include(states(report), "mail mta-sts, rcpt mta-sts")
        })
    )

    it.effect("meets MTA-STS where policy, name and certificate agree", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(ids(yield* deliver("relay", "policy")), ["mx_delivery_not_proven inconclusive"])
      }))

    it.effect.skipIf(noDns !== undefined)(
      "agrees with its TLSA record, also where nobody else trusts its issuer",
      () =>
        Effect.gen(function*() {
          const report = yield* deliver("relay", "signed", { ca: "" })
          assert.include(states(report), "dane pass")
          assert.deepStrictEqual([report.outcome, ids(report)], ["pass", ["mx_delivery_not_proven inconclusive"]])
          const [tls] = report.services[0]?.phases.filter(({ id }) => id === "tls") ?? []
          assert.notDeepEqual(tls?.facts?.["conditions"], [])
        })
    )

    it.effect.skipIf(noDns !== undefined)(
      "with another key than its TLSA record says gets no sender",
      () =>
        Effect.gen(function*() {
          const host = yield* Host
          const report = yield* deliver("otherName", "signed")
          assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 78])
          assert.deepStrictEqual(report.verdicts.map(({ cause, phase }) => [phase, cause]), [[
            "dane",
            "tls_policy_unmet"
          ]])
          const found = report.findings.find(({ id }) => id === "dane_mismatch")
          assert.strictEqual(
            found?.remedies[0]?.command,
            `_25._tcp.${exchange}. IN TLSA 3 1 1 ${keyDigest(host.ports.otherName)}`
          )
        })
    )
  })
})
