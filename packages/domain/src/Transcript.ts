/**
 * The record of a conversation, as recorded: secrets are mask tokens from the start.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ServiceId } from "./Service.ts"

/**
 * One line that passed. `n` counts from 1 over the whole run; `dir` is `>` sent, `<` received, `=` a remark of
 * ours; `atMillis` counts from the start of the run. `text` has no line end; secret octets stand as a mask token
 * such as `‹secret›`, written in place of the octets and never removed later.
 *
 * @category models
 * @since 0.1.0
 */
export const TranscriptLine = Schema.Struct({
  n: Schema.Int,
  service: ServiceId,
  dir: Schema.Literals([">", "<", "="]),
  tls: Schema.Boolean,
  atMillis: Schema.Finite,
  text: Schema.String
}).annotate({ identifier: "TranscriptLine" })
/** @category models @since 0.1.0 */
export interface TranscriptLine extends Schema.Schema.Type<typeof TranscriptLine> {}

/**
 * Lines in the order in which they passed.
 *
 * @category models
 * @since 0.1.0
 */
export const Transcript = Schema.Array(TranscriptLine)
/** @category models @since 0.1.0 */
export type Transcript = ReadonlyArray<TranscriptLine>
