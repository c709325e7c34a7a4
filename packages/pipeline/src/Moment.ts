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
export const iso = (epochMillis: number): string => DateTime.formatIso(DateTime.makeUnsafe(epochMillis))
