import { assert, describe, it } from "@effect/vitest"
import * as Net from "@sonde/net/Net"
import * as Check from "@sonde/policy/dnsbl/Check"
import * as Effect from "effect/Effect"

const zone = "bl.example"
const address = "203.0.113.7"
const tested = { "2.0.0.127.bl.example": { a: ["127.0.0.2"] } }

const ask = (
  records: Net.StaticZone,
  fail: Net.StaticFailures = {},
  of = address
) => Check.ask(of, zone, { timeoutMillis: 1000 }).pipe(Effect.provide(Net.layerResolver({ zone: records, fail })))

describe("the name that a list is asked for", () => {
  it.each([
    ["192.0.2.99", "99.2.0.192.bl.example"],
    ["2001:db8:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.example"]
  ])("has %s backwards", (of, name) => assert.strictEqual(Check.nameOf(of, zone), name))
})

describe("a block list", () => {
  it.effect("says that an address is listed, with codes and reasons", () =>
    Effect.gen(function*() {
      const listing = yield* ask({
        ...tested,
        "7.113.0.203.bl.example": { a: ["127.0.0.4", "127.0.0.10"], txt: ["see https://bl.example/203.0.113.7"] }
      })
      assert.deepStrictEqual(listing, {
        zone,
        address,
        state: "Listed",
        answers: ["127.0.0.4", "127.0.0.10"],
        texts: ["see https://bl.example/203.0.113.7"]
      })
    }))

  it.effect("says that it is not", () => Effect.map(ask(tested), ({ state }) => assert.strictEqual(state, "NotListed")))

  it.effect.each(["127.255.255.252", "127.255.255.254", "127.255.255.255"])(
    "does not list anything with %s: it refuses",
    (code) =>
      Effect.gen(function*() {
        const listing = yield* ask({
          "7.113.0.203.bl.example": { a: [code] },
          "2.0.0.127.bl.example": { a: [code] },
          "1.0.0.127.bl.example": { a: [code] }
        })
        assert.deepStrictEqual([listing.state, listing.answers], ["Refused", [code]])
      })
  )

  it.effect.each(
    [
      [
        "lists 127.0.0.1",
        { ...tested, "1.0.0.127.bl.example": { a: ["127.0.0.2"] } },
        /127\.0\.0\.1, which no list may have/
      ],
      ["does not list 127.0.0.2", {}, /127\.0\.0\.2, which every list has/],
      [
        "answers with what is no code",
        { ...tested, "7.113.0.203.bl.example": { a: ["198.51.100.1"] } },
        /198\.51\.100\.1/
      ]
    ] as const
  )("is not believed where it %s", ([, records, why]) =>
    Effect.gen(function*() {
      const listing = yield* ask(records)
      assert.strictEqual(listing.state, "Unusable")
      assert.match(listing.why ?? "", why)
    }))

  it.effect("is not believed about IPv6 without its test entry there", () =>
    Effect.map(
      ask(tested, {}, "2001:db8::7"),
      ({ state, why }) =>
        assert.deepStrictEqual([state, why], ["Unusable", "it does not list ::ffff:7f00:2, which every list has"])
    ))

  it.effect.each(["Timeout", "ServerFailure", "Refused"] as const)(
    "says nothing where the DNS fails: %s",
    (reason) =>
      Effect.gen(function*() {
        const own = yield* ask(tested, { "a 7.113.0.203.bl.example": reason })
        const test = yield* ask({}, { "a 2.0.0.127.bl.example": reason })
        assert.deepStrictEqual([own.state, own.why, test.state, test.why], ["Unanswered", reason, "Unanswered", reason])
      })
  )
})
