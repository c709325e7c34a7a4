/**
 * The pause that a server asks for in the words of its reply. Pure.
 *
 * @since 0.1.0
 */

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }

const asked =
  /\b(?:back-?\s?off time|retry after|(?:try|retry) again (?:in|after)|wait(?: for)?)[\s:=]{1,3}(\d{1,9})\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b/i

/** Longer than a server has been seen to mean it: a day. */
const longestMillis = 86_400_000

/**
 * The pause in milliseconds, at most a day; `undefined` where the text names none:
 * `Suggested Backoff Time: 92415 milliseconds`, `try again in 5 minutes`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const millisOf = (text: string): number | undefined => {
  const [, amount = "", unit = ""] = asked.exec(text) ?? []
  const factor = /^(?:ms|milli)/i.test(unit) ? 1 : units[unit.charAt(0).toLowerCase()]
  const millis = amount === "" || factor === undefined ? undefined : Number(amount) * factor
  return millis === undefined || millis === 0 || millis > longestMillis ? undefined : millis
}
