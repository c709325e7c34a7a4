import { assert, describe, it } from "@effect/vitest"
import { AccessTokens, OperatorToken } from "@sonde/http-server/AccessTokens"
import * as Authorized from "@sonde/http-server/Authorized"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

const store = KeyValueStore.layerMemory
const layer = Layer.provideMerge(AccessTokens.layer, store)

/** Two processes over one store. */
const twice = Effect.gen(function*() {
  const kept = yield* KeyValueStore.KeyValueStore
  const one = AccessTokens.layer.pipe(Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, kept)))
  const make = Effect.map(Layer.build(Layer.fresh(one)), (context) => context)
  return [yield* make, yield* make] as const
})

const reason = <A>(effect: Effect.Effect<A, { readonly reason: string }>) =>
  Effect.match(effect, { onSuccess: () => "no failure", onFailure: ({ reason }) => reason })

describe("AccessTokens", () => {
  it.effect("makes tokens of 256 random bits and knows them by name", () =>
    Effect.gen(function*() {
      const tokens = yield* AccessTokens
      const desk = yield* tokens.add("desk")
      const monitor = yield* tokens.add("monitor")
      assert.match(Redacted.value(desk.token), /^sonde_[A-Za-z0-9_-]{43}$/)
      assert.notStrictEqual(Redacted.value(desk.token), Redacted.value(monitor.token))
      assert.strictEqual(yield* tokens.verify(desk.token), "desk")
      assert.strictEqual(yield* tokens.verify(monitor.token), "monitor")
      for (const wrong of ["", "sonde_", `${Redacted.value(desk.token)}x`, Redacted.value(desk.token).slice(0, -1)]) {
        assert.strictEqual(yield* tokens.verify(Redacted.make(wrong)), undefined)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("keeps no token and tells none in its list", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.parse("2026-11-24T08:00:00Z"))
      const tokens = yield* AccessTokens
      const kept = yield* KeyValueStore.KeyValueStore
      const { token } = yield* tokens.add("desk")
      const text = yield* kept.get("token-desk")
      assert.notInclude(text ?? "", Redacted.value(token).slice("sonde_".length))
      assert.deepStrictEqual(Object.keys(JSON.parse(text ?? "{}")).sort(), ["createdAt", "digest"])
      assert.deepStrictEqual(yield* tokens.list, [{ name: "desk", createdAt: "2026-11-24T08:00:00.000Z" }])
      assert.notInclude(JSON.stringify({ token }), Redacted.value(token))
    }).pipe(Effect.provide(layer)))

  it.effect("knows a revoked token no longer, in another process too", () =>
    Effect.gen(function*() {
      const [here, there] = yield* twice
      const { token } = yield* Effect.provideContext(Effect.flatMap(AccessTokens, (tokens) => tokens.add("desk")), here)
      const verify = Effect.provideContext(Effect.flatMap(AccessTokens, (tokens) => tokens.verify(token)), there)
      assert.strictEqual(yield* verify, "desk")
      yield* Effect.provideContext(Effect.flatMap(AccessTokens, (tokens) => tokens.revoke("desk")), here)
      assert.strictEqual(yield* verify, undefined)
    }).pipe(Effect.provide(store), Effect.scoped))

  it.effect("refuses names that are taken, reserved or none", () =>
    Effect.gen(function*() {
      const tokens = yield* AccessTokens
      yield* tokens.add("desk")
      assert.strictEqual(yield* reason(tokens.add("desk")), "Exists")
      assert.strictEqual(yield* reason(tokens.add("operator")), "BadName")
      assert.strictEqual(yield* reason(tokens.add("loopback")), "BadName")
      for (const name of ["", "Desk", "..", "a/b", "a b", "-a", "a".repeat(65), "ä"]) {
        assert.strictEqual(yield* reason(tokens.add(name)), "BadName", name)
      }
      assert.strictEqual(yield* reason(tokens.revoke("other")), "NotFound")
      assert.strictEqual(yield* reason(tokens.revoke("../desk")), "NotFound")
    }).pipe(Effect.provide(layer)))

  it.effect("knows the token of the operator, which is in no list", () =>
    Effect.gen(function*() {
      const tokens = yield* AccessTokens
      assert.isTrue(yield* tokens.isAny)
      assert.strictEqual(yield* tokens.verify(Redacted.make("canary-operator")), "operator")
      assert.deepStrictEqual(yield* tokens.list, [])
    }).pipe(Effect.provide(
      Layer.provide(layer, Layer.succeed(OperatorToken, Redacted.make("canary-operator")))
    )))

  it.effect("takes no damaged record for a token", () =>
    Effect.gen(function*() {
      const tokens = yield* AccessTokens
      const kept = yield* KeyValueStore.KeyValueStore
      yield* kept.set("token-half", "{\"createdAt\":\"2026")
      yield* kept.set("token-empty", "{\"createdAt\":\"2026-11-24T08:00:00.000Z\",\"digest\":\"\"}")
      assert.strictEqual(yield* tokens.verify(Redacted.make("anything")), undefined)
      assert.isTrue(yield* tokens.isAny)
    }).pipe(Effect.provide(layer)))
})

describe("Authorized", () => {
  const gate = (settings: Partial<Settings.Values>) =>
    Authorized.Gate.layer.pipe(Layer.provideMerge(layer), Layer.provide(Settings.layer(settings)))

  const admit = (token: Redacted.Redacted<string>) =>
    Effect.flatMap(Authorized.Gate, (gate) => gate.admit(token)).pipe(
      Effect.match({ onSuccess: ({ name }) => name, onFailure: ({ status }) => status })
    )
  const none = Redacted.make("")

  it.effect("lets everybody in on loopback as long as there is no token", () =>
    Effect.gen(function*() {
      const tokens = yield* AccessTokens
      assert.strictEqual(yield* admit(none), "loopback")
      const { token } = yield* tokens.add("desk")
      assert.strictEqual(yield* admit(none), 401)
      assert.strictEqual(yield* admit(token), "desk")
      yield* tokens.revoke("desk")
      assert.strictEqual(yield* admit(token), 401)
      assert.strictEqual(yield* admit(none), "loopback")
    }).pipe(Effect.provide(gate({ host: "127.0.0.1" }))))

  const outside: ReadonlyArray<Partial<Settings.Values>> = [
    { host: "0.0.0.0" },
    { host: "::" },
    { host: "192.0.2.1" },
    { host: "sonde.example" },
    { host: "127.0.0.1", requireToken: true },
    { host: "127.0.0.1", publicUrl: "https://sonde.example" }
  ]
  for (const settings of outside) {
    it.effect(`wants a token where others can come: ${JSON.stringify(settings)}`, () =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        assert.strictEqual(yield* admit(none), 401)
        assert.strictEqual(yield* admit(Redacted.make("wrong")), 401)
        const { token } = yield* tokens.add("desk")
        assert.strictEqual(yield* admit(token), "desk")
      }).pipe(Effect.provide(gate(settings))))
  }
})
