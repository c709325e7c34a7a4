/** The built command as a server in a process of its own. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bundle = join(fileURLToPath(new URL("../../..", import.meta.url)), "packages/cli/dist/sonde.mjs")

export interface Serving {
  readonly url: string
  readonly pid: number
  readonly stderr: () => string
  /** Sends a signal and waits for the end. */
  readonly end: (signal: "SIGTERM" | "SIGKILL" | "SIGINT") => Promise<number | null>
}

/** Runs `sonde serve` to its end, for its status and words. */
export const serveToEnd = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [bundle, "serve", ...args], {
      env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", (part) => stdout += part)
    child.stderr.on("data", (part) => stderr += part)
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })

/** Starts `sonde serve` on a free port with these flags, and waits until it listens. */
export const serve = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Promise<Serving> => {
  const child = spawn(process.execPath, [bundle, "serve", "--json", "--listen", "127.0.0.1:0", ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let [stdout, stderr] = ["", ""]
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
  child.stderr.on("data", (part) => stderr += part)
  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`ended with ${code}: ${stderr}`)))
    child.stdout.on("data", (part) => {
      stdout += part
      if (!stdout.includes("\n")) return
      resolve({
        url: JSON.parse(stdout).url,
        pid: child.pid ?? 0,
        stderr: () => stderr,
        end: (signal) => {
          child.kill(signal)
          return ended
        }
      })
    })
  })
}

/** Posts JSON, for the status and the document. */
export const post = async (url: string, body: unknown) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** Gets JSON. */
export const get = async (url: string) => JSON.parse(await (await fetch(url)).text())

/** Waits until something holds. */
export const until = async <A>(ask: () => Promise<A> | A, holds: (value: A) => boolean): Promise<A> => {
  for (;;) {
    const value = await ask()
    if (holds(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
