import { assert, describe, it } from "@effect/vitest"
import { Outcome, PhaseState } from "@sonde/domain/Service"
import { readFileSync } from "node:fs"

const read = (name: string) => readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8")
const theme = read("theme.css")
const rules = read("page.css").replaceAll(/\/\*.*?\*\//gs, "")

type Mode = "light" | "dark"

/** Colours of the theme by name: `--good: light-dark(#0a5230, #7fdfa9)`. */
const colours = new Map(
  Array.from(
    theme.matchAll(/--([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g),
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }] as const
  )
)

const colour = (name: string, mode: Mode): string => {
  const found = colours.get(name)
  assert.isDefined(found, `--${name} is in theme.css`)
  return found[mode]
}

/** Relative luminance (WCAG 2.2, definition): 0 for black, 1 for white. */
const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const ratio = (a: string, b: string): number => {
  const [one, other] = [luminance(a), luminance(b)]
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

const states = ["good", "bad", "warn", "open"]
const grounds = ["page", "card", "well"]

/** Text, what it stands on, and the least contrast. */
const wanted: ReadonlyArray<readonly [string, ReadonlyArray<string>, number]> = [
  ...states.map((state) => [state, [`${state}-well`, ...grounds], 7] as const),
  ["ink", [...grounds, ...states.map((state) => `${state}-well`)], 7],
  ["soft", grounds, 4.5],
  ["link", [...grounds, "bad-well"], 4.5],
  ["on-act", ["act"], 7],
  // What is not text (success criterion 1.4.11): edges of controls, the ring of the focus, the turning part of a mark.
  ["edge", ["card", "page"], 3],
  ["act", ["card", "page"], 3]
]

describe("contrast", () => {
  it("is computed as WCAG defines it", () => {
    assert.strictEqual(ratio("#000000", "#ffffff"), 21)
    assert.strictEqual(ratio("#777777", "#777777"), 1)
    assert.approximately(ratio("#767676", "#ffffff"), 4.54, 0.005)
  })

  for (const mode of ["light", "dark"] as const) {
    for (const [name, on, least] of wanted) {
      it(`of ${name} is at least ${least}:1 in ${mode}`, () => {
        for (const ground of on) {
          const found = ratio(colour(name, mode), colour(ground, mode))
          assert.isAtLeast(found, least, `${name} on ${ground} has ${found.toFixed(2)}:1`)
        }
      })
    }
  }

  it("holds for every rule that sets both colours", () => {
    let seen = 0
    for (const [, selector = "", body = ""] of rules.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
      const text = /(?:^|[;\s])color: var\(--([\w-]+)\)/.exec(body)?.[1]
      const ground = /(?:^|[;\s])background(?:-color)?: var\(--([\w-]+)\)/.exec(body)?.[1]
      if (text === undefined || ground === undefined) continue
      seen++
      for (const mode of ["light", "dark"] as const) {
        const found = ratio(colour(text, mode), colour(ground, mode))
        assert.isAtLeast(found, states.includes(text) ? 7 : 4.5, `${selector.trim()} in ${mode}`)
      }
    }
    assert.isAtLeast(seen, 10)
  })

  it("is for the theme to say: no rule names a colour of its own", () => {
    const own = Array.from(
      rules.matchAll(/(?:^|[;{\s])(?:color|border(?:-\w+)*|outline|accent-color): ([^;]+);/g),
      ([, value]) => value
    )
    assert.isAbove(own.length, 50)
    for (const value of own) assert.notMatch(value ?? "", /#[\da-f]{3}|\b(?:rgb|hsl)a?\(/i)
  })
})

describe("states", () => {
  it("have a look each", () => {
    for (const state of [...PhaseState.literals, ...Outcome.literals, "running", "waiting"]) {
      assert.match(rules, new RegExp(`\\.mark\\.${state}\\b`), state)
    }
    for (const outcome of Outcome.literals) assert.match(rules, new RegExp(`\\.tag\\.${outcome}\\b`), outcome)
  })
})
