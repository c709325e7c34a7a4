/**
 * The page as it is published, built once for all tests of a process into a folder of its own.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { build } from "vite"

const make = async (): Promise<string> => {
  const outDir = mkdtempSync(join(tmpdir(), "sonde-page-"))
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }))
  const root = fileURLToPath(new URL("..", import.meta.url))
  const mode = process.env["NODE_ENV"]
  try {
    // Vitest says `test` there, and React would be built with everything that helps only in development.
    process.env["NODE_ENV"] = "production"
    await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } })
  } finally {
    if (mode === undefined) delete process.env["NODE_ENV"]
    else process.env["NODE_ENV"] = mode
  }
  return outDir
}

let made: Promise<string> | undefined

/** The folder with `index.html` and `assets/`. */
export const page = (): Promise<string> => made ??= make()
