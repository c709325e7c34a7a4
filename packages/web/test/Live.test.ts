import { assert, describe, it } from "@effect/vitest"
import type { Event } from "@sonde/domain/Event"
import * as Live from "@sonde/web/Live"
import * as Canned from "./canned.ts"

const empty = Live.fromReport({
  ...Canned.refused,
  state: "running",
  services: [],
  verdicts: [],
  findings: [],
  transcript: []
})
const told = Canned.events(Canned.refused)
const after = (events: ReadonlyArray<Event>, from = empty): Live.Live => events.reduce(Live.reduce, from)
const rows = (live: Live.Live) =>
  live.services.flatMap((service) => service.rows.map(({ id, state }) => `${id} ${state}`))
const before = (type: Event["type"], phase?: string) =>
  told.slice(
    0,
    told.findIndex((one) => one.type === type && (phase === undefined || "phase" in one && one.phase === phase))
  )

describe("reduce", () => {
  it("fills the rows in as phases begin and end", () => {
    assert.deepStrictEqual(rows(after(told.slice(0, 2))), ["resolve running"])
    assert.deepStrictEqual(rows(after(told.slice(0, 4))), ["resolve pass", "connect running"])
    assert.deepStrictEqual(
      rows(after([...before("phase.start", "auth"), told[before("phase.start", "auth").length]!])),
      [
        "resolve pass",
        "connect pass",
        "greeting pass",
        "ehlo pass",
        "starttls pass",
        "tls pass",
        "ehlo pass",
        "auth running"
      ]
    )
  })

  it("asks for a code on another device until the phase that waits for it ends", () => {
    const asking = Canned.events(Canned.many, 1, Canned.code)
    const at = asking.findIndex(({ type }) => type === "prompt")
    assert.include(after(asking.slice(0, at + 1)).prompt, {
      code: Canned.code,
      uri: "https://login.mail.example/device",
      phase: "token"
    })
    assert.isUndefined(after(asking.slice(0, at)).prompt)
    assert.isUndefined(after(asking.slice(0, at + 2)).prompt)
    const started = { ...asking[0]!, seq: at + 2 }
    assert.isUndefined(after([...asking.slice(0, at + 1), started]).prompt)
  })

  it("comes to the same as the report at the end", () => {
    assert.deepStrictEqual(after(told), { ...Live.fromReport(Canned.refused), seq: told.length })
  })

  it("changes nothing when an event comes again", () => {
    const live = after(told.slice(0, 9))
    assert.strictEqual(after(told.slice(0, 9), live), live)
    assert.deepStrictEqual(after([...told.slice(0, 9), ...told.slice(4)]), after(told))
  })

  it("comes to the same wherever the stream is cut and asked for again", () => {
    for (let cut = 0; cut <= told.length; cut++) {
      const live = after(told.slice(0, cut))
      assert.deepStrictEqual(after(told.filter((event) => event.seq > live.seq), live), after(told), `cut at ${cut}`)
    }
  })

  it("comes to the same when all events are told again over a report that is half done", () => {
    const half = Live.fromReport({
      ...Canned.refused,
      state: "running",
      services: Canned.refused.services.slice(0, 1).map((one) => ({ ...one, phases: one.phases.slice(0, 3) })),
      verdicts: [],
      transcript: Canned.refused.transcript.slice(0, 3)
    })
    assert.deepStrictEqual(after(told, half), after(told))
  })

  it("gathers what was exchanged, found and judged before the end", () => {
    const live = after(before("run.end"))
    assert.deepStrictEqual(live.transcript, Canned.refused.transcript)
    assert.deepStrictEqual(live.findings, Canned.refused.findings)
    assert.deepStrictEqual(live.verdicts, Canned.refused.verdicts)
    assert.strictEqual(live.report, undefined)
  })

  it("keeps the rows in place when a run is resumed", () => {
    const done = after(told)
    const again = Canned.events({ ...Canned.accepted, run: Canned.refused.run }, told.length + 1)
    const begun = after(again.slice(0, 1), done)
    assert.deepStrictEqual(rows(begun), rows(done).map((row) => row.replace(/ \w+$/, " waiting")))
    assert.strictEqual(begun.report, undefined)
    const next = after(again.slice(1, 3), begun)
    assert.deepStrictEqual(rows(next).slice(0, 3), ["resolve restored", "connect running", "greeting waiting"])
    assert.deepStrictEqual(
      rows(after(again, done)),
      Canned.accepted.services.flatMap((service) => service.phases.map(({ id, state }) => `${id} ${state}`))
    )
  })

  it("knows until when a run waits", () => {
    const live = after([{
      schema: "sonde.event/1",
      run: Canned.refused.run,
      seq: 1,
      at: "2026-11-23T14:02:12.000Z",
      type: "run.suspend",
      service: "smtp-submission",
      phase: "auth",
      resumeAfter: "2026-11-23T14:03:12.000Z"
    }])
    assert.strictEqual(live.resumeAfter, "2026-11-23T14:03:12.000Z")
  })
})
