import { assert, describe, it } from "@effect/vitest"
import * as Base64 from "@sonde/wire/sasl/Base64"
import * as Schema from "effect/Schema"
import { octets } from "../support.ts"

describe("Base64", () => {
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["VXNlcm5hbWU6", "Username:"],
    ["eyJhIjoxfQ", "{\"a\":1}"],
    ["eyJh\r\n IjoxfQ==", "{\"a\":1}"],
    ["8J+Zgg==", "🙂"],
    ["8J-Zgg", "🙂"],
    ["/w==", "\ufffd"],
    ["", ""],
    ["A", undefined],
    ["AA=A", undefined],
    ["Username:", undefined],
    ["é", undefined]
  ]
  for (const [text, decoded] of rows) {
    it(`decodes ${JSON.stringify(text)} to ${JSON.stringify(decoded)}`, () => {
      assert.strictEqual(Base64.decode(text), decoded)
    })
  }

  it.prop("decodes what it encodes, with and without padding", { text: Schema.String }, ({ text }) => {
    const encoded = Base64.encode(text)
    assert.strictEqual(Base64.decode(encoded), text.toWellFormed())
    assert.strictEqual(Base64.decode(encoded.replace(/=+$/, "")), text.toWellFormed())
  })

  it.prop("reads the octets that it wrote", { values: octets }, ({ values }) => {
    assert.deepStrictEqual(Base64.octets(Base64.fromOctets(values)), values)
  })

  it.prop("gives text or nothing for any input, and never throws", { text: Schema.String }, ({ text }) => {
    const decoded = Base64.decode(text)
    assert.isTrue(decoded === undefined || typeof decoded === "string")
  })
})
