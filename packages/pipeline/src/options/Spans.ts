/**
 * How long a run may wait, as its options say.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import { spanMillis } from "@sonde/domain/Options"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/** The longest wait of a timer, a signed 32-bit number: the platforms let longer ones go off at once. */
const longestMillis = 2_147_483_647

/**
 * Checks the spans that were given: above nothing, and below what a timer can wait.
 *
 * @category parsing
 * @since 0.1.0
 */
export const check = (options: CheckOptions): Result.Result<void, OptionsError> => {
  for (
    const [option, span] of [
      ["--timeout", options.timeout],
      ["--deadline", options.deadline],
      ["--read-back-timeout", options.readBackTimeout]
    ] as const
  ) {
    if (span === undefined) continue
    const millis = spanMillis(span) ?? 0
    if (!(millis > 0)) {
      return fail(option, `${span} is no time to wait`, "give a number with ms, s, m or h, such as 10s")
    }
    if (millis > longestMillis) return fail(option, `${span} is too long`, "give 24d at most")
  }
  return Result.succeed(undefined)
}

/**
 * The limits of spans that were checked, in milliseconds. Looking for a message has `lookMillis` of its own, unless somebody
 * said how long the whole may take.
 *
 * @category combinators
 * @since 0.1.0
 */
export const limits = ({ deadline, timeout }: CheckOptions, lookMillis: number) => ({
  phaseMillis: spanMillis(timeout ?? "10s") ?? 10_000,
  deadlineMillis: deadline === undefined ? 60_000 + lookMillis : spanMillis(deadline) ?? 60_000
})
