/** The built command is killed with SIGKILL while it looks for its message, and resumed: it looks again and sends nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bundle = fileURLToPath(new URL("../dist/sonde.mjs", import.meta.url))
const address = "ada@gmail.example"
const password = "fakecanarycanary"
const env = { ...process.env, SONDE_PW: password, CI: "1" }

const sonde = (...args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [bundle, ...args, "--secret", "env:SONDE_PW"], {
    env,
    stdio: ["ignore", "pipe", "inherit"]
  })
  let output = ""
  child.stdout.on("data", (chunk) => output += chunk)
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
  return { child, ended, output: () => output }
}

const until = async (isSo: () => boolean): Promise<void> => {
  for (let tries = 0; !isSo() && tries < 600; tries++) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.isTrue(isSo(), "it never came about")
}

describe("a look for a message that is killed", () => {
  it.live("is done again by the resumed run, which sends nothing and keeps no secret", () =>
    Effect.scoped(Effect.gen(function*() {
      const world = yield* GmailWorld.decode({
        accounts: [{ address, appPasswords: [password], arrival: { delayMillis: 6000 } }]
      })
      const simulator = yield* GmailSimulator.start({ world })
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-read-back-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const sent = () => (simulator.state() as { readonly messages: ReadonlyArray<unknown> }).messages.length
      yield* Effect.promise(async () => {
        const ca = join(folder, "ca.pem")
        const state = join(folder, "state")
        writeFileSync(ca, simulator.caPem)
        const pins = simulator.announcement.connectTo.flatMap((pin) => ["--connect-to", pin])
        const place = ["--state", state]
        const flags = ["--provider", "gmail", "--ca", ca, ...pins, ...place, "--deliver", "--read-back", "--events"]
        const killed = sonde("check", address, ...flags)
        await until(() => /"type":"phase.start"[^\n]*"phase":"find"/.test(killed.output()))
        killed.child.kill("SIGKILL")
        await killed.ended
        assert.strictEqual(sent(), 1)
        const file = readdirSync(join(state, "runs")).find((name) => name.endsWith(".ndjson")) ?? ""
        const resumed = sonde("resume", file.slice(0, -".ndjson".length), ...place, "--json")
        assert.strictEqual(await resumed.ended, 0, resumed.output())
        const report = JSON.parse(resumed.output())
        const find = report.services[1].phases.find(({ id }: { readonly id: string }) => id === "find")
        assert.deepStrictEqual([report.services[1].id, find.state, find.facts.folder.kind], ["imap", "pass", "inbox"])
        assert.isAtLeast(find.facts.delayMillis, 6000)
        assert.strictEqual(sent(), 1)
        assert.notInclude(readFileSync(join(state, "runs", file), "utf8"), password)
      })
    })))
})
