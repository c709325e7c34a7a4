/**
 * Time as the engines of this room need it: a reading and a cancellable alarm, without a fiber per alarm.
 *
 * A fiber per reply is most of what a time limit costs in bulk, so sessions and races take plain timers. The platform
 * gives real ones; `fromClock` gives those of the `Clock` service, and so virtual time in tests.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * A clock with alarms. `now` is in milliseconds from an arbitrary origin and never runs backward where the platform can
 * promise that. `after` calls `run` once, `millis` milliseconds from now, unless the returned function is called before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Timers {
  readonly now: () => number
  readonly after: (millis: number, run: () => void) => () => void
}

/**
 * Alarms of the `Clock` service in force where the effect runs. Each alarm is a fiber: for tests and fakes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromClock: Effect.Effect<Timers> = Effect.gen(function*() {
  const context = yield* Effect.context<never>()
  const clock = yield* Clock.Clock
  const fork = Effect.runForkWith(context)
  return {
    now: () => clock.currentTimeMillisUnsafe(),
    after: (millis, run) => {
      const fiber = fork(Effect.andThen(Effect.sleep(millis), Effect.sync(run)))
      return () => fiber.interruptUnsafe()
    }
  }
})
