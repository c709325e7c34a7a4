import { assert, describe, it } from "@effect/vitest"
import * as Jwt from "@sonde/wire/jwt/Jwt"
import { maxTokenOctets } from "@sonde/wire/Limits"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const token = (text: string) => Jwt.fromText(Redacted.make(text))

const problemOf = (text: string) => {
  const { part, problem } = Result.getOrThrow(Result.flip(token(text)))
  return part === undefined ? problem : `${problem} ${part}`
}

/** RFC 7519 section 3.1, the example of the standard. */
const example =
  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

describe("Jwt", () => {
  it("reads the example of RFC 7519 section 3.1", () => {
    assert.deepStrictEqual(Result.getOrThrow(token(example)), {
      header: { typ: "JWT", alg: "HS256" },
      claims: { "iss": "joe", "exp": 1300819380, "http://example.com/is_root": true },
      isSigned: true
    })
  })

  for (const text of [` ${example}\r\n`, `Bearer ${example}`, `Authorization: bearer ${example}`, `"${example}"`]) {
    it(`reads a token copied with ${JSON.stringify(text.replace(example, "TOKEN"))} around it`, () => {
      assert.isTrue(Result.isSuccess(token(text)))
    })
  }

  const rows: ReadonlyArray<readonly [string, string, string]> = [
    ["nothing", "  ", "empty"],
    ["a Google token", "ya29.a0AfH6SMBx", "opaque"],
    ["a token of a personal Microsoft account", "EwBIA8l6BAAU", "opaque"],
    ["only a header", "eyJhbGciOiJub25lIn0", "opaque"],
    ["an encrypted token", "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "encrypted"],
    ["four parts", "eyJhbGciOiJub25lIn0.e30.a.b", "not-base64url signature"],
    ["claims that were cut", `${example.slice(0, 60)}`, "not-json claims"],
    ["a space within", example.replace(".eyJ", ". eyJ"), "not-base64url claims"],
    ["a list of claims", "eyJhbGciOiJub25lIn0.W10.", "not-json claims"],
    ["octets that are no UTF-8", "eyJhbGciOiJub25lIn0.eyJhIjoi_yJ9.", "not-json claims"],
    ["more than the limit", `eyJ${"a".repeat(maxTokenOctets)}`, "too-long"]
  ]
  for (const [what, text, problem] of rows) {
    it(`says ${problem} of ${what}`, () => assert.strictEqual(problemOf(text), problem))
  }

  it("keeps no signature and shows no token", () => {
    assert.notInclude(JSON.stringify(Result.getOrThrow(token(example))), "dBjftJeZ")
    assert.notInclude(String(Jwt.toText({ header: {}, claims: { sub: "x" } })), "eyJ")
    assert.notInclude(JSON.stringify(Result.getOrThrow(Result.flip(token(`${example}.x`)))), "eyJ")
  })

  const Members = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Boolean, Schema.Array(Schema.Int)]))
  it.prop("reads what it writes", { header: Members, claims: Members }, (written) => {
    // What is no Unicode text has no UTF-8.
    const given: typeof written = { ...written, header: { alg: "none", ...written.header } }
    const text = Jwt.toText(given)
    if (!JSON.stringify(given).isWellFormed() || !Redacted.value(text).startsWith("eyJ")) return
    const read = Result.getOrThrow(Jwt.fromText(text))
    // JSON has no negative zero.
    assert.deepStrictEqual(read, { ...JSON.parse(JSON.stringify(given)), isSigned: false })
  })

  it.prop("gives a token or an error for any input, and never throws", { text: Schema.String }, ({ text }) => {
    assert.isTrue(Result.isResult(token(`eyJ${text}`)) && Result.isResult(token(text)))
  })
})
