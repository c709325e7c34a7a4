import { assert, describe, it } from "@effect/vitest"
import { TlsError } from "@sonde/domain/Errors"
import * as Redact from "@sonde/report/Redact"
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
  reports.delivered,
  reports.surveyed,
  { ...reports.passed, discovery: reports.discovery }
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

  it("shows the chain as it was sent, and what is wrong with it", () => {
    const [service] = reports.surveyed.services
    assert.isDefined(service)
    const problems = [{ condition: "WeakKey" as const, text: "shows a certificate with a key of <RSA 1024>" }]
    const chain = [{
      subject: "CN=mx.example",
      issuer: "CN=Issuer",
      san: ["mx.example"],
      notBefore: "2026-01-01T00:00:00.000Z",
      notAfter: "2027-01-01T00:00:00.000Z",
      sha256: "00"
    }]
    const error = new TlsError({
      service: "tls",
      endpoint: { protocol: "smtp", host: "mx.example", port: 25, security: "starttls" },
      phase: "tls",
      message: "m",
      reason: "WeakKey",
      conditions: ["WeakKey"],
      chain,
      problems
    })
    const html = Html.render({
      ...reports.surveyed,
      services: [{ ...service, phases: [{ id: "tls", state: "fail", error }] }]
    })
    assert.include(html, "<details open=\"\"><summary>Chain as sent</summary>")
    const text = shown(html).replaceAll(/\s+/gu, " ")
    assert.include(text, "The server shows a certificate with a key of <RSA 1024>.")
    assert.include(text, "CN=mx.example issued by CN=Issuer; 2026-01-01 to 2027-01-01; for mx.example")
  })

  it("shows the sources of settings side by side, conflicts and the choice", () => {
    const text = shown(Html.render({ ...reports.passed, discovery: reports.discovery })).replaceAll(/\s+/gu, " ")
    for (const { text: said } of reports.discovery.conflicts) assert.include(text, said)
    for (const { text: said } of reports.discovery.chosen) assert.include(text, said)
    for (const { source } of reports.discovery.sources) assert.include(text, source)
    assert.include(
      text,
      "? ispdb failed the host did not answer in time https://autoconfig.thunderbird.net/v1.1/firm.example 5.0 s"
    )
    assert.notInclude(shown(Html.render(reports.passed)), "Where the settings come from")
  })

  it("shows where a message was found again, and who is who no more once that is taken out", () => {
    const page = Html.render(reports.readBack)
    assert.match(page, /<h2>Read back<\/h2><p>accepted 14:02:16, seen 14:02:18 UTC by IMAP/)
    assert.include(page, "mx.contoso.example (a server of the recipient")
    const redacted = Html.render(Redact.report(reports.readBack, "personal"))
    assert.include(redacted, "<h2>Read back</h2>")
    assert.notMatch(redacted, /contoso|lists\.example/)
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
