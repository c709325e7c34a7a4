/**
 * What the journal of a run says: one JSON document per line, in the order in which things happened.
 *
 * The journal holds no secret: secrets are not among the options, and every line of a conversation was masked when
 * it was recorded. Entries are only ever appended.
 *
 * @since 0.1.0
 */
import { Discovery } from "@sonde/domain/Discovery"
import { Endpoint } from "@sonde/domain/Endpoint"
import { errors, JournalError, PhaseError } from "@sonde/domain/Errors"
import { Event, masked } from "@sonde/domain/Event"
import { once } from "@sonde/domain/Once"
import { CheckOptions } from "@sonde/domain/Options"
import { Provider, ReportTarget } from "@sonde/domain/Report"
import { PhaseId, RunState, ServiceId } from "@sonde/domain/Service"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Fold from "./Fold.ts"

/**
 * How a secret can be asked for again: where it came from, never what it was.
 *
 * @category models
 * @since 0.1.0
 */
export const Sources = Schema.Struct({
  secret: Schema.optionalKey(Schema.Boolean),
  token: Schema.optionalKey(Schema.Boolean),
  /** That of another account, by which a message was to be read back. */
  readBack: Schema.optionalKey(Schema.Boolean)
})
/** @category models @since 0.1.0 */
export interface Sources extends Schema.Schema.Type<typeof Sources> {}

/**
 * An entry of the journal.
 *
 * - `run` opens the journal, `attempt` opens each further attempt with the options then in force
 * - `provider` tells what was recognised, `discovery` what settings were found where no pack knew any, `service` which endpoint a service was planned for
 * - `event` is an event as it was published, with its code masked; `version` and `subject` say what facts of a phase are facts of
 * - `intent` stands before something that must happen once
 * - `end` closes an attempt
 *
 * @category models
 * @since 0.1.0
 */
export const Entry = Schema.Union([
  Schema.Struct({
    entry: Schema.Literal("run"),
    schema: Schema.Literal("sonde.journal/1"),
    run: Schema.String,
    at: Schema.String,
    target: ReportTarget,
    options: CheckOptions,
    had: Sources
  }),
  Schema.Struct({ entry: Schema.Literal("attempt"), at: Schema.String, options: CheckOptions, had: Sources }),
  Schema.Struct({ entry: Schema.Literal("provider"), provider: Provider }),
  Schema.Struct({ entry: Schema.Literal("discovery"), discovery: Discovery }),
  Schema.Struct({ entry: Schema.Literal("service"), service: ServiceId, endpoint: Endpoint }),
  Schema.Struct({
    entry: Schema.Literal("event"),
    event: Event,
    version: Schema.optionalKey(Schema.Int),
    subject: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    entry: Schema.Literal("intent"),
    at: Schema.String,
    service: ServiceId,
    phase: PhaseId,
    subject: Schema.String,
    messageId: Schema.String
  }),
  Schema.Struct({
    entry: Schema.Literal("end"),
    at: Schema.String,
    seq: Schema.Int,
    state: RunState,
    durationMillis: Schema.Finite,
    resumeAfter: Schema.optionalKey(Schema.String)
  })
])
/** @category models @since 0.1.0 */
export type Entry = typeof Entry.Type

const isPhaseError = (value: unknown): value is PhaseError =>
  value instanceof Error && "_tag" in value && typeof value._tag === "string" && value._tag in errors

const encodeError = once(() => Schema.encodeSync(Schema.toCodecJson(PhaseError)))
const decodeEntry = once(() => Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.toCodecJson(Entry))))

/**
 * One line for an entry, without a line end. Everything but a typed error is plain data already.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toLine = (entry: Entry): string =>
  // Most entries are lines of a conversation, and only the end of a phase can hold a typed error.
  entry.entry === "event" && entry.event.type === "phase.end" && entry.event.phase.error !== undefined
    ? JSON.stringify(entry, withErrors)
    : JSON.stringify(entry.entry === "event" ? { ...entry, event: masked(entry.event) } : entry)

function withErrors(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // The holder's own value: an error would arrive here as what its `toJSON` makes of it.
  const own = this[key]
  return isPhaseError(own) ? encodeError()(own) : value
}

/**
 * Reads the entries of a journal. A line that is no entry makes the journal `Corrupt`; the message names it.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromLines = (
  run: string,
  lines: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Entry>, JournalError> =>
  Effect.forEach(lines, (line, index) =>
    Effect.mapError(
      decodeEntry()(line),
      () =>
        new JournalError({
          reason: "Corrupt",
          run,
          message: `line ${index + 1} of the journal of run ${run} is not what Sonde writes`
        })
    ))

/**
 * The history that the lines of a journal tell. An empty journal is `NotFound`: its run died before it began.
 *
 * @category decoding
 * @since 0.1.0
 */
export const history = (run: string, lines: ReadonlyArray<string>): Effect.Effect<Fold.History, JournalError> =>
  Effect.flatMap(fromLines(run, lines), (entries) => {
    const found = Fold.fromEntries(entries)
    return found === undefined
      ? Effect.fail(
        new JournalError({
          reason: lines.length === 0 ? "NotFound" : "Corrupt",
          run,
          message: lines.length === 0
            ? `the run ${run} ended before it began; "sonde forget ${run}" removes it`
            : `the journal of run ${run} does not begin like one`
        })
      )
      : Effect.succeed(found)
  })
