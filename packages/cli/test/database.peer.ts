/** `sonde serve --database` as it is published, over a real PostgreSQL: killed, restarted, two at once, cut off. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Database from "@sonde/cli/run/serve/database"
import * as Postgres from "@sonde/testkit/peers/Postgres"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import * as HeldServer from "./HeldServer.ts"
import { get, post, serve, serveToEnd, type Serving, until } from "./serving.ts"

const problem = Postgres.problem()
if (problem !== undefined) process.stderr.write(`database.peer.ts: ${problem}, nothing of it is checked\n`)

const scope = Scope.makeUnsafe()
const folder = mkdtempSync(join(tmpdir(), "sonde-database-"))
const secret = "canary-Serve-8"
const running: Array<Serving> = []
let postgres: Postgres.Postgres
let server: HeldServer.HeldServer
let ca = ""
let count = 0

beforeAll(async () => {
  if (problem !== undefined) return
  const authority = await TestCa.testCa()
  ca = authority.ca
  server = await HeldServer.start(await authority.server({ dns: ["held.example"] }))
  postgres = await Effect.runPromise(Scope.provide(Postgres.make, scope))
}, 120_000)

afterAll(async () => {
  await Promise.all(running.map((one) => one.end("SIGKILL")))
  if (problem === undefined) await server.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

/** A database of its own for one test. */
const database = () => {
  const name = `serve${count++}`
  const url = postgres.database(name)
  return { name, env: { DATABASE_URL: url }, sql: (text: string) => postgres.sql(name, text) }
}

const started = async (env: Readonly<Record<string, string>>, ...flags: ReadonlyArray<string>): Promise<Serving> => {
  const one = await serve(
    [
      "--database",
      "env:DATABASE_URL",
      "--allow-private",
      "--allow-ports",
      "any",
      "--client-per-minute",
      "9999",
      "--target-per-minute",
      "9999",
      "--sign-in-every",
      "0s",
      ...flags
    ],
    env
  )
  running.push(one)
  return one
}

const delivery = () => ({
  target: "alice@held.example",
  host: "held.example",
  port: 587,
  connectTo: [`held.example:587:127.0.0.1:${server.port}`],
  ca,
  deliver: true,
  to: ["bob@held.example"],
  secret
})

const rest = (one: Serving) =>
  until(() => get(`${one.url}/readyz`), ({ queued, running: at }) => queued === 0 && at === 0)

/** Runs whose message is about to be sent, while the server of mail says nothing more. */
const begun = async (one: Serving, runs: number): Promise<ReadonlyArray<string>> => {
  server.holdAt("rcpt")
  const taken = await Promise.all(Array.from({ length: runs }, () => post(`${one.url}/v1/runs`, delivery())))
  assert.deepStrictEqual(new Set(taken.map(({ status }) => status)), new Set([202]))
  const ids = taken.map(({ body }) => body.run as string).toSorted()
  await until(
    () => get(`${one.url}/v1/runs/${ids.at(-1)}`),
    ({ services }) =>
      services[0]?.phases.some(({ id, state }: { readonly id: string; readonly state: string }) =>
        id === "mail" && state === "pass"
      )
  )
  return ids
}

describe.skipIf(problem !== undefined)("a server over a database", () => {
  it("that is killed in the middle of 20 runs lists all of them, resumes them, and delivers none twice", async () => {
    const { env } = database()
    const first = await started(env, "--max-runs", "20")
    const whole = await post(`${first.url}/v1/runs`, delivery())
    await rest(first)
    const shared = await post(`${first.url}/v1/runs/${whole.body.run}/share`, {})
    assert.strictEqual(shared.status, 201, JSON.stringify(shared.body))
    const before = server.messages()
    const ids = await begun(first, 20)
    await first.end("SIGKILL")
    server.holdAt(undefined)

    const second = await started(env, "--max-runs", "8")
    const { runs } = await get(`${second.url}/v1/runs?limit=200`) as {
      readonly runs: ReadonlyArray<{ readonly run: string; readonly state: string }>
    }
    assert.deepStrictEqual(runs.map(({ run }) => run).toSorted(), [whole.body.run, ...ids].toSorted())
    assert.deepStrictEqual(
      new Set(runs.filter(({ run }) => ids.includes(run)).map(({ state }) => state)),
      new Set(["suspended"])
    )
    const again = await Promise.all(ids.map((id) => post(`${second.url}/v1/runs/${id}/resume`, { secret })))
    assert.deepStrictEqual(new Set(again.map(({ status }) => status)), new Set([202]))
    await rest(second)
    const reports = await Promise.all(ids.map((id) => get(`${second.url}/v1/runs/${id}`)))
    assert.deepStrictEqual(reports.map(({ delivered, outcome }) => [delivered, outcome]), ids.map(() => [true, "pass"]))
    assert.strictEqual(server.messages(), before + 20)

    const page = await fetch(shared.body.url.replace(first.url, second.url))
    assert.strictEqual(page.status, 200)
    assert.include(await page.text(), "redacted copy")
    assert.strictEqual(await second.end("SIGTERM"), 0)
    for (const one of [first, second]) {
      assert.notInclude(one.stderr(), secret)
      assert.notInclude(one.stderr(), postgres.password)
    }
  })

  it("works on no run that another one works on, and takes it over when that one is killed", async () => {
    const { env } = database()
    const [first, second] = await Promise.all([started(env), started(env)])
    const before = server.messages()
    const [id] = await begun(first, 1)
    const held = await post(`${second.url}/v1/runs/${id}/resume`, { secret })
    assert.deepStrictEqual([held.status, held.body.error.reason], [409, "Locked"])
    assert.strictEqual((await get(`${second.url}/v1/runs/${id}`)).state, "running")
    await first.end("SIGKILL")
    server.holdAt(undefined)
    await until(() => post(`${second.url}/v1/runs/${id}/resume`, { secret }), ({ status }) => status === 202)
    await rest(second)
    assert.isTrue((await get(`${second.url}/v1/runs/${id}`)).delivered)
    assert.strictEqual(server.messages(), before + 1)
  })

  it("knows the tokens that the command adds and revokes, before and after a restart", async () => {
    const { env, sql } = database()
    const tokens = (...args: ReadonlyArray<string>) =>
      serveToEnd(["tokens", ...args, "--database", "env:DATABASE_URL"], env)
    const made = await tokens("add", "help-desk")
    assert.match(made.stdout, /^sonde_[A-Za-z0-9_-]{43}\n$/u, made.stderr)
    const token = made.stdout.trim()
    assert.notInclude(sql("select encode(value, 'escape') from sonde_tokens").join(), token)
    const answer = async (one: Serving) =>
      (await fetch(`${one.url}/v1/runs`, { headers: { authorization: `Bearer ${token}` } })).status
    const first = await started(env, "--require-token")
    assert.strictEqual((await fetch(`${first.url}/v1/runs`)).status, 401)
    assert.strictEqual(await answer(first), 200)
    await first.end("SIGKILL")
    const second = await started(env, "--require-token")
    assert.strictEqual(await answer(second), 200)
    assert.match((await tokens("list")).stdout, /^help-desk\t/u)
    assert.strictEqual((await tokens("revoke", "help-desk")).code, 0)
    assert.strictEqual(await answer(second), 401)
  })

  it("goes on when all its connections are cut, and says so while it cannot write", async () => {
    const { env, name, sql } = database()
    const cut = () =>
      sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
      )
    const one = await started(env)
    await post(`${one.url}/v1/runs`, delivery())
    await rest(one)
    assert.isAbove(cut().length, 1)
    const next = await post(`${one.url}/v1/runs`, delivery())
    assert.strictEqual(next.status, 202, JSON.stringify(next.body))
    await rest(one)
    assert.isTrue((await get(`${one.url}/v1/runs/${next.body.run}`)).delivered)

    postgres.sql("postgres", `alter database ${name} set default_transaction_read_only = on`)
    cut()
    assert.strictEqual((await fetch(`${one.url}/readyz`)).status, 503)
    const refused = await post(`${one.url}/v1/runs`, delivery())
    assert.deepStrictEqual([refused.status, refused.body.error.reason], [503, "ReadOnly"], JSON.stringify(refused.body))
    postgres.sql("postgres", `alter database ${name} reset default_transaction_read_only`)
    cut()
    assert.strictEqual((await fetch(`${one.url}/readyz`)).status, 200)
    assert.strictEqual((await post(`${one.url}/v1/runs`, delivery())).status, 202)
    await rest(one)
  })

  it("finds its pairs again when the connection was lost unnoticed", async () => {
    const { env, sql } = database()
    // This process waits for psql, so that it hears of the end of its connections only when it uses them.
    const cut = Effect.sync(() =>
      sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
      )
    )
    const work = Effect.gen(function*() {
      const store = yield* KeyValueStore.KeyValueStore
      yield* store.set("a", "1")
      assert.isAbove((yield* cut).length, 0)
      assert.strictEqual(yield* store.get("a"), "1")
      yield* cut
      yield* store.set("b", "2")
      yield* cut
      assert.deepStrictEqual([...yield* store.keys].toSorted(), ["a", "b"])
      yield* cut
      yield* store.remove("a")
      yield* cut
      assert.strictEqual(yield* store.size, 1)
    })
    await Effect.runPromise(
      Effect.provide(work, Database.inDatabase(Redacted.make(env.DATABASE_URL)).values("tokens"))
    )
  })

  it("says why it cannot start, in one sentence without the password", async () => {
    const password = "c4n4ry"
    const file = join(folder, "url")
    writeFileSync(file, `postgres://sonde:${password}@127.0.0.1:1/sonde\n`)
    const wrong = `postgres://sonde:${password}@127.0.0.1:${postgres.port}/postgres`
    const rows: ReadonlyArray<readonly [ReadonlyArray<string>, number, RegExp]> = [
      [
        ["--database", `file:${file}`],
        74,
        /--database: the database cannot be reached \(ECONNREFUSED\): check the URL/u
      ],
      [["tokens", "list", "--database", `file:${file}`], 74, /the database cannot be reached \(ECONNREFUSED\)/u],
      [["--database", "env:WRONG"], 74, /the database refuses the sign-in \(28P01\)/u],
      [["tokens", "add", "monitor", "--database", "env:WRONG"], 74, /refuses the sign-in \(28P01\)/u],
      [["--database", wrong], 64, /takes no URL with a password, .*env:NAME/u]
    ]
    for (const [args, status, words] of rows) {
      const { code, stderr, stdout } = await serveToEnd(args, { WRONG: wrong })
      assert.deepStrictEqual([code, stdout], [status, ""], stderr)
      assert.match(stderr, words)
      assert.notInclude(stderr, password)
      assert.strictEqual(stderr.trim().split("\n").length, 1, stderr)
    }
  })
})
