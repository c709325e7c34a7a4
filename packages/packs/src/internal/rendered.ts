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

const confidences: ReadonlyArray<Verdict["confidence"]> = ["certain", "likely", "possible"]

/**
 * The verdict of a rule that fits a pasted text, of no more confidence than `atMost`. `values` are asked for where the rule
 * names a host or a port. The same verdict is the same object.
 */
export const rendered = (
  hit: Hit,
  atMost: Verdict["confidence"],
  { phase, service, today, values }: Pick<Context, "phase" | "service" | "today"> & {
    readonly values: () => { readonly host?: string; readonly port?: string }
  }
): Verdict => {
  const { hasPlace, verdicts } = keptOf(hit.rule)
  const { host, port } = hasPlace ? values() : {}
  const place = hasPlace ? `${host ?? ""} ${port ?? ""}` : ""
  const key = `${today} ${service ?? ""} ${phase ?? ""} ${atMost} ${place}`
  const found = verdicts.get(key)
  if (found !== undefined) return found
  const whole = render(hit, { today, service, phase, values: { host, port } })
  const isLess = confidences.indexOf(whole.confidence) < confidences.indexOf(atMost)
  const verdict: Verdict = isLess ? { ...whole, confidence: atMost } : whole
  if (verdicts.size >= most) verdicts.clear()
  verdicts.set(key, verdict)
  return verdict
}
