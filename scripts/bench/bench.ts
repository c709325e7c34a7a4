/**
 * What Sonde costs beside a bare script that speaks the same bytes, as ratios of one run on one machine.
 *
 * Variants take turns, so that a busy moment hits all of them; each figure is the median. One check and the start-up
 * are measured as whole processes from outside, many checks inside their process. Needs `npm run build` before, and
 * bash for its `time`. Everything is on 127.0.0.1 and ends with the script.
 *
 *     node scripts/bench/bench.ts [--rounds 15] [--count 500] [--concurrency 50] [--lines 100000] [--json FILE]
 *       [--only check|start|batch|bulk|imap]
 */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { rolldown } from "rolldown"
import { testCa } from "../../packages/testkit/src/TestCa.ts"
import { run } from "../internal/run.ts"
import { at } from "../internal/workspace.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    count: { type: "string", default: "500" },
    concurrency: { type: "string", default: "50" },
    lines: { type: "string", default: "100000" },
    only: { type: "string" },
    json: { type: "string" }
  }
})
const bounded = (text: string, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(Number(text)) || least))
const rounds = bounded(values.rounds, 3, 100)
const count = bounded(values.count, 10, 20_000)
const concurrency = bounded(values.concurrency, 1, 1000)
const lineCount = bounded(values.lines, 1000, 10_000_000)
const bulkRounds = Math.min(5, rounds)
const wanted = (group: "check" | "start" | "batch" | "bulk" | "imap"): boolean =>
  values.only === undefined || values.only === group

const command = at("packages/cli/dist/sonde.mjs")
if (!existsSync(command)) {
  console.error("packages/cli/dist/sonde.mjs is missing: npm run build makes it")
  process.exit(66)
}

const folder = mkdtempSync(join(tmpdir(), "sonde-bench-"))
const state = join(folder, "state")
mkdirSync(state)
const env = { BENCH_SECRET: "a secret of the benchmark" }

const { ca, server } = await testCa()
const caFile = join(folder, "ca.pem")
writeFileSync(caFile, ca)
const identity = await server({ dns: ["mail.bench.test"], subject: "CN=mail.bench.test" })

const peer = spawn(process.execPath, [at("scripts/bench/server.ts")], { stdio: ["pipe", "pipe", "inherit"] })
const peerGone = new Promise<void>((resolve) => peer.once("exit", () => resolve()))
const [port = "", imapPort = ""] = (await new Promise<string>((resolve, reject) => {
  peer.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()))
  peer.once("exit", (status) => reject(new Error(`the server ended with ${status}`)))
  peer.stdin.write(`${JSON.stringify(identity)}\n`)
})).split(" ")

interface Sample {
  readonly cpu: number
  readonly wall: number
}

const words = (command: ReadonlyArray<string>): string =>
  command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ")

/**
 * One program as a whole process: what the shell's `time` says of it, in milliseconds. `input` is the file of its
 * standard input; with `mayDoubt` status 75 is as good as 0.
 */
const whole = async (command: ReadonlyArray<string>, input = "/dev/null", mayDoubt = false): Promise<Sample> => {
  const timed = `TIMEFORMAT='%3R %3U %3S'; exec 3>&2; time ${words(command)} <${words([input])} >/dev/null 2>&3 3>&-`
  const { output, status } = await run(["bash", "-c", timed], { env })
  const [real = 0, user = 0, system = 0] = output.trim().split("\n").at(-1)?.split(" ").map(Number) ?? []
  if (status !== 0 && !(mayDoubt && status === 75)) {
    throw new Error(`${command.slice(0, 4).join(" ")} ended with ${status}\n${output}`)
  }
  return { cpu: (user + system) * 1000, wall: real * 1000 }
}

/** Many sessions in one process: what it says of itself, in milliseconds for each session. */
const many = async (command: ReadonlyArray<string>): Promise<Sample> => {
  const { output, status, stdout } = await run(command, { env })
  if (status !== 0) throw new Error(`${command.slice(0, 2).join(" ")} ended with ${status}\n${output}`)
  const { cpuMicros, wallMillis } = JSON.parse(stdout) as { readonly cpuMicros: number; readonly wallMillis: number }
  return { cpu: cpuMicros / 1000 / count, wall: wallMillis / count }
}

const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? 0 : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

interface Variant {
  readonly name: string
  /** The most that is aimed at, as a ratio of CPU to the first variant of the group. */
  readonly aim?: number
  readonly take: () => Promise<Sample>
}

interface Line extends Sample {
  readonly name: string
  readonly cpuRatio: number
  readonly wallRatio: number
  readonly aim: number | undefined
}

/** Measures variants in turns, after one turn that is not counted. */
const compare = async (variants: ReadonlyArray<Variant>, turns: number): Promise<ReadonlyArray<Line>> => {
  const samples = variants.map((): Array<Sample> => [])
  for (let turn = 0; turn <= turns; turn++) {
    for (const [index, { take }] of variants.entries()) {
      const sample = await take()
      if (turn > 0) samples[index]?.push(sample)
    }
  }
  const found = samples.map((taken) => ({
    cpu: median(taken.map(({ cpu }) => cpu)),
    wall: median(taken.map(({ wall }) => wall))
  }))
  const base = found[0] ?? { cpu: 1, wall: 1 }
  return found.map((one, index) => ({
    name: variants[index]?.name ?? "",
    ...one,
    cpuRatio: one.cpu / base.cpu,
    wallRatio: one.wall / base.wall,
    aim: variants[index]?.aim
  }))
}

const show = (title: string, unit: string, lines: ReadonlyArray<Line>): void => {
  console.log(`\n${title}`)
  console.log(
    `  ${"".padEnd(34)}${`CPU ${unit}`.padStart(14)}${"ratio".padStart(8)}${`wall ${unit}`.padStart(14)}` +
      `${"ratio".padStart(8)}${"aim CPU".padStart(10)}`
  )
  for (const { aim, cpu, cpuRatio, name, wall, wallRatio } of lines) {
    const goal = aim === undefined ? "" : `≤ ${aim}${cpuRatio <= aim ? "" : " ✗"}`
    console.log(
      `  ${name.padEnd(34)}${cpu.toFixed(2).padStart(14)}${cpuRatio.toFixed(2).padStart(8)}` +
        `${wall.toFixed(2).padStart(14)}${wallRatio.toFixed(2).padStart(8)}${goal.padStart(10)}`
    )
  }
}

/**
 * Questions of a batch, made of the replies of the fixtures. With `distinct` no text occurs twice, otherwise each reply
 * is asked again and again, as logs do.
 */
const questions = (distinct: boolean): string => {
  const replies = JSON.parse(readFileSync(at("test-fixtures/replies.json"), "utf8")) as ReadonlyArray<
    { readonly reply: string; readonly protocol: string; readonly phase: string; readonly context: string }
  >
  const file = join(folder, distinct ? "distinct.ndjson" : "repeated.ndjson")
  const lines = Array.from({ length: lineCount }, (_, number) => {
    const { context, phase, protocol, reply } = replies[number % replies.length] ?? { reply: "" }
    const text = distinct ? `${reply} q${(number * 7919).toString(36)}` : reply
    return `${JSON.stringify({ id: `${number}`, text, protocol, phase, context })}\n`
  })
  writeFileSync(file, lines.join(""))
  return file
}

const node = process.execPath
const bare = at("scripts/bench/bare.mjs")
const check = [
  [node, command, "check", "user@bench.test", "--host", "mail.bench.test", "--port", port],
  ["--security", "starttls", "--auth", "login", "--connect-to", `mail.bench.test:${port}:127.0.0.1:${port}`],
  ["--ca", caFile, "--secret", "env:BENCH_SECRET", "--state", state, "--json"]
].flat()

try {
  const bundle = await rolldown({
    input: at("scripts/bench/bulk.ts"),
    platform: "node",
    external: (id) => isBuiltin(id),
    logLevel: "silent"
  })
  await bundle.write({ dir: join(folder, "bulk"), format: "esm", minify: true, entryFileNames: "bulk.mjs" })
  await bundle.close()
  const bulk = [node, join(folder, "bulk", "bulk.mjs"), port, caFile, `${count}`, `${concurrency}`]

  console.log(
    `Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model.trim()}; medians of ${rounds}, ` +
      `in bulk of ${bulkRounds}`
  )

  const one = !wanted("check") ? [] : await compare([
    { name: "bare script", take: () => whole([node, bare, port, caFile]) },
    { name: "sonde check --json", aim: 1.3, take: () => whole(check) }
  ], rounds)
  if (one.length > 0) show("One check, whole process", "ms", one)

  const start = !wanted("start") ? [] : await compare([
    { name: "node -e 0", take: () => whole([node, "-e", "0"]) },
    { name: "sonde --version", aim: 1.5, take: () => whole([node, command, "--version"]) },
    {
      name: "sonde explain, provider unknown",
      aim: 3,
      take: () => whole([node, command, "explain", "535 5.7.3 Authentication unsuccessful"])
    },
    {
      name: "sonde explain",
      aim: 3,
      take: () =>
        whole([node, command, "explain", "535 5.7.3 Authentication unsuccessful", "--provider", "microsoft-365"])
    }
  ], rounds)
  if (start.length > 0) show("Start-up", "ms", start)

  const batches: Record<string, ReadonlyArray<Line>> = {}
  for (const name of wanted("batch") ? ["repeated", "distinct"] : []) {
    const file = questions(name === "distinct")
    const batch = await compare([
      { name: "bare loop", take: () => whole([node, at("scripts/bench/lines.mjs")], file) },
      { name: "sonde explain --batch", aim: 8, take: () => whole([node, command, "explain", "--batch"], file, true) }
    ], bulkRounds)
    batches[name] = batch
    show(`${lineCount} ${name} questions, whole process`, "ms", batch)
    for (const { cpu, name } of batch) {
      console.log(`  ${name.padEnd(34)}${(lineCount / cpu * 1000).toFixed(0).padStart(8)} a second of one core`)
    }
  }

  const bulkLines = !wanted("bulk") ? [] : await compare([
    { name: "bare script", take: () => many([node, bare, port, caFile, `${count}`, `${concurrency}`]) },
    { name: "typed result only", aim: 1.25, take: () => many([...bulk, "submission"]) },
    { name: "report, journal in memory", aim: 1.25, take: () => many([...bulk, "check"]) },
    { name: "report, journal on disk", take: () => many([...bulk, "check", state]) }
  ], bulkRounds)
  if (bulkLines.length > 0) show(`${count} checks in one process, ${concurrency} at once, for each`, "ms", bulkLines)
  for (const { cpu, name, wall } of bulkLines) {
    console.log(
      `  ${name.padEnd(34)}${(1000 / wall).toFixed(0).padStart(8)} sessions/s, ` +
        `${(1000 / cpu).toFixed(0)} of one core`
    )
  }

  const imapArguments = [imapPort, caFile, `${count}`, `${concurrency}`]
  const bulkImap = [node, join(folder, "bulk", "bulk.mjs"), ...imapArguments]
  const imapLines = !wanted("imap") ? [] : await compare([
    { name: "bare script", take: () => many([node, at("scripts/bench/bare-imap.mjs"), ...imapArguments]) },
    { name: "typed result only", aim: 1.5, take: () => many([...bulkImap, "mailbox"]) },
    { name: "report, journal in memory", aim: 1.5, take: () => many([...bulkImap, "check-imap"]) }
  ], bulkRounds)
  if (imapLines.length > 0) {
    show(`${count} checks of IMAP in one process, ${concurrency} at once, for each`, "ms", imapLines)
  }

  if (values.json !== undefined) {
    const groups = { one, start, ...batches, bulk: bulkLines, imap: imapLines }
    writeFileSync(
      values.json,
      `${JSON.stringify({ node: process.versions.node, rounds, count, concurrency, ...groups })}\n`
    )
  }
} finally {
  peer.stdin.end()
  await peerGone
  rmSync(folder, { recursive: true, force: true })
}
