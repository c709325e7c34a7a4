import { assert, describe, it } from "@effect/vitest"
import * as External from "@sonde/wire/sasl/External"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { problem, refused, said } from "./support.ts"

describe("External", () => {
  it("says nothing, or whom to act as, as in RFC 4422 appendix A.4", () => {
    const silent = Result.getOrThrow(External.exchange())
    assert.strictEqual(silent.initial === undefined ? undefined : Redacted.value(silent.initial.base64), "")
    const named = Result.getOrThrow(External.exchange("fred@example.com"))
    assert.strictEqual(named.initial === undefined ? undefined : said(named.initial), "fred@example.com")
  })

  it("refuses a NUL", () =>
    assert.deepStrictEqual(refused(External.exchange("a\0")), ["EXTERNAL", "authzid", "control-character"]))

  it.effect("answers no challenge", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* problem(Result.getOrThrow(External.exchange()).answer("eA==")), "unexpected")
    }))
})
