import { assert, describe, it } from "@effect/vitest"
import * as Base64 from "@sonde/wire/sasl/Base64"
import * as Login from "@sonde/wire/sasl/Login"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { converse, problem, refused, secret, sent } from "./support.ts"

describe("Login", () => {
  const prompts: ReadonlyArray<readonly [string, Login.Prompt]> = [
    ["VXNlcm5hbWU6", { asks: "username", text: "Username:" }],
    ["dXNlcm5hbWU6", { asks: "username", text: "username:" }],
    ["VXNlciBOYW1lAA==", { asks: "username", text: "User Name\0" }],
    ["VXNlciBOYW1lAA", { asks: "username", text: "User Name\0" }],
    ["TG9naW46", { asks: "username", text: "Login:" }],
    ["UGFzc3dvcmQ6", { asks: "password", text: "Password:" }],
    ["UGFzc3dvcmQA", { asks: "password", text: "Password\0" }],
    ["Password:", { asks: "password", text: "Password:" }],
    ["Username:", { asks: "username", text: "Username:" }],
    ["", { asks: "unknown", text: "" }],
    ["Q29kZTo=", { asks: "unknown", text: "Code:" }]
  ]
  for (const [challenge, prompt] of prompts) {
    it(`reads the prompt ${JSON.stringify(challenge)}`, () => assert.deepStrictEqual(Login.promptOf(challenge), prompt))
  }

  it("answers with name and password in Base64", () => {
    assert.deepStrictEqual(Login.username("ada@example.org"), Result.succeed("YWRhQGV4YW1wbGUub3Jn"))
    assert.strictEqual(sent(Login.password(secret("hunter2"))), "aHVudGVyMg==")
  })

  it.effect("answers two prompts by what they ask for, in either order, and no third", () =>
    Effect.gen(function*() {
      const begun = Result.getOrThrow(Login.exchange({ user: "ada", password: secret("hunter2") }))
      assert.isUndefined(begun.initial)
      const usual = yield* converse(begun, "Username:", "Password:")
      assert.deepStrictEqual(usual.responses, ["ada", "hunter2"])
      assert.deepStrictEqual((yield* converse(begun, "Password:", "User Name\0")).responses, ["hunter2", "ada"])
      assert.deepStrictEqual((yield* converse(begun, "?", "?")).responses, ["ada", "hunter2"])
      assert.strictEqual(yield* problem(usual.state.answer("Password:")), "unexpected")
    }))

  it("refuses what it cannot carry", () => {
    assert.deepStrictEqual(refused(Login.username("")), ["LOGIN", "user", "empty"])
    assert.deepStrictEqual(refused(Login.username("a\0")), ["LOGIN", "user", "control-character"])
    assert.deepStrictEqual(refused(Login.password(secret(""))), ["LOGIN", "password", "empty"])
    assert.notInclude(String(Login.password(secret("hunter2"))), "aHVudGVyMg")
  })

  it.prop("writes answers that read back, for any name", { text: Schema.NonEmptyString }, ({ text }) => {
    const answer = Login.username(text)
    if (Result.isFailure(answer)) assert.isTrue(text.includes("\0"))
    else assert.strictEqual(Base64.decode(answer.success), text.toWellFormed())
  })

  it.prop("reads any challenge, and never throws", { challenge: Schema.String }, ({ challenge }) => {
    assert.include(["username", "password", "unknown"], Login.promptOf(challenge).asks)
  })
})
