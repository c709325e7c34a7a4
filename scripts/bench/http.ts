/**
 * The HTTP front end under load: runs against the simulator, readers of their events, and how long a report then takes.
 *
 * The built command serves in one process, the simulator answers in another, this script asks in a third. All the time `--runs` runs
 * are at work and `--readers` readers hold their events from the first to the last; meanwhile a thread of its own asks for reports,
 * one after the other. The simulated server takes `--hold` seconds for the sign-in, as a slow provider does, so that all runs stand
 * there at once; with `--hold 0` runs follow each other as fast as they can, which measures how many a second there are and keeps
 * the server saturated. Every reader must see every event once and in order. Exit status 1 where an aim is missed. Needs
 * `npm run build` before.
 *
 *     node scripts/bench/http.ts [--runs 200] [--readers 1000] [--hold 20] [--seconds 60] [--json FILE]
 */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { Agent, get as httpGet, request } from "node:http"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { at } from "../internal/workspace.ts"

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    readers: { type: "string", default: "1000" },
    hold: { type: "string", default: "20" },
    seconds: { type: "string", default: "60" },
    json: { type: "string" }
  }
})
const bounded = (text: string, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(Number(text)) || least))
const atOnce = bounded(values.runs, 1, 1000)
const perRun = Math.max(1, Math.round(bounded(values.readers, 1, 5000) / atOnce))
const seconds = bounded(values.seconds, 2, 300)
const hold = Math.min(60, Math.max(0, Math.round(Number(values.hold)) || 0))

/** The most that `GET /v1/runs/{run}` may take, 99 times out of 100; and the most that memory may grow once it is warm. */
const aims = { p99Millis: 250, growth: 1.25 }

const command = at("packages/cli/dist/sonde.mjs")
if (!existsSync(command)) {
  console.error("packages/cli/dist/sonde.mjs is missing: npm run build makes it")
  process.exit(66)
}
const folder = mkdtempSync(join(tmpdir(), "sonde-bench-http-"))

/** A mailbox for each run, so that none is signed in to twice at once. */
const mailboxes = Array.from({ length: atOnce }, (_, number) => ({
  address: `user${number}@bench.example`,
  password: `fake-Bench-${number}`,
  // A refusal can be made to take its time, an acceptance cannot.
  smtpAuth: hold === 0 ? "on" : "off"
}))
writeFileSync(
  join(folder, "world.json"),
  JSON.stringify({
    tenants: [{ name: "Bench", domains: ["bench.example"], smtpAuth: "on" }],
    mailboxes,
    ...(hold === 0 ? {} : { authRefusalMillis: hold * 1000 })
  })
)

interface Child {
  readonly first: string
  readonly pid: number
  readonly end: () => Promise<number | null>
}

const start = (args: ReadonlyArray<string>): Promise<Child> => {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["pipe", "pipe", "inherit"] })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  let text = ""
  return new Promise((resolve, reject) => {
    void ended.then((status) => reject(new Error(`${args[0]} ended with ${status}`)))
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString()
      if (!text.includes("\n")) return
      resolve({
        first: text.split("\n", 1)[0] ?? "",
        pid: child.pid ?? 0,
        end: () => {
          child.kill("SIGTERM")
          return ended
        }
      })
    })
  })
}

const simulator = await start(["simulate", "microsoft-365", "--json", "--world", join(folder, "world.json")])
const world = JSON.parse(simulator.first) as { readonly ca: string; readonly connectTo: ReadonlyArray<string> }
const ca = readFileSync(world.ca, "utf8")
const unlimited = ["--client-per-minute", "9999999", "--target-per-minute", "9999999", "--sign-in-every", "0s"]
const server = await start(
  ["serve", "--listen", "127.0.0.1:0", "--json", "--state", join(folder, "state"), "--log-level", "warn"]
    .concat(["--allow-private", "--allow-ports", "any", "--max-runs", `${atOnce}`], unlimited)
)
const { url } = JSON.parse(server.first) as { readonly url: string }

/** Resident memory of the server, in octets, and the processor time it has used, in seconds. */
const memory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) * 1024
const cpu = (): number => {
  const stat = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(stat[11]) + Number(stat[12])) / 100
}

const agent = new Agent({ keepAlive: false, maxSockets: 16 })
const streams = new Agent({ keepAlive: false, maxSockets: Infinity })

const post = (path: string, body: unknown): Promise<{ readonly run: string }> =>
  new Promise((resolve, reject) => {
    const asked = request(
      `${url}${path}`,
      { method: "POST", agent, headers: { "content-type": "application/json" } },
      (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (part: string) => text += part).on("end", () =>
          response.statusCode === 202
            ? resolve(JSON.parse(text))
            : reject(new Error(`${response.statusCode}: ${text}`)))
      }
    )
    asked.on("error", reject).end(JSON.stringify(body))
  })

/** Reads a run to its end; fails when an event is missing or comes twice. */
const follow = (run: string): Promise<number> =>
  new Promise((resolve, reject) => {
    httpGet(`${url}/v1/runs/${run}/events`, { agent: streams }, (response) => {
      let [text, last, isEnded] = ["", 0, false]
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const id = /^id: (\d+)$/m.exec(text.slice(0, end))?.[1]
          if (id !== undefined) {
            if (Number(id) !== last + 1) reject(new Error(`run ${run}: event ${id} came after ${last}`))
            last = Number(id)
            isEnded = text.startsWith("id: ") && text.slice(0, end).includes("event: run.end")
          }
          text = text.slice(end + 2)
        }
      })
      response.on(
        "end",
        () => isEnded ? resolve(last) : reject(new Error(`run ${run}: the stream ended after ${last}`))
      )
      response.on("error", reject)
    }).on("error", reject)
  })

/** Asks for a report and waits for all of it, again and again, apart from what this thread has to do. */
const asking = `
  const { get } = require("node:http")
  const { parentPort } = require("node:worker_threads")
  let url
  parentPort.on("message", (next) => (url = next))
  const ask = () => {
    if (url === undefined) return setTimeout(ask, 20)
    const began = performance.now()
    get(url, (response) => {
      response.resume().on("end", () => {
        parentPort.postMessage(performance.now() - began)
        setTimeout(ask, 20)
      })
    }).on("error", (error) => parentPort.postMessage(error.message))
  }
  ask()
`

let [isOver, finished, events, readers, mostReaders] = [false, 0, 0, 0, 0]
const known: Array<string> = []

/** One place: starts a run, follows it with its readers, and starts the next one. */
const place = async (number: number): Promise<void> => {
  const { address, password } = mailboxes[number] ?? { address: "", password: "" }
  while (!isOver) {
    const { run } = await post("/v1/runs", {
      target: address,
      provider: "microsoft-365",
      ca,
      connectTo: world.connectTo,
      secret: password,
      deadline: 120_000,
      timeout: 60_000
    })
    known[number] = run
    readers += perRun
    mostReaders = Math.max(mostReaders, readers)
    const seen = await Promise.all(Array.from({ length: perRun }, () => follow(run)))
    readers -= perRun
    finished++
    events += seen.reduce((sum, count) => sum + count, 0)
  }
}

const latencies: Array<number> = []
const asker = new Worker(asking, { eval: true })
asker.on("message", (millis: number | string) => {
  if (typeof millis === "string") throw new Error(`GET /v1/runs/{run}: ${millis}`)
  latencies.push(millis)
})
const probe = async (): Promise<void> => {
  for (let turn = 0; !isOver; turn++) {
    const run = known[(turn * 7) % known.length]
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (run !== undefined) asker.postMessage(`${url}/v1/runs/${run}`)
    await sleep(100)
  }
}

const percentile = (share: number): number => {
  const sorted = latencies.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

try {
  const began = performance.now()
  const usedBefore = cpu()
  const resident: Array<number> = []
  // People do not come all in one moment: the runs begin within the time that one of them takes.
  const places = Array.from(
    { length: atOnce },
    (_, number) => sleep(number * hold * 1000 / atOnce).then(() => place(number))
  )
  const probing = probe()
  for (let second = 0; second < seconds; second++) {
    await Promise.race([sleep(1000), Promise.all(places)])
    resident.push(memory())
  }
  isOver = true
  await Promise.all(places)
  await probing
  const wall = (performance.now() - began) / 1000
  const used = cpu() - usedBefore
  // The first third warms up; after it memory is to stay where it is.
  const third = Math.floor(resident.length / 3)
  const most = (part: ReadonlyArray<number>): number => Math.max(...part)
  const growth = most(resident.slice(-third)) / most(resident.slice(third, 2 * third))
  const result = {
    runsAtOnce: atOnce,
    readersAtOnce: mostReaders,
    runs: finished,
    runsPerSecond: finished / wall,
    events,
    cpuMillisPerRun: used * 1000 / finished,
    reports: latencies.length,
    p50Millis: percentile(0.5),
    p99Millis: percentile(0.99),
    residentMegabytes: most(resident) / 1e6,
    growth
  }
  console.log(hold === 0 ? "one run after the other:" : `each run held for ${hold} s:`)
  console.log(`Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model.trim()}, ${wall.toFixed(0)} s`)
  console.log(
    `  ${result.runs} runs, ${atOnce} at once: ${result.runsPerSecond.toFixed(1)}/s, ${
      result.cpuMillisPerRun.toFixed(1)
    } ms of server CPU each`
  )
  console.log(`  ${events} events to ${mostReaders} readers at once, each event once and in order`)
  console.log(
    `  GET /v1/runs/{run}, ${latencies.length} times: p50 ${result.p50Millis.toFixed(0)} ms, p99 ${
      result.p99Millis.toFixed(0)
    } ms (aim ${aims.p99Millis})`
  )
  console.log(
    `  memory ${result.residentMegabytes.toFixed(0)} MB at most; last third against second: ${
      growth.toFixed(2)
    } (aim ${aims.growth})`
  )
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
  if (hold > 0 && !(result.p99Millis < aims.p99Millis && growth < aims.growth)) process.exitCode = 1
} finally {
  agent.destroy()
  streams.destroy()
  await asker.terminate()
  await server.end()
  await simulator.end()
  rmSync(folder, { recursive: true, force: true })
}
