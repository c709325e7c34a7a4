/**
 * All packs as they are asked about pasted texts: every rule can be found at once, the body of a pack is loaded when a
 * rule of it is shown.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Digest } from "./Digest.ts"
import * as Shelf from "./internal/Shelf.ts"
import { type Knowledge, ofShelves } from "./Knowledge.ts"
import type { Pack } from "./Pack.ts"
import type { Plan } from "./Plan.ts"
import { byName, type Summary } from "./Recognise.ts"

/**
 * Packs that were asked for are not loaded yet; `ids` says which. `Library.attempt` loads them.
 *
 * @category errors
 * @since 0.1.0
 */
export const PackNotLoaded = Shelf.PackNotLoaded

/**
 * The knowledge of a library throws `PackNotLoaded` where a body is needed that is not there. Work that uses it is
 * therefore pure and is done within `attempt`, which loads what is missing and does the work again.
 *
 * @category models
 * @since 0.1.0
 */
export interface Library {
  readonly summaries: ReadonlyArray<Summary>
  /** What applies to a provider (id or alias; nothing where it is unknown), all software, and what is generic. */
  readonly knowledge: (provider: string | undefined) => Knowledge
  /** All packs, for texts of an unknown provider; of providers only rules that demand literal text. */
  readonly everything: Knowledge
  /** Loads the body of a pack; a defect where there is no such pack. */
  readonly load: (id: string) => Effect.Effect<void>
  readonly attempt: <A>(work: () => A) => Effect.Effect<A>
  /** What those need who explain many texts. */
  readonly plan: Effect.Effect<Plan>
}

/**
 * A library of the packs of a digest, whose bodies `load` gives, and of packs that are there, which go before those of
 * the digest with the same id. `plan` gives the plan of all of them, with the table of signatures of the digest.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  summaries: ReadonlyArray<Summary>,
  from: {
    readonly digest?: Digest | undefined
    readonly packs?: ReadonlyArray<Pack> | undefined
    readonly plan: () => Promise<Plan>
  },
  load: (id: string) => Effect.Effect<Pack | undefined>
): Library => {
  const digested = from.digest === undefined ? [] : [Shelf.ofDigest(from.digest)]
  const shelves = [...digested, Shelf.ofPacks(from.packs ?? [])]
  const homes = new Map(shelves.flatMap(({ homes }) => homes.map((home) => [home.id, home])))
  const counts = (home: Shelf.Home): boolean => homes.get(home.id) === home
  const everything = ofShelves(shelves, counts, ({ kind }) => kind === "provider")
  const kept = new Map<string, Knowledge>()

  const put = Effect.fnUntraced(function*(id: string) {
    const pack = yield* load(id)
    if (pack === undefined) return yield* Effect.die(new Error(`there is no pack ${id}`))
    homes.get(id)?.put(pack)
  })

  let loaded: Plan | undefined
  const loadPlan = Effect.map(Effect.promise(from.plan), (found) => {
    for (const shelf of digested) shelf.put(found.table)
    return loaded ??= found
  })
  const plan = Effect.suspend(() => loaded === undefined ? loadPlan : Effect.succeed(loaded))

  let attempts = 0
  const attempt = <A>(work: () => A): Effect.Effect<A> =>
    Effect.suspend(() => {
      if (++attempts === Shelf.untilSignature) return Effect.andThen(plan, attempt(work))
      try {
        return Effect.succeed(work())
      } catch (error) {
        if (error instanceof PackNotLoaded) {
          return Effect.andThen(Effect.forEach(error.ids, put, { discard: true }), attempt(work))
        }
        throw error
      }
    })

  return {
    summaries,
    everything,
    knowledge: (provider) => {
      const id = provider === undefined ? "" : byName(summaries, provider)?.id ?? ""
      const found = kept.get(id)
      if (found !== undefined) return found
      const made = ofShelves(shelves, (home) => counts(home) && (home.kind !== "provider" || home.id === id))
      kept.set(id, made)
      return made
    },
    load: put,
    attempt,
    plan
  }
}
