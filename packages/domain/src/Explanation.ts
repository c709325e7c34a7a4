/**
 * The answer to a pasted text: what was read in it, and which causes fit, best first.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { PhaseId, Protocol } from "./Service.ts"
import { Verdict } from "./Verdict.ts"

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
 * What was read in the text: `text` is the innermost statement of a server or runtime.
 *
 * @category models
 * @since 0.1.0
 */
export const Read = Schema.Struct({
  protocol: Schema.optionalKey(Protocol),
  phase: Schema.optionalKey(PhaseId),
  code: Schema.optionalKey(Schema.Int),
  enhanced: Schema.optionalKey(Schema.String),
  text: Schema.String,
  provider: Schema.optionalKey(Schema.String),
  client: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Read" })
/** @category models @since 0.1.0 */
export interface Read extends Schema.Schema.Type<typeof Read> {}

/**
 * `id` is the asker's own, where many are asked at once. `unknown` has no verdicts: a guess is a defect. `success`
 * says what a reply that reports no failure means; its outcome is `unknown`, because there is no cause to name.
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
  verdicts: Schema.Array(Verdict)
}).annotate({ identifier: "Explanation" })
/** @category models @since 0.1.0 */
export interface Explanation extends Schema.Schema.Type<typeof Explanation> {}
