import { assert, describe, it } from "@effect/vitest"
import type { Binding } from "@sonde/wire/sasl/Gs2"
import * as Gs2 from "@sonde/wire/sasl/Gs2"
import * as Scram from "@sonde/wire/sasl/Scram"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { base64, converse, crypto, problem, refused, said, secret } from "./support.ts"

const begin = (options: Partial<Omit<Scram.ScramOptions, "password">> & { readonly password?: string } = {}) =>
  Scram.exchange({
    hash: "SHA-256",
    user: "user",
    binding: "unsupported",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    ...options,
    password: secret(options.password ?? "pencil")
  }, crypto)

const begun = (options: Parameters<typeof begin>[0] = {}) => Result.getOrThrow(begin(options))

const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
const first = `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const last = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

describe("Scram", () => {
  it.effect("speaks as in RFC 5802 section 5", () =>
    Effect.gen(function*() {
      const exchange = begun({ hash: "SHA-1", nonce: "fyko+d2lbbFgONRv9qkxdawL" })
      assert.strictEqual(exchange.mechanism, "SCRAM-SHA-1")
      assert.strictEqual(exchange.initial && said(exchange.initial), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")
      const { responses, state } = yield* converse(
        exchange,
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="
      )
      assert.deepStrictEqual(responses, [
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        ""
      ])
      yield* state.accept()
    }))

  it.effect("speaks as in RFC 7677 section 3", () =>
    Effect.gen(function*() {
      const exchange = begun()
      assert.strictEqual(exchange.mechanism, "SCRAM-SHA-256")
      assert.strictEqual(exchange.initial && said(exchange.initial), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
      const { responses, state } = yield* converse(exchange, first, last)
      assert.deepStrictEqual(responses, [
        `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
        ""
      ])
      yield* state.accept()
    }))

  it.effect("takes the server's proof with the success, where the protocol has room for it", () =>
    Effect.gen(function*() {
      const { state } = yield* converse(begun(), first)
      yield* state.accept(base64(last))
      assert.strictEqual(yield* problem(state.accept(base64(`v=${base64("forged")}`))), "server-signature")
    }))

  const bindings: ReadonlyArray<readonly [binding: Binding, name: string, header: string, input: string]> = [
    ["unsupported", "SCRAM-SHA-256", "n,,", "biws"],
    ["not-offered", "SCRAM-SHA-256", "y,,", "eSws"],
    [
      { type: "tls-exporter", data: Uint8Array.of(0, 1, 254, 255) },
      "SCRAM-SHA-256-PLUS",
      "p=tls-exporter,,",
      "cD10bHMtZXhwb3J0ZXIsLAAB/v8="
    ],
    [
      { type: "tls-server-end-point", data: Uint8Array.of(128) },
      "SCRAM-SHA-256-PLUS",
      "p=tls-server-end-point,,",
      "cD10bHMtc2VydmVyLWVuZC1wb2ludCwsgA=="
    ]
  ]
  for (const [binding, name, header, input] of bindings) {
    it.effect(`says ${header} first and repeats it with the data of the channel`, () =>
      Effect.gen(function*() {
        const exchange = begun({ binding })
        assert.strictEqual(exchange.mechanism, name)
        assert.isTrue(exchange.initial !== undefined && said(exchange.initial).startsWith(`${header}n=user,r=`))
        const { responses } = yield* converse(exchange, first)
        assert.isTrue(responses[0]?.startsWith(`c=${input},r=`), responses[0])
      }))
  }

  it("writes names of any form, escaped and prepared", () => {
    const initial = (user: string) => {
      const exchange = begun({ user })
      return exchange.initial === undefined ? "" : said(exchange.initial)
    }
    assert.isTrue(initial("a,b=c").startsWith("n,,n=a=2Cb=3Dc,r="))
    assert.isTrue(initial("u\u0308\u00ADx").startsWith("n,,n=\u00FCx,r="))
    assert.strictEqual(Gs2.header("unsupported", "a,b"), "n,a=a=2Cb,")
  })

  it("refuses what cannot be prepared, and never tells it", () => {
    assert.deepStrictEqual(refused(begin({ user: "" })), ["SCRAM-SHA-256", "user", "empty"])
    assert.deepStrictEqual(refused(begin({ password: "" })), ["SCRAM-SHA-256", "password", "empty"])
    assert.deepStrictEqual(refused(begin({ password: "\u00AD" })), ["SCRAM-SHA-256", "password", "empty"])
    assert.deepStrictEqual(refused(begin({ password: "a\x07" })), ["SCRAM-SHA-256", "password", "not-preparable"])
    assert.deepStrictEqual(refused(begin({ password: "\u{1F600}" })), ["SCRAM-SHA-256", "password", "not-preparable"])
    assert.notInclude(JSON.stringify(Result.flip(begin({ password: "hidden\x07" }))), "hidden")
  })

  it.effect.each<readonly [string, string, string]>([
    ["nothing", "", "malformed"],
    ["a nonce alone", `r=${nonce}`, "malformed"],
    ["no salt", `r=${nonce},i=4096`, "malformed"],
    ["no count", `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==`, "malformed"],
    ["attributes in another order", `s=W22ZaJ0SNY7soEsUEjb6gQ==,r=${nonce},i=4096`, "malformed"],
    ["an empty salt", `r=${nonce},s=,i=4096`, "malformed"],
    ["a salt that is no Base64", `r=${nonce},s=?,i=4096`, "malformed"],
    ["a nonce of its own", first.replace("rOpr", "xOpr"), "nonce"],
    ["the nonce of the client alone", first.replace(nonce, "rOprNGfwEbeRWgbNEkqO"), "nonce"],
    ["a nonce with a character that is none", first.replace(nonce, `${nonce}é`), "nonce"],
    ["few iterations", first.replace("4096", "4095"), "iterations"],
    ["one iteration", first.replace("4096", "1"), "iterations"],
    ["an iteration bomb", first.replace("4096", "2147483647"), "iterations"],
    ["more iterations than a number holds", first.replace("4096", "9".repeat(400)), "iterations"],
    ["iterations with a sign", first.replace("4096", "+4096"), "iterations"],
    ["iterations with a leading zero", first.replace("4096", "04096"), "iterations"],
    ["a mandatory extension", `m=new,${first}`, "extension"]
  ])("does not answer %s", ([, challenge, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* problem(begun().answer(base64(challenge))), expected)
    }))

  it.effect("answers extensions that are optional, and both bounds of the iterations", () =>
    Effect.gen(function*() {
      for (const challenge of [`${first},x=later`, first.replace("4096", `${Scram.maxIterations}`)]) {
        assert.match((yield* converse(begun(), challenge)).responses[0] ?? "", /^c=biws,r=.*,p=.{44}$/)
      }
    }))

  it.effect.each<readonly [string, string, string]>([
    ["a forged proof", `v=${base64("x".repeat(32))}`, "server-signature"],
    ["a proof that is cut short", last.slice(0, 30), "server-signature"],
    ["an empty proof", "v=", "server-signature"],
    ["a proof that is no Base64", "v=?", "malformed"],
    ["nothing", "", "malformed"],
    ["its first challenge again", first, "malformed"]
  ])("does not believe a server that ends with %s", ([, challenge, expected]) =>
    Effect.gen(function*() {
      const { state } = yield* converse(begun(), first)
      assert.strictEqual(yield* problem(state.answer(base64(challenge))), expected)
    }))

  it.effect("does not believe a server that knows another password", () =>
    Effect.gen(function*() {
      const { state } = yield* converse(begun({ password: "pencils" }), first)
      assert.strictEqual(yield* problem(state.answer(base64(last))), "server-signature")
    }))

  it.effect("takes no success before the server has proven itself", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* problem(begun().accept()), "server-signature")
      const { state } = yield* converse(begun(), first)
      assert.strictEqual(yield* problem(state.accept()), "server-signature")
      const refusing = yield* converse(begun(), first, "e=invalid-proof")
      assert.strictEqual(yield* problem(refusing.state.accept()), "server-signature")
    }))

  it.effect("keeps the reason that a server gives", () =>
    Effect.gen(function*() {
      const { responses, state } = yield* converse(begun(), first, "e=channel-bindings-dont-match,x=y")
      assert.deepStrictEqual(responses.at(-1), "")
      assert.deepStrictEqual(state.refusal, {
        status: "channel-bindings-dont-match",
        text: "e=channel-bindings-dont-match,x=y"
      })
    }))

  it.effect("keeps a reason that comes in place of the first challenge", () =>
    Effect.gen(function*() {
      const { responses, state } = yield* converse(begun(), "e=server-does-support-channel-binding")
      assert.deepStrictEqual(responses, [""])
      assert.strictEqual(state.refusal?.status, "server-does-support-channel-binding")
      assert.strictEqual(yield* problem(state.accept()), "server-signature")
    }))

  it.effect("answers no challenge after the last", () =>
    Effect.gen(function*() {
      const { state } = yield* converse(begun(), first, last)
      assert.strictEqual(yield* problem(state.answer("eA==")), "unexpected")
    }))

  it.effect.prop(
    "never throws, whatever the challenges",
    { one: Schema.String, other: Schema.String },
    ({ one, other }) =>
      Effect.gen(function*() {
        assert.strictEqual(Result.isFailure(yield* Effect.result(begun().answer(base64(one)))), !one.startsWith("e="))
        const { state } = yield* converse(begun(), first)
        const turn = yield* Effect.result(state.answer(other))
        assert.isTrue(Result.isFailure(turn))
      })
  )
})
