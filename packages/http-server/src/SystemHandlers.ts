/**
 * Handlers of the groups `system` and `public`: what the server is, how it does, probes, health, shared copies.
 *
 * `Operations` is what they need of the rest of the server.
 */
import { Api } from "@sonde/http-api/Api"
import { Client } from "@sonde/http-api/Authorization"
import type { JournalFailed, NotFound, Stopping, TooManyRuns } from "@sonde/http-api/Problems"
import type { Health } from "@sonde/http-api/SystemApi"
import * as Html from "@sonde/report/render/HtmlStyle"
import type { Check, Report } from "@sonde/sonde"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { countingRefusals, type Load, Metrics } from "./Metrics.ts"
import * as Probe from "./Probe.ts"
import { Readiness } from "./Readiness.ts"
import { Settings, type Values } from "./Settings.ts"

/** What operations need of the rest of the server: intake, desk and shares. */
export class Operations extends Context.Service<Operations, {
  readonly check: Probe.Way["check"]
  /** Makes a run that is not kept, within the limits of every run. */
  once(check: Check, client: string): Effect.Effect<Report, TooManyRuns | Stopping>
  readonly state: Effect.Effect<Load>
  /** The page of a shared copy. */
  shared(id: string): Effect.Effect<string, NotFound | JournalFailed>
}>()("@sonde/http-server/SystemHandlers/Operations") {}

/** The policy of the page of a shared copy: its own style sheet, named by its digest (CSP level 3 section 2.3.1). */
const sharePolicy =
  `default-src 'none'; style-src '${Html.styleSource}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

/** What a client has to know. Names of sources are told, since a request gives them. */
const facts = (settings: Values, client: string) => ({
  version: settings.version,
  client,
  ...(settings.ehlo === undefined ? {} : { ehlo: settings.ehlo }),
  allowPrivate: settings.allowPrivate,
  ports: settings.anyPort ? [] : settings.ports,
  sources: [...new Set(settings.sources.map(({ source }) => source))],
  shareDays: settings.shareDays,
  signInEveryMillis: settings.signInEveryMillis
})

/** The group `system`. `ports` is empty where any port may be contacted. */
export const system = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fnUntraced(function*(handlers) {
    const settings = yield* Settings
    const metrics = yield* Metrics
    const operations = yield* Operations
    return handlers
      .handle("server", () => Effect.map(Client, ({ name }) => facts(settings, name)))
      .handle("metrics", () => Effect.flatMap(operations.state, metrics.render))
      .handle(
        "probe",
        ({ query, request }) =>
          Effect.flatMap(
            Client,
            ({ name }) =>
              Probe.probe(query, request.headers["x-prometheus-scrape-timeout-seconds"], {
                check: operations.check,
                once: (check) => operations.once(check, name)
              })
          ).pipe(countingRefusals, Effect.provideService(Metrics, metrics))
      )
  })
)

/** What a shared copy may do: show its one style sheet. No search engine lists it. */
const copied = HttpEffect.appendPreResponseHandler((_, response) =>
  Effect.succeed(
    response.status === 200
      ? HttpServerResponse.setHeaders(response, {
        "content-security-policy": sharePolicy,
        "x-robots-tag": "noindex, nofollow"
      })
      : response
  )
)

/** The group `public`. */
export const open = HttpApiBuilder.group(
  Api,
  "public",
  Effect.fnUntraced(function*(handlers) {
    const operations = yield* Operations
    const readiness = yield* Readiness
    return handlers
      .handle("live", () => Effect.succeed<Health>({ status: "ok" }))
      .handle(
        "ready",
        Effect.fnUntraced(function*() {
          const { queued, running, stopping } = yield* operations.state
          if (stopping) return yield* Effect.fail<Health>({ status: "stopping", running, queued })
          const problem = yield* readiness
          if (problem !== undefined) return yield* Effect.fail<Health>({ status: "unable", running, queued, problem })
          return { status: "ok" as const, running, queued }
        })
      )
      .handle("shared", ({ params }) => Effect.andThen(copied, operations.shared(params.id)))
  })
)
