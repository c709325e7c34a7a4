/** Which provider and which endpoint, from options, packs and the DNS. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Http } from "@sonde/net/Http"
import * as Net from "@sonde/net/Net"
import { Resolver } from "@sonde/net/Resolver"
import { Packs } from "@sonde/packs/Packs"
import * as Prepare from "@sonde/pipeline/Prepare"
import * as Recognition from "@sonde/pipeline/Recognition"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Support from "./support.ts"

const silent = Layer.mock(Resolver, {})

const prepare = Effect.fnUntraced(function*(options: CheckOptions) {
  const state = Recognition.nothing()
  const endpoint = yield* Prepare.endpoint(Support.request(options, {}), state)
  const { host, port, protocol, security } = endpoint
  return {
    state,
    endpoint: `${protocol} ${host}:${port} ${security}`,
    provider: state.provider?.id,
    by: state.provider?.recognisedBy
  }
})

const asking = (zone: Net.StaticZone, fail: Net.StaticFailures = {}, http: Net.StaticWorld["http"] = {}) =>
  Layer.mergeAll(Packs.layerStatic([Support.pack]), Net.layerResolver({ zone, fail }), Net.layerHttp({ http }))
const asksNobody = Layer.mergeAll(Packs.layerStatic([Support.pack]), silent, Layer.mock(Http, {}))

const usual = "smtp mx.example:587 starttls"

describe("without asking the DNS, an endpoint", () => {
  it.effect.each<{ title: string; options: CheckOptions; endpoint: string; by: ReadonlyArray<string> }>([
    {
      title: "is that of the provider that an option names",
      options: { target: "person@elsewhere.example", provider: "example-mail" },
      endpoint: usual,
      by: ["option"]
    },
    {
      title: "is that of a provider named by an alias, mapped elsewhere",
      options: { target: "person@elsewhere.example", provider: "exmail", connectTo: ["mx.example:587:127.0.0.1:9"] },
      endpoint: usual,
      by: ["option"]
    },
    {
      title: "is that of the provider of the domain",
      options: { target: "person@example.com" },
      endpoint: usual,
      by: ["domain"]
    },
    {
      title: "names both signs where an option and the domain agree",
      options: { target: "person@example.com", provider: "example-mail" },
      endpoint: usual,
      by: ["option", "domain"]
    },
    {
      title: "is that of the kind of account the domain stands for",
      options: { target: "person@home.example" },
      endpoint: "smtp home.mx.example:587 starttls",
      by: ["domain"]
    },
    {
      title: "takes another port, with the security that belongs to it",
      options: { target: "person@example.com", port: 465 },
      endpoint: "smtp mx.example:465 tls",
      by: ["domain"]
    },
    {
      title: "takes another security",
      options: { target: "person@example.com", security: "none" },
      endpoint: "smtp mx.example:587 none",
      by: ["domain"]
    },
    {
      title: "at a host that the pack lists has its port and security",
      options: { target: "person@example.com", host: "OLD.mx.example" },
      endpoint: "smtp old.mx.example:465 tls",
      by: ["domain", "host"]
    },
    {
      title: "at a host and another port than the pack lists goes by the port",
      options: { target: "person@example.com", host: "old.mx.example", port: 587 },
      endpoint: "smtp old.mx.example:587 starttls",
      by: ["domain", "host"]
    },
    {
      title: "at a host of the provider recognises it",
      options: { target: "in.mx.example:587" },
      endpoint: "smtp in.mx.example:587 starttls",
      by: ["host"]
    }
  ])("$title", ({ by, endpoint, options }) =>
    Effect.gen(function*() {
      const found = yield* prepare(options)
      assert.deepStrictEqual([found.endpoint, found.provider, found.by], [endpoint, "example-mail", by])
    }).pipe(Effect.provide(asksNobody)))

  it.effect.each([
    { options: { target: "mail.elsewhere.example:25" }, endpoint: "smtp mail.elsewhere.example:25 starttls" },
    { options: { target: "mail.elsewhere.example:465" }, endpoint: "smtp mail.elsewhere.example:465 tls" },
    {
      options: { target: "a@elsewhere.example", host: "mail.elsewhere.example" },
      endpoint: "smtp mail.elsewhere.example:587 starttls"
    },
    {
      options: { target: "a@elsewhere.example", host: "mail.elsewhere.example", security: "tls" as const },
      endpoint: "smtp mail.elsewhere.example:465 tls"
    }
  ])("of nobody known is $endpoint", ({ endpoint, options }) =>
    Effect.gen(function*() {
      const found = yield* prepare(options)
      assert.deepStrictEqual([found.endpoint, found.provider], [endpoint, undefined])
    }).pipe(Effect.provide(asksNobody)))
})

describe("with the DNS, an endpoint", () => {
  it.effect("is that of the provider that takes the domain's mail", () =>
    Effect.gen(function*() {
      const found = yield* prepare({ target: "person@customer.example" })
      assert.deepStrictEqual([found.endpoint, found.provider, found.by], [usual, "example-mail", ["mx"]])
    }).pipe(Effect.provide(asking({ "customer.example": { mx: [[10, "customer.in.mail.example"]] } }))))

  it.effect("is not found where nobody known takes the mail, and the error names who does", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(prepare({ target: "person@customer.example" }))
      assert.deepStrictEqual([error._tag, error._tag === "ResolveError" && error.reason], ["ResolveError", "NoRecords"])
      assert.include(error.message, "mx1.unknown.example")
      assert.include(error.message, "--host")
      assert.include(error.message, "--provider")
      assert.include(error.message, "sonde discover customer.example")
    }).pipe(Effect.provide(asking({ "customer.example": { mx: [[10, "mx1.unknown.example"]] } }))))

  it.effect("is what the domain publishes where nobody known takes the mail, and may tell by its host who that is", () =>
    Effect.gen(function*() {
      const found = yield* prepare({ target: "person@customer.example" })
      assert.deepStrictEqual([found.endpoint, found.provider], ["smtp smtp.customer.example:465 tls", undefined])
      const other = yield* prepare({ target: "person@customer.example", port: 587 })
      assert.strictEqual(other.endpoint, "smtp smtp.customer.example:587 starttls")
    }).pipe(Effect.provide(asking({
      "customer.example": { mx: [[10, "mx1.unknown.example"]] },
      "_submissions._tcp.customer.example": { srv: [[0, 1, 465, "smtp.customer.example"]] }
    }))))

  it.effect("at a host of a provider that the domain names tells who that is", () =>
    Effect.gen(function*() {
      const found = yield* prepare({ target: "person@customer.example" })
      assert.deepStrictEqual([found.endpoint, found.provider, found.by], [
        "smtp old.mx.example:465 tls",
        "example-mail",
        ["host"]
      ])
    }).pipe(Effect.provide(asking({
      "customer.example": { mx: [[10, "mx1.unknown.example"]] },
      "_submissions._tcp.customer.example": { srv: [[0, 1, 465, "old.mx.example"]] }
    }))))

  it.effect("is not found without mail exchangers", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(prepare({ target: "person@customer.example" }))
      assert.strictEqual(error._tag === "ResolveError" && error.reason, "NoRecords")
      assert.include(error.message, "--host")
    }).pipe(Effect.provide(asking({ "customer.example": { a: ["192.0.2.1"] } }))))

  it.effect("is not found where the domain takes no mail", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(prepare({ target: "person@customer.example" }))
      assert.strictEqual(error._tag === "ResolveError" && error.reason, "NullMx")
    }).pipe(Effect.provide(asking({ "customer.example": { mx: [[0, "."]] } }))))

  it.effect.each(
    [
      { reason: "NoSuchName", told: "NoSuchName", isTemporary: false },
      { reason: "ServerFailure", told: "ServerFailure", isTemporary: true },
      { reason: "Timeout", told: "Timeout", isTemporary: true },
      { reason: "Refused", told: "Refused", isTemporary: false },
      { reason: "Malformed", told: "ServerFailure", isTemporary: true }
    ] as const
  )("is not found after $reason", ({ isTemporary, reason, told }) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(prepare({ target: "person@customer.example" }))
      assert.strictEqual(error._tag === "ResolveError" && error.reason, told)
      assert.strictEqual(error.isTemporary, isTemporary)
      assert.strictEqual(error.endpoint.host, "customer.example")
    }).pipe(Effect.provide(asking({}, { "mx customer.example": reason }))))
})

describe("a plan", () => {
  const history = { run: "01ARZ3NDEKTSV4RRFFQ69G5FAV", startedAt: "2026-11-24T05:00:00.000Z" }
  const endpoint = { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" } as const
  const plan = (options: Partial<CheckOptions>) =>
    Prepare.plan(Support.request({ target: "person@example.com", ...options }), endpoint, history)

  it("dials the mapping of its host and port, and of no other", () => {
    const connectTo = ["mx.example:465:127.0.0.1:1", "MX.example:587:127.0.0.1:2"]
    assert.deepStrictEqual(plan({ connectTo }).pinned, { host: "127.0.0.1", port: 2 })
    assert.isUndefined(plan({ connectTo: ["old.mx.example:587:127.0.0.1:3"] }).pinned)
  })

  it("has a message only when one is to be sent", () => {
    assert.isUndefined(plan({ to: ["a@b.example"] }).message)
    const given = plan({ deliver: true, message: "Message-ID: <mine@x>\r\nSubject: y\r\n\r\nz\r\n" }).message
    assert.strictEqual(given?.messageId, "<mine@x>")
  })

  it("sends the same message whenever its run is resumed", () => {
    const [one, two] = [plan({ deliver: true }), plan({ deliver: true })].map(({ message }) => message)
    assert.deepStrictEqual(one?.octets, two?.octets)
    assert.strictEqual(one?.messageId, `<${history.run.toLowerCase()}@example.com>`)
  })
})

describe("under a coarse policy of addresses", () => {
  it.effect("mail exchangers that lie inside are not told", () =>
    Effect.gen(function*() {
      const zone = {
        "unknown.example": {
          mx: [[5, "10.0.0.25"], [10, "exchange.corp.internal"], [20, "exchange"], [30, "mx.unknown.example"]]
        }
      } satisfies Net.StaticZone
      const message = (rule: AddressPolicy.AddressRule) =>
        prepare({ target: "person@unknown.example" }).pipe(
          Effect.flip,
          Effect.map((error) => error.message),
          Effect.provide(asking(zone)),
          Effect.provideService(AddressPolicy.AddressPolicy, rule)
        )
      assert.include(yield* message(AddressPolicy.everything), "(its mail goes to 10.0.0.25)")
      assert.include(yield* message(AddressPolicy.publicOnly()), "(its mail goes to mx.unknown.example)")
    }))
})
