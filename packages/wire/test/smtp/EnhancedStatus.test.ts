import { assert, describe, it } from "@effect/vitest"
import * as EnhancedStatus from "@sonde/wire/smtp/EnhancedStatus"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { between } from "../support.ts"

const problem = (text: string) =>
  Result.match(EnhancedStatus.fromText(text), { onFailure: (error) => error.problem, onSuccess: () => "accepted" })

describe("EnhancedStatus", () => {
  it("reads the three-digit detail Microsoft uses", () => {
    assert.deepStrictEqual(
      EnhancedStatus.fromText("5.7.139"),
      Result.succeed({ class: 5 as const, subject: 7, detail: 139 })
    )
  })

  const rows = {
    "2.0.0": "accepted",
    "4.999.999": "accepted",
    "3.0.0": "class",
    "1.1.1": "class",
    "5.1000.0": "syntax",
    "5.07.1": "syntax",
    "5.7": "syntax",
    "5.7.1.2": "syntax",
    " 5.7.1": "syntax",
    "5.7.1 ": "syntax",
    "5.7.1\n": "syntax",
    "": "syntax"
  }
  for (const [text, expected] of Object.entries(rows)) {
    it(`says ${expected} to ${JSON.stringify(text)}`, () => assert.strictEqual(problem(text), expected))
  }

  it("refuses to write numbers out of range", () => {
    for (const [subject, detail] of [[1000, 0], [0, -1], [0.5, 0], [0, Number.NaN]] as const) {
      assert.isTrue(Result.isFailure(EnhancedStatus.toText({ class: 5, subject, detail })))
    }
  })

  it("splits a line behind one space or tab, and leaves other texts whole", () => {
    assert.deepStrictEqual(EnhancedStatus.split("5.7.1  two"), { code: "5.7.1", rest: " two" })
    assert.deepStrictEqual(EnhancedStatus.split("5.7.1\ttab"), { code: "5.7.1", rest: "tab" })
    assert.deepStrictEqual(EnhancedStatus.split("5.7.1"), { code: "5.7.1", rest: "" })
    assert.deepStrictEqual(EnhancedStatus.split("5.7.1x"), { rest: "5.7.1x" })
    assert.deepStrictEqual(EnhancedStatus.split("3.7.1 x"), { rest: "3.7.1 x" })
  })

  it("compares its class with the first digit of a reply code", () => {
    const status = { class: 5, subject: 7, detail: 3 } as const
    assert.isTrue(EnhancedStatus.agreesWith(status, 550))
    assert.isFalse(EnhancedStatus.agreesWith(status, 451))
  })

  it.prop("reads back every code it writes", {
    klass: Schema.Literals([2, 4, 5]),
    subject: between(0, 999),
    detail: between(0, 999)
  }, ({ detail, klass, subject }) => {
    const status = { class: klass, subject, detail }
    const text = Result.getOrThrow(EnhancedStatus.toText(status))
    assert.deepStrictEqual(EnhancedStatus.fromText(text), Result.succeed(status))
    assert.deepStrictEqual(EnhancedStatus.split(`${text} rest`), { code: text, rest: "rest" })
  })

  it.prop("keeps any text it splits, and never throws", { text: Schema.String }, ({ text }) => {
    const { code, rest } = EnhancedStatus.split(text)
    assert.isTrue(text.endsWith(rest) && (code !== undefined || rest === text))
    assert.strictEqual(problem(text) === "accepted", Result.isSuccess(EnhancedStatus.fromText(text)))
  })
})
