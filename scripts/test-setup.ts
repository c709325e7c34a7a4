/**
 * Builds what loopback tests run as it is published: the command and the packages. Once per run of vitest, so that no
 * two tests build over each other.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

export default function setup(): void {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL("build.ts", import.meta.url))], {
    stdio: ["ignore", 2, 2]
  })
  if (status !== 0) throw new Error("the build failed; see the lines above")
}
