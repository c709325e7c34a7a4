/**
 * Adds up what the steps of a CI run left behind and prints the one line `N passed, N failed, N skipped`.
 *
 * Arguments, any number: `tests=KIND,KIND:STATUS:FILE` (a results file of vitest and the exit status of the run that wrote
 * it), `checks:STATUS:FILE` (what `check.ts --json` wrote), `step:STATUS` (a step that counts as one check). A step that
 * failed without a failure in its file, or left no file, counts as one failure. Exit status 1 when anything failed.
 */
import { existsSync, readFileSync } from "node:fs"
import process from "node:process"
import { add, count, type Counts, type Kind, none, words } from "./internal/results.ts"

const readChecks = (path: string): Counts => {
  if (!existsSync(path)) return none
  try {
    const { failed, passed, skipped } = JSON.parse(readFileSync(path, "utf8")) as Counts
    return { passed, failed, skipped }
  } catch {
    return none
  }
}

let total = none
for (const argument of process.argv.slice(2)) {
  const [what = "", status = "", ...rest] = argument.split(":")
  const path = rest.join(":")
  const [kind, list = ""] = what.split("=")
  let counts: Counts
  if (kind === "tests") {
    const kinds = list.split(",") as ReadonlyArray<Kind>
    const counted = count(path, kinds)
    counts = kinds.map((name) => counted[name]).reduce(add, none)
  } else if (kind === "checks") counts = readChecks(path)
  else counts = status === "0" ? { ...none, passed: 1 } : none
  if (status !== "0" && counts.failed === 0) counts = { ...counts, failed: 1 }
  total = add(total, counts)
}
if (total.passed === 0 && total.failed === 0) total = { ...none, failed: 1 }
console.log(words(total))
process.exitCode = total.failed === 0 ? 0 : 1
