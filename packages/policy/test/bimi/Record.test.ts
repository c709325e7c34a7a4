import { assert, describe, it } from "@effect/vitest"
import * as Record from "@sonde/policy/bimi/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const said = (text: string) =>
  Result.match(Record.fromText(text), {
    onSuccess: ({ authority, declined, logo }) => declined ? "declined" : `${logo} ${authority}`,
    onFailure: ({ problem }) => problem
  })

describe("a BIMI record", () => {
  const rows: ReadonlyArray<readonly [text: string, expected: string]> = [
    [
      "v=BIMI1; l=https://a.example/l.svg; a=https://a.example/c.pem",
      "https://a.example/l.svg https://a.example/c.pem"
    ],
    ["v=BIMI1; l=https://a.example/l.svg", "https://a.example/l.svg undefined"],
    ["v=BIMI1; l=https://a.example/l.svg; a=self", "https://a.example/l.svg undefined"],
    ["v=BIMI1; l=; a=;", "declined"],
    ["v=BIMI1", "l is missing"],
    ["v=BIMI1; l=http://a.example/l.svg", "l is no https: address"],
    ["v=BIMI1; l=https://a.example/l.svg; a=c.pem", "a is no https: address"],
    ["v=BIMI1; what", "\"what\" is no tag"]
  ]
  it.each(rows)("%s: %s", (text, expected) => {
    assert.isTrue(Record.isBimi(text))
    assert.strictEqual(said(text), expected)
  })

  it.prop("is read or refused, whatever it says", { text: Schema.String }, ({ text }) => {
    const read = Record.fromText(`v=BIMI1; l=; ${text}`)
    if (Result.isSuccess(read) && !read.success.declined) assert.match(read.success.authority ?? "https:", /^https:/i)
  })
})
