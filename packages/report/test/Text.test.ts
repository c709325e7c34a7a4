import { assert, describe, it } from "@effect/vitest"
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import * as Appearance from "@sonde/report/Appearance"
import * as Html from "@sonde/report/render/Html"
import * as Text from "@sonde/report/render/Text"
import { readdirSync, readFileSync } from "node:fs"
import * as reports from "./reports.ts"
import { screens } from "./screens.ts"

const folder = new URL("screens/", import.meta.url)
const columns = (line: string) => Array.from(line).length

describe("screens", () => {
  for (const [name, screen] of Object.entries(screens)) {
    it(`prints ${name} exactly as kept`, () => {
      assert.strictEqual(screen(), readFileSync(new URL(`${name}.txt`, folder), "utf8"))
    })
  }

  it("has no kept screen that nothing prints", () => {
    assert.deepStrictEqual(readdirSync(folder).toSorted(), Object.keys(screens).map((name) => `${name}.txt`).toSorted())
  })
})

describe("a token that Graph and the service token tell of", () => {
  const endpoint = { protocol: "http", host: "graph.microsoft.com", port: 443, security: "tls" } as const
  const own = { format: "jwt", audiences: ["https://graph.microsoft.com"], doubts: [] }
  const phase = (id: PhaseReport["id"], state: PhaseReport["state"], more: Partial<PhaseReport> = {}): PhaseReport => ({
    id,
    state,
    ...(state === "skip" ? { because: "until" } : { durationMillis: 7 }),
    ...more
  })
  const facts = { source: "client-credentials" }
  const obtained = [phase("token", "pass", { facts }), phase("claims", "pass", { facts: own })]
  const mailbox = [phase("mailbox", "pass", { facts: { path: "/me" } }), phase("send", "skip")]
  const of = (
    graph: ReadonlyArray<PhaseReport>,
    token: ReadonlyArray<PhaseReport>,
    more: ReadonlyArray<ServiceReport> = []
  ): Report => ({
    ...reports.passed,
    findings: [],
    services: [
      ...more,
      { id: "graph", outcome: "pass", endpoint, phases: graph },
      { id: "token", outcome: "pass", phases: [phase("metadata", "pass"), ...token] }
    ]
  })
  const told = (report: Report, name: string) =>
    Text.render(report, Appearance.plain).split("\n").filter((line) => line.startsWith(`  ✓ ${name}`)).length

  it("stands once on the screen, and counts once", () => {
    const report = of([...obtained, ...mailbox], obtained)
    assert.deepStrictEqual([told(report, "token"), told(report, "claims"), told(report, "mailbox")], [1, 1, 1])
    assert.include(Text.render(report, Appearance.plain), "4 passed, 1 not tried")
    const given = of([phase("token", "skip"), obtained[1]!, ...mailbox], [phase("token", "skip"), obtained[1]!])
    assert.strictEqual(told(given, "claims"), 1)
    assert.strictEqual(Html.render(report).split("claims").length, 2)
  })

  it("stands twice where there are two, where one is refused, and where programs read", () => {
    const [smtp] = reports.passed.services
    assert.strictEqual(told(of([...obtained, ...mailbox], obtained, [smtp!]), "token"), 2)
    const refused = of(
      [obtained[0]!, phase("claims", "fail"), phase("mailbox", "skip", { because: "claims" })],
      obtained
    )
    assert.include(Text.render(refused, Appearance.plain), "✗ claims")
    assert.strictEqual(told(refused, "claims"), 1)
    const piped = Text.render(of([...obtained, ...mailbox], obtained), Appearance.piped)
    assert.lengthOf(piped.split("\n").filter((line) => line.startsWith("claims\tpass")), 2)
  })

  it("stands twice where nothing else of Graph would be left", () => {
    assert.strictEqual(told(of([...obtained, phase("mailbox", "skip"), phase("send", "skip")], obtained), "claims"), 2)
  })
})

describe("Text.render", () => {
  it("prints the command that resumes with all that it needs again, also where a pack prints it bare", () => {
    const [verdict] = reports.failed.verdicts
    assert.isDefined(verdict)
    const bare = `sonde resume ${reports.failed.run}`
    const report = {
      ...reports.failed,
      verdicts: [{ ...verdict, remedies: [{ kind: "verify" as const, command: bare, shell: "sh" as const }] }]
    }
    const text = Text.render(report, Appearance.plain, { resume: "--secret env:PW", place: "--state st" })
    const printed = text.split("\n").filter((line) => line.includes(bare)).map((line) => line.trim())
    assert.deepStrictEqual(printed, [
      `${bare} --secret env:PW --state st`,
      `when it is changed: ${bare} --secret env:PW --state st`
    ])
  })

  it("tells a verdict on several services once, with all of them, unless a line of one is its evidence", () => {
    const [verdict] = reports.failed.verdicts
    const [smtp] = reports.failed.services
    assert.isDefined(verdict)
    assert.isDefined(smtp)
    const both = (evidence: ReadonlyArray<number>, title = verdict.title) =>
      Text.render({
        ...reports.failed,
        services: [smtp, { ...smtp, id: "imap" }],
        verdicts: [
          { ...verdict, service: "smtp-submission", phase: "auth", evidence },
          { ...verdict, service: "imap", phase: "auth", evidence, title }
        ]
      }, Appearance.piped)
    const shown = both([])
    assert.match(shown, /^ {2}Where +SMTP submission, auth; IMAP, auth$/m)
    assert.strictEqual(shown.split("How sure").length, 2)
    assert.strictEqual(both([7]).split("How sure").length, 3)
    assert.strictEqual(both([], "something else").split("How sure").length, 3)
  })

  it("tells a finding of several servers once, below the title of each", () => {
    const [smtp] = reports.passed.services
    assert.isDefined(smtp)
    const finding = (title: string, text: string) =>
      ({ id: "tls_version_outdated", state: "warn", service: smtp.id, title, text, remedies: [] }) as const
    const shown = Text.render({
      ...reports.passed,
      outcome: "warn",
      findings: [finding("a:1 is old", "Both are old."), finding("b:2 is old", "Both are old."), finding("c", "Else.")]
    }, Appearance.piped)
    assert.include(
      shown,
      "a:1 is old (tls_version_outdated)\nb:2 is old (tls_version_outdated)\n  Both are old.\n\nc (tls_version_outdated)\n  Else.\n"
    )
  })

  it("says what the provider was recognised by, in words that agree", () => {
    const { provider } = reports.failed
    assert.isDefined(provider)
    const first = (recognisedBy: typeof provider.recognisedBy) =>
      Text.render({ ...reports.failed, provider: { ...provider, recognisedBy } }, Appearance.plain).split("\n", 1)[0]
    assert.match(first(["option"]) ?? "", /\(as you said\)$/)
    assert.match(first(["option", "banner"]) ?? "", /\(--provider and banner agree\)$/)
  })

  it("keeps every line of a terminal within 80 columns", () => {
    for (
      const report of [
        reports.failed,
        reports.passed,
        reports.resumed,
        reports.suspended,
        reports.hostile,
        reports.delivered
      ]
    ) {
      for (const transcript of ["failing", "all", "none"] as const) {
        const lines = Text.render(report, Appearance.plain, { transcript }).split("\n")
        const wide = lines.filter((line) => columns(line) > 80)
        assert.deepStrictEqual(wide, [])
      }
    }
  })

  it("prints only ASCII where the terminal has nothing else", () => {
    const text = Text.render(reports.failed, { ...Appearance.plain, ascii: true })
    // oxlint-disable-next-line no-control-regex -- the range of ASCII
    assert.match(text, /^[\n\u0020-\u007e]+$/)
    assert.include(text, "FAIL auth")
  })

  it("lets no control character of a server reach the terminal", () => {
    for (const look of [Appearance.plain, Appearance.piped]) {
      for (const transcript of ["failing", "all"] as const) {
        const text = Text.render(reports.hostile, look, { transcript })
        // oxlint-disable-next-line no-control-regex -- the characters looked for are control characters
        assert.notMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
        assert.include(text, "\\x1b[2J")
      }
    }
  })

  it("prints rows of four fields off a terminal", () => {
    const rows = Text.render(reports.failed, Appearance.piped).split("\n").filter((line) => /^[a-z-]+\t/.test(line))
    assert.strictEqual(rows.length, 14)
    for (const row of rows) assert.strictEqual(row.split("\t").length, 4, row)
    assert.include(rows, "auth\tfail\t5200\tLOGIN refused with 535 5.7.139")
  })

  it("uses no marks, colours or wrapping off a terminal", () => {
    const text = Text.render(reports.failed, Appearance.piped)
    for (const mark of ["✓", "✗", "→", "\u001b"]) assert.notInclude(text, mark)
    assert.include(
      text,
      "Get-CASMailbox -Identity scanner@contoso.example | Format-List SmtpClientAuthenticationDisabled"
    )
  })

  it("changes only colours when colours are on", () => {
    // oxlint-disable-next-line no-control-regex -- strips colours
    const stripped = Text.render(reports.failed, { ...Appearance.plain, color: true }).replaceAll(/\u001b\[\d+m/g, "")
    assert.strictEqual(stripped, Text.render(reports.failed, Appearance.plain))
  })

  it("ends with the exit status the program ends with", () => {
    assert.match(Text.render(reports.failed, Appearance.plain), /\nexit 77: [^\n]+\n$/)
    assert.match(Text.render(reports.failed, Appearance.plain, { exitCode: 1 }), /\nexit 1: [^\n]+\n$/)
    assert.match(Text.render(reports.passed, Appearance.plain), /\nexit 0\n$/)
  })

  it("says what was sent", () => {
    assert.include(Text.render(reports.failed, Appearance.plain), "nothing was sent")
    assert.include(Text.render(reports.delivered, Appearance.plain), "1 message was sent")
    assert.notInclude(Text.render(reports.delivered, Appearance.plain), "nothing was sent")
  })

  it("prints nothing but the verdict when quiet", () => {
    const text = Text.render(reports.failed, Appearance.plain, { quiet: true })
    assert.match(text, /^✗ SMTP AUTH is switched off/)
    assert.notInclude(text, "resolve")
    assert.notInclude(text, "exit 77")
  })

  it("prints one line per service when short", () => {
    const text = Text.render(reports.failed, Appearance.plain, { short: true })
    assert.strictEqual(text.split("\n").length, reports.failed.services.length + 1)
  })

  it("shows all lines of the transcript when asked", () => {
    const text = Text.render(reports.failed, Appearance.plain, { transcript: "all" })
    for (const line of reports.failed.transcript) assert.include(text, line.text.slice(0, 40))
    assert.notInclude(Text.render(reports.failed, Appearance.plain), "EHLO client.example")
  })

  it("counts ages from the moment it is told", () => {
    const text = Text.render(reports.resumed, Appearance.plain, { now: "2026-11-25T14:02:16.511Z" })
    assert.include(text, "auth: refused 2 days ago, accepted now")
  })

  it("prints every line of what undoes a change", () => {
    const [verdict] = reports.failed.verdicts
    const remedies = [{ kind: "change" as const, command: "one", undo: "first\nsecond", shell: "sh" as const }]
    const text = Text.render({ ...reports.failed, verdicts: [{ ...verdict!, remedies }] }, Appearance.piped)
    assert.match(text, /^\s*first\n\s*second$/mu)
  })
})
