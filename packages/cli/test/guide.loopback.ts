import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { follow, neutral, shows } from "./Guide.ts"

const guide = new URL("../../packs/guides/a-provider-pack-in-ten-minutes.md", import.meta.url)

describe("what a guide shows", () => {
  it.each([
    ["a\nb", "a\nb", true],
    ["a\n…", "a\nb\nc", true],
    ["…\nc", "a\nb\nc", true],
    ["a\n…\nc", "a\nc", true],
    ["a", "a\nb", false],
    ["a\n…\nc", "a\nb", false],
    ["a.c", "abc", false]
  ])("%j of %j is %s", (shown, said, expected) => assert.strictEqual(shows(shown, said), expected))
})

describe("a provider pack in ten minutes", () => {
  it.live(
    "shows what its commands print, from an empty folder to a pack in use",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const dir = yield* Effect.acquireRelease(
          Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "sonde-guide-")))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const { home, said } = follow(readFileSync(guide, "utf8"), dir)
        assert.isAbove(said.length, 10)
        for (const one of said) {
          const [real, shown] = [neutral(one.said, home), neutral(one.shown, home)]
          if (!shows(shown, real)) assert.strictEqual(real, shown, `line ${one.at}: ${one.command}`)
        }
        const commands = said.map(({ command }) => command.split(" ").slice(0, 3).join(" "))
        for (const command of ["new", "lint", "test", "explain", "schema", "list"]) {
          assert.include(commands, `sonde packs ${command}`)
        }
      })),
    300_000
  )
})
