/**
 * Moments as they stand in journals and reports.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"

/**
 * ISO 8601 in UTC with milliseconds, of a moment in milliseconds since the epoch.
 *
 * @category formatting
 * @since 0.1.0
 */
export const iso = (epochMillis: number): string => {
  const millis = Math.floor(epochMillis)
  const started = Math.floor(millis / 1000)
  if (started !== second) {
    second = started
    prefix = DateTime.formatIso(DateTime.makeUnsafe(started * 1000)).slice(0, -4)
  }
  return `${prefix}${`${millis - started * 1000}`.padStart(3, "0")}Z`
}

// A run asks for the same second some twenty times, and formatting it is most of the work.
let second = Number.NaN
let prefix = ""
