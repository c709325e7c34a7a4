/**
 * The one place through which everything that a run tells passes: it numbers events, keeps the history, writes
 * the journal and hands events to whoever listens.
 *
 * Nothing is told before it is kept: whoever saw an event finds the same one under its number after a crash. Lines of a
 * conversation are therefore told together with the next entry of their phase, with which they are written; every other
 * entry is written before the effect that publishes it succeeds.
 *
 * @since 0.1.0
 */
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
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
  let waiting: Array<Journal.Entry> = []
  let isDurable = false
  let seq = history.seq
  // Services run side by side: what one of them writes must not overtake what another was numbered before.
  const turn = Semaphore.makeUnsafe(1).withPermits(1)

  const at = (): string => iso(clock.currentTimeMillisUnsafe())

  const tell = (entries: ReadonlyArray<Journal.Entry>): void => {
    for (const entry of entries) {
      if (entry.entry === "event") listen(entry.event)
    }
  }

  /** Writes everything that waits, and then tells it. What could not be written waits on. */
  const drain = (append: JournalFile["append"]): Effect.Effect<void, JournalError> =>
    Effect.suspend(() => {
      if (waiting.length === 0) return Effect.void
      const entries = waiting
      const durable = isDurable
      waiting = []
      isDurable = false
      const back = (): void => {
        waiting = entries.concat(waiting)
        isDurable ||= durable
      }
      return append(entries.map(Journal.toLine), durable).pipe(
        Effect.tapError(() => Effect.sync(back)),
        Effect.andThen(Effect.sync(() => tell(entries)))
      )
    })

  const flush = (added: ReadonlyArray<Journal.Entry>, durable: boolean): Effect.Effect<void, JournalError> => {
    waiting.push(...added)
    isDurable ||= durable
    if (file !== undefined) return turn(drain(file.append))
    const entries = waiting
    waiting = []
    return Effect.sync(() => tell(entries))
  }

  const number = (body: EventBody): Event => {
    seq += 1
    // The end is told when the attempt was closed, as whoever reads the journal later tells it.
    const moment = body.type === "run.end" && history.isEnded ? history.at : at()
    const head = { schema: "sonde.event/1" as const, run: history.run, seq, at: moment }
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
        // The report of `run.end` is a fold over what stands in the journal already.
        return event.type === "run.end"
          ? Effect.andThen(flush([], false), Effect.sync(() => listen(event)))
          : flush([entry], false)
      }),
    line: (line) => {
      waiting.push(keep(number({ type: "exchange", line })))
    }
  }
}
