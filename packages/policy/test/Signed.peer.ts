/** A real server with signed zones and a resolver that validates: what is proven, what is not, and what is forged. */
import { assert, describe, layer } from "@effect/vitest"
import type { RecordType } from "@sonde/net/Resolver"
import { Resolver } from "@sonde/net/Resolver"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as Dane from "@sonde/policy/dane/Check"
import { judge as judgeDane } from "@sonde/policy/dane/Judge"
import * as Dmarc from "@sonde/policy/dmarc/Check"
import * as Mx from "@sonde/policy/mx/Check"
import * as Spf from "@sonde/policy/spf/Check"
import { judge as judgeSpf } from "@sonde/policy/spf/Judge"
import * as Survey from "@sonde/policy/spf/Survey"
import * as MailDomain from "@sonde/testkit/MailDomain"
import * as SignedDns from "@sonde/testkit/peers/SignedDns"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const problem = SignedDns.problem()
if (problem !== undefined) console.error(`SKIPPED: nothing here was tried with a real name server, because ${problem}`)

class World extends Context.Service<World, {
  readonly server: string
  readonly reach: Parameters<typeof Mx.survey>[1]
}>()("@sonde/policy/test/Signed.peer/World") {}

const world = Layer.effect(
  World,
  Effect.gen(function*() {
    const { ca, server } = yield* Effect.promise(TestCa.testCa)
    const identity = yield* Effect.promise(() => server())
    const mail = yield* ScriptedServer.start({ script: MailDomain.exchanger, tls: identity })
    const tlsa = `3 1 1 ${MailDomain.keyDigest(identity.cert)}`
    const big = Array.from({ length: 30 }, (_, at) => `big.example. IN TXT "${at}${"x".repeat(200)}"`)
    const dns = yield* SignedDns.start({
      signed: [
        "good.example. IN MX 10 mx.example.",
        "good.example. IN TXT \"v=spf1 mx include:good.unsigned -all\"",
        "mx.example. IN A 192.0.2.25",
        `_25._tcp.mx.example. IN TLSA ${tlsa}`,
        "_dmarc.good.example. IN TXT \"v=DMARC1; p=reject\"",
        "alias.example. IN CNAME good.example.",
        ...big
      ],
      unsigned: [
        "good.unsigned. IN MX 10 mx.unsigned.",
        "good.unsigned. IN TXT \"v=spf1 ip4:198.51.100.0/24 -all\"",
        "mx.unsigned. IN A 192.0.2.25",
        `_25._tcp.mx.unsigned. IN TLSA ${tlsa}`
      ]
    })
    const pin = (host: string) => ({ host, port: 25, toHost: "127.0.0.1", toPort: mail.port })
    return {
      server: dns.server,
      reach: {
        pins: [pin("mx.example"), pin("mx.unsigned")],
        server: dns.server,
        ca,
        timeoutMillis: 5000,
        recorder: StaticNet.recorder()
      }
    }
  })
)

const query = <T extends RecordType>(name: string, type: T) =>
  Effect.gen(function*() {
    const { server } = yield* World
    return yield* (yield* Resolver).query(name, type, { server, timeoutMillis: 5000 })
  })

const dane = (domain: string) =>
  Effect.gen(function*() {
    const { reach, server } = yield* World
    const mx = yield* Mx.survey(domain, reach)
    const facts = yield* Dane.survey(mx, { server, timeoutMillis: 5000 })
    return { mx, facts, findings: judgeDane({ domain, again: "" }, facts, mx).map(({ id }) => id) }
  })

describe.skipIf(problem !== undefined)(problem === undefined ? "signed zones" : `signed zones (${problem})`, () => {
  layer(Layer.merge(world, NodeNet.layer), { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect("are vouched for by a resolver that validates, and others are not", () =>
      Effect.gen(function*() {
        assert.isTrue((yield* query(".", "NS")).authentic)
        assert.isTrue((yield* query("good.example", "MX")).authentic)
        assert.isFalse((yield* query("good.unsigned", "MX")).authentic)
        const alias = yield* query("alias.example", "MX")
        assert.deepStrictEqual([alias.aliases, alias.authentic], [["good.example"], true])
      }))

    it.effect("prove that something is missing", () =>
      Effect.gen(function*() {
        const none = yield* Effect.flip(query("gone.example", "TXT"))
        assert.deepStrictEqual([none.reason, none.authentic], ["NoSuchName", true])
        const empty = yield* Effect.flip(query("mx.example", "TXT"))
        assert.deepStrictEqual([empty.reason, empty.authentic], ["NoRecords", true])
        const open = yield* Effect.flip(query("gone.unsigned", "TXT"))
        assert.deepStrictEqual([open.reason, open.authentic], ["NoSuchName", false])
      }))

    it.effect("that were forged are not believed, and that is no failure of the domain", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(query("bogus.example", "TXT"))).reason, "ServerFailure")
        const { server } = yield* World
        const options = { server, timeoutMillis: 5000 }
        const answer = yield* Spf.check({ address: "192.0.2.1", sender: "x@bogus.example", helo: "x.example" }, options)
        assert.strictEqual(answer.result, "temperror")
        const findings = judgeSpf(
          { domain: "bogus.example", again: "" },
          yield* Survey.survey("bogus.example", options)
        )
        assert.deepStrictEqual(findings.map(({ id, state }) => [id, state]), [["dns_unanswered", "inconclusive"]])
      }))

    it.effect("with much in them are read by TCP", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* query("big.example", "TXT")).records.length, 30)
      }))

    it.effect("make the TLSA record of a live certificate count", () =>
      Effect.gen(function*() {
        const { facts, findings, mx } = yield* dane("good.example")
        assert.strictEqual(mx.exchangers[0]?.live?.state, "encrypted")
        assert.isTrue(facts.validates && facts.mxAuthentic)
        assert.deepStrictEqual(facts.exchangers.map(({ lookup, records }) => [lookup.authentic, records[0]?.matches]), [
          [true, true]
        ])
        assert.deepStrictEqual(findings, [])
      }))

    it.effect("are wanted for DANE: without them the same record is ignored", () =>
      Effect.gen(function*() {
        const { facts, findings } = yield* dane("good.unsigned")
        assert.deepStrictEqual(facts.exchangers.map(({ lookup, records }) => [lookup.authentic, records[0]?.matches]), [
          [false, true]
        ])
        assert.deepStrictEqual(findings, ["dane_not_secure"])
      }))

    it.effect("serve SPF and DMARC like any others", () =>
      Effect.gen(function*() {
        const { server } = yield* World
        const options = { server, timeoutMillis: 5000 }
        const result = (address: string) =>
          Effect.map(
            Spf.check({ address, sender: "x@good.example", helo: "x.example" }, options),
            ({ result }) => result
          )
        assert.deepStrictEqual(
          [yield* result("192.0.2.25"), yield* result("198.51.100.9"), yield* result("203.0.113.1")],
          ["pass", "pass", "fail"]
        )
        const dmarc = yield* Dmarc.survey("news.good.example", options)
        assert.deepStrictEqual([dmarc.record?.at, dmarc.organizational, dmarc.exists], [
          "good.example",
          "good.example",
          false
        ])
      }))
  })
})
