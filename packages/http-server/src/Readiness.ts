/**
 * What must hold besides an open desk for the server to take runs: that its folder can be written.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"

/** What keeps the server from taking runs, in words; `undefined` for nothing, which is what holds where runs are kept in memory. */
export const Readiness = Context.Reference<Effect.Effect<string | undefined>>(
  "@sonde/http-server/Readiness",
  { defaultValue: () => Effect.undefined }
)

/** Asks by making and removing a file. The answer names no path: everybody may ask. */
export const layerFolder = (folder: string): Layer.Layer<never, never, FileSystem.FileSystem> =>
  Layer.effect(
    Readiness,
    Effect.map(FileSystem.FileSystem, (files) =>
      Effect.scoped(files.makeTempFileScoped({ directory: folder, prefix: ".ready-" })).pipe(
        Effect.as(undefined),
        Effect.catch(() =>
          Effect.succeed("the folder of state cannot be written")
        )
      ))
  )
