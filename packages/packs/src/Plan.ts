/**
 * What those need of packs who explain many texts: what decides which rules fit a text, and all that can touch a word of
 * it. For the built-in packs it is made when they are generated, because to make it takes as long as some thousand answers.
 *
 * @since 0.1.0
 */
import { type Table, tableOf } from "./internal/signature.ts"
import type { Pack } from "./Pack.ts"
import { summaryOf } from "./Recognise.ts"
import * as Runs from "./Runs.ts"
import * as Shape from "./Shape.ts"

/**
 * A plan. `table` is that of signatures, `parts` are what shapes are made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Plan {
  readonly table: Table
  readonly parts: Shape.Parts
}

/** All texts within data. */
const textsIn = (data: unknown): ReadonlyArray<string> =>
  typeof data === "string"
    ? [data]
    : typeof data === "object" && data !== null
    ? Object.values(data).flatMap(textsIn)
    : []

const whensOf = (packs: ReadonlyArray<Pack>) => packs.flatMap(({ rules = [] }) => rules.map(({ when }) => when))

/**
 * All that decides in a text: literals of rules and of success, signs by which providers are recognised, and what readers
 * look for. Of a pattern that is letters of which every match has some; where these are, it is asked of each text.
 */
const partsOf = (packs: ReadonlyArray<Pack>, { literals }: Table, words: ReadonlyArray<string>): Shape.Parts =>
  Shape.partsOf({
    runs: words.map(Runs.fromText),
    texts: [
      ...literals,
      ...packs.flatMap((pack) => {
        const { hosts, replies } = summaryOf(pack).recognise
        return textsIn([pack.success, hosts, replies])
      })
    ],
    values: whensOf(packs).flatMap(({ anyText: _, notText: __, pattern: ___, text: ____, ...when }) => textsIn(when))
  })

/**
 * The plan of packs; `words` are those that readers of texts look for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (packs: ReadonlyArray<Pack>, words: ReadonlyArray<string>): Plan => {
  const table = tableOf(whensOf(packs))
  return { table, parts: partsOf(packs, table, words) }
}

/**
 * A plan for more packs. Its table stays that of the first ones.
 *
 * @category combinators
 * @since 0.1.0
 */
export const extended = (plan: Plan, packs: ReadonlyArray<Pack>): Plan =>
  packs.length === 0
    ? plan
    : { ...plan, parts: Shape.joined(plan.parts, partsOf(packs, tableOf(whensOf(packs)), [])) }
