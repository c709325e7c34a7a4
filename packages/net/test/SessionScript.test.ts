import { assert, describe, it } from "@effect/vitest"
import * as SessionScript from "@sonde/net/SessionScript"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const steps = (text: string) => Result.getOrThrow(SessionScript.fromText(text))
const octets = (text: string) => new TextEncoder().encode(text)

describe("SessionScript", () => {
  it("reads every kind of step and skips comments and empty lines", () => {
    const text = "# title\n\nS: 220 hi\nC: EHLO *\nwait 31s\nwait 1.5ms\nraw 0d 0A\ntls\nclose\r\nreset\nS:\nS: 250 "
    assert.deepStrictEqual(steps(text), [
      { _tag: "Send", line: 3, octets: octets("220 hi\r\n"), isInjected: false },
      { _tag: "Expect", line: 4, pattern: "EHLO *" },
      { _tag: "Wait", line: 5, millis: 31_000 },
      { _tag: "Wait", line: 6, millis: 1.5 },
      { _tag: "Send", line: 7, octets: Uint8Array.of(13, 10), isInjected: false },
      { _tag: "Tls", line: 8 },
      { _tag: "Close", line: 9 },
      { _tag: "Reset", line: 10 },
      { _tag: "Send", line: 11, octets: octets("\r\n"), isInjected: false },
      { _tag: "Send", line: 12, octets: octets("250 \r\n"), isInjected: false }
    ])
  })

  it("puts what follows inject into the segment before", () => {
    const [first, second] = steps("S: a\ninject\nS: b")
    assert.isTrue(first?._tag === "Send" && !first.isInjected)
    assert.isTrue(second?._tag === "Send" && second.isInjected)
  })

  it.each([
    ["S: 220\nHELO", 2],
    ["s: 220", 1],
    ["wait long", 1],
    ["raw 0", 1],
    ["raw", 1],
    ["inject\nS: a", 1],
    ["S: a\ninject\nclose", 3],
    ["S: a\ninject", 2]
  ])("names the line of %j that is no step", (text, line) => {
    const error = Result.getOrThrow(Result.flip(SessionScript.fromText(text)))
    assert.strictEqual(error.line, line)
    assert.include(error.message, `line ${line} `)
  })

  it.each([
    ["EHLO *", "EHLO sonde.invalid", true],
    ["EHLO *", "EHLO ", true],
    ["EHLO *", "HELO x", false],
    ["*", "", true],
    ["a*b", "ab", true],
    ["ab*ba", "aba", false],
    ["a*b*c", "a-c-b-c", true],
    ["a*b*c", "a-c-c", false],
    ["a*b*b", "ab", false],
    ["a.c", "abc", false],
    ["QUIT", "QUIT", true],
    ["QUIT", "quit", false]
  ])("matches %j with %j: %s", (pattern, line, is) => assert.strictEqual(SessionScript.matches(pattern, line), is))

  const part = Schema.String.check(Schema.isPattern(/^[ab]{0,5}$/u))
  it.prop("agrees with a regular expression on every pattern", [Schema.Array(part), part], ([parts, line]) => {
    const expected = new RegExp(`^${parts.join(".*")}$`).test(line)
    assert.strictEqual(SessionScript.matches(parts.join("*"), line), expected)
  })

  it.prop("reads back any text a server says", [Schema.String.check(Schema.isPattern(/^[^\r\n]*$/u))], ([text]) => {
    assert.deepStrictEqual(steps(`S: ${text}`), [
      { _tag: "Send", line: 1, octets: octets(`${text}\r\n`), isInjected: false }
    ])
  })

  it.prop("takes any text as a script or names a line, and never throws", [Schema.String], ([text]) => {
    const result = SessionScript.fromText(text)
    assert.isTrue(Result.isSuccess(result) || result.failure.line >= 1)
  })
})
