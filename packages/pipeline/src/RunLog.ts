/**
 * The one place through which everything that a run tells passes: it numbers events, keeps the history, writes
 * the journal and hands events to whoever listens.
 *
 * Lines of a conversation are handed on at once and written together with the next entry of their phase; every
 * other entry is written before the effect that publishes it succeeds.
 *
 * @since 0.1.0
 */
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fold from "./Fold.ts"
import * as Journal from "./Journal.ts"
import type { JournalFile } from "./JournalStore.ts"
import { iso } from "./Moment.ts"

type Head = "schema" | "run" | "seq" | "at"
type Body<E> = E extends Event ? Omit<E, Head> : never

/**
 * An event without its head.
 *
 * @category models
 * @since 0.1.0
 */
export type EventBody = Body<Event>

/**
 * Writes down and tells what happens in one attempt of a run.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunLog {
  readonly history: Fold.History
  /** Publishes an event and writes it; `facts` says what the facts of a phase are facts of. */
  readonly publish: (
    event: EventBody,
    facts?: { readonly version: number; readonly subject: string }
  ) => Effect.Effect<void, JournalError>
  /** Writes an entry that is no event. With `durable` it survives the death of the machine. */
  readonly write: (entry: Journal.Entry, durable?: boolean) => Effect.Effect<void, JournalError>
  /** Takes a line of a conversation; called by the recorder. */
  readonly line: (line: TranscriptLine) => void
  /** The moment as events name it. */
  readonly at: () => string
}

/**
 * Makes the log of an attempt over an open journal. Without a `file` nothing is written, and so nothing encoded.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly history: Fold.History
  readonly file: JournalFile | undefined
  readonly clock: Clock.Clock
  readonly listen: (event: Event) => void
}): RunLog => {
  const { clock, file, history, listen } = options
  const waiting: Array<Journal.Entry> = []
  let seq = history.seq

  const at = (): string => iso(clock.currentTimeMillisUnsafe())

  const flush = (entries: ReadonlyArray<Journal.Entry>, durable: boolean): Effect.Effect<void, JournalError> => {
    if (file === undefined) return Effect.void
    const lines = waiting.splice(0).concat(entries).map(Journal.toLine)
    return lines.length === 0 ? Effect.void : file.append(lines, durable)
  }

  const number = (body: EventBody): Event => {
    seq += 1
    const head = { schema: "sonde.event/1" as const, run: history.run, seq, at: at() }
    // The cast joins head and body again, which `Body` took apart.
    return { ...head, ...body } as Event
  }

  const keep = (event: Event, facts?: { readonly version: number; readonly subject: string }): Journal.Entry => {
    const entry: Journal.Entry = { entry: "event", event, ...facts }
    Fold.add(history, entry)
    return entry
  }

  const write = (entry: Journal.Entry, durable = false) =>
    Effect.suspend(() => {
      Fold.add(history, entry)
      return flush([entry], durable)
    })

  return {
    history,
    at,
    write,
    publish: (body, facts) =>
      Effect.suspend(() => {
        const event = number(body)
        const entry = keep(event, facts)
        listen(event)
        // The report of `run.end` is a fold over what stands in the journal already.
        return event.type === "run.end" ? flush([], false) : flush([entry], false)
      }),
    line: (line) => {
      const event = number({ type: "exchange", line })
      const entry = keep(event)
      if (file !== undefined) waiting.push(entry)
      listen(event)
    }
  }
}
