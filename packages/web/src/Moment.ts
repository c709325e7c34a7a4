/**
 * Moments for people.
 */

/** A moment to the minute: `2026-11-23 14:02 UTC`. */
export const minute = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
