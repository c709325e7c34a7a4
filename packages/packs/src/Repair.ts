/**
 * Why an example is not taken by its own rule, and the edit that would make it so.
 *
 * An edit is proposed only after it was tried: with it the example finds its rule, and no other example of the pack
 * loses its own.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Knowledge from "./Knowledge.ts"
import { decode, type Pack } from "./Pack.ts"
import { deciding, instead, inWords, missing, type Reason, reasons, scoreOf, shared } from "./Reasons.ts"
import type { Rule } from "./schema/Rule.ts"
import { list } from "./schema/Scalar.ts"
import type { Seen } from "./Seen.ts"
import { type ExampleResult, explaining, run, seenOf } from "./TestPack.ts"
import { foldLiteral } from "./Text.ts"

type Key = keyof Rule["when"]

/**
 * An edit: keys of `when` of the rule with their new values, `undefined` for a key to be removed; empty where the
 * example belongs to another rule. `text` is the same as a sentence.
 *
 * @category models
 * @since 0.1.0
 */
export interface Edit {
  readonly rule: string
  readonly when: Readonly<Record<string, unknown>>
  readonly text: string
}

/**
 * What became of an example. `conditions` are those of its own rule, `score` what they give; `winner` is the rule that
 * took it instead, with its score and the condition that decided. `because` says the same in a sentence.
 *
 * @category models
 * @since 0.1.0
 */
export interface Diagnosis {
  readonly because: string
  readonly conditions: ReadonlyArray<Reason>
  readonly score: number
  readonly winner?: { readonly rule: string; readonly score: number; readonly decided?: string }
  readonly edit?: Edit
}

const plain = /^[A-Za-z0-9][A-Za-z0-9 ._/-]*$/u

/** A value as one writes it in YAML, on one line. */
const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`
  if (typeof value !== "string") return JSON.stringify(value)
  const isWord = plain.test(value) && Number.isNaN(Number(value)) && !/^(?:true|false|null|yes|no)$/iu.test(value)
  return isWord ? value : JSON.stringify(value)
}

const inSentence = (rule: string, when: Edit["when"]): string => {
  const parts = Object.entries(when).map(([key, value]) =>
    value === undefined ? `remove ${key}` : `write ${key}: ${written(value)}`
  )
  return `under when of "${rule}" ${parts.join(" and ")}`
}

const edited = (pack: Pack, id: string, when: Edit["when"]): Pack | undefined => {
  const rules = (pack.rules ?? []).map((rule) => {
    if (rule.id !== id) return rule
    const kept = Object.entries({ ...rule.when, ...when }).filter(([, value]) => value !== undefined)
    return { ...rule, when: Object.fromEntries(kept) }
  })
  return Result.getOrUndefined(decode({ ...pack, rules }))
}

const keyOf = ({ number, rule }: ExampleResult): string => `${rule} ${number}`

const taken = new WeakMap<Pack, ReadonlyArray<string>>()

/** The examples of a pack that find their rules. */
const goodOf = (pack: Pack): ReadonlyArray<string> => {
  const found = taken.get(pack) ?? run(pack).filter(({ ok }) => ok).map(keyOf)
  taken.set(pack, found)
  return found
}

/** Whether with an edit the example finds its rule, and none that did loses its own. */
const helps = (pack: Pack, result: ExampleResult, when: Edit["when"]): boolean => {
  const other = edited(pack, result.rule, when)
  if (other === undefined) return false
  const good = new Set(run(other).filter(({ ok }) => ok).map(keyOf))
  return good.has(keyOf(result)) && goodOf(pack).every((one) => good.has(one))
}

/** The shortest literal that is proposed, in characters. */
const leastLiteral = 12

/** Clauses of a text that say something by themselves: long enough, without numbers that differ each time. */
const clauses = (text: string): ReadonlyArray<string> =>
  text.split(/(?<=[.;!?])\s+|\n/u)
    .map((clause) => clause.replace(/[.;!?]$/u, "").trim())
    .filter((clause) => clause.length >= leastLiteral && clause.length <= 400 && !/[0-9]{4}|@/u.test(clause))

/** What could be added to a rule that fits and loses. */
const stronger = (rule: Rule, seen: Seen): ReadonlyArray<Edit["when"]> => [
  ...(seen.enhanced === undefined || rule.when.enhanced === seen.enhanced ? [] : [{ enhanced: seen.enhanced }]),
  ...(seen.code === undefined || rule.when.code === seen.code ? [] : [{ code: seen.code }]),
  ...clauses(seen.text).flatMap((clause) => {
    const own = list(rule.when.text)
    return [{ text: clause }, ...(own.length === 0 ? [] : [{ text: [...own, clause] }])]
  })
]

/** The beginning of a folded text as it stands in the text itself. */
const asWritten = (beginning: string, text = beginning): string =>
  beginning === "" ? "" : text.trim().split(/\s+/u).slice(0, beginning.split(" ").length).join(" ")

/** What could be changed so that a condition that does not hold would. */
const satisfying = (rule: Rule, reason: Reason, seen: Seen): ReadonlyArray<Edit["when"]> => {
  const key: Key = reason.condition
  const remove = { [key]: undefined }
  switch (key) {
    case "text": {
      const isMeant = (text: string): boolean => foldLiteral(text) === reason.wanted
      const texts = list(rule.when.text)
      const others = texts.filter((text) => !isMeant(text))
      const part = asWritten(shared(seen.text, reason.wanted), texts.find(isMeant))
      const parts = [...(part.length >= leastLiteral ? [part] : []), ...clauses(seen.text)]
      const isAlone = others.length === 0 && rule.when.anyText === undefined
      return [
        ...parts.map((text) => ({ text: others.length === 0 ? text : [...others, text] })),
        ...(isAlone ? parts.map((text) => ({ text: undefined, anyText: [...texts, text] })) : [])
      ]
    }
    case "anyText":
      return clauses(seen.text).map((text) => ({ anyText: [...list(rule.when.anyText), text] }))
    case "code":
    case "enhanced":
    case "phase":
    case "service":
    case "mechanism":
    case "status": {
      const found = seen[key]
      const wider = found === undefined ? [] : [{ [key]: [...list<string | number>(rule.when[key]), found] }]
      return [...wider, remove]
    }
    default:
      return [remove]
  }
}

const firstThatHelps = (pack: Pack, result: ExampleResult, edits: ReadonlyArray<Edit["when"]>): Edit | undefined => {
  const when = edits.find((one) => helps(pack, result, one))
  return when === undefined ? undefined : { rule: result.rule, when, text: inSentence(result.rule, when) }
}

const pairs = (one: ReadonlyArray<Edit["when"]>, other: ReadonlyArray<Edit["when"]>): ReadonlyArray<Edit["when"]> =>
  one.slice(0, 3).flatMap((a) => other.slice(0, 3).map((b) => ({ ...a, ...b })))

const move = (rule: string): Edit => ({ rule, when: {}, text: `move the example to rule "${rule}"` })

/**
 * Why an example is not taken by its rule, from a result of `run` over the same pack.
 *
 * @category combinators
 * @since 0.1.0
 */
export const diagnose = (pack: Pack, result: ExampleResult): Diagnosis | undefined => {
  const rule = (pack.rules ?? []).find(({ id }) => id === result.rule)
  if (rule === undefined) return undefined
  const readings = seenOf(rule, result.example)
  const { hits, seen } = explaining(Knowledge.make([pack]), readings)
  const best = hits[0]
  const winner = best === undefined || seen === undefined
    ? undefined
    : { rule: best.rule.id, score: best.score, conditions: reasons(best.rule, seen, "open") }

  if (winner !== undefined && seen !== undefined && hits.some((hit) => hit.rule.id === rule.id)) {
    const conditions = reasons(rule, seen, "open")
    const score = scoreOf(conditions)
    const decided = deciding(winner.conditions, conditions)
    const decidedBy = decided === undefined ? undefined : `${inWords(decided.reason)} (+${decided.by})`
    const edit = firstThatHelps(pack, result, stronger(rule, seen)) ?? move(winner.rule)
    return {
      because: decidedBy === undefined
        ? `both score ${score}, and it goes first by its name`
        : `it scores ${winner.score} against ${score}, for ${decidedBy}`,
      conditions,
      score,
      winner: { rule: winner.rule, score: winner.score, ...(decidedBy === undefined ? {} : { decided: decidedBy }) },
      edit
    }
  }

  const tried = readings
    .map((one) => ({ one, conditions: reasons(rule, one, "open") }))
    .map(({ conditions, one }) => ({ one, conditions, failed: missing(conditions) }))
    .sort((a, b) => a.failed.length - b.failed.length)[0]
  if (tried === undefined) return undefined
  const [first, second] = tried.failed
  const edits = first === undefined
    ? []
    : second === undefined
    ? satisfying(rule, first, tried.one)
    : pairs(satisfying(rule, first, tried.one), satisfying(rule, second, tried.one))
  const edit = firstThatHelps(pack, result, edits) ?? (winner === undefined ? undefined : move(winner.rule))
  return {
    because: tried.failed
      .map((reason) => `"${rule.id}" wants ${inWords(reason)}, ${instead(reason)}`)
      .join("; "),
    conditions: tried.conditions,
    score: scoreOf(tried.conditions),
    ...(winner === undefined ? {} : { winner: { rule: winner.rule, score: winner.score } }),
    ...(edit === undefined ? {} : { edit })
  }
}
