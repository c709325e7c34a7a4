/**
 * Builds and packs every publishable package and looks at the tarballs as a registry would serve them.
 *
 * publint reads each one; beyond it, no `workspace:` or `catalog:` may be left, every file `exports` and `bin` name must
 * be inside, and neither tests nor build state may.
 *
 *     node scripts/check-packages.ts
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { run } from "./internal/run.ts"
import { finish } from "./internal/workspace.ts"

const problems: Array<string> = []
const folder = mkdtempSync(join(tmpdir(), "sonde-pack-"))
try {
  for (const script of [["scripts/build.ts"], ["scripts/pack.ts", folder]]) {
    const made = await run([process.execPath, ...script])
    if (made.status !== 0) throw new Error(made.output)
  }
  const tarballs = readTarballs(folder)
  for (const path of tarballs) {
    const bytes = readFileSync(path)
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    const name = String(pkg["name"])
    for (const message of messages) problems.push(`${name}: ${formatMessage(message, pkg) ?? message.code}`)
    const inside = execFileSync("tar", ["-tzf", path], { encoding: "utf8" }).split("\n").filter((line) => line !== "")
    for (const file of inside) {
      if (/\.tsbuildinfo$|\/test\/|\.session$/.test(file)) {
        problems.push(`${name}: ${file} does not belong in the tarball`)
      }
    }
    const text = JSON.stringify(pkg)
    for (const match of text.matchAll(/"(?:workspace|catalog):[^"]*"/g)) problems.push(`${name}: ${match[0]} is left`)
    for (const match of text.matchAll(/"\.\/src\/[^"]*"/g)) {
      problems.push(`${name}: exports ${match[0]}, which is source`)
    }
  }
  finish(problems, `${tarballs.length} tarballs`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The tarballs that `pack` left, by name. */
function readTarballs(path: string): ReadonlyArray<string> {
  return readdirSync(path).sort().filter((name) => name.endsWith(".tgz"))
    .map((name) => join(path, name))
}
