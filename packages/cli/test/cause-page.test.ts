import { assert, describe, it } from "@effect/vitest"
import { causePage } from "@sonde/cli/run/packs/cause"
import { all } from "@sonde/domain/Cause"
import * as CausePages from "@sonde/packs/CausePages"
import * as Effect from "effect/Effect"
import { sonde } from "./screen.ts"

const folded = (text: string): string => text.replaceAll(/\s+/g, " ")

describe("the page of a cause", () => {
  it.effect.each(all)("tells everything of %s in 80 columns", (id) =>
    Effect.gen(function*() {
      const cause = yield* CausePages.of(id)
      const lines = causePage(cause).split("\n")
      const text = folded(lines.join(" "))
      const told = [cause.id, cause.meaning, cause.means, cause.todo.look, cause.todo.change]
      for (const one of cause.neighbours) told.push(`${one.cause} ${one.tell}`)
      for (const statement of told) assert.include(text, folded(statement))
      for (const line of lines) assert.isTrue(line.length <= 80 || /^\s*\S+$/.test(line), line)
    }))

  it.live("is printed by packs causes and by explain, the same", () =>
    Effect.gen(function*() {
      const page = causePage(yield* CausePages.of("greylisted"))
      const printed = yield* sonde(["packs", "causes", "greylisted"])
      assert.deepStrictEqual([printed.code, printed.out], [0, page])
      const explained = yield* sonde(["explain", " greylisted "])
      assert.deepStrictEqual([explained.code, explained.out], [0, page])
    }))

  it.live("is printed as JSON", () =>
    Effect.gen(function*() {
      const page = yield* CausePages.of("greylisted")
      assert.deepStrictEqual(JSON.parse((yield* sonde(["packs", "causes", "greylisted", "--json"])).out), page)
      assert.deepStrictEqual(JSON.parse((yield* sonde(["explain", "greylisted", "--json"])).out), page)
    }))

  it.live("is not taken for a text that only holds the id, nor for an unknown id", () =>
    Effect.gen(function*() {
      const text = yield* sonde(["explain", "cause greylisted", "--json"])
      assert.strictEqual(JSON.parse(text.out).schema, "sonde.explanation/1")
      const unknown = yield* sonde(["packs", "causes", "grey"])
      assert.deepStrictEqual([unknown.code, unknown.out], [66, ""])
      assert.include(unknown.err, "there is no cause \"grey\": sonde packs causes lists them all")
    }))
})
