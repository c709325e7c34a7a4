/**
 * The page as it is published, built for the tests of one file into a folder of its own.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { build } from "vite"
import { afterAll, beforeAll } from "vitest"

const make = async (outDir: string): Promise<void> => {
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
}

/** The folder with `index.html` and `assets/`: there from the first test of the file to its last. */
export const built = (): { readonly folder: string } => {
  const page = { folder: "" }
  beforeAll(async () => {
    page.folder = mkdtempSync(join(tmpdir(), "sonde-page-"))
    await make(page.folder)
  })
  afterAll(() => rmSync(page.folder, { recursive: true, force: true }))
  return page
}
