/** Time in words. */

/**
 * A duration for people: `12 ms`, `5.2 s`, `2 min 5 s`.
 *
 * @category time
 * @since 0.1.0
 */
export const duration = (millis: number): string => {
  if (millis < 999.5) return `${Math.round(millis)} ms`
  if (millis < 59_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  if (seconds < 7200) {
    return seconds % 60 === 0
      ? `${seconds / 60} min`
      : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  }
  return `${Math.round(seconds / 3600)} h`
}

/**
 * Milliseconds between two ISO 8601 moments, `undefined` where one of them is none.
 *
 * @category time
 * @since 0.1.0
 */
export const between = (from: string, to: string): number | undefined => {
  const millis = (text: string) => {
    const at = Date.parse(text)
    return Number.isNaN(at) ? undefined : at
  }
  const start = millis(from)
  const end = millis(to)
  return start === undefined || end === undefined ? undefined : end - start
}

/** A number with its noun: `1 day`, `2 days`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

/**
 * How long ago a moment was: `just now`, `12 minutes ago`, `3 days ago`. A moment that cannot be read is `earlier`.
 *
 * @category time
 * @since 0.1.0
 */
export const age = (at: string, now: string): string => {
  const millis = between(at, now)
  if (millis === undefined) return "earlier"
  const seconds = Math.max(millis, 0) / 1000
  if (seconds < 10) return "just now"
  if (seconds < 90) return `${plural(Math.round(seconds), "second")} ago`
  if (seconds < 5400) return `${plural(Math.round(seconds / 60), "minute")} ago`
  if (seconds < 129_600) return `${plural(Math.round(seconds / 3600), "hour")} ago`
  return `${plural(Math.round(seconds / 86_400), "day")} ago`
}
