/**
 * Where a server keeps runs, bearer tokens and shared copies: a folder of this machine, or a PostgreSQL database.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Readiness from "@sonde/http-server/Readiness"
import * as NodeJournalStore from "@sonde/platform-node/NodeJournalStore"
import type { JournalStore } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { type Failure, missing } from "../../Failure.ts"
import { quoted } from "../../Print.ts"

/** What is kept besides runs. */
export type Name = "tokens" | "shares"

/** The stores of one place. */
export interface Stores {
  readonly journals: Layer.Layer<JournalStore>
  readonly values: (name: Name) => Layer.Layer<KeyValueStore.KeyValueStore, Failure>
  readonly readiness: Layer.Layer<never>
}

/** In a folder that only its owner can enter. */
export const inFolder = (state: string): Stores => ({
  journals: NodeJournalStore.layer({ folder: state }),
  values: (name) => {
    const folder = join(state, name)
    const failure = () =>
      missing(`--state: the folder ${quoted(folder)} cannot be used`, "check the path and its rights")
    return Layer.unwrap(
      Effect.as(
        Effect.tryPromise({ try: () => mkdir(folder, { recursive: true, mode: 0o700 }), catch: failure }),
        KeyValueStore.layerFileSystem(folder).pipe(
          Layer.provide([NodeFileSystem.layer, NodePath.layer]),
          Layer.orDie
        )
      )
    )
  },
  readiness: Layer.provide(Readiness.layerFolder(state), NodeFileSystem.layer)
})
