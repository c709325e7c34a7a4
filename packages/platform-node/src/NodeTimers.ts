/**
 * Real time for the engines of `net`: the monotonic clock and the timers of Node.
 *
 * @since 0.1.0
 */
import type { Timers } from "@sonde/net/Timers"

// setTimeout takes a signed 32-bit number of milliseconds and fires at once for anything larger.
const maxTimerMillis = 2_147_483_647

/**
 * Milliseconds since the process began, and plain timers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const timers: Timers = {
  now: () => performance.now(),
  after: (millis, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, millis), maxTimerMillis))
    return () => clearTimeout(timer)
  }
}
