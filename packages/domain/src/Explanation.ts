/**
 * The answer to a pasted text: what was read in it, and which causes fit, best first.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Cause } from "./Cause.ts"
import { PhaseId, Protocol, ServiceId } from "./Service.ts"
import { Actor, Confidence, Verdict } from "./Verdict.ts"

/**
 * What is known of a text besides its words; every field may be absent.
 *
 * @category models
 * @since 0.1.0
 */
export const Hints = Schema.Struct({
  protocol: Schema.optionalKey(Schema.String),
  phase: Schema.optionalKey(Schema.String),
  provider: Schema.optionalKey(Schema.String),
  mechanism: Schema.optionalKey(Schema.String),
  host: Schema.optionalKey(Schema.String),
  port: Schema.optionalKey(Schema.Int),
  context: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Hints" })
/** @category models @since 0.1.0 */
export interface Hints extends Schema.Schema.Type<typeof Hints> {}

/**
 * What was read in the text: `text` is the innermost statement of a server or runtime, without secrets. `kind` is what
 * the text is: a reply, a stack trace, a bounce, a transcript of a session, a report of Sonde, a JSON body, a log.
 *
 * @category models
 * @since 0.1.0
 */
export const Read = Schema.Struct({
  kind: Schema.optionalKey(
    Schema.Literals(["reply", "stack-trace", "bounce", "transcript", "report", "json", "log"])
  ),
  protocol: Schema.optionalKey(Protocol),
  phase: Schema.optionalKey(PhaseId),
  code: Schema.optionalKey(Schema.Int),
  enhanced: Schema.optionalKey(Schema.String),
  text: Schema.String,
  provider: Schema.optionalKey(Schema.String),
  client: Schema.optionalKey(Schema.String),
  host: Schema.optionalKey(Schema.String),
  mechanism: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Read" })
/** @category models @since 0.1.0 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

/**
 * One of several things that a text reports about: a recipient of a bounce (`action` is that of RFC 3464 section
 * 2.3.3), or a service of a report. Without `cause` nothing is known of it.
 *
 * @category models
 * @since 0.1.0
 */
export const ExplainedPart = Schema.Struct({
  recipient: Schema.optionalKey(Schema.String),
  action: Schema.optionalKey(Schema.String),
  service: Schema.optionalKey(ServiceId),
  read: Read,
  cause: Schema.optionalKey(Cause),
  rule: Schema.optionalKey(Schema.String),
  confidence: Schema.optionalKey(Confidence),
  title: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "ExplainedPart" })
/** @category models @since 0.1.0 */
export interface ExplainedPart extends Schema.Schema.Type<typeof ExplainedPart> {}

/**
 * The one further fact that would settle it, where the words alone do not; `command` finds it out.
 *
 * @category models
 * @since 0.1.0
 */
export const Next = Schema.Struct({
  text: Schema.String,
  command: Schema.optionalKey(Schema.String),
  shell: Schema.optionalKey(Schema.Literals(["powershell", "sh", "dns", "http", "config"]))
}).annotate({ identifier: "Next" })
/** @category models @since 0.1.0 */
export interface Next extends Schema.Schema.Type<typeof Next> {}

const seen = {
  count: Schema.Int,
  first: Schema.optionalKey(Schema.String),
  last: Schema.optionalKey(Schema.String),
  sample: Schema.String
}

/**
 * Lines of a log that one rule explains. `first` and `last` are the times of the first and the last of them as they are
 * written; `sample` is the first, without secrets.
 *
 * @category models
 * @since 0.1.0
 */
export const LogCluster = Schema.Struct({
  cause: Cause,
  rule: Schema.String,
  confidence: Confidence,
  title: Schema.String,
  actor: Actor,
  ...seen,
  read: Read
}).annotate({ identifier: "LogCluster" })
/** @category models @since 0.1.0 */
export interface LogCluster extends Schema.Schema.Type<typeof LogCluster> {}

/**
 * What a log holds: `lines` is the sum of `ignored` (no failure), `explained`, `unknown` (failures that no rule knows)
 * and `tooLong`. `clusters` come most frequent first, and so do `unknownLines`, of which only the most frequent are
 * kept.
 *
 * @category models
 * @since 0.1.0
 */
export const Log = Schema.Struct({
  lines: Schema.Int,
  ignored: Schema.Int,
  explained: Schema.Int,
  unknown: Schema.Int,
  tooLong: Schema.Int,
  first: Schema.optionalKey(Schema.String),
  last: Schema.optionalKey(Schema.String),
  clusters: Schema.Array(LogCluster),
  unknownLines: Schema.Array(Schema.Struct(seen).annotate({ identifier: "UnknownLines" }))
}).annotate({ identifier: "Log" })
/** @category models @since 0.1.0 */
export interface Log extends Schema.Schema.Type<typeof Log> {}

/**
 * `id` is the asker's own, where many are asked at once. `unknown` has no verdicts: a guess is a defect. `success`
 * says what a reply that reports no failure means; its outcome is `explained`, though there is no cause to name.
 * Several verdicts are alternatives, best first, and `next` says what would settle it; with `parts` or `log` they are
 * of several parts or clusters instead.
 *
 * @category models
 * @since 0.1.0
 */
export const Explanation = Schema.Struct({
  schema: Schema.Literal("sonde.explanation/1"),
  id: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite])),
  outcome: Schema.Literals(["explained", "unknown"]),
  read: Read,
  success: Schema.optionalKey(Schema.String),
  verdicts: Schema.Array(Verdict),
  next: Schema.optionalKey(Next),
  parts: Schema.optionalKey(Schema.Array(ExplainedPart)),
  log: Schema.optionalKey(Log)
}).annotate({ identifier: "Explanation" })
/** @category models @since 0.1.0 */
export interface Explanation extends Schema.Schema.Type<typeof Explanation> {}
