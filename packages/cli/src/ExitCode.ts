/**
 * The exit status in the three ways it can be asked for.
 */
import type { Report } from "@sonde/domain/Report"

/** The choices of `--exit-codes`. */
export const schemes = ["sysexits", "simple", "plugin"] as const
/** One of them. */
export type Scheme = typeof schemes[number]

/** Findings of a diagnosis, as opposed to reasons why there is none. */
const findings = new Set([1, 67, 68, 69, 76, 77, 78])

/**
 * Folds a status of sysexits. `simple` is 0 (passed), 1 (something is wrong), 2 (could not tell); `plugin` is that of
 * monitoring plugins: 0 OK, 1 warning, 2 critical, 3 unknown. Bad usage stays 64, signals stay as they are.
 */
export const fold = (scheme: Scheme, code: number): number => {
  if (scheme === "sysexits" || code === 0 || code === 64 || code === 130 || code === 143) return code
  const isFinding = findings.has(code)
  if (scheme === "simple") return isFinding ? 1 : 2
  return code === 1 ? 1 : isFinding ? 2 : 3
}

/**
 * The status of a report. With `failOnWarning` a report that passed with warnings ends with 1, and so does a posture that has a
 * warning beside what could not be told; as a plugin a warning is always told.
 */
export const ofReport = (
  report: Report,
  options: { readonly scheme: Scheme; readonly failOnWarning: boolean }
): number => {
  const warns = report.outcome === "warn" || report.findings.some((finding) => finding.state === "warn")
  const improvable = options.failOnWarning && report.exitCode === 75 &&
    report.findings.some((finding) => finding.service === "posture" && finding.state === "warn")
  const code = (report.exitCode === 0 || improvable) && warns && (options.failOnWarning || options.scheme === "plugin")
    ? 1
    : report.exitCode
  return fold(options.scheme, code)
}
