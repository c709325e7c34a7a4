import { assert, describe, it } from "@effect/vitest"
import * as Size from "@sonde/wire/message/Size"
import { between, utf8 } from "../support.ts"

describe("Size", () => {
  it("counts what travels, with and without transparency dots", () => {
    assert.strictEqual(Size.encodedSize(utf8(".a\n.b")), 10)
    assert.strictEqual(Size.declaredSize(utf8(".a\n.b")), 8)
    assert.strictEqual(Size.encodedSize(utf8("")), 0)
  })

  it("estimates Base64 with its line ends", () => {
    assert.deepStrictEqual([0, 1, 3, 57, 58, 114, -5, 1.9].map(Size.base64Size), [0, 6, 6, 78, 84, 156, 0, 6])
    assert.strictEqual(Size.base64Size(19_000_000), 25_333_336 + 2 * 333_334)
  })

  it.prop("agrees with Base64 that is really written", { octets: between(0, 3000) }, ({ octets: count }) => {
    const lines = btoa("x".repeat(count)).match(/.{1,76}/g) ?? []
    assert.strictEqual(Size.base64Size(count), lines.map((line) => `${line}\r\n`).join("").length)
  })
})
