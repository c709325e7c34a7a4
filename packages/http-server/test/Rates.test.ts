import { assert, describe, it } from "@effect/vitest"
import * as Rates from "@sonde/http-server/Rates"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

const layer = (settings: Partial<Settings.Values> = {}) =>
  Layer.provide(
    Rates.Rates.layer,
    Settings.layer({ clientPerMinute: 5, targetPerMinute: 3, signInEveryMillis: 60_000, ...settings })
  )

/** What a start comes to: nothing, or the scope that is full and how long it is. */
const take = (client: string, target: string, user?: string) =>
  Effect.flatMap(Rates.Rates, (rates) => rates.take({ client, target, user })).pipe(
    Effect.as("taken"),
    Effect.catchTag("TooManyRuns", ({ error }) => Effect.succeed(`${error.scope} ${error.retryAfterMillis}`))
  )

const repeat = (times: number, target: (index: number) => string) =>
  Effect.forEach(Array.from({ length: times }, (_, index) => index), (index) => take("desk", target(index)))

describe("Rates", () => {
  it.effect("lets a client start as many runs as it may in a minute, and says when the next may start", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* repeat(3, (index) => `a${index}.example`), ["taken", "taken", "taken"])
      yield* TestClock.adjust(10_000)
      assert.deepStrictEqual(yield* repeat(3, (index) => `b${index}.example`), ["taken", "taken", "client 50000"])
      assert.strictEqual(yield* take("other", "b2.example"), "taken")
      yield* TestClock.adjust(49_999)
      assert.strictEqual(yield* take("desk", "c.example"), "client 1")
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* repeat(4, (index) => `d${index}.example`), [
        "taken",
        "taken",
        "taken",
        "client 10000"
      ])
    }).pipe(Effect.provide(layer())))

  it.effect("counts a target whoever starts, in whatever way it is written", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* take("a", "person@Bücher.example"), "taken")
      assert.strictEqual(yield* take("b", "XN--BCHER-KVA.EXAMPLE."), "taken")
      assert.strictEqual(yield* take("c", "bücher。example:465"), "taken")
      assert.strictEqual(yield* take("d", "other@xn--bcher-kva.example"), "target 60000")
      assert.strictEqual(yield* take("d", "bucher.example"), "taken")
    }).pipe(Effect.provide(layer())))

  it.effect("counts an address once in all its forms", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* take("a", "[2606:4700::1]:25"), "taken")
      assert.strictEqual(yield* take("b", "[2606:4700:0:0::0001]:587"), "taken")
      assert.strictEqual(yield* take("c", "[2606:4700:0000::1]:465"), "taken")
      assert.strictEqual(yield* take("d", "[2606:4700::0:1]:25"), "target 60000")
    }).pipe(Effect.provide(layer())))

  it.effect("lets an account sign in once in the time that is set, at any target", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* take("a", "one.example", "Person@One.example"), "taken")
      assert.strictEqual(yield* take("b", "one.example", "person@one.example."), "sign-in 60000")
      assert.strictEqual(yield* take("b", "two.example", "person@ONE.example"), "sign-in 60000")
      assert.strictEqual(yield* take("b", "one.example", "other@one.example"), "taken")
      assert.strictEqual(yield* take("b", "one.example"), "taken")
      yield* TestClock.adjust(60_000)
      assert.strictEqual(yield* take("b", "one.example", "person@one.example"), "taken")
    }).pipe(Effect.provide(layer())))

  it.effect("tells accounts without a domain apart by their target", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* take("a", "one.example", "person"), "taken")
      assert.strictEqual(yield* take("a", "two.example", "person"), "taken")
      assert.strictEqual(yield* take("a", "ONE.example", "PERSON"), "sign-in 60000")
    }).pipe(Effect.provide(layer())))

  it.effect("limits no sign-in where no time is set", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* take("a", "one.example", "person"), "taken")
      assert.strictEqual(yield* take("a", "one.example", "person"), "taken")
    }).pipe(Effect.provide(layer({ signInEveryMillis: 0 }))))

  it.effect("counts a refused start nowhere", () =>
    Effect.gen(function*() {
      yield* repeat(5, (index) => `a${index}.example`)
      for (let index = 0; index < 4; index++) {
        assert.strictEqual(yield* take("desk", "b.example", "person@b.example"), "client 60000")
      }
      assert.strictEqual(yield* take("other", "b.example", "person@b.example"), "taken")
      assert.strictEqual(yield* take("other", "b.example", "person@b.example"), "sign-in 60000")
      assert.strictEqual(yield* take("other", "b.example"), "taken")
      assert.strictEqual(yield* take("other", "b.example"), "taken")
      assert.strictEqual(yield* take("other", "b.example"), "target 60000")
      assert.strictEqual(yield* take("other", "c.example"), "taken")
    }).pipe(Effect.provide(layer())))

  it.effect("takes back a start that came to nothing", () =>
    Effect.gen(function*() {
      const rates = yield* Rates.Rates
      const start = { client: "desk", target: "one.example", user: "person@one.example" }
      yield* rates.take(start)
      yield* rates.giveBack(start)
      assert.strictEqual(yield* rates.size, 0)
      yield* rates.take(start)
      assert.strictEqual(yield* take("desk", "one.example", "person@one.example"), "sign-in 60000")
    }).pipe(Effect.provide(layer())))

  it.effect("forgets what is over, and remembers no more than so many names at once", () =>
    Effect.gen(function*() {
      const rates = yield* Rates.Rates
      for (let index = 0; index < Rates.maxNames + 50; index++) {
        yield* rates.take({ client: `client-${index}`, target: "one.example" })
      }
      assert.strictEqual(yield* rates.size, Rates.maxNames + 1)
      yield* TestClock.adjust(60_000)
      yield* rates.take({ client: "late", target: "two.example" })
      assert.strictEqual(yield* rates.size, 2)
    }).pipe(Effect.provide(layer({ targetPerMinute: 1_000_000 }))))
})

describe("the start that a check would be", () => {
  const secret = Redacted.make("canary")

  it("is at the host that the check names, and signs in only with a secret", () => {
    assert.deepStrictEqual(Rates.startOf("desk", { target: "person@one.example" }), {
      client: "desk",
      target: "person@one.example"
    })
    assert.deepStrictEqual(Rates.startOf("desk", { target: "one.example", host: "mail.two.example", user: "person" }), {
      client: "desk",
      target: "mail.two.example"
    })
    assert.deepStrictEqual(Rates.startOf("desk", { target: "person@one.example", secret }), {
      client: "desk",
      target: "person@one.example",
      user: "person@one.example"
    })
    assert.deepStrictEqual(Rates.startOf("desk", { target: "person@one.example", token: secret, user: "shared" }), {
      client: "desk",
      target: "person@one.example",
      user: "shared"
    })
  })
})
