import { assert, describe, it } from "@effect/vitest"
import * as Source from "@sonde/packs/Source"
import { fromSource, fromText, locate, maxAliases, maxCharacters, maxDepth, maxWhole } from "@sonde/packs/Yaml"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const head = "id: acme\nname: Acme Mail\nkind: provider\nversion: 2026.11.1\nreviewBy: 2027-05-01\n"

const failure = (text: string) => {
  const read = fromText(text, "acme.yaml")
  assert.isTrue(Result.isFailure(read))
  return Result.isFailure(read) ? read.failure : assert.fail("decoded")
}

const ruleText = (more: string) =>
  `${head}rules:
  - id: a
    when: { text: some words }
    cause: policy_rejected
    confidence: certain
    actor: user
    title: t
    explanation: e
    remedies: []
    sources: []
${more}`

describe("fromText", () => {
  it("reads a pack, with anchors", () => {
    const read = fromText(`${head}aliases: [&a x, *a]\n`, "acme.yaml")
    assert.deepStrictEqual(Result.getOrThrow(read).aliases, ["x", "x"])
  })

  it("names line, column and place of an unknown key, and the key that was meant", () => {
    const error = failure(ruleText("").replace("title: t", "titel: t"))
    assert.deepStrictEqual(error.issues, [{
      at: "rules[0].titel",
      path: ["rules", 0, "titel"],
      rule: "a",
      check: "unknown-key",
      message: "\"titel\" is not a key of this place",
      remedy: "did you mean \"title\"?",
      onKey: true,
      line: 12,
      column: 5
    }])
    assert.include(error.message, "acme.yaml:12:5: rules[0].titel: ")
  })

  it.each([
    [
      "cause: policy_rejected",
      "cause: policy_rejectd",
      "\"policy_rejectd\" is no cause: did you mean \"policy_rejected\"?"
    ],
    ["confidence: certain", "confidence: sure", "use one of certain, likely, possible"],
    ["text: some words", "phase: auht", "did you mean \"auth\"?"],
    ["text: some words", "pattern: (a+)+", "a group cannot be repeated"],
    ["text: some words", "code: 5xx!", "\"5xx!\" cannot stand here: expected a reply code"],
    ["name: Acme Mail", "name: 7", "7 cannot stand here: put it in quotes: \"7\""],
    ["name: Acme Mail", "name: @acme", "put the text in quotes"],
    ["    title: t\n", "", "\"title\" is missing: add it (The verdict in one line, without a period)"],
    ["reviewBy: 2027-05-01", "reviewBy: soon", "expected a date such as 2026-11-24"],
    ["kind: provider", "kind: [provider", "not readable as YAML"]
  ])("instead of %s refuses %s with advice", (good, bad, advice) => {
    const error = failure(ruleText("").replace(good, bad))
    assert.include(error.message, advice)
    assert.isAtLeast(error.issues[0]?.line ?? 0, 1)
  })

  it("tells of a mistake in YAML once, not what follows from it", () => {
    const error = failure(
      ruleText("").replace("remedies: []", "remedies: [{ kind: look, text: Look at {mailbox}, url: x }]")
    )
    assert.deepStrictEqual(error.issues.map(({ check, line, remedy }) => ({ check, line, remedy })), [
      {
        check: "yaml",
        line: 14,
        remedy: "put the text in quotes where it holds a brace, a bracket, a comma or a colon"
      }
    ])
  })

  it.each([
    "hunter2",
    "*hunter2",
    "%hunter2",
    "a: b: hunter2",
    "- hunter2",
    "{ a }: hunter2",
    "a: [hunter2",
    "hunter2: x"
  ])(
    "of a file with %s repeats nothing but keys",
    (text) => {
      const { message } = failure(text)
      assert.notInclude(
        message.replace("\"hunter2\" is not a key", ""),
        text.startsWith("hunter2:") ? "x\"" : "hunter2"
      )
    }
  )

  it("proposes causes that share words with one that does not exist", () => {
    assert.include(
      failure(ruleText("").replace("cause: policy_rejected", "cause: smtp_auth_off")).message,
      "is it smtp_auth_disabled_tenant or smtp_auth_disabled_mailbox"
    )
  })

  it("refuses a file that is too large before reading it", () => {
    assert.include(failure(`${head}# ${"x".repeat(maxCharacters)}`).message, `${maxCharacters} are allowed`)
  })

  it("refuses an alias bomb", () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `x${level + 1}: &x${level + 1} [${Array.from({ length: 9 }, () => `*x${level}`).join(", ")}]`
    )
    assert.include(failure(`x0: &x0 [lol, lol]\n${levels.join("\n")}\n`).message, "alias")
  })

  it("refuses more aliases than allowed", () => {
    assert.include(
      failure(`a: &a x\nb: [${"*a, ".repeat(maxAliases + 1)}]\n`).message,
      `more than ${maxAliases} aliases`
    )
  })

  it.each([
    ["flow", "[".repeat(2000) + "]".repeat(2000)],
    ["block", Array.from({ length: 200 }, (_, depth) => `${" ".repeat(depth)}- a:`).join("\n")],
    ["very deep flow", "[".repeat(200_000)]
  ])("refuses deep nesting: %s", (_name, text) => {
    assert.match(failure(`a:\n${text}`).message, new RegExp(`deeper than ${maxDepth} levels|not readable as YAML`, "u"))
  })

  it("keeps __proto__ an ordinary key", () => {
    assert.include(failure(`${head}__proto__: { polluted: yes }\n`).message, "__proto__")
    assert.isUndefined(({} as { polluted?: unknown }).polluted)
  })

  it.prop("never throws", [Schema.String], ([text]) => {
    for (const whole of [text, head + text, `${head}rules: ${text}`]) fromText(whole, "x.yaml")
  })
})

describe("locate", () => {
  it("finds the line of a place, or of the nearest place above it", () => {
    const at = locate(Source.ofText(ruleText(""), "acme.yaml"))
    assert.deepStrictEqual(at(["rules", 0, "cause"]), { line: 9, column: 12 })
    assert.deepStrictEqual(at(["rules", 0, "examples"]), { line: 7, column: 5 })
  })
})

describe("a pack of several files", () => {
  const rules = ruleText("").slice(head.length)
  const source = (...more: ReadonlyArray<string>): Source.Source => ({
    path: "acme",
    parts: [`${head.trimEnd()}`, ...more].map((text, index) => ({ path: `acme/${index}.yaml`, text }))
  })

  it("is read as one text, each file where the one before ends", () => {
    const more = rules.replace("rules:\n", "").replace("id: a", "id: b")
    const pack = Result.getOrThrow(fromSource(source(rules, more)))
    assert.deepStrictEqual(pack.rules?.map(({ id }) => id), ["a", "b"])
  })

  it("names the file and its own line of what is wrong", () => {
    const more = rules.replace("rules:\n", "").replace("id: a", "id: b")
    const read = fromSource(source(rules, more.replace("title: t", "titel: t")))
    const error = Result.isFailure(read) ? read.failure : assert.fail("decoded")
    assert.deepStrictEqual(error.issues.map(({ at, file, line }) => [at, file, line]), [
      ["rules[1].titel", "acme/2.yaml", 6]
    ])
    assert.include(error.message, "acme/2.yaml:6:5: rules[1].titel: ")
    const broken = fromSource(source(rules, more.replace("title: t", "title: @t")))
    assert.include(Result.isFailure(broken) ? broken.failure.message : "", "acme/2.yaml:6:12: not readable")
    assert.deepStrictEqual(locate(source(rules, more))(["rules", 1, "cause"]), {
      file: "acme/2.yaml",
      line: 3,
      column: 12
    })
  })

  it("has files of the length of one each, and no more than four of them in all", () => {
    const comment = (length: number) => `# ${"x".repeat(length - 3)}\n`
    const long = fromSource(source(rules, comment(maxCharacters + 1)))
    assert.include(Result.isFailure(long) ? long.failure.message : "", "acme/2.yaml: the file has 1048577 characters")
    const many = Array.from({ length: 5 }, () => comment(maxCharacters))
    const read = fromSource(source(rules, ...many))
    assert.match(
      Result.isFailure(read) ? read.failure.message : "",
      new RegExp(`^acme: the files have \\d+ characters, ${maxWhole} are`)
    )
  })

  it("is a folder with a file that it begins with", () => {
    assert.deepStrictEqual(Source.namesOf(["b.yaml", "_pack.yaml", "README.md", "a.yml"]), [
      "_pack.yaml",
      "a.yml",
      "b.yaml"
    ])
    assert.isUndefined(Source.namesOf(["a.yaml"]))
  })
})
