/**
 * The runs of this server, newest first: to be read again, compared and deleted.
 */
import type { RunSummary } from "@sonde/http-api/RunsApi"
import * as Escape from "@sonde/report/Escape"
import { useEffect, useState } from "react"
import { useToken } from "./Bearer.ts"
import { ask } from "./Client.ts"
import { OutcomeTag } from "./Marks.tsx"
import { go, Link, Title } from "./Navigation.tsx"
import { Choice, Field, Moment, Trouble } from "./parts.tsx"
import type { Problem } from "./Problem.ts"

const states = { queued: "queued", running: "running", suspended: "suspended", finished: "finished" } as const

const Forget = ({ onDone, run }: { readonly run: RunSummary; readonly onDone: () => void }) => {
  const [sure, setSure] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const forget = () => void ask((client) => client.runs.forget({ params: { run: run.run } })).then(onDone, setProblem)
  return (
    <>
      <button
        type="button"
        className="small"
        aria-label={sure ? undefined : `Delete the run of ${run.target}`}
        onClick={() => sure ? forget() : setSure(true)}
        onBlur={() => setSure(false)}
      >
        {sure ? "Delete for good?" : "Delete"}
      </button>
      {problem !== undefined && <Trouble problem={problem} />}
    </>
  )
}

/** The view of all runs. */
export const History = () => {
  const [runs, setRuns] = useState<ReadonlyArray<RunSummary>>()
  const [next, setNext] = useState<string>()
  const [problem, setProblem] = useState<Problem>()
  const [find, setFind] = useState("")
  const [outcome, setOutcome] = useState("")
  const [picked, setPicked] = useState<ReadonlyArray<RunSummary>>([])

  const load = (before?: string) => {
    setProblem(undefined)
    ask((client) => client.runs.list({ query: { limit: 50, ...(before === undefined ? {} : { before }) } })).then(
      (page) => {
        setRuns((known) => before === undefined ? page.runs : [...(known ?? []), ...page.runs])
        setNext(page.next)
      },
      setProblem
    )
  }
  const bearer = useToken()
  useEffect(() => load(), [bearer])

  const words = find.toLowerCase()
  const shown = (runs ?? []).filter((run) =>
    (outcome === "" || (run.state === "finished" ? run.outcome === outcome : run.state === outcome))
    && [run.target, run.title, run.cause, run.run].some((text) => text?.toLowerCase().includes(words))
  )
  const pick = (run: RunSummary) =>
    setPicked((before) =>
      before.includes(run)
        ? before.filter((one) => one !== run)
        : [...before.filter((one) => one.target === run.target).slice(-1), run]
    )
  const [a, b] = picked.toSorted((one, other) => one.run < other.run ? -1 : 1)

  return (
    <>
      <Title text="Runs" />
      <div className="tools">
        <Field label="Filter" type="search" value={find} onChange={setFind} />
        <Choice
          label="Outcome"
          value={outcome}
          onChange={setOutcome}
          options={[
            ["", "any"],
            ["pass", "works"],
            ["warn", "warning"],
            ["fail", "does not work"],
            [
              "inconclusive",
              "could not tell"
            ],
            ["running", "running"],
            ["suspended", "suspended"]
          ]}
        />
        <button
          type="button"
          className="push"
          disabled={a === undefined || b === undefined}
          onClick={() => a !== undefined && b !== undefined && go({ view: "diff", before: a.run, after: b.run })}
        >
          Compare
        </button>
      </div>
      <p className="quiet">Choose two runs of the same target to see what changed between them.</p>
      {problem !== undefined && <Trouble problem={problem} onAgain={() => load()} />}
      {runs === undefined && problem === undefined && <p className="quiet" role="status">Loading…</p>}
      {runs !== undefined && shown.length === 0 && (
        <p className="quiet" role="status">{runs.length === 0 ? "No run yet." : "No run here is like that."}</p>
      )}
      <ul className="list">
        {shown.map((run) => (
          <li key={run.run} className="card">
            <input
              type="checkbox"
              aria-label={`Compare the run of ${run.target} of ${run.startedAt}`}
              checked={picked.includes(run)}
              onChange={() => pick(run)}
            />
            <div className="what">
              <Link to={{ view: "run", run: run.run }}>{Escape.line(run.target)}</Link>
              <span>{Escape.line(run.title ?? "")}</span>
            </div>
            {run.state === "finished"
              ? <OutcomeTag outcome={run.outcome} />
              : <span className="tag">{states[run.state]}</span>}
            <small>
              <Moment at={run.startedAt} />
            </small>
            <Forget
              run={run}
              onDone={() => {
                setRuns((known) => known?.filter((one) => one !== run))
                setPicked((before) => before.filter((one) => one !== run))
              }}
            />
          </li>
        ))}
      </ul>
      {next !== undefined && (
        <p className="tools">
          <button type="button" onClick={() => load(next)}>Older runs</button>
        </p>
      )}
    </>
  )
}
