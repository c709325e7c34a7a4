/**
 * Any text is answered, in time proportional to its length: each text is read at one size and at twice the size, and
 * twice the text takes less than three times as long. What takes less than the floor is too short to compare.
 */
import { assert, describe, it } from "@effect/vitest"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Effect from "effect/Effect"
import process from "node:process"
import { beginnings, type Nasty, repeated, structures } from "./nasty.ts"

/** Times below this are noise of the machine, in milliseconds of processor time. */
const floorMillis = 60

/** The longest that a text of 1 MiB may take, in milliseconds of processor time. */
const limitMillis = 3000

const mebibyte = 1_048_576

/** Processor time of this thread, in milliseconds: what others do on the machine does not count. */
const used = (): number => {
  const { system, user } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The least of a few attempts: the machine is never faster than it is. */
const least = (work: () => void, attempts: number): number => {
  let found = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < attempts; attempt++) {
    const started = used()
    work()
    found = Math.min(found, used() - started)
    if (found < floorMillis) break
  }
  return found
}

/** How often a text is measured that took too long: its size does so each time, a busy moment once. */
const turns = 3

const compare = (name: string, size: number, make: Nasty["make"], read: (text: string) => void): void => {
  const once = make(size)
  const twice = make(size * 2)
  for (let turn = 1; turn <= turns; turn++) {
    const long = least(() => read(twice), 5)
    if (long < floorMillis) return
    const short = least(() => read(once), 5)
    const ratio = long / Math.max(short, floorMillis / 3)
    if (ratio < 3 && long < limitMillis) return
    if (turn < turns) continue
    assert.isBelow(ratio, 3, `${name}: ${short} ms, then ${long} ms`)
    assert.isBelow(long, limitMillis, name)
  }
}

const all = [...repeated, ...structures]

describe("hostile texts", () => {
  it("are read in proportional time, up to 1 MiB", () => {
    for (const { make, name } of all) compare(name, mebibyte / 2, make, unwrap)
  }, 120_000)

  it.each(beginnings)("are read in proportional time after %s", (beginning) => {
    for (const { make, name } of all) {
      compare(`${JSON.stringify(beginning)} and ${name}`, mebibyte / 16, (size) => beginning + make(size), unwrap)
    }
  }, 120_000)

  it.effect("are explained, with the packs that are built in", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const context = yield* Effect.context<never>()
      const run = (text: string) => {
        const { read } = Effect.runSyncWith(context)(explain(packs, text))
        assert.isString(read.text)
      }
      yield* explain(packs, "550 5.1.1 first, so that the packs are loaded")
      yield* (yield* packs.library).plan
      for (const { make, name } of structures) compare(name, mebibyte / 16, make, run)
      for (const { make, name } of repeated) compare(name, mebibyte / 16, make, run)
      for (const { make, name } of repeated) {
        compare(`one line of ${name}`, mebibyte / 2, (size) => make(size).replaceAll(/[\n\r]/gu, " "), run)
      }
    }).pipe(Effect.provide(Packs.layer)), 120_000)
})
