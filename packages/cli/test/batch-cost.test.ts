/**
 * That a batch stays within an order of magnitude of a loop that does nothing. Exact figures are for the benchmark: the
 * test runner makes calls between modules several times as slow as they are in the bundle.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@sonde/cli/run/answers"
import { answerer, question } from "@sonde/cli/run/batch"
import * as Many from "@sonde/packs/Many"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const replies = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ reply: Schema.String, phase: Schema.String })))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
)

/** What stands behind a reply: nothing, an id, or something so short that it could be a code, and is explained anew each time. */
const behind = {
  repeated: () => "",
  distinct: (number: number) => ` q${(number * 7919).toString(36)}`,
  unlike: (number: number) => ` q${number.toString(36)}`
} as const

const lines = (kind: keyof typeof behind): ReadonlyArray<string> =>
  Array.from({ length: 10_000 }, (_, number) => {
    const { phase, reply } = replies[number % replies.length] ?? { phase: "", reply: "" }
    return JSON.stringify({ id: number, text: `${reply}${behind[kind](number)}`, phase })
  })

/** Microseconds that this thread works; other threads of the process run other tests. */
const cost = (work: () => void): number => {
  const before = process.threadCpuUsage()
  work()
  const { system, user } = process.threadCpuUsage(before)
  return user + system
}

/** What each work costs in all, in turns, so that a busy moment hits both; the first turn compiles and is not counted. */
const costs = (one: () => void, other: () => void): readonly [number, number] => {
  let sums: readonly [number, number] = [0, 0]
  for (let turn = 0; turn < 4; turn++) {
    const both = [cost(one), cost(other)] as const
    if (turn > 0) sums = [sums[0] + both[0], sums[1] + both[1]]
  }
  return sums
}

describe("a batch", () => {
  it.effect.each(
    [{ kind: "repeated", most: 16 }, { kind: "distinct", most: 60 }, { kind: "unlike", most: 400 }] as const
  )(
    "costs a bounded multiple of reading and printing its lines: %j",
    ({ kind, most }) =>
      Effect.gen(function*() {
        const packs = yield* Packs
        const library = yield* packs.library
        for (const { id } of library.summaries) yield* library.load(id)
        const explain = yield* Many.make(library)
        const questions = lines(kind)
        let octets = 0
        const [bare, batch] = costs(() => {
          for (const line of questions) octets += JSON.stringify(JSON.parse(line)).length
        }, () => {
          // Anew each time, so that the last answers of one turn are not those of the next.
          const answer = answerer(explain, undefined)
          const answers = Answers.make()
          for (const line of questions) {
            const asked = question(line, {})
            if ("problem" in asked) throw new Error(asked.problem)
            answers.add(asked.id, answer(asked.text, asked.hints, "2026-11-24"), asked.text)
          }
          octets += answers.take().length
        })
        assert.isAbove(octets, 1000)
        console.log(`batch, ${kind}: ${(batch / bare).toFixed(1)} times the bare loop`)
        assert.isBelow(batch / bare, most)
      }).pipe(Effect.provide(Packs.layer)),
    60_000
  )
})
