import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./screen.ts"

/** A pack without a mistake. */
const good = `id: acme
name: Acme Post
kind: provider
version: 2026.11.1
reviewBy: "2099-01-01"
sources:
  DOC: { url: "https://acme.example/smtp", title: Acme SMTP, asOf: "2026-11-01" }
recognise:
  domains: [{ name: acme.example, weight: 90 }]
rules:
  - id: flux
    when: { code: 535, text: no more flux in the capacitor }
    cause: account_suspended
    confidence: certain
    actor: user
    title: The account is out of flux
    explanation: Acme Post suspends accounts that run out of flux.
    remedies:
      - { kind: look, text: "Look at the gauge of {mailbox}." }
    sources: [DOC]
    examples: ["535 5.7.8 No more flux in the capacitor"]
`

const again = good.slice(good.indexOf("  - id: flux")).replace("id: flux", "id: reflux")
/** A rule for less that has an example of the first. */
const weaker = again.replace("no more flux in the capacitor", "flux").replace("5.7.8", "5.7.9")

const replaced = (from: string, to: string): string => {
  assert.include(good, from)
  return good.replace(from, to)
}

/** Each mistake alone: the pack, where it is, and words of what is said. */
const mistakes: ReadonlyArray<readonly [check: string, text: string, place: string, words: string]> = [
  ["yaml", replaced("name: Acme Post", "name: [Acme"), "3:1", "not readable as YAML"],
  [
    "unknown-key",
    replaced("    title:", "    titel:"),
    "16:5",
    "rule flux, titel: \"titel\" is not a key of this place: did you mean \"title\"?"
  ],
  [
    "missing-key",
    replaced("    actor: user\n", ""),
    "11:5",
    "rule flux, actor: \"actor\" is missing: add it (Who must act)"
  ],
  [
    "unknown-cause",
    replaced("account_suspended", "acount_suspended"),
    "13:12",
    "\"acount_suspended\" is no cause: did you mean \"account_suspended\"?"
  ],
  ["unknown-word", replaced("certain", "sure"), "14:17", "use one of certain, likely, possible"],
  ["form", replaced("weight: 90", "weight: 900"), "9:43", "900 cannot stand here: expected a value between 1 and 100"],
  [
    "dangerous-pattern",
    replaced("text: no more flux in the capacitor", "pattern: (flux )+x"),
    "12:33",
    "a group cannot be repeated: repeat a single character or class"
  ],
  [
    "pattern",
    replaced("text: no more flux in the capacitor", "pattern: \"(flux\""),
    "12:33",
    "a parenthesis is not closed"
  ],
  [
    "unknown-placeholder",
    replaced("{mailbox}", "{mailbx}"),
    "19:29",
    "{mailbx} is no placeholder: did you mean {mailbox}?"
  ],
  [
    "shadowed-rule",
    good + again,
    "22:5",
    "rule reflux: it can never win: \"flux\" fits whenever it does, and goes first by its name (both score 516): add a condition"
  ],
  [
    "review-due",
    replaced("2099-01-01", "2026-01-01"),
    "5:11",
    "the review was due on 2026-01-01: read the source again and set a new date"
  ],
  ["future-date", replaced("asOf: \"2026-11-01\"", "asOf: \"2098-11-01\""), "7:68", "2098-11-01 is in the future"],
  [
    "source-missing",
    replaced("    sources: [DOC]", "    sources: []"),
    "20:14",
    "it does not say where this is known from: add a page under sources, and its key here"
  ],
  [
    "unknown-source",
    replaced("    sources: [DOC]", "    sources: [DOCS, DOC]"),
    "20:15",
    "there is no source \"DOCS\": did you mean \"DOC\"? Or add it under sources"
  ],
  [
    "example-missing",
    replaced("    examples: [\"535 5.7.8 No more flux in the capacitor\"]\n", ""),
    "11:5",
    "nothing shows that it works: add under examples a reply"
  ],
  [
    "example-taken",
    good + weaker,
    "31:16",
    "rule reflux, examples[0]: rule \"flux\" takes it: it scores 516 against 416, for text \"no more flux in the capacitor\" (+100): under when of \"reflux\" write enhanced: 5.7.9"
  ],
  [
    "example-unmatched",
    replaced("examples: [\"535", "examples: [\"536"),
    "21:16",
    "no rule takes it: \"flux\" wants code 535, seen 536: under when of \"flux\" write code: [535, 536]"
  ]
]

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-lint-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("sonde packs lint", () => {
  it.live("names file, line, check, rule and remedy of every mistake", () =>
    Effect.scoped(Effect.gen(function*() {
      const dir = yield* folder
      for (const [check, text] of mistakes) writeFileSync(join(dir, `${check}.yaml`), text)
      const { code, err, out } = yield* sonde(["packs", "lint", dir])
      assert.strictEqual(code, 78, err)
      const lines = out.split("\n")
      for (const [check, , place, words] of mistakes) {
        const own = lines.filter((line) => line.includes(`/${check}.yaml:`))
        const told = own.find((line) => line.startsWith(`${dir}/${check}.yaml:${place}: ${check}: `))
        assert.include(told ?? own.join("\n"), words, check)
        assert.match(told ?? own.join("\n"), /^[^ ]+:\d+:\d+: [a-z-]+: .+: .+$/)
      }
      assert.match(err, new RegExp(`^sonde: ${mistakes.length} packs: \\d+ errors, 1 warning\\n$`))
    })), 60_000)

  it.live("tells of one mistake once", () =>
    Effect.scoped(Effect.gen(function*() {
      const dir = yield* folder
      // A rule that never wins leaves its example to another; of a rule that gets another's name both are told.
      const alone = mistakes.filter(([check]) => check !== "shadowed-rule" && check !== "source-missing")
      for (const [check, text] of alone) writeFileSync(join(dir, `${check}.yaml`), text)
      const { out } = yield* sonde(["packs", "lint", dir, "--json"])
      const document = JSON.parse(out)
      assert.strictEqual(document.schema, "sonde.packs-lint/1")
      const errors = document.findings.filter(({ level }: { readonly level: string }) => level === "error")
      assert.deepStrictEqual(
        errors.map(({ check }: { readonly check: string }) => check).toSorted(),
        alone.map(([check]) => check).toSorted()
      )
      for (const finding of errors) {
        assert.containsAllKeys(finding, ["file", "line", "column", "check", "message", "remedy", "at"])
      }
      assert.strictEqual(document.errors, alone.length)
    })), 60_000)

  it.live("is silent on a good pack, and names what it cannot read", () =>
    Effect.scoped(Effect.gen(function*() {
      const dir = yield* folder
      writeFileSync(join(dir, "acme.yaml"), good)
      const fine = yield* sonde(["packs", "lint", join(dir, "acme.yaml")])
      assert.deepStrictEqual(fine, { code: 0, out: "", err: "sonde: 1 pack: 0 errors, 0 warnings\n" })
      const absent = yield* sonde(["packs", "lint", join(dir, "none.yaml")])
      assert.strictEqual(absent.code, 66)
      assert.strictEqual(absent.out, "")
      assert.match(absent.err, /none\.yaml" does not exist: check the path\n$/)
      mkdirSync(join(dir, "empty"))
      const empty = yield* sonde(["packs", "lint", join(dir, "empty")])
      assert.strictEqual(empty.code, 66)
      assert.match(empty.err, /holds no pack: name a folder with \.yaml files\n$/)
    })), 60_000)
})

describe("a pack that is a folder", () => {
  it.live(
    "is one pack for lint, test and explain, and mistakes have the file that they are in",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const dir = yield* folder
        const acme = join(dir, "packs", "acme")
        mkdirSync(acme, { recursive: true })
        writeFileSync(join(acme, "_pack.yaml"), good)
        writeFileSync(join(acme, "more.yaml"), again.replaceAll("flux in the capacitor", "juice in the battery"))
        for (const path of [acme, join(dir, "packs")]) {
          const fine = yield* sonde(["packs", "lint", path])
          assert.deepStrictEqual(fine, { code: 0, out: "", err: "sonde: 1 pack: 0 errors, 0 warnings\n" })
          const tried = yield* sonde(["packs", "test", path])
          assert.strictEqual(tried.err, "sonde: 2 of 2 examples are explained by their own rule\n")
        }
        const more = "535 5.7.8 No more juice in the battery"
        for (const flags of [["--pack", acme], ["--packs", join(dir, "packs")]]) {
          const { out } = yield* sonde(["explain", more, "--provider", "acme", "--json", ...flags])
          assert.strictEqual(JSON.parse(out).verdicts[0].rule, "acme/reflux")
        }
        writeFileSync(join(acme, "more.yaml"), again.replace("actor: user", "actor: nobody"))
        const { code, out } = yield* sonde(["packs", "lint", acme])
        assert.strictEqual(code, 78)
        assert.include(out, `${acme}/more.yaml:5:12: `)
        const used = yield* sonde(["explain", more, "--pack", acme])
        assert.strictEqual(used.code, 66)
        assert.include(used.err, `${acme}/more.yaml:5:12: `)
      })),
    60_000
  )
})

describe("sonde packs test", () => {
  it.live(
    "says which rule matched instead, what decided, and the edit that helps",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const dir = yield* folder
        const path = join(dir, "acme.yaml")
        writeFileSync(path, good + weaker)
        const failing = yield* sonde(["packs", "test", path])
        assert.strictEqual(failing.code, 78)
        assert.strictEqual(
          failing.out,
          "acme/reflux, example 1: rule \"flux\" takes it: it scores 516 against 416, for text \"no more flux in the capacitor\" (+100)\n"
            + "  example  535 5.7.9 No more flux in the capacitor\n"
            + "  try      under when of \"reflux\" write enhanced: 5.7.9\n"
        )
        assert.strictEqual(failing.err, "sonde: 1 of 2 examples are explained by their own rule\n")
        const json = yield* sonde(["packs", "test", path, "--json"])
        const [fine, taken] = JSON.parse(json.out).results
        assert.deepInclude(fine, { pack: "acme", rule: "flux", number: 1, ok: true })
        assert.deepInclude(taken, { ok: false, takenBy: "flux", score: 416 })
        assert.deepStrictEqual(taken.edit.when, { enhanced: "5.7.9" })

        // What it proposes, done.
        writeFileSync(path, good + weaker.replace("text: flux", "enhanced: 5.7.9, text: flux"))
        const done = yield* sonde(["packs", "test", path])
        assert.match(done.err, /sonde: \d of 2 examples/)
        assert.notInclude(done.out, "acme/reflux")
      })),
    60_000
  )
})
