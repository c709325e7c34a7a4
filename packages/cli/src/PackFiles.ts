/**
 * Packs that are named on the command line, read and decoded.
 */
import type { Pack } from "@sonde/packs/Pack"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { missing } from "./Failure.ts"
import * as Files from "./Files.ts"

/** One pack of a YAML file; status 66 with line, column and what is expected where it cannot be used. */
export const read = Effect.fnUntraced(function*(option: string, path: string) {
  const source = yield* Files.text(option, path)
  const Yaml = yield* Effect.promise(() => import("@sonde/packs/Yaml"))
  const decoded = Yaml.fromText(source, path)
  if (Result.isSuccess(decoded)) return decoded.success
  const [first, ...others] = decoded.failure.message.split("\n")
  return yield* missing(
    `${option}: ${first ?? "the pack cannot be used"}`,
    others.length === 0
      ? `"sonde packs lint ${path}" tells more`
      : `and ${others.length} more; "sonde packs lint ${path}" lists them`
  )
})

/** All packs of `--packs` and `--pack`, in the order in which later ones replace earlier ones. */
export const all = Effect.fnUntraced(function*(options: {
  readonly pack?: ReadonlyArray<string> | undefined
  readonly packs?: string | undefined
}) {
  const found: Array<Pack> = []
  const folder = options.packs === undefined ? [] : yield* Files.yamlFiles("--packs", options.packs)
  for (const path of folder) found.push(yield* read("--packs", path))
  for (const path of options.pack ?? []) found.push(yield* read("--pack", path))
  return found
})
