/**
 * Runs other programs for the scripts: no shell, no input, output passed on or kept. Never throws for what a program does.
 */
import { spawn } from "node:child_process"
import { performance } from "node:perf_hooks"
import process from "node:process"
import { at, read, root } from "./workspace.ts"

/** What became of a program. `status` is the exit status, or 128 when it could not be started or a signal ended it. */
export interface Outcome {
  readonly status: number
  readonly output: string
  readonly stdout: string
  readonly millis: number
}

/** The environment of everything that is run: the pinned Node and the tools of the workspace come first. */
const environment = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${at("node_modules/.bin")}${process.platform === "win32" ? ";" : ":"}${process.env["PATH"] ?? ""}`,
  ...extra
})

/** Runs one program to its end. With `live` its output goes to standard error as it comes, beside being kept. */
export const run = (
  command: ReadonlyArray<string>,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly live?: boolean } = {}
): Promise<Outcome> =>
  new Promise((resolve) => {
    const started = performance.now()
    const [program = "", ...args] = command
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: environment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32"
    })
    let output = ""
    let stdout = ""
    const keep = (chunk: string): void => {
      output += chunk
      if (options.live === true) process.stderr.write(chunk)
    }
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk
      keep(chunk)
    })
    child.stderr.setEncoding("utf8").on("data", keep)
    const end = (status: number): void => resolve({ status, output, stdout, millis: performance.now() - started })
    child.on("error", (error) => {
      keep(`${error.message}\n`)
      end(128)
    })
    child.on("close", (code) => end(code ?? 128))
  })

/** The command line of the pnpm that this workspace is set up with. */
export const pnpm = (...args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { config } = JSON.parse(read("package.json")) as { readonly config: { readonly pnpm: string } }
  return ["npx", "-y", `pnpm@${config.pnpm}`, ...args]
}

/** Seconds with one digit, for people. */
export const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`
