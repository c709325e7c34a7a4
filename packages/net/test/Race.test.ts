import { assert, describe, it } from "@effect/vitest"
import * as Race from "@sonde/net/Race"
import * as Timers from "@sonde/net/Timers"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"

const four = (address: string): Race.Candidate => ({ address, port: 25, family: 4 })
const six = (address: string): Race.Candidate => ({ address, port: 25, family: 6 })

type Plan = Readonly<Record<string, readonly [afterMillis: number, outcome: Race.Obstacle | "Connected"]>>

/** Races addresses whose outcomes are planned; an address without a plan never answers. */
const race = (plan: Plan, candidates: ReadonlyArray<Race.Candidate>, options?: {
  readonly timeoutMillis?: number
  readonly denied?: string
}) =>
  Effect.gen(function*() {
    const timers = yield* Timers.fromClock
    const dialled: Array<string> = []
    const givenUp: Array<string> = []
    const fiber = yield* Effect.forkChild(
      Effect.result(Race.run<string>({
        candidates,
        timeoutMillis: options?.timeoutMillis ?? 10_000,
        timers,
        isAllowed: ({ address }) => address !== options?.denied,
        dialOne: ({ address }, connected, failed) => {
          dialled.push(`${address}@${timers.now()}`)
          const [afterMillis, outcome] = plan[address] ?? [Number.MAX_SAFE_INTEGER, "Timeout"]
          const report = () => outcome === "Connected" ? connected(address) : failed(outcome)
          const cancel = afterMillis === 0 ? (report(), () => {}) : timers.after(Math.min(afterMillis, 1e9), report)
          return () => {
            givenUp.push(address)
            cancel()
          }
        }
      })),
      { startImmediately: true }
    )
    return { fiber, dialled, givenUp }
  })

const outcomes = (attempts: ReadonlyArray<{ address: string; result: string; durationMillis: number }>) =>
  attempts.map(({ address, durationMillis, result }) => `${address} ${result} ${durationMillis}`)

describe("Race", () => {
  it("interleaves families, IPv6 first, and keeps the order within each", () => {
    const ordered = Race.order([four("192.0.2.1"), four("192.0.2.2"), six("2001:db8::1"), four("192.0.2.1")])
    assert.deepStrictEqual(ordered.map(({ address }) => address), ["2001:db8::1", "192.0.2.1", "192.0.2.2"])
  })

  it.effect("connects to a single address", () =>
    Effect.gen(function*() {
      const { fiber } = yield* race({ a: [30, "Connected"] }, [four("a")])
      yield* TestClock.adjust(30)
      const won = yield* Effect.fromResult(yield* Fiber.join(fiber))
      assert.strictEqual(won.socket, "a")
      assert.deepStrictEqual(outcomes(won.attempts), ["a Connected 30"])
    }))

  it.effect("starts the next address after 250 ms and abandons the slower one", () =>
    Effect.gen(function*() {
      const { dialled, fiber, givenUp } = yield* race({ s: [400, "Connected"], f: [20, "Connected"] }, [
        six("s"),
        four("f")
      ])
      yield* TestClock.adjust(249)
      assert.deepStrictEqual(dialled, ["s@0"])
      yield* TestClock.adjust(21)
      const won = yield* Effect.fromResult(yield* Fiber.join(fiber))
      assert.deepStrictEqual(dialled, ["s@0", "f@250"])
      assert.deepStrictEqual(outcomes(won.attempts), ["s Abandoned 270", "f Connected 20"])
      assert.deepStrictEqual(givenUp, ["s"])
    }))

  it.effect("starts the next address at once after a failure", () =>
    Effect.gen(function*() {
      const { dialled, fiber } = yield* race(
        { s: [10, "Unreachable"], f: [0, "Refused"], g: [5, "Connected"] },
        [six("s"), four("f"), four("g")]
      )
      yield* TestClock.adjust(15)
      const won = yield* Effect.fromResult(yield* Fiber.join(fiber))
      assert.deepStrictEqual(dialled, ["s@0", "f@10", "g@10"])
      assert.deepStrictEqual(outcomes(won.attempts), ["s Unreachable 10", "f Refused 0", "g Connected 5"])
    }))

  it.effect("lets an earlier address win after a later one has failed", () =>
    Effect.gen(function*() {
      const { fiber } = yield* race({ s: [300, "Connected"], f: [10, "Refused"] }, [six("s"), four("f")])
      yield* TestClock.adjust(300)
      const won = yield* Effect.fromResult(yield* Fiber.join(fiber))
      assert.deepStrictEqual(outcomes(won.attempts), ["s Connected 300", "f Refused 10"])
    }))

  it.effect("fails with the reason of the address that came furthest", () =>
    Effect.gen(function*() {
      const { fiber } = yield* race(
        { s: [0, "Unreachable"], f: [0, "Refused"] },
        [six("s"), four("f"), four("g")],
        { denied: "g" }
      )
      const error = yield* Effect.flip(Effect.fromResult(yield* Fiber.join(fiber)))
      assert.strictEqual(error.reason, "Refused")
      assert.deepStrictEqual(outcomes(error.attempts), ["s Unreachable 0", "f Refused 0", "g AddressDenied 0"])
    }))

  it.effect("never dials a denied address", () =>
    Effect.gen(function*() {
      const { dialled, fiber } = yield* race({}, [four("a")], { denied: "a" })
      const error = yield* Effect.flip(Effect.fromResult(yield* Fiber.join(fiber)))
      assert.strictEqual(error.reason, "AddressDenied")
      assert.deepStrictEqual(dialled, [])
    }))

  it.effect("bounds the whole race and lists only what was dialled", () =>
    Effect.gen(function*() {
      const { fiber, givenUp } = yield* race({}, [six("s"), four("f"), four("g"), four("h")], { timeoutMillis: 600 })
      yield* TestClock.adjust(600)
      const error = yield* Effect.flip(Effect.fromResult(yield* Fiber.join(fiber)))
      assert.strictEqual(error.reason, "Timeout")
      assert.deepStrictEqual(outcomes(error.attempts), ["s Timeout 600", "f Timeout 350", "g Timeout 100"])
      assert.deepStrictEqual(givenUp, ["s", "f", "g"])
    }))

  it.effect("fails without addresses", () =>
    Effect.gen(function*() {
      const { fiber } = yield* race({}, [])
      const error = yield* Effect.flip(Effect.fromResult(yield* Fiber.join(fiber)))
      assert.deepStrictEqual(error.attempts, [])
      assert.strictEqual(error.reason, "Unreachable")
    }))

  it.effect("gives every attempt up when interrupted", () =>
    Effect.gen(function*() {
      const { fiber, givenUp } = yield* race({}, [six("s"), four("f")])
      yield* TestClock.adjust(250)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(givenUp, ["s", "f"])
    }))

  it.effect("survives ten thousand addresses that fail at once", () =>
    Effect.gen(function*() {
      const many = Array.from({ length: 10_000 }, (_, index) => four(`a${index}`))
      const plan = Object.fromEntries(many.map(({ address }) => [address, [0, "Refused"] as const]))
      const { fiber } = yield* race(plan, many)
      const error = yield* Effect.flip(Effect.fromResult(yield* Fiber.join(fiber)))
      assert.strictEqual(error.attempts.length, 10_000)
    }))
})
