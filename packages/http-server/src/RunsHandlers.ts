/**
 * Handlers of the group `runs`: start, list, show, follow, resume, forget, share.
 */
import { Api } from "@sonde/http-api/Api"
import { Client } from "@sonde/http-api/Authorization"
import type { RunSummary } from "@sonde/http-api/RunsApi"
import { type Report, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Desk } from "./Desk.ts"
import * as Failures from "./Failures.ts"
import * as Frames from "./Frames.ts"
import * as Intake from "./Intake.ts"
import { countingRefusals, Metrics } from "./Metrics.ts"
import { Readers } from "./Readers.ts"
import { Settings, type Values } from "./Settings.ts"
import { Shares } from "./Shares.ts"

/** Runs on a page of the list where the request does not say how many. */
const pageLength = 50

/** Where the server is reached: the name from outside, or the one that this request used. */
const originOf = ({ publicUrl }: Values, { headers }: HttpServerRequest.HttpServerRequest): string =>
  publicUrl?.replace(/\/$/u, "") ?? `http://${headers["host"] ?? "localhost"}`

/** The group. */
export const layer = HttpApiBuilder.group(
  Api,
  "runs",
  Effect.fnUntraced(function*(handlers) {
    const settings = yield* Settings
    const sonde = yield* Sonde
    const desk = yield* Desk
    const intake = yield* Intake.Intake
    const readers = yield* Readers
    const shares = yield* Shares
    const metrics = yield* Metrics

    const find = (prefix: string) => Effect.mapError(sonde.find(prefix), Failures.reading)
    const counted = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.provideService(countingRefusals(effect), Metrics, metrics)

    /** A run that waits for its place has not begun, whatever its journal is held open for. */
    const placed = <A extends Pick<Report | RunSummary, "run" | "state">>(it: A): A =>
      desk.job(it.run)?.state === "queued" ? { ...it, state: "queued" } : it

    const shown = Effect.fnUntraced(function*(prefix: string) {
      return placed(yield* Effect.mapError(sonde.show(prefix), Failures.reading))
    })

    return handlers
      .handle("start", ({ payload }) =>
        counted(Effect.gen(function*() {
          const { name } = yield* Client
          return yield* desk.start(yield* intake.check(payload), name)
        })))
      .handle(
        "list",
        ({ query }) =>
          sonde.page({
            limit: query.limit ?? pageLength,
            ...(query.before === undefined ? {} : { before: query.before })
          })
            .pipe(
              Effect.mapError(Failures.writing),
              Effect.map(({ next, runs }) => ({ runs: runs.map(placed), ...(next === undefined ? {} : { next }) }))
            )
      )
      .handle("show", ({ params }) => shown(params.run))
      .handleRaw("events", ({ headers, params }) =>
        Effect.gen(function*() {
          const after = Frames.lastEventId(headers["last-event-id"])
          if (after === undefined) {
            return yield* Failures.option({
              option: "Last-Event-ID",
              problem: "is no number of an event",
              remedy: "send the id of the last event that arrived, or leave it out"
            })
          }
          const octets = yield* readers.read(yield* find(params.run), after)
          return HttpServerResponse.stream(octets, {
            contentType: "text/event-stream; charset=utf-8",
            headers: { "cache-control": "no-store, no-transform", "x-accel-buffering": "no" }
          })
        }))
      .handle("resume", ({ params, payload }) =>
        counted(Effect.gen(function*() {
          const { name } = yield* Client
          const run = yield* find(params.run)
          const { options } = yield* Effect.mapError(sonde.asked(run), Failures.reading)
          return yield* desk.resume(run, yield* intake.check(Intake.resumed(options, payload, settings)), name)
        })))
      .handle("forget", ({ params }) =>
        Effect.gen(function*() {
          const run = yield* find(params.run)
          yield* desk.forget(run)
          yield* shares.revokeAll(run)
        }))
      .handle("share", ({ params, payload, request }) =>
        Effect.gen(function*() {
          const report = yield* shown(params.run)
          return yield* shares.add(report, payload.days ?? settings.shareDays, originOf(settings, request))
        }))
      .handle(
        "shares",
        ({ params, request }) =>
          Effect.gen(function*() {
            const run = yield* find(params.run)
            // A whole id is taken as it is; whether there is such a run shows when it is read.
            yield* Effect.mapError(sonde.asked(run), Failures.reading)
            return yield* shares.of(run, originOf(settings, request))
          })
      )
      .handle(
        "preview",
        ({ params }) => Effect.flatMap(shown(params.run), (report) => shares.preview(report, settings.shareDays))
      )
      .handle("unshare", ({ params }) => Effect.flatMap(find(params.run), (run) => shares.revoke(run, params.share)))
  })
)
