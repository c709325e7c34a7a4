/**
 * Runs: start, list, read, follow, resume, forget, share.
 *
 * @since 0.1.0
 */
import { Event } from "@sonde/domain/Event"
import { CheckOptions } from "@sonde/domain/Options"
import { Report } from "@sonde/domain/Report"
import { Outcome, RunState } from "@sonde/domain/Service"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { Authorization } from "./Authorization.ts"
import { InvalidOption, JournalFailed, NotFound, RunLocked, Stopping, TargetDenied, TooManyRuns } from "./Problems.ts"

const Given = Schema.RedactedFromValue(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(65_536)))

/**
 * A secret: the value itself, or where the server finds it. The server names the sources that it allows in `GET /v1/server`.
 *
 * @category models
 * @since 0.1.0
 */
export const SecretInput = Schema.Union([
  Given,
  Schema.Struct({ source: Schema.NonEmptyString })
])
/** @category models @since 0.1.0 */
export type SecretInput = typeof SecretInput.Type

const secrets = {
  secret: Schema.optionalKey(SecretInput),
  token: Schema.optionalKey(SecretInput),
  /** The secret of the user in `proxy`; the value itself. */
  proxySecret: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
  // Those of the recipient's mailbox are nobody's that the server knows.
  readBackSecret: Schema.optionalKey(Given),
  readBackToken: Schema.optionalKey(Given)
}

/**
 * A run to start: a target with the options of a check.
 *
 * @category models
 * @since 0.1.0
 */
export const StartRun = Schema.Struct({ ...CheckOptions.fields, ...secrets }).annotate({ identifier: "StartRun" })
/** @category models @since 0.1.0 */
export interface StartRun extends Schema.Schema.Type<typeof StartRun> {}

const { target: _, ...again } = CheckOptions.fields

/**
 * What a resumed run is given again: its secrets, and options that override those it had.
 *
 * @category models
 * @since 0.1.0
 */
export const ResumeRun = Schema.Struct({ ...again, ...secrets }).annotate({ identifier: "ResumeRun" })
/** @category models @since 0.1.0 */
export interface ResumeRun extends Schema.Schema.Type<typeof ResumeRun> {}

/**
 * A run that was taken on.
 *
 * @category models
 * @since 0.1.0
 */
export const RunTaken = Schema.Struct({ run: Schema.String, state: RunState }).annotate({ identifier: "RunTaken" })
/** @category models @since 0.1.0 */
export interface RunTaken extends Schema.Schema.Type<typeof RunTaken> {}

/**
 * A run in a listing. `cause` is that of its first verdict.
 *
 * @category models
 * @since 0.1.0
 */
export const RunSummary = Schema.Struct({
  run: Schema.String,
  startedAt: Schema.String,
  target: Schema.String,
  state: RunState,
  outcome: Outcome,
  exitCode: Schema.Int,
  resumeAfter: Schema.optionalKey(Schema.String),
  cause: Schema.optionalKey(Schema.String),
  title: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "RunSummary" })
/** @category models @since 0.1.0 */
export interface RunSummary extends Schema.Schema.Type<typeof RunSummary> {}

/**
 * A page of runs, newest first. `next` is the `before` of the page that follows; absent on the last.
 *
 * @category models
 * @since 0.1.0
 */
export const RunPage = Schema.Struct({
  runs: Schema.Array(RunSummary),
  next: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "RunPage" })
/** @category models @since 0.1.0 */
export interface RunPage extends Schema.Schema.Type<typeof RunPage> {}

/**
 * A link to a redacted copy of a report. `url` is complete; whoever has it can read the copy until `expiresAt`.
 *
 * @category models
 * @since 0.1.0
 */
export const Share = Schema.Struct({
  id: Schema.String,
  run: Schema.String,
  url: Schema.String,
  createdAt: Schema.String,
  expiresAt: Schema.String
}).annotate({ identifier: "Share" })
/** @category models @since 0.1.0 */
export interface Share extends Schema.Schema.Type<typeof Share> {}

/**
 * An event as server-sent events carry it (WHATWG HTML section 9.2): `id` is `seq`, `event` is `type`, `data` is the event.
 *
 * @category models
 * @since 0.1.0
 */
export const SentEvent = Schema.Struct({
  id: Schema.String,
  event: Schema.String,
  data: Schema.fromJsonString(Schema.toCodecJson(Event))
})
/** @category models @since 0.1.0 */
export interface SentEvent extends Schema.Schema.Type<typeof SentEvent> {}

const run = { run: Schema.String }
const reading = [NotFound, JournalFailed] as const

/**
 * The group of runs. A run is named by its id or a unique beginning of it.
 *
 * @category groups
 * @since 0.1.0
 */
export class RunsApi extends HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.post("start", "/", {
      payload: StartRun,
      success: RunTaken.pipe(HttpApiSchema.status(202)),
      error: [InvalidOption, TargetDenied, TooManyRuns, Stopping, JournalFailed]
    }),
    HttpApiEndpoint.get("list", "/", {
      query: {
        limit: Schema.optionalKey(
          Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 200 }))
        ),
        before: Schema.optionalKey(Schema.String)
      },
      success: RunPage,
      error: JournalFailed
    }),
    HttpApiEndpoint.get("show", "/:run", { params: run, success: Report, error: reading }),
    HttpApiEndpoint.get("events", "/:run/events", {
      params: run,
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: HttpApiSchema.StreamSse({ events: SentEvent }),
      error: [InvalidOption, ...reading]
    }),
    HttpApiEndpoint.post("resume", "/:run/resume", {
      params: run,
      payload: ResumeRun,
      success: RunTaken.pipe(HttpApiSchema.status(202)),
      error: [InvalidOption, TargetDenied, TooManyRuns, Stopping, RunLocked, ...reading]
    }),
    HttpApiEndpoint.delete("forget", "/:run", { params: run, error: [RunLocked, ...reading] }),
    HttpApiEndpoint.post("share", "/:run/share", {
      params: run,
      payload: Schema.Struct({
        days: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 })))
      }),
      success: Share.pipe(HttpApiSchema.status(201)),
      error: reading
    }),
    HttpApiEndpoint.get("shares", "/:run/share", { params: run, success: Schema.Array(Share), error: reading }),
    HttpApiEndpoint.get("preview", "/:run/share/preview", {
      params: run,
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html; charset=utf-8" })),
      error: reading
    }),
    HttpApiEndpoint.delete("unshare", "/:run/share/:share", {
      params: { ...run, share: Schema.String },
      error: reading
    })
  )
  .middleware(Authorization)
  .prefix("/v1/runs")
{}
