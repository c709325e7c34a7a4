import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import { PhaseId } from "@sonde/domain/Service"
import * as Appearance from "@sonde/report/Appearance"
import * as Escape from "@sonde/report/Escape"
import * as Exchange from "@sonde/report/Exchange"
import * as Formats from "@sonde/report/Formats"
import * as Phrases from "@sonde/report/Phrases"
import * as Schema from "effect/Schema"
import * as reports from "./reports.ts"

describe("Appearance.make", () => {
  const make = (env: Record<string, string>, isTerminal = true, color?: Appearance.ColorChoice) =>
    Appearance.make({ env, isTerminal, columns: 100, color })

  it("colours a terminal and nothing else", () => {
    assert.isTrue(make({}).color)
    assert.isFalse(make({}, false).color)
  })

  it("follows NO_COLOR, CLICOLOR and CLICOLOR_FORCE", () => {
    assert.isFalse(make({ NO_COLOR: "1" }).color)
    assert.isTrue(make({ NO_COLOR: "" }).color)
    assert.isFalse(make({ CLICOLOR: "0" }).color)
    assert.isTrue(make({ CLICOLOR_FORCE: "1" }, false).color)
    assert.isFalse(make({ CLICOLOR_FORCE: "0" }, false).color)
    assert.isFalse(make({ TERM: "dumb" }).color)
  })

  it("lets --color win over the environment", () => {
    assert.isTrue(make({ NO_COLOR: "1" }, false, "always").color)
    assert.isFalse(make({ CLICOLOR_FORCE: "1" }, true, "never").color)
  })

  it("takes SONDE_FORCE_TTY as a terminal of that width", () => {
    assert.deepInclude(make({ SONDE_FORCE_TTY: "72" }, false), { terminal: true, width: 72 })
    assert.deepInclude(make({}, false), { terminal: false })
  })

  it("keeps the width between 40 and 120", () => {
    assert.strictEqual(Appearance.make({ env: {}, isTerminal: true, columns: 7 }).width, 40)
    assert.strictEqual(Appearance.make({ env: {}, isTerminal: true, columns: 400 }).width, 120)
    assert.strictEqual(Appearance.make({ env: {}, isTerminal: true }).width, 80)
  })

  it("falls back to ASCII in a locale without UTF-8", () => {
    assert.isTrue(make({ LANG: "C" }).ascii)
    assert.isTrue(make({ LC_ALL: "POSIX", LANG: "en_GB.UTF-8" }).ascii)
    assert.isFalse(make({ LANG: "en_GB.UTF-8" }).ascii)
    assert.isFalse(make({}).ascii)
  })
})

describe("Escape", () => {
  it("makes control characters and marks that reorder text visible", () => {
    assert.strictEqual(Escape.line("a\u001b[31mb\u0000\r\n\u202ec\u0085"), "a\\x1b[31mb\\x00\\r\\n\\u202ec\\x85")
  })

  it("leaves ordinary text of any script alone", () => {
    assert.strictEqual(Escape.line("Grüße 日本語 😀"), "Grüße 日本語 😀")
  })

  it.prop("never lets anything through that a terminal would obey", [Schema.String], ([text]) => {
    // oxlint-disable-next-line no-control-regex -- the characters looked for are control characters
    assert.notMatch(Escape.line(text), /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
  })

  it("bounds the length of what a server said", () => {
    assert.isAtMost(Escape.line("x".repeat(100_000)).length, Escape.maxText)
    assert.strictEqual(Escape.cut("abcdef", 4), "abc…")
    assert.strictEqual(Escape.cut("abcd", 4), "abcd")
  })
})

describe("Phrases", () => {
  it("says how a sign-in was tied to its connection, and what was offered in clear", () => {
    const said = (more: object) =>
      Phrases.established({
        id: "auth",
        state: "pass",
        facts: { mechanism: "PLAIN", user: "a@b.example", offered: ["PLAIN"], passedOver: [], text: "ok", ...more }
      }, true)
    assert.strictEqual(said({}), "PLAIN as a@b.example")
    assert.strictEqual(
      said({ channelBinding: "tls-exporter", beforeTls: { offered: [], added: ["PLAIN"], removed: [] } }),
      "PLAIN as a@b.example; tied to this connection (tls-exporter)"
    )
    assert.strictEqual(
      said({ beforeTls: { offered: ["PLAIN", "LOGIN"], added: [], removed: ["LOGIN"] } }),
      "PLAIN as a@b.example; AUTH is offered before TLS too; gone after TLS: LOGIN"
    )
  })

  it("says durations as people do", () => {
    assert.deepStrictEqual([0.4, 12.4, 999.6, 5200, 60_000, 125_000, 7_200_000].map(Phrases.duration), [
      "0 ms",
      "12 ms",
      "1.0 s",
      "5.2 s",
      "1 min",
      "2 min 5 s",
      "2 h"
    ])
  })

  it("says ages as people do", () => {
    const now = "2026-11-23T12:00:00Z"
    const age = (at: string) => Phrases.age(at, now)
    assert.deepStrictEqual(
      [
        age("2026-11-23T11:59:58Z"),
        age("2026-11-23T11:59:20Z"),
        age("2026-11-23T11:48:00Z"),
        age("2026-11-23T09:00:00Z")
      ],
      ["just now", "40 seconds ago", "12 minutes ago", "3 hours ago"]
    )
    assert.strictEqual(age("2026-11-20T12:00:00Z"), "3 days ago")
    assert.strictEqual(age("not a date"), "earlier")
  })

  it("names a change only where something changed", () => {
    const before = { state: "fail", at: "2026-11-23T11:48:00Z", text: "refused" } as const
    const now = "2026-11-23T12:00:00Z"
    assert.strictEqual(
      Phrases.change({ id: "auth", state: "pass", before }, now),
      "auth: refused 12 minutes ago, accepted now"
    )
    assert.isUndefined(Phrases.change({ id: "auth", state: "fail", before }, now))
    assert.isUndefined(Phrases.change({ id: "auth", state: "pass" }, now))
  })

  it("marks a slow phase although it passed", () => {
    assert.include(Phrases.detail({ id: "greeting", state: "pass", durationMillis: 9000 }, false, ""), "slow")
    assert.notInclude(Phrases.detail({ id: "greeting", state: "pass", durationMillis: 90 }, false, ""), "slow")
  })

  it.prop(
    "finds words for every typed error",
    [Errors.PhaseError],
    ([error]) => {
      const text = Phrases.failure(error)
      assert.isString(text)
      assert.notInclude(text, "undefined")
      // oxlint-disable-next-line no-control-regex -- the characters looked for are control characters
      assert.notMatch(text, /[\u0000-\u001f\u007f-\u009f]/)
    },
    { arbitrary: { runs: 200 } }
  )

  it("knows every phase when it says what became of it", () => {
    for (const id of PhaseId.literals) assert.notStrictEqual(Phrases.became(id, "fail"), Phrases.became(id, "pass"))
  })
})

describe("Exchange", () => {
  it("shows the exchange from its command to the last line of the refusal", () => {
    const service = reports.failed.services[0]
    assert.isDefined(service)
    const lines = Exchange.failing(reports.failed, service)
    assert.deepStrictEqual(lines.map((line) => line.n), [10, 11, 12, 13, 14, 15])
  })

  it("shows nothing for a service that passed", () => {
    const service = reports.passed.services[0]
    assert.isDefined(service)
    assert.deepStrictEqual(Exchange.failing(reports.passed, service), [])
  })

  it("marks direction, encryption and the line that was not expected", () => {
    const marks = reports.failed.transcript.map((line) =>
      Exchange.mark(line, Exchange.isUnexpected(reports.failed, line))
    )
    assert.deepStrictEqual(marks, [
      "<-",
      "->",
      "<-",
      "<-",
      "->",
      "<-",
      "===",
      "~>",
      "<~",
      "~>",
      "<~",
      "~>",
      "<~",
      "~>",
      "<**",
      "~>",
      "<~"
    ])
  })

  it("decodes a challenge and only a challenge", () => {
    const line = (text: string) =>
      Exchange.challenge({ n: 1, service: "smtp-submission", dir: "<", tls: true, atMillis: 0, text })
    assert.strictEqual(line("334 VXNlcm5hbWU6"), "Username:")
    assert.strictEqual(line("334 eyJzdGF0dXMiOiI0MDAifQ=="), "{\"status\":\"400\"}")
    assert.isUndefined(line("334 "))
    assert.isUndefined(line("334 !!!!"))
    assert.isUndefined(line("235 VXNlcm5hbWU6"))
    assert.isUndefined(line("334 //79/w=="))
  })
})

describe("Formats", () => {
  it("knows what it can write, and says so of what comes later", () => {
    for (const name of Formats.available) assert.deepStrictEqual(Formats.parse(name), { format: name })
    for (const name of Formats.later) {
      assert.deepStrictEqual(Formats.parse(name), {
        problem: `the format ${name} is not available in this version; there are pretty, json, ndjson, html`
      })
    }
    assert.deepStrictEqual(Formats.parse("yaml"), {
      problem: "there is no such format; there are pretty, json, ndjson, html"
    })
  })
})
