/**
 * Where journals are kept: one append-only sequence of lines per run, with a lock while somebody writes.
 *
 * The interface only, and a store in memory. What a line means is the business of `Journal.ts`.
 *
 * @since 0.1.0
 */
import { JournalError } from "@sonde/domain/Errors"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

/**
 * A journal that is open for writing, and locked until the scope closes.
 *
 * @category models
 * @since 0.1.0
 */
export interface JournalFile {
  /** The complete lines that were there when it was opened; a torn last line has been dropped. */
  readonly lines: ReadonlyArray<string>
  /**
   * Appends lines in order. When the effect succeeds they survive the death of this process; with `durable` also
   * that of the machine.
   */
  readonly append: (lines: ReadonlyArray<string>, durable: boolean) => Effect.Effect<void, JournalError>
}

/**
 * Keeps journals.
 *
 * @category services
 * @since 0.1.0
 */
export class JournalStore extends Context.Service<JournalStore, {
  /** Opens the journal of a new run. */
  create(run: string): Effect.Effect<JournalFile, JournalError, Scope.Scope>
  /** Opens an existing journal to go on with it: `NotFound`, or `Locked` while another process has it open. */
  open(run: string): Effect.Effect<JournalFile, JournalError, Scope.Scope>
  /** Reads without a lock; a torn last line is left out. */
  read(run: string): Effect.Effect<ReadonlyArray<string>, JournalError>
  /** Whether somebody has the run open for writing at this moment, this process included. A run that is not there is not. */
  isHeld(run: string): Effect.Effect<boolean, JournalError>
  /** The ids of all runs, newest first. */
  readonly list: Effect.Effect<ReadonlyArray<string>, JournalError>
  /** Removes a run for good: `Locked` while it is open. */
  remove(run: string): Effect.Effect<void, JournalError>
}>()("@sonde/pipeline/JournalStore") {
  /** Keeps journals in the memory of this process. */
  static readonly layerMemory = Layer.sync(JournalStore, () => {
    const journals = new Map<string, Array<string>>()
    const open = new Set<string>()

    const notFound = (run: string) => new JournalError({ reason: "NotFound", run, message: `there is no run ${run}` })

    const hold = (run: string, lines: Array<string>) =>
      Effect.acquireRelease(
        Effect.suspend(() => {
          if (open.has(run)) {
            return Effect.fail(
              new JournalError({ reason: "Locked", run, message: `the run ${run} is being worked on at this moment` })
            )
          }
          open.add(run)
          return Effect.succeed<JournalFile>({
            lines: [...lines],
            append: (more) => Effect.sync(() => void lines.push(...more))
          })
        }),
        () => Effect.sync(() => open.delete(run))
      )

    return JournalStore.of({
      create: (run) =>
        Effect.suspend(() => {
          const lines: Array<string> = []
          journals.set(run, lines)
          return hold(run, lines)
        }),
      open: (run) =>
        Effect.suspend(() => {
          const lines = journals.get(run)
          return lines === undefined ? Effect.fail(notFound(run)) : hold(run, lines)
        }),
      read: (run) =>
        Effect.suspend(() => {
          const lines = journals.get(run)
          return lines === undefined ? Effect.fail(notFound(run)) : Effect.succeed([...lines])
        }),
      isHeld: (run) => Effect.sync(() => open.has(run)),
      list: Effect.sync(() => [...journals.keys()].sort().reverse()),
      remove: (run) =>
        Effect.suspend(() => {
          if (open.has(run)) {
            return Effect.fail(
              new JournalError({ reason: "Locked", run, message: `the run ${run} is being worked on at this moment` })
            )
          }
          return journals.delete(run) ? Effect.void : Effect.fail(notFound(run))
        })
    })
  })

  /** Keeps nothing: for a recipe that is run for its typed result. */
  static readonly layerNone = Layer.succeed(
    JournalStore,
    JournalStore.of({
      create: () => Effect.succeed({ lines: [], append: () => Effect.void }),
      open: (run) => Effect.fail(new JournalError({ reason: "NotFound", run, message: `there is no run ${run}` })),
      read: (run) => Effect.fail(new JournalError({ reason: "NotFound", run, message: `there is no run ${run}` })),
      isHeld: () => Effect.succeed(false),
      list: Effect.succeed([]),
      remove: (run) => Effect.fail(new JournalError({ reason: "NotFound", run, message: `there is no run ${run}` }))
    })
  )
}

/** A whole id: a ULID, which is not the beginning of another one. */
const whole = /^[0-9A-HJKMNP-TV-Z]{26}$/u

/**
 * The one run that begins with a prefix: `NotFound` for none, and for several, whose ids the message then names. A whole id is
 * taken as it is, without a look at the list: whoever reads or opens the run then finds out.
 *
 * @category combinators
 * @since 0.1.0
 */
export const find = Effect.fnUntraced(function*(prefix: string) {
  const store = yield* JournalStore
  const wanted = prefix.toUpperCase()
  if (wanted === "") {
    return yield* new JournalError({
      reason: "NotFound",
      run: prefix,
      message: "no run was named; \"sonde runs\" lists those there are"
    })
  }
  if (whole.test(wanted)) return wanted
  const found = (yield* store.list).filter((run) => run.startsWith(wanted))
  const [only, ...others] = found
  if (only === undefined) {
    return yield* new JournalError({
      reason: "NotFound",
      run: prefix,
      message: `there is no run ${prefix}; "sonde runs" lists those there are`
    })
  }
  if (others.length > 0 && only !== wanted) {
    return yield* new JournalError({
      reason: "NotFound",
      run: prefix,
      message: `${prefix} is the beginning of ${found.length} runs: ${found.slice(0, 5).join(", ")}${
        found.length > 5 ? " and so on" : ""
      }`
    })
  }
  return only
})
