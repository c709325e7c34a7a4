/** That a batch writes, octet by octet, what one explanation after another would be. */
import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@sonde/cli/run/answers"
import type { Explanation } from "@sonde/domain/Explanation"
import { builtin } from "@sonde/packs/builtin/index"
import * as Many from "@sonde/packs/Many"
import { Packs } from "@sonde/packs/Packs"
import { fromRule } from "@sonde/packs/Verdict"
import * as Json from "@sonde/report/render/ExplanationJson"
import * as Effect from "effect/Effect"

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
      verdicts: number % 4 === 0 ? [] : verdicts.slice(number % 20, (number % 20) + 1 + (number % 3)),
      ...(number % 7 === 0
        ? {}
        : { next: { text: `look ${number % 3}`, ...(number % 2 === 0 ? {} : { command: "ls" }) } })
    }))
    const answers = Answers.make()
    for (const lot of [all.slice(0, 3), all.slice(3, 390), [], all.slice(390)]) {
      for (const one of lot) answers.add(one.id, Answers.answerOf(one), one.read.text)
      assert.strictEqual(
        Buffer.from(answers.take()).toString(),
        lot.map((one) => `${JSON.stringify(JSON.parse(Json.encode(one)))}\n`.toWellFormed()).join("")
      )
    }
  })

  it.effect("of one shape have the words of each text in their place", () =>
    Effect.gen(function*() {
      const library = yield* (yield* Packs).library
      const explain = yield* Many.make(library)
      const answers = Answers.make()
      const made = new Set<Answers.Answer>()
      let lines = ""
      for (const word of ["qzkvwx", "wxqzkv", "vvqzkx", "kkqqzz"]) {
        for (
          const text of [
            `${word}: 550 5.1.1 <${word}@example.com> user unknown`,
            `550 5.1.1 \u201eunknown\u201c \\ "user"\t\n(${word}) \ud83d\ude00 ${word}`,
            `Connection to smtp.example.com:587 Timed Out, ${word}`,
            `nothing that is known of ${word}`
          ]
        ) {
          const given = yield* library.attempt(() => explain(text, {}, "2026-11-24"))
          const it = Many.filled(given, text)
          const answer = ("explanation" in given ? Answers.answerOfSaid(given) : undefined) ?? Answers.answerOf(it)
          made.add(answer)
          answers.add(`1${word}`, answer, text)
          lines += `${JSON.stringify(JSON.parse(Json.encode({ ...it, id: `1${word}` })))}\n`
          assert.include(it.read.text, word)
        }
      }
      assert.strictEqual(Buffer.from(answers.take()).toString(), lines)
      assert.strictEqual(made.size, 4)
    }).pipe(Effect.provide(Packs.layer)))
})
