/**
 * The separate clouds that the knowledge has names for, and whether one is among them.
 *
 * @since 0.1.0
 */
import type { Pack } from "@sonde/packs/Pack"
import type { Packs } from "@sonde/packs/Packs"
import { list } from "@sonde/packs/schema/Scalar"
import * as Effect from "effect/Effect"
import { OptionsError } from "./OptionsError.ts"

/** Where sign-in is not the same everywhere, the clouds of a pack: that of most mailboxes and the separate ones. */
const cloudsOf = (pack: Pack): ReadonlyArray<string> => {
  const named = pack.signIn?.oauth?.clouds?.flatMap(({ cloud }) => list(cloud)) ?? []
  const usual = pack.endpoints?.flatMap((one) => one.default === true ? one.cloud ?? [] : []) ?? []
  return named.length === 0 ? [] : [...new Set([...usual, ...named])]
}

/**
 * What is wrong with the name of a cloud, for a provider or, where none is named, for any. Packs are read only where a cloud is
 * named.
 *
 * @category validation
 * @since 0.1.0
 */
export const problem = Effect.fnUntraced(function*(
  packs: Packs["Service"],
  { cloud, provider }: { readonly cloud?: string | undefined; readonly provider?: string | undefined }
) {
  if (cloud === undefined) return undefined
  const ids = provider === undefined ? packs.summaries.map(({ id }) => id) : [provider]
  const found = (yield* Effect.forEach(ids, (id) => packs.get(id))).flatMap((pack) => pack ?? [])
  const known = [...new Set(found.flatMap(cloudsOf))]
  if (known.includes(cloud)) return undefined
  const option = "--cloud"
  return known.length === 0
    ? new OptionsError({
      option,
      problem: `is not for ${found[0]?.name ?? "any provider"}, which has no separate clouds`,
      remedy: "leave it out"
    })
    : new OptionsError({
      option,
      problem: `does not know "${cloud}"`,
      remedy: `it takes ${known.join(", ")}`
    })
})
