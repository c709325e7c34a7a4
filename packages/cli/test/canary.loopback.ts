/**
 * Canary secrets through every mechanism, and a search for them in everything that the command leaves behind: against a
 * server that repeats what it was given, when the run is refused, lost, interrupted, killed or crashes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Left, sonde, start } from "./CanaryCommand.ts"
import * as CanaryServer from "./CanaryServer.ts"
import { assertNone, filesIn, watchProcesses } from "./CanaryTraces.ts"

const mechanisms = ["plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256", "xoauth2", "oauthbearer"] as const
type Mechanism = typeof mechanisms[number]

const passwords = {
  plain: "Canary-9fK2xQ7vLm3z",
  special: "Kanari 7f\"Q2' zwölf\\50%&<x>=+/é ñq",
  short: "ä7\"%",
  long: Array.from({ length: 40 }, (_, at) => `${at}q${(at * 7919) % 997}Z-w`).join("").slice(0, 300)
}
const tokens = {
  plain: `ey.Canary-${"9fK2xQ7vLm3z".repeat(2)}`,
  special: "EwB4A8l6*!$~%2F+/=&\\\"ü<Kanari>",
  short: "Zx7~",
  long: Array.from({ length: 90 }, (_, at) => `${(at * 7919) % 997}aB_${at}`).join("").slice(0, 700)
}
type Kind = keyof typeof passwords

const takesToken = (mechanism: Mechanism) => mechanism === "xoauth2" || mechanism === "oauthbearer"
const secretOf = (mechanism: Mechanism, kind: Kind) => takesToken(mechanism) ? tokens[kind] : passwords[kind]
const sourceOf = (mechanism: Mechanism, source: string) => [takesToken(mechanism) ? "--token" : "--secret", source]

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 120_000)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-canary-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A hostile server, a folder, and the flags that lead to the one and keep journals in the other. */
const setUp = Effect.gen(function*() {
  const server = yield* Effect.acquireRelease(
    Effect.promise(() =>
      CanaryServer.start(
        mechanisms.join(" ").toUpperCase(),
        Object.values(passwords)
      )
    ),
    ({ close }) => Effect.promise(close)
  )
  const dir = yield* folder
  const state = join(dir, "state")
  const check = (mechanism: Mechanism, source = "env:CANARY") => [
    "check",
    "alice@canary.example",
    "--host",
    "canary.example",
    "--connect-to",
    `canary.example:587:127.0.0.1:${server.port}`,
    "--security",
    "none",
    "--allow-clear-auth",
    "--state",
    state,
    "--auth",
    mechanism,
    ...sourceOf(mechanism, source)
  ]
  return { server, dir, state, check }
})

const run = (argv: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}, input?: string) =>
  Effect.promise(() => sonde(argv, env, input))

const all = ({ err, out }: Left) => `${out}\n${err}`

/** The only run in a state folder. */
const runIn = (state: string): string => {
  const name = readdirSync(join(state, "runs")).find((file) => file.endsWith(".ndjson")) ?? ""
  return name.slice(0, -".ndjson".length)
}

const formats: ReadonlyArray<readonly [flags: ReadonlyArray<string>, env: Readonly<Record<string, string>>]> = [
  [[], { CLICOLOR_FORCE: "1", TERM: "xterm-256color" }],
  [["--transcript"], {}],
  [["--json"], {}],
  [["--format", "ndjson"], {}],
  [["--events"], {}],
  [["--transcript", "--redact", "personal"], {}]
]

describe("a secret that a hostile server repeats", () => {
  for (const mechanism of mechanisms) {
    live(`is nowhere to be seen in any format after ${mechanism} was refused`, () =>
      Effect.gen(function*() {
        const { check, server, state } = yield* setUp
        const secret = secretOf(mechanism, "special")
        const env = { CANARY: secret }
        for (const [flags, more] of formats) {
          const left = yield* run([...check(mechanism), ...flags], { ...env, ...more })
          assert.strictEqual(left.code, 77, left.err)
          assert.strictEqual(server.learnt().at(-1), secret)
          assertNone(flags.join(" "), all(left), secret)
        }
        const [first = ""] = readdirSync(join(state, "runs")).map((file) => file.replace(".ndjson", ""))
        const place = ["--state", state]
        for (
          const argv of [
            ["runs", ...place],
            ["runs", "--json", ...place],
            ["show", first, "--color", "always", ...place],
            ["show", first, "--transcript", ...place],
            ["show", first, "--json", ...place],
            ["show", first, "--format", "ndjson", ...place],
            ["resume", first, ...place],
            ["resume", first, "--transcript", ...sourceOf(mechanism, "env:CANARY"), ...place]
          ]
        ) assertNone(argv.join(" "), all(yield* run(argv, env)), secret)
        const shown = yield* run(["show", first, "--transcript", ...place])
        // It was repeated, and masked: the search above had something to find.
        assert.isAbove(shown.out.split("‹secret›").length, 20)
        assertNone("the state folder", filesIn(state), secret)
      }))
  }

  const endings: ReadonlyArray<CanaryServer.Ending> = ["accept", "later", "garbage", "endless", "cut", "silent", "fold"]
  const kinds: ReadonlyArray<Kind> = ["long", "special", "plain", "short"]
  const cases = endings.flatMap((ending, row) =>
    mechanisms.map((mechanism, column) => ({
      ending,
      mechanism,
      // Pieces of a short secret that are folded over lines are too short to be told from other text.
      kind: kinds[(row + column) % (ending === "fold" ? 3 : 4)] ?? "plain"
    }))
  )
  for (const { ending, kind, mechanism } of cases) {
    live(
      `is nowhere when ${mechanism} with a ${kind} secret meets the ending "${ending}"`,
      () =>
        Effect.gen(function*() {
          const { check, server, state } = yield* setUp
          const secret = secretOf(mechanism, kind)
          server.become(ending)
          const flags = ["--timeout", ending === "endless" || ending === "silent" ? "1s" : "10s"]
          const events = yield* run([...check(mechanism), ...flags, "--events"], { CANARY: secret })
          assert.strictEqual(server.learnt().at(-1), secret, events.err)
          // The second connection gets it back in the banner and in the capabilities.
          const screen = yield* run([...check(mechanism), ...flags, "--transcript"], { CANARY: secret })
          assert.include(screen.out, "‹secret›")
          assertNone("events", all(events), secret)
          assertNone("screen", all(screen), secret)
          assertNone("the state folder", filesIn(state), secret)
        })
    )
  }
})

describe("a run that is stopped while it signs in", () => {
  for (const mechanism of mechanisms) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
      live(
        `leaves no secret of ${mechanism} behind after ${signal}, nor does its resumption`,
        () =>
          Effect.gen(function*() {
            const { check, server, state } = yield* setUp
            const secret = secretOf(mechanism, "special")
            const env = { CANARY: secret }
            server.become("silent")
            const child = start([...check(mechanism), "--timeout", "30s"], env)
            yield* Effect.promise(server.asked)
            assertNone("files while signing in", filesIn(state), secret)
            child.signal(signal)
            const left = yield* Effect.promise(() => child.done)
            assert.strictEqual(left.code, { SIGINT: 130, SIGTERM: 143, SIGKILL: null }[signal])
            assertNone("outputs", all(left), secret)
            assertNone("the state folder", filesIn(state), secret)
            server.become("refuse")
            const place = ["--state", state]
            const id = runIn(state)
            for (
              const argv of [
                ["show", id, "--transcript", ...place],
                ["resume", id, "--events", ...sourceOf(mechanism, "env:CANARY"), ...place]
              ]
            ) assertNone(argv.join(" "), all(yield* run(argv, env)), secret)
            assertNone("the state folder afterwards", filesIn(state), secret)
          })
      )
    }
  }
})

describe("the list of processes", () => {
  live("never shows a secret, wherever it comes from", () =>
    Effect.gen(function*() {
      const { check, dir, server } = yield* setUp
      const secret = passwords.plain
      const path = join(dir, "pw")
      writeFileSync(path, `${secret}\n`)
      const sources: ReadonlyArray<readonly [source: string, input: string]> = [
        ["env:CANARY", ""],
        [`file:${path}`, ""],
        ["stdin", `${secret}\n`],
        [`cmd:sleep 0.2; cat '${path}'`, ""]
      ]
      for (const [source, input] of sources) {
        server.become("silent")
        const processes = watchProcesses()
        const done = sonde([...check("plain", source), "--timeout", "400ms"], { CANARY: secret }, input)
        const left = yield* Effect.promise(() => done)
        const seen = yield* Effect.promise(processes.stop)
        assert.strictEqual(server.learnt().at(-1), secret, left.err)
        // The command was seen, so a secret in its arguments would have been.
        assert.include(seen, `--secret ${source}`)
        assertNone(source, seen, secret)
        assertNone(source, all(left), secret)
      }
    }))
})

describe("a crash", () => {
  const throwing = {
    "an exception that nobody catches": "setTimeout(() => { throw new Error(text, { cause: text }) }, 20)",
    "a promise that nobody looks after": "setTimeout(() => void Promise.reject(new TypeError(text)), 20)",
    "something thrown that is no error": "setTimeout(() => { throw text }, 20)"
  }
  for (const [what, code] of Object.entries(throwing)) {
    live(`by ${what} while signing in tells nothing of the secret`, () =>
      Effect.gen(function*() {
        const { check, dir, server, state } = yield* setUp
        const secret = passwords.plain
        const path = join(dir, "crash.mjs")
        // The secret is in memory when this goes off: the file appears when the server has it.
        const watch = `import { existsSync } from "node:fs"
          const text = "boom " + process.env.CANARY
          const timer = setInterval(() => { if (existsSync(${JSON.stringify(join(dir, "now"))})) {
            clearInterval(timer); ${code} } }, 20)`
        writeFileSync(path, watch)
        server.become("silent")
        const child = start([...check("plain"), "--timeout", "20s"], {
          CANARY: secret,
          NODE_OPTIONS: `--import=${pathToFileURL(path).href}`
        })
        yield* Effect.promise(server.asked)
        writeFileSync(join(dir, "now"), "")
        const left = yield* Effect.promise(() => child.done)
        assert.strictEqual(left.code, 70, left.err)
        assert.match(left.err, /a defect in Sonde itself/)
        assertNone("outputs", all(left), secret)
        assertNone("the state folder", filesIn(state), secret)
      }))
  }

  live("because the state folder is gone tells nothing of the secret", () =>
    Effect.gen(function*() {
      const { check, server, state } = yield* setUp
      const secret = passwords.special
      server.become("silent")
      const child = start([...check("login"), "--timeout", "1s"], { CANARY: secret })
      yield* Effect.promise(server.asked)
      rmSync(state, { recursive: true })
      assertNone("outputs", all(yield* Effect.promise(() => child.done)), secret)
    }))
})

describe("wrong usage", () => {
  live("does not repeat a secret that was typed where its source belongs", () =>
    Effect.gen(function*() {
      const dir = yield* folder
      const place = ["--state", join(dir, "state")]
      const target = ["check", "alice@canary.example", ...place]
      for (const secret of [passwords.plain, passwords.special]) {
        for (
          const argv of [
            [...target, "--secret", secret],
            [...target, `--secret=${secret}`],
            [...target, "--token", secret],
            [...target, "--secret", `env:${secret}`],
            [...target, "--secret", `pass:${secret}`],
            [...target, "--password", secret],
            [...target, `--password=${secret}`],
            [...target, `--secert=${secret}`],
            [...target, "--secret", "env:PW", secret]
          ]
        ) {
          const left = yield* run(argv, { PW: secret })
          assert.strictEqual(left.code, 64, left.err)
          assert.strictEqual(left.out, "")
          assertNone(argv[3] ?? "", left.err, secret)
        }
      }
    }))

  live("names a file that is missing, and a variable that is not set", () =>
    Effect.gen(function*() {
      const dir = yield* folder
      for (
        const [source, problem] of [[`file:${dir}/MISSING`, /MISSING/], ["env:MISSING", /MISSING is not set/]] as const
      ) {
        const left = yield* run(["check", "alice@canary.example", "--secret", source, "--state", join(dir, "state")])
        assert.strictEqual(left.code, 66)
        assert.match(left.err, problem)
      }
    }))

  live("does not print a file of secrets that was named where another file belongs", () =>
    Effect.gen(function*() {
      const { check, dir } = yield* setUp
      for (const [kind, secret] of Object.entries(passwords)) {
        const path = join(dir, `${kind}.yaml`)
        writeFileSync(path, `${secret}\n`)
        for (
          const flags of [
            ["--pack", path],
            ["--ca", path],
            ["--secret", `file:${path}`, "--pack", path],
            ["packs", "lint", path]
          ]
        ) {
          const argv = flags[0] === "packs" ? flags : [...check("plain"), ...flags]
          const left = yield* run(argv, { CANARY: secret })
          assert.notStrictEqual(left.code, 0, flags.join(" "))
          assertNone(flags.join(" "), all(left), secret)
        }
      }
    }))

  live("says nothing of a secret that a mechanism cannot carry", () =>
    Effect.gen(function*() {
      const { check, dir, state } = yield* setUp
      const secret = `Canary-9fK2\u0001xQ7vLm3z`
      const path = join(dir, "token")
      writeFileSync(path, secret)
      const left = yield* run(check("xoauth2", `file:${path}`))
      assert.include([64, 66], left.code)
      assertNone("outputs", all(left), secret)
      assert.throws(() => readdirSync(join(state, "runs")))
    }))
})

describe("a simulated Microsoft 365", () => {
  live(
    "is signed in to with and without success, and no output or file holds the secret",
    () =>
      Effect.gen(function*() {
        const running = yield* Simulator.start({})
        const state = join(yield* folder, "state")
        const found = (address: string) => running.mailboxes.find((mailbox) => mailbox.address === address)
        const wrong = "Wrong-Canary 7f\"Q2zö"
        const cases: ReadonlyArray<readonly [address: string, secret: string, source: string, code: number]> = [
          ["app@contoso.example", found("app@contoso.example")?.secret ?? "", "--secret", 0],
          ["app@contoso.example", wrong, "--secret", 77],
          ["scanner@contoso.example", found("scanner@contoso.example")?.secret ?? "", "--secret", 77],
          ["oauth@contoso.example", found("oauth@contoso.example")?.token ?? "", "--token", 0],
          ["oauth-expired@contoso.example", found("oauth-expired@contoso.example")?.token ?? "", "--token", 77]
        ]
        for (const [address, secret, flag, code] of cases) {
          assert.isAbove(secret.length, 4)
          for (const flags of [["--events"], ["--transcript"]]) {
            const argv = ["check", address, "--provider", "microsoft-365", "--ca", running.ca, "--state", state]
            const reach = running.connectTo.flatMap((pin) => ["--connect-to", pin])
            const left = yield* run([...argv, ...reach, flag, "env:CANARY", ...flags], { CANARY: secret })
            assert.strictEqual(left.code, code, left.err)
            assertNone(`${address} ${flags[0]}`, all(left), secret)
          }
        }
        assertNone("the state folder", filesIn(state), ...cases.map(([, secret]) => secret))
      })
  )
})
