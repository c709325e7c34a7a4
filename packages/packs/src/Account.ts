/**
 * How a pasted text finds its rule: which packs were asked, which rule wins and by what, what fits and comes after it,
 * and what nearly fits. For people who write rules; `Explain.ts` says the same in verdicts.
 *
 * @since 0.1.0
 */
import type { Hints } from "@sonde/domain/Explanation"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { distinctive, explainNow, type Rank, type Reading, unmistakable } from "./Explain.ts"
import { type Hit, match, nearMisses } from "./Match.ts"
import type { Packs } from "./Packs.ts"
import { deciding, instead, inWords, missing, type Reason, reasons, shared } from "./Reasons.ts"
import type { Rule } from "./schema/Rule.ts"
import type { Seen } from "./Seen.ts"

/**
 * A rule with its conditions. `rule` is `pack/rule`; `score` is there where it fits; `because` says why it comes after
 * the winner, does not count, or does not fit.
 *
 * @category models
 * @since 0.1.0
 */
export interface Weighed {
  readonly rule: string
  readonly cause: Rule["cause"]
  readonly confidence: Rule["confidence"]
  readonly title: string
  readonly score?: number
  readonly conditions: ReadonlyArray<Reason>
  readonly because?: string
}

/**
 * The account. `asked` are the ids of the packs, `proven` says that the provider is known; `others` fit, too, and
 * `nearMisses` but for one or two conditions, closest first. `success` is what a reply of success means.
 *
 * @category models
 * @since 0.1.0
 */
export interface Account {
  readonly outcome: "explained" | "unknown"
  readonly read: Seen | undefined
  readonly client?: string
  readonly provider?: string
  readonly proven: boolean
  readonly asked: ReadonlyArray<string>
  readonly success?: string
  readonly winner?: Weighed
  readonly others: ReadonlyArray<Weighed>
  readonly nearMisses: ReadonlyArray<Weighed>
}

/** What is told of a text in which nothing could be read. */
const nothing: Account = { outcome: "unknown", read: undefined, proven: false, asked: [], others: [], nearMisses: [] }

/** How many rules of each kind are told. */
const most = 5

/** How many near misses are compared. */
const maxNear = 100

/** How much of its first text that is missing a rule finds, in characters: what was changed in a reply by a few words. */
const begun = (conditions: ReadonlyArray<Reason>, seen: Seen): number => {
  const [first] = missing(conditions)
  return first?.condition === "text" ? shared(seen.text, first.wanted).length : 0
}

/** By rank. */
const kinds = ["a provider pack", "the pack of the known software", "a software pack", "the generic pack"] as const

const weighed = (hit: Pick<Hit, "name" | "rule">, seen: Seen): Weighed => ({
  rule: hit.name,
  cause: hit.rule.cause,
  confidence: hit.rule.confidence,
  title: hit.rule.title,
  conditions: reasons(hit.rule, seen, "open")
})

/** Why a rule that fits comes after another. */
const after = (hit: Hit, best: Hit, seen: Seen, rank: Rank): string => {
  if (rank(hit) !== rank(best)) {
    return `rules of ${kinds[best.tier === 1 && rank(best) < 2 ? 1 : rank(best)]} go before those of ${
      kinds[rank(hit)]
    }`
  }
  const decided = deciding(reasons(best.rule, seen, "open"), reasons(hit.rule, seen, "open"))
  if (hit.score === best.score || decided === undefined) return "the same score, and its name comes later"
  return `the winner has ${best.score} against ${hit.score}, for ${inWords(decided.reason)} (+${decided.by})`
}

const lacks = (conditions: ReadonlyArray<Reason>): string => {
  const [first] = missing(conditions)
  if (first === undefined) return "without text it needs an exact code, and to know service and phase"
  return `wants ${inWords(first)}, ${instead(first)}`
}

/**
 * The account of a text. Reads it as `Explain.explain` does, so that both name the same rule.
 *
 * @category combinators
 * @since 0.1.0
 */
export const account = Effect.fn("Account.account")(
  function*(packs: Packs["Service"], text: string, hints: Hints = {}) {
    const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
    const library = yield* packs.library
    const { explanation: { read, success }, reading } = yield* library.attempt(() => {
      let reading: Reading | undefined
      const explanation = explainNow(library, text, hints, today, (told) => void (reading = told))
      return { explanation, reading }
    })
    if (reading === undefined) return nothing
    const { hits, isForeign, knowledge, proven, rank, seen } = reading
    // All rules that were asked are told by their own words, so that their packs are needed as a whole.
    yield* Effect.forEach(knowledge.ids, library.load, { discard: true })
    const best = hits[0]
    const winner = best === undefined || seen === undefined ? undefined : {
      ...weighed(best, seen),
      score: best.score,
      ...(best.rule.confidence === "certain" && isForeign(best) && best.literalLength < unmistakable
        ? {
          because: `shown as likely: the provider is not proven, and its text has less than ${unmistakable} characters`
        }
        : {})
    }
    const others = seen === undefined || best === undefined ? [] : hits.slice(1, most + 1).map((hit) => ({
      ...weighed(hit, seen),
      score: hit.score,
      because: after(hit, best, seen, rank)
    }))
    const uncounted = seen === undefined || success !== undefined ? [] : match(knowledge, seen, "open")
      .filter((hit) => isForeign(hit) && hit.literalLength < distinctive)
      .slice(0, most)
      .map((hit) => ({
        ...weighed(hit, seen),
        score: hit.score,
        because:
          `does not count: the provider is not proven, and its text has less than ${distinctive} characters; --provider proves it`
      }))
    const near = seen === undefined || success !== undefined
      ? []
      : nearMisses(knowledge, seen, "open", maxNear)
        .map((miss) => weighed(miss, seen))
        .map((one, place) => ({ one, place, begun: begun(one.conditions, seen) }))
        .sort((a, b) => b.begun - a.begun || a.place - b.place)
        .slice(0, most)
        .map(({ one }) => ({ ...one, because: lacks(one.conditions) }))
    const found: Account = {
      outcome: winner !== undefined || success !== undefined ? "explained" : "unknown",
      read: seen,
      ...(read.client === undefined ? {} : { client: read.client }),
      ...(read.provider === undefined ? {} : { provider: read.provider }),
      proven,
      asked: knowledge.ids,
      ...(success === undefined ? {} : { success }),
      ...(winner === undefined ? {} : { winner }),
      others: [...others, ...uncounted],
      nearMisses: near
    }
    return found
  }
)
