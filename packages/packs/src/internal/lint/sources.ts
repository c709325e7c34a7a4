/** Checks of dates and sources. */
import type { Pack } from "../../Pack.ts"
import { nearest } from "../advise.ts"
import type { Path, Report } from "./report.ts"

const isDate = (date: string): boolean => {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day <= (days[month - 1] ?? 0)
}

/** Dates that are no days, that are still to come where they cannot be, and reviews that are due. */
export const checkDates = (pack: Pack, today: string, report: Report): void => {
  const isDay = (date: string, path: Path): boolean => {
    if (isDate(date)) return true
    report.error("date", path, `${date} is no day of the calendar`, "correct the day")
    return false
  }
  const review = (date: string, path: Path) => {
    if (!isDay(date, path) || date >= today) return
    report.error("review-due", path, `the review was due on ${date}`, "read the source again and set a new date")
  }
  review(pack.reviewBy, ["reviewBy"])
  for (const [key, source] of Object.entries(pack.sources ?? {})) {
    const path = ["sources", key, "asOf"]
    if (isDay(source.asOf, path) && source.asOf > today) {
      report.error("future-date", path, `${source.asOf} is in the future`, "write the day the source was read or dated")
    }
    if (source.reviewBy !== undefined) review(source.reviewBy, ["sources", key, "reviewBy"])
  }
  const [year = 0, month = 0] = pack.version.split(".").map(Number)
  const [thisYear = 0, thisMonth = 0] = today.split("-").map(Number)
  if (year > thisYear || (year === thisYear && month > thisMonth)) {
    report.error("future-date", ["version"], `${pack.version} is in the future`, "use the year and month of today")
  }
  for (const [number, { date }] of (pack.signIn?.timeline ?? []).entries()) {
    isDay(date, ["signIn", "timeline", number, "date"])
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Calls back for every list under the key `sources`, wherever it is. */
const everySources = (value: unknown, path: Path, visit: (keys: ReadonlyArray<unknown>, path: Path) => void): void => {
  if (Array.isArray(value)) value.forEach((item, number) => everySources(item, [...path, number], visit))
  else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === "sources" && Array.isArray(item)) visit(item, [...path, key])
      else everySources(item, [...path, key], visit)
    }
  }
}

/** Keys of sources that do not exist, and sources that nothing refers to. */
export const checkSources = (pack: Pack, report: Report): void => {
  const used = new Set<string>()
  const known = Object.keys(pack.sources ?? {})
  everySources({ ...pack, sources: undefined }, [], (keys, path) => {
    for (const [number, key] of keys.entries()) {
      used.add(`${key}`)
      if (known.includes(`${key}`)) continue
      const meant = nearest(`${key}`, known)
      report.error(
        "unknown-source",
        [...path, number],
        `there is no source "${key}"`,
        meant === undefined
          ? "add it under sources or correct the key"
          : `did you mean "${meant}"? Or add it under sources`
      )
    }
  })
  for (const key of known) {
    if (!used.has(key)) report.warning("unused-source", ["sources", key], `nothing refers to "${key}"`, "remove it")
  }
}
