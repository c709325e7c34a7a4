/**
 * Canary secrets through every way to a token, and a search for them in everything that the command leaves behind: against an issuer
 * and a mail server that repeat what they were given, when the run is refused, lost, interrupted, killed or crashes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { sonde, start } from "./CanaryCommand.ts"
import * as CanaryIssuer from "./CanaryIssuer.ts"
import * as CanaryServer from "./CanaryServer.ts"
import { assertNone, filesIn, watchProcesses } from "./CanaryTraces.ts"
import * as PlayedBrowser from "./PlayedBrowser.ts"
import { issuer as signer } from "./SignedJwt.ts"

// Other tests type their secrets as arguments: none of them may share a piece with these.
const env = {
  CS: "Geheim 3w\"X8' dreißig\\41%&<y>=+/~",
  RT: "Canary.refresh-given-4vT9sBq6Yd2h~8",
  KEY: "Canary-cache-key-4vT9sBq6Yd2h-0123456789"
}
const code = "4/0Canary-code-4vT9sBq6Yd2h-4hT8"
const key = signer()
const assertion = key.jwt({
  iss: "https://token.actions.example",
  sub: "canary-subject-4vT9sBq6Yd2h",
  exp: 4_000_000_000
})
/** The longest line of a key: none of it may be anywhere. */
const keyBody = key.privateKey.split("\n").slice(3, 6).join("")

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 240_000)

interface Flow {
  readonly name: string
  readonly provider: string
  readonly flags: (dir: string) => ReadonlyArray<string>
  /** What is sent on the wire, at least. */
  readonly sends: number
}

const flows: ReadonlyArray<Flow> = [
  {
    name: "client-credentials with a secret",
    provider: "microsoft-365",
    flags: () => ["--token", "client-credentials", "--client-secret", "env:CS"],
    sends: 1
  },
  {
    name: "client-credentials with the token of a workload",
    provider: "microsoft-365",
    flags: (dir) => ["--token", "client-credentials", "--client-assertion", `file:${join(dir, "assertion")}`],
    sends: 1
  },
  {
    name: "refresh-token",
    provider: "microsoft-365",
    flags: () => ["--token", "refresh-token", "--refresh-token", "env:RT", "--client-secret", "env:CS"],
    sends: 2
  },
  {
    name: "service-account",
    provider: "gmail",
    flags: (dir) => ["--token", "service-account", "--service-account", join(dir, "key.json")],
    sends: 1
  },
  {
    name: "device-code",
    provider: "microsoft-365",
    flags: () => ["--token", "device-code"],
    sends: 1
  },
  {
    name: "authorization-code",
    provider: "gmail",
    flags: () => ["--token", "authorization-code", "--client-secret", "env:CS"],
    sends: 3
  }
]

const setUp = Effect.gen(function*() {
  const issuer = yield* CanaryIssuer.start
  const mail = yield* Effect.acquireRelease(
    Effect.promise(() => CanaryServer.start("XOAUTH2 OAUTHBEARER")),
    ({ close }) => Effect.promise(close)
  )
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-canary-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const state = join(dir, "state")
  writeFileSync(join(dir, "ca.pem"), issuer.ca)
  writeFileSync(join(dir, "assertion"), `${assertion}\n`)
  writeFileSync(
    join(dir, "key.json"),
    JSON.stringify({
      type: "service_account",
      client_email: "mailer@fake-project.iam.gserviceaccount.com",
      private_key: key.privateKey
    })
  )
  const check = ({ flags, name, provider }: Flow) => [
    "check",
    "alice@canary.example",
    "--provider",
    provider,
    "--host",
    "canary.example",
    "--port",
    "587",
    "--security",
    "none",
    "--allow-clear-auth",
    "--ignore-preflight",
    "--connect-to",
    `canary.example:587:127.0.0.1:${mail.port}`,
    ...CanaryIssuer.hosts.flatMap((host) => ["--connect-to", `${host}:443:127.0.0.1:${issuer.port}`]),
    "--ca",
    join(dir, "ca.pem"),
    "--state",
    state,
    ...(name === "service-account" ? [] : ["--client-id", "canary-client"]),
    ...flags(dir)
  ]
  // What a JSON Web Token claims, the mailbox among it, is no secret: its signature is.
  const secrets = () =>
    [
      ...Object.values(env),
      code,
      assertion,
      keyBody,
      CanaryIssuer.accessToken,
      CanaryIssuer.refreshToken,
      CanaryIssuer.deviceCode,
      ...issuer.learnt()
    ].map((secret) => /^eyJ[\w-]+\.[\w-]+\.([\w-]+)$/.exec(secret)?.[1] ?? secret)
  /** Starts the command and plays its browser. */
  const begin = (flow: Flow, flags: ReadonlyArray<string>, more: Readonly<Record<string, string>> = {}) => {
    const child = start([...check(flow), ...flags], { ...env, ...more })
    const gone = flow.name === "authorization-code"
      ? child.until(/https:\/\/accounts\.google\.com\/\S+/).then((address) => {
        const asked = new URL(address).searchParams
        const back = new URL(asked.get("redirect_uri") ?? "")
        back.search = new URLSearchParams({ code, state: asked.get("state") ?? "" }).toString()
        return PlayedBrowser.visit(back.href).then(() => undefined)
      }).catch(() => undefined)
      : Promise.resolve(undefined)
    return { child, done: Promise.all([child.done, gone]).then(([left]) => left) }
  }
  return { begin, check, dir, issuer, secrets, state }
})

describe("secrets of a token that an issuer repeats", () => {
  for (const [number, flow] of flows.entries()) {
    live(`are nowhere after ${flow.name}, however it ends`, () =>
      Effect.gen(function*() {
        const { begin, issuer, secrets, state } = yield* setUp
        const formats = [["--json"], ["--transcript"], ["--events"], ["--format", "ndjson"], []]
        // Each flow meets the first two endings; the others are shared out.
        const endings = CanaryIssuer.endings.filter((_, at) => at < 2 || at % 3 === number % 3)
        for (const [at, ending] of endings.entries()) {
          issuer.become(ending)
          const before = issuer.learnt().length
          const flags = [...formats[at % formats.length] ?? [], "--timeout", "5s"]
          const left = yield* Effect.promise(() => begin(flow, flags).done)
          assert.isAtLeast(issuer.learnt().length - before, flow.sends, `${ending}: ${left.err}`)
          assert.include([69, 75, 76, 77], left.code, `${ending}: ${left.err}`)
          assertNone(`outputs after ${ending}`, `${left.out}\n${left.err}`, ...secrets())
        }
        assertNone("the state folder", filesIn(state), ...secrets())
        // They were repeated, and masked: the search had something to find.
        assert.isAbove(filesIn(state).toString().split("‹secret›").length, 20)
      }))

    live(`are in no file where tokens of ${flow.name} are kept`, () =>
      Effect.gen(function*() {
        const { begin, issuer, secrets, state } = yield* setUp
        issuer.become("accept")
        const left = yield* Effect.promise(() => begin(flow, ["--json", "--token-cache-key", "env:KEY"]).done)
        assert.include([75, 77], left.code, left.err)
        assertNone("outputs", `${left.out}\n${left.err}`, ...secrets())
        assertNone("the state folder", filesIn(state), ...secrets())
      }))

    live(`are nowhere after ${flow.name} was stopped, nor in the list of processes`, () =>
      Effect.gen(function*() {
        const signal = number % 2 === 0 ? "SIGINT" : "SIGKILL"
        const { begin, issuer, secrets, state } = yield* setUp
        issuer.become("silent")
        const processes = watchProcesses()
        const { child, done } = begin(flow, ["--timeout", "30s"])
        yield* Effect.promise(issuer.asked)
        child.signal(signal)
        const left = yield* Effect.promise(() => done)
        const seen = yield* Effect.promise(processes.stop)
        assert.strictEqual(left.code, signal === "SIGINT" ? 130 : null, left.err)
        assert.include(seen, "alice@canary.example")
        assertNone("the list of processes", seen, ...secrets())
        assertNone("outputs", `${left.out}\n${left.err}\n.`, ...secrets())
        assertNone("the state folder", filesIn(state), ...secrets())
      }))
  }
})

describe("a crash while a token is awaited", () => {
  live("tells nothing of the secrets", () =>
    Effect.gen(function*() {
      for (const flow of flows.filter(({ name }) => name === "refresh-token" || name === "service-account")) {
        const { begin, dir, issuer, secrets, state } = yield* setUp
        const path = join(dir, "crash.mjs")
        const keyFile = readFileSync(join(dir, "key.json"), "utf8")
        // The secrets are in memory when this goes off: the file appears when the issuer has them.
        writeFileSync(
          path,
          `import { existsSync } from "node:fs"
          const text = "boom " + process.env.CS + process.env.RT + ${JSON.stringify(keyFile)}
          const timer = setInterval(() => { if (existsSync(${JSON.stringify(join(dir, "now"))})) {
            clearInterval(timer); setTimeout(() => { throw new Error(text, { cause: text }) }, 20) } }, 20)`
        )
        issuer.become("silent")
        const { done } = begin(flow, ["--timeout", "30s"], { NODE_OPTIONS: `--import=${pathToFileURL(path).href}` })
        yield* Effect.promise(issuer.asked)
        writeFileSync(join(dir, "now"), "")
        const left = yield* Effect.promise(() => done)
        assert.strictEqual(left.code, 70, left.err)
        assertNone("outputs", `${left.out}\n${left.err}`, ...secrets())
        assertNone("the state folder", filesIn(state), ...secrets())
      }
    }))
})

describe("wrong usage", () => {
  live("does not repeat a secret that was typed where its source belongs", () =>
    Effect.gen(function*() {
      const { dir, state } = yield* setUp
      const typed = "Typed-8mR3kWz5Jc1pVn"
      const target = ["check", "alice@canary.example", "--state", state, "--token", "client-credentials"]
      for (
        const argv of [
          ["--client-id", "x", "--client-secret", typed],
          ["--client-id", "x", "--client-assertion", typed],
          ["--client-id", "x", "--client-assertion", `jwt:${typed}`],
          ["--client-id", "x", "--refresh-token", `env:${typed} `],
          ["--tls-key", typed],
          ["--token-cache-key", typed],
          ["--client-sercet", typed]
        ]
      ) {
        const left = yield* Effect.promise(() => sonde([...target, ...argv], env))
        assert.strictEqual(left.code, 64, left.err)
        assertNone(argv.slice(0, -1).join(" "), left.err, typed)
      }
      // A file of secrets where another file belongs.
      writeFileSync(join(dir, "secret"), typed)
      for (const flag of ["--service-account", "--tls-certificate", "--client-certificate"]) {
        const grant = flag === "--service-account" ? "service-account" : "client-credentials"
        const argv = ["check", "alice@canary.example", "--state", state, "--token", grant, "--client-id", "x"]
        const proof = flag === "--tls-certificate" ? ["--client-secret", "env:CS"] : []
        const left = yield* Effect.promise(() => sonde([...argv, ...proof, flag, join(dir, "secret")], env))
        assert.strictEqual(left.code, 66, left.err)
        assertNone(flag, left.err, typed)
      }
    }))
})
