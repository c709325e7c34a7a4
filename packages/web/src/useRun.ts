/**
 * The state of one run, kept up to date for as long as it is shown.
 */
import type { Event } from "@sonde/domain/Event"
import type { Report } from "@sonde/domain/Report"
import type { ResumeRun } from "@sonde/http-api/RunsApi"
import { useCallback, useEffect, useRef, useState } from "react"
import { useToken } from "./Bearer.ts"
import { madeAt } from "./Changes.ts"
import { ask } from "./Client.ts"
import { follow, type Source } from "./Follow.ts"
import * as Live from "./Live.ts"
import type { Problem } from "./Problem.ts"

/** `lostMillis` is there while the connection is lost: the wait before the next attempt. */
export interface RunState {
  readonly live?: Live.Live
  readonly problem?: Problem
  readonly lostMillis?: number | undefined
  readonly reload: () => void
  readonly resume: (body: ResumeRun) => Promise<void>
}

const sourceOf = (run: string): Source => ({
  events: (after, onOpen, onEvent, signal) =>
    ask(
      async (client) => {
        const headers = after === 0 ? {} : { "last-event-id": `${after}` }
        const stream = await client.runs.events({ params: { run }, headers })
        onOpen()
        for await (const { data } of stream) onEvent(data)
      },
      signal
    ),
  report: (signal) => ask((client) => client.runs.show({ params: { run } }), signal)
})

/** Whether an event is the last of the attempt that a report tells of. */
const isEndOf = (event: Event, report: Report): boolean =>
  event.type === "run.end"
    ? madeAt(event.report) === madeAt(report)
    : event.type === "run.suspend" && event.resumeAfter === report.resumeAfter

/** Reads a run, follows it while it moves, and again after it was resumed. */
export const useRun = (run: string): RunState => {
  const [live, setLive] = useState<Live.Live>()
  const [problem, setProblem] = useState<Problem>()
  const [lostMillis, setLost] = useState<number>()
  const [count, setCount] = useState(0)
  const seen = useRef(0)
  const resumed = useRef(false)
  const old = useRef<Report>(undefined)
  const bearer = useToken()

  useEffect(() => {
    const abort = new AbortController()
    let arrived: Array<Event> = []
    // A burst of events is one change of the page, not many.
    const flush = () => {
      const events = arrived
      arrived = []
      setLive((before) => before === undefined ? before : events.reduce(Live.reduce, before))
    }
    const source = sourceOf(run)
    const work = async () => {
      const report = await source.report(abort.signal)
      setProblem(undefined)
      if (!resumed.current) setLive(Live.fromReport(report, seen.current))
      if (!resumed.current && (report.state === "finished" || report.state === "suspended")) return
      resumed.current = false
      await follow(source, seen.current, {
        onEvent: (event) => {
          seen.current = event.seq
          if (old.current !== undefined) {
            if (isEndOf(event, old.current)) old.current = undefined
            return
          }
          if (arrived.push(event) === 1) requestAnimationFrame(flush)
        },
        onReport: (last) => {
          arrived = []
          setLive(Live.fromReport(last, seen.current))
        },
        onLost: setLost,
        onLive: () => setLost(undefined)
      }, abort.signal)
    }
    work().catch((error: Problem) => {
      if (!abort.signal.aborted) setProblem(error)
    })
    return () => abort.abort()
  }, [run, count, bearer])

  const reload = useCallback(() => setCount((n) => n + 1), [])
  const before = live?.report
  const resume = useCallback(async (body: ResumeRun) => {
    const { state } = await ask((client) => client.runs.resume({ params: { run }, payload: body }))
    resumed.current = true
    // Where none of its events is known, all are told again: those of the attempt that is on the page already are passed over.
    old.current = seen.current === 0 ? before : undefined
    setLive((before) => before === undefined ? before : Live.restarted({ ...before, state }))
    setCount((n) => n + 1)
  }, [run, before])

  return {
    ...(live === undefined ? {} : { live }),
    ...(problem === undefined ? {} : { problem }),
    lostMillis,
    reload,
    resume
  }
}
