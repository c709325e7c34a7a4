/**
 * A real PostgreSQL on a free port of 127.0.0.1, for tests: no system's cluster, nothing kept, with a password.
 *
 * Everything lies in a folder of its own below the temporary folder and is gone afterwards, also when the test process is
 * killed. The server refuses to run as root; where tests do, it runs as the user `postgres`.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as Ports from "./Ports.ts"

/** The server, as tests see it. */
export interface Postgres {
  /** Of the superuser, without a path: `postgres://sonde:PASSWORD@127.0.0.1:PORT`. */
  readonly url: string
  readonly password: string
  readonly port: number
  /** Makes an empty database and gives the URL of it. */
  readonly database: (name: string, more?: string) => string
  /** Runs SQL in a database as the superuser, for the rows as text with a `|` between the columns. */
  readonly sql: (database: string, sql: string) => ReadonlyArray<string>
}

const packaged = "/usr/lib/postgresql"

/** Where the programs of the newest server are, which Debian keeps out of PATH. */
const programs = (): string | undefined => {
  const versions = existsSync(packaged) ? readdirSync(packaged).toSorted((a, b) => Number(b) - Number(a)) : []
  return [...versions.map((version) => `${packaged}/${version}/bin`), ...(process.env["PATH"] ?? "").split(":")]
    .find((folder) => existsSync(`${folder}/initdb`) && existsSync(`${folder}/postgres`))
}

/** Why the server cannot be started here, in words, or nothing. */
export const problem = (): string | undefined => programs() === undefined ? "PostgreSQL is not installed" : undefined

/** Without the quotes that would end it. */
const password = "canary-Pg-3"

const start = async (): Promise<{ readonly server: Postgres; readonly stop: () => Promise<void> }> => {
  const bin = programs() ?? ""
  const folder = mkdtempSync(join(tmpdir(), "sonde-postgres-"))
  const [port = 0] = await Ports.free(1)
  const output = openSync(join(folder, "output"), "a")
  const guard = spawn(
    "sh",
    [fileURLToPath(new URL("guard-postgres.sh", import.meta.url)), folder, bin, `${port}`],
    { detached: true, env: { ...process.env, PGPASSWORD: password }, stdio: ["pipe", output, output] }
  )
  const gone = new Promise<void>((resolve) => guard.once("exit", () => resolve()))
  const stop = async (): Promise<void> => {
    guard.stdin?.end()
    await gone
  }
  const fail = async (): Promise<never> => {
    const words = readFileSync(join(folder, "output"), "utf8")
    await stop()
    throw new Error(`PostgreSQL does not start\n${words}`)
  }
  if ((await Ports.open([port], 60_000)).length > 0) await fail()

  const url = `postgres://sonde:${password}@127.0.0.1:${port}`
  const sql = (database: string, text: string): ReadonlyArray<string> =>
    execFileSync(
      `${bin}/psql`,
      ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", `${port}`, "-U", "sonde", "-d", database, "-c", text],
      { encoding: "utf8", env: { ...process.env, PGPASSWORD: password }, stdio: ["ignore", "pipe", "inherit"] }
    ).split("\n").filter((line) => line !== "")
  // The port opens a moment before the server takes sessions.
  for (let tries = 0; tries < 100; tries++) {
    try {
      execFileSync(`${bin}/pg_isready`, ["-q", "-h", "127.0.0.1", "-p", `${port}`])
      break
    } catch {
      if (tries === 99) await fail()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    stop,
    server: {
      url,
      password,
      port,
      sql,
      database: (name, more = "") => {
        sql("postgres", `create database ${name} template template0 ${more}`)
        return `${url}/${name}`
      }
    }
  }
}

/** Starts the server; it ends, and its folder goes, when the scope closes. */
export const make: Effect.Effect<Postgres, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(Effect.promise(start), ({ stop }) => Effect.promise(stop)),
  ({ server }) => server
)
