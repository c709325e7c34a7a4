import { assert, describe, it } from "@effect/vitest"
import * as Base64 from "@sonde/wire/sasl/Base64"
import type { Refusal } from "@sonde/wire/sasl/Exchange"
import * as XOAuth2 from "@sonde/wire/sasl/XOAuth2"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { converse, problem, refused, secret, sent } from "./support.ts"

describe("XOAuth2", () => {
  it("writes the documented initial response", () => {
    const response = XOAuth2.initialResponse({
      user: "someuser@example.com",
      token: secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
    })
    assert.strictEqual(
      sent(response),
      "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )
  })

  it("refuses what would change the message", () => {
    const of = (user: string, token: string) => refused(XOAuth2.initialResponse({ user, token: secret(token) }))
    assert.deepStrictEqual(of("a\x01auth=Bearer x", "t"), ["XOAUTH2", "user", "control-character"])
    assert.deepStrictEqual(of("a", "t\x01"), ["XOAUTH2", "token", "control-character"])
    assert.deepStrictEqual(of("a", "t\n"), ["XOAUTH2", "token", "control-character"])
    assert.deepStrictEqual(of("a", "Bearer t"), ["XOAUTH2", "token", "control-character"])
    assert.deepStrictEqual(of("", "t"), ["XOAUTH2", "user", "empty"])
    assert.deepStrictEqual(of("a", ""), ["XOAUTH2", "token", "empty"])
  })

  const failures: ReadonlyArray<readonly [string, string, Refusal]> = [
    [
      "a refusal",
      Base64.encode("{\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":\"https://mail.google.com/\"}"),
      {
        text: "{\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":\"https://mail.google.com/\"}",
        status: "401",
        schemes: "bearer mac",
        scope: "https://mail.google.com/"
      }
    ],
    ["a refusal without padding", "eyJzdGF0dXMiOiI0MDAifQ", { text: "{\"status\":\"400\"}", status: "400" }],
    ["a status that is a number", Base64.encode("{\"status\":400}"), { text: "{\"status\":400}", status: "400" }],
    ["other values", Base64.encode("{\"status\":null,\"scope\":[1]}"), { text: "{\"status\":null,\"scope\":[1]}" }],
    ["JSON that is no object", Base64.encode("\"401\""), { text: "\"401\"" }],
    ["an array", Base64.encode("[{\"status\":\"401\"}]"), { text: "[{\"status\":\"401\"}]" }],
    ["text that is not JSON", Base64.encode("temporary failure"), { text: "temporary failure" }],
    ["text that is not Base64", "{\"status\":\"401\"}", { text: "{\"status\":\"401\"}", status: "401" }],
    ["nothing", "", { text: "" }]
  ]
  for (const [title, challenge, expected] of failures) {
    it(`reads ${title}`, () => assert.deepStrictEqual(XOAuth2.failureOf(challenge), expected))
  }

  it.effect("answers a failure with an empty line, and keeps what it says", () =>
    Effect.gen(function*() {
      const begun = Result.getOrThrow(XOAuth2.exchange({ user: "a", token: secret("t") }))
      const { responses, state } = yield* converse(begun, "{\"status\":\"401\"}")
      assert.deepStrictEqual(responses, [""])
      assert.deepStrictEqual(state.refusal, { status: "401", text: "{\"status\":\"401\"}" })
      assert.strictEqual(yield* problem(state.answer("")), "unexpected")
    }))

  it.prop("writes user and token that can be told apart again", {
    user: Schema.NonEmptyString,
    token: Schema.NonEmptyString
  }, ({
    token,
    user
  }) => {
    const result = XOAuth2.initialResponse({ user, token: secret(token) })
    if (Result.isFailure(result)) {
      assert.isTrue(/[\p{Cc} ]/u.test(`${user}${token}`))
      return
    }
    assert.deepStrictEqual(Base64.decode(sent(result))?.split("\x01"), [
      `user=${user.toWellFormed()}`,
      `auth=Bearer ${token.toWellFormed()}`,
      "",
      ""
    ])
  })

  it.prop("reads back any failure a server writes", {
    status: Schema.String,
    schemes: Schema.String,
    scope: Schema.String,
    "openid-configuration": Schema.String
  }, (
    fields
  ) => {
    const text = JSON.stringify(fields)
    assert.deepStrictEqual(XOAuth2.failureOf(Base64.encode(text)), { text, ...fields })
  })

  it.prop("reads any challenge, and never throws", { challenge: Schema.String }, ({ challenge }) => {
    for (const text of [challenge, Base64.encode(challenge)]) {
      assert.strictEqual(typeof XOAuth2.failureOf(text).text, "string")
    }
  })
})
