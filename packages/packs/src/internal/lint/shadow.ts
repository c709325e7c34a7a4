/**
 * Rules that can never win, because another rule of the pack fits whenever they do and scores at least as much.
 *
 * A proof by the conditions alone: each alternative of a rule must imply the conditions of some other rule. What only
 * an example can show is left to the examples.
 */
import type { Rule, When } from "../../schema/Rule.ts"
import { list } from "../../schema/Scalar.ts"
import { contains, fold, foldName } from "../../Text.ts"
import { codeMatches, compile, enhancedMatches } from "../conditions.ts"

/** How many alternatives of a rule are looked at one by one. */
const maxAlternatives = 256

type Words = ReadonlyArray<string>

/** The conditions of a rule as lists of strings in compared form; `text` and `notText` mean all, the others any. */
type Flat = ReadonlyMap<string, Words>

const flatten = (when: When): Flat => {
  const out = new Map<string, Words>()
  const put = (key: string, words: ReadonlyArray<string | number>, form: (word: string) => string = (word) => word) => {
    if (words.length > 0) out.set(key, words.map((word) => form(`${word}`)))
  }
  const plain = [
    "service",
    "phase",
    "error",
    "reason",
    "status",
    "enhanced",
    "port",
    "security",
    "claim",
    "token"
  ] as const
  for (const key of plain) put(key, list<string | number>(when[key]))
  for (const key of ["provider", "audience"] as const) put(key, list(when[key]))
  put("code", list<string | number>(when.code), (code) => code.toLowerCase())
  put("mechanism", list(when.mechanism), (name) => name.toUpperCase())
  for (const key of ["host", "mailboxDomain"] as const) put(key, list(when[key]), foldName)
  for (const key of ["text", "anyText", "notText"] as const) put(key, list(when[key]), fold)
  put("pattern", list(when.pattern))
  for (const [key, value] of Object.entries(when.payload ?? {})) put(`payload ${key}`, list(value))
  for (const [service, { phase, state }] of Object.entries(when.services ?? {})) {
    put(`services ${service} ${phase}`, list(state))
  }
  return out
}

/** The alternatives of a rule: of each list that means "any" one. Lists beyond the limit stay whole. */
const alternatives = (flat: Flat): ReadonlyArray<Flat> => {
  let out: ReadonlyArray<Flat> = [flat]
  for (const [key, words] of flat) {
    if (key === "text" || key === "notText" || words.length < 2 || out.length * words.length > maxAlternatives) continue
    out = out.flatMap((one) => words.map((word) => new Map([...one, [key, [word]]])))
  }
  return out
}

const hostWithin = (host: string, pattern: string): boolean =>
  host === pattern || (pattern.startsWith(".") && host.endsWith(pattern))

/** Whether each of the words is one of those that are wanted. */
const covered = (key: string, words: Words, wanted: Words): boolean => {
  const one = key === "code"
    ? codeMatches
    : key === "enhanced"
    ? enhancedMatches
    : key === "host"
    ? hostWithin
    : (word: string, other: string) => word === other
  return words.every((word) => wanted.some((other) => word === other || one(word, other)))
}

/** Whether a text that fits the one surely fits the condition of the other. */
const implies = (flat: Flat, key: string, wanted: Words): boolean => {
  const all = flat.get("text") ?? []
  const any = flat.get("anyText") ?? []
  const has = (literal: string): boolean =>
    all.some((text) => contains(text, literal)) || (any.length > 0 && any.every((text) => contains(text, literal)))
  switch (key) {
    case "text":
      return wanted.every(has)
    case "anyText":
      return wanted.some(has) || (any.length > 0 && any.every((text) => wanted.some((one) => contains(text, one))))
    case "notText":
      return wanted.every((literal) => (flat.get("notText") ?? []).some((own) => contains(literal, own)))
    default: {
      const words = flat.get(key)
      return words !== undefined && covered(key, words, wanted)
    }
  }
}

/** A rule that never wins, those that win instead, and the scores: its own and the least of theirs. */
export interface Shadowed {
  readonly rule: Rule
  readonly number: number
  readonly by: ReadonlyArray<Rule>
  readonly score: number
  readonly byScore: number
}

/**
 * The rules of a pack that can never win. A rule of another cause than an uncertain winner is left out: it is shown as
 * a further cause.
 */
export const shadowed = (rules: ReadonlyArray<Rule>): ReadonlyArray<Shadowed> => {
  const all = rules.map((rule, number) => ({
    rule,
    number,
    flat: flatten(rule.when),
    score: compile(rule.when).reduce((sum, { weight }) => sum + weight, 0)
  }))
  return all.flatMap((own): ReadonlyArray<Shadowed> => {
    if (own.flat.size === 0) return []
    const stronger = all.filter((other) =>
      other !== own && other.flat.size > 0 && other.rule.id !== own.rule.id &&
      (other.score > own.score || (other.score === own.score && other.rule.id < own.rule.id)) &&
      (other.rule.confidence === "certain" || other.rule.cause === own.rule.cause)
    )
    if (stronger.length === 0) return []
    const by = alternatives(own.flat).map((alternative) =>
      stronger.find(({ flat }) => [...flat].every(([key, wanted]) => implies(alternative, key, wanted)))
    )
    const winners = [...new Set(by)]
    if (winners.includes(undefined)) return []
    const found = winners.filter((one) => one !== undefined)
    return [{
      rule: own.rule,
      number: own.number,
      by: found.map(({ rule }) => rule),
      score: own.score,
      byScore: Math.min(...found.map(({ score }) => score))
    }]
  })
}
