/** Names of runs. */
import { assert, describe, it } from "@effect/vitest"
import * as RunId from "@sonde/pipeline/RunId"
import * as Schema from "effect/Schema"

const moment = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 48 - 1 }))

describe("RunId", () => {
  it.prop("has 26 characters of Crockford's base 32", { at: moment }, ({ at }) => {
    assert.match(RunId.make(at), /^[0-9A-HJKMNP-TV-Z]{26}$/u)
  })

  it.prop("sorts as time goes", { one: moment, other: moment }, ({ one, other }) => {
    const times = [one, other].map((at) => RunId.make(at).slice(0, 10))
    assert.strictEqual((times[0] ?? "") < (times[1] ?? ""), one < other)
  })

  it("holds the milliseconds since the epoch in its first ten characters", () => {
    assert.strictEqual(RunId.make(0).slice(0, 10), "0000000000")
    assert.strictEqual(RunId.make(2 ** 48 - 1).slice(0, 10), "7ZZZZZZZZZ")
    assert.strictEqual(RunId.make(1469918176385).slice(0, 10), "01ARYZ6S41")
  })

  it("differs within one millisecond", () => {
    assert.strictEqual(new Set(Array.from({ length: 1000 }, () => RunId.make(1))).size, 1000)
  })

  it("is a beginning of itself, in lower case too", () => {
    const id = RunId.make(1)
    for (const text of [id, id.toLowerCase(), id.slice(0, 1)]) assert.isTrue(RunId.isPrefix(text))
  })

  it.each(["", "0".repeat(27), "I", "L", "O", "U", "0-", "../0", "0 ", "0\n"].map((text) => [text]))(
    "is not begun by %j",
    (text) => {
      assert.isFalse(RunId.isPrefix(text))
    }
  )
})
