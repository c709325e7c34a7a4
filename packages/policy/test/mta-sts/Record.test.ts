import { assert, describe, it } from "@effect/vitest"
import * as Record from "@sonde/policy/mta-sts/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const problem = <A>(read: Result.Result<A, Record.MtaStsError>) =>
  Result.match(read, { onSuccess: () => "accepted", onFailure: (error) => error.problem })

describe("an MTA-STS record", () => {
  const rows: ReadonlyArray<readonly [text: string, expected: RegExp]> = [
    ["v=STSv1; id=20160831085700Z;", /accepted/],
    ["v=STSv1;id=1", /accepted/],
    ["v=STSv1; id=1; x=y", /accepted/],
    ["v=STSv1;", /id is missing/],
    ["v=STSv1; id=", /1 to 32/],
    ["v=STSv1; id=a-b", /1 to 32/],
    [`v=STSv1; id=${"a".repeat(33)}`, /1 to 32/],
    ["v=STSv1; id=1; what", /no field/]
  ]
  it.each(rows)("%s: %s", (text, expected) => {
    assert.isTrue(Record.isMtaSts(text))
    assert.match(problem(Record.idFromText(text)), expected)
  })

  it("is one only with its version as a word, to the letter", () => {
    assert.deepStrictEqual(["v=STSv1; id=1", "v=stsv1; id=1", "v=STSv10; id=1"].map(Record.isMtaSts), [
      true,
      false,
      false
    ])
  })
})

const policy = (...lines: ReadonlyArray<string>) => ["version: STSv1", ...lines].join("\r\n")

describe("an MTA-STS policy", () => {
  it("is read with CRLF and with LF, unknown fields left out", () => {
    const text = policy("mode: enforce", "mx: mail.example.com", "mx: *.example.net", "max_age: 604800", "ext: x", "")
    const expected = Result.succeed({
      mode: "enforce" as const,
      maxAgeSeconds: 604_800,
      patterns: ["mail.example.com", "*.example.net"]
    })
    assert.deepStrictEqual(Record.policyFromText(text), expected)
    assert.deepStrictEqual(Record.policyFromText(text.replaceAll("\r\n", "\n")), expected)
  })

  const rows: ReadonlyArray<readonly [text: string, expected: RegExp]> = [
    [policy("mode: none", "max_age: 86400"), /accepted/],
    [policy("mode: testing", "mx: a.example", "max_age: 86400"), /accepted/],
    ["mode: enforce\nmx: a.example\nmax_age: 1", /version/],
    [policy("mx: a.example", "max_age: 1"), /mode/],
    [policy("mode: on", "mx: a.example", "max_age: 1"), /mode/],
    [policy("mode: enforce", "max_age: 1"), /mx is missing/],
    [policy("mode: enforce", "mx: a.example"), /max_age/],
    [policy("mode: enforce", "mx: a.example", "max_age: 31557601"), /max_age/],
    [policy("mode: enforce", "mx: *.*.example", "max_age: 1"), /no name/],
    ["<html>", /no field/],
    ["", /version/]
  ]
  it.each(rows)("%j: %s", (text, expected) => assert.match(problem(Record.policyFromText(text)), expected))

  it.prop("is read or refused, whatever it says", { text: Schema.String }, ({ text }) => {
    Record.idFromText(`v=STSv1; ${text}`)
    const read = Record.policyFromText(policy("mode: enforce", text, "mx: a.example", "max_age: 1"))
    if (Result.isSuccess(read)) assert.include(read.success.patterns, "a.example")
  })

  it("lists an exchanger by its name, and by a star for one label", () => {
    const listed = (exchange: string, ...patterns: ReadonlyArray<string>) => Record.isListed(exchange, patterns)
    assert.isTrue(listed("Mail.Example.com.", "mail.example.com"))
    assert.isTrue(listed("a.example.com", "*.example.com"))
    assert.isFalse(listed("example.com", "*.example.com"))
    assert.isFalse(listed("a.b.example.com", "*.example.com"))
    assert.isFalse(listed("mail.example.net", "mail.example.com"))
  })
})
