/**
 * Verdicts of pasted texts, kept: most of them depend on little besides their rule.
 */
import type { Verdict } from "@sonde/domain/Verdict"
import type { Hit } from "../Match.ts"
import type { Rule } from "../schema/Rule.ts"
import { type Context, render } from "../Verdict.ts"

/** How many verdicts of one rule are kept. */
const most = 32

interface Kept {
  /** The rule names a host or a port, so its words differ. */
  readonly hasPlace: boolean
  readonly verdicts: Map<string, Verdict>
}

const byRule = new WeakMap<Rule, Kept>()

const keptOf = (rule: Rule): Kept => {
  const found = byRule.get(rule)
  if (found !== undefined) return found
  const made = {
    hasPlace: /\{(?:host|port|starttls)\}/u.test(JSON.stringify(rule)),
    verdicts: new Map<string, Verdict>()
  }
  byRule.set(rule, made)
  return made
}

/**
 * The verdict of a rule that fits a pasted text; `weak` makes of `certain` a `likely`. Of `values` only host and port
 * are used. The same verdict is the same object.
 */
export const rendered = (
  hit: Hit,
  weak: boolean,
  { phase, service, today, values: { host, port } = {} }: Pick<Context, "phase" | "service" | "today" | "values">
): Verdict => {
  const { hasPlace, verdicts } = keptOf(hit.rule)
  const place = hasPlace ? `${host ?? ""} ${port ?? ""}` : ""
  const key = `${today} ${service ?? ""} ${phase ?? ""} ${weak} ${place}`
  const found = verdicts.get(key)
  if (found !== undefined) return found
  const whole = render(hit, { today, service, phase, values: { host, port } })
  const verdict: Verdict = weak && whole.confidence === "certain" ? { ...whole, confidence: "likely" } : whole
  if (verdicts.size >= most) verdicts.clear()
  verdicts.set(key, verdict)
  return verdict
}
