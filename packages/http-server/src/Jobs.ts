/**
 * The run that a server works on, as its readers see it: the frames so far, and a bell for the next one.
 *
 * Plain objects, changed in place by the one fiber that works on the run.
 */
import * as Effect from "effect/Effect"
import type { Frame } from "./Frames.ts"

/** A run at work. Frames before the first one here stand in the journal. */
export interface Job {
  readonly run: string
  state: "queued" | "running"
  readonly frames: Array<Frame>
  isOver: boolean
  readonly bells: Set<() => void>
}

/** A run that waits for its place. */
export const make = (run: string): Job => ({ run, state: "queued", frames: [], isOver: false, bells: new Set() })

const ring = (job: Job): void => {
  const bells = [...job.bells]
  job.bells.clear()
  for (const bell of bells) bell()
}

/** Adds a frame and wakes the readers. */
export const tell = (job: Job, frame: Frame): void => {
  job.frames.push(frame)
  ring(job)
}

/** Puts a frame in the place of one that was told, for readers who come later. */
export const retell = (job: Job, frame: Frame): void => {
  const at = job.frames.findIndex(({ seq }) => seq === frame.seq)
  if (at >= 0) job.frames[at] = frame
}

/** Says that no frame comes any more. */
export const end = (job: Job): void => {
  job.isOver = true
  ring(job)
}

/** Waits for the next frame, or the end. */
export const next = (job: Job): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (job.isOver) return resume(Effect.void)
    const bell = (): void => resume(Effect.void)
    job.bells.add(bell)
    return Effect.sync(() => job.bells.delete(bell))
  })

/** The frames with a number above `after`; they are in order. */
export const behind = (job: Job, after: number): ReadonlyArray<Frame> => {
  const from = job.frames.findIndex(({ seq }) => seq > after)
  return from < 0 ? [] : job.frames.slice(from)
}
