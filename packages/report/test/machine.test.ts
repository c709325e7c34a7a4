import { assert, describe, it } from "@effect/vitest"
import { Event } from "@sonde/domain/Event"
import { Explanation } from "@sonde/domain/Explanation"
import { Report } from "@sonde/domain/Report"
import * as Appearance from "@sonde/report/Appearance"
import * as Redact from "@sonde/report/Redact"
import * as ExplanationJson from "@sonde/report/render/ExplanationJson"
import * as Json from "@sonde/report/render/Json"
import * as Live from "@sonde/report/render/Live"
import * as Ndjson from "@sonde/report/render/Ndjson"
import * as Text from "@sonde/report/render/Text"
import * as Schemas from "@sonde/report/Schemas"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import * as reports from "./reports.ts"

const encodeEvent = Schema.encodeSync(Schema.toCodecJson(Event))

const all = [
  reports.failed,
  reports.passed,
  reports.resumed,
  reports.suspended,
  reports.hostile,
  reports.unresolved,
  reports.delivered
]

describe("Json", () => {
  it.effect("reads back every report it writes", () =>
    Effect.gen(function*() {
      for (const report of all) {
        const text = Json.encode(report)
        assert.isTrue(text.endsWith("}\n"))
        assert.deepStrictEqual(Json.toJson(yield* Json.decode(text)), Json.toJson(report))
      }
    }))

  it("writes the error with its tag and its reply", () => {
    const document = JSON.parse(Json.encode(reports.failed))
    const auth = document.services[0].phases.find((phase: { id: string }) => phase.id === "auth")
    assert.strictEqual(auth.error._tag, "AuthRejected")
    assert.deepInclude(auth.error.reply, { code: 535, enhanced: "5.7.139" })
  })

  it("writes one line where that is asked for", () => {
    assert.strictEqual(Json.encode(reports.failed, { indent: false }).split("\n").length, 2)
    assert.strictEqual(Ndjson.report(reports.failed), Json.encode(reports.failed, { indent: false }))
    assert.strictEqual(ExplanationJson.encode(reports.explained, { indent: false }).split("\n").length, 2)
  })
})

describe("Ndjson", () => {
  it.effect.prop("writes every event as its schema has it", { event: Event }, ({ event }) =>
    Effect.sync(() => {
      const wanted = JSON.parse(JSON.stringify(encodeEvent(event)))
      assert.deepStrictEqual(JSON.parse(Ndjson.event(event)), wanted)
    }), { arbitrary: { runs: 200, seed: 7 } })

  it("writes an event as one line that carries its number and type", () => {
    for (const event of reports.events) {
      const line = Ndjson.event(event)
      assert.strictEqual(line.indexOf("\n"), line.length - 1)
      assert.deepInclude(JSON.parse(line), { schema: "sonde.event/1", seq: event.seq, type: event.type })
    }
  })
})

describe("Schemas", () => {
  const folder = new URL("../schemas/", import.meta.url)

  it("are those that the files of the package hold", () => {
    for (const [name, schema] of Object.entries(Schemas.all())) {
      assert.strictEqual(Schemas.text(schema), readFileSync(new URL(name, folder), "utf8"), name)
    }
    assert.deepStrictEqual(readdirSync(folder).toSorted(), Object.keys(Schemas.all()).toSorted())
  })
})

describe("Redact", () => {
  const personal = [
    "scanner",
    "contoso",
    "fabrikam",
    "203.0.113.24",
    "198.51.100.10",
    "2001:db8:40::10",
    "AM0PR02",
    "08DE2A1B",
    "client.example"
  ]

  it("takes persons, places and ids out of every output", () => {
    for (const report of all) {
      const redacted = Redact.report(report, "personal")
      for (const output of [Json.encode(redacted), Text.render(redacted, Appearance.piped, { transcript: "all" })]) {
        for (const canary of personal) assert.notInclude(output, canary)
      }
    }
  })

  it("has something to take out", () => {
    const text = all.map((report) => Json.encode(report)).join("")
    for (const canary of personal) assert.include(text, canary)
  })

  it("calls the same mailbox by the same name everywhere", () => {
    const redacted = Redact.report(reports.failed, "personal")
    assert.strictEqual(redacted.target.mailbox, "user-1@domain-1")
    assert.strictEqual(redacted.target.domain, "domain-1")
    const change = redacted.verdicts[0]?.remedies.find((remedy) => remedy.kind === "change")
    assert.strictEqual(
      change?.command,
      "Set-CASMailbox -Identity user-1@domain-1 -SmtpClientAuthenticationDisabled $false"
    )
  })

  it("keeps what names the fault", () => {
    const redacted = Redact.report(reports.failed, "personal")
    assert.strictEqual(redacted.services[0]?.endpoint?.host, "smtp.office365.com")
    assert.strictEqual(redacted.verdicts[0]?.cause, "smtp_auth_disabled_tenant")
    assert.strictEqual(redacted.run, reports.failed.run)
    assert.include(Json.encode(redacted), "SmtpClientAuthentication is disabled for the Tenant")
  })

  it("replaces a user name that is no address, and leaves phases of that name alone", () => {
    const service = reports.passed.services[0]
    assert.isDefined(service)
    const report: Report = {
      ...reports.passed,
      services: [{
        ...service,
        phases: [{
          id: "auth",
          state: "pass",
          facts: { mechanism: "LOGIN", user: "auth", offered: [], passedOver: [], text: "welcome auth" }
        }]
      }]
    }
    const phase = Redact.report(report, "personal").services[0]?.phases[0]
    assert.strictEqual(phase?.id, "auth")
    assert.deepInclude(phase?.facts, { user: "user-2", text: "welcome user-2" })
  })

  it("replaces the name where a record stands, and leaves moments of the same key alone", () => {
    const before = { state: "pass" as const, at: "2026-11-23T14:02:11.120Z", text: "" }
    const report: Report = {
      ...reports.passed,
      services: [{
        id: "posture",
        outcome: "warn",
        phases: [{
          id: "dmarc",
          state: "warn",
          facts: { domain: "contoso.example", record: { at: "contoso.example" } },
          before
        }]
      }]
    }
    const phase = Redact.report(report, "personal").services[0]?.phases[0]
    assert.deepStrictEqual(phase?.facts, { domain: "domain-1", record: { at: "domain-1" } })
    assert.strictEqual(phase?.before?.at, before.at)
  })

  it("leaves a report as it is when only secrets are to be hidden", () => {
    assert.strictEqual(Redact.report(reports.failed, "secrets"), reports.failed)
    assert.strictEqual(Redact.explanation(reports.explained, "secrets"), reports.explained)
  })

  it("keeps the names it gave from one event to the next", () => {
    const redactor = Redact.make("personal")
    const events = reports.events.map((event) => redactor.event(event))
    const text = events.map((event) => Ndjson.event(event)).join("")
    for (const canary of personal) assert.notInclude(text, canary)
    const [first] = events
    const last = events.at(-1)
    assert.strictEqual(first?.type === "run.start" ? first.target : undefined, "user-1@domain-1")
    assert.strictEqual(last?.type === "run.end" ? last.report.target.mailbox : undefined, "user-1@domain-1")
  })

  it("takes ids out of an explanation", () => {
    const text = ExplanationJson.encode(Redact.explanation(reports.explained, "personal"))
    for (const canary of ["AM0PR02", "08DE2A1B", "contoso"]) assert.notInclude(text, canary)
  })

  it.prop("gives a report again for any report", [Report], ([report]) => {
    assert.strictEqual(Redact.report(report, "personal").run, report.run)
  }, { arbitrary: { runs: 30 } })

  it.prop("gives an explanation again for any explanation", [Explanation], ([explanation]) => {
    assert.strictEqual(Redact.explanation(explanation, "personal").outcome, explanation.outcome)
  }, { arbitrary: { runs: 30 } })
})

describe("Live", () => {
  const [, start, end, over] = reports.events
  assert.isDefined(start)
  assert.isDefined(end)
  assert.isDefined(over)
  const make = (look: Appearance.Appearance, ci = false) => Live.make({ look, ci, limitMillis: 10_000 })

  it("shows what a phase waits for and how long it may", () => {
    const [running, first] = Live.onEvent(make(Appearance.plain), start, 1000)
    assert.strictEqual(first, "  greeting  waiting for greeting")
    const [, later] = Live.onTick(running, 4200)
    assert.strictEqual(later, "\r\u001b[2K  greeting  waiting for greeting, 3 of 10 s")
  })

  it("keeps the longest name of a phase apart from what it waits for", () => {
    const capability = { ...start, phase: "capability" } as Event
    assert.match(Live.onEvent(make(Appearance.plain), capability, 1000)[1], /^ {2}capability {2}waiting/)
  })

  it("counts down the time that somebody has at another device", () => {
    const head = { schema: "sonde.event/1", run: "r", seq: 1, at: "2026-11-24T00:00:00.000Z" } as const
    const place = { service: "token", phase: "token" } as const
    const [waiting] = Live.onEvent(make(Appearance.plain), { ...head, type: "phase.start", ...place }, 500)
    const prompt = {
      ...head,
      type: "prompt",
      ...place,
      uri: "https://x",
      code: "C",
      expiresAt: "2026-11-24T00:15:00.000Z"
    }
    const [told, erased] = Live.onEvent(waiting, prompt as Event, 1000)
    assert.strictEqual(erased, "\r\u001b[2K")
    const [later, shown] = Live.onTick(told, 1200)
    assert.strictEqual(shown, "  token     waiting for the sign-in on another device, 15:00 left")
    assert.strictEqual(
      Live.onTick(later, 656_000)[1],
      "\r\u001b[2K  token     waiting for the sign-in on another device, 4:05 left"
    )
    assert.match(Live.onTick(later, 9_999_999)[1], /, 0:00 left$/)
  })

  it("writes nothing when nothing changed", () => {
    const [running] = Live.onEvent(make(Appearance.plain), start, 1000)
    assert.strictEqual(Live.onTick(running, 1400)[1], "")
  })

  it("leaves no live line behind", () => {
    const [running] = Live.onEvent(make(Appearance.plain), start, 0)
    const [idle, erased] = Live.onEvent(running, end, 10)
    assert.strictEqual(erased, "\r\u001b[2K")
    assert.strictEqual(Live.onEvent(idle, over, 20)[1], "")
    assert.strictEqual(Live.end(running)[1], "\r\u001b[2K")
  })

  it("prints plain lines when piped", () => {
    const [running, nothing] = Live.onEvent(make(Appearance.piped), start, 0)
    assert.strictEqual(nothing, "")
    assert.strictEqual(Live.onEvent(running, end, 10)[1], "smtp-submission greeting pass 3.1 s\n")
  })

  it("is silent in continuous integration", () => {
    let state = make(Appearance.plain, true)
    for (const event of reports.events) {
      const [next, text] = Live.onEvent(state, event, 5000)
      assert.strictEqual(text, "")
      state = next
    }
  })
})
