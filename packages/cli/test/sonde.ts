/** The command as a child process: as people and scripts run it. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The command's file. */
export const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url))

/** What a child left behind. */
export interface Left {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A child that runs. `until` waits for text on standard output or error. */
export interface Child {
  readonly done: Promise<Left>
  readonly until: (pattern: RegExp) => Promise<string>
  readonly signal: (name: NodeJS.Signals) => void
  readonly write: (text: string) => void
  readonly end: () => void
  /** Closes the reading end of the child's standard output. */
  readonly leave: () => void
}

/** Starts the command with an environment of its own. */
export const start = (argv: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Child => {
  const child = spawn(process.execPath, [bin, ...argv], {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  let out = ""
  let err = ""
  const waiting: Array<() => void> = []
  const wake = () => waiting.splice(0).forEach((resume) => resume())
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text
    wake()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
    wake()
  })
  child.stdin.on("error", () => {})
  let ended = false
  const done = new Promise<Left>((resolve) => {
    child.on("close", (code) => {
      ended = true
      wake()
      resolve({ code, out, err })
    })
  })
  return {
    done,
    until: async (pattern) => {
      for (;;) {
        const found = pattern.exec(out) ?? pattern.exec(err)
        if (found !== null) return found[0]
        if (ended) throw new Error(`ended before ${pattern}:\n${out}\n${err}`)
        await new Promise<void>((resume) => waiting.push(resume))
      }
    },
    signal: (name) => void child.kill(name),
    write: (text) => void child.stdin.write(text),
    end: () => child.stdin.end(),
    leave: () => child.stdout.destroy()
  }
}

/** Runs the command to its end, with nothing or `input` on standard input. */
export const sonde = (
  argv: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  input = ""
): Promise<Left> => {
  const child = start(argv, env)
  child.write(input)
  child.end()
  return child.done
}
