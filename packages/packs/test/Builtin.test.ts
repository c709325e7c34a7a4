import { assert, describe, it } from "@effect/vitest"
import { lint } from "@sonde/packs/Lint"
import { run } from "@sonde/packs/TestPack"
import { fromSource, fromText } from "@sonde/packs/Yaml"
import * as Result from "effect/Result"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { render } from "../scripts/render.ts"
import { packs, readers } from "../scripts/sources.ts"

const root = new URL("../", import.meta.url)
const sources = packs()

describe("generated files", () => {
  const rendered = render(sources, readers())

  it("come from packs without errors", () => assert.deepStrictEqual(rendered.errors, []))

  it.each([...rendered.files])("%s is what scripts/generate.ts writes", (path, text) => {
    const file = new URL(path, root)
    assert.isTrue(
      existsSync(file) && readFileSync(file, "utf8") === text,
      "run node packages/packs/scripts/generate.ts"
    )
  })

  it("are all there is in src/builtin", () => {
    const found = readdirSync(new URL("src/builtin/", root)).map((name) => `src/builtin/${name}`)
    assert.deepStrictEqual(found.filter((path) => !rendered.files.has(path)), [])
  })
})

describe("README.md", () => {
  it("shows a pack without mistakes", () => {
    const text = /```yaml\n([\s\S]*?)```/u.exec(readFileSync(new URL("README.md", root), "utf8"))?.[1] ?? ""
    const pack = Result.getOrThrow(fromText(text, "README.md"))
    assert.deepStrictEqual(lint(pack, { today: pack.reviewBy, file: "README.md" }), [])
  })
})

describe.each(sources)("$path", (source) => {
  const { path } = source
  const pack = Result.getOrThrow(fromSource(source))

  it("has no error that lint finds", () => {
    // The dates are those of the day the pack is reviewed; that they pass is seen by `sonde packs lint`.
    const found = lint(pack, { today: pack.reviewBy, file: path }).filter(({ check, level }) =>
      level === "error" && check !== "review-due" && check !== "example-taken"
    )
    assert.deepStrictEqual(found.map(({ at, check, message }) => `${check} ${at}: ${message}`), [])
  })

  it("gives every example its own rule", () => {
    assert.deepStrictEqual(
      run(pack).filter(({ ok }) => !ok).map(({ example, nearly, rule, takenBy }) => ({
        rule,
        takenBy,
        nearly,
        example
      })),
      []
    )
  })
})
