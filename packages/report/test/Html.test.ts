import { assert, describe, it } from "@effect/vitest"
import * as Html from "@sonde/report/render/Html"
import { style, styleSource } from "@sonde/report/render/HtmlStyle"
import { createHash } from "node:crypto"
import * as reports from "./reports.ts"

const all = [
  reports.failed,
  reports.passed,
  reports.resumed,
  reports.suspended,
  reports.hostile,
  reports.unresolved,
  reports.delivered
]

/** Everything between the tags, with entities read back. */
const shown = (html: string): string =>
  html.replace(/<style>[^]*?<\/style>/u, "").replace(/<[^>]*>/gu, " ").replace(
    /&(amp|lt|gt|quot|#39);/gu,
    (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'" })[name] ?? ""
  )

describe("Html", () => {
  it("says cause, who must act, what to change and what will not help", () => {
    const text = shown(Html.render(reports.failed))
    const [verdict] = reports.failed.verdicts
    assert.include(text, verdict!.title)
    assert.include(text, verdict!.explanation)
    assert.include(text, verdict!.cause)
    for (const { command } of verdict!.remedies) {
      if (command !== undefined) assert.include(text, command.split("\n")[0]!)
    }
    for (const no of verdict!.wontHelp) assert.include(text, no)
    assert.include(text, "nothing was sent")
  })

  it("says what changed since the last attempt", () => {
    assert.match(shown(Html.render(reports.resumed)), /refused .* ago, accepted now/u)
  })

  it("runs nothing, loads nothing and has one style sheet", () => {
    for (const report of all) {
      const html = Html.render(report)
      assert.notMatch(html, /<(?:script|link|img|iframe|object|form|base)\b/iu)
      assert.notMatch(html, /<[^>]*\son\w+=|<[^>]*\sstyle=|javascript:/iu)
      assert.deepStrictEqual(html.match(/<style>[^]*?<\/style>/gu), [`<style>${style}</style>`])
    }
  })

  it("shows what a server says and obeys none of it", () => {
    const html = Html.render({
      ...reports.failed,
      target: { input: "<b>x</b>@\u202Eexample" },
      verdicts: reports.failed.verdicts.map((verdict) => ({
        ...verdict,
        title: "</title><script>alert(1)</script>",
        facts: [{ text: "a", asOf: "2026-01-01", reviewBy: "2027-01-01", source: "javascript:alert(1)" }]
      }))
    })
    assert.notInclude(html, "<b>x")
    assert.notInclude(html, "<script>")
    assert.notInclude(html, "\u202E")
    assert.notMatch(html, /href="javascript/u)
    assert.include(html, "&lt;script&gt;")
  })

  it("balances its elements", () => {
    for (const report of all) {
      const open: Array<string> = []
      for (const [, close, name] of Html.render(report).matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/gu)) {
        if (name === "meta") continue
        if (close === "") open.push(name!)
        else assert.strictEqual(open.pop(), name)
      }
      assert.deepStrictEqual(open, [])
    }
  })

  it("carries a note at its top", () => {
    const text = shown(Html.render(reports.passed, { note: "until tomorrow" }))
    assert.isBelow(text.indexOf("until tomorrow"), text.indexOf(reports.passed.target.input))
  })
})

const colours = (text: string): Map<string, string> =>
  new Map(
    Array.from(text.matchAll(/--(\w+):#([0-9a-f]{3,6})/gu), ([, name, hex]) => [
      name!,
      hex!.length === 3 ? hex!.replace(/./gu, "$&$&") : hex!
    ])
  )

/** Relative luminance, as WCAG 2.2 defines it. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

describe("the style sheet", () => {
  it("has the digest that policies name", () => {
    assert.strictEqual(styleSource, `sha256-${createHash("sha256").update(style).digest("base64")}`)
  })

  const [light = "", dark = ""] = style.split("@media (prefers-color-scheme:dark)")
  for (const [scheme, text] of [["light", light], ["dark", dark.split("}}")[0]!]] as const) {
    const found = colours(text)
    for (const name of ["text", "quiet", "pass", "fail", "warn", "open"]) {
      it(`keeps ${name} at 7:1 in ${scheme}`, () => {
        for (const ground of ["page", "card"]) {
          assert.isAtLeast(contrast(found.get(name) ?? "000000", found.get(ground) ?? "000000"), 7, ground)
        }
      })
    }
  }
})
