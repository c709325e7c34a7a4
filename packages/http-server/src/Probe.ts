/**
 * One check for one scrape, in the manner of blackbox_exporter: `GET /probe`.
 *
 * Goes the way of every run: what the server takes, how often, and how many at once. Keeps no journal. The time that the scraper
 * gives is the time there is: half a second before it ends, the answer is given. Tells of this run alone.
 */
import type { Report } from "@sonde/domain/Report"
import { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { InvalidOption, Stopping, TargetDenied, TooManyRuns } from "@sonde/http-api/Problems"
import type { StartRun } from "@sonde/http-api/RunsApi"
import type { Check } from "@sonde/sonde"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Exposition from "./Exposition.ts"
import * as Failures from "./Failures.ts"
import * as Series from "./Series.ts"

/** What a scrape asks: the query of the request. `secret` and `token` name sources. */
export interface Query {
  readonly target: string
  readonly service?: string
  readonly provider?: string
  readonly user?: string
  readonly until?: string
  readonly secret?: string
  readonly token?: string
}

/** Kept back for the answer and for its way: half a second, of which the run leaves a quarter to close what it opened. */
const marginMillis = 500
const closingMillis = 250

/** The least time in which a probe makes sense. */
const leastMillis = 500

/**
 * How long the probe may take, in milliseconds, from the header `X-Prometheus-Scrape-Timeout-Seconds`; `undefined` where it says
 * nothing, and the limits of the server hold.
 */
export const limitMillis = (header: string | undefined): number | undefined => {
  if (header === undefined || !/^\d+(?:\.\d+)?$/u.test(header)) return undefined
  return Math.max(leastMillis, Math.round(Number(header) * 1000) - marginMillis)
}

const word = <A extends string>(
  schema: Schema.Codec<A, string>,
  option: string,
  given: string | undefined,
  words: ReadonlyArray<A>
): Effect.Effect<A | undefined, InvalidOption> =>
  given === undefined ? Effect.undefined : Effect.mapError(
    Schema.decodeEffect(schema)(given),
    () => Failures.option({ option, problem: "is no word that it can be", remedy: `give one of ${words.join(", ")}` })
  )

/** The body that the same run would be started with. */
const bodyOf = Effect.fnUntraced(function*(query: Query, limit: number | undefined) {
  const service = yield* word(ServiceId, "service", query.service, ServiceId.literals)
  const until = yield* word(PhaseId, "until", query.until, PhaseId.literals)
  const body: StartRun = {
    target: query.target,
    ...(service === undefined ? {} : { only: [service] }),
    ...(until === undefined ? {} : { until }),
    ...(query.provider === undefined ? {} : { provider: query.provider }),
    ...(query.user === undefined ? {} : { user: query.user }),
    ...(query.secret === undefined ? {} : { secret: { source: query.secret } }),
    ...(query.token === undefined ? {} : { token: { source: query.token } }),
    ...(limit === undefined ? {} : { deadline: Math.max(leastMillis / 2, limit - closingMillis) })
  }
  return body
})

const probed = (isSuccess: boolean, seconds: number): ReadonlyArray<Exposition.Family> => [
  {
    name: "probe_success",
    type: "gauge",
    help: "1 when the run could tell and every service passed, perhaps with warnings.",
    samples: [{ labels: {}, value: isSuccess ? 1 : 0 }]
  },
  {
    name: "probe_duration_seconds",
    type: "gauge",
    help: "How long the probe took.",
    samples: [{ labels: {}, value: seconds }]
  }
]

/** A report as a scrape reads it. `now` is in seconds since 1970, `seconds` is how long the probe took. */
export const render = (report: Report, now: number, seconds: number): string => {
  const isSuccess = report.state === "finished" && (report.outcome === "pass" || report.outcome === "warn")
  const services = Series.after(report, now)
  return Exposition.render([
    ...probed(isSuccess, seconds),
    ...(services.size === 0
      ? [Series.unknown(report.target.input, "all")]
      : Series.families([[report.target.input, services]]))
  ])
}

/** What is told when no report came in time. */
export const renderLate = (query: Query, seconds: number): string =>
  Exposition.render([...probed(false, seconds), Series.unknown(query.target, query.service ?? "all")])

/** The way of every run: what is taken, and a run that is not kept. */
export interface Way {
  readonly check: (body: StartRun) => Effect.Effect<Check, InvalidOption | TargetDenied>
  readonly once: (check: Check) => Effect.Effect<Report, TooManyRuns | Stopping>
}

/** Probes, for the text to answer with. `header` is `X-Prometheus-Scrape-Timeout-Seconds`. */
export const probe = Effect.fn("Probe.probe")(function*(query: Query, header: string | undefined, way: Way) {
  const began = yield* Clock.currentTimeMillis
  const limit = limitMillis(header)
  const once = Effect.flatMap(Effect.flatMap(bodyOf(query, limit), way.check), way.once)
  const report = yield* limit === undefined ? Effect.asSome(once) : Effect.timeoutOption(once, limit)
  const now = yield* Clock.currentTimeMillis
  const seconds = (now - began) / 1000
  return Option.isNone(report) ? renderLate(query, seconds) : render(report.value, now / 1000, seconds)
})
