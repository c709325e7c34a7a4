import { assert, describe, it } from "@effect/vitest"
import * as OAuthBearer from "@sonde/wire/sasl/OAuthBearer"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { converse, problem, refused, said, secret } from "./support.ts"

const begin = (user: string, token: string, port = 143) =>
  OAuthBearer.exchange({ user, token: secret(token), host: "server.example.com", port })

const vector = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

describe("OAuthBearer", () => {
  it.each([
    // RFC 7628 section 4.1, and the SMTP example of RFC 7628 section 4.3.
    [
      143,
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    ],
    [
      587,
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    ]
  ])("writes the initial response of RFC 7628 section 4 for port %i", (port, base64) => {
    const { initial } = Result.getOrThrow(begin("user@example.com", vector, port))
    assert.strictEqual(initial === undefined ? undefined : Redacted.value(initial.base64), base64)
    assert.strictEqual(initial?.holds, "secret")
  })

  it.effect("answers the failure of RFC 7628 section 4.2 with one control character, and keeps what it says", () =>
    Effect.gen(function*() {
      const { next, response } = yield* Result.getOrThrow(begin("user@example.com", vector)).answer(
        "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0="
      )
      assert.strictEqual(Redacted.value(response.base64), "AQ==")
      assert.deepInclude(next.refusal, { status: "invalid_token", scope: "example_scope" })
      assert.strictEqual(yield* problem(next.answer("eA==")), "unexpected")
    }))

  it("escapes commas and equals signs in the name", () => {
    const { initial } = Result.getOrThrow(begin("a,b=c", "t"))
    assert.isTrue(initial !== undefined && said(initial).startsWith("n,a=a=2Cb=3Dc,\x01host="))
  })

  it("refuses what would change the message", () => {
    assert.deepStrictEqual(refused(begin("a\x01", "t")), ["OAUTHBEARER", "user", "control-character"])
    assert.deepStrictEqual(refused(begin("a", "t\x01")), ["OAUTHBEARER", "token", "control-character"])
    assert.deepStrictEqual(refused(begin("a", "Bearer t")), ["OAUTHBEARER", "token", "control-character"])
    assert.deepStrictEqual(refused(begin("", "t")), ["OAUTHBEARER", "user", "empty"])
    assert.deepStrictEqual(refused(begin("a", "")), ["OAUTHBEARER", "token", "empty"])
  })

  it.effect.prop(
    "reads any failure, and never throws",
    { challenge: Schema.String },
    ({ challenge }) =>
      Effect.gen(function*() {
        const { state } = yield* converse(Result.getOrThrow(begin("a", "t")), challenge)
        assert.strictEqual(state.refusal?.text, challenge.toWellFormed())
      })
  )
})
