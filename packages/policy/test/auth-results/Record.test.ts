import { assert, describe, it } from "@effect/vitest"
import * as Record from "@sonde/policy/auth-results/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const read = (text: string): Record.AuthenticationResults => Result.getOrThrow(Record.fromText(text))

const problem = (text: string): string => {
  const result = Record.fromText(text)
  return Result.isFailure(result) ? result.failure.problem : "taken"
}

describe("an Authentication-Results field", () => {
  it("is read as RFC 8601 appendix B has it", () => {
    assert.deepStrictEqual(read("example.org 1; none"), { authservId: "example.org", version: 1, results: [] })
    assert.deepStrictEqual(
      read("example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net"),
      {
        authservId: "example.com",
        results: [
          {
            method: "auth",
            result: "pass",
            properties: [{ ptype: "smtp", property: "auth", value: "sender@example.net" }]
          },
          {
            method: "spf",
            result: "pass",
            properties: [{ ptype: "smtp", property: "mailfrom", value: "example.net" }]
          }
        ]
      }
    )
    // Appendix B.7: comments wherever white space may stand.
    assert.deepStrictEqual(
      read(
        "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462"
      ),
      {
        authservId: "foo.example.net",
        version: 1,
        results: [{
          method: "dkim",
          version: 1,
          result: "fail",
          properties: [{ ptype: "policy", property: "expired", value: "1362471462" }]
        }]
      }
    )
  })

  it("is read as Gmail writes it", () => {
    const { authservId, results } = read(
      "mx.google.com;       dkim=pass header.i=@example.com header.s=s1 header.b=\"fZ+ab/c=\";       "
        + "spf=pass (google.com: domain of a@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.com;"
        + "       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.com"
    )
    assert.strictEqual(authservId, "mx.google.com")
    assert.deepStrictEqual(results.map(({ method, result }) => [method, result]), [
      ["dkim", "pass"],
      ["spf", "pass"],
      ["dmarc", "pass"]
    ])
    assert.deepStrictEqual(results[0]!.properties.map(({ value }) => value), ["@example.com", "s1", "fZ+ab/c="])
  })

  it("is read as Exchange Online writes it, without an authserv-id", () => {
    const { authservId, results } = read(
      "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=none (message not signed) header.d=none;"
        + "dmarc=bestguesspass action=none header.from=example.com;compauth=pass reason=109"
    )
    assert.isUndefined(authservId)
    assert.deepStrictEqual(results.map(({ method, result }) => [method, result]), [
      ["spf", "pass"],
      ["dkim", "none"],
      ["dmarc", "bestguesspass"],
      ["compauth", "pass"]
    ])
    assert.deepStrictEqual(results[2]!.properties[0], { ptype: "", property: "action", value: "none" })
    assert.strictEqual(results[3]!.reason, "109")
  })

  it("keeps quoted strings whole, a semicolon in them too", () => {
    const { authservId, results } = read(
      "\"mx; one\"; dkim=fail reason=\"bad (really); \\\"key\\\"\" header.i=\"a b\"@x.example"
    )
    assert.strictEqual(authservId, "mx; one")
    assert.strictEqual(results[0]!.reason, "bad (really); \"key\"")
    assert.strictEqual(results[0]!.properties[0]!.value, "a b@x.example")
  })

  it.each([
    ["", "empty"],
    [" ; ", "empty"],
    ["mx.example; spf", "no-method"],
    ["mx.example; =pass", "no-method"],
    ["mx.example; spf=", "no-method"],
    ["mx.example; smtp.mailfrom=a@b.example", "no-method"],
    ["mx.example (open; spf=pass", "unclosed"],
    ["mx.example; spf=pass reason=\"open", "unclosed"]
  ])("is refused where it reads %j", (text, expected) => {
    assert.strictEqual(problem(text), expected)
  })

  it("is read of ARC with the number of its set", () => {
    const read = Result.getOrThrow(Record.arcFromText(" i=2; mx.example; arc=pass; spf=fail"))
    assert.deepStrictEqual([read.instance, read.authservId, read.results.length], [2, "mx.example", 2])
    assert.isTrue(Result.isFailure(Record.arcFromText("mx.example; spf=pass")))
  })

  const word = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9-]{0,8}$/))
  const value = Schema.String.check(Schema.isPattern(/^[ -~]{1,12}$/))
  const fields = Schema.Struct({
    authservId: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[ -@[-~]{1,12}$/))),
    results: Schema.Array(Schema.Struct({
      method: word,
      version: Schema.optionalKey(Schema.Literals([1, 2])),
      result: word,
      reason: Schema.optionalKey(value),
      properties: Schema.Array(Schema.Struct({ ptype: word, property: word, value })).check(Schema.isMaxLength(3))
    })).check(Schema.isMaxLength(3), Schema.isMinLength(1))
  })

  it.prop("is read back as it was written", { field: fields }, ({ field }) => {
    assert.deepStrictEqual(read(Record.toText(field)), field)
  })

  it.prop("is read back with comments and white space wherever they may stand", { field: fields }, ({ field }) => {
    const text = Record.toText(field).split(/("(?:[^"\\]|\\.)*")/).map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll(";", "\t (a ; \\) \"x ( y )) ; (z) ")
    ).join("")
    assert.deepStrictEqual(read(text), field)
  })

  it.prop("is read or refused, whatever it says", { text: Schema.String }, ({ text }) => {
    const found = Record.fromText(text)
    assert.isTrue(Result.isFailure(found) || Array.isArray(found.success.results))
  })
})
