/**
 * Sets a fresh clone up: pnpm, the pinned Node and all packages, into `node_modules`.
 *
 * Runs on any Node from 18 on, by `npm start`, `npm test`, `npm run build` and
 * `scripts/sonde`. Does nothing when the lock file and manifests are those it
 * last installed. Everything it says goes to standard error.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"

const pnpm = "pnpm@12.21.0"
const root = new URL("..", import.meta.url)
const at = (path) => new URL(path, root)
const stamp = at("node_modules/.sonde-stamp")

const manifests = [
  "package.json",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  ...readdirSync(at("packages")).map((name) => `packages/${name}/package.json`).filter((path) => existsSync(at(path)))
]
const hash = createHash("sha256")
for (const path of manifests) hash.update(path).update("\0").update(readFileSync(at(path))).update("\0")
const wanted = hash.digest("hex")

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  const started = Date.now()
  console.error(
    `sonde: setting up (Node ${process.versions.node} runs this; the project's own Node and packages follow)`
  )
  console.error(`sonde: ${pnpm} install --frozen-lockfile`)
  const result = spawnSync("npx", ["-y", pnpm, "install", "--frozen-lockfile"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32"
  })
  if (result.error !== undefined || result.status !== 0) {
    console.error(
      `sonde: the set-up failed (${result.error?.message ?? `exit ${result.status}`}). `
        + "It needs npm and a way to the npm registry; see the lines above, then run the same command again."
    )
    process.exit(result.status || 1)
  }
  writeFileSync(stamp, wanted)
  console.error(`sonde: set up in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
