/**
 * Knowledge: causes of pasted texts, settings of mailboxes, and packs.
 *
 * @since 0.1.0
 */
import { Discovery } from "@sonde/domain/Discovery"
import { Explanation, Hints } from "@sonde/domain/Explanation"
import { CheckOptions } from "@sonde/domain/Options"
import { Actor, Confidence, DatedFact, Remedy } from "@sonde/domain/Verdict"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Authorization } from "./Authorization.ts"
import { InvalidOption, NotFound, Stopping, TargetDenied, TooManyRuns } from "./Problems.ts"

/**
 * A text to explain, with what is known of it besides its words.
 *
 * @category models
 * @since 0.1.0
 */
export const ExplainText = Schema.Struct({
  text: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(1_048_576)),
  ...Hints.fields
}).annotate({ identifier: "ExplainText" })
/** @category models @since 0.1.0 */
export interface ExplainText extends Schema.Schema.Type<typeof ExplainText> {}

/**
 * Whose settings are looked for: a mailbox or a domain. `timeout` is for each source; with `offline` the packs alone are asked.
 * `dns`, `connectTo` and `ca` are as for a run.
 *
 * @category models
 * @since 0.1.0
 */
export const FindSettings = Schema.Struct({
  target: Schema.String.check(Schema.isMaxLength(320)),
  provider: Schema.optionalKey(Schema.String),
  timeout: Schema.optionalKey(Schema.String),
  offline: Schema.optionalKey(Schema.Boolean),
  dns: CheckOptions.fields.dns,
  connectTo: CheckOptions.fields.connectTo,
  ca: CheckOptions.fields.ca
}).annotate({ identifier: "FindSettings" })
/** @category models @since 0.1.0 */
export interface FindSettings extends Schema.Schema.Type<typeof FindSettings> {}

/**
 * A pack in a listing.
 *
 * @category models
 * @since 0.1.0
 */
export const PackSummary = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["provider", "software", "generic"]),
  version: Schema.String,
  aliases: Schema.Array(Schema.String)
}).annotate({ identifier: "PackSummary" })
/** @category models @since 0.1.0 */
export interface PackSummary extends Schema.Schema.Type<typeof PackSummary> {}

/**
 * A rule of a pack, for reading: `when` says in words what it matches.
 *
 * @category models
 * @since 0.1.0
 */
export const PackRule = Schema.Struct({
  id: Schema.String,
  cause: Schema.String,
  title: Schema.String,
  explanation: Schema.String,
  actor: Actor,
  confidence: Confidence,
  when: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String })),
  remedies: Schema.Array(Remedy),
  wontHelp: Schema.Array(Schema.String),
  facts: Schema.Array(DatedFact)
}).annotate({ identifier: "PackRule" })
/** @category models @since 0.1.0 */
export interface PackRule extends Schema.Schema.Type<typeof PackRule> {}

/**
 * What a pack knows, for reading. Texts hold placeholders such as `{mailbox}` as they stand in the pack.
 *
 * @category models
 * @since 0.1.0
 */
export const PackPage = Schema.Struct({
  ...PackSummary.fields,
  reviewBy: Schema.String,
  endpoints: Schema.Array(Schema.Struct({
    service: Schema.String,
    host: Schema.String,
    port: Schema.Int,
    security: Schema.String,
    note: Schema.optionalKey(Schema.String)
  })),
  limits: Schema.Array(Schema.Struct({ text: Schema.String, source: Schema.optionalKey(Schema.String) })),
  rules: Schema.Array(PackRule)
}).annotate({ identifier: "PackPage" })
/** @category models @since 0.1.0 */
export interface PackPage extends Schema.Schema.Type<typeof PackPage> {}

/**
 * The group of knowledge.
 *
 * @category groups
 * @since 0.1.0
 */
export class KnowledgeApi extends HttpApiGroup.make("knowledge")
  .add(
    HttpApiEndpoint.post("explain", "/explain", { payload: ExplainText, success: Explanation }),
    HttpApiEndpoint.post("discover", "/discover", {
      payload: FindSettings,
      success: Discovery,
      error: [InvalidOption, TargetDenied, TooManyRuns, Stopping]
    }),
    HttpApiEndpoint.get("packs", "/packs", { success: Schema.Array(PackSummary) }),
    HttpApiEndpoint.get("pack", "/packs/:id", { params: { id: Schema.String }, success: PackPage, error: NotFound })
  )
  .middleware(Authorization)
  .prefix("/v1")
{}
