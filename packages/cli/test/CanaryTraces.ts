/** Everything that a command leaves where others can see it: outputs, files, and its place in the list of processes. */
import { assert } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { search } from "./CanarySearch.ts"

/** Every file under a folder, names included, as the octets they are. */
export const filesIn = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile()
        ? [Buffer.from(`\n${entry.name}\n`), readFileSync(join(entry.parentPath, entry.name))]
        : [Buffer.from(`\n${entry.name}\n`)]
    )
  )

/** The command lines of all processes, as the kernel tells them to everybody. */
const commandLines = (): ReadonlyArray<string> =>
  readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      return [readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ")]
    } catch {
      // It has ended meanwhile.
      return []
    }
  })

/** Looks at the list of processes again and again until told to stop; gives all that was seen. */
export const watchProcesses = (): { readonly stop: () => Promise<string> } => {
  const seen = new Set<string>()
  const look = () => commandLines().forEach((line) => seen.add(line))
  const timer = setInterval(look, 10)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return new Promise((resolve) =>
        execFile("ps", ["-ef", "ww"], (_error, listed) => resolve([...seen, listed].join("\n")))
      )
    }
  }
}

/** Fails when a secret stands in a text, and names the form and the surroundings without repeating it. */
export const assertNone = (what: string, text: string | Uint8Array, ...secrets: ReadonlyArray<string>): void => {
  assert.isNotEmpty(text, `${what} is empty`)
  assert.deepStrictEqual(search(text, secrets).slice(0, 5), [], what)
}
