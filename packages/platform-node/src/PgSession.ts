/**
 * The one connection to PostgreSQL through which a process takes locks and writes journals.
 *
 * A lock belongs to the session of the server that took it and ends with it, whatever ends it. What is written goes
 * through the same session, so whoever has lost a lock can write nothing: `decisions/0001-locks-of-sessions.md`.
 *
 * @since 0.1.0
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import * as PgCodes from "./PgCodes.ts"

/**
 * A session. `run` runs one statement, in the order in which they are asked for, and cannot be interrupted: what was sent
 * is not taken back. It fails once the session is lost, and for ever.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly run: (
    sql: string,
    parameters: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<PgConnection.Row>, SqlError>
  /**
   * Writes lines behind the first `from` of a run. What several runs ask for while the server is busy goes in one statement, so
   * that they wait for the disk together; one that is refused does not touch the others.
   */
  readonly write: (lines: Lines) => Effect.Effect<void, SqlError>
  /** The runs whose locks this session has, or is about to have or to have released. */
  readonly held: Set<string>
}

/**
 * Lines of one run. `durable` waits until they survive the death of the machine.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lines {
  readonly run: string
  readonly from: number
  readonly lines: ReadonlyArray<string>
  readonly durable: boolean
}

/**
 * Sessions, one at a time. `current` is the one there is, or a new one where it was lost. A statement that is not answered
 * within `timeoutMillis` loses the session.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sessions {
  readonly current: Effect.Effect<Session, SqlError>
}

const insert =
  "insert into sonde_lines (run, n, line) select lines.* from unnest($1::text[], $2::integer[], $3::text[]) as lines"
/** Not waiting for the disk: what the server has survives the death of its clients. */
const insertSoon = `${insert}, (select set_config('synchronous_commit', 'off', true)) as setting`

/** Writes together what is asked for at once. */
const writer = (run: Session["run"]): Session["write"] => {
  interface Waiting extends Lines {
    readonly done: Deferred.Deferred<void, SqlError>
  }
  let waiting: ReadonlyArray<Waiting> = []
  let isWriting = false

  const inserted = (batch: ReadonlyArray<Waiting>) =>
    Effect.asVoid(run(batch.some(({ durable }) => durable) ? insert : insertSoon, [
      batch.flatMap(({ lines, run }) => lines.map(() => run)),
      batch.flatMap(({ from, lines }) => lines.map((_, index) => from + index + 1)),
      batch.flatMap(({ lines }) => lines)
    ]))

  const settle = (batch: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.flatMap(Effect.exit(inserted(batch)), (exit) => {
      const error = Option.getOrUndefined(Exit.findErrorOption(exit))
      return batch.length > 1 && error !== undefined && !PgCodes.isLost(error)
        ? Effect.forEach(batch, (one) => settle([one]), { discard: true })
        : Effect.sync(() => batch.forEach(({ done }) => Deferred.doneUnsafe(done, exit)))
    })

  const all: Effect.Effect<void> = Effect.suspend(() => {
    const batch = waiting
    waiting = []
    if (batch.length > 0) return Effect.andThen(settle(batch), all)
    isWriting = false
    return Effect.void
  })

  return (lines) =>
    Effect.uninterruptible(Effect.suspend(() => {
      const done = Deferred.makeUnsafe<void, SqlError>()
      waiting = [...waiting, { ...lines, done }]
      const written = Deferred.await(done)
      if (isWriting) return written
      isWriting = true
      // Of no run: the one that asks first does not wait for those that come later.
      return Effect.andThen(Effect.forkDetach(all), written)
    }))
}

/**
 * Opens sessions as they are asked for, and closes the last one with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(config: PgConnection.Config, timeoutMillis: number) {
  const scope = yield* Effect.scope
  let open: Session | undefined

  const connectedIn = (own: Scope.Closeable) =>
    Effect.gen(function*() {
      const connection = yield* PgConnection.make({ ...config, multiplex: true, keepAlive: "10 seconds" }).pipe(
        Scope.provide(own)
      )
      const lose = Effect.suspend(() => {
        if (open?.run === run) open = undefined
        return Scope.close(own, Exit.void)
      })
      const run: Session["run"] = (sql, parameters) =>
        connection.query(sql, parameters).pipe(
          Effect.timeoutOrElse({ duration: timeoutMillis, orElse: () => Effect.fail(PgCodes.late) }),
          Effect.tapError((error) => PgCodes.isLost(error) ? lose : Effect.void),
          Effect.map(({ rows }) => rows),
          Effect.uninterruptible
        )
      // A machine that vanished without a word holds its runs for 25 seconds, and not for the two hours of most systems.
      yield* run(
        `select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
          set_config('tcp_keepalives_count', '3', false)`,
        []
      )
      const session: Session = { run, write: writer(run), held: new Set() }
      open = session
      return session
    })

  const connected = Effect.flatMap(
    Scope.fork(scope),
    (own) => Effect.onError(connectedIn(own), (cause) => Scope.close(own, Exit.failCause(cause)))
  )

  let attempt: Fiber.Fiber<Session, SqlError> | undefined
  const begun = Effect.map(
    Effect.forkIn(Effect.ensuring(connected, Effect.sync(() => attempt = undefined)), scope),
    (fiber) => attempt = fiber
  )

  const sessions: Sessions = {
    // All who ask wait for the same attempt, and who stops waiting does not end it for the others.
    current: Effect.suspend(() =>
      open === undefined
        ? Effect.flatMap(attempt === undefined ? begun : Effect.succeed(attempt), Fiber.await).pipe(Effect.flatten)
        : Effect.succeed(open)
    )
  }
  return sessions
})
