import { assert, describe, it } from "@effect/vitest"
import * as Elsewhere from "@sonde/web/Elsewhere"
import { spawnSync } from "node:child_process"

describe("quoted", () => {
  for (const word of ["plain", "a b", "it's", "$(id)", "`id`", "a\nb", "", "-n", "\\", "*", "ä"]) {
    it(`gives a shell back ${JSON.stringify(word)}`, () => {
      const { stdout } = spawnSync("sh", ["-c", `printf %s ${Elsewhere.quoted(word)}`], { encoding: "utf8" })
      assert.strictEqual(stdout, word)
    })
  }
})
