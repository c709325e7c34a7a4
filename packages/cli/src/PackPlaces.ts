/**
 * Whether there are packs of the user at all. Most people have none, and then nothing that reads packs is loaded.
 */
import type { Pack } from "@sonde/packs/Pack"
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import { join } from "node:path"
import type { Options } from "./PackFiles.ts"
import { Screen } from "./Screen.ts"

/** The configuration folder of packs: in `$XDG_CONFIG_HOME`, else in `.config` of the home; none without a home. */
export const configFolder = (env: Readonly<Record<string, string | undefined>>): string | undefined => {
  const home = [env["HOME"], env["USERPROFILE"]].find((path) => path !== undefined && path !== "")
  const base = env["XDG_CONFIG_HOME"]
  if (base !== undefined && base !== "") return join(base, "sonde", "packs")
  return home === undefined ? undefined : join(home, ".config", "sonde", "packs")
}

/** False only where nothing is at the path; what cannot be looked at is told by those who read it. */
const mayBeThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

/** As `PackFiles.all`. */
export const all = Effect.fnUntraced(function*(options: Options) {
  const { env } = yield* Screen
  const folder = configFolder(env)
  const none = options.packs === undefined && (options.pack ?? []).length === 0 && (env["SONDE_PACKS"] ?? "") === "" &&
    (folder === undefined || !mayBeThere(folder))
  if (none) return [] satisfies ReadonlyArray<Pack>
  const PackFiles = yield* Effect.promise(() => import("./PackFiles.ts"))
  return yield* PackFiles.all(options)
})
