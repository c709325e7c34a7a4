/**
 * Runs every check of the repository, cheapest first, and says one line about each.
 *
 * All of them run, whatever fails before; the whole output is shown of those that failed. Exit status 1 when any did.
 *
 *     node scripts/check.ts [--only LIST] [--skip LIST] [--json FILE] [--list]
 *
 * LIST is names with commas between; `tests` means `unit,loopback`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import process from "node:process"
import { parseArgs } from "node:util"
import { add, count, type Counts, none, words } from "./internal/results.ts"
import { run, seconds } from "./internal/run.ts"
import { files } from "./internal/workspace.ts"

/** One check. `says` finds the words worth showing when it passed, and can refuse an output that proves nothing. */
interface Check {
  readonly name: string
  readonly command: ReadonlyArray<string>
  /** Set for the kinds of test: its tests are counted, not the check. */
  readonly tests?: "unit" | "loopback"
  readonly says?: (output: string) => string | undefined
}

const script = (name: string): ReadonlyArray<string> => [process.execPath, `scripts/${name}.ts`]
const last = (output: string): string => output.trim().split("\n").at(-1) ?? ""

/** How many source and test files there are: a tool that says it looked at fewer has looked at nothing worth a tick. */
const sources = files("packages", (path) => /^packages\/[^/]+\/(?:src|test)\/.*\.ts$/.test(path)).length

const vitest = (project: string): ReadonlyArray<string> => [
  "vitest",
  "run",
  "--config",
  "vitest.workspace.ts",
  "--project",
  project
]

const checks: ReadonlyArray<Check> = [
  {
    name: "format",
    command: ["dprint", "check", "--config", "scripts/dprint.json", "--list-different"],
    says: () => ""
  },
  {
    name: "lint",
    command: ["oxlint", "-c", "scripts/oxlintrc.json", "--deny-warnings"],
    says: (output) => {
      const looked = /on (\d+) files/.exec(output)?.[1]
      return looked !== undefined && Number(looked) >= sources ? `${looked} files` : undefined
    }
  },
  { name: "boundaries", command: script("check-boundaries"), says: last },
  { name: "rfc", command: script("check-rfc"), says: last },
  { name: "catalogue", command: script("check-catalogue"), says: last },
  { name: "docs", command: script("check-docs"), says: last },
  { name: "readme", command: [...script("readme"), "--check"], says: last },
  // Knip has no words for "nothing found".
  { name: "dead-code", command: ["knip", "--no-progress", "--no-config-hints"], says: () => "" },
  {
    name: "types",
    command: ["tsc", "-b", "packages/*", "packages/*/test", "scripts"].flatMap((argument) => expand(argument)),
    says: () => ""
  },
  {
    name: "effect",
    command: [
      "effect-tsgo",
      "diagnostics",
      "--project",
      "scripts/tsconfig.effect.json",
      "--strict",
      "--format",
      "text"
    ],
    says: (output) => {
      const looked = /Checked (\d+) files/.exec(output)?.[1]
      return looked !== undefined && Number(looked) >= sources ? `${looked} files` : undefined
    }
  },
  { name: "unit", command: vitest("unit"), tests: "unit" },
  { name: "loopback", command: vitest("loopback"), tests: "loopback" },
  { name: "packages", command: script("check-packages"), says: last },
  { name: "bundle", command: script("check-bundle"), says: last }
]

/** A pattern with one star per folder, as a shell would expand it: only folders with a `tsconfig.json`. */
function expand(pattern: string): ReadonlyArray<string> {
  if (!pattern.includes("*")) return [pattern]
  const wanted = new RegExp(`^(${pattern.replaceAll("*", "[^/]+")})/tsconfig\\.json$`)
  return files("packages").flatMap((path) => wanted.exec(path)?.[1] ?? [])
}

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    skip: { type: "string" },
    json: { type: "string" },
    list: { type: "boolean" }
  }
})
const names = (list: string | undefined): ReadonlyArray<string> => {
  const asked = (list ?? "").split(",").filter((name) => name !== "")
    .flatMap((name) => name === "tests" ? ["unit", "loopback"] : [name])
  const unknown = asked.filter((name) => !checks.some((check) => check.name === name))
  if (unknown.length > 0) {
    console.error(`no check is called ${unknown.join(", ")}; there are ${checks.map((check) => check.name).join(", ")}`)
    process.exit(64)
  }
  return asked
}
const only = names(values.only)
const skip = names(values.skip)
const chosen = checks.filter(({ name }) => (only.length === 0 || only.includes(name)) && !skip.includes(name))
if (values.list === true) {
  for (const check of chosen) console.log(check.name)
  process.exit(0)
}
if (chosen.length === 0) {
  console.error("nothing to check")
  process.exit(64)
}

const scratch = mkdtempSync(join(tmpdir(), "sonde-check-"))
const began = performance.now()
let total: Counts = none
const entries: Array<{ readonly name: string; readonly ok: boolean; readonly millis: number } & Counts> = []
for (const check of chosen) {
  const results = join(scratch, `${check.name}.json`)
  const outcome = await run(check.command, check.tests === undefined ? {} : { env: { SONDE_TEST_RESULTS: results } })
  let counts: Counts
  let says: string | undefined
  if (check.tests === undefined) {
    says = outcome.status === 0 ? check.says?.(outcome.output) : undefined
    counts = says === undefined ? { ...none, failed: 1 } : { ...none, passed: 1 }
  } else {
    counts = count(results, [check.tests])[check.tests]
    // Vitest also fails for what is no test: an unhandled rejection, a broken setup.
    if (outcome.status !== 0 && counts.failed === 0) counts = { ...counts, failed: 1 }
    says = words(counts)
  }
  const ok = counts.failed === 0
  total = add(total, counts)
  entries.push({ name: check.name, ok, millis: Math.round(outcome.millis), ...counts })
  console.log(
    `${ok ? "ok  " : "FAIL"} ${check.name.padEnd(10)} ${seconds(outcome.millis).padStart(7)}  ${says ?? ""}`.trimEnd()
  )
  if (!ok) {
    const why = outcome.status === 0 && says === undefined ? "it passed without having looked at every file\n" : ""
    console.log(`${why}${outcome.output.trimEnd()}\n`)
  }
}
rmSync(scratch, { recursive: true, force: true })
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ ...total, checks: entries }, null, 2)}\n`)
console.log(`${words(total)} (${seconds(performance.now() - began)})`)
process.exitCode = total.failed === 0 ? 0 : 1
