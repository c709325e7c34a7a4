/**
 * What is said of a bug: where it happened, never with what. Messages of errors may hold addresses, replies or worse,
 * so none is printed.
 */
import { version } from "./Version.ts"

/** The frames of a stack: functions and places in files, no text of the error. */
const frames = (error: Error): ReadonlyArray<string> =>
  (error.stack ?? "").split("\n").filter((line) => /^\s+at .*(?:\.[cm]?[jt]s:\d+:\d+|node:)/.test(line)).slice(0, 12)

/** The report of a defect, for standard error. */
export const defect = (cause: unknown): string => {
  const kind = cause instanceof Error ? cause.name.replaceAll(/[^\w.$-]/g, "") : typeof cause
  const where = cause instanceof Error ? frames(cause).map((line) => `${line}\n`).join("") : ""
  return `sonde: a defect in Sonde itself: ${kind}; please report it with the lines below, they hold no data of yours\n`
    + `    sonde ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}\n`
    + where
}
