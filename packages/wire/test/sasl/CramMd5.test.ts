import { assert, describe, it } from "@effect/vitest"
import * as CramMd5 from "@sonde/wire/sasl/CramMd5"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { converse, crypto, problem, refused, secret } from "./support.ts"

const begin = (user: string, password: string) => CramMd5.exchange({ user, password: secret(password) }, crypto)

describe("CramMd5", () => {
  it.effect("answers as in RFC 2195 section 2", () =>
    Effect.gen(function*() {
      const begun = Result.getOrThrow(begin("tim", "tanstaaftanstaaf"))
      assert.isUndefined(begun.initial)
      const { next, response } = yield* begun.answer("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
      assert.strictEqual(Redacted.value(response.base64), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw")
      assert.strictEqual(response.holds, "secret")
      yield* next.accept()
      assert.strictEqual(yield* problem(next.answer("eA==")), "unexpected")
    }))

  it.effect("answers neither an empty challenge nor one that is no Base64, and takes no success before one", () =>
    Effect.gen(function*() {
      const begun = Result.getOrThrow(begin("tim", "x"))
      assert.strictEqual(yield* problem(begun.answer("")), "malformed")
      assert.strictEqual(yield* problem(begun.answer("?")), "malformed")
      assert.strictEqual(yield* problem(begun.accept()), "malformed")
    }))

  it("refuses what it cannot carry", () => {
    assert.deepStrictEqual(refused(begin("", "x")), ["CRAM-MD5", "user", "empty"])
    assert.deepStrictEqual(refused(begin("a", "")), ["CRAM-MD5", "password", "empty"])
    assert.deepStrictEqual(refused(begin("a", "x\0")), ["CRAM-MD5", "password", "control-character"])
  })

  it.effect.prop("answers any challenge with the name and 32 hexadecimal digits", {
    challenge: Schema.NonEmptyString,
    password: Schema.NonEmptyString
  }, ({ challenge, password }) =>
    Effect.gen(function*() {
      const begun = begin("a b", password)
      if (Result.isFailure(begun)) return
      const { responses } = yield* converse(begun.success, challenge)
      assert.match(responses[0] ?? "", /^a b [0-9a-f]{32}$/)
    }))
})
