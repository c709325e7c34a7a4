/**
 * Verdicts and findings: what the knowledge says about facts and failures.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Cause } from "./Cause.ts"
import { PhaseId, ServiceId } from "./Service.ts"

/**
 * Who must act.
 *
 * @category models
 * @since 0.1.0
 */
export const Actor = Schema.Literals([
  "user",
  "exchange-admin",
  "entra-admin",
  "workspace-admin",
  "mail-admin",
  "domain-admin",
  "network-admin",
  "developer",
  "recipient",
  "provider"
])
/** @category models @since 0.1.0 */
export type Actor = typeof Actor.Type

export { actorNames } from "./ActorNames.ts"

/**
 * How sure a verdict is: `certain` where the wording admits one cause, `likely` where others are known but rare,
 * `possible` where several are as probable.
 *
 * @category models
 * @since 0.1.0
 */
export const Confidence = Schema.Literals(["certain", "likely", "possible"])
/** @category models @since 0.1.0 */
export type Confidence = typeof Confidence.Type

/**
 * One step towards the fix: `look` changes nothing, `change` is the smallest change with its `undo`, `verify`
 * proves it, `alternative` is another way. `scope` says how far a change reaches.
 *
 * @category models
 * @since 0.1.0
 */
export const Remedy = Schema.Struct({
  kind: Schema.Literals(["look", "change", "verify", "alternative"]),
  text: Schema.optionalKey(Schema.String),
  command: Schema.optionalKey(Schema.String),
  shell: Schema.optionalKey(Schema.Literals(["powershell", "sh", "dns", "http", "config"])),
  scope: Schema.optionalKey(Schema.String),
  undo: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Remedy" })
/** @category models @since 0.1.0 */
export interface Remedy extends Schema.Schema.Type<typeof Remedy> {}

/**
 * A fact with its source. `asOf` and `reviewBy` are dates (`2026-01-29`); past `reviewBy` the fact is shown as
 * stale and `stale` is true.
 *
 * @category models
 * @since 0.1.0
 */
export const DatedFact = Schema.Struct({
  text: Schema.String,
  asOf: Schema.String,
  source: Schema.String,
  reviewBy: Schema.String,
  stale: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "DatedFact" })
/** @category models @since 0.1.0 */
export interface DatedFact extends Schema.Schema.Type<typeof DatedFact> {}

/**
 * The named cause of a failure, with evidence and remedy. `rule` is `pack/rule`; `evidence` are transcript line
 * numbers; `ruledOut` and `notJudged` are areas such as `dns`, `tls` or `secret`.
 *
 * @category models
 * @since 0.1.0
 */
export const Verdict = Schema.Struct({
  cause: Cause,
  rule: Schema.String,
  service: Schema.optionalKey(ServiceId),
  phase: Schema.optionalKey(Schema.Union([PhaseId, Schema.Literal("preflight")])),
  confidence: Confidence,
  title: Schema.String,
  explanation: Schema.String,
  actor: Actor,
  evidence: Schema.Array(Schema.Int),
  ruledOut: Schema.Array(Schema.String),
  notJudged: Schema.Array(Schema.String),
  remedies: Schema.Array(Remedy),
  wontHelp: Schema.Array(Schema.String),
  facts: Schema.Array(DatedFact)
}).annotate({ identifier: "Verdict" })
/** @category models @since 0.1.0 */
export interface Verdict extends Schema.Schema.Type<typeof Verdict> {}

/**
 * A judgement that is not a failure. `id` is snake_case from the list of `findings.ts`; `actor` is who must act, absent where
 * nobody must.
 *
 * @category models
 * @since 0.1.0
 */
export const Finding = Schema.Struct({
  id: Schema.String,
  state: Schema.Literals(["pass", "warn", "fail", "inconclusive"]),
  service: ServiceId,
  title: Schema.String,
  text: Schema.optionalKey(Schema.String),
  actor: Schema.optionalKey(Actor),
  remedies: Schema.Array(Remedy)
}).annotate({ identifier: "Finding" })
/** @category models @since 0.1.0 */
export interface Finding extends Schema.Schema.Type<typeof Finding> {}
