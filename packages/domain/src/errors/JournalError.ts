/**
 * Failures of the journal: of the pipeline, never of a phase.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The journal of a run cannot be written or read. `path` is the file or folder concerned, `run` the run asked for.
 * `Locked` means that another process works on the run at this moment.
 *
 * @category errors
 * @since 0.1.0
 */
export class JournalError extends Schema.TaggedError<JournalError>()("JournalError", {
  reason: Schema.Literals(["Full", "ReadOnly", "Corrupt", "Locked", "NotFound"]),
  message: Schema.String,
  run: Schema.optionalKey(Schema.String),
  path: Schema.optionalKey(Schema.String)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return this.reason === "Locked"
  }
}
