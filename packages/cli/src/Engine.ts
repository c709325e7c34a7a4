/**
 * The engine over this machine: network, journals in a folder, packs. Loaded only by commands that need it.
 */
import type { Pack } from "@sonde/packs/Pack"
import type { JournalStore, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Where journals are, a folder or a store of the caller's choice, and packs beside the built-in ones. */
export type Options<E = never> =
  & ({ readonly state: string } | { readonly journals: Layer.Layer<JournalStore, E> })
  & { readonly packs?: ReadonlyArray<Pack> | undefined }

/** The engine as a layer. */
export const layer = <E = never>(options: Options<E>): Layer.Layer<Sonde, E> =>
  Layer.unwrap(Effect.gen(function*() {
    const [{ Sonde }, NodeNet, NodeJournalStore, { Packs }, Phases] = yield* Effect.promise(() =>
      Promise.all([
        import("@sonde/sonde"),
        import("@sonde/platform-node/NodeNet"),
        import("@sonde/platform-node/NodeJournalStore"),
        import("@sonde/packs/Packs"),
        import("@sonde/phases/Phases")
      ])
    )
    return Sonde.layerNoDeps.pipe(
      Layer.provide([Packs.layerWith(options.packs ?? []), Phases.layer]),
      Layer.provide([
        NodeNet.layer,
        "journals" in options ? options.journals : NodeJournalStore.layer({ folder: options.state })
      ])
    )
  }))
