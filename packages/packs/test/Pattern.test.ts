import { assert, describe, it } from "@effect/vitest"
import { compile, maxPatternText } from "@sonde/packs/Pattern"
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
      ["a{2}b", "ab", false]
    ] as const
  )("%s on %s is %s", (source, text, expected) => {
    assert.strictEqual(Result.getOrThrow(compile(source)).test(text), expected)
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
    if (Result.isFailure(compiled)) assert.include(compiled.failure, why)
  })

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
