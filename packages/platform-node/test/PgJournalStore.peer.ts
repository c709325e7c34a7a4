/** Journals in a real PostgreSQL: what a lost session, a frozen process and a refusing server do to them. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as PgJournalStore from "@sonde/platform-node/PgJournalStore"
import * as Postgres from "@sonde/testkit/peers/Postgres"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { another, behaviours, made, onceFree, reasonOf, run, wordOf } from "./journals.ts"

const problem = Postgres.problem()
if (problem !== undefined) process.stderr.write(`PgJournalStore.peer.ts: ${problem}, nothing of it is checked\n`)

const scope = Scope.makeUnsafe()
let postgres: Postgres.Postgres
let count = 0

beforeAll(async () => {
  if (problem === undefined) postgres = await Effect.runPromise(Scope.provide(Postgres.make, scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const storeAt = (url: string, options?: Parameters<typeof PgJournalStore.layer>[0]) =>
  Effect.map(
    Layer.build(
      PgJournalStore.layer(options).pipe(
        Layer.provide(Layer.orDie(PgClient.layer({ url: Redacted.make(url), maxConnections: 3 })))
      )
    ),
    (context) => Context.get(context, JournalStore)
  )

interface Place {
  readonly store: JournalStore["Service"]
  readonly url: string
  readonly another: (deed: string) => Effect.Effect<ChildProcess, never, Scope.Scope>
  readonly sql: (text: string) => ReadonlyArray<string>
}

/** A database of its own for one test. */
const placeWith = (options?: Parameters<typeof PgJournalStore.layer>[0]) =>
  Effect.gen(function*() {
    const name = `t${count++}`
    const url = postgres.database(name)
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-pg-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
    )
    const place: Place = {
      store: yield* Effect.orDie(storeAt(url, options)),
      url,
      another: (deed) => another(folder, deed, { database: url }),
      sql: (text) => postgres.sql(name, text)
    }
    return place
  })
const place = placeWith()

/** The server's processes that hold locks of runs in this database. */
const holders = `select pid from pg_locks where locktype = 'advisory' and objsubid = 1
  and database = (select oid from pg_database where datname = current_database())`

describe.skipIf(problem !== undefined)("a journal", () => {
  behaviours.ofOne(place)

  it.live("is read with psql, a line a row", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      yield* made(store, "{\"a\":1}", "{\"b\":2}")
      assert.deepStrictEqual(sql("select run, n, line::json->>'b' from sonde_lines order by n"), [
        `${run}|1|`,
        `${run}|2|2`
      ])
    }))

  it.live("waits for the disk where it is to survive the machine, and only there", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      // The server tells in its log of statements what it was set to when they were committed.
      sql(`create function setting() returns trigger language plpgsql as
        $$ begin new.line := new.line || current_setting('synchronous_commit'); return new; end $$`)
      sql("create trigger setting before insert on sonde_lines for each row execute function setting()")
      yield* Effect.scoped(Effect.gen(function*() {
        const { append } = yield* store.create(run)
        yield* append(["1 "], true)
        yield* append(["2 "], false)
        yield* append(["3 "], true)
      }))
      assert.deepStrictEqual(yield* store.read(run), ["1 on", "2 off", "3 on"])
    }))

  it.live("with a line missing is Corrupt to whoever opens or reads it", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      yield* made(store, "1", "2", "3")
      sql("delete from sonde_lines where n = 2")
      assert.strictEqual(yield* reasonOf(store.read(run)), "Corrupt")
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Corrupt")
      assert.isFalse(yield* store.isHeld(run))
    }))

  it.live("has no gap where an append was refused", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      sql("alter table sonde_lines add constraint small check (length(line) < 5)")
      yield* Effect.scoped(Effect.gen(function*() {
        const { append } = yield* store.create(run)
        yield* append(["1"], false)
        yield* Effect.flip(append(["2", "too long"], false))
        yield* append(["3"], false)
      }))
      assert.deepStrictEqual(yield* store.read(run), ["1", "3"])
    }))

  it.live("is written although what another run writes with it is refused", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      sql("alter table sonde_lines add constraint small check (length(line) < 5)")
      sql("create table statements (xid xid8, n integer)")
      sql(`create function counted() returns trigger language plpgsql as
        $$ begin insert into statements select pg_current_xact_id(), count(*) from lines; return null; end $$`)
      sql(`create trigger counted after insert on sonde_lines referencing new table as lines
        for each statement execute function counted()`)
      const runs = Array.from({ length: 20 }, (_, index) => `${run.slice(0, -2)}${10 + index}`)
      const refused = yield* Effect.scoped(Effect.gen(function*() {
        const files = yield* Effect.forEach(runs, (name) => store.create(name))
        const append = (lines: (index: number) => ReadonlyArray<string>) =>
          Effect.forEach(files, (file, index) => Effect.exit(file.append(lines(index), index % 7 === 0)), {
            concurrency: "unbounded"
          })
        yield* append(() => ["1", "2"])
        const exits = yield* append((index) => index === 11 ? ["too long"] : ["3"])
        yield* append(() => ["4"])
        return exits.map((exit) => Exit.isFailure(exit)).indexOf(true)
      }))
      assert.strictEqual(refused, 11)
      for (const [index, name] of runs.entries()) {
        assert.deepStrictEqual(yield* store.read(name), index === 11 ? ["1", "2", "4"] : ["1", "2", "3", "4"])
      }
      // Twenty runs together took fewer statements than each by itself.
      assert.isAbove(Math.max(...sql("select n from statements").map(Number)), 20)
    }))

  it.live("refuses the second writer where somebody wrote without its lock", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      yield* Effect.scoped(Effect.gen(function*() {
        const { append } = yield* store.create(run)
        sql(`insert into sonde_lines values ('${run}', 1, 'of another')`)
        assert.strictEqual(yield* reasonOf(append(["mine"], false)), "Locked")
      }))
      assert.deepStrictEqual(yield* store.read(run), ["of another"])
    }))
})

describe.skipIf(problem !== undefined)("a lock", () => {
  behaviours.ofMany(place)

  it.live("is not taken by asking who holds it", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      yield* made(store, "1")
      assert.isFalse(yield* store.isHeld(run))
      assert.deepStrictEqual(sql(holders), [])
    }))

  it.live("is lost with the session: the run cannot be written to any more, and others can be", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      yield* made(store, "1")
      yield* Effect.scoped(Effect.gen(function*() {
        const old = yield* store.open(run)
        yield* old.append(["2"], true)
        sql(`select pg_terminate_backend(pid) from (${holders}) as holders`)
        const error = yield* Effect.flip(old.append(["3"], true))
        assert.strictEqual(error.reason, "ReadOnly")
        assert.match(error.message, /^the database cannot be reached \(/u)
        yield* Effect.scoped(Effect.gen(function*() {
          const fresh = yield* onceFree(store.open(run))
          assert.deepStrictEqual(fresh.lines, ["1", "2"])
          yield* fresh.append(["4"], true)
          yield* Effect.flip(old.append(["5"], true))
        }))
      }))
      assert.isFalse(yield* store.isHeld(run))
      assert.deepStrictEqual(yield* store.read(run), ["1", "2", "4"])
    }))

  it.live("is taken by a new session where the old one was lost while nobody worked", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      yield* made(store, "1")
      // This process waits for psql, so that it hears of the end of its connections only when it uses them.
      const cut = Effect.sync(() =>
        sql(
          "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
        )
      )
      yield* cut
      yield* Effect.scoped(Effect.flatMap(store.open(run), ({ append }) => append(["2"], true)))
      yield* cut
      assert.deepStrictEqual(yield* store.read(run), ["1", "2"])
      yield* cut
      assert.deepStrictEqual(yield* store.list, [run])
      yield* cut
      assert.isFalse(yield* store.isHeld(run))
    }))

  it.live("of a machine that vanishes is given up by the server after 25 seconds", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      sql(`create function keepalive() returns trigger language plpgsql as $$ begin
        new.line := concat_ws(' ', current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'),
          current_setting('tcp_keepalives_count')); return new; end $$`)
      sql("create trigger keepalive before insert on sonde_lines for each row execute function keepalive()")
      yield* made(store, "1")
      // What the server's system is set to; no machine vanishes here.
      assert.deepStrictEqual(yield* store.read(run), ["10 5 3"])
    }))

  it.live("of a frozen process can be ended from outside, and the process writes nothing when it wakes", () =>
    Effect.gen(function*() {
      const { another, sql, store } = yield* place
      yield* made(store, "1")
      const frozen = yield* another("write")
      assert.strictEqual(yield* wordOf(frozen), "held")
      frozen.stdin?.write("2\n")
      assert.strictEqual(yield* wordOf(frozen), "written")
      frozen.kill("SIGSTOP")
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
      sql(`select pg_terminate_backend(pid) from (${holders}) as holders`)
      yield* Effect.scoped(Effect.flatMap(onceFree(store.open(run)), ({ append }) => append(["3"], true)))
      frozen.kill("SIGCONT")
      frozen.stdin?.write("4\n")
      assert.strictEqual(yield* wordOf(frozen), "ReadOnly")
      assert.deepStrictEqual(yield* store.read(run), ["1", "2", "3"])
    }))

  it.live("whose server does not answer is given up in time, and found again when it does", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* placeWith({ timeoutMillis: 500 })
      yield* made(store, "1")
      yield* Effect.scoped(Effect.gen(function*() {
        const { append } = yield* store.open(run)
        const [pid] = sql(holders).map(Number)
        assert.isDefined(pid)
        process.kill(pid ?? 0, "SIGSTOP")
        const error = yield* Effect.flip(append(["2"], true)).pipe(
          Effect.ensuring(Effect.sync(() => {
            assert.strictEqual(sql(holders)[0], `${pid}`)
            process.kill(pid ?? 0, "SIGCONT")
          }))
        )
        assert.include(error.message, "no answer in time")
      }))
      // The server may or may not have taken the line that it was sent: whoever opens the run sees which.
      const { lines } = yield* Effect.scoped(onceFree(store.open(run)))
      assert.include([["1"], ["1", "2"]].map(String), String(lines))
      assert.deepStrictEqual(yield* store.read(run), lines)
    }))

  it.live("whose server takes no sessions is given up by all who want one at once, and found again", () =>
    Effect.gen(function*() {
      const { sql, store: first, url } = yield* place
      const runs = Array.from({ length: 10 }, (_, index) => `${run.slice(0, -2)}${10 + index}`)
      yield* Effect.scoped(Effect.forEach(runs, (name) => first.create(name), { discard: true }))
      const store = yield* storeAt(`${url}?connect_timeout=1`)
      // The parent of all processes of the server: those that are there work on, and no new one begins.
      const parent = Number(/^(\d+)/u.exec(sql("select pg_read_file('postmaster.pid')")[0] ?? "")?.[1])
      process.kill(parent, "SIGSTOP")
      const began = performance.now()
      const errors = yield* Effect.forEach(runs, (name) => Effect.flip(Effect.scoped(store.open(name))), {
        concurrency: "unbounded"
      }).pipe(Effect.ensuring(Effect.sync(() => process.kill(parent, "SIGCONT"))))
      assert.isBelow(performance.now() - began, 5000)
      assert.deepStrictEqual(
        new Set(errors.map(({ message }) => message)),
        new Set([
          "the database cannot be reached (no answer in time)"
        ])
      )
      yield* Effect.scoped(Effect.forEach(runs, (name) => store.open(name), { concurrency: "unbounded" }))
    }))

  it.live("survives that the fiber which writes is interrupted", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      for (let round = 0; round < 20; round++) {
        const lines = yield* Effect.scoped(Effect.gen(function*() {
          const { append, lines } = yield* round === 0 ? store.create(run) : store.open(run)
          const fiber = yield* Effect.forkChild(append([`${round}`], false))
          yield* Effect.yieldNow
          yield* Effect.sync(() => fiber.interruptUnsafe())
          yield* append([`after ${round}`], true)
          return lines
        }))
        assert.isAtLeast(lines.length, round)
      }
      const all = yield* store.read(run)
      assert.strictEqual(all.filter((line) => line.startsWith("after")).length, 20)
    }))
})

describe.skipIf(problem !== undefined)("tables", () => {
  it.live("are made once by processes that start at once", () =>
    Effect.gen(function*() {
      const name = `t${count++}`
      const database = postgres.database(name)
      const processes = yield* Effect.forEach([1, 2, 3, 4], () => another("", "begin", { database }))
      const words = yield* Effect.forEach(processes, wordOf, { concurrency: "unbounded" })
      assert.deepStrictEqual(words, ["begun", "begun", "begun", "begun"])
      // The same within one process, where nothing else takes time.
      const second = postgres.database(`t${count++}`)
      yield* Effect.forEach(Array.from({ length: 8 }), () => Effect.scoped(storeAt(second)), {
        concurrency: "unbounded"
      })
    }))

  it.live("that are there need no right to make any", () =>
    Effect.gen(function*() {
      const { sql, url } = yield* place
      sql("create role guest login password 'guest'")
      sql("revoke create on schema public from public")
      const guest = url.replace(/\/\/.*@/u, "//guest:guest@")
      const { reason, message } = yield* Effect.flip(Effect.flatMap(storeAt(guest), (store) => store.list))
      assert.deepStrictEqual([reason, message], [
        "ReadOnly",
        "the database does not let this role use its tables (42501)"
      ])
      sql("grant select, insert, delete on sonde_runs, sonde_lines to guest")
      const store = yield* storeAt(guest)
      yield* made(store, "1")
      yield* store.remove(run)
      assert.deepStrictEqual(yield* store.list, [])
    }))
})

describe.skipIf(problem !== undefined)("a database that cannot be used", () => {
  const rows: ReadonlyArray<readonly [title: string, url: () => Promise<string> | string, message: RegExp]> = [
    [
      "with a wrong password",
      () => `postgres://sonde:c4n4ry@127.0.0.1:${postgres.port}/t0`,
      /refuses the sign-in \(28P01\)/u
    ],
    ["without the password it wants", () => `postgres://sonde@127.0.0.1:${postgres.port}/t0`, /asks for a password/u],
    ["of no such name", () => `${postgres.url}/nothing`, /is not there under this name \(3D000\)/u],
    ["where nobody listens", () => `postgres://sonde:c4n4ry@127.0.0.1:1/t0`, /cannot be reached \(ECONNREFUSED\)/u],
    [
      "without TLS that is wanted",
      () => `${postgres.url}/t0?sslmode=require`,
      /cannot be reached \(it does not speak TLS\)/u
    ],
    [
      "in another encoding",
      () => postgres.database("latin", "encoding latin1"),
      /text as LATIN1; make one with the encoding UTF8/u
    ]
  ]
  for (const [title, url, message] of rows) {
    it.live(`${title} is ReadOnly, and the message tells no secret`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(storeAt(yield* Effect.promise(async () => url())))
        assert.strictEqual(error.reason, "ReadOnly")
        assert.match(error.message, message)
        assert.notInclude(JSON.stringify(error), "c4n4ry")
        assert.notInclude(JSON.stringify(error), postgres.password)
      }).pipe(Effect.scoped))
  }

  it.live("and does not answer at all is given up", () =>
    Effect.gen(function*() {
      const silent = createServer(() => {})
      const port = yield* Effect.callback<number>((resume) => {
        silent.listen(0, "127.0.0.1", () => {
          const address = silent.address()
          resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
        })
      })
      const url = `postgres://sonde:c4n4ry@127.0.0.1:${port}/t0?connect_timeout=1`
      const error = yield* Effect.flip(storeAt(url))
      assert.strictEqual(error.message, "the database cannot be reached (no answer in time)")
      silent.close()
    }).pipe(Effect.scoped))

  it.live("and takes no changes is ReadOnly to whoever writes, and can be read", () =>
    Effect.gen(function*() {
      const { sql, store, url } = yield* place
      yield* made(store, "1")
      sql(`alter database ${url.split("/").at(-1)} set default_transaction_read_only = on`)
      const reader = yield* storeAt(url)
      assert.deepStrictEqual(yield* reader.read(run), ["1"])
      const error = yield* Effect.flip(
        Effect.scoped(Effect.flatMap(reader.open(run), ({ append }) => append(["2"], true)))
      )
      assert.deepStrictEqual([error.reason, error.message.slice(-7)], ["ReadOnly", "(25006)"])
      assert.strictEqual(yield* reasonOf(reader.remove(run)), "ReadOnly")
    }))

  it.live("and has no room is Full, with what was written before", () =>
    Effect.gen(function*() {
      const { sql, store } = yield* place
      sql(`create function full_disk() returns trigger language plpgsql as
        $$ begin raise 'could not extend file' using errcode = '53100'; end $$`)
      yield* Effect.scoped(Effect.gen(function*() {
        const { append } = yield* store.create(run)
        yield* append(["1"], true)
        sql("create trigger full_disk before insert on sonde_lines for each row execute function full_disk()")
        assert.strictEqual(yield* reasonOf(append(["2"], true)), "Full")
      }))
      assert.deepStrictEqual(yield* store.read(run), ["1"])
    }))
})
