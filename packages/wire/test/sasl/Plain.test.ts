import { assert, describe, it } from "@effect/vitest"
import * as Base64 from "@sonde/wire/sasl/Base64"
import * as Plain from "@sonde/wire/sasl/Plain"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { refused, secret, sent } from "./support.ts"

describe("Plain", () => {
  it("writes the example of RFC 4616 section 4", () => {
    const credential = { authcid: "tim", password: secret("tanstaaftanstaaf") }
    assert.strictEqual(Base64.decode(sent(Plain.initialResponse(credential))), "\0tim\0tanstaaftanstaaf")
    const proxied = { authzid: "Ursel", authcid: "Kurt", password: secret("xipj3plmq") }
    assert.strictEqual(Base64.decode(sent(Plain.initialResponse(proxied))), "Ursel\0Kurt\0xipj3plmq")
  })

  it("refuses NUL in every part, and empty names and passwords", () => {
    const of = (authzid: string, authcid: string, word: string) =>
      refused(Plain.initialResponse({ authzid, authcid, password: secret(word) }))
    assert.deepStrictEqual(of("a\0", "b", "c"), ["PLAIN", "authzid", "control-character"])
    assert.deepStrictEqual(of("", "b\0", "c"), ["PLAIN", "authcid", "control-character"])
    assert.deepStrictEqual(of("", "b", "c\0d"), ["PLAIN", "password", "control-character"])
    assert.deepStrictEqual(of("", "", "c"), ["PLAIN", "authcid", "empty"])
    assert.deepStrictEqual(of("", "b", ""), ["PLAIN", "password", "empty"])
  })

  it("shows no secret when its result or its error is printed", () => {
    const result = Plain.initialResponse({ authcid: "tim", password: secret("hunter2") })
    const failure = Plain.initialResponse({ authcid: "tim", password: secret("hunter2\0") })
    const printed = `${String(result)} ${JSON.stringify(result)} ${String(failure)} ${JSON.stringify(failure)}`
    assert.notInclude(printed, "hunter2")
    assert.notInclude(printed, sent(result))
    assert.include(printed, "PLAIN")
  })

  it.prop("writes three parts that can be told apart again", {
    authzid: Schema.String,
    authcid: Schema.String,
    word: Schema.String
  }, ({ authcid, authzid, word }) => {
    const result = Plain.initialResponse({ authzid, authcid, password: secret(word) })
    if (Result.isFailure(result)) {
      assert.isTrue(authcid === "" || word === "" || `${authzid}${authcid}${word}`.includes("\0"))
      return
    }
    const parts = [authzid, authcid, word].map((part) => part.toWellFormed())
    assert.deepStrictEqual(Base64.decode(sent(result))?.split("\0"), parts)
  })
})
