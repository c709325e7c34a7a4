/**
 * Where a secret comes from, and getting it from there.
 *
 * A secret is never taken from the command line itself, where every process of the machine could read it. What is read
 * becomes `Redacted` at once; no message repeats any part of it.
 */
import { GrantKind } from "@sonde/domain/Options"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Writable } from "node:stream"
import { type Failure, missing, usage } from "./Failure.ts"
import * as Files from "./Files.ts"
import { quoted } from "./Print.ts"
import { note, Screen } from "./Screen.ts"
import * as Stdin from "./Stdin.ts"

/** A place a secret can be read from. */
export type Source =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdin" }
  | { readonly kind: "cmd"; readonly command: string }
  | { readonly kind: "prompt" }

const ways = "env:NAME, file:PATH, stdin, cmd:COMMAND or prompt"

/** The flags that take a source. */
export type Option =
  | "--secret"
  | "--token"
  | "--client-secret"
  | "--client-assertion"
  | "--proxy-secret"
  | "--tls-key"
  | "--token-cache-key"
  | "--refresh-token"
  | "--read-back-secret"
  | "--read-back-token"
  | "--database"

/** Reads a source. Text that is none may be the secret itself, so it is refused without being repeated. */
export const parse = (option: Option, text: string): Result.Result<Source, Failure> => {
  const colon = text.indexOf(":")
  const scheme = colon < 0 ? text : text.slice(0, colon)
  const rest = colon < 0 ? "" : text.slice(colon + 1)
  if (colon < 0 && (scheme === "stdin" || scheme === "prompt")) return Result.succeed({ kind: scheme })
  if (option === "--token" && (GrantKind.literals as ReadonlyArray<string>).includes(text)) {
    return Result.fail(
      usage(`${option} ${text} obtains a token, and here one has to be given`, `write ${option} ${ways}`)
    )
  }
  if (colon > 0 && (scheme === "env" || scheme === "file" || scheme === "cmd")) {
    if (rest === "") {
      return Result.fail(usage(`${option} ${scheme}: names nothing`, `write ${option} ${ways}`))
    }
    if (scheme === "env") {
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)
        ? Result.succeed({ kind: "env", name: rest })
        : Result.fail(
          usage(
            `${option} env: is not followed by the name of a variable`,
            `write ${option} env:${option === "--database" ? "DATABASE_URL" : "MAIL_PASSWORD"}`
          )
        )
    }
    return Result.succeed(scheme === "file" ? { kind: "file", path: rest } : { kind: "cmd", command: rest })
  }
  return Result.fail(usage(
    `${option} takes the place a secret comes from, never the secret itself`,
    `write ${option} ${ways}; if this was a secret, it now stands in the history of your shell`
  ))
}

/** Largest secret in octets: tokens have a few thousand. */
const maxOctets = 1024 * 1024

/** Takes one line end off. `more` tells that others stand before it. */
export const trimLineEnd = (text: string): { readonly text: string; readonly more: boolean } => {
  const trimmed = text.replace(/\r?\n$/, "")
  return { text: trimmed, more: /[\r\n]$/.test(trimmed) }
}

const filled = (option: string, where: string, secret: string) =>
  secret === ""
    ? Effect.fail(missing(`${option}: ${where} is empty`, "put the secret there"))
    : Effect.succeed(Redacted.make(secret, { label: option.slice(2) }))

const fromFile = Effect.fnUntraced(function*(option: string, path: string) {
  const shown = quoted(path)
  const { more, text } = trimLineEnd(yield* Files.text(option, path, maxOctets))
  if (more) yield* note(`${option}: the file ${shown} ends with several line ends; one was taken off, the others count`)
  return yield* filled(option, `the file ${shown}`, text)
})

const fromStdin = Effect.fnUntraced(function*(option: string) {
  const screen = yield* Screen
  if (screen.stdin.isTerminal) {
    return yield* usage(
      `${option} stdin was given and standard input is a terminal`,
      `write ${option} prompt, or pipe it in`
    )
  }
  return yield* filled(option, "standard input", trimLineEnd(yield* Stdin.text(maxOctets, true)).text)
})

const fromCommand = Effect.fnUntraced(function*(option: string, command: string) {
  const { spawn } = yield* Effect.promise(() => import("node:child_process"))
  const result = yield* Effect.callback<{ readonly code: number | string; readonly text: string }>((resume) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "inherit"] })
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      if (text.length < maxOctets) text += part
    })
    child.on(
      "error",
      (error) => resume(Effect.succeed({ code: "code" in error ? String(error.code) : "error", text: "" }))
    )
    child.on("close", (code, signal) => resume(Effect.succeed({ code: code ?? signal ?? "nothing", text })))
    return Effect.sync(() => child.kill())
  })
  if (result.code !== 0) {
    return yield* missing(
      `${option}: the command of cmd: ended with ${result.code}`,
      "run it by hand to see why, its own words stand above"
    )
  }
  // A key has many lines; of anything else the first one counts, as password managers print it.
  const printed = option === "--tls-key" ? result.text : result.text.split(/\r?\n/, 1)[0] ?? ""
  return yield* filled(option, "what the command of cmd: printed", printed)
})

const fromPrompt = Effect.fnUntraced(function*(option: string, label: string) {
  const screen = yield* Screen
  if (!screen.stdin.isTerminal) {
    return yield* missing(`${option} prompt needs a terminal to ask on`, `write ${option} env:NAME, file:PATH or stdin`)
  }
  const { createInterface } = yield* Effect.promise(() => import("node:readline"))
  yield* screen.err(`${label}: `)
  const typed = yield* Effect.callback<string | undefined>((resume) => {
    // Echo goes nowhere; the question was asked already.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
    let answer: string | undefined
    reader.on("line", (line) => {
      answer = line
      reader.close()
    })
    // In raw mode the terminal does not turn Ctrl-C into a signal.
    reader.on("SIGINT", () => {
      reader.close()
      process.kill(process.pid, "SIGINT")
    })
    reader.on("close", () => resume(Effect.succeed(answer)))
    return Effect.sync(() => reader.close())
  })
  yield* screen.err("\n")
  if (typed === undefined) return yield* missing(`${option}: nothing was typed`)
  return yield* filled(option, "what was typed", typed)
})

/** Reads a secret. Fails with status 66, naming the source and what is wrong with it, never what it holds. */
export const read = Effect.fnUntraced(function*(
  option: Option,
  source: Source,
  label: string
): Effect.fn.Return<Redacted.Redacted<string>, Failure, Screen> {
  switch (source.kind) {
    case "env": {
      const { env } = yield* Screen
      const value = env[source.name]
      if (value === undefined) {
        return yield* missing(
          `${option}: the variable ${source.name} is not set`,
          `set it, or name another with ${option} env:NAME`
        )
      }
      return yield* filled(option, `the variable ${source.name}`, value)
    }
    case "file":
      return yield* fromFile(option, source.path)
    case "stdin":
      return yield* fromStdin(option)
    case "cmd":
      return yield* fromCommand(option, source.command)
    case "prompt":
      return yield* fromPrompt(option, label)
  }
})
