/**
 * Records what passes, with secrets masked before they are kept.
 *
 * Two nets: a session hands over masked lines, so secret octets never arrive here; and whatever does arrive is
 * scrubbed of the run's known secrets in every encoding a server might echo them in.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"
import type { TranscriptLine } from "@sonde/domain/Transcript"

/**
 * The record of one run. `now` gives milliseconds since the run began.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recorder {
  /** Keeps a line and gives it the next number. */
  readonly record: (
    line: { readonly service: ServiceId; readonly dir: ">" | "<" | "="; readonly tls: boolean; readonly text: string }
  ) => TranscriptLine
  /** All lines so far, in order. */
  readonly lines: () => ReadonlyArray<TranscriptLine>
  /** Replaces every known secret in a text, whatever its encoding, by a mask token. */
  readonly scrub: (text: string) => string
}
