/**
 * Packs of the user, read and decoded: those of the command line, of `SONDE_PACKS` and of the configuration folder.
 *
 * From the weakest to the strongest: built-in packs, `$XDG_CONFIG_HOME/sonde/packs`, `SONDE_PACKS`, `--packs`, `--pack`.
 * Within one of them a later file is stronger. A pack replaces the whole of a weaker one with the same id. What was named
 * on the command line must be good; of the rest a bad pack is told and left out, so that it never stops the others.
 */
import type { Pack, PackError } from "@sonde/packs/Pack"
import * as Source from "@sonde/packs/Source"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { delimiter, join } from "node:path"
import { type Failure, missing } from "./Failure.ts"
import * as Files from "./Files.ts"
import { configFolder } from "./PackPlaces.ts"
import { quoted } from "./Print.ts"
import { note, Screen } from "./Screen.ts"

/** Where a file was found: an option, a variable, or the configuration folder. */
type Origin = "--pack" | "--packs" | "SONDE_PACKS" | "the configuration folder"

/** A pack of the user with the file it is from. */
interface UserPack {
  readonly pack: Pack
  readonly path: string
  readonly origin: Origin
}

/** The options that name packs. */
export interface Options {
  readonly pack?: ReadonlyArray<string> | undefined
  readonly packs?: string | undefined
}

const refused = (option: string, path: string, error: PackError): Failure => {
  const [first, ...others] = error.message.split("\n")
  const more = others.length === 0 ? "" : ` (and ${others.length} more: "sonde packs lint ${path}" lists them)`
  return missing(`${option}: ${first ?? "the pack cannot be used"}${more}`)
}

/** The text of a pack: of a file, or of all files of a folder that is one. */
export const source = Effect.fnUntraced(function*(option: string, path: string) {
  if (!(yield* Files.isFolder(path))) return Source.ofText(yield* Files.text(option, path), path)
  const names = Source.namesOf(yield* Files.names(option, path))
  if (names === undefined) {
    return yield* missing(
      `${option}: the folder ${quoted(path)} is no pack`,
      `name a file, or a folder with ${Source.first} and further files of the same pack`
    )
  }
  const parts = yield* Effect.forEach(names, (name) => {
    const file = join(path, name)
    return Effect.map(Files.text(option, file), (text) => ({ path: file, text }))
  })
  return { path, parts }
})

/** One pack of YAML; status 66 with line, column and what is expected where it cannot be used. */
export const read = Effect.fnUntraced(function*(option: string, path: string) {
  const text = yield* source(option, path)
  const Yaml = yield* Effect.promise(() => import("@sonde/packs/Yaml"))
  const decoded = Yaml.fromSource(text)
  if (Result.isFailure(decoded)) return yield* refused(option, path, decoded.failure)
  return decoded.success
})

/** The packs in a folder, by name: its files of YAML, and folders that are packs. */
export const inFolder = Effect.fnUntraced(function*(option: string, folder: string) {
  const found: Array<string> = []
  for (const name of yield* Files.names(option, folder)) {
    const path = join(folder, name)
    if (/\.ya?ml$/i.test(name) || (yield* Files.isThere(join(path, Source.first)))) found.push(path)
  }
  return found
})

/** A pack as it is, another folder as the packs in it. */
export const within = Effect.fnUntraced(function*(option: string, path: string) {
  const isPack = !(yield* Files.isFolder(path)) || (yield* Files.isThere(join(path, Source.first)))
  return isPack ? [path] : yield* inFolder(option, path)
})

/** Tells what is wrong and goes on without it. */
const leniently = <A, R>(work: Effect.Effect<A, Failure, R>) =>
  Effect.catch(work, (failure) => Effect.as(note(`left out: ${failure.message}`), undefined))

/** The files that the surroundings name, weakest first; a folder that cannot be read is told and left out. */
export const around = Effect.gen(function*() {
  const { env } = yield* Screen
  const found: Array<{ readonly path: string; readonly origin: Origin }> = []
  const folder = configFolder(env)
  const add = Effect.fnUntraced(function*(origin: Origin, path: string) {
    for (const file of (yield* leniently(within(origin, path))) ?? []) found.push({ path: file, origin })
  })
  if (folder !== undefined && (yield* Files.isThere(folder))) yield* add("the configuration folder", folder)
  for (const path of (env["SONDE_PACKS"] ?? "").split(delimiter)) if (path !== "") yield* add("SONDE_PACKS", path)
  return found
})

/** All packs of the user with where they are from, the weakest first. */
export const found = Effect.fnUntraced(function*(options: Options) {
  const packs: Array<UserPack> = []
  for (const { origin, path } of yield* around) {
    const pack = yield* leniently(read(origin, path))
    if (pack !== undefined) packs.push({ pack, path, origin })
  }
  const folder = options.packs === undefined ? [] : yield* inFolder("--packs", options.packs)
  for (const path of folder) packs.push({ pack: yield* read("--packs", path), path, origin: "--packs" })
  for (const path of options.pack ?? []) packs.push({ pack: yield* read("--pack", path), path, origin: "--pack" })
  return packs
})

/** All packs of the user, in the order in which later ones replace earlier ones. */
export const all = Effect.fnUntraced(function*(options: Options) {
  return (yield* found(options)).map(({ pack }) => pack)
})
