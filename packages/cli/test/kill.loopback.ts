/**
 * The built command is killed with SIGKILL at every border of a delivery, and resumed: nothing that was sent is sent
 * again, and what is in doubt is called so.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as TestCa from "@sonde/testkit/TestCa"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as HeldServer from "./HeldServer.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const bundle = join(root, "packages/cli/dist/sonde.mjs")
const folder = mkdtempSync(join(tmpdir(), "sonde-kill-"))
const ca = join(folder, "ca.pem")
const env = { ...process.env, SONDE_PW: "canary-Kill-9", CI: "1" }

let server: HeldServer.HeldServer

beforeAll(async () => {
  const line = `${"0123456789".repeat(7)}\r\n`
  writeFileSync(large, `From: alice@held.example\r\nSubject: large\r\n\r\n${line.repeat(200_000)}`)
  const authority = await TestCa.testCa()
  writeFileSync(ca, authority.ca)
  server = await HeldServer.start(await authority.server({ dns: ["held.example"] }))
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (state: string, ...args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [bundle, ...args, "--state", state, "--secret", "env:SONDE_PW", "--json"], {
    env,
    stdio: ["ignore", "pipe", "inherit"]
  })
  let output = ""
  child.stdout.on("data", (chunk) => output += chunk)
  const ended = new Promise<{ readonly code: number | null; readonly output: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, output }))
  )
  return { child, ended }
}

/** More than the buffers between two processes hold, so that a server that stops reading stops the client. */
const large = join(folder, "large.eml")

const check = (state: string, ...flags: ReadonlyArray<string>) =>
  run(
    state,
    "check",
    "alice@held.example",
    "--host",
    "held.example",
    "--port",
    "587",
    "--connect-to",
    `held.example:587:127.0.0.1:${server.port}`,
    "--ca",
    ca,
    "--deliver",
    "--to",
    "bob@held.example",
    ...flags
  )

const killedAt = async (moment: HeldServer.Moment): Promise<{ readonly state: string; readonly run: string }> => {
  const state = mkdtempSync(join(folder, "state-"))
  server.holdAt(moment)
  const { child, ended } = check(state, ...(moment === "inside the message" ? ["--message", large] : []))
  // A run that ends before it comes to the moment fails here and does not wait for ever.
  await Promise.race([server.held(), ended.then(({ output }) => assert.fail(`ended before ${moment}: ${output}`))])
  child.kill("SIGKILL")
  await ended
  server.holdAt(undefined)
  const name = readdirSync(join(state, "runs")).find((file) => file.endsWith(".ndjson"))
  return { state, run: name?.slice(0, -".ndjson".length) ?? "" }
}

const resume = async (killed: { readonly state: string; readonly run: string }, ...flags: ReadonlyArray<string>) => {
  const { code, output } = await run(killed.state, "resume", killed.run, ...flags).ended
  return { code, report: JSON.parse(output) }
}

const safe = HeldServer.moments.slice(0, HeldServer.moments.indexOf("end of message, not taken"))

describe("a delivery that is killed", () => {
  it.each(safe)("at %s is sent once by the resumed run", async (moment) => {
    const before = server.messages()
    const killed = await killedAt(moment)
    assert.strictEqual(server.messages(), before)
    const { code, report } = await resume(killed)
    assert.strictEqual(code, 0, JSON.stringify(report.services))
    assert.isTrue(report.delivered)
    assert.strictEqual(report.run, killed.run)
    assert.strictEqual(server.messages(), before + 1)
    const again = await resume(killed)
    assert.isTrue(again.report.delivered)
    assert.strictEqual(server.messages(), before + 1)
  })

  it.each(
    [
      ["end of message, not taken", 0],
      ["end of message, taken", 1]
    ] as const
  )("at the %s is in doubt, and sent again only on demand", async (moment, taken) => {
    const before = server.messages()
    const killed = await killedAt(moment)
    assert.strictEqual(server.messages(), before + taken)
    const { code, report } = await resume(killed)
    assert.strictEqual(code, 75)
    assert.isFalse(report.delivered)
    const data = report.services[0].phases.find(({ id }: { readonly id: string }) => id === "data")
    assert.strictEqual(data.error._tag, "DeliveryInDoubt")
    assert.strictEqual(report.verdicts[0].cause, "delivery_in_doubt")
    assert.strictEqual(server.messages(), before + taken)
    const sent = await resume(killed, "--deliver-again")
    assert.strictEqual(sent.code, 0)
    assert.strictEqual(server.messages(), before + taken + 1)
  })

  it("at quit is delivered, and the resumed run does not even sign in", async () => {
    const before = server.messages()
    const killed = await killedAt("quit")
    assert.strictEqual(server.messages(), before + 1)
    const signIns = server.signIns()
    const { code, report } = await resume(killed)
    assert.strictEqual(code, 0)
    assert.isTrue(report.delivered)
    assert.strictEqual(server.messages(), before + 1)
    assert.strictEqual(server.signIns(), signIns)
  })

  it("covers every moment that the server can hold", () => {
    assert.sameMembers(
      [...safe, "end of message, not taken", "end of message, taken", "quit"],
      [...HeldServer.moments]
    )
  })
})
