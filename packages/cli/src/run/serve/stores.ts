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
import { type Failure, missing, usage } from "../../Failure.ts"
import * as Files from "../../Files.ts"
import { quoted } from "../../Print.ts"
import { Screen } from "../../Screen.ts"
import * as DatabaseUrl from "./databaseUrl.ts"

/** What is kept besides runs. */
export type Name = "tokens" | "shares"

/** The stores of one place. */
export interface Stores {
  readonly journals: Layer.Layer<JournalStore, Failure>
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

/** The stores that the flags name: a folder, unless there is a database. */
export const chosen = Effect.fnUntraced(
  function*({ database, state }: { readonly database?: string | undefined; readonly state: string | undefined }) {
    if (database === undefined) return inFolder(Files.stateFolder(state, (yield* Screen).env))
    if (state !== undefined) {
      return yield* usage(
        "--state and --database exclude each other: runs, tokens and copies are kept in one place",
        "leave one of them out"
      )
    }
    const url = yield* DatabaseUrl.read(database)
    const { inDatabase } = yield* Effect.promise(() => import("./database.ts"))
    return inDatabase(url)
  }
)
