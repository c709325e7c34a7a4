/** Tokens that are kept: when one is taken, refreshed, obtained anew, and dropped. */
import { assert, describe, it } from "@effect/vitest"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import { Token } from "@sonde/phases/Token"
import * as TokenCache from "@sonde/phases/TokenCache"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

interface Memory {
  readonly cache: TokenCache.Cache
  readonly entries: Map<string, TokenCache.Kept>
}

const memory = (kept?: TokenCache.Kept): Memory => {
  const entries = new Map<string, TokenCache.Kept>()
  const nameOf = ({ clientId, issuer, kind, scope, user }: TokenCache.Label) =>
    [issuer, kind, clientId, scope, user].join(" ")
  if (kept !== undefined) {
    entries.set("https://login.example/token client-credentials app mail alice@example.test", kept)
  }
  return {
    entries,
    cache: {
      get: (label) => Effect.sync(() => entries.get(nameOf(label))),
      put: (label, one) => Effect.sync(() => void entries.set(nameOf(label), one)),
      drop: (label) => Effect.sync(() => void entries.delete(nameOf(label)))
    }
  }
}

const kept = (seconds: number | undefined, refresh = true): TokenCache.Kept => ({
  token: Redacted.make("canary-kept"),
  refreshToken: refresh ? Redacted.make("canary-refresh") : undefined,
  expiresAtMillis: seconds === undefined ? undefined : seconds * 1000
})

/** Obtains a token; `answers` are those of the token endpoint, in order. Gives the outcome, the grants that were asked, the record. */
const obtain = ({ cache }: Memory, answers: ReadonlyArray<{ readonly status: number; readonly body: object }>) =>
  Effect.gen(function*() {
    const recorder = Recorder.make({ now: () => 0, secrets: [] })
    const grants: Array<string> = []
    const zone: Net.StaticWorld = {
      zone: { "login.example": { a: ["192.0.2.80"] } },
      http: {
        "login.example:443": ({ body }) => {
          grants.push(new URLSearchParams(body).get("grant_type") ?? "")
          const answer = answers[grants.length - 1] ?? { status: 500, body: {} }
          return { status: answer.status, body: JSON.stringify(answer.body) }
        }
      }
    }
    const result = yield* Effect.flatMap(Token, (phase) =>
      phase.run({
        way: { service: "token", pins: [], server: undefined, ca: undefined, recorder },
        grant: {
          kind: "client-credentials",
          clientId: "app",
          scope: "mail",
          proof: { kind: "secret", secret: Redacted.make("canary-secret") }
        },
        tokenEndpoint: "https://login.example/token",
        deviceEndpoint: undefined,
        user: "alice@example.test"
      })).pipe(
        Effect.result,
        Effect.provideService(TokenCache.TokenCache, cache),
        Effect.provide(Layer.provide(Token.layer, Net.layerStatic(zone)))
      )
    return { result, grants, text: recorder.lines().map(({ text }) => text).join("\n") }
  })

const fresh = {
  status: 200,
  body: { access_token: "canary-new", refresh_token: "canary-next", token_type: "Bearer", expires_in: 3600 }
}
const dead = { status: 400, body: { error: "invalid_grant" } }

describe("a token that is kept", () => {
  it.effect("is taken while it is good, and nobody is asked", () =>
    Effect.gen(function*() {
      const { grants, result } = yield* obtain(memory(kept(1000)), [])
      assert.isTrue(result._tag === "Success")
      if (result._tag !== "Success") return
      assert.strictEqual(Redacted.value(result.success.token), "canary-kept")
      assert.deepStrictEqual(result.success.facts, {
        source: "client-credentials",
        cached: "kept",
        lifetimeSeconds: 1000,
        refreshable: true
      })
      assert.deepStrictEqual(grants, [])
    }))

  it.effect("is refreshed when it ends within two minutes, and its successor is kept", () =>
    Effect.gen(function*() {
      for (const seconds of [120, 0, undefined]) {
        const store = memory(kept(seconds))
        const { grants, result, text } = yield* obtain(store, [fresh])
        assert.isTrue(result._tag === "Success" && result.success.facts.cached === "refreshed")
        assert.deepStrictEqual(grants, ["refresh_token"])
        const [entry] = store.entries.values()
        assert.strictEqual(entry && Redacted.value(entry.token), "canary-new")
        assert.strictEqual(entry?.refreshToken && Redacted.value(entry.refreshToken), "canary-next")
        assert.strictEqual(entry?.expiresAtMillis, 3_600_000)
        assert.notInclude(text, "canary")
      }
    }))

  it.effect("keeps its refresh token where no other comes", () =>
    Effect.gen(function*() {
      const store = memory(kept(0))
      const { refresh_token: _, ...body } = fresh.body
      yield* obtain(store, [{ status: 200, body }])
      const [entry] = store.entries.values()
      assert.strictEqual(entry?.refreshToken && Redacted.value(entry.refreshToken), "canary-refresh")
    }))

  it.effect("is dropped where its refresh token is dead, and obtained anew", () =>
    Effect.gen(function*() {
      const store = memory(kept(0))
      const { grants, result } = yield* obtain(store, [dead, fresh])
      assert.isTrue(result._tag === "Success" && result.success.facts.cached === undefined)
      assert.deepStrictEqual(grants, ["refresh_token", "client_credentials"])
      assert.strictEqual(store.entries.size, 1)
    }))

  it.effect("stays where the issuer cannot answer now, which is the failure", () =>
    Effect.gen(function*() {
      const store = memory(kept(0))
      const { grants, result } = yield* obtain(store, [{ status: 503, body: {} }])
      assert.isTrue(result._tag === "Failure" && result.failure._tag === "TemporaryFailure")
      assert.deepStrictEqual(grants, ["refresh_token"])
      assert.strictEqual(store.entries.size, 1)
    }))

  it.effect("is obtained anew where it has ended and cannot be refreshed, and where there is none", () =>
    Effect.gen(function*() {
      for (const store of [memory(kept(0, false)), memory()]) {
        const { grants, result } = yield* obtain(store, [fresh])
        assert.isTrue(result._tag === "Success")
        assert.deepStrictEqual(grants, ["client_credentials"])
        const [entry] = store.entries.values()
        assert.strictEqual(entry && Redacted.value(entry.token), "canary-new")
      }
    }))

  it.effect("is not kept where obtaining it failed", () =>
    Effect.gen(function*() {
      const store = memory()
      yield* obtain(store, [{ status: 401, body: { error: "invalid_client" } }])
      assert.strictEqual(store.entries.size, 0)
    }))
})
