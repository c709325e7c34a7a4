/**
 * The replies in `test-fixtures/replies.json` told in other ways get the cause that they get as they are: what changes
 * from report to report, and which program prints it, is no reason for another answer.
 */
import { assert, describe, it } from "@effect/vitest"
import { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { list } from "@sonde/packs/schema/Scalar"
import { fold } from "@sonde/packs/Text"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { rewordings, type Said, wrappings } from "./rewordings.ts"

const Entry = Schema.Struct({ id: Schema.String, phase: Schema.String, reply: Schema.String, cause: Cause })

const entries = Schema.decodeUnknownSync(Schema.Array(Entry))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
)

/** The floor of the rate, in percent; measured were 99.8. What is lost are codes that a program does not print. */
const floor = 99

/** Entries that are nothing but a message of a TLS library, which a rule must name as the library words it. */
const messages = new Set(["mr-0050"])

/** The reply itself, where the entry has one with a code and is of a phase that programs name. */
const saidIn = (reply: string, phase: string): Said | undefined => {
  if (!["auth", "mail", "rcpt", "data"].includes(phase)) return undefined
  const [first] = unwrap(reply).candidates
  if (first.protocol !== "smtp" || typeof first.code !== "number" || first.layer === "whole") return undefined
  // RFC 4954 section 6: these answer AUTH alone.
  if ([534, 535, 538].includes(first.code) && phase !== "auth") return undefined
  return { code: first.code, enhanced: first.enhanced, text: first.text }
}

interface Tally {
  readonly kind: string
  same: number
  other: number
  known: number
}

const causeOf = Effect.fnUntraced(function*(text: string) {
  const { verdicts: [first] } = yield* explain(yield* Packs, text)
  return first?.cause ?? "unknown"
})

describe("replies in other words", () => {
  it.effect("get the same cause", () =>
    Effect.gen(function*() {
      const tallies = new Map<string, Tally>()
      const differ: Array<string> = []
      const compare = Effect.fnUntraced(function*(kind: string, id: string, expected: string, text: string) {
        const tally = tallies.get(kind) ?? { kind, same: 0, other: 0, known: 0 }
        tallies.set(kind, tally)
        const found = yield* causeOf(text)
        if (expected !== "unknown") tally.known += 1
        if (found === expected) tally.same += 1
        else {
          tally.other += 1
          differ.push(`  ${id}, ${kind}: ${expected} became ${found}`)
        }
      })
      for (const { id, phase, reply } of entries) {
        const plain = yield* causeOf(reply)
        for (const { make, name } of rewordings) {
          const text = make(reply)
          if (text !== reply) yield* compare(name, id, plain, text)
        }
        const said = saidIn(reply, phase)
        if (said === undefined) continue
        const bare = yield* causeOf(`${said.code} ${said.enhanced ?? ""} ${said.text}`)
        for (const { make, name } of wrappings) yield* compare(`in ${name}`, id, bare, make(said, phase))
      }
      const all = [...tallies.values()]
      const same = all.reduce((sum, one) => sum + one.same, 0)
      const total = all.reduce((sum, one) => sum + one.same + one.other, 0)
      for (const one of all.filter(({ other }) => other > 0)) {
        console.log(`  ${one.kind}: ${one.same} of ${one.same + one.other}`)
      }
      for (const one of differ) console.log(one)
      const known = all.reduce((sum, one) => sum + one.known, 0)
      console.log(
        `reworded: ${same} of ${total} (${
          (100 * same / total).toFixed(2)
        } %) get the same cause; ${known} have a known one`
      )
      assert.isAbove(known, 2000)
      assert.isAtLeast(100 * same / total, floor)
    }).pipe(Effect.provide(Packs.layer)), 60_000)

  it.effect("are no rules: no literal of a pack is a whole entry, unless it is a library's message", () =>
    Effect.gen(function*() {
      const { rules } = yield* (yield* Packs).everything
      const whole = new Map(entries.map(({ id, reply }) => [fold(reply), id]))
      const found = rules.flatMap(({ name, rule: { when } }) =>
        [...list(when.text), ...list(when.anyText)].flatMap((literal) => {
          const id = whole.get(fold(literal))
          return id === undefined || messages.has(id) ? [] : [`${name} is ${id}`]
        })
      )
      assert.isAbove(rules.length, 0)
      assert.deepStrictEqual(found, [])
    }).pipe(Effect.provide(Packs.layer)))
})
