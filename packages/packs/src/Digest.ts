/**
 * What matching needs of many packs, in a form that is cheap to load: the conditions of each rule as JSON text that is
 * parsed when the rule is first asked, and the keys by which rules are found.
 *
 * Made when packs are generated, see `scripts/render.ts`.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { type Keys, keysOf } from "./internal/keys.ts"
import { type Digested, digested, unique } from "./internal/Shelf.ts"
import type { Pack } from "./Pack.ts"
import * as Pattern from "./Pattern.ts"
import type { Success } from "./schema/Provider.ts"
import type { Texts } from "./Stored.ts"

/**
 * A digest. `rules` are in the order of `packs`, of which each says how many are its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface Digest {
  readonly packs: ReadonlyArray<{
    readonly id: string
    readonly kind: Pack["kind"]
    readonly rules: number
    readonly success?: ReadonlyArray<Success>
  }>
  readonly rules: Texts
  readonly keys: Keys
}

/** A pattern is checked and written anew to be compiled, which a program that explains one text need not do again. */
const withExpression = (rule: Digested): Digested => {
  const compiled = rule.when.pattern === undefined ? undefined : Pattern.compile(rule.when.pattern)
  return compiled === undefined || Result.isFailure(compiled) ? rule : { ...rule, expression: compiled.success.source }
}

/**
 * The digest of packs. Of several packs with the same id the last one counts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (packs: ReadonlyArray<Pack>): Digest => {
  const kept = unique(packs)
  const rules = kept.flatMap(digested)
  return {
    packs: kept.map(({ id, kind, rules: own, success }) => ({
      id,
      kind,
      rules: own?.length ?? 0,
      ...(success === undefined ? {} : { success })
    })),
    rules: rules.map((rule) => JSON.stringify(withExpression(rule))),
    keys: keysOf(rules.map(({ when }) => when))
  }
}
