import { assert, describe, it } from "@effect/vitest"
import * as SaslPrep from "@sonde/wire/sasl/SaslPrep"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const told = (text: string, use: "query" | "stored" = "stored") =>
  Result.match(SaslPrep.prepare(text, use), { onFailure: ({ problem }) => ({ problem }), onSuccess: (ready) => ready })

describe("SaslPrep", () => {
  const rows: ReadonlyArray<readonly [what: string, text: string, expected: string | { readonly problem: string }]> = [
    // RFC 4013 section 3.
    ["a soft hyphen, mapped to nothing", "I\u00ADX", "IX"],
    ["plain text", "user", "user"],
    ["case, which stays", "USER", "USER"],
    ["what NFKC makes of a feminine ordinal", "\u00AA", "a"],
    ["what NFKC makes of a Roman numeral", "\u2168", "IX"],
    ["a control character", "\u0007", { problem: "prohibited" }],
    ["a right-to-left letter that does not end the text", "\u0627\u0031", { problem: "bidirectional" }],
    // The rules one by one.
    ["a space that is not ASCII", "a\u00A0b\u3000c", "a b c"],
    ["a zero-width space, which is a space first", "a\u200Bb", "a b"],
    ["a zero-width joiner", "a\u200Db", "ab"],
    ["a mark of direction", "a\u200Eb", { problem: "prohibited" }],
    ["a byte order mark", "\uFEFFab", "ab"],
    ["delete", "a\u007Fb", { problem: "prohibited" }],
    ["private use", "\uE000", { problem: "prohibited" }],
    ["a replacement character", "\uFFFD", { problem: "prohibited" }],
    ["half a surrogate pair", "\uD800", { problem: "prohibited" }],
    ["a language tag", "\u{E0041}", { problem: "prohibited" }],
    ["right-to-left letters alone", "\u05D0\u05D1", "\u05D0\u05D1"],
    ["right-to-left and left-to-right letters", "\u05D0a\u05D1", { problem: "bidirectional" }],
    ["a decomposed letter, composed", "u\u0308", "\u00FC"],
    ["only what is mapped to nothing", "\u00AD", ""],
    ["an emoji that Unicode 3.2 did not have", "\u{1F600}", { problem: "unassigned" }]
  ]
  for (const [what, text, expected] of rows) it(`prepares ${what}`, () => assert.deepStrictEqual(told(text), expected))

  it("lets unassigned code points stay in a query", () => assert.strictEqual(told("\u{1F600}", "query"), "\u{1F600}"))

  it.prop("prepares printable ASCII to itself", { text: Schema.String.check(Schema.isPattern(/^[\x20-\x7e]*$/)) }, ({
    text
  }) => assert.strictEqual(told(text), text))

  it.prop("prepares what it has prepared to itself, and never throws", { text: Schema.String }, ({ text }) => {
    const once = told(text)
    if (typeof once === "string") assert.strictEqual(told(once), once)
  })
})
