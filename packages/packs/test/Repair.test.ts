import { assert, describe, it } from "@effect/vitest"
import { decode } from "@sonde/packs/Pack"
import { deciding, reasons, shared } from "@sonde/packs/Reasons"
import { diagnose } from "@sonde/packs/Repair"
import { run } from "@sonde/packs/TestPack"
import * as Result from "effect/Result"
import { pack, rule } from "./fixtures.ts"

const diagnosed = (...rules: ReadonlyArray<Record<string, unknown>>) => {
  const whole = pack({ rules: rules.map((more, number) => rule("abc"[number] ?? "d", more)) })
  const result = run(whole).find(({ ok }) => !ok)
  if (result === undefined) return assert.fail("every example is taken by its rule")
  const found = diagnose(whole, result)
  if (found === undefined) return assert.fail("nothing is said")
  return { whole, result, found }
}

const cases: ReadonlyArray<[string, string, ReadonlyArray<Record<string, unknown>>]> = [
  [
    "a code that the other asks for",
    "under when of \"b\" write enhanced: 5.7.1",
    [{ when: { text: "words here", code: 550 } }, { when: { text: "words here" }, examples: ["550 5.7.1 words here"] }]
  ],
  [
    "a longer literal of the other",
    "under when of \"b\" write text: Mailbox of this user is over quota",
    [{ when: { text: "over quota" } }, {
      when: { anyText: ["over", "much"] },
      examples: ["Mailbox of this user is over quota"]
    }]
  ],
  [
    "an enhanced code that is another",
    "under when of \"a\" write enhanced: [5.7.2, 5.7.1]",
    [{ when: { text: "words", enhanced: "5.7.2" }, examples: ["550 5.7.1 words"] }]
  ],
  [
    "words that go on differently",
    "under when of \"a\" write text: Sending is switched off for",
    [{ when: { text: "Sending is switched off for you" }, examples: ["550 Sending is switched off for this mailbox"] }]
  ],
  [
    "words of which others are needed, too",
    "under when of \"a\" remove text and write anyText: [SMTP is switched off for you, SMTP is off for this mailbox]",
    [{
      when: { text: "SMTP is switched off for you" },
      examples: ["535 SMTP is switched off for you", "535 SMTP is off for this mailbox"]
    }]
  ],
  [
    "two conditions that do not hold",
    "under when of \"a\" write code: [551, 550] and write enhanced: [5.7.2, 5.7.1]",
    [{ when: { text: "words", code: 551, enhanced: "5.7.2" }, examples: ["550 5.7.1 words"] }]
  ]
]

describe("diagnose", () => {
  it.each(cases)("proposes for %s: %s", (_title, text, rules) => {
    assert.strictEqual(diagnosed(...rules).found.edit?.text, text)
  })

  it.each(cases)("proposes for %s what helps", (_title, _text, rules) => {
    const { found, result, whole } = diagnosed(...rules)
    const edited = decode({
      ...whole,
      rules: (whole.rules ?? []).map((one) =>
        one.id === found.edit?.rule ?
          {
            ...one,
            when: Object.fromEntries(
              Object.entries({ ...one.when, ...found.edit.when }).filter(([, value]) => value !== undefined)
            )
          } :
          one
      )
    })
    const after = run(Result.getOrThrow(edited)).find(({ number, rule }) =>
      rule === result.rule && number === result.number
    )
    assert.isFalse(result.ok)
    assert.strictEqual(after?.ok, true)
  })

  it("tells the scores and the condition that decided", () => {
    const { found } = diagnosed(
      { when: { text: "words", enhanced: "5.7.1" } },
      { when: { text: "words" }, examples: ["550 5.7.1 words"] }
    )
    assert.deepStrictEqual(found.winner, { rule: "a", score: 520, decided: "enhanced 5.7.1 (+200)" })
    assert.strictEqual(found.score, 320)
    assert.strictEqual(found.because, "it scores 520 against 320, for enhanced 5.7.1 (+200)")
  })

  it("says where the example belongs when no edit would tell the rules apart", () => {
    const { found } = diagnosed({ when: { text: "words" } }, { when: { text: "words" }, examples: ["words"] })
    assert.strictEqual(found.because, "both score 320, and it goes first by its name")
    assert.strictEqual(found.edit?.text, "move the example to rule \"a\"")
  })

  it("tells what is wanted and what is seen", () => {
    const { found } = diagnosed({
      when: { text: "words of a", phase: "auth", enhanced: "5.7.2" },
      examples: ["550 5.7.1 words of b"]
    })
    assert.strictEqual(
      found.because,
      "\"a\" wants enhanced 5.7.2, seen 5.7.1; \"a\" wants text \"words of a\", the text goes on differently after \"words of\""
    )
  })
})

describe("reasons", () => {
  const [one] =
    pack({ rules: [rule("a", { when: { text: ["over quota", "mailbox"], code: 552, phase: "data" } })] }).rules ?? []

  it("weighs each condition of a rule", () => {
    if (one === undefined) return assert.fail("no rule")
    const found = reasons(one, { code: 552, text: "Mailbox full" }, "open")
    assert.deepStrictEqual(found.map(({ answer, condition, weight }) => [condition, weight, answer]), [
      ["code", 100, "holds"],
      ["phase", 20, "unknown"],
      ["text", 340, "fails"],
      ["text", 328, "holds"]
    ])
  })

  it("finds what decides, and nothing between equals", () => {
    if (one === undefined) return assert.fail("no rule")
    const all = reasons(one, { code: 552, text: "Mailbox is over quota", phase: "data" }, "open")
    assert.strictEqual(deciding(all, all), undefined)
    assert.strictEqual(deciding(all, all.filter(({ condition }) => condition !== "code"))?.by, 100)
  })

  it.each([
    ["SMTP is off for your mailbox", "smtp is off for this mailbox", "smtp is off for"],
    ["nothing of it", "smtp is off", ""],
    ["smtp is off", "smtp is off", "smtp is off"]
  ])("of %s and %s shares \"%s\"", (text, literal, expected) => assert.strictEqual(shared(text, literal), expected))
})
