import { assert, describe, it } from "@effect/vitest"
import * as Record from "@sonde/policy/tls-rpt/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const said = (text: string) =>
  Result.match(Record.placesFromText(text), {
    onSuccess: (places) => places.join(" "),
    onFailure: ({ problem }) => problem
  })

describe("a TLS reporting record", () => {
  const rows: ReadonlyArray<readonly [text: string, expected: string]> = [
    ["v=TLSRPTv1; rua=mailto:a@b.example", "mailto:a@b.example"],
    ["v=TLSRPTv1;rua=mailto:a@b.example,https://c.example/x", "mailto:a@b.example https://c.example/x"],
    ["v=TLSRPTv1", "rua is missing"],
    ["v=TLSRPTv1; rua=", "rua is empty"],
    ["v=TLSRPTv1; rua=a@b.example", "rua has \"a@b.example\", neither mailto: nor https:"],
    ["v=TLSRPTv1; rua=http://c.example", "rua has \"http://c.example\", neither mailto: nor https:"]
  ]
  it.each(rows)("%s: %s", (text, expected) => {
    assert.isTrue(Record.isTlsRpt(text))
    assert.strictEqual(said(text), expected)
  })

  it("is one only with its version as a word, to the letter", () =>
    assert.deepStrictEqual(["v=TLSRPTv1;", "v=TLSRPTv2; rua=x", "v=tlsrptv1; rua=x"].map(Record.isTlsRpt), [
      true,
      false,
      false
    ]))

  it.prop("is read or refused, whatever it says", { text: Schema.String }, ({ text }) => {
    const read = Record.placesFromText(`v=TLSRPTv1; ${text}`)
    if (Result.isSuccess(read)) assert.isNotEmpty(read.success)
  })
})
