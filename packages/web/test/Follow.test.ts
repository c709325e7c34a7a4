import { assert, describe, it } from "@effect/vitest"
import type { Event } from "@sonde/domain/Event"
import type { Report } from "@sonde/domain/Report"
import { follow, pauseMillis, type Source } from "@sonde/web/Follow"
import type { Problem } from "@sonde/web/Problem"
import { afterEach, beforeEach, vi } from "vitest"
import * as Canned from "./canned.ts"

const told = Canned.events(Canned.refused)
const offline: Problem = { kind: "offline", title: "", text: "", again: true }

/** A stream per connection: its events, and what ends it. */
interface Connection {
  readonly events: ReadonlyArray<Event>
  readonly ends?: Problem
}

/** Follows over the connections in turn, and writes down what happens. */
const followed = async (connections: ReadonlyArray<Connection>, report: Report = Canned.refused) => {
  const log: Array<string> = []
  const seen: Array<number> = []
  const left = [...connections]
  const source: Source = {
    events: async (after, onOpen, onEvent) => {
      log.push(`asked after ${after}`)
      const next = left.shift() ?? { events: told.filter((event) => event.seq > after) }
      if (next.events.length > 0) onOpen()
      for (const event of next.events) onEvent(event)
      if (next.ends !== undefined) throw next.ends
    },
    report: () => Promise.resolve(seen.at(-1) === told.length ? report : { ...report, state: "running" })
  }
  const abort = new AbortController()
  const done = follow(source, 0, {
    onEvent: (event) => seen.push(event.seq),
    onReport: (it) => log.push(`report ${it.outcome}`),
    onLost: (millis) => log.push(`lost, again in ${millis}`),
    onLive: () => log.push("live")
  }, abort.signal)
  const settled = done.then(() => "done", (problem: Problem) => `failed: ${problem.kind}`)
  await vi.runAllTimersAsync()
  return { log, seen, end: await settled }
}

describe("follow", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("tells every event and then the report", async () => {
    const { end, log, seen } = await followed([])
    assert.deepStrictEqual(seen, told.map((event) => event.seq))
    assert.deepStrictEqual(log, ["asked after 0", "live", "report fail"])
    assert.strictEqual(end, "done")
  })

  it("asks from the last event on after a lost connection, and tells none twice", async () => {
    const { log, seen } = await followed([{ events: told.slice(0, 5), ends: offline }])
    assert.deepStrictEqual(seen, told.map((event) => event.seq))
    assert.deepStrictEqual(log, [
      "asked after 0",
      "live",
      "lost, again in 500",
      "asked after 5",
      "live",
      "report fail"
    ])
  })

  it("goes on when a stream is cut short without an error", async () => {
    const { log, seen } = await followed([{ events: told.slice(0, 5) }, { events: told.slice(5, 7) }])
    assert.deepStrictEqual(seen, told.map((event) => event.seq))
    assert.deepStrictEqual(log.filter((line) => line.startsWith("asked")), [
      "asked after 0",
      "asked after 5",
      "asked after 7"
    ])
  })

  it("leaves out events that a server tells again", async () => {
    const { seen } = await followed([{ events: told.slice(0, 5), ends: offline }, { events: told }])
    assert.deepStrictEqual(seen, told.map((event) => event.seq))
  })

  it("waits longer each time nothing answers, and as long as the server says", async () => {
    const busy: Problem = { kind: "busy", title: "", text: "", again: true, afterMillis: 7000 }
    const { log } = await followed([
      { events: [], ends: offline },
      { events: [], ends: offline },
      { events: [], ends: busy },
      { events: [], ends: offline }
    ])
    assert.deepStrictEqual(log.filter((line) => line.startsWith("lost")), [
      "lost, again in 500",
      "lost, again in 1000",
      "lost, again in 7000",
      "lost, again in 2000"
    ])
  })

  it("gives up on what waiting does not cure", async () => {
    const missing: Problem = { kind: "missing", title: "", text: "", again: false }
    const { end, log } = await followed([{ events: [], ends: missing }])
    assert.strictEqual(end, "failed: missing")
    assert.deepStrictEqual(log, ["asked after 0"])
  })

  it("stops when nobody listens any more", async () => {
    const abort = new AbortController()
    let asked = 0
    const source: Source = {
      events: () => {
        asked++
        return Promise.reject(offline)
      },
      report: () => Promise.reject(offline)
    }
    const nothing = () => {}
    const done = follow(
      source,
      0,
      { onEvent: nothing, onReport: nothing, onLost: nothing, onLive: nothing },
      abort.signal
    )
    await vi.advanceTimersByTimeAsync(100)
    abort.abort()
    await vi.runAllTimersAsync()
    await done
    assert.strictEqual(asked, 1)
  })
})

describe("pauseMillis", () => {
  it("doubles up to ten seconds", () => {
    assert.deepStrictEqual([0, 1, 2, 3, 4, 5, 60].map(pauseMillis), [500, 1000, 2000, 4000, 8000, 10_000, 10_000])
  })
})
