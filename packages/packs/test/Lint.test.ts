import { assert, describe, it } from "@effect/vitest"
import { lint } from "@sonde/packs/Lint"
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
