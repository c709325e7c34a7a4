/** Checks of rules as a list: ids, conditions that cannot hold, rules and examples that others take. */
import { errors } from "@sonde/domain/Errors"
import type { Pack } from "../../Pack.ts"
import { diagnose } from "../../Repair.ts"
import type { Rule } from "../../schema/Rule.ts"
import { list } from "../../schema/Scalar.ts"
import { type ExampleResult, run } from "../../TestPack.ts"
import { nearest } from "../advise.ts"
import type { Path, Report } from "./report.ts"
import { checkSays } from "./says.ts"
import { shadowed } from "./shadow.ts"

/** Ids that are used twice. */
export const checkIds = (ids: ReadonlyArray<{ readonly id: string }> | undefined, at: string, report: Report): void => {
  const seen = new Set<string>()
  for (const [number, { id }] of (ids ?? []).entries()) {
    if (seen.has(id)) report.error("duplicate-id", [at, number, "id"], `"${id}" is used twice`, "name one of them anew")
    seen.add(id)
  }
}

// Conditions that show themselves in a text; a rule without any cannot have an example.
const textual = ["text", "anyText", "pattern", "code", "enhanced"] as const

/** The reasons that a typed error can have, none for errors without. */
const reasonsOf = (tag: keyof typeof errors): ReadonlyArray<string> => {
  const { fields } = errors[tag]
  return "reason" in fields ? fields.reason.literals : []
}

const tags = Object.keys(errors) as ReadonlyArray<keyof typeof errors>

/** Reasons that the errors of the rule, or any where it names none, cannot have: such a rule never fits. */
const checkReasons = (rule: Rule, path: Path, report: Report): void => {
  const named = list(rule.when.error)
  const known = [...new Set((named.length === 0 ? tags : named).flatMap(reasonsOf))]
  for (const reason of list(rule.when.reason)) {
    if (known.includes(reason)) continue
    const meant = nearest(reason, known)
    const remedy = meant !== undefined
      ? `did you mean "${meant}"?`
      : known.length === 0
      ? "remove it"
      : `use one of ${known.slice(0, 24).join(", ")}`
    report.error(
      "unknown-reason",
      [...path, "when", "reason"],
      `${named.join(" or ") || "no error"} has no reason "${reason}"`,
      remedy
    )
  }
}

/** Letters or digits alone, so few that they stand within words that mean something else. */
const isPartOfWords = (literal: string): boolean => /^[a-z0-9]{1,2}$/iu.test(literal)

/** Literals that stand in words that mean something else. */
const checkLiterals = ({ when }: Rule, path: Path, report: Report): void => {
  for (const key of ["text", "anyText", "notText"] as const) {
    for (const literal of list(when[key]).filter(isPartOfWords)) {
      report.error(
        "short-literal",
        [...path, "when", key],
        `"${literal}" stands within many words`,
        `add the space or sign beside it, such as " ${literal}", or use a pattern with \\b`
      )
    }
  }
}

/** What is wrong with the rules for replies, each by itself. */
export const checkRules = (pack: Pack, report: Report): void => {
  for (const [number, rule] of (pack.rules ?? []).entries()) {
    const path = ["rules", number]
    checkSays(rule, path, report)
    checkReasons(rule, path, report)
    checkLiterals(rule, path, report)
    if (Object.keys(rule.when).length === 0) {
      report.error("no-condition", [...path, "when"], "without conditions it explains everything", "add conditions")
    }
    const isTextual = textual.some((key) => rule.when[key] !== undefined)
    if (isTextual && (rule.examples ?? []).length === 0) {
      report.error(
        "example-missing",
        path,
        "nothing shows that it works",
        "add under examples a reply that this rule takes and no other"
      )
    }
    const named: ReadonlyArray<string> = list(rule.when.error)
    if (rule.as !== undefined && named.length > 0 && !named.includes(rule.as.error)) {
      report.error(
        "as-contradicts",
        [...path, "as", "error"],
        `a reply that becomes ${rule.as.error} never meets when.error ${named.join(" or ")}`,
        "make them agree"
      )
    }
    if (rule.when.provider !== undefined && pack.kind === "provider") {
      report.error(
        "provider-condition",
        [...path, "when", "provider"],
        "only software and generic packs may ask for a provider",
        "remove it"
      )
    }
  }
}

/** What is wrong with the rules for what is judged before connecting. */
export const checkPreflight = (pack: Pack, report: Report): void => {
  for (const [number, rule] of (pack.preflight ?? []).entries()) {
    const path = ["preflight", number]
    checkSays(rule, path, report)
    for (const limit of [rule.when.message?.largerThan, rule.when.recipients?.moreThan]) {
      if (limit !== undefined && !(pack.limits ?? []).some(({ id }) => id === limit)) {
        report.error(
          "unknown-limit",
          [...path, "when"],
          `there is no limit "${limit}"`,
          "add it under limits or correct the id"
        )
      }
    }
  }
}

const numbers = (score: number, other: number): string =>
  score === other ? `by its name (both score ${score})` : `(score ${other} against ${score})`

/** Rules that never win: by their conditions, or because another rule takes all of several examples. */
const checkShadows = (pack: Pack, results: ReadonlyArray<ExampleResult>, report: Report): void => {
  const told = new Set<string>()
  const rules = pack.rules ?? []
  for (const { by, byScore, number, rule, score } of shadowed(rules)) {
    told.add(rule.id)
    const names = by.map(({ id }) => `"${id}"`).join(" or ")
    report.error(
      "shadowed-rule",
      ["rules", number],
      `it can never win: ${names} fits whenever it does, and goes first ${numbers(score, byScore)}`,
      `add a condition that tells it from ${names}, or make one rule of them`
    )
  }
  for (const [number, { id }] of rules.entries()) {
    const own = results.filter(({ rule }) => rule === id)
    const [first] = own
    const by = first?.takenBy
    if (told.has(id) || own.length < 2 || by === undefined || own.some(({ ok, takenBy }) => ok || takenBy !== by)) {
      continue
    }
    report.error(
      "shadowed-rule",
      ["rules", number],
      `"${by}" takes all of its ${own.length} examples`,
      `add a condition that tells it from "${by}", or make one rule of them`
    )
  }
}

/** How many examples are looked at for the edit that would help; each is tried on the whole pack. */
const maxDiagnosed = 20

/** Examples that their own rule does not take, and rules that never win. */
export const checkExamples = (pack: Pack, report: Report): void => {
  const results = run(pack)
  checkShadows(pack, results, report)
  for (const [count, result] of results.filter(({ ok }) => !ok).entries()) {
    const index = (pack.rules ?? []).findIndex(({ id }) => id === result.rule)
    const path: Path = ["rules", index, "examples", result.number]
    const why = count < maxDiagnosed ? diagnose(pack, result) : undefined
    const remedy = why?.edit?.text ?? "take conditions of the rule from the example, word for word"
    const because = why === undefined || why.because === "" ? "" : `: ${why.because}`
    if (result.takenBy === undefined) report.error("example-unmatched", path, `no rule takes it${because}`, remedy)
    else report.error("example-taken", path, `rule "${result.takenBy}" takes it${because}`, remedy)
  }
}
