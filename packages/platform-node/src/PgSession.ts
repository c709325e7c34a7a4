/**
 * The one connection to PostgreSQL through which a process takes locks and writes journals.
 *
 * A lock belongs to the session of the server that took it and ends with it, whatever ends it. What is written goes
 * through the same session, so whoever has lost a lock can write nothing: `decisions/0001-locks-of-sessions.md`.
 *
 * @since 0.1.0
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
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
  /** The runs whose locks this session has, or is about to have or to have released. */
  readonly held: Set<string>
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

const late = new SqlError({
  reason: new ConnectionError({
    cause: new Error("no answer"),
    message: "PgConnection: Connection timed out",
    operation: "query"
  })
})

/**
 * Opens sessions as they are asked for, and closes the last one with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(config: PgConnection.Config, timeoutMillis: number) {
  const scope = yield* Effect.scope
  const door = yield* Semaphore.make(1)
  let open: Session | undefined

  const connected = Effect.gen(function*() {
    const own = yield* Scope.fork(scope)
    const connection = yield* PgConnection.make({ ...config, multiplex: true, keepAlive: "10 seconds" }).pipe(
      Scope.provide(own),
      Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
    )
    const lose = Effect.suspend(() => {
      if (open === session) open = undefined
      return Scope.close(own, Exit.void)
    })
    const session: Session = {
      held: new Set(),
      run: (sql, parameters) =>
        connection.query(sql, parameters).pipe(
          Effect.timeoutOrElse({ duration: timeoutMillis, orElse: () => Effect.fail(late) }),
          Effect.tapError((error) => PgCodes.isLost(error) ? lose : Effect.void),
          Effect.map(({ rows }) => rows),
          Effect.uninterruptible
        )
    }
    open = session
    return session
  })

  const sessions: Sessions = {
    current: Effect.suspend(() =>
      open === undefined
        ? door.withPermit(Effect.suspend(() => open === undefined ? connected : Effect.succeed(open)))
        : Effect.succeed(open)
    )
  }
  return sessions
})
