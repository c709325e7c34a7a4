import { assert, describe, it } from "@effect/vitest"
import * as Knowledge from "@sonde/packs/Knowledge"
import { lint } from "@sonde/packs/Lint"
import { match } from "@sonde/packs/Match"
import { run } from "@sonde/packs/TestPack"
import { pack, rule } from "./fixtures.ts"

const source = { url: "https://example.com", title: "Page", asOf: "2026-01-01" }
const good = (id: string, more: Record<string, unknown> = {}) =>
  rule(id, { sources: ["A"], examples: [`550 5.7.1 Words of ${id}`], ...more })
const set = { kind: "change", command: "Set-X {mailbox}", shell: "powershell", scope: "one mailbox" }

const findings = (more: Record<string, unknown>, today = "2026-11-24") =>
  lint(pack({ sources: { A: source }, recognise: {}, rules: [good("a")], ...more }), { today, file: "acme.yaml" })
    .map(({ at, check }) => `${check} ${at}`)

describe("lint", () => {
  it("finds nothing in a good pack", () => assert.deepStrictEqual(findings({}), []))

  it.each<[string, Record<string, unknown>, string?]>([
    ["review-due reviewBy", {}, "2027-05-02"],
    ["review-due sources.A.reviewBy", { sources: { A: { ...source, reviewBy: "2026-11-23" } } }],
    ["future-date sources.A.asOf", { sources: { A: { ...source, asOf: "2026-11-25" } } }],
    ["future-date version", { version: "2026.12.1" }],
    ["date sources.A.asOf", { sources: { A: { ...source, asOf: "2025-02-29" } } }],
    ["unknown-source rules[0].sources[0]", { rules: [good("a", { sources: ["B", "A"] })] }],
    ["unused-source sources.B", { sources: { A: source, B: source } }],
    ["duplicate-id limits[1].id", { limits: [{ id: "x", value: 1, unit: "u" }, { id: "x", value: 1, unit: "u" }] }],
    ["unknown-placeholder rules[0].remedies[0].text", {
      rules: [good("a", { remedies: [{ kind: "look", text: "{mailbx}" }] })]
    }],
    ["undo-missing rules[0].remedies[0]", { rules: [good("a", { remedies: [set] })] }],
    ["look-changes rules[0].remedies[0].kind", { rules: [good("a", { remedies: [{ ...set, kind: "look" }] })] }],
    ["shell-missing rules[0].remedies[0]", { rules: [good("a", { remedies: [{ kind: "look", command: "x" }] })] }],
    ["scope-missing rules[0].remedies[0]", { rules: [good("a", { remedies: [{ kind: "change", text: "x" }] })] }],
    ["empty-remedy rules[0].remedies[0]", { rules: [good("a", { remedies: [{ kind: "look" }] })] }],
    ["remedy-missing rules[0].remedies", { rules: [good("a", { remedies: [] })] }],
    ["example-missing rules[0]", { rules: [rule("a", { sources: ["A"] })] }],
    ["no-condition rules[1].when", { rules: [good("a"), rule("b", { when: {}, sources: ["A"] })] }],
    ["as-contradicts rules[0].as.error", {
      rules: [good("a", { when: { text: "words of a", error: "AuthRejected" }, as: { error: "Throttled" } })]
    }],
    ["provider-condition rules[0].when.provider", {
      rules: [good("a", { when: { text: "words of a", provider: "x" } })]
    }],
    ["unknown-limit preflight[0].when", {
      preflight: [rule("p", { when: { message: { largerThan: "x" } }, sources: ["A"] })]
    }],
    ["example-taken rules[0].examples[0]", {
      rules: [good("a"), good("b", { when: { text: "Words of a", enhanced: "5.7.1" }, examples: ["5.7.1 words of a"] })]
    }],
    ["example-unmatched rules[0].examples[0]", { rules: [good("a", { examples: ["550 5.7.1 Other words"] })] }],
    ["unknown-reason rules[0].when.reason", {
      rules: [rule("a", { when: { error: "TlsError", reason: ["SelfSigned", "SelfSined"] }, sources: ["A"] })]
    }],
    ["unknown-reason rules[0].when.reason", {
      rules: [rule("a", { when: { error: "AuthRejected", reason: "Refused" }, sources: ["A"] })]
    }],
    ["short-literal rules[0].when.notText", {
      rules: [good("a", { when: { text: "words of a", notText: ["IP", " IP", "IPs"] } })]
    }],
    ["source-missing rules[0].sources", { sources: {}, rules: [good("a", { sources: [] })] }],
    ["never-recognised recognise", { recognise: undefined }]
  ])("reports %s", (expected, more, today) => {
    const found = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
    const data = "recognise" in more && more["recognise"] === undefined
      ? lint(pack({ sources: { A: source }, rules: [good("a")] }), { today: "2026-11-24", file: "f" }).map((one) =>
        `${one.check} ${one.at}`
      )
      : findings(found, today)
    assert.include(data, expected)
    assert.strictEqual(data.length, 1)
  })
})

/** Rules with conditions alone, and which of them can never win. */
const shadows = (...rules: ReadonlyArray<Record<string, unknown>>): ReadonlyArray<string> =>
  lint(pack({ rules: rules.map((more, number) => rule("abc"[number] ?? "d", more)) }), {
    today: "2026-11-24",
    file: "f"
  }).flatMap(({ check, rule }) => check === "shadowed-rule" ? [`${rule}`] : [])

describe("a rule that can never win", () => {
  it.each<[string, ReadonlyArray<Record<string, unknown>>, ReadonlyArray<string>]>([
    ["has the conditions of another", [{ when: { text: "words" } }, { when: { text: "Words" } }], ["b"]],
    ["has them in another order and in lists", [
      { when: { text: "words", code: 550 } },
      { when: { code: [550], text: ["words"] } }
    ], ["b"]],
    [
      "has alternatives of which each is taken",
      [{ when: { text: "words" } }, { when: { text: "other" } }, { when: { anyText: ["words", "other"] } }],
      ["c"]
    ],
    ["asks for one of fewer codes than its winner weighs", [
      { when: { text: "very long words" } },
      { when: { anyText: ["very long words indeed", "some very long words"] } }
    ], []],
    ["keeps an alternative of its own", [{ when: { text: "words" } }, { when: { anyText: ["words", "more"] } }], []],
    ["is more specific", [{ when: { text: "words" } }, { when: { text: "words", phase: "auth" } }], []],
    ["is more general", [{ when: { code: 550, text: "words" } }, { when: { text: "words" } }], []],
    ["is shown as a further cause of an uncertain one", [
      { when: { text: "words" }, confidence: "possible", cause: "bad_credentials" },
      { when: { text: "words" }, confidence: "possible", cause: "account_locked" }
    ], []]
  ])("%s", (_title, rules, expected) => assert.deepStrictEqual(shadows(...rules), expected))

  it("is told when another takes all of several examples", () => {
    const found = lint(
      pack({
        rules: [
          rule("a", { when: { text: "words are here" }, examples: ["550 words are here and there"] }),
          rule("b", {
            when: { pattern: "words are (?:here|there)" },
            examples: ["550 words are here", "words are here"]
          })
        ]
      }),
      { today: "2026-11-24", file: "f" }
    )
    assert.deepStrictEqual(
      found.filter(({ check }) => check === "shadowed-rule").map(({ message, rule }) => ({ message, rule })),
      [{ message: "\"a\" takes all of its 2 examples", rule: "b" }]
    )
  })

  it("really never wins", () => {
    const words = ["over quota", "mailbox is over quota", "quota", "blocked"]
    const conditions = words.flatMap((text) => [{ text }, { text, code: 550 }, { anyText: [text, "blocked"] }])
    for (const one of conditions) {
      for (const other of conditions) {
        const both = pack({ rules: [rule("a", { when: one }), rule("b", { when: other })] })
        const [told] = shadows({ when: one }, { when: other })
        if (told === undefined) continue
        for (const text of words) {
          for (const code of [550, 554]) {
            const [best] = match(Knowledge.make([both]), { code, text: `Your ${text} now` })
            assert.notStrictEqual(best?.rule.id, told, JSON.stringify([one, other, text, code]))
          }
        }
      }
    }
  })
})

describe("run", () => {
  it("tells which rule takes an example, and what was missing", () => {
    const results = run(pack({
      rules: [
        rule("a", {
          when: { text: "words", enhanced: "5.7.2", phase: "auth" },
          examples: ["550 5.7.1 words", "550 5.7.2 words"]
        }),
        rule("b", { when: { text: "other" }, examples: ["nothing"] })
      ]
    }))
    assert.deepStrictEqual(results, [
      { rule: "a", example: "550 5.7.1 words", number: 0, ok: false, nearly: ["enhanced: wanted 5.7.2, seen 5.7.1"] },
      { rule: "a", example: "550 5.7.2 words", number: 1, ok: true, takenBy: "a" },
      { rule: "b", example: "nothing", number: 0, ok: false }
    ])
  })

  it("takes a further cause for an example only where the best rule is not certain", () => {
    const results = (confidence: "certain" | "possible") =>
      run(pack({
        rules: [
          rule("a", { when: { text: "words", enhanced: "5.7.1" }, confidence, cause: "bad_credentials" }),
          rule("b", { when: { text: "words" }, cause: "account_locked", examples: ["550 5.7.1 words"] })
        ]
      }))
    assert.deepStrictEqual(results("possible"), [{
      rule: "b",
      example: "550 5.7.1 words",
      number: 0,
      ok: true,
      takenBy: "a"
    }])
    assert.strictEqual(results("certain")[0]?.ok, false)
  })
})
