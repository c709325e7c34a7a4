/** Reports made of journals, entry by entry. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import type { ServiceId } from "@sonde/domain/Service"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Fold from "@sonde/pipeline/Fold"
import type { Entry } from "@sonde/pipeline/Journal"

const run = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
const smtp = "smtp-submission"
const endpoint = { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" } as const
const at = (second: number): string => `2026-11-24T05:00:${`${second}`.padStart(2, "0")}.000Z`

type Body<E> = E extends Event ? Omit<E, "schema" | "run" | "seq" | "at"> : never

let clock = 0
const event = (body: Body<Event>): Entry => {
  clock += 1
  // The cast joins head and body again.
  const whole = { schema: "sonde.event/1", run, seq: clock, at: at(clock % 60), ...body } as Event
  return { entry: "event", event: whole }
}

const opening = (): Entry => {
  clock = 0
  return {
    entry: "run",
    schema: "sonde.journal/1",
    run,
    at: at(0),
    target: { input: "person@example.com" },
    options: { target: "person@example.com" },
    had: {}
  }
}
const attempt = (second: number): Entry => ({
  entry: "attempt",
  at: at(second),
  options: { target: "person@example.com" },
  had: {}
})
const planned = (service: ServiceId = smtp): Entry => ({ entry: "service", service, endpoint })
const starts = (phase: PhaseReport["id"], service: ServiceId = smtp): Entry =>
  event({ type: "phase.start", service, phase })
const ends = (phase: PhaseReport, service: ServiceId = smtp): Entry => event({ type: "phase.end", service, phase })
const end = (state: Report["state"], more: object = {}): Entry => ({
  entry: "end",
  at: at(59),
  seq: clock,
  state,
  durationMillis: 1234,
  ...more
})

const common = { service: smtp, endpoint, message: "mx.example said no" } as const
const reply = { code: 535, enhanced: "5.7.8", text: "no" }
const rejected = new Errors.AuthRejected({ ...common, phase: "auth", reply, mechanism: "PLAIN" })
const timeout = new Errors.PhaseTimeout({ ...common, phase: "auth", afterMillis: 10, awaited: "a reply" })
const doubt = new Errors.DeliveryInDoubt({ ...common, phase: "data" })
const verdict: Verdict = {
  cause: "port_not_offered",
  rule: "port",
  service: smtp,
  phase: "preflight",
  confidence: "certain",
  title: "no such port",
  explanation: "Because.",
  actor: "user",
  evidence: [],
  ruledOut: [],
  notJudged: [],
  remedies: [],
  wontHelp: [],
  facts: []
}

const historyOf = (...entries: ReadonlyArray<Entry>): Fold.History => {
  const history = Fold.fromEntries(entries)
  if (history === undefined) throw new Error("no history")
  return history
}
const reportOf = (...entries: ReadonlyArray<Entry>): Report => Fold.report(historyOf(...entries))

const passed = (id: PhaseReport["id"]): PhaseReport => ({ id, state: "pass", durationMillis: 5 })
const failed: PhaseReport = { id: "auth", state: "fail", durationMillis: 5, error: rejected }
const states = (report: Report) =>
  report.services[0]?.phases.map(({ because, id, state }) => `${id} ${because ?? state}`)
const verdictOf = (report: Report) => [report.state, report.outcome, report.exitCode]

describe("the report of a run", () => {
  it("that ended holds what it came to", () => {
    const report = reportOf(opening(), planned(), starts("resolve"), ends(passed("resolve")), end("finished"))
    assert.deepStrictEqual(report, {
      schema: "sonde.report/1",
      run,
      state: "finished",
      startedAt: at(0),
      durationMillis: 1234,
      target: { input: "person@example.com" },
      outcome: "pass",
      exitCode: 0,
      delivered: false,
      services: [{ id: smtp, outcome: "pass", endpoint, phases: [passed("resolve")] }],
      verdicts: [],
      findings: [],
      transcript: []
    })
  })

  it("that was killed within a phase calls the phase interrupted", () => {
    const report = reportOf(opening(), planned(), starts("resolve"), ends(passed("resolve")), starts("connect"))
    assert.deepStrictEqual(verdictOf(report), ["running", "inconclusive", 75])
    assert.deepStrictEqual(states(report), ["resolve pass", "connect interrupted"])
  })

  it("that was killed between two phases proves nothing", () => {
    const report = reportOf(opening(), planned(), starts("resolve"), ends(passed("resolve")))
    assert.deepStrictEqual(verdictOf(report), ["running", "inconclusive", 75])
  })

  it("that was killed before it had planned anything proves nothing", () => {
    assert.deepStrictEqual(verdictOf(reportOf(opening())), ["running", "inconclusive", 75])
  })

  it("that was killed behind a failure keeps the failure", () => {
    const report = reportOf(opening(), planned(), starts("auth"), ends(failed))
    assert.deepStrictEqual(verdictOf(report), ["running", "fail", 77])
  })

  it("that was interrupted is inconclusive", () => {
    const report = reportOf(
      opening(),
      planned(),
      starts("resolve"),
      ends({ id: "resolve", state: "skip", because: "interrupted" }),
      end("suspended")
    )
    assert.deepStrictEqual(verdictOf(report), ["suspended", "inconclusive", 75])
    assert.isUndefined(report.resumeAfter)
  })

  it("that waits names the moment it may go on, also before its attempt is closed", () => {
    const throttled = new Errors.Throttled({ ...common, phase: "auth", scope: "mailbox", retryAfterMillis: 1 })
    const open = [
      opening(),
      planned(),
      starts("auth"),
      ends({ id: "auth", state: "inconclusive", error: throttled }),
      event({ type: "run.suspend", resumeAfter: at(30), service: smtp, phase: "auth" })
    ]
    assert.strictEqual(reportOf(...open).resumeAfter, at(30))
    const report = reportOf(...open, end("suspended", { resumeAfter: at(30) }))
    assert.deepStrictEqual([...verdictOf(report), report.resumeAfter], ["suspended", "inconclusive", 75, at(30)])
  })

  it("tells of a delivery in any attempt", () => {
    const report = reportOf(
      opening(),
      planned(),
      ends(passed("data")),
      end("finished"),
      attempt(20),
      planned(),
      ends({ id: "data", state: "restored" }),
      end("finished")
    )
    assert.isTrue(report.delivered)
    assert.isFalse(reportOf(opening(), planned(), ends({ id: "data", state: "fail", error: doubt })).delivered)
  })

  it("fails where a verdict stopped the service in advance", () => {
    const report = reportOf(
      opening(),
      planned(),
      event({ type: "verdict", verdict }),
      ends({ id: "resolve", state: "skip", because: "policy" }),
      end("finished")
    )
    assert.deepStrictEqual(verdictOf(report), ["finished", "fail", 78])
    assert.deepStrictEqual(report.verdicts, [verdict])
  })

  it("warns where a finding does", () => {
    const finding = { id: "x", state: "warn", service: smtp, title: "x", remedies: [] } as const
    const report = reportOf(
      opening(),
      planned(),
      ends(passed("resolve")),
      event({ type: "finding", finding }),
      end("finished")
    )
    assert.deepStrictEqual(verdictOf(report), ["finished", "warn", 0])
  })
})

describe("the outcome", () => {
  const inconclusive: PhaseReport = { id: "auth", state: "inconclusive", error: timeout }
  it.each<{ phases: ReadonlyArray<PhaseReport>; outcome: string; exit: number }>([
    { phases: [passed("resolve")], outcome: "pass", exit: 0 },
    { phases: [passed("resolve"), { id: "quit", state: "warn" }], outcome: "warn", exit: 0 },
    { phases: [{ id: "quit", state: "warn" }, inconclusive], outcome: "inconclusive", exit: 75 },
    { phases: [inconclusive, failed], outcome: "fail", exit: 77 },
    { phases: [{ id: "resolve", state: "restored" }], outcome: "pass", exit: 0 }
  ])("is $outcome, exit $exit, at its worst", ({ exit, outcome, phases }) => {
    const report = reportOf(opening(), planned(), ...phases.map((phase) => ends(phase)), end("finished"))
    assert.deepStrictEqual(verdictOf(report), ["finished", outcome, exit])
  })

  it("of several services is the worst, and the exit status that of the first with it", () => {
    const dead = new Errors.ConnectError({
      ...common,
      service: "imap",
      phase: "connect",
      reason: "Refused",
      attempts: []
    })
    const late: PhaseReport = { id: "connect", state: "fail", error: dead }
    const report = reportOf(
      opening(),
      planned("pop3"),
      ends(late, "pop3"),
      planned("imap"),
      ends(late, "imap"),
      planned(),
      ends(failed),
      end("finished")
    )
    assert.deepStrictEqual(report.services.map(({ id }) => id), [smtp, "imap", "pop3"])
    assert.deepStrictEqual(verdictOf(report), ["finished", "fail", 77])
    const other = reportOf(
      opening(),
      planned(),
      ends({ id: "auth", state: "inconclusive", error: timeout }),
      planned("imap"),
      ends(late, "imap"),
      end("finished")
    )
    assert.deepStrictEqual(verdictOf(other), ["finished", "fail", 69])
  })
})

describe("what was before", () => {
  const second = (phase: PhaseReport) =>
    reportOf(
      opening(),
      planned(),
      ends(passed("resolve")),
      ends(failed),
      end("finished"),
      attempt(20),
      planned(),
      ends({ id: "resolve", state: "restored" }),
      ends(phase),
      end("finished")
    )

  it("is named at a phase that failed and is tried again", () => {
    const report = second(passed("auth"))
    assert.deepStrictEqual([report.startedAt, report.resumedAt], [at(0), at(20)])
    assert.deepStrictEqual(report.services[0]?.phases[1]?.before, {
      state: "fail",
      at: at(2),
      text: "mx.example said no"
    })
    assert.isUndefined(report.services[0]?.phases[0]?.before)
  })

  it("is not named where the phase is not run", () => {
    assert.isUndefined(second({ id: "auth", state: "skip", because: "connect" }).services[0]?.phases[1]?.before)
  })

  it("is found behind an attempt that did not come so far", () => {
    const report = reportOf(
      opening(),
      planned(),
      ends(failed),
      end("finished"),
      attempt(20),
      planned(),
      ends({ id: "auth", state: "skip", because: "connect" }),
      end("finished"),
      attempt(30),
      planned(),
      ends(passed("auth")),
      end("finished")
    )
    assert.strictEqual(report.services[0]?.phases[0]?.before?.state, "fail")
  })

  it("is named where it passed before and fails now, and not where it passes again", () => {
    const after = (last: PhaseReport) =>
      reportOf(
        opening(),
        planned(),
        ends(passed("auth")),
        end("finished"),
        attempt(20),
        planned(),
        ends(last),
        end("finished")
      ).services[0]?.phases[0]?.before
    assert.strictEqual(after(failed)?.state, "pass")
    assert.isUndefined(after(passed("auth")))
  })

  it("leaves verdicts, findings and lines of earlier attempts to them", () => {
    const line = { n: 1, service: smtp, dir: "<", tls: false, atMillis: 0, text: "220" } as const
    const history = historyOf(
      opening(),
      planned(),
      event({ type: "exchange", line }),
      event({ type: "verdict", verdict }),
      ends(failed),
      end("finished"),
      attempt(20),
      planned(),
      ends(passed("auth"))
    )
    const report = Fold.report(history)
    assert.deepStrictEqual([report.transcript, report.verdicts, report.findings], [[], [], []])
    assert.strictEqual(history.line, 1)
    assert.strictEqual(history.seq, 4)
  })
})

describe("an intent", () => {
  const intent: Entry = {
    entry: "intent",
    at: at(1),
    service: smtp,
    phase: "data",
    subject: "a to b",
    messageId: "<1@example.com>"
  }
  it.each<{ phase: PhaseReport; open: boolean }>([
    { phase: passed("data"), open: false },
    {
      phase: { id: "data", state: "fail", error: new Errors.MessageRejected({ ...common, phase: "data", reply }) },
      open: false
    },
    { phase: { id: "data", state: "inconclusive", error: doubt }, open: true },
    { phase: { id: "data", state: "skip", because: "interrupted" }, open: true },
    { phase: passed("quit"), open: true }
  ])("stays open: $open after $phase.id $phase.state", ({ open, phase }) => {
    assert.strictEqual(historyOf(opening(), planned(), intent, ends(phase)).intents.has(smtp), open)
  })
})

describe("options of a further attempt", () => {
  const message = "Subject: large\r\n\r\n"
  const options = { target: "person@example.com", deliver: true, message }
  const first = { ...opening(), options } as Entry

  it("leave out a message that stands in the journal, and have it again", () => {
    const history = historyOf(first)
    const further = Fold.furtherOptions(history, options)
    assert.deepStrictEqual(further, { target: "person@example.com", deliver: true })
    Fold.add(history, { entry: "attempt", at: at(1), options: further, had: {} })
    assert.deepStrictEqual(history.attempts.at(-1)?.options, options)
    assert.isUndefined(Fold.furtherOptions(history, options).message)
  })

  it("keep another message", () => {
    assert.strictEqual(Fold.furtherOptions(historyOf(first), { ...options, message: "other" }).message, "other")
  })
})

describe("fromEntries", () => {
  it("takes only what begins like a journal", () => {
    assert.isUndefined(Fold.fromEntries([]))
    assert.isUndefined(Fold.fromEntries([attempt(1)]))
  })
})
