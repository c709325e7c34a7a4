/**
 * Packs every publishable package as it would go to the registry: `publishConfig` applied, `catalog:` and `workspace:`
 * replaced by versions. Prints the paths of the tarballs as a JSON object from package name to path; says anything else on
 * standard error. Expects a finished `npm run build`.
 *
 *     node scripts/pack.ts OUTDIR
 */
import { existsSync, mkdirSync } from "node:fs"
import { resolve } from "node:path"
import process from "node:process"
import { pnpm, run } from "./internal/run.ts"
import { at, manifest, publishable } from "./internal/workspace.ts"

const out = process.argv[2]
if (out === undefined) {
  console.error("usage: node scripts/pack.ts OUTDIR")
  process.exit(64)
}
const folder = resolve(out)
mkdirSync(folder, { recursive: true })

const rooms = publishable()
const unbuilt = rooms.filter((room) => !existsSync(at(`packages/${room}/dist`)))
if (unbuilt.length > 0) {
  console.error(`not built: ${unbuilt.join(", ")}; run npm run build first`)
  process.exit(1)
}

const filters = rooms.flatMap((room) => ["--filter", manifest(room).name])
const packed = await run(pnpm("-r", ...filters, "pack", "--pack-destination", folder))
if (packed.status !== 0) {
  console.error(packed.output)
  process.exit(1)
}
const tarballs: Record<string, string> = {}
for (const room of rooms) {
  const { name, version } = manifest(room)
  const path = `${folder}/${name.slice(1).replace("/", "-")}-${version}.tgz`
  if (!existsSync(path)) {
    console.error(`${name}: no tarball at ${path}\n${packed.output}`)
    process.exit(1)
  }
  tarballs[name] = path
}
console.log(JSON.stringify(tarballs, null, 2))
