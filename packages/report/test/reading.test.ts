/** What a row says of the phases that read a mailbox. */
import { assert, describe, it } from "@effect/vitest"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import * as Appearance from "@sonde/report/Appearance"
import * as Phrases from "@sonde/report/Phrases"
import * as Text from "@sonde/report/render/Text"
import * as Sentence from "@sonde/report/Sentence"
import * as reports from "./reports.ts"

const row = (id: PhaseReport["id"], facts: NonNullable<PhaseReport["facts"]>): string =>
  Phrases.established({ id, state: "pass", facts }, true)

const offer = { source: "command", keywords: [], starttls: false, auth: [], login: false }
const select = { mailbox: "INBOX", quota: [], alerts: [], text: "done" }

describe("a row of reading", () => {
  it.each<readonly [PhaseReport["id"], NonNullable<PhaseReport["facts"]>, string]>([
    ["greeting", { text: "Dovecot ready." }, "Dovecot ready."],
    ["greeting", { code: 220, text: "mx.example" }, "220 mx.example"],
    ["capability", { ...offer, auth: ["PLAIN"], login: true }, "sign-in by PLAIN password command"],
    [
      "capability",
      { ...offer, auth: ["PLAIN", "LOGIN"], login: true, starttls: true },
      "STARTTLS, sign-in by PLAIN LOGIN"
    ],
    ["capability", offer, "no sign-in"],
    ["capability", { ...offer, source: "none", login: true }, "the server does not tell what it offers"],
    ["capability", { ...offer, source: "reissued", auth: ["PLAIN"] }, "sign-in by PLAIN, told again after TLS"],
    ["select", select, "INBOX"],
    ["select", { ...select, exists: 1 }, "INBOX, 1 message"],
    [
      "select",
      {
        ...select,
        exists: 2,
        quota: [{ root: "", resource: "STORAGE", used: 5120, limit: 10_240 }, {
          root: "",
          resource: "MESSAGE",
          used: 2,
          limit: 100
        }],
        alerts: ["soon \u001b[31mfull"]
      },
      "INBOX, 2 messages; 5.0 of 10 MiB used (50 %); 2 of 100 message used; ALERT: soon \\x1b[31mfull"
    ],
    ["stat", { messages: 1, octets: 300 }, "1 message, 300 octets"],
    ["list", { scripts: [] }, "0 scripts"],
    ["list", { scripts: ["a", "b"], active: "b" }, "2 scripts, \"b\" active"],
    ["list", { scripts: ["a"] }, "1 script, none active"],
    ["logout", { text: "bye" }, "bye"],
    ["token", { source: "client-credentials", lifetimeSeconds: 3599 }, "by client credentials, for 59 min 59 s"]
  ])("of %s says what was found", (id, facts, expected) => {
    assert.strictEqual(row(id, facts), expected)
  })
})

describe("a row of the posture", () => {
  it("does not say that nothing is published where nothing could be asked", () => {
    const dane = (state: PhaseReport["state"]) =>
      Phrases.established({
        id: "dane",
        state,
        facts: { domain: "a.example", validates: false, mxAuthentic: false, exchangers: [] }
      }, true)
    assert.deepStrictEqual([dane("pass"), dane("inconclusive")], ["none published", "the DNS did not answer"])
  })
})

describe("what a screen says of a domain beside its mailbox", () => {
  const open = {
    id: "dns_unanswered",
    state: "warn",
    service: "posture",
    title: "MX of contoso.example could not be looked up: no answer came in time",
    remedies: [{ kind: "verify", text: "Check again", command: "sonde posture contoso.example", shell: "sh" }]
  } as const
  const screen = (findings: Report["findings"]) => Text.render({ ...reports.beside, findings }, Appearance.plain)

  it("is no reproach where nobody could be asked", () => {
    const text = screen([open])
    assert.include(text, "! Sending policy of contoso.example: could not be looked up")
    assert.include(text, "  When the DNS answers:\n      sonde posture contoso.example")
    assert.notInclude(text, "publish")
  })

  it("counts what is to improve, and not what could not be looked up", () => {
    const text = screen([open, ...reports.beside.findings.filter(({ service }) => service === "posture")])
    assert.include(text, "! Sending policy of contoso.example: 2 things to improve")
    assert.include(text, "What to publish, and who does it:")
  })
})

describe("a screen of several services", () => {
  const verdict = {
    cause: "bad_credentials",
    rule: "generic/auth-rejected",
    service: "imap",
    phase: "auth",
    confidence: "likely",
    title: "User name or password is wrong",
    explanation: "",
    actor: "user",
    evidence: [],
    ruledOut: [],
    notJudged: [],
    remedies: [],
    wontHelp: [],
    facts: []
  } as const
  const service = (id: "imap" | "smtp-submission" | "token") => ({ id, outcome: "fail", phases: [] }) as const
  const screen = (services: Report["services"]) =>
    Text.render({ ...reports.failed, services, verdicts: [verdict] }, Appearance.plain)

  it("says of a verdict to which service it belongs, and not where there is one alone", () => {
    assert.include(screen([service("smtp-submission"), service("imap")]), "IMAP, auth")
    assert.notInclude(screen([service("imap"), service("token")]), "IMAP, auth")
  })

  it.each<readonly [Report["services"][number]["id"], ReadonlyArray<PhaseReport["id"]>, string]>([
    ["imap", ["tls", "auth"], "signs in"],
    ["imap", ["tls", "auth", "select"], "signs in, opens the mailbox"],
    ["pop3", ["tls", "auth", "stat"], "signs in, opens the mailbox"],
    ["sieve", ["tls", "auth", "list"], "signs in, lists the scripts"],
    ["token", ["claims"], "was read"],
    ["token", ["metadata", "token", "claims"], "was obtained"],
    ["token", ["metadata"], "answers"]
  ])("says how far %s came with %j", (id, passed, expected) => {
    const phases = passed.map((phase) => ({ id: phase, state: "pass" }) as const)
    assert.strictEqual(Sentence.reached({ id, outcome: "pass", phases }), expected)
  })

  it("puts what is said of a service's phases into one column", () => {
    const imap: Report["services"][number] = {
      id: "imap",
      outcome: "fail",
      phases: [
        { id: "greeting", state: "pass", facts: { text: "ready" } },
        { id: "capability", state: "pass", facts: offer },
        { id: "auth", state: "fail" },
        { id: "select", state: "skip", because: "auth" }
      ]
    }
    const rows = screen([imap]).split("\n").filter((line) => /(?:greeting|capability|select) {2,}\S/.test(line))
    assert.deepStrictEqual(
      rows.map((line) => /\S$/.test(line) && line.search(/(?<= {2})(?:ready|no sign-in|not reached)/)),
      [
        16,
        16,
        16
      ]
    )
  })

  it("takes the end of a span of years for no date to know", () => {
    const fact = { asOf: "2026-08-31", reviewBy: "2027-05-01", source: "https://example.com/" }
    const facts = [{ ...fact, text: "Threads, 2016 to 2026" }, { ...fact, text: "Passwords end in 2026" }]
    const shown = Text.render({ ...reports.failed, verdicts: [{ ...verdict, facts }] }, Appearance.plain)
    assert.match(shown, /Coming +Passwords end/)
    assert.match(shown, /Sources +Threads/)
  })

  it("speaks of claims in the plural", () => {
    const open = { ...verdict, ruledOut: ["dns"], notJudged: ["token claims"] }
    const shown = Text.render({ ...reports.failed, verdicts: [open] }, Appearance.plain)
    assert.include(shown, "Token claims were not judged.")
  })
})
