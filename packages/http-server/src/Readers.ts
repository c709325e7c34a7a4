/**
 * What a reader of a run is sent: its events as server-sent events (WHATWG HTML section 9.2), each once and in order, from any
 * number on.
 *
 * Events of a run at work come from memory, as octets that all its readers share; what was told before, also before a restart of the
 * server, comes from its journal. A slow reader holds nothing but its own place.
 */
import type { JournalFailed, NotFound } from "@sonde/http-api/Problems"
import { Sonde } from "@sonde/sonde"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Desk } from "./Desk.ts"
import * as Failures from "./Failures.ts"
import * as Frames from "./Frames.ts"
import * as Jobs from "./Jobs.ts"
import { Settings } from "./Settings.ts"

/** How often a run is looked at that another process works on. */
const pollMillis = 500

/** What is told within this time goes out as one piece: nobody sees the difference, and a thousand readers cost a fifth. */
const gatherMillis = 20

/** The events of runs for their readers. */
export class Readers extends Context.Service<Readers, {
  /**
   * The octets of a stream with the events of a run, given by its whole id, that have a number above `after`. It ends when the run
   * has come to rest, and lives as long as the run does.
   */
  read(run: string, after: number): Effect.Effect<Stream.Stream<Uint8Array>, NotFound | JournalFailed>
}>()("@sonde/http-server/Readers") {
  static readonly layer = Layer.effect(Readers, Effect.suspend(() => make))
}

/** One answer to "what comes next": octets, the number of the last event in them, and whether that was all. */
interface Next {
  readonly octets: Uint8Array
  readonly cursor: number
  readonly isOver: boolean
}

const next = (frames: ReadonlyArray<Frames.Frame>, cursor: number, isOver: boolean): Next => ({
  octets: Frames.together(frames),
  cursor: frames.at(-1)?.seq ?? cursor,
  isOver
})

const make = Effect.gen(function*() {
  const settings = yield* Settings
  const sonde = yield* Sonde
  const desk = yield* Desk

  const told = (run: string, cursor: number) =>
    Effect.map(sonde.replay(run, cursor), ({ events, isEnded }) => ({ frames: events.map(Frames.fromEvent), isEnded }))

  /** What a run at work says next: the part that is not in memory first, then what is, then what comes. */
  const ofJob = Effect.fnUntraced(function*(job: Jobs.Job, cursor: number) {
    const known = Jobs.behind(job, cursor)
    if (known.length > 0 && known[0]!.seq === cursor + 1) return next(known, cursor, false)
    if (known.length > 0 || (job.frames.length === 0 && cursor === 0)) {
      const { frames } = yield* told(job.run, cursor)
      const first = job.frames[0]?.seq ?? Infinity
      const before = frames.filter(({ seq }) => seq < first)
      if (before.length > 0) return next(before, cursor, false)
    }
    if (known.length > 0) return next(known, cursor, false)
    if (job.isOver) return next([], cursor, true)
    const isAwake = yield* Effect.timeoutOption(Jobs.next(job), settings.heartbeatMillis)
    if (Option.isNone(isAwake)) return { octets: Frames.heartbeat, cursor, isOver: false }
    if (!job.isOver) yield* Effect.sleep(gatherMillis)
    return next([], cursor, false)
  })

  /** What a run says that nobody here works on. */
  const ofJournal = Effect.fnUntraced(function*(run: string, cursor: number) {
    const { frames, isEnded } = yield* told(run, cursor)
    if (isEnded) return next(frames, cursor, true)
    if (frames.length > 0) return next(frames, cursor, false)
    // Its process died, or is another one that still works on it.
    const isFree = yield* Effect.isSuccess(sonde.settle(run))
    if (!isFree) yield* Effect.sleep(pollMillis)
    return next([], cursor, false)
  })

  return Readers.of({
    read: Effect.fn("Readers.read")(function*(run, after) {
      // A run that cannot be read is a problem; once a stream has begun it can only end.
      if (desk.job(run) === undefined) yield* Effect.mapError(sonde.replay(run, after), Failures.reading)
      let job = desk.job(run)
      const steps = Stream.unfold(
        { cursor: after, isOver: false },
        ({ cursor, isOver }) =>
          isOver ? Effect.undefined : Effect.suspend(() => {
            job ??= desk.job(run)
            return job === undefined ? ofJournal(run, cursor) : ofJob(job, cursor)
          }).pipe(
            Effect.catch((error) =>
              Effect.as(
                Effect.annotateLogs(Effect.logWarning(`a reader is left alone: ${error.reason}`), { run }),
                next([], cursor, true)
              )
            ),
            Effect.map((found) => [found.octets, { cursor: found.cursor, isOver: found.isOver }] as const)
          )
      )
      return Stream.concat(Stream.succeed(Frames.hello), Stream.filter(steps, ({ length }) => length > 0))
    })
  })
})
