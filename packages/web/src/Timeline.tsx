/**
 * The phases of each service in their order, with how long each took; rows fill in while a run goes on.
 */
import * as Endpoint from "@sonde/domain/Endpoint"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { useEffect, useState } from "react"
import type { Row, Service } from "./Live.ts"
import { StateMark } from "./Marks.tsx"

const security = { starttls: "", tls: ", TLS", none: ", in clear", opportunistic: ", TLS if offered" } as const

/** Seconds since a moment, counted on. The clock of the server may differ, so it counts from when the row was first shown. */
const Elapsed = () => {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return <span className="time">{seconds} s</span>
}

const detail = (row: Row, encrypted: boolean, now: string): string => {
  switch (row.state) {
    case "running":
      return "waiting for an answer"
    case "waiting":
      return ""
    default:
      return row.report === undefined ? "" : Phrases.detail(row.report, encrypted, now)
  }
}

const RowItem = ({ encrypted, now, row }: { readonly row: Row; readonly encrypted: boolean; readonly now: string }) => {
  const change = row.report === undefined ? undefined : Phrases.change(row.report, now)
  const millis = row.report?.durationMillis
  return (
    <li className={row.state}>
      <StateMark state={row.state} />
      <span className="phase">{row.id}</span>
      <span className="detail">
        {detail(row, encrypted, now)}
        {change !== undefined && <em>{change.replace(/^[a-z]+: /, "")}</em>}
      </span>
      {row.state === "running"
        ? <Elapsed key={row.since} />
        : (
          <span className={row.report !== undefined && Phrases.isSlow(row.report) ? "time slow" : "time"}>
            {millis === undefined ? "" : Phrases.duration(millis)}
          </span>
        )}
    </li>
  )
}

/** Rows that say the same of several steps that were skipped: one for all of them, where there are others to look at. */
const together = (rows: ReadonlyArray<Row>): ReadonlyArray<ReadonlyArray<Row>> => {
  const groups: Array<Array<Row>> = []
  for (const row of rows) {
    const last = groups.at(-1)
    const same = last?.[0]?.state === "skip" && row.state === "skip"
      && Phrases.skipped(last[0].report?.because) === Phrases.skipped(row.report?.because)
    if (same) last.push(row)
    else groups.push([row])
  }
  return groups
}

const Skipped = ({ rows }: { readonly rows: ReadonlyArray<Row> }) => (
  <li className="skip">
    <StateMark state="skip" />
    <span className="phase">{rows.length} steps</span>
    <span className="detail">
      {Phrases.skipped(rows[0]?.report?.because)}: {rows.map(({ id }) => id).join(", ")}
    </span>
  </li>
)

const order: ReadonlyArray<Row["state"]> = [
  "fail",
  "inconclusive",
  "running",
  "waiting",
  "warn",
  "pass",
  "restored",
  "skip"
]

/** The state of a service: that of the phase that decides it. */
const stateOf = (rows: ReadonlyArray<Row>): Row["state"] =>
  order.find((state) => rows.some((row) => row.state === state)) ?? "waiting"

/** One service: where it runs, and its phases. One that was skipped whole says why in a line. */
const ServiceBlock = ({ isOne, now, service }: {
  readonly service: Service
  readonly isOne: boolean
  readonly now: string
}) => {
  const { endpoint, rows } = service
  const skipped = rows.length > 0 && rows.every((row) => row.state === "skip")
  const total = rows.reduce((sum, row) => sum + (row.report?.durationMillis ?? 0), 0)
  // What became of it as a whole, where there are others to tell it from.
  const state = isOne ? undefined : stateOf(rows)
  let encrypted = endpoint?.security === "tls"
  return (
    <section className={service.id === "posture" ? "service wide" : "service"} aria-label={Phrases.service(service.id)}>
      <h3>
        {state !== undefined && <StateMark state={state} />}
        {Phrases.service(service.id)}
        <small>
          {endpoint === undefined ? "" : Escape.line(Endpoint.format(endpoint)) + security[endpoint.security]}
        </small>
        {!skipped && total > 0 && <span className="time">{Phrases.duration(total)}</span>}
      </h3>
      {skipped
        ? <p className="quiet">{Phrases.skipped(rows[0]?.report?.because)}</p>
        : (
          <ol className="rows">
            {(isOne ? rows.map((row) => [row]) : together(rows)).map((group, index) => {
              const [row] = group
              if (row === undefined) return null
              if (row.id === "tls" && row.state !== "skip") {
                encrypted = true
              }
              return group.length > 2
                ? <Skipped key={index} rows={group} />
                : group.map((one, at) => <RowItem key={`${index} ${at}`} row={one} encrypted={encrypted} now={now} />)
            })}
          </ol>
        )}
    </section>
  )
}

/** All services of a run. `now` is the moment that ages count from. */
export const Timeline = ({ now, services }: { readonly services: ReadonlyArray<Service>; readonly now: string }) => (
  <section className="card timeline" aria-labelledby="timeline">
    <h2 id="timeline">Steps</h2>
    {services.length === 0 && <p className="quiet">The first step begins in a moment.</p>}
    <div className="services">
      {services.map((service) => (
        <ServiceBlock key={service.id} service={service} isOne={services.length === 1} now={now} />
      ))}
    </div>
  </section>
)
