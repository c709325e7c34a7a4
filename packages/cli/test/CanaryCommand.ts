/** The built command as a child process with an environment of its own. The set-up of loopback tests builds it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const bundle = fileURLToPath(new URL("../dist/sonde.mjs", import.meta.url))

/** What a child left behind; `code` is null where a signal ended it. */
export interface Left {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Starts the command with `input` on standard input. */
export const start = (
  argv: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  input = ""
): {
  readonly done: Promise<Left>
  readonly signal: (name: NodeJS.Signals) => void
  /** Waits for text on standard error. */
  readonly until: (pattern: RegExp) => Promise<string>
} => {
  const child = spawn(process.execPath, [bundle, ...argv], {
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  const out: Array<Buffer> = []
  const err: Array<Buffer> = []
  child.stdout.on("data", (chunk: Buffer) => void out.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => void err.push(chunk))
  child.stdin.on("error", () => {})
  child.stdin.end(input)
  const text = (chunks: ReadonlyArray<Buffer>) => Buffer.concat(chunks).toString()
  return {
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text(err))
          if (found !== null) resolve(found[0])
        }
        child.stderr.on("data", look)
        child.on("close", () => reject(new Error(`ended before ${pattern}:\n${text(out)}\n${text(err)}`)))
        look()
      }),
    done: new Promise((resolve) => child.on("close", (code) => resolve({ code, out: text(out), err: text(err) }))),
    signal: (name) => void child.kill(name)
  }
}

/** Runs the command to its end. */
export const sonde = (
  argv: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  input = ""
): Promise<Left> => start(argv, env, input).done
