/**
 * The packs of a program: built-in ones, and those a user adds.
 *
 * Summaries are there at once, bodies are loaded when they are asked for. A later pack with the same id replaces an
 * earlier one. Reading files is not done here, see `Yaml.ts` for their text.
 *
 * @since 0.1.0
 */
import { once } from "@sonde/domain/Once"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { builtin, digest, plan, words } from "./builtin/index.ts"
import * as Knowledge from "./Knowledge.ts"
import * as Library from "./Library.ts"
import type { Pack } from "./Pack.ts"
import * as Plan from "./Plan.ts"
import { byName, type Summary, summaryOf } from "./Recognise.ts"

/** A pack whose body may not be loaded yet; `pack` where it is. */
interface Entry {
  readonly summary: Summary
  readonly load: Effect.Effect<Pack>
  readonly pack?: Pack
}

/**
 * The packs.
 *
 * @category services
 * @since 0.1.0
 */
export class Packs extends Context.Service<Packs, {
  /** All packs, by id. */
  readonly summaries: ReadonlyArray<Summary>
  /** The pack with an id or alias, without regard to case. */
  get(idOrAlias: string): Effect.Effect<Pack | undefined>
  /** What applies to a provider (id or alias; nothing where it is unknown) and to recognised server software. */
  knowledge(provider: string | undefined, software?: ReadonlyArray<string>): Effect.Effect<Knowledge.Knowledge>
  /** All packs at once, for texts of an unknown provider. */
  readonly everything: Effect.Effect<Knowledge.Knowledge>
  /** All packs for texts that are pasted, without their bodies, which are loaded when they are shown. */
  readonly library: Effect.Effect<Library.Library>
}>()("@sonde/packs/Packs") {
  /** The built-in packs. */
  static readonly layer: Layer.Layer<Packs> = Layer.sync(Packs, () => Packs.of(make(builtinEntries)))

  /** The built-in packs and more; a later pack with the same id replaces an earlier one. */
  static readonly layerWith = (packs: ReadonlyArray<Pack>): Layer.Layer<Packs> =>
    Layer.sync(Packs, () => Packs.of(make([...builtinEntries, ...packs.map(entryOf)])))

  /** These packs and no others. */
  static readonly layerStatic = (packs: ReadonlyArray<Pack>): Layer.Layer<Packs> =>
    Layer.sync(Packs, () => Packs.of(make(packs.map(entryOf))))
}

const builtinEntries: ReadonlyArray<Entry> = builtin.map(({ load, summary }) => ({
  summary,
  // All who ask at once get one pack: what is compiled of a pack is kept with it.
  load: Effect.promise(once(load))
}))

const entryOf = (pack: Pack): Entry => ({ summary: summaryOf(pack), load: Effect.succeed(pack), pack })

const make = (given: ReadonlyArray<Entry>): Packs["Service"] => {
  const unique = new Map(given.map((entry) => [entry.summary.id, entry]))
  const entries = [...unique.values()].sort((a, b) => a.summary.id < b.summary.id ? -1 : 1)
  const summaries = entries.map(({ summary }) => summary)
  const kept = new Map<string, Knowledge.Knowledge>()

  const find = (idOrAlias: string): Entry | undefined => {
    const summary = byName(summaries, idOrAlias)
    return summary === undefined ? undefined : unique.get(summary.id)
  }

  const of = Effect.fnUntraced(function*(chosen: ReadonlyArray<Entry>) {
    const key = chosen.map(({ summary }) => summary.id).join(" ")
    const found = kept.get(key)
    if (found !== undefined) return found
    const loaded = yield* Effect.forEach(chosen, ({ load }) => load)
    const made = kept.get(key) ?? Knowledge.make(loaded)
    kept.set(key, made)
    return made
  })

  const library = Effect.gen(function*() {
    const own = entries.flatMap(({ pack }) => pack ?? [])
    const from = own.length < entries.length
      ? {
        packs: own,
        digest: yield* Effect.promise(digest),
        plan: () => plan().then((found) => Plan.extended(found, own))
      }
      : { packs: own, plan: () => words().then((found) => Plan.make(own, found)) }
    return Library.make(summaries, from, (id) => unique.get(id)?.load ?? Effect.undefined)
  })
  let libraryMade: Library.Library | undefined

  return {
    summaries,
    library: Effect.suspend(() =>
      libraryMade === undefined
        ? Effect.map(library, (made) => libraryMade ??= made)
        : Effect.succeed(libraryMade)
    ),
    get: (idOrAlias) => find(idOrAlias)?.load ?? Effect.undefined,
    knowledge: (provider, software = []) => {
      const named = [...provider === undefined ? [] : [provider], ...software].flatMap((name) => find(name) ?? [])
      const chosen = new Set([...named, ...entries.filter(({ summary }) => summary.kind === "generic")])
      return of(entries.filter((entry) => chosen.has(entry)))
    },
    everything: Effect.suspend(() => of(entries))
  }
}
