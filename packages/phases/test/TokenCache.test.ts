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
  const nameOf = ({ clientId, given, issuer, kind, scope, user }: TokenCache.Label) =>
    [issuer, kind, clientId, scope, user, ...(given === undefined ? [] : [given])].join(" ")
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
const obtain = (
  { cache }: Pick<Memory, "cache"> | { readonly cache: undefined },
  answers: ReadonlyArray<{ readonly status: number; readonly body: object }>,
  given?: string
) =>
  Effect.gen(function*() {
    const recorder = Recorder.make({ now: () => 0, secrets: [] })
    const grants: Array<string> = []
    const shown: Array<string> = []
    const zone: Net.StaticWorld = {
      zone: { "login.example": { a: ["192.0.2.80"] } },
      http: {
        "login.example:443": ({ body }) => {
          const fields = new URLSearchParams(body)
          grants.push(fields.get("grant_type") ?? "")
          shown.push(fields.get("refresh_token") ?? "")
          const answer = answers[grants.length - 1] ?? { status: 500, body: {} }
          return { status: answer.status, body: JSON.stringify(answer.body) }
        }
      }
    }
    const result = yield* Effect.flatMap(Token, (phase) =>
      phase.run({
        way: { service: "token", pins: [], server: undefined, ca: undefined, recorder },
        grant: given === undefined
          ? {
            kind: "client-credentials",
            clientId: "app",
            scope: "mail",
            proof: { kind: "secret", secret: Redacted.make("canary-secret") }
          }
          : {
            kind: "refresh-token",
            clientId: "app",
            scope: "mail",
            proof: undefined,
            refreshToken: Redacted.make(given)
          },
        tokenEndpoint: "https://login.example/token",
        deviceEndpoint: undefined,
        user: "alice@example.test"
      })).pipe(
        Effect.result,
        Effect.provideService(TokenCache.TokenCache, cache),
        Effect.provide(Layer.provide(Token.layer, Net.layerStatic(zone)))
      )
    return { result, grants, shown, text: recorder.lines().map(({ text }) => text).join("\n") }
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

  const facts = ({ result }: Effect.Success<ReturnType<typeof obtain>>) =>
    result._tag === "Success" ? result.success.facts : result.failure

  it.effect("came of a refresh token that was given: its successor is the one that is used from then on", () =>
    Effect.gen(function*() {
      const store = memory()
      const soon = { ...fresh, body: { ...fresh.body, expires_in: 60 } }
      const first = yield* obtain(store, [soon], "canary-given")
      assert.deepStrictEqual(first.shown, ["canary-given"])
      assert.deepInclude(facts(first), { source: "refresh-token", successor: "kept" })
      const last = { ...fresh.body, refresh_token: "canary-last" }
      const second = yield* obtain(store, [{ status: 200, body: last }], "canary-given")
      assert.deepStrictEqual(second.shown, ["canary-next"])
      assert.deepInclude(facts(second), { cached: "refreshed", successor: "kept" })
      const third = yield* obtain(store, [], "canary-given")
      assert.deepStrictEqual(third.grants, [])
      assert.deepInclude(facts(third), { cached: "kept" })
      assert.notInclude(first.text + second.text + third.text, "canary")
      assert.notInclude([...store.entries.keys()].join(), "canary-given")
    }))

  it.effect("came of another refresh token than the one that is given now, which is tried", () =>
    Effect.gen(function*() {
      const store = memory()
      yield* obtain(store, [fresh], "canary-given")
      const other = yield* obtain(store, [fresh], "canary-other")
      assert.deepStrictEqual(other.shown, ["canary-other"])
      assert.strictEqual(store.entries.size, 2)
    }))

  it.effect("came of a refresh token whose successor is dead, and is obtained with the given one again", () =>
    Effect.gen(function*() {
      const store = memory()
      yield* obtain(store, [{ ...fresh, body: { ...fresh.body, expires_in: 60 } }], "canary-given")
      const again = yield* obtain(store, [dead, fresh], "canary-given")
      assert.deepStrictEqual(again.shown, ["canary-next", "canary-given"])
      assert.notProperty(facts(again), "cached")
    }))

  it.effect("is none where nothing is kept, and a successor that is lost is told", () =>
    Effect.gen(function*() {
      const lost = yield* obtain({ cache: undefined }, [fresh], "canary-given")
      assert.deepInclude(facts(lost), { successor: "lost" })
      const same = yield* obtain({ cache: undefined }, [fresh], "canary-next")
      assert.notProperty(facts(same), "successor")
      const { refresh_token: _, ...body } = fresh.body
      assert.notProperty(
        facts(yield* obtain({ cache: undefined }, [{ status: 200, body }], "canary-given")),
        "successor"
      )
    }))

  it.effect("is not kept where obtaining it failed", () =>
    Effect.gen(function*() {
      const store = memory()
      yield* obtain(store, [{ status: 401, body: { error: "invalid_client" } }])
      assert.strictEqual(store.entries.size, 0)
    }))
})
