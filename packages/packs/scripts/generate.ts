/**
 * Writes what is generated from `data/`: the built-in packs as JSON modules, their index, and the JSON Schema;
 * from `causes/*.yaml`: the pages of the causes; and from `src/read/*.ts`: the words that readers of texts look for.
 *
 * Run with `node packages/packs/scripts/generate.ts`; with `--check` nothing is written and the exit status is 1
 * where a file is not up to date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { renderCauses } from "./render-causes.ts"
import { render } from "./render.ts"
import { files, packs, readers } from "./sources.ts"

const root = new URL("../", import.meta.url)
const builtin = new URL("src/builtin/", root)

const rendered = render(packs(), readers())
const pages = renderCauses(files("causes", ".yaml"))
const errors = [...rendered.errors, ...pages.errors]
if (errors.length > 0) {
  console.error(errors.join("\n"))
  process.exit(1)
}

const check = process.argv.includes("--check")
for (const folder of [builtin, new URL("src/pages/", root)]) mkdirSync(folder, { recursive: true })
const stale: Array<string> = []
for (const [path, text] of [...rendered.files, ...pages.files]) {
  const file = new URL(path, root)
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue
  stale.push(path)
  if (!check) writeFileSync(file, text)
}
for (const name of readdirSync(builtin)) {
  if (rendered.files.has(`src/builtin/${name}`)) continue
  stale.push(`src/builtin/${name}`)
  if (!check) rmSync(new URL(name, builtin))
}
for (const path of stale) console.error(`${check ? "not up to date" : "written"}: ${path}`)
if (check && stale.length > 0) process.exit(1)
