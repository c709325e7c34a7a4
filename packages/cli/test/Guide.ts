/**
 * A guide as a reader follows it: its commands typed in an empty folder, its files written, its changes made.
 *
 * In a `console` block lines with `$ ` are commands, what follows is their output, standard error included. A `yaml`
 * block named `FILE from LINE` replaces a file from that line on. In a `diff` block named by a file each line with `-`
 * becomes the one with `+`.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url))

/** One fenced block: the words behind the fence, its lines, and the line of the guide it begins at. */
interface Block {
  readonly kind: string
  readonly name: string
  readonly lines: ReadonlyArray<string>
  readonly at: number
}

/** A command of the guide, what the guide shows of it, and what it said. */
export interface Said {
  readonly at: number
  readonly command: string
  readonly shown: string
  readonly said: string
}

const blocks = (text: string): ReadonlyArray<Block> => {
  const found: Array<Block> = []
  let open: { kind: string; name: string; lines: Array<string>; at: number } | undefined
  for (const [number, line] of text.split("\n").entries()) {
    const fence = /^```(\w*) ?(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === undefined) open = { kind: fence[1] ?? "", name: fence[2] ?? "", lines: [], at: number + 1 }
    else {
      found.push(open)
      open = undefined
    }
  }
  return found
}

/** Whether a guide shows what was said; a line with `…` stands for any lines. */
export const shows = (shown: string, said: string): boolean => {
  const pattern = shown.split("\n").map((line) =>
    line === "…" ? "(?:.*\n)*?" : `${line.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}\n`
  ).join("")
  return new RegExp(`^${pattern}$`).test(`${said}\n`)
}

/** Dates, versions and the home are those of the reader. */
export const neutral = (text: string, home: string): string =>
  text
    .replaceAll(home, "/home/you")
    .replaceAll(/\d{4}-\d{2}-\d{2}/g, "DATE")
    .replaceAll(/\b20\d{2}\.\d{1,2}\.\d+\b/g, "VERSION")
    .trimEnd()

const replaced = (path: string, from: string, lines: ReadonlyArray<string>): void => {
  const old = readFileSync(path, "utf8").split("\n")
  const start = old.indexOf(from)
  if (start < 0) throw new Error(`${path} has no line ${from}`)
  writeFileSync(path, [...old.slice(0, start), ...lines, ""].join("\n"))
}

const changed = (path: string, lines: ReadonlyArray<string>): void => {
  const old = lines.filter((line) => line.startsWith("-")).map((line) => line.slice(1)).join("\n")
  const now = lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1)).join("\n")
  const text = readFileSync(path, "utf8")
  if (text.split(old).length !== 2) throw new Error(`${path} does not have once:\n${old}`)
  writeFileSync(path, text.replace(old, () => now))
}

/** Follows a guide below an empty folder and gives what each command said. */
export const follow = (text: string, folder: string): { readonly home: string; readonly said: ReadonlyArray<Said> } => {
  const [home, work, tools] = ["home", "work", "bin"].map((name) => join(folder, name)) as [string, string, string]
  for (const path of [home, work, tools]) mkdirSync(path)
  writeFileSync(join(tools, "sonde"), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`)
  chmodSync(join(tools, "sonde"), 0o755)
  const type = (command: string): string => {
    const out = join(folder, "out")
    execFileSync("sh", ["-c", `{ ${command}\n} > "${out}" 2>&1 || true`], {
      cwd: work,
      env: { PATH: `${tools}:${process.env["PATH"] ?? ""}`, HOME: home }
    })
    return readFileSync(out, "utf8")
  }
  const said: Array<Said> = []
  for (const { at, kind, lines, name } of blocks(text)) {
    const [file = "", from] = name.split(" from ")
    if (kind === "yaml" && from !== undefined) replaced(join(work, file), from, lines)
    if (kind === "diff") changed(join(work, name), lines)
    if (kind !== "console") continue
    for (const [number, line] of lines.entries()) {
      if (!line.startsWith("$ ")) continue
      const rest = lines.slice(number + 1)
      const end = rest.findIndex((one) => one.startsWith("$ "))
      const command = line.slice(2)
      said.push({
        at: at + number + 1,
        command,
        shown: (end < 0 ? rest : rest.slice(0, end)).join("\n"),
        said: type(command)
      })
    }
  }
  return { home, said }
}
