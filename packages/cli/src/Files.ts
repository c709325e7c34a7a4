/**
 * Files that are named on the command line.
 */
import * as Effect from "effect/Effect"
import { readdir, readFile, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { missing } from "./Failure.ts"

const why: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be read",
  EPERM: "may not be read",
  EISDIR: "is a folder",
  ENOTDIR: "is not where the path says: a part of it is no folder"
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

const reason = (error: unknown): string => why[codeOf(error)] ?? `cannot be read (${codeOf(error) || "unknown reason"})`

/** Largest file that is read, in octets: a certificate bundle, a pack or a message stays far below. */
export const maxOctets = 40 * 1024 * 1024

/** The text of a file, or status 66 naming the option, the path and what is wrong with it. */
export const text = (option: string, path: string) =>
  Effect.tryPromise({
    try: async () => {
      const about = await stat(path)
      if (about.isFile() && about.size > maxOctets) return undefined
      return await readFile(path, "utf8")
    },
    catch: (error) => missing(`${option}: the file ${JSON.stringify(path)} ${reason(error)}`, "check the path")
  }).pipe(
    Effect.flatMap((found) =>
      found === undefined
        ? Effect.fail(missing(`${option}: the file ${JSON.stringify(path)} is larger than ${maxOctets} octets`))
        : Effect.succeed(found)
    )
  )

/** The YAML files of a folder, by name, or status 66. */
export const yamlFiles = (option: string, folder: string) =>
  Effect.tryPromise({
    try: async () => {
      const names = await readdir(folder)
      return names.filter((name) => /\.ya?ml$/i.test(name)).toSorted().map((name) => join(folder, name))
    },
    catch: (error) => missing(`${option}: the folder ${JSON.stringify(folder)} ${reason(error)}`, "check the path")
  })

/** Where journals are kept: `--state`, else `$XDG_STATE_HOME/sonde`, else `~/.local/state/sonde`. */
export const stateFolder = (given: string | undefined, env: Readonly<Record<string, string | undefined>>): string => {
  if (given !== undefined) return given
  const base = env.XDG_STATE_HOME
  return base !== undefined && base !== "" ? join(base, "sonde") : join(homedir(), ".local", "state", "sonde")
}
