import { assert, describe, it } from "@effect/vitest"
import { quote } from "@sonde/packs/Placeholder"
import * as Schema from "effect/Schema"
import { execFileSync } from "node:child_process"

describe("quote", () => {
  it.prop("makes any value one word of a real sh with the same letters", [Schema.String], ([value]) => {
    const quoted = quote(value, "sh")
    if (quoted === undefined) return
    assert.strictEqual(execFileSync("sh", ["-c", `printf %s ${quoted}`], { encoding: "utf8" }), value)
  }, { arbitrary: { runs: 40 } })

  it("makes hostile values harmless in a real sh", () => {
    for (const value of ["a; echo b", "$(echo b)", "`echo b`", "o'b\"c", "a && b", "*", "~", "a\\"]) {
      assert.strictEqual(execFileSync("sh", ["-c", `printf %s ${quote(value, "sh")}`], { encoding: "utf8" }), value)
    }
  })
})
