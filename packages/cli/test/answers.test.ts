/** That a batch writes, octet by octet, what one explanation after another would be. */
import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@sonde/cli/run/answers"
import type { Explanation } from "@sonde/domain/Explanation"
import { builtin } from "@sonde/packs/builtin/index"
import { fromRule } from "@sonde/packs/Verdict"
import * as Json from "@sonde/report/render/ExplanationJson"

describe("the answers of a batch", () => {
  it("are lines of JSON, whatever their number, length and characters", async () => {
    const entry = builtin.find(({ summary }) => summary.id === "gmail")
    const pack = await entry?.load() ?? assert.fail("there is no pack gmail")
    const verdicts = (pack.rules ?? []).map((rule) => fromRule(pack, rule, { today: "2026-11-24" }))
    const all = Array.from({ length: 400 }, (_, number): Explanation => ({
      schema: "sonde.explanation/1",
      ...(number % 3 === 0 ? {} : { id: number % 3 === 1 ? number : `\u2028é${number}\ud83d\ude00\ud800` }),
      outcome: number % 4 === 0 ? "unknown" : "explained",
      read: { text: "ü\u4e2d\u{1f600}".repeat(number * (number % 50 === 7 ? 400 : 1)) },
      verdicts: number % 4 === 0 ? [] : verdicts.slice(number % 20, (number % 20) + 1 + (number % 3))
    }))
    const answers = Answers.make()
    for (const lot of [all.slice(0, 3), all.slice(3, 390), [], all.slice(390)]) {
      for (const one of lot) answers.add(one.id, Json.tail(one))
      assert.strictEqual(
        Buffer.from(answers.take()).toString(),
        lot.map((one) => Json.encode(one, { indent: false }).toWellFormed()).join("")
      )
    }
  })
})
