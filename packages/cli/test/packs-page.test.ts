import { assert, describe, it } from "@effect/vitest"
import { page } from "@sonde/cli/run/packs/page"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const folded = (text: string): string => text.replaceAll(/\s+/g, " ")

describe("the page of a pack", () => {
  it.effect("tells sign-in, dates, limits, decisions and advice, in 80 columns", () =>
    Effect.gen(function*() {
      const pack = yield* (yield* Packs).get("microsoft-365")
      if (pack === undefined) return assert.fail("there is no microsoft-365")
      const lines = page(pack).split("\n")
      const text = folded(lines.join(" "))
      const told = [
        ...(pack.signIn?.timeline ?? []).map((one) => one.text),
        ...(pack.limits ?? []).map(({ id, unit, value }) => `${id}: ${value} ${unit}`),
        ...(pack.decisions ?? []).flatMap(({ first, situation }) => [situation, first]),
        ...(pack.advice ?? []).map((one) => one.text),
        ...(pack.notOffered ?? []).map((one) => one.why)
      ]
      assert.isAbove(told.length, 40)
      for (const statement of told) assert.include(text, folded(statement))
      for (const line of lines) assert.isTrue(line.length <= 80 || /^\s*\S+$/.test(line), line)
    }).pipe(Effect.provide(Packs.layer)))
})
