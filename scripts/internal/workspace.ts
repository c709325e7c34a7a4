/**
 * What the scripts share: where the workspace is, which files it has, and how a check ends.
 *
 * Runs on the pinned Node with types stripped. Imports nothing of the packages.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** The root folder, absolute, without a trailing slash. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "")

/** An absolute path from one that counts from the root. */
export const at = (path: string): string => join(root, path)

/** Text of a file whose path counts from the root. */
export const read = (path: string): string => readFileSync(at(path), "utf8")

/** Folders that hold no source, whatever their depth. */
const skipped = new Set(["node_modules", "dist", "build", "coverage", ".git"])

/** All files below `folder` (which counts from the root), sorted, as paths that count from the root. */
export const files = (folder: string, accept: (path: string) => boolean = () => true): Array<string> => {
  if (!existsSync(at(folder))) return []
  const found: Array<string> = []
  const walk = (absolute: string): void => {
    for (const entry of readdirSync(absolute, { withFileTypes: true })) {
      const path = join(absolute, entry.name)
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(path)
      } else if (entry.isFile()) {
        const short = relative(root, path).replaceAll("\\", "/")
        if (accept(short)) found.push(short)
      }
    }
  }
  walk(at(folder))
  return found.sort()
}

/** What the checks read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly files?: ReadonlyArray<string>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Names of the folders under `packages/`, sorted. */
export const rooms = (): Array<string> =>
  readdirSync(at("packages")).filter((name) => existsSync(at(`packages/${name}/package.json`))).sort()

/** The manifest of one room. */
export const manifest = (room: string): Manifest => JSON.parse(read(`packages/${room}/package.json`)) as Manifest

/** Rooms that go to the registry: all that are not `private`. */
export const publishable = (): Array<string> => rooms().filter((room) => manifest(room).private !== true)

/** One-based line of an offset. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length

/**
 * Ends a check: every problem on a line of its own on standard error and exit status 1, or `summary` on standard output.
 */
export const finish = (problems: ReadonlyArray<string>, summary: string): void => {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) {
    console.error(`${problems.length} problem${problems.length === 1 ? "" : "s"}`)
    process.exitCode = 1
  } else {
    console.log(summary)
  }
}
