import { assert, describe, it } from "@effect/vitest"
import { lint } from "@sonde/packs/Lint"
import * as Scaffold from "@sonde/packs/Scaffold"
import { Id } from "@sonde/packs/schema/Scalar"
import { run } from "@sonde/packs/TestPack"
import { fromText } from "@sonde/packs/Yaml"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const dates = { today: "2026-11-24", reviewBy: "2027-05-23", schema: "pack.schema.json" }
const written = (id: string, kind: "provider" | "software" = "provider") => Scaffold.scaffold({ id, kind, ...dates })

/** What is wrong with the text of a pack, warnings included, and examples that are not explained. */
const wrong = (id: string, text: string): ReadonlyArray<string> => {
  const read = fromText(text, "new.yaml")
  if (Result.isFailure(read)) return [read.failure.message]
  assert.strictEqual(read.success.id, id)
  return [
    ...lint(read.success, { today: dates.today, file: "new.yaml" }).map(({ check }) => check),
    ...run(read.success).filter(({ ok }) => !ok).map(({ example }) => example)
  ]
}

describe("scaffold", () => {
  it.prop("has no mistakes for any id and kind", [Id, Schema.Literals(["provider", "software"])], ([id, kind]) => {
    assert.deepStrictEqual(wrong(id, written(id, kind)), [])
  })

  it.each(["acme", "1und1", "123", "007", "1e5", "0x1f", "true", "null", "a--b", "a".repeat(64)])(
    "has no mistakes for %s",
    (id) => assert.deepStrictEqual(wrong(id, written(id)), [])
  )

  it("begins with the line of editors and has a comment on every part", () => {
    const text = written("acme-mail")
    assert.match(text, /^# yaml-language-server: \$schema=pack\.schema\.json\n/)
    assert.isAbove(text.split("\n").filter((line) => line.trimStart().startsWith("#")).length, 10)
    assert.include(text, "name: Acme Mail\n")
    assert.include(text, "version: 2026.11.1\n")
  })

  it("is due for review when its date has passed", () => {
    const pack = Result.getOrThrow(fromText(written("acme"), "new.yaml"))
    const found = lint(pack, { today: "2027-05-24", file: "new.yaml" })
    assert.deepStrictEqual(found.map(({ check }) => check), ["review-due"])
  })
})
