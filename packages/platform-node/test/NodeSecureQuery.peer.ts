/** BIND as a resolver that validates, asked in all three ways. */
import { assert, describe, layer } from "@effect/vitest"
import { Resolver } from "@sonde/net/Resolver"
import { Route } from "@sonde/net/Route"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as SignedDns from "@sonde/testkit/peers/SignedDns"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const problem = SignedDns.problem()
if (problem !== undefined) console.error(`SKIPPED: nothing here was tried with a real resolver, because ${problem}`)

class Bind extends Context.Service<Bind, {
  readonly ca: string
  readonly servers: Readonly<Record<"datagram" | "TLS" | "HTTPS", string>>
}>()("@sonde/platform-node/test/NodeSecureQuery.peer/Bind") {}

const bind = Layer.effect(
  Bind,
  Effect.gen(function*() {
    const { ca, server } = yield* Effect.promise(TestCa.testCa)
    const tls = yield* Effect.promise(() => server({ dns: ["dns.example"] }))
    const dns = yield* SignedDns.start({
      tls,
      signed: [
        "mx.example. IN A 192.0.2.25",
        "mx.example. IN AAAA 2001:db8::25",
        "alias.example. IN CNAME mx.example."
      ],
      unsigned: ["mx.unsigned. IN A 192.0.2.26"]
    })
    return {
      ca,
      servers: {
        datagram: dns.server,
        TLS: `tls://127.0.0.1:${dns.tlsPort}#dns.example`,
        HTTPS: `https://127.0.0.1:${dns.httpsPort}/dns-query`
      }
    }
  })
)

describe.skipIf(problem !== undefined)("BIND", () => {
  layer(Layer.merge(bind, NodeNet.layer), { excludeTestServices: true, timeout: "30 seconds" })((it) => {
    it.effect.each(["datagram", "TLS", "HTTPS"] as const)("tells the same by %s", (way) =>
      Effect.gen(function*() {
        const { ca, servers } = yield* Bind
        const dns = yield* Resolver
        const options = { server: servers[way], timeoutMillis: 5000 }
        const asked = Effect.provideService(Route, { ca })
        const addresses = yield* asked(dns.addresses("alias.example", options))
        assert.deepStrictEqual(addresses.addresses.map(({ address }) => address), ["2001:db8::25", "192.0.2.25"])
        assert.deepStrictEqual([addresses.aliases, addresses.authentic], [["mx.example"], true])
        assert.isFalse((yield* asked(dns.query("mx.unsigned", "A", options))).authentic)
        const failures = yield* Effect.forEach(
          [["nothing.example", "A"], ["mx.example", "MX"], ["bogus.example", "TXT"]] as const,
          ([name, type]) => Effect.flip(asked(dns.query(name, type, options)))
        )
        assert.deepStrictEqual(failures.map(({ reason }) => reason), ["NoSuchName", "NoRecords", "ServerFailure"])
      }))
  })
})
