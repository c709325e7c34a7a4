/**
 * Counts what vitest's JSON reporter wrote. A file that did not load counts as one failure, and so does a kind of test
 * that was asked for and had none: a suite that silently vanished is not green.
 */
import { existsSync, readFileSync } from "node:fs"

/** Numbers of tests, or of checks. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** No tests at all. */
export const none: Counts = { passed: 0, failed: 0, skipped: 0 }

/** The sum of two counts. */
export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped
})

/** The words every summary ends with. */
export const words = (counts: Counts): string =>
  `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`

/** File suffixes of the three kinds of test. */
const suffixes = { unit: ".test.ts", loopback: ".loopback.ts", peer: ".peer.ts" } as const

/** A kind of test. */
export type Kind = keyof typeof suffixes

interface Report {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

/** Counts by kind of one results file. A file that is missing or torn makes every wanted kind one failure. */
export const count = (path: string, wanted: ReadonlyArray<Kind>): Readonly<Record<Kind, Counts>> => {
  const counted: Record<Kind, Counts> = { unit: none, loopback: none, peer: none }
  let report: Report = { testResults: [] }
  try {
    if (existsSync(path)) report = JSON.parse(readFileSync(path, "utf8")) as Report
  } catch {
    report = { testResults: [] }
  }
  for (const kind of wanted) {
    for (const file of report.testResults.filter((result) => result.name.endsWith(suffixes[kind]))) {
      const failed = file.assertionResults.filter((test) => test.status === "failed").length
      const passed = file.assertionResults.filter((test) => test.status === "passed").length
      const broken = failed === 0 && file.status === "failed" ? 1 : 0
      const skipped = file.assertionResults.length - failed - passed
      counted[kind] = add(counted[kind], { passed, failed: failed + broken, skipped })
    }
    if (words(counted[kind]) === words(none)) counted[kind] = { ...none, failed: 1 }
  }
  return counted
}
