/**
 * Three kinds of test by suffix: `.test.ts` (no I/O), `.loopback.ts` (sockets on 127.0.0.1), `.peer.ts` (real software).
 *
 * Vitest does not look for this name by itself: pass `--config vitest.workspace.ts`. With `SONDE_TEST_RESULTS=FILE` in the
 * environment the results also go to that file as JSON; `scripts/check.ts` and `.ci/run` count from it.
 *
 * Files of one kind share their workers (`isolate: false`, a third of the time), so a test leaves nothing behind.
 */
import process from "node:process"
import { defineConfig } from "vitest/config"

const results = process.env["SONDE_TEST_RESULTS"]

const kind = (name: string, suffix: string, timeoutMillis: number, globalSetup: Array<string> = []) => ({
  extends: true as const,
  test: {
    name,
    include: [`packages/*/test/**/*.${suffix}.ts`],
    globalSetup,
    testTimeout: timeoutMillis,
    hookTimeout: timeoutMillis
  }
})

export default defineConfig({
  test: {
    isolate: false,
    passWithNoTests: false,
    allowOnly: false,
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
    projects: [
      kind("unit", "test", 10_000),
      kind("loopback", "loopback", 60_000, ["scripts/test-setup.ts"]),
      kind("peer", "peer", 120_000, ["scripts/test-setup.ts"])
    ]
  }
})
