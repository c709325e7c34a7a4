/**
 * The report of a run: the one document that commands, HTTP, journal and tests share.
 *
 * Version policy: within `sonde.report/1` fields are only added. Readers ignore what they do not know.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Discovery } from "./Discovery.ts"
import { Endpoint } from "./Endpoint.ts"
import { PhaseError } from "./Errors.ts"
import { Outcome, PhaseId, PhaseState, RunState, ServiceId, SkipReason } from "./Service.ts"
import { TranscriptLine } from "./Transcript.ts"
import { Finding, Verdict } from "./Verdict.ts"

/**
 * How slow the replies of a phase were, where one took a second or more: how many there were, and the slowest, with the command it
 * answered, masked, its wait until the first octet and until its end, and in how many segments its octets came.
 *
 * @category models
 * @since 0.1.0
 */
export const Pace = Schema.Struct({
  replies: Schema.Int,
  command: Schema.String,
  waitMillis: Schema.Finite,
  wholeMillis: Schema.Finite,
  octets: Schema.Int,
  segments: Schema.Int
}).annotate({ identifier: "Pace" })
/** @category models @since 0.1.0 */
export interface Pace extends Schema.Schema.Type<typeof Pace> {}

/**
 * What became of one phase. `facts` is the plain data of a phase that passed; `before` tells what an earlier
 * attempt of a resumed run gave, so that a change can be named.
 *
 * @category models
 * @since 0.1.0
 */
export const PhaseReport = Schema.Struct({
  id: PhaseId,
  state: PhaseState,
  durationMillis: Schema.optionalKey(Schema.Finite),
  because: Schema.optionalKey(SkipReason),
  facts: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  error: Schema.optionalKey(PhaseError),
  pace: Schema.optionalKey(Pace),
  before: Schema.optionalKey(Schema.Struct({
    state: PhaseState,
    at: Schema.String,
    text: Schema.String
  }))
}).annotate({ identifier: "PhaseReport" })
/** @category models @since 0.1.0 */
export interface PhaseReport extends Schema.Schema.Type<typeof PhaseReport> {}

/**
 * One service of a run, with its phases in the order in which they came.
 *
 * @category models
 * @since 0.1.0
 */
export const ServiceReport = Schema.Struct({
  id: ServiceId,
  outcome: Outcome,
  endpoint: Schema.optionalKey(Endpoint),
  phases: Schema.Array(PhaseReport)
}).annotate({ identifier: "ServiceReport" })
/** @category models @since 0.1.0 */
export interface ServiceReport extends Schema.Schema.Type<typeof ServiceReport> {}

/**
 * Who runs the mailbox, and by what it was recognised.
 *
 * @category models
 * @since 0.1.0
 */
export const Provider = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  recognisedBy: Schema.Array(Schema.Literals(["option", "domain", "mx", "host", "banner", "capability"])),
  packVersion: Schema.String
}).annotate({ identifier: "Provider" })
/** @category models @since 0.1.0 */
export interface Provider extends Schema.Schema.Type<typeof Provider> {}

/**
 * What was asked for. `input` is as typed; a mailbox has `mailbox` and `domain`, a host with a port `host` and
 * `port`.
 *
 * @category models
 * @since 0.1.0
 */
export const ReportTarget = Schema.Struct({
  input: Schema.String,
  mailbox: Schema.optionalKey(Schema.String),
  domain: Schema.optionalKey(Schema.String),
  host: Schema.optionalKey(Schema.String),
  port: Schema.optionalKey(Schema.Int)
}).annotate({ identifier: "ReportTarget" })
/** @category models @since 0.1.0 */
export interface ReportTarget extends Schema.Schema.Type<typeof ReportTarget> {}

/**
 * One diagnosis. `startedAt` is when the run was first started, `resumedAt` when this attempt was;
 * `durationMillis` counts this attempt. `discovery` is there where no pack knew the target and its settings were looked for.
 * `resumeAfter` is the moment before which a suspended run must not go on.
 *
 * @category models
 * @since 0.1.0
 */
export const Report = Schema.Struct({
  schema: Schema.Literal("sonde.report/1"),
  run: Schema.String,
  state: RunState,
  startedAt: Schema.String,
  resumedAt: Schema.optionalKey(Schema.String),
  resumeAfter: Schema.optionalKey(Schema.String),
  durationMillis: Schema.Finite,
  target: ReportTarget,
  provider: Schema.optionalKey(Provider),
  discovery: Schema.optionalKey(Discovery),
  outcome: Outcome,
  exitCode: Schema.Int,
  delivered: Schema.Boolean,
  services: Schema.Array(ServiceReport),
  verdicts: Schema.Array(Verdict),
  findings: Schema.Array(Finding),
  transcript: Schema.Array(TranscriptLine)
}).annotate({ identifier: "Report" })
/** @category models @since 0.1.0 */
export interface Report extends Schema.Schema.Type<typeof Report> {}
