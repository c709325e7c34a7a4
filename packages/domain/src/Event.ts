/**
 * What a run tells while it goes on: one NDJSON line each, numbered from 1 within the run.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { PhaseReport, Report } from "./Report.ts"
import { PhaseId, ServiceId } from "./Service.ts"
import { TranscriptLine } from "./Transcript.ts"
import { Finding, Verdict } from "./Verdict.ts"
import { maskedCode } from "./Words.ts"

export { maskedCode } from "./Words.ts"

const head = {
  schema: Schema.Literal("sonde.event/1"),
  run: Schema.String,
  seq: Schema.Int,
  at: Schema.String
}

const event = <const Type extends string, F extends Schema.Struct.Fields>(type: Type, fields: F) =>
  Schema.Struct({ ...head, type: Schema.Literal(type), ...fields })

/**
 * An event. `seq` never repeats and has no gaps, also across a resume; `at` is ISO 8601 in UTC; `run.end` carries
 * the report.
 *
 * `prompt` says what a person has to do on another device for the run to go on: open `uri`, type `code`, until `expiresAt`
 * (RFC 8628 section 3.3). Only whoever listens while it is told gets the code; wherever events are kept it is masked.
 *
 * @category models
 * @since 0.1.0
 */
export const Event = Schema.Union([
  event("run.start", { target: Schema.String, resumed: Schema.Boolean }),
  event("phase.start", { service: ServiceId, phase: PhaseId }),
  event("exchange", { line: TranscriptLine }),
  event("phase.end", { service: ServiceId, phase: PhaseReport }),
  event("prompt", {
    service: ServiceId,
    phase: PhaseId,
    uri: Schema.String,
    code: Schema.String,
    expiresAt: Schema.String
  }),
  event("finding", { finding: Finding }),
  event("verdict", { verdict: Verdict }),
  event("run.suspend", { resumeAfter: Schema.String, service: ServiceId, phase: PhaseId }),
  event("run.end", { report: Report })
]).annotate({ identifier: "Event" })
/** @category models @since 0.1.0 */
export type Event = typeof Event.Type

/**
 * An event as it may be kept.
 *
 * @category combinators
 * @since 0.1.0
 */
export const masked = (event: Event): Event => event.type === "prompt" ? { ...event, code: maskedCode } : event
