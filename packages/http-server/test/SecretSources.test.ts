import { assert, describe, it } from "@effect/vitest"
import { fromFlag, SecretSources, SourceReader, SourceUnreadable } from "@sonde/http-server/SecretSources"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const asked: Array<string> = []
const reader = Layer.succeed(
  SourceReader,
  SourceReader.of({
    read: (source) => {
      asked.push(source)
      return source === "env:GONE"
        ? Effect.fail(new SourceUnreadable({ problem: "the variable GONE is not set" }))
        : Effect.succeed(Redacted.make("s3cret"))
    }
  })
)

const layer = SecretSources.layer.pipe(
  Layer.provide(reader),
  Layer.provide(Settings.layer({
    sources: [
      { target: "contoso.example", source: "env:PW" },
      { target: "a@fabrikam.example", source: "env:A" },
      { target: "contoso.example", source: "env:GONE" },
      { target: "*", source: "env:ANY" }
    ]
  }))
)

const refusal = (source: string, options: Parameters<SecretSources["Service"]["resolve"]>[2]) =>
  Effect.gen(function*() {
    const sources = yield* SecretSources
    return yield* Effect.flip(sources.resolve("secret", source, options))
  })

describe("SecretSources", () => {
  it.effect("reads a source for its mailbox, its domain and any target", () =>
    Effect.gen(function*() {
      const sources = yield* SecretSources
      for (
        const [source, target] of [
          ["env:PW", "x@Contoso.Example"],
          ["env:PW", "contoso.example"],
          ["env:A", "A@fabrikam.example"],
          ["env:ANY", "who@anywhere.example"]
        ] as const
      ) assert.strictEqual(Redacted.value(yield* sources.resolve("secret", source, { target })), "s3cret")
    }).pipe(Effect.provide(layer)))

  it.effect("refuses a source that is not allowed for the target, names the flag, and reads nothing", () =>
    Effect.gen(function*() {
      const before = asked.length
      for (
        const target of ["b@fabrikam.example", "fabrikam.example", "x@sub.contoso.example", "x@evilcontoso.example"]
      ) {
        const { error } = yield* refusal(target.includes("fabrikam") ? "env:A" : "env:PW", { target })
        assert.strictEqual(error.option, "secret")
        assert.match(error.remedy, /--allow-source [a-z.]+=env:/u)
      }
      assert.strictEqual(asked.length, before)
    }).pipe(Effect.provide(layer)))

  it.effect("refuses options that send a bound source elsewhere, and takes them with one for any target", () =>
    Effect.gen(function*() {
      const target = "x@contoso.example"
      const sources = yield* SecretSources
      for (
        const [option, more] of [
          ["host", { host: "evil.example" }],
          ["connectTo", { connectTo: ["a:1:b:2"] }],
          ["provider", { provider: "generic" }],
          ["dns", { dns: "192.0.2.1" }],
          ["proxy", { proxy: "socks5h://192.0.2.1:1080" }],
          ["address", { address: "192.0.2.1" }],
          ["ca", { ca: "PEM" }],
          ["user", { user: "admin" }],
          ["security", { security: "none" }],
          ["allowClearAuth", { allowClearAuth: true }]
        ] as const
      ) {
        assert.strictEqual((yield* refusal("env:PW", { target, ...more })).error.option, option)
        assert.strictEqual(Redacted.value(yield* sources.resolve("secret", "env:ANY", { target, ...more })), "s3cret")
      }
    }).pipe(Effect.provide(layer)))

  it.effect("does not tell whether a variable exists, nor repeats what is no source", () =>
    Effect.gen(function*() {
      const gone = yield* refusal("env:GONE", { target: "x@contoso.example" })
      assert.strictEqual(gone.error.problem, "cannot be read on this server")
      assert.notInclude(JSON.stringify(gone), "not set")
      const pasted = yield* refusal("hunter2-canary", { target: "x@contoso.example" })
      assert.notInclude(`${JSON.stringify(pasted)}${pasted.message}`, "hunter2-canary")
    }).pipe(Effect.provide(layer)))
})

describe("fromFlag", () => {
  it("reads a target and a source, of which only the first equals sign parts", () => {
    assert.deepStrictEqual(Result.getOrThrow(fromFlag("*=cmd:pass show=1")), { target: "*", source: "cmd:pass show=1" })
    assert.deepStrictEqual(Result.getOrThrow(fromFlag("A@Contoso.example=env:PW")), {
      target: "a@contoso.example",
      source: "env:PW"
    })
  })

  it("refuses anything else without repeating it", () => {
    for (
      const text of [
        "canary",
        "=env:PW",
        "contoso.example=canary",
        "contoso.example=env:1canary",
        "a b=env:PW",
        "*=stdin"
      ]
    ) {
      const read = fromFlag(text)
      assert.isTrue(Result.isFailure(read), text)
      if (Result.isFailure(read)) assert.notInclude(read.failure, "canary")
    }
  })
})
