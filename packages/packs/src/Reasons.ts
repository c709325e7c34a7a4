/**
 * Why a rule fits or does not: its conditions one by one, each with its weight and what was seen of it.
 *
 * For people who write rules. The order and the weights are those of matching, see `decisions/0001-specificity.md`.
 *
 * @since 0.1.0
 */
import { compile, type Condition, prepare } from "./internal/conditions.ts"
import { type Mode, seenOf } from "./Match.ts"
import type { Rule } from "./schema/Rule.ts"
import type { Seen } from "./Seen.ts"
import { fold, foldLiteral } from "./Text.ts"

/**
 * A condition of a rule. `wanted` is what the rule asks for, `seen` what there was (`5.7.1`, `unknown`), `weight` what
 * it adds to the score where it holds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reason {
  readonly condition: Condition["name"]
  readonly wanted: string
  readonly seen: string
  readonly weight: number
  readonly answer: "holds" | "fails" | "unknown"
}

const isText = (condition: Reason["condition"]): boolean =>
  condition === "text" || condition === "anyText" || condition === "notText" || condition === "pattern"

/** The shortest beginning of a literal worth telling, in characters. */
const leastShared = 6

/**
 * The longest beginning of a literal, up to the end of a word, that is in a text; empty where that is next to nothing.
 *
 * @category combinators
 * @since 0.1.0
 */
export const shared = (text: string, literal: string): string => {
  const [whole, wanted] = [fold(text), foldLiteral(literal)]
  let at = wanted.length
  while (at >= leastShared && !whole.includes(wanted.slice(0, at))) at = wanted.lastIndexOf(" ", at - 1)
  return at < leastShared ? "" : wanted.slice(0, at)
}

const seenIn = (name: Condition["name"], wanted: string, answer: Reason["answer"], seen: Seen): string => {
  if (name === "notText") return answer === "fails" ? "it is in the text" : "it is not in the text"
  if (name !== "text" && name !== "anyText" && name !== "pattern") return seenOf(name, seen)
  if (answer === "holds") return "it is in the text"
  const part = name === "text" ? shared(seen.text, wanted) : ""
  return part === "" ? "it is not in the text" : `the text goes on differently after "${part}"`
}

/**
 * The conditions of a rule in the order in which they are asked, each with its answer.
 *
 * @category matching
 * @since 0.1.0
 */
export const reasons = (rule: Rule, seen: Seen, mode: Mode = "closed"): ReadonlyArray<Reason> => {
  const prepared = prepare(seen, mode === "open")
  return compile(rule.when).map((condition): Reason => {
    const answer = condition.test(prepared)
    const { name, wanted, weight } = condition
    return { condition: name, wanted, seen: seenIn(name, wanted, answer, seen), weight, answer }
  })
}

/**
 * The sum of the weights of the conditions that hold: the score of a rule that fits.
 *
 * @category combinators
 * @since 0.1.0
 */
export const scoreOf = (conditions: ReadonlyArray<Reason>): number =>
  conditions.reduce((sum, { answer, weight }) => answer === "holds" ? sum + weight : sum, 0)

/**
 * The conditions that keep a rule from fitting a pasted text. Service, phase and error may be unknown there, the first
 * two for rules that ask for text, as `Match.ts` says.
 *
 * @category combinators
 * @since 0.1.0
 */
export const missing = (conditions: ReadonlyArray<Reason>): ReadonlyArray<Reason> => {
  const hasText = conditions.some(({ condition }) => isText(condition) && condition !== "notText")
  return conditions.filter(({ answer, condition }) =>
    answer === "fails" ||
    (answer === "unknown" && condition !== "error" && !(hasText && (condition === "service" || condition === "phase")))
  )
}

/**
 * The condition that decides between two rules that fit: the one that gives the winner most over the other, and by how
 * much. Undefined where the scores are equal and the names decide.
 *
 * @category combinators
 * @since 0.1.0
 */
export const deciding = (
  winner: ReadonlyArray<Reason>,
  other: ReadonlyArray<Reason>
): { readonly reason: Reason; readonly by: number } | undefined => {
  const sum = (all: ReadonlyArray<Reason>, name: Reason["condition"]) =>
    scoreOf(all.filter(({ condition }) => condition === name))
  let best: { readonly reason: Reason; readonly by: number } | undefined
  for (const reason of winner) {
    if (reason.answer !== "holds") continue
    const by = sum(winner, reason.condition) - sum(other, reason.condition)
    if (by > (best?.by ?? 0)) best = { reason, by }
  }
  return best
}

/** How much of what is wanted is shown within a sentence, in characters. */
const maxWanted = 100

/**
 * A condition as it stands under `when`: `enhanced 5.7.1`, `text "over quota"`. Long ones are cut.
 *
 * @category formatting
 * @since 0.1.0
 */
export const inWords = ({ condition, wanted }: Reason): string => {
  const short = wanted.length > maxWanted ? `${wanted.slice(0, maxWanted)}…` : wanted
  return isText(condition) ? `${condition} "${short}"` : `${condition} ${short}`
}

/**
 * What there was of a condition that does not hold, to go on a sentence: `seen 5.7.3`, `it is not in the text`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const instead = ({ answer, condition, seen }: Reason): string =>
  isText(condition) ? seen : answer === "unknown" ? "which the text does not tell" : `seen ${seen}`
