import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./screen.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-new-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
const run = (...argv: ReadonlyArray<string>) => sonde(["packs", ...argv])

describe("sonde packs new", () => {
  it.live("writes a pack whose next commands all succeed", () =>
    Effect.scoped(Effect.gen(function*() {
      const out = join(yield* folder, "acme.yaml")
      for (const kind of ["provider", "software"]) {
        const made = yield* run("new", "acme", "--kind", kind, "--out", out, "--force")
        assert.strictEqual(made.code, 0, made.err)
        assert.match(made.err, /^sonde: .*acme\.yaml is written: /)
        assert.include(readFileSync(out, "utf8"), `\nkind: ${kind}\n`)
        const next = made.out.trimEnd().split("\n")
        assert.strictEqual(next.length, 3)
        for (const line of next) {
          const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "")
          assert.strictEqual(words.shift(), "sonde")
          const left = yield* sonde(words)
          assert.strictEqual(left.code, 0, `${line}\n${left.out}${left.err}`)
        }
      }
    })), 120_000)

  it.live("leaves a file alone that is there", () =>
    Effect.scoped(Effect.gen(function*() {
      const out = join(yield* folder, "acme.yaml")
      writeFileSync(out, "mine")
      const refused = yield* run("new", "acme", "--out", out)
      assert.strictEqual(refused.code, 64)
      assert.strictEqual(refused.out, "")
      assert.match(refused.err, /is there already: give --force to replace it, or --out with another name\n$/)
      assert.strictEqual(readFileSync(out, "utf8"), "mine")
    })), 60_000)

  it.live(
    "refuses a name that is no id with one that is, and tells of a built-in pack",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const dir = yield* folder
        const refused = yield* run("new", "Acme Mäil", "--out", join(dir, "a.yaml"))
        assert.strictEqual(refused.code, 64)
        assert.match(refused.err, /"Acme Mäil" is no id: .*: try "sonde packs new acme-mail"\n$/)
        assert.isFalse(existsSync(join(dir, "a.yaml")))
        const absent = yield* run("new", "acme", "--out", join(dir, "none", "a.yaml"))
        assert.strictEqual(absent.code, 66)
        assert.match(absent.err, /there is no folder for the file .*: make the folder first\n$/)
        const replacing = yield* run("new", "microsoft-365", "--out", join(dir, "b.yaml"))
        assert.strictEqual(replacing.code, 0)
        assert.include(
          replacing.err,
          "there is a built-in pack microsoft-365 (Microsoft 365); yours replaces the whole of it"
        )
      })),
    60_000
  )
})

describe("sonde packs schema", () => {
  it.live("writes a file, and replaces nothing but a schema", () =>
    Effect.scoped(Effect.gen(function*() {
      const dir = yield* folder
      const out = join(dir, "pack.schema.json")
      for (const _time of ["first", "second"]) {
        const made = yield* run("schema", "--out", out)
        assert.strictEqual(made.code, 0, made.err)
        assert.include(made.err, "begin with # yaml-language-server: $schema=pack.schema.json\n")
      }
      const printed = yield* run("schema")
      assert.strictEqual(readFileSync(out, "utf8"), printed.out)
      writeFileSync(join(dir, "acme.yaml"), "id: acme")
      const refused = yield* run("schema", "--out", join(dir, "acme.yaml"))
      assert.strictEqual(refused.code, 64)
      assert.match(refused.err, /is there already and is no JSON Schema: give another name\n$/)
      assert.strictEqual(readFileSync(join(dir, "acme.yaml"), "utf8"), "id: acme")
    })), 60_000)
})
