import { assert, describe, it } from "@effect/vitest"
import { compile, maxPatternText } from "@sonde/packs/Pattern"
import { fold } from "@sonde/packs/Text"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { performance } from "node:perf_hooks"

describe("compile", () => {
  it.each(
    [
      ["timeout after [0-9]+ seconds", "Timeout after 30 seconds", true],
      ["(?:TSS|IPTS)0\\d", "[TSS04] deferred", true],
      ["^a.c$", "abc", true],
      ["a{2,3}b", "caab", true],
      ["[^ ]+@x\\.example", "bob@x.example", true],
      ["a{2}b", "ab", false],
      ["queue [A-F0-9]{6}\\b", "Queue 4DEADB", true],
      ["\\S\\D[^A-Z]NO", "x- no", true],
      ["\\W\\BSuch", "no such", false],
      ["Nein, Überlauf", "NEIN, ÜBERLAUF", true],
      ["no such user", "no \u017fuch user", true]
    ] as const
  )("%s on %s is %s", (source, text, expected) => {
    assert.strictEqual(Result.getOrThrow(compile(source)).test(fold(text)), expected)
  })

  it.each(
    [
      ["(a+)+", "group"],
      ["(a|b)*", "group"],
      ["a+?b", "lazy"],
      ["(?=a)b", "look-around"],
      ["(?<n>a)", "look-around"],
      ["(a)\\1", "subset"],
      ["a+b+c+d", "ways"],
      ["a{1,65}", "repeats"],
      ["a{3,2}", "backwards"],
      ["[a", "subset"],
      ["(a", "not closed"],
      ["a)", "without an opening"],
      ["*a", "subset"],
      ["[z-a]", "not a regular expression"],
      ["", "empty"],
      ["a".repeat(201), "201 characters"]
    ] as const
  )("refuses %s and says why", (source, why) => {
    const compiled = compile(source)
    assert.isTrue(Result.isFailure(compiled))
    if (Result.isFailure(compiled)) {
      assert.include(compiled.failure.problem, why)
      assert.isAbove(compiled.failure.remedy.length, 10)
    }
  })

  // The costliest that are allowed: neighbours that overlap, alternatives that overlap, on text that all but fits.
  it.each([
    "a*a*b",
    "[a-z]*[a-z]*\\d",
    ".*.*x",
    `${"(a|a)".repeat(12)}b`,
    "a{0,16}a{0,16}a{0,16}b",
    `${"\\w?".repeat(12)}b`,
    "((((a|a)|a)|a)|a)a*b"
  ])("%s, the worst that is accepted, ends within a second", (source) => {
    const expression = Result.getOrThrow(compile(source))
    const started = performance.now()
    expression.test("a".repeat(maxPatternText))
    assert.isBelow(performance.now() - started, 1000)
  })

  it.each(["(a|a)*b", "(a+)+b", "(?:a*)*b", "(\\w+\\s?)+$", "a*a*a*b", `${"(a|a)".repeat(13)}b`, "(?=a+)b", ".*.*.*="])(
    "%s is refused as dangerous",
    (source) => {
      const compiled = compile(source)
      assert.isTrue(Result.isFailure(compiled) && compiled.failure.dangerous)
    }
  )

  const Piece = Schema.Literals([
    "a",
    "a+",
    "a*",
    "[ab]",
    "[ab]+",
    "(a|b)",
    "(a|ab|b)",
    "a?",
    ".",
    "\\d",
    "b{1,9}",
    "|",
    "^",
    "$"
  ])

  it.prop(
    "what is accepted ends soon on hostile text",
    [Schema.Array(Piece).check(Schema.isMaxLength(14))],
    ([pieces]) => {
      const compiled = compile(pieces.join(""))
      if (Result.isFailure(compiled)) return
      const started = performance.now()
      compiled.success.test("a".repeat(maxPatternText))
      assert.isBelow(performance.now() - started, 2000)
    },
    { arbitrary: { runs: 200 } }
  )
})
