/**
 * What finished runs said, by target and service, and how the server does: for `GET /metrics`.
 *
 * Everything is in memory and bounded: the target that was looked at longest ago makes room. After a restart a target is
 * absent until its next run.
 */
import type { Report } from "@sonde/domain/Report"
import { Outcome } from "@sonde/domain/Service"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Exposition from "./Exposition.ts"
import * as Series from "./Series.ts"
import { Settings } from "./Settings.ts"

/** Why a request for a run was turned down. */
export const refusals = ["queue", "client", "target", "sign-in", "stopping", "denied"] as const
/** Why a request for a run was turned down. */
export type Refusal = typeof refusals[number]

/** What the server is at, at the moment of a scrape. */
export interface Load {
  readonly running: number
  readonly queued: number
  readonly stopping: boolean
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** A problem that keeps a run from being taken on, as far as it is counted. */
type Counted = { readonly _tag: string; readonly error?: unknown }

const reasonOf = ({ _tag, error }: Counted): Refusal | undefined => {
  if (_tag === "Stopping") return "stopping"
  if (_tag === "TargetDenied") return "denied"
  if (_tag !== "TooManyRuns" || typeof error !== "object" || error === null || !("scope" in error)) return undefined
  return refusals.find((reason) => reason === error.scope)
}

/** Counts by a set of labels. */
class Counts {
  readonly #counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>()

  add(labels: Readonly<Record<string, string>>, by = 1): void {
    const key = JSON.stringify(labels)
    const found = this.#counts.get(key)
    if (found === undefined) this.#counts.set(key, { labels, value: by })
    else found.value += by
  }

  get samples(): ReadonlyArray<Exposition.Sample> {
    return [...this.#counts.values()].map(({ labels, value }) => ({ labels, value }))
  }
}

const one = (value: number, labels: Readonly<Record<string, string>> = {}): ReadonlyArray<Exposition.Sample> => [
  { labels, value }
]

/** What the server tells monitoring systems. */
export class Metrics extends Context.Service<Metrics, {
  /** A run was taken on. */
  readonly started: Effect.Effect<void>
  /** A run is over, finished or not: what it said takes the place of what the one before said of its target. */
  observe(report: Report): Effect.Effect<void>
  /** A run ended without a report: nothing that was said of its target, as it was typed, holds any more. */
  lost(target: string): Effect.Effect<void>
  /** A request for a run was turned down. */
  refused(reason: Refusal): Effect.Effect<void>
  /** A request was answered. `route` is the pattern of its path, never the path. */
  answered(method: string, route: string, status: number): Effect.Effect<void>
  /** Everything in the text format of Prometheus. */
  render(load: Load): Effect.Effect<string>
}>()("@sonde/http-server/Metrics") {
  /** Over the settings. */
  static readonly layer: Layer.Layer<Metrics, never, Settings> = Layer.effect(Metrics, Effect.suspend(() => make))
}

/** Counts the problems that keep a run from being taken on. For the handlers that start runs. */
export const countingRefusals = <A, E extends Counted, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | Metrics> =>
  Effect.tapError(effect, (problem) => {
    const reason = reasonOf(problem)
    return reason === undefined ? Effect.void : Effect.flatMap(Metrics, (metrics) => metrics.refused(reason))
  })

const make = Effect.gen(function*() {
  const { maxQueued, maxRuns, maxTargets, version } = yield* Settings
  const began = (yield* Clock.currentTimeMillis) / 1000
  const targets = new Map<string, Series.Services>()
  const [finished, refused, requests] = [new Counts(), new Counts(), new Counts()]
  let [started, dropped] = [0, 0]
  // A counter that is absent until it counts cannot be watched.
  for (const outcome of Outcome.literals) finished.add({ outcome }, 0)
  finished.add({ outcome: "lost" }, 0)
  for (const reason of refusals) refused.add({ reason }, 0)

  /** The target seen last comes last, so that the first is the one to drop. */
  const keep = (target: string, services: Series.Services): void => {
    targets.delete(target)
    targets.set(target, services)
    for (const oldest of targets.keys()) {
      if (targets.size <= maxTargets) return
      targets.delete(oldest)
      dropped++
    }
  }

  const server = (load: Load): ReadonlyArray<Exposition.Family> => [
    {
      name: "sonde_build_info",
      type: "gauge",
      help: "Always 1; the label is the version of the server.",
      samples: one(1, { version })
    },
    {
      name: "sonde_start_time_seconds",
      type: "gauge",
      help: "When the server started, in seconds since 1970.",
      samples: one(began)
    },
    {
      name: "sonde_stopping",
      type: "gauge",
      help: "1 while the server stops and takes no runs.",
      samples: one(load.stopping ? 1 : 0)
    },
    { name: "sonde_runs_running", type: "gauge", help: "Runs at work.", samples: one(load.running) },
    { name: "sonde_runs_queued", type: "gauge", help: "Runs that wait for a place.", samples: one(load.queued) },
    { name: "sonde_runs_limit", type: "gauge", help: "Runs that may be at work at once.", samples: one(maxRuns) },
    {
      name: "sonde_runs_queue_limit",
      type: "gauge",
      help: "Runs that may wait for a place; more are refused.",
      samples: one(maxQueued)
    },
    { name: "sonde_runs_started_total", type: "counter", help: "Runs taken on.", samples: one(started) },
    {
      name: "sonde_runs_finished_total",
      type: "counter",
      help: "Runs that are over, by outcome; lost for those that left no report.",
      samples: finished.samples
    },
    {
      name: "sonde_runs_refused_total",
      type: "counter",
      help: "Requests for runs that were turned down, by reason.",
      samples: refused.samples
    },
    {
      name: "sonde_http_requests_total",
      type: "counter",
      help: "Requests answered, by method, pattern of the path and status.",
      samples: requests.samples
    },
    {
      name: "sonde_targets",
      type: "gauge",
      help: "Targets whose series are kept.",
      samples: one(targets.size)
    },
    {
      name: "sonde_targets_dropped_total",
      type: "counter",
      help: "Targets whose series made room for others. If it grows, more targets are looked at than are kept.",
      samples: one(dropped)
    }
  ]

  return Metrics.of({
    started: Effect.sync(() => {
      started++
    }),
    observe: (report) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const target = report.target.input
        finished.add({ outcome: report.outcome })
        keep(target, Series.after(report, now / 1000, targets.get(target)))
      }),
    lost: (target) =>
      Effect.sync(() => {
        finished.add({ outcome: "lost" })
        const before = targets.get(target)
        if (before !== undefined) keep(target, Series.lost(before))
      }),
    refused: (reason) => Effect.sync(() => refused.add({ reason })),
    answered: (method, route, status) =>
      Effect.sync(() =>
        requests.add({ method: methods.has(method) ? method : "other", route, status: String(status) })
      ),
    render: (load) => Effect.sync(() => Exposition.render([...Series.families([...targets]), ...server(load)]))
  })
})
