/**
 * Tells again what a run told: its events out of its journal, number by number the same as when they happened.
 *
 * Pure. `run.end` is not written when it is told: its report is a fold over what stands before it, made here again.
 *
 * @since 0.1.0
 */
import type { Event } from "@sonde/domain/Event"
import * as Fold from "./Fold.ts"
import type { Entry } from "./Journal.ts"

/**
 * What a journal has told. `isEnded` says that the last attempt is over: nothing more comes unless the run is resumed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Told {
  readonly events: ReadonlyArray<Event>
  readonly isEnded: boolean
}

/**
 * The events of a journal with a number above `after`, in order, without a gap. Entries that do not begin like a journal tell
 * nothing.
 *
 * @category combinators
 * @since 0.1.0
 */
export const events = (entries: ReadonlyArray<Entry>, after: number): Told => {
  const [first, ...rest] = entries
  if (first === undefined || first.entry !== "run") return { events: [], isEnded: false }
  const history = Fold.begin(first)
  const told: Array<Event> = []
  for (const entry of rest) {
    const before = history.seq
    Fold.add(history, entry)
    if (entry.entry === "event" && entry.event.seq > after) told.push(entry.event)
    if (entry.entry === "end" && entry.seq > before && entry.seq > after) {
      const { at, seq } = entry
      told.push({ schema: "sonde.event/1", run: history.run, seq, at, type: "run.end", report: Fold.report(history) })
    }
  }
  return { events: told, isEnded: history.isEnded }
}
