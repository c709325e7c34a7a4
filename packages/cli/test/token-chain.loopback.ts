/** From client id and secret to a mailbox that signs in, against the simulated sign-in service: green, and each way to fail. */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bundle = join(fileURLToPath(new URL("../../..", import.meta.url)), "packages/cli/dist/sonde.mjs")

const client = (number: number): string => `6b1f0c52-0000-4000-8000-00000000a${String(number).padStart(3, "0")}`

interface Row {
  readonly title: string
  readonly mailbox: string
  readonly client: string
  readonly secret: string
  readonly code: number
  readonly cause: string | undefined
  readonly phase: string | undefined
}

const rows: ReadonlyArray<Row> = [
  {
    title: "signs in where Exchange knows the program and gave it the mailbox",
    mailbox: "daemon@contoso.example",
    client: client(1),
    secret: "fake-secret-printer-4Hs9",
    code: 0,
    cause: undefined,
    phase: undefined
  },
  {
    title: "names a wrong client secret",
    mailbox: "daemon@contoso.example",
    client: client(1),
    secret: "fake-secret-wrong",
    code: 77,
    cause: "oauth_client_secret_invalid",
    phase: "token"
  },
  {
    title: "names a client secret that has run out",
    mailbox: "daemon@contoso.example",
    client: client(6),
    secret: "fake-secret-expired-2Kx5",
    code: 77,
    cause: "oauth_client_secret_expired",
    phase: "token"
  },
  {
    title: "names a program that the directory does not have",
    mailbox: "daemon@contoso.example",
    client: client(999),
    secret: "fake-secret-nobody",
    code: 77,
    cause: "oauth_client_unknown",
    phase: "token"
  }
]

const check = (args: ReadonlyArray<string>, secret: string) =>
  Effect.promise(() =>
    new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) => {
      const child = spawn(process.execPath, [bundle, "check", ...args], {
        env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", CS: secret },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let [out, err] = ["", ""]
      child.stdout.on("data", (part) => out += part)
      child.stderr.on("data", (part) => err += part)
      child.on("close", (code) => resolve({ code, out, err }))
    })
  )

describe("client credentials at the simulated sign-in service", () => {
  for (const row of rows) {
    it.live(row.title, () =>
      Effect.gen(function*() {
        const tenant = yield* Simulator.start({})
        const state = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-chain-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const { code, err, out } = yield* check([
          row.mailbox,
          "--provider",
          "microsoft-365",
          "--ca",
          tenant.ca,
          ...tenant.connectTo.flatMap((pin) => ["--connect-to", pin]),
          "--token",
          "client-credentials",
          "--client-id",
          row.client,
          "--tenant",
          "contoso.example",
          "--client-secret",
          "env:CS",
          "--state",
          state,
          "--json"
        ], row.secret)
        assert.strictEqual(code, row.code, err)
        const report = JSON.parse(out)
        assert.strictEqual(report.verdicts[0]?.cause, row.cause)
        assert.strictEqual(report.verdicts[0]?.phase, row.phase)
        // Where no token was had, no mail server was asked.
        assert.strictEqual(
          report.services[0].phases.some(({ id, state: of }: Record<string, string>) =>
            id === "connect" && of === "pass"
          ),
          row.code === 0
        )
        const journal = readdirSync(join(state, "runs")).map((name) => readFileSync(join(state, "runs", name), "utf8"))
        for (const text of [out, err, ...journal]) assert.notInclude(text, row.secret)
      }).pipe(Effect.scoped), 60_000)
  }
})
