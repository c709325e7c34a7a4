/** `sonde packs test`: whether the examples of packs find their rules, and what took those that do not. */
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import { diagnose, type Diagnosis } from "@sonde/packs/Repair"
import { run } from "@sonde/packs/TestPack"
import * as Escape from "@sonde/report/Escape"
import * as Effect from "effect/Effect"
import { Stop } from "../../Failure.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"
import { type Input, named } from "./files.ts"

/** The packs that were named, or all in use. */
const chosen = Effect.fnUntraced(function*(input: Input) {
  const files = yield* named(input)
  if (files !== undefined) return yield* Effect.forEach(files, (file) => PackFiles.read("the pack", file))
  const packs = yield* Effect.provide(Packs, Packs.layerWith(yield* PackFiles.all({})))
  const all = yield* Effect.forEach(packs.summaries, ({ id }) => packs.get(id))
  return all.filter((pack): pack is Pack => pack !== undefined)
})

/** An example and what became of it; `number` counts from 1. */
interface Tried extends Partial<Diagnosis> {
  readonly pack: string
  readonly rule: string
  readonly example: string
  readonly number: number
  readonly ok: boolean
  readonly takenBy?: string
}

/** How many examples of a pack are looked at for the edit that would help; each is tried on the whole pack. */
const maxDiagnosed = 50

const results = (pack: Pack): ReadonlyArray<Tried> => {
  let failed = 0
  return run(pack).map((result): Tried => {
    const { example, number, ok, rule, takenBy } = result
    const common = { pack: pack.id, rule, example, number: number + 1, ok }
    if (ok) return common
    const why = failed++ < maxDiagnosed ? diagnose(pack, result) : undefined
    return { ...common, ...(takenBy === undefined ? {} : { takenBy }), ...why }
  })
}

/** An example that did not find its rule: what did, why, and the edit that was tried and helps. */
const shown = ({ because, edit, example, number, pack, rule, takenBy }: Tried): string => {
  const taken = takenBy === undefined ? "no rule takes it" : `rule "${takenBy}" takes it`
  const why = because === undefined || because === "" ? "" : `: ${because}`
  return `${pack}/${rule}, example ${number}: ${Escape.line(`${taken}${why}`)}\n`
    + `  example  ${Escape.line(example)}\n`
    + `  try      ${Escape.line(edit?.text ?? "take conditions of the rule from the example, word for word")}\n`
}

/** Tries the examples of packs; status 78 where one is not explained by its own rule. */
export const test = Effect.fnUntraced(function*(input: Input & { readonly json: boolean }) {
  const screen = yield* Screen
  const tried = (yield* chosen(input)).flatMap(results)
  const failed = tried.filter(({ ok }) => !ok)
  yield* screen.out(
    input.json
      ? json({ schema: "sonde.packs-test/1", examples: tried.length, failed: failed.length, results: tried }, true)
      : failed.map(shown).join("")
  )
  yield* note(`${tried.length - failed.length} of ${tried.length} examples are explained by their own rule`)
  if (failed.length > 0) return yield* new Stop({ exitCode: 78 })
})
