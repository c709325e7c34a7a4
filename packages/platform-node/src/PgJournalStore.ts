/**
 * Keeps journals in PostgreSQL: a row of `sonde_runs` per run, a row of `sonde_lines` per line, for any number of processes.
 *
 * A lock is an advisory lock of the session that writes. A process that died, or was cut off, holds nothing as soon as the
 * server knows; one that lost its session writes nothing more to the runs it had open. Should two ever write to one run,
 * the primary key of its lines lets only one of them.
 *
 * @since 0.1.0
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { JournalError } from "@sonde/domain/Errors"
import { type JournalFile, JournalStore } from "@sonde/pipeline/JournalStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"
import * as PgCodes from "./PgCodes.ts"
import * as PgSession from "./PgSession.ts"

/** The key of a run's lock: the name of the run with a seed that nobody else is likely to have. */
const key = "hashtextextended($1::text, 495890637925)"

const statements = {
  lock: `select pg_try_advisory_lock(${key}) as held`,
  unlock: `select pg_advisory_unlock(${key})`,
  add: "insert into sonde_runs (run) values ($1) on conflict do nothing returning run",
  /** One row with a line of null for a run without lines, none for a run that is not there. */
  read: `select lines.n, lines.line from sonde_runs runs left join sonde_lines lines using (run)
    where runs.run = $1 order by lines.n`
} as const

/** Waits for whoever is making tables, so that two processes that start at once do not make them twice. */
const gate = "pg_advisory_xact_lock(495890637925)"

/**
 * Runs an effect while no other process runs one this way in the same database: `create table if not exists` fails where
 * two do it at once.
 *
 * @category combinators
 * @since 0.1.0
 */
export const exclusively = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R | PgClient.PgClient> =>
  Effect.flatMap(
    PgClient.PgClient,
    (client) => client.withTransaction(Effect.andThen(client.unsafe(`select ${gate}`), effect))
  )

const tables = Effect.gen(function*() {
  const client = (yield* PgClient.PgClient).withoutTransforms()
  const [found] = yield* client<{ readonly there: boolean; readonly encoding: string }>`select
    to_regclass('sonde_runs') is not null and to_regclass('sonde_lines') is not null as there,
    current_setting('server_encoding') as encoding`
  if (found?.encoding !== "UTF8") {
    return yield* new JournalError({
      reason: "ReadOnly",
      message: `the database keeps text as ${found?.encoding}; make one with the encoding UTF8`
    })
  }
  if (found.there) return
  yield* exclusively(Effect.gen(function*() {
    yield* client`create table if not exists sonde_runs (run text collate "C" primary key)`
    yield* client`create table if not exists sonde_lines (
      run text collate "C", n integer, line text not null, primary key (run, n))`
  }))
})

const locked = (run: string) =>
  new JournalError({
    reason: "Locked",
    run,
    message: `the run ${run} is being worked on at this moment; wait for it, or stop it`
  })

const notFound = (run: string) => new JournalError({ reason: "NotFound", run, message: `there is no run ${run}` })

interface Row {
  readonly n: number | null
  readonly line: string | null
}

/** The lines of a run, counted from 1 without a gap. */
const linesOf = (run: string, rows: ReadonlyArray<Row>): Effect.Effect<ReadonlyArray<string>, JournalError> => {
  if (rows.length === 0) return Effect.fail(notFound(run))
  const lines = rows.flatMap(({ line }) => line === null ? [] : [line])
  const last = rows.at(-1)?.n ?? 0
  return lines.length === last ? Effect.succeed(lines) : Effect.fail(
    new JournalError({
      reason: "Corrupt",
      run,
      message: `the journal of the run ${run} has ${lines.length} lines where the last one is number ${last}`
    })
  )
}

const make = Effect.fnUntraced(function*(timeoutMillis: number) {
  const pool = yield* PgClient.PgClient
  const client = pool.withoutTransforms()
  const sessions = yield* PgSession.make(pool.config, timeoutMillis)

  const failing = <A, R>(effect: Effect.Effect<A, SqlError | JournalError, R>, run?: string) =>
    Effect.mapError(effect, (error) => error._tag === "SqlError" ? PgCodes.failure(error, run) : error)

  /** Does not queue behind what is written. */
  const aside = <A>(effect: Effect.Effect<A, SqlError | JournalError>, run?: string) =>
    failing(Effect.timeoutOrElse(effect, { duration: timeoutMillis, orElse: () => Effect.fail(PgCodes.late) }), run)

  /** Reads, once more where the pool had a connection that was lost unnoticed. */
  const reading = <A>(effect: Effect.Effect<A, SqlError | JournalError>, run?: string) =>
    aside(
      Effect.retry(effect, { times: 2, while: (error) => error._tag === "SqlError" && PgCodes.isStale(error) }),
      run
    )

  /** Takes the lock of a run. A session that was lost unnoticed is found out here, and nothing has been done with it. */
  const lock = (run: string, again: boolean): Effect.Effect<PgSession.Session, SqlError | JournalError> =>
    Effect.gen(function*() {
      const session = yield* sessions.current
      // A session can take its lock twice, so that it is asked only once.
      if (session.held.has(run)) return yield* locked(run)
      session.held.add(run)
      const rows = yield* Effect.tapCause(
        session.run(statements.lock, [run]),
        () => Effect.sync(() => session.held.delete(run))
      )
      if (rows[0]?.held === true) return session
      session.held.delete(run)
      return yield* locked(run)
    }).pipe(
      Effect.catchIf(
        (error) => again && error._tag === "SqlError" && PgCodes.isStale(error),
        () => lock(run, false)
      )
    )

  const unlock = (session: PgSession.Session, run: string) =>
    Effect.andThen(Effect.ignore(session.run(statements.unlock, [run])), Effect.sync(() => session.held.delete(run)))

  const file = (session: PgSession.Session, run: string, lines: ReadonlyArray<string>): JournalFile => {
    // One append at a time: the place of the next one is known when the last has succeeded.
    const turn = Semaphore.makeUnsafe(1)
    let end = lines.length
    return {
      lines,
      append: (more, durable) =>
        turn.withPermit(Effect.suspend(() =>
          more.length === 0 ? Effect.void : Effect.uninterruptible(Effect.tap(
            failing(session.write({ run, from: end, lines: more, durable }), run),
            // What the server refused has left no gap behind.
            () => Effect.sync(() => void (end += more.length))
          ))
        )).pipe(Effect.asVoid)
    }
  }

  const hold = (
    run: string,
    begin: (session: PgSession.Session) => Effect.Effect<JournalFile, SqlError | JournalError>
  ) =>
    Effect.acquireRelease(
      failing(lock(run, true), run),
      (session) => unlock(session, run)
    ).pipe(Effect.flatMap((session) => failing(begin(session), run)))

  const rowsOf = (rows: ReadonlyArray<unknown>) => rows as ReadonlyArray<Row>

  return JournalStore.of({
    create: (run) =>
      hold(
        run,
        (session) =>
          Effect.flatMap(session.run(statements.add, [run]), (added) =>
            added.length === 1 ? Effect.succeed(file(session, run, [])) : Effect.fail(
              new JournalError({ reason: "ReadOnly", run, message: `there is a run ${run} already` })
            ))
      ),
    open: (run) =>
      hold(run, (session) =>
        session.run(statements.read, [run]).pipe(
          Effect.flatMap((rows) => linesOf(run, rowsOf(rows))),
          Effect.map((lines) => file(session, run, lines))
        )),
    read: (run) =>
      reading(Effect.flatMap(client.unsafe<Row>(statements.read, [run]), (rows) => linesOf(run, rows)), run),
    isHeld: (run) =>
      reading(
        Effect.map(
          client.unsafe(
            `select from pg_locks, (select ${key} as key) as wanted
            where locktype = 'advisory' and granted and objsubid = 1
              and database = (select oid from pg_database where datname = current_database())
              and (classid::bigint << 32 | objid::bigint) = key`,
            [run]
          ),
          (rows) => rows.length > 0
        ),
        run
      ),
    list: reading(
      Effect.map(
        client<{ readonly run: string }>`select run from sonde_runs order by run desc`,
        (rows) => rows.map(({ run }) => run)
      )
    ),
    remove: (run) =>
      aside(
        client.withTransaction(Effect.gen(function*() {
          const [lock] = yield* client.unsafe<{ readonly held: boolean }>(
            `select pg_try_advisory_xact_lock(${key}) as held`,
            [run]
          )
          const gone = yield* client`select from sonde_runs where run = ${run}`
          if (gone.length === 0) return yield* notFound(run)
          if (lock?.held !== true) return yield* locked(run)
          yield* client`delete from sonde_lines where run = ${run}`
          yield* client`delete from sonde_runs where run = ${run}`
        })),
        run
      )
  })
})

/**
 * Keeps journals in the database of a client, in tables that are made where they are not there. Writes through one more
 * connection than those of the client's pool, which has to be a session of its own: a pooler between, such as PgBouncer,
 * must be in session mode. A statement that takes longer than `timeoutMillis` (30,000) fails, and loses that connection.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: { readonly timeoutMillis?: number } = {}
): Layer.Layer<JournalStore, JournalError, PgClient.PgClient> =>
  Layer.effect(
    JournalStore,
    Effect.andThen(
      Effect.mapError(tables, (error) => error._tag === "SqlError" ? PgCodes.failure(error) : error),
      make(options.timeoutMillis ?? 30_000)
    )
  )
