/** `sonde serve` as it is published: killed, stopped, started wrongly; and compared with `sonde check`. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as TestCa from "@sonde/testkit/TestCa"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as HeldServer from "./HeldServer.ts"
import { get, post, serve, serveToEnd, type Serving, until } from "./serving.ts"

const bundle = join(fileURLToPath(new URL("../../..", import.meta.url)), "packages/cli/dist/sonde.mjs")
const folder = mkdtempSync(join(tmpdir(), "sonde-serve-"))
const secret = "canary-Serve-7"
const running: Array<Serving> = []
const stops: Array<() => void> = []
let server: HeldServer.HeldServer
let ca = ""

const started = async (...args: Parameters<typeof serve>): Promise<Serving> => {
  const one = await serve(...args)
  running.push(one)
  return one
}

beforeAll(async () => {
  const authority = await TestCa.testCa()
  ca = authority.ca
  writeFileSync(join(folder, "ca.pem"), ca)
  server = await HeldServer.start(await authority.server({ dns: ["held.example"] }))
})

afterAll(async () => {
  for (const stop of stops) stop()
  await Promise.all(running.map((one) => one.end("SIGKILL")))
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = [
  "--allow-private",
  "--allow-ports",
  "any",
  "--client-per-minute",
  "9999",
  "--target-per-minute",
  "9999",
  "--sign-in-every",
  "0s"
]

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

interface Run {
  readonly run: string
  readonly state: string
  readonly outcome: string
}

describe("a server that is killed", () => {
  it("in the middle of 50 runs lists all of them, resumes them, and delivers none twice", async () => {
    const state = mkdtempSync(join(folder, "state-"))
    const first = await started(["--state", state, "--max-runs", "50", ...open])
    server.holdAt("rcpt")
    const before = server.messages()
    const taken = await Promise.all(Array.from({ length: 50 }, () => post(`${first.url}/v1/runs`, delivery())))
    assert.deepStrictEqual(new Set(taken.map(({ status }) => status)), new Set([202]))
    const ids = taken.map(({ body }) => body.run as string).toSorted()
    const inside = async () => (await get(`${first.url}/readyz`)).running as number
    await until(inside, (count) => count === 50)
    await until(
      () => get(`${first.url}/v1/runs/${ids.at(-1)}`),
      ({ services }) =>
        services[0]?.phases.some(({ id, state: of }: { readonly id: string; readonly state: string }) =>
          id === "mail" && of === "pass"
        )
    )
    await first.end("SIGKILL")
    server.holdAt(undefined)
    assert.strictEqual(server.messages(), before)

    const second = await started(["--state", state, "--max-runs", "8", ...open])
    const { runs } = await get(`${second.url}/v1/runs?limit=200`) as { readonly runs: ReadonlyArray<Run> }
    assert.deepStrictEqual(runs.map(({ run }) => run).toSorted(), ids)
    assert.deepStrictEqual(new Set(runs.map((run) => run.state)), new Set(["suspended"]))
    const missing = await post(`${second.url}/v1/runs/${ids[0]}/resume`, {})
    assert.deepStrictEqual([missing.status, missing.body.error.option], [400, "secret"])
    const again = await Promise.all(ids.map((id) => post(`${second.url}/v1/runs/${id}/resume`, { secret })))
    assert.deepStrictEqual(new Set(again.map(({ status }) => status)), new Set([202]))
    await until(() => get(`${second.url}/readyz`), ({ queued, running: at }) => queued === 0 && at === 0)
    const reports = await Promise.all(ids.map((id) => get(`${second.url}/v1/runs/${id}`)))
    assert.deepStrictEqual(reports.map(({ delivered, outcome }) => [delivered, outcome]), ids.map(() => [true, "pass"]))
    assert.strictEqual(server.messages(), before + 50)
    // Once more changes nothing: what is delivered is not sent again.
    await Promise.all(ids.map((id) => post(`${second.url}/v1/runs/${id}/resume`, { secret })))
    await until(() => get(`${second.url}/readyz`), ({ queued, running: at }) => queued === 0 && at === 0)
    assert.strictEqual(server.messages(), before + 50)
    assert.strictEqual(await second.end("SIGTERM"), 0)
    for (const one of [first, second]) assert.notInclude(one.stderr(), secret)
  }, 120_000)
})

describe("a server that is stopped", () => {
  it("ends with 0 within its time of grace, and leaves what was at work resumable", async () => {
    const state = mkdtempSync(join(folder, "state-"))
    const one = await started(["--state", state, ...open])
    server.holdAt("auth")
    const { body } = await post(`${one.url}/v1/runs`, delivery())
    await server.held()
    const reader = fetch(`${one.url}/v1/runs/${body.run}/events`).then((response) => response.text())
    await until(() => get(`${one.url}/readyz`), (health) => health.running === 1)
    const began = performance.now()
    assert.strictEqual(await one.end("SIGTERM"), 0)
    assert.isBelow(performance.now() - began, 8000)
    server.holdAt(undefined)
    const text = await reader
    assert.match(text, /event: run\.end\ndata: .*"state":"suspended"/u)
    const last = Number(/id: (\d+)\nevent: run\.end/u.exec(text)?.[1])

    const two = await started(["--state", state, ...open])
    const resumed = await post(`${two.url}/v1/runs/${body.run}/resume`, { secret })
    assert.strictEqual(resumed.status, 202)
    const rest = await fetch(`${two.url}/v1/runs/${body.run}/events`, { headers: { "last-event-id": `${last}` } })
      .then((response) => response.text())
    const ids = Array.from(rest.matchAll(/^id: (\d+)$/gmu), ([, id]) => Number(id))
    assert.deepStrictEqual(ids, ids.map((_, index) => last + 1 + index))
    assert.match(rest, /event: run\.end\ndata: .*"delivered":true/u)
    assert.strictEqual(await two.end("SIGINT"), 0)
  })
})

describe("a server that cannot start", () => {
  it("says why, with the remedy and the status", async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve))
    const address = taken.address()
    const port = address !== null && typeof address === "object" ? address.port : 0
    const state = join(folder, "none")
    const rows: ReadonlyArray<readonly [ReadonlyArray<string>, number, RegExp]> = [
      [["--listen", `127.0.0.1:${port}`], 69, /cannot be listened on \(EADDRINUSE\): another program has it/u],
      [["--listen", "0.0.0.0:0"], 64, /there is no bearer token: add --token file:PATH/u],
      [["--listen", "here"], 64, /--listen takes ADDRESS:PORT/u],
      [["--listen", "127.0.0.1:99999"], 64, /--listen takes ADDRESS:PORT/u],
      [["--token", "c4n4ry"], 64, /never the secret itself/u],
      [["--token", "prompt"], 64, /is nothing for a server/u],
      [["--token", "env:NOT_THERE"], 66, /NOT_THERE/u],
      [["--max-runs", "0"], 64, /--max-runs takes a whole number from 1/u],
      [["--sign-in-every", "soon"], 64, /--sign-in-every takes a time/u],
      [["--public-url", "sonde.example.org"], 64, /--public-url takes the beginning of a URL/u],
      [["--allow-ports", "smtp"], 64, /--allow-ports takes numbers/u],
      [["--allow-source", "x"], 64, /--allow-source takes TARGET=SOURCE/u]
    ]
    for (const [args, status, words] of rows) {
      const { code, stderr, stdout } = await serveToEnd(["--state", state, ...args])
      assert.deepStrictEqual([code, stdout], [status, ""], stderr)
      assert.match(stderr, words)
      assert.notInclude(stderr, "c4n4ry")
      assert.strictEqual(stderr.trim().split("\n").length, 1, stderr)
    }
    await new Promise((resolve) => taken.close(resolve))
  }, 60_000)
})

describe("the same runtime", () => {
  /** What must be equal: all but ids, times and ports, also those that the simulated server made up for its session. */
  /** What is of one run alone. */
  const timed = new Set([
    "run",
    "startedAt",
    "durationMillis",
    "atMillis",
    "at",
    "localAddress",
    "firstOctetMillis",
    "wholeMillis",
    "pace"
  ])

  const comparable = (report: unknown): unknown =>
    JSON.parse(
      JSON.stringify(report, (key, value) => timed.has(key) ? undefined : value)
        .replaceAll(/[0-9A-HJKMNP-TV-Z]{26}/gu, "RUN")
        .replaceAll(/127\.0\.0\.1:\d+/gu, "127.0.0.1:PORT")
        .replaceAll(/"port":\d{5}/gu, "\"port\":0")
        .replaceAll(/\b[A-Z0-9]{8,}(?:\.[A-Z0-9]+)*\.(?=[a-z.0-9]*(?:outlook|office365)\.com)/giu, "HOST.")
        .replaceAll(/\b[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]+ \+0000|\d{4}-\d\d-\d\dT[\d:.]+Z/gu, "TIME")
        .replaceAll(/\b[0-9A-F]{16}\b/gu, "SESSION")
    )

  it("judges ten worlds over HTTP as it does on the command line", async () => {
    const simulator = spawnSimulator()
    stops.push(simulator.stop)
    const { ca: file, connectTo, mailboxes } = await simulator.ready
    const state = mkdtempSync(join(folder, "state-"))
    const one = await started(["--state", state, ...open])
    const behaviours = new Map(mailboxes.map((mailbox) => [mailbox.behaviour, mailbox]))
    assert.isAtLeast(behaviours.size, 10)
    const pem = readFileSync(file, "utf8")
    let compared = 0
    for (const mailbox of [...behaviours.values()].slice(0, 12)) {
      const flags = ["--provider", "microsoft-365", "--ca", file, ...connectTo.flatMap((pin) => ["--connect-to", pin])]
      const user = mailbox.user === undefined ? [] : ["--user", mailbox.user]
      const from = mailbox.from === undefined ? [] : ["--from", mailbox.from]
      const ofToken = mailbox.token !== undefined
      const { stdout } = spawnSync(
        process.execPath,
        [
          bundle,
          "check",
          mailbox.address,
          ...flags,
          ...user,
          ...from,
          ofToken ? "--token" : "--secret",
          "env:PW",
          "--json",
          "--state",
          mkdtempSync(join(folder, "cli-"))
        ],
        {
          encoding: "utf8",
          env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", PW: mailbox.token ?? mailbox.secret }
        }
      )
      const { body } = await post(`${one.url}/v1/runs`, {
        target: mailbox.address,
        provider: "microsoft-365",
        ca: pem,
        connectTo,
        ...(mailbox.user === undefined ? {} : { user: mailbox.user }),
        ...(mailbox.from === undefined ? {} : { from: mailbox.from }),
        ...(ofToken ? { token: mailbox.token } : { secret: mailbox.secret })
      })
      const report = await until(
        () => get(`${one.url}/v1/runs/${body.run}`),
        ({ state: of }) => of === "finished" || of === "suspended"
      )
      assert.deepStrictEqual(comparable(report), comparable(JSON.parse(stdout)), mailbox.behaviour)
      compared++
    }
    assert.isAtLeast(compared, 10)
  }, 120_000)
})

interface Mailbox {
  readonly address: string
  readonly secret: string
  readonly behaviour: string
  readonly user?: string
  readonly from?: string
  readonly token?: string
}

function spawnSimulator() {
  const child = spawn(process.execPath, [bundle, "simulate", "microsoft-365", "--json"], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const ready = new Promise<
    { readonly ca: string; readonly connectTo: ReadonlyArray<string>; readonly mailboxes: ReadonlyArray<Mailbox> }
  >(
    (resolve) => {
      let text = ""
      child.stdout.on("data", (part) => {
        text += part
        if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]!))
      })
    }
  )
  return { ready, stop: () => child.kill("SIGTERM") }
}
