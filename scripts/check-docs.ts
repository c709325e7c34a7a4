/**
 * Keeps what people read true to what is there.
 *
 * Every package has a README of at most one page, every relative link in a Markdown file leads to a file (and its anchor
 * to a heading), no file names a path of somebody's machine, and the lock file names no download host: it must install
 * from whatever registry the machine is set up for. Does not follow links into the web.
 *
 *     node scripts/check-docs.ts
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, statSync } from "node:fs"
import { dirname, posix } from "node:path"
import { at, finish, lineOf, read, rooms, root } from "./internal/workspace.ts"

/** Longest README of a package, in lines. */
const maxReadmeLines = 60

const problems: Array<string> = []

// What is in the repository or about to be: ignored files are nobody's documentation.
const tracked = execFileSync("git", [
  "-c",
  "safe.directory=*",
  "ls-files",
  "--cached",
  "--others",
  "--exclude-standard",
  "-z"
], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 26
}).split("\0").filter((path) => path !== "" && existsSync(at(path)) && statSync(at(path)).isFile())

for (const room of rooms()) {
  const path = `packages/${room}/README.md`
  if (!existsSync(at(path))) problems.push(`${path}: missing; say what the package is, one example, what it may import`)
  else {
    const lines = read(path).trimEnd().split("\n").length
    if (lines > maxReadmeLines) {
      problems.push(`${path}: ${lines} lines; a package's README has at most ${maxReadmeLines}`)
    }
  }
}

/** The anchors of a Markdown file, as GitHub makes them. */
const anchors = (path: string): Set<string> => {
  const found = new Set<string>()
  for (const match of read(path).replace(/```[\s\S]*?```/g, "").matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const slug = (match[1] ?? "").replaceAll("`", "").toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(
      " ",
      "-"
    )
    let unique = slug
    for (let n = 1; found.has(unique); n++) unique = `${slug}-${n}`
    found.add(unique)
  }
  return found
}

let links = 0
for (const path of tracked.filter((name) => name.endsWith(".md"))) {
  const text = read(path)
  const scanned = text.replace(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replace(/[^\n]/g, " "))
  for (const match of scanned.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)/gm)) {
    const target = match[1] ?? match[2] ?? ""
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue
    links++
    const [file = "", anchor] = target.split("#")
    const resolved = file === "" ? path : posix.normalize(posix.join(dirname(path), decodeURI(file)))
    const here = `${path}:${lineOf(text, match.index)}`
    if (resolved.startsWith("..") || !existsSync(at(resolved))) {
      problems.push(`${here}: link to ${target}, which is not there`)
    } else if (anchor !== undefined && resolved.endsWith(".md") && !anchors(resolved).has(anchor)) {
      problems.push(`${here}: ${resolved} has no heading #${anchor}`)
    }
  }
}

/** Paths that exist on one machine only. Examples in documentation use `~`, `$HOME` or `/path/to`. */
const machinePath = /(?<![\w.:/~-])\/(?:work|root|home\/(?!user\b|you\b|sonde\b)\w+|Users\/(?!you\b)\w+)\/[\w.-]+/g
for (const path of tracked) {
  const bytes = readFileSync(at(path))
  if (bytes.includes(0)) continue
  const text = bytes.toString("utf8")
  for (const match of text.matchAll(machinePath)) {
    problems.push(`${path}:${lineOf(text, match.index)}: ${match[0]} is a path of one machine`)
  }
}

const lock = read("pnpm-lock.yaml")
for (const match of lock.matchAll(/\btarball:|\bhttps?:\/\/\S+/g)) {
  problems.push(`pnpm-lock.yaml:${lineOf(lock, match.index)}: "${match[0]}" ties the lock file to one download host`)
}
for (const path of tracked.filter((name) => /(?:^|\/)\.npmrc$/.test(name))) {
  problems.push(`${path}: the repository must not choose a registry for its users`)
}

finish(problems, `${rooms().length} READMEs, ${links} relative links, ${tracked.length} files`)
