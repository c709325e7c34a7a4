/**
 * Files that are named on the command line.
 */
import { pemBlocks } from "@sonde/domain/Certificate"
import * as Effect from "effect/Effect"
import { readdir, readFile, stat, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { missing, usage } from "./Failure.ts"
import { quoted } from "./Print.ts"

const why: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be read",
  EPERM: "may not be read",
  EISDIR: "is a folder",
  ENOTDIR: "is not where the path says: a part of it is no folder"
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

const reason = (error: unknown): string => why[codeOf(error)] ?? `cannot be read (${codeOf(error) || "unknown reason"})`

const unwritable = (error: unknown): string =>
  codeOf(error) === "EACCES" || codeOf(error) === "EPERM" || codeOf(error) === "EROFS"
    ? "may not be written"
    : why[codeOf(error)] ?? `cannot be written (${codeOf(error) || "unknown reason"})`

/** Largest file that is read, in octets: a certificate bundle, a pack or a message stays far below. */
export const maxOctets = 40 * 1024 * 1024

const attempt = <A>(subject: string, work: () => Promise<A>) =>
  Effect.tryPromise({ try: work, catch: (error) => missing(`${subject} ${reason(error)}`, "check the path") })

/** The text of a file, or status 66 naming the option, the path and what is wrong with it. */
export const text = Effect.fnUntraced(function*(option: string, path: string, most = maxOctets) {
  const subject = `${option}: the file ${quoted(path)}`
  const about = yield* attempt(subject, () => stat(path))
  if (about.isFile() && about.size > most) return yield* missing(`${subject} is larger than ${most} octets`)
  const octets = yield* attempt(subject, () => readFile(path))
  // Octets that are no UTF-8 would silently become others: another password, another message.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  return yield* Effect.try({
    try: () => decoder.decode(octets),
    catch: () => missing(`${subject} is no UTF-8 text`, "convert it to UTF-8, or encode what is none, as MIME does")
  })
})

/** The certificates of a PEM file, or status 66 naming the first that cannot be read. */
export const certificates = Effect.fnUntraced(function*(option: string, path: string) {
  const blocks = pemBlocks(yield* text(option, path))
  if (blocks.length === 0) {
    return yield* missing(`${option}: the file ${quoted(path)} holds no certificate`, "give a PEM file")
  }
  const { X509Certificate } = yield* Effect.promise(() => import("node:crypto"))
  for (const [index, block] of blocks.entries()) {
    yield* Effect.try({
      try: () => new X509Certificate(block),
      catch: () =>
        missing(`${option}: certificate ${index + 1} of the file ${quoted(path)} is broken`, "give a PEM file")
    })
  }
  return blocks.join("\n")
})

/** Writes a file; status 64 where it is there and `over` does not allow it, 66 where it cannot be written. */
export const write = Effect.fnUntraced(function*(path: string, octets: string, over: boolean) {
  const subject = `the file ${quoted(path)}`
  yield* Effect.tryPromise({
    try: () => writeFile(path, octets, { flag: over ? "w" : "wx" }),
    catch: (error) =>
      codeOf(error) === "EEXIST"
        ? usage(`${subject} is there already`, "give --force to replace it, or --out with another name")
        : codeOf(error) === "ENOENT"
        ? missing(`there is no folder for ${subject}`, "make the folder first")
        : missing(`${subject} ${unwritable(error)}`, "check the path")
  })
})

/** Whether something is at a path. */
export const isThere = (path: string) =>
  Effect.promise(() =>
    stat(path).then(() => true, (error) => codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR")
  )

/** Whether a folder is at a path. */
export const isFolder = (path: string) =>
  Effect.promise(() => stat(path).then((about) => about.isDirectory(), () => false))

/** The names in a folder, in order, or status 66. */
export const names = Effect.fnUntraced(function*(option: string, folder: string) {
  const found = yield* attempt(`${option}: the folder ${quoted(folder)}`, () => readdir(folder))
  return found.toSorted()
})

/** Where journals are kept: `--state`, else `$XDG_STATE_HOME/sonde`, else `~/.local/state/sonde`. */
export const stateFolder = (given: string | undefined, env: Readonly<Record<string, string | undefined>>): string => {
  if (given !== undefined) return given
  const base = env.XDG_STATE_HOME
  return base !== undefined && base !== "" ? join(base, "sonde") : join(homedir(), ".local", "state", "sonde")
}
