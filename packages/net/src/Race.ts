/**
 * Races the addresses of a host: their order (RFC 8305 section 4) and the staggered attempts (RFC 8305 section 5).
 *
 * The engine works on callbacks and alarms, so that the usual race of one address costs no fiber. Nothing here opens a
 * socket: `dialOne` does, and the platform brings it. Addresses are not sorted by RFC 6724 here; within a family the order
 * given is kept.
 *
 * @since 0.1.0
 */
import type { Attempt } from "@sonde/domain/Errors"
import * as Effect from "effect/Effect"
import { DialFailed } from "./Dialer.ts"
import type { Timers } from "./Timers.ts"

/**
 * One address to dial. Where a proxy looks names up, `address` is a name, which has no family.
 *
 * @category models
 * @since 0.1.0
 */
export interface Candidate {
  readonly address: string
  readonly port: number
  readonly family?: 4 | 6 | undefined
}

/**
 * What dialling one address came to, as far as it failed by itself.
 *
 * @category models
 * @since 0.1.0
 */
export type Obstacle = DialFailed["reason"]

/**
 * Time between the starts of two attempts while none has failed, in milliseconds: the recommended Connection Attempt Delay of
 * RFC 8305 section 5.
 *
 * @category constants
 * @since 0.1.0
 */
export const attemptDelayMillis = 250

/**
 * Interleaves the families, IPv6 first (RFC 8305 section 4), and drops repeated addresses.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order = (candidates: ReadonlyArray<Candidate>): ReadonlyArray<Candidate> => {
  const seen = new Set<string>()
  const unique = candidates.filter((candidate) => {
    const key = `${candidate.address} ${candidate.port}`
    return !seen.has(key) && seen.add(key)
  })
  const six = unique.filter((candidate) => candidate.family === 6)
  const four = unique.filter((candidate) => candidate.family !== 6)
  const ordered: Array<Candidate> = []
  for (let index = 0; index < Math.max(six.length, four.length); index++) {
    const pair = [six[index], four[index]]
    ordered.push(...pair.filter((candidate) => candidate !== undefined))
  }
  return ordered
}

// Which obstacle came furthest: a reset needs a connection, a refusal a host, a timeout a route; behind a proxy, one that serves us.
const furthest: ReadonlyArray<Obstacle> = [
  "Reset",
  "Refused",
  "Timeout",
  "Unreachable",
  "ProxyDenied",
  "ProxyAuth",
  "ProxyBroken",
  "ProxyUnreachable",
  "AddressDenied"
]

/** What a proxy says to every address alike: a second try would only be one more refused sign-in. */
const isFinal = (obstacle: Obstacle): boolean =>
  obstacle === "ProxyAuth" || obstacle === "ProxyBroken" || obstacle === "ProxyUnreachable"

/**
 * What the race needs. `dialOne` reports once, `connected` or `failed`, possibly at once, with what a proxy said to it, and returns how
 * to give up: giving up after a report does nothing, and may tell what was waited for where that is not the address. `isAllowed` is asked with the very address that would be dialled; a denied one costs no time.
 *
 * @category models
 * @since 0.1.0
 */
export interface RaceOptions<S> {
  readonly candidates: ReadonlyArray<Candidate>
  readonly timeoutMillis: number
  readonly timers: Timers
  readonly isAllowed: (candidate: Candidate) => boolean
  readonly dialOne: (
    candidate: Candidate,
    connected: (socket: S) => void,
    failed: (obstacle: Obstacle, said?: string) => void
  ) => () => Obstacle | void
}

/**
 * The winner, and every attempt in the order of the race.
 *
 * @category models
 * @since 0.1.0
 */
export interface Won<S> {
  readonly socket: S
  readonly candidate: Candidate
  readonly attempts: ReadonlyArray<Attempt>
}

interface Running {
  readonly candidate: Candidate
  readonly startedAt: number
  result: Attempt["result"] | undefined
  durationMillis: number
  said: string | undefined
  giveUp: () => Obstacle | void
}

/**
 * Runs the race. The first address that connects wins and the others are given up as `Abandoned`. After a failure the next
 * address starts at once. `timeoutMillis` bounds the whole race: attempts under way then count as `Timeout`, addresses that
 * had no turn are not listed. Interruption gives all attempts up.
 *
 * @category running
 * @since 0.1.0
 */
export const run = <S>(options: RaceOptions<S>): Effect.Effect<Won<S>, DialFailed> =>
  Effect.callback((resume) => {
    const { timers } = options
    const waiting = [...order(options.candidates)]
    const running: Array<Running> = []
    let isOver = false
    let cancelStagger = (): void => {}
    let cancelLimit = (): void => {}

    const finish = (entry: Running, result: Attempt["result"], said?: string): void => {
      entry.result = result
      entry.said = said
      entry.durationMillis = Math.max(0, timers.now() - entry.startedAt)
    }

    const stop = (rest: "Abandoned" | "Timeout"): void => {
      isOver = true
      cancelStagger()
      cancelLimit()
      for (const entry of running) {
        if (entry.result !== undefined) continue
        finish(entry, rest)
        const awaited = entry.giveUp()
        if (rest === "Timeout" && awaited !== undefined) entry.result = awaited
      }
    }

    const attempts = (): ReadonlyArray<Attempt> =>
      running.map(({ candidate, durationMillis, result, said }) => ({
        address: candidate.address,
        port: candidate.port,
        result: result ?? "Abandoned",
        durationMillis,
        ...(said === undefined ? {} : { said })
      }))

    const lose = (): void => {
      stop("Timeout")
      const all = attempts()
      const reason = furthest.find((obstacle) => all.some((attempt) => attempt.result === obstacle)) ?? "Unreachable"
      resume(Effect.fail(new DialFailed({ reason, attempts: all })))
    }

    // A loop and not a recursion: thousands of denied addresses must not fill the stack.
    const next = (): void => {
      cancelStagger()
      while (!isOver) {
        const candidate = waiting.shift()
        if (candidate === undefined) {
          if (running.every((entry) => entry.result !== undefined)) lose()
          return
        }
        const entry: Running = {
          candidate,
          startedAt: timers.now(),
          result: undefined,
          durationMillis: 0,
          said: undefined,
          giveUp: () => {}
        }
        running.push(entry)
        if (!options.isAllowed(candidate)) {
          finish(entry, "AddressDenied")
          continue
        }
        let isStarting = true
        entry.giveUp = options.dialOne(
          candidate,
          (socket) => {
            if (isOver || entry.result !== undefined) return
            finish(entry, "Connected")
            stop("Abandoned")
            resume(Effect.succeed({ socket, candidate, attempts: attempts() }))
          },
          (obstacle, said) => {
            if (isOver || entry.result !== undefined) return
            finish(entry, obstacle, said)
            if (isFinal(obstacle)) waiting.length = 0
            if (!isStarting) next()
          }
        )
        isStarting = false
        if (entry.result !== undefined) continue
        if (waiting.length > 0) cancelStagger = timers.after(attemptDelayMillis, next)
        return
      }
    }

    cancelLimit = timers.after(options.timeoutMillis, lose)
    next()
    return Effect.sync(() => stop("Abandoned"))
  })
