/**
 * The built command over a simulated Microsoft 365, for tests of what it tells about it. The set-up of these tests
 * builds it (`vitest.workspace.ts`). Judges nothing itself.
 */
import { assert, it } from "@effect/vitest"
import { Explanation } from "@sonde/domain/Explanation"
import type { Reply } from "@sonde/domain/Reply"
import { Report } from "@sonde/domain/Report"
import type { Remedy } from "@sonde/domain/Verdict"
import { Pack } from "@sonde/packs/Pack"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import { microsoft365 } from "@sonde/simulator/Worlds"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { execFile, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bundle = fileURLToPath(new URL("../dist/sonde.mjs", import.meta.url))

/** How long one command may take, in milliseconds; then it is ended and the test fails. */
const limitMillis = 15_000

/** Children that run at one time. */
const atOnce = 3

/** What a command left behind. */
export interface Left {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line to its end, with nothing in its environment but `env`. */
export const sonde = (
  argv: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Left> =>
  Effect.callback((resume) => {
    const child = execFile(
      process.execPath,
      [bundle, ...argv],
      {
        env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
        timeout: limitMillis,
        killSignal: "SIGKILL",
        maxBuffer: 64 * 1024 * 1024
      },
      (_, out, err) =>
        resume(
          child.exitCode === null
            ? Effect.die(new Error(`no end within ${limitMillis} ms: sonde ${argv.join(" ")}\n${err}`))
            : Effect.succeed({ code: child.exitCode, out, err })
        )
    )
    child.stdin?.end()
  })

/** Runs something for each of a list, a few at one time, in order. */
export const each = <A, B>(all: ReadonlyArray<A>, run: (one: A) => Effect.Effect<B>): Effect.Effect<Array<B>> =>
  Effect.forEach(all, run, { concurrency: atOnce })

const explanationOf = Schema.decodeUnknownSync(Schema.fromJsonString(Explanation))
/** A report from its JSON. */
export const reportOf = Schema.decodeUnknownSync(Schema.fromJsonString(Report))
const packOf = Schema.decodeUnknownSync(Schema.fromJsonString(Pack))

/** `sonde explain --json` of a text. */
export const explain = (text: string, flags: ReadonlyArray<string> = []) =>
  Effect.map(
    sonde(["explain", "--json", ...flags, text]),
    ({ code, err, out }) => {
      assert.strictEqual(err, "")
      return { code, explanation: explanationOf(out), cause: explanationOf(out).verdicts[0]?.cause }
    }
  )

/** `sonde packs show ID --json`. */
export const packShown = (id: string) =>
  Effect.map(sonde(["packs", "show", id, "--json"]), ({ code, err, out }) => {
    assert.strictEqual(code, 0, err)
    return packOf(out)
  })

/** The last bracket of a reply of Exchange Online. */
export const stamp = "[AM0PR02CA0134.eurprd02.prod.outlook.com 2025-03-11T08:02:41.118Z 08DD5F6C0B1E2A77]"

/** A reply of `sonde check`, of `sonde resume`: the status and the report. */
export interface Checked {
  readonly code: number
  readonly report: Report
}

/** The first phase that did not pass, with its error. */
export const stopped = ({ report }: Checked) => report.services[0]?.phases.find(({ error }) => error !== undefined)

/** Code and enhanced code of an SMTP reply, `535 5.7.139`. */
export const numbers = (reply: Reply | undefined): string =>
  reply === undefined || "status" in reply ? "" : `${reply.code} ${reply.enhanced ?? ""}`.trimEnd()

/** States of phases by id; of several with one id the last. */
export const states = ({ report }: Checked): Readonly<Record<string, string>> =>
  Object.fromEntries(report.services[0]?.phases.map(({ id, state }) => [id, state]) ?? [])

/** The commands of the first verdict, of one kind. */
export const commands = ({ report }: Checked, kind: Remedy["kind"]): ReadonlyArray<string> =>
  (report.verdicts[0]?.remedies ?? []).flatMap((remedy) =>
    remedy.kind === kind && remedy.command !== undefined ? [remedy.command] : []
  )

/** What the first verdict says in all its sentences. */
export const told = ({ report }: Checked): string => JSON.stringify(report.verdicts[0] ?? {})

/** Tenants and mailboxes that the built-in world lacks. */
export interface More {
  readonly tenants?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly mailboxes?: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** A simulated service in the test's process, and command lines against it with a state folder of their own. */
export const service = Effect.fn("service")(function*(more: More = {}) {
  const world = yield* World.decode({
    tenants: [...microsoft365.tenants, ...(more.tenants ?? [])],
    mailboxes: [...microsoft365.mailboxes, ...(more.mailboxes ?? [])]
  })
  const running = yield* Simulator.start({ world })
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-knowledge-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const state = join(folder, "state")
  const reach = [
    "--state",
    state,
    "--ca",
    running.ca,
    ...running.connectTo.flatMap((line) => ["--connect-to", line])
  ]
  const announced = (address: string) => {
    const found = running.mailboxesNow().find((mailbox) => mailbox.address === address)
    if (found === undefined) throw new Error(`the world has no ${address}`)
    return found
  }
  const secretOf = (address: string): string => announced(address).token ?? announced(address).secret
  const credential = (address: string): ReadonlyArray<string> =>
    announced(address).token === undefined ? ["--secret", "env:SECRET"] : ["--token", "env:SECRET"]
  /** Checks a mailbox with the credential that was announced for it. */
  const run = (address: string, flags: ReadonlyArray<string>, secret = secretOf(address)) =>
    sonde(["check", address, "--provider", "microsoft-365", ...reach, ...flags], { SECRET: secret })
  const parsed = ({ code, err, out }: Left): Checked => {
    assert.notStrictEqual(out, "", err)
    return { code, report: reportOf(out) }
  }
  const check = (address: string, flags: ReadonlyArray<string> = [], secret?: string): Effect.Effect<Checked> =>
    Effect.map(run(address, [...credential(address), ...flags, "--json"], secret), parsed)
  return {
    running,
    folder,
    reach,
    announced,
    secretOf,
    credential,
    /** Text of a check, as a person reads it. */
    read: (address: string, flags: ReadonlyArray<string> = []) => run(address, [...credential(address), ...flags]),
    check,
    /** A check with flags only: no credential of the world is added. */
    checkOnly: (argv: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
      Effect.map(sonde(["check", ...argv, ...reach, "--json"], env), parsed),
    /** Sends one message to a colleague. */
    deliver: (address: string, flags: ReadonlyArray<string> = [], secret?: string) =>
      check(address, ["--deliver", "--to", "someone@contoso.example", ...flags], secret),
    resume: (before: Checked, flags: ReadonlyArray<string>, secret: string): Effect.Effect<Checked> =>
      Effect.map(
        sonde(["resume", before.report.run, "--state", state, ...flags, "--json"], { SECRET: secret }),
        parsed
      ),
    /** Does what an administrator would: enters a printed command. */
    enter: (command: string) => {
      const outcome = running.execute(command)
      assert.isTrue(outcome.ok, `${command}\n${outcome.text}`)
    }
  }
})

const listener = `require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
  process.stdout.write(String(this.address().port))
})`

/**
 * A port that answers no attempt to connect: its process is stopped and its queue is full, so the kernel drops what
 * comes. Gives the port.
 */
export const unanswering: Effect.Effect<number, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, ["-e", listener], { stdio: ["ignore", "pipe", "inherit"] })
      const port = await new Promise<number>((resolve) =>
        child.stdout.once("data", (data) => resolve(Number(`${data}`)))
      )
      child.kill("SIGSTOP")
      const fillers = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => {}))
      // On Linux a queue of one holds two; the others wait for an answer that never comes.
      while (fillers.filter(({ connecting }) => !connecting).length < 2) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return { child, fillers, port }
    }),
    ({ child, fillers }) =>
      Effect.sync(() => {
        for (const filler of fillers) filler.destroy()
        child.kill("SIGKILL")
      })
  ),
  ({ port }) => port
)

/** A test over real sockets and real time. */
export const live = <E>(title: string, test: () => Effect.Effect<void, E, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 60_000)
