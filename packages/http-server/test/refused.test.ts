/** Targets that a server does not contact: each is refused at the door or ends in `AddressDenied`, and nothing is dialled. */
import { assert, describe, it } from "@effect/vitest"
import type { StartRun } from "@sonde/http-api/RunsApi"
import * as Intake from "@sonde/http-server/Intake"
import { SecretSources } from "@sonde/http-server/SecretSources"
import * as Settings from "@sonde/http-server/Settings"
import { AddressPolicy } from "@sonde/net/AddressPolicy"
import { Dialer } from "@sonde/net/Dialer"
import * as Http from "@sonde/net/Http"
import * as Net from "@sonde/net/Net"
import { LookupFailed, Resolver } from "@sonde/net/Resolver"
import { Sonde } from "@sonde/sonde"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

/** Names, each at one address or several that may not be dialled. */
const inside: Readonly<Record<string, Net.StaticRecords>> = {
  "loopback.example": { a: ["127.0.0.1"] },
  "loopback-high.example": { a: ["127.255.255.254"] },
  "loopback6.example": { aaaa: ["::1"] },
  "ten.example": { a: ["10.1.2.3"] },
  "seventeen.example": { a: ["172.16.0.1"] },
  "nineteen.example": { a: ["192.168.1.1"] },
  "carrier.example": { a: ["100.64.0.1"] },
  "metadata.example": { a: ["169.254.169.254"] },
  "zero.example": { a: ["0.0.0.0"] },
  "this-network.example": { a: ["0.1.2.3"] },
  "multicast.example": { a: ["224.0.0.1"] },
  "broadcast.example": { a: ["255.255.255.255"] },
  "benchmark.example": { a: ["198.18.0.1"] },
  "documentation.example": { a: ["192.0.2.25"] },
  "class-e.example": { a: ["240.0.0.1"] },
  "unspecified6.example": { aaaa: ["::"] },
  "mapped.example": { aaaa: ["::ffff:127.0.0.1"] },
  "mapped-hex.example": { aaaa: ["::ffff:7f00:1"] },
  "compatible.example": { aaaa: ["::10.0.0.1"] },
  "translated.example": { aaaa: ["::ffff:0:10.0.0.1"] },
  "nat64.example": { aaaa: ["64:ff9b::10.0.0.1"] },
  "nat64-local.example": { aaaa: ["64:ff9b:1::1"] },
  "six-to-four.example": { aaaa: ["2002:7f00:1::1"] },
  "teredo.example": { aaaa: ["2001:0:4136:e378:8000:63bf:3fff:fdd2"] },
  "unique-local.example": { aaaa: ["fd00::1"] },
  "link-local.example": { aaaa: ["fe80::1"] },
  "site-local.example": { aaaa: ["fec0::1"] },
  "multicast6.example": { aaaa: ["ff02::1"] },
  "documentation6.example": { aaaa: ["2001:db8::1"] },
  "discard.example": { aaaa: ["100::1"] },
  "unallocated.example": { aaaa: ["4000::1"] },
  "both.example": { a: ["10.0.0.1"], aaaa: ["fd00::1"] },
  "several.example": { a: ["127.0.0.1", "10.0.0.1", "192.168.0.1"] }
}

type Row = readonly [body: StartRun, end: string]

const denied = (target: string, reason: string): Row => [{ target }, `422 ${reason}`]

const literals: ReadonlyArray<Row> = [
  "127.0.0.1:25",
  "127.8.8.8:587",
  "127.0.0.1.:25",
  "10.0.0.1:25",
  "172.31.255.255:25",
  "192.168.0.10:465",
  "100.100.100.200:25",
  "169.254.169.254:25",
  "0.0.0.0:25",
  "224.0.0.251:25",
  "255.255.255.255:25",
  "192.0.2.1:25",
  "198.19.255.255:25",
  "[::1]:25",
  "[::]:25",
  "[::ffff:127.0.0.1]:25",
  "[::ffff:a00:1]:25",
  "[64:ff9b::7f00:1]:25",
  "[2002:a00:1::1]:25",
  "[2001::1]:25",
  "[fd12:3456::1]:25",
  "[fe80::1]:25",
  "[ff02::1]:25"
].map((target) => denied(target, "Address"))

/** Ways of writing 127.0.0.1 that some program would dial: none is read as anything else than text that cannot be meant. */
const disguised: ReadonlyArray<Row> = [
  "2130706433:25",
  "0x7f000001:25",
  "0x7f.1:25",
  "0177.0.0.1:25",
  "017700000001:25",
  "127.1:25",
  "127.0.1:25",
  "127.000.000.001:25",
  "１２７.０.０.１:25",
  "127。0。0。1:25",
  "①②⑦.0.0.1:25",
  "%31%32%37.0.0.1:25",
  "[fe80::1%eth0]:25",
  "[127.0.0.1]:25",
  "person@127.0.0.1",
  "person@[127.0.0.1]",
  "person@0x7f000001",
  "user@mail.example@127.0.0.1",
  "http://127.0.0.1:25",
  "mail.example@127.0.0.1:25",
  "mail.example:25@127.0.0.1",
  "mail.example\u0000.10.0.0.1:25",
  "mail.example\r\nHost: 127.0.0.1:25"
].map((target) => [{ target }, "400 target"])

const names: ReadonlyArray<Row> = [
  "localhost:25",
  "LOCALHOST.:25",
  "ｌｏｃａｌｈｏｓｔ:25",
  "mail.localhost:25",
  "localhost",
  "person@localhost",
  "printer.local:25",
  "metadata.google.internal:25",
  "router.home.arpa:25",
  "service.onion:25",
  "intranet:25"
].map((target) => denied(target, "Name"))

const ports: ReadonlyArray<Row> = [
  ...["22", "53", "80", "443", "2525", "3306", "6379", "8080", "65535"].map((port) =>
    denied(`mail.example:${port}`, "Port")
  ),
  [{ target: "person@mail.example", port: 6379 }, "422 Port"],
  [{ target: "mail.example:0" }, "400 target"],
  [{ target: "mail.example:65536" }, "400 target"],
  [{ target: "mail.example:-25" }, "400 target"]
]

const options: ReadonlyArray<Row> = [
  [{ target: "person@mail.example", host: "127.0.0.1" }, "422 Address"],
  [{ target: "person@mail.example", host: "::1" }, "422 Address"],
  [{ target: "person@mail.example", host: "localhost" }, "422 Name"],
  [{ target: "person@mail.example", host: "0x7f.1" }, "400 host"],
  [{ target: "person@mail.example", host: "127.0.0.1:25" }, "400 host"],
  [{ target: "person@mail.example", connectTo: ["mail.example:587:127.0.0.1:587"] }, "400 connectTo"],
  [{ target: "person@mail.example", dns: "127.0.0.1" }, "400 dns"],
  [{ target: "person@mail.example", host: "loopback.example" }, "AddressDenied"]
]

const resolved: ReadonlyArray<Row> = [
  ...Object.keys(inside).map((name): Row => [{ target: `${name}:587` }, "AddressDenied"]),
  // The same name, written in another way.
  [{ target: "LOOPBACK.example.:587" }, "AddressDenied"],
  [{ target: "ｌｏｏｐｂａｃｋ．ｅｘａｍｐｌｅ:587" }, "AddressDenied"],
  [{ target: "loopback。example:587" }, "AddressDenied"]
]

const resolver = Net.layerResolver({ zone: inside })

/** Notes every address that is asked to be dialled and allowed: there must be none. */
const recording = () => {
  const dialled: Array<string> = []
  const layer = Layer.effect(
    Dialer,
    Effect.map(Dialer, (dialer) => ({
      connect: (request) => {
        dialled.push(...request.addresses.map(({ address, port }) => `${address} ${port}`))
        return dialer.connect(request)
      }
    }))
  ).pipe(Layer.provide(Net.layerDialer({})))
  return { dialled, layer }
}

const layer = (
  net: Layer.Layer<Resolver | Dialer>,
  settings: Partial<Settings.Values> = {},
  http: Layer.Layer<Http.Http> = Net.layerHttp({})
) =>
  Intake.Intake.layer.pipe(
    Layer.provideMerge(Layer.provide(Sonde.layer, Layer.merge(net, http))),
    Layer.provideMerge(Settings.layer(settings)),
    Layer.provide(Layer.succeed(SecretSources, { resolve: () => Effect.die("no source is asked for") }))
  )

/** What became of a body, with the report where there is one. */
const play = Effect.fnUntraced(function*(body: StartRun) {
  const intake = yield* Intake.Intake
  const settings = yield* Settings.Settings
  const sonde = yield* Sonde
  const taken = yield* Effect.result(intake.check(body))
  if (Result.isFailure(taken)) {
    const { error, status } = taken.failure
    return { end: `${status} ${error._tag === "TargetDenied" ? error.reason : error.option}`, report: undefined }
  }
  const rule = Intake.rule(settings, taken.success)
  const report = yield* Effect.provideService(sonde.check(taken.success), AddressPolicy, rule)
  const [error] = report.services.flatMap(({ phases }) => phases.flatMap((phase) => phase.error ?? []))
  return { end: error?._tag === "ConnectError" ? error.reason : error?._tag, report }
})

const rows = [...literals, ...disguised, ...names, ...ports, ...options, ...resolved]

describe("a target that is not on the public internet", () => {
  it("has at least sixty forms here", () => {
    assert.isAtLeast(rows.length, 60)
  })

  for (const [body, end] of rows) {
    it.effect(`ends in ${end}: ${JSON.stringify(body)}`, () => {
      const { dialled, layer: dialer } = recording()
      return Effect.gen(function*() {
        const from = yield* Clock.currentTimeMillis
        const played = yield* play(body)
        assert.strictEqual(played.end, end)
        assert.deepStrictEqual(dialled, [])
        if (played.report === undefined) return
        assert.strictEqual((yield* Clock.currentTimeMillis) - from, 0)
        const told = JSON.stringify(played.report)
        for (const { a = [], aaaa = [] } of Object.values(inside)) {
          for (const address of [...a, ...aaaa]) assert.notInclude(told, `"${address}"`)
        }
      }).pipe(Effect.provide(layer(Layer.merge(dialer, resolver))))
    })
  }
})

/** A page of the domain that leads inside, and what must not be asked there. */
const leads: ReadonlyArray<string> = [
  "https://metadata.example/latest/meta-data/",
  "https://loopback.example/mail/config-v1.1.xml",
  "https://mapped.example/",
  "https://nat64.example/",
  "https://several.example/",
  "https://127.0.0.1/",
  "https://[::1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://0x7f000001/",
  "https://2130706433/",
  "https://0177.0.0.1/",
  "https://localhost/",
  "https://router.home.arpa/",
  "https://firm.example:6379/",
  "https://firm.example:25/",
  "http://10.0.0.1/",
  "file:///etc/passwd"
]

describe("a redirect of discovery by HTTP", () => {
  for (const location of leads) {
    it.effect(`to ${location} is not followed, and nothing there is asked`, () => {
      const asked: Array<string> = []
      const { dialled, layer: dialer } = recording()
      const http = Layer.effect(
        Http.Http,
        Effect.map(Http.Http, (real) => ({
          request: (request) => {
            asked.push(`${request.endpoint.host}:${request.endpoint.port}`)
            return real.request(request)
          }
        }))
      ).pipe(Layer.provide(Net.layerHttp({
        http: {
          "autoconfig.firm.example:443": () => ({ status: 302, headers: { location }, body: "" }),
          "firm.example:443": () => ({ status: 404, body: "" })
        }
      })))
      const zone = { ...inside, "firm.example": { a: ["9.9.9.9"] }, "autoconfig.firm.example": { a: ["9.9.9.9"] } }
      return Effect.gen(function*() {
        const intake = yield* Intake.Intake
        const settings = yield* Settings.Settings
        const sonde = yield* Sonde
        const { target } = yield* intake.check({ target: "person@firm.example" })
        const rule = Intake.rule(settings, {})
        const found = yield* Effect.provideService(sonde.discover({ target }), AddressPolicy, rule)
        const answer = found.sources.find(({ source }) => source === "autoconfig")
        assert.strictEqual(answer?.state, "failed")
        assert.deepStrictEqual(answer?.redirects?.length, 1)
        assert.deepStrictEqual(found.chosen, [])
        assert.deepStrictEqual(
          asked.filter((place) => !/^(?:autoconfig\.)?firm\.example:(?:443|80)$/.test(place)),
          []
        )
        assert.deepStrictEqual(dialled, [])
      }).pipe(Effect.provide(layer(Layer.mergeAll(dialer, Net.layerResolver({ zone })), {}, http)))
    })
  }
})

describe("a token that the server would have to obtain", () => {
  it.effect("is refused: nobody sits there to confirm it", () => {
    const { dialled, layer: dialer } = recording()
    return Effect.gen(function*() {
      const { end } = yield* play({
        target: "person@example.com",
        grant: "device-code",
        clientId: "app",
        tokenEndpoint: "https://127.0.0.1/token"
      })
      assert.match(end ?? "", / grant$/)
      assert.deepStrictEqual(dialled, [])
    }).pipe(Effect.provide(layer(Layer.merge(dialer, resolver))))
  })
})

describe("a name whose addresses change", () => {
  it.effect("is asked for once, and what was allowed is what is dialled", () => {
    const { dialled, layer: dialer } = recording()
    let asked = 0
    const changing = Layer.succeed(Resolver, {
      mx: () => Effect.succeed([]),
      query: (name, type) => Effect.fail(new LookupFailed({ name, type, reason: "NoSuchName" })),
      addresses: () => {
        const address = asked++ === 0 ? "9.9.9.9" : "127.0.0.1"
        return Effect.succeed({ source: "dns" as const, addresses: [{ address, family: 4 as const, ttlSeconds: 0 }] })
      }
    })
    return Effect.gen(function*() {
      assert.strictEqual((yield* play({ target: "rebinding.example:587" })).end, "Refused")
      assert.deepStrictEqual(dialled, ["9.9.9.9 587"])
      assert.strictEqual(asked, 1)
      assert.strictEqual((yield* play({ target: "rebinding.example:587" })).end, "AddressDenied")
      assert.deepStrictEqual(dialled, ["9.9.9.9 587"])
    }).pipe(Effect.provide(layer(Layer.merge(dialer, changing))))
  })

  it.effect("is dialled only where it is public, and the report counts the rest", () => {
    const { dialled, layer: dialer } = recording()
    const mixed = Net.layerResolver({
      zone: { "mixed.example": { a: ["10.0.0.1", "9.9.9.9", "127.0.0.1"], aaaa: ["fd00::1"] } }
    })
    return Effect.gen(function*() {
      const { end, report } = yield* play({ target: "mixed.example:587" })
      assert.strictEqual(end, "Refused")
      assert.deepStrictEqual(dialled, ["9.9.9.9 587"])
      const phases = report?.services[0]?.phases ?? []
      assert.deepStrictEqual(phases.find(({ id }) => id === "resolve")?.facts, {
        name: "mixed.example",
        source: "dns",
        addresses: [{ address: "9.9.9.9", family: 4, ttlSeconds: 300 }],
        withheld: 3
      })
      const error = phases.find(({ id }) => id === "connect")?.error
      assert.deepStrictEqual(
        error?._tag === "ConnectError" ? error.attempts.map(({ address }) => address) : undefined,
        ["9.9.9.9"]
      )
    }).pipe(Effect.provide(layer(Layer.merge(dialer, mixed))))
  })
})

describe("a server that may contact private addresses", () => {
  const allowing = (settings: Partial<Settings.Values>, body: StartRun) => {
    const { dialled, layer: dialer } = recording()
    return Effect.map(play(body), ({ end }) => ({ end, dialled })).pipe(
      Effect.provide(layer(Layer.merge(dialer, resolver), settings))
    )
  }

  it.effect("dials them, on the ports of mail", () =>
    Effect.gen(function*() {
      const settings = { allowPrivate: true }
      assert.deepStrictEqual(yield* allowing(settings, { target: "loopback.example:587" }), {
        end: "Refused",
        dialled: ["127.0.0.1 587"]
      })
      assert.deepStrictEqual(yield* allowing(settings, { target: "127.0.0.1:6379" }), { end: "422 Port", dialled: [] })
    }))

  it.effect("dials the port that connectTo maps a port of mail to, and maps no other", () =>
    Effect.gen(function*() {
      const settings = { allowPrivate: true }
      const target = "mail.example:587"
      assert.deepStrictEqual(
        yield* allowing(settings, { target, connectTo: ["mail.example:587:127.0.0.1:2587"] }),
        { end: "Refused", dialled: ["127.0.0.1 2587"] }
      )
      assert.deepStrictEqual(
        yield* allowing(settings, { target, connectTo: ["mail.example:6379:127.0.0.1:6379"] }),
        { end: "422 Port", dialled: [] }
      )
    }))

  it.effect("dials any port where any may be", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* allowing({ allowPrivate: true, anyPort: true }, { target: "127.0.0.1:2587" }), {
        end: "Refused",
        dialled: ["127.0.0.1 2587"]
      })
      assert.deepStrictEqual(yield* allowing({ anyPort: true }, { target: "9.9.9.9:2587" }), {
        end: "Refused",
        dialled: ["9.9.9.9 2587"]
      })
      assert.deepStrictEqual(yield* allowing({ anyPort: true }, { target: "127.0.0.1:2587" }), {
        end: "422 Address",
        dialled: []
      })
    }))
})
