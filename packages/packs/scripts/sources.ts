/**
 * The files that the generated ones come from.
 */
import type { Source } from "@sonde/packs/Source"
import * as Sources from "@sonde/packs/Source"
import { readdirSync, readFileSync } from "node:fs"

const root = new URL("../", import.meta.url)

const named = (path: string) => ({
  path: `packages/packs/${path}`,
  text: readFileSync(new URL(path, root), "utf8")
})

/** The files of a folder whose names end so, in order. */
export const files = (folder: string, kind: string) =>
  readdirSync(new URL(`${folder}/`, root)).filter((name) => name.endsWith(kind)).sort().map((name) =>
    named(`${folder}/${name}`)
  )

/** The built-in packs: each a file of `data/`, or a folder of it. */
export const packs = (): ReadonlyArray<Source> =>
  readdirSync(new URL("data/", root)).sort().flatMap((name): ReadonlyArray<Source> => {
    const path = `data/${name}`
    if (name.endsWith(".yaml")) return [{ path: `packages/packs/${path}`, parts: [named(path)] }]
    const parts = Sources.namesOf(readdirSync(new URL(`${path}/`, root)))
    if (parts === undefined) {
      throw new Error(`packages/packs/${path} is neither a pack nor a folder with ${Sources.first}`)
    }
    return [{ path: `packages/packs/${path}`, parts: parts.map((part) => named(`${path}/${part}`)) }]
  })

/** The code that takes texts apart. */
export const readers = () => [...files("src/read", ".ts"), ...files("src", "Unwrap.ts")]
