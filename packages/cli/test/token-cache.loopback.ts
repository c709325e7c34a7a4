/** Tokens that are kept between runs, against the simulated sign-in services: kept, refreshed, forgotten, and nowhere in clear. */
import { assert, describe, it } from "@effect/vitest"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as Simulator from "@sonde/simulator/Simulator"
import * as HttpsServer from "@sonde/testkit/HttpsServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Left, sonde, start } from "./CanaryCommand.ts"
import { assertNone, filesIn } from "./CanaryTraces.ts"
import * as PlayedBrowser from "./PlayedBrowser.ts"

const key = "Canary-key-9fK2xQ7vLm3z-0123456789"
const env = { KEY: key, CS: "fake-secret-printer-4Hs9" }

const folder = Effect.acquireRelease(
  Effect.sync(() => join(mkdtempSync(join(tmpdir(), "sonde-kept-")), "state")),
  (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true, force: true }))
)

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 120_000)

const run = (argv: ReadonlyArray<string>) => Effect.promise(() => sonde(argv, env))

const tokenFacts = ({ out }: Left) =>
  JSON.parse(out).services
    .flatMap(({ phases }: { readonly phases: ReadonlyArray<{ readonly id: string }> }) => phases)
    .find(({ id }: { readonly id: string }) => id === "token")?.facts

const asProgram = (running: Simulator.Running, state: string) => [
  "daemon@contoso.example",
  "--provider",
  "microsoft-365",
  "--ca",
  running.ca,
  ...running.connectTo.flatMap((pin) => ["--connect-to", pin]),
  "--token",
  "client-credentials",
  "--client-id",
  "6b1f0c52-0000-4000-8000-00000000a001",
  "--tenant",
  "contoso.example",
  "--client-secret",
  "env:CS",
  "--state",
  state
]

describe("--token-cache-key", () => {
  live("keeps a token for the next run, encrypted, and nothing without the flag", () =>
    Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const state = yield* folder
      const check = ["check", ...asProgram(running, state), "--json"]
      assert.strictEqual((yield* run(check)).code, 0)
      assert.isFalse(existsSync(join(state, "token-cache")))
      const first = yield* run([...check, "--token-cache-key", "env:KEY"])
      assert.strictEqual(first.code, 0, first.err)
      assert.notProperty(tokenFacts(first), "cached")
      const second = yield* run([...check, "--token-cache-key", "cmd:printenv KEY"])
      assert.strictEqual(second.code, 0, second.err)
      assert.deepInclude(tokenFacts(second), { source: "client-credentials", cached: "kept" })
      const got = yield* run(["token", "get", ...asProgram(running, state), "--token-cache-key", "env:KEY"])
      const token = got.out.trim()
      assert.isAbove(token.length, 100)
      // The token that was printed is the one that is kept.
      const third = yield* run([...check, "--token-cache-key", "env:KEY"])
      assert.strictEqual(tokenFacts(third).cached, "kept")
      assertNone("outputs", [first, second, third].map(({ err, out }) => out + err).join("\n"), token, key, env.CS)
      assertNone("the state folder", filesIn(state), token, key, env.CS)
    }))

  live("says what is wrong with key and files, before anything is dialled", () =>
    Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const state = yield* folder
      const check = ["check", ...asProgram(running, state), "--json"]
      yield* run([...check, "--token-cache-key", "env:KEY"])
      const place = join(state, "token-cache")
      const wrong = yield* run([...check, "--token-cache-key", "cmd:echo another-key-0123456789"])
      assert.strictEqual(wrong.code, 66)
      assert.match(wrong.err, /--token-cache-key: the key does not open the tokens in .*sonde token forget/)
      const short = yield* run([...check, "--token-cache-key", "cmd:echo short"])
      assert.strictEqual(short.code, 66)
      assert.match(short.err, /fewer than 16 characters: make one with: openssl rand -base64 32/)
      chmodSync(place, 0o755)
      const open = yield* run([...check, "--token-cache-key", "env:KEY"])
      assert.strictEqual(open.code, 66)
      assert.match(open.err, /others may enter the folder .*: close it with: chmod 700/)
      chmodSync(place, 0o700)
      const typed = yield* run([...check, "--token-cache-key", key])
      assert.strictEqual(typed.code, 64)
      assertNone("a key that was typed", typed.err, key)
      const nothing = yield* run(["check", "a@contoso.example", "--token-cache-key", "env:KEY", "--state", state])
      assert.strictEqual(nothing.code, 64)
      assert.match(nothing.err, /no token is to be obtained/)
    }))

  live(
    "asks a person once, for a token that can be refreshed",
    () =>
      Effect.gen(function*() {
        const state = yield* folder
        const running = yield* GmailSimulator.start({})
        const { applications: [client], ca, connectTo, http } = running.announcement
        const argv = [
          "token",
          "get",
          "ops@workspace.example",
          "--provider",
          "gmail",
          "--ca",
          ca,
          "--state",
          state,
          ...connectTo.flatMap((pin) => ["--connect-to", pin]),
          "--token",
          "authorization-code",
          "--client-id",
          client?.clientId ?? "",
          "--client-secret",
          "env:CS",
          "--token-cache-key",
          "env:KEY"
        ]
        const secrets = { KEY: key, CS: client?.secret ?? "" }
        const child = start(argv, secrets)
        const address = yield* Effect.promise(() => child.until(/https:\/\/accounts\.google\.com\S+/))
        assert.strictEqual(new URL(address).searchParams.get("access_type"), "offline")
        const fields = { account: "ops@workspace.example", password: "fake-Ops-9Xc4" }
        const service = { port: http.port, ca: running.caPem }
        const location = yield* Effect.promise(() => PlayedBrowser.signIn(service, address, fields))
        yield* Effect.promise(() => PlayedBrowser.visit(location))
        const first = yield* Effect.promise(() => child.done)
        assert.strictEqual(first.code, 0, first.err)
        const second = yield* Effect.promise(() => sonde(argv, secrets))
        assert.strictEqual(second.out, first.out)
        assertNone("the state folder", filesIn(state), first.out.trim(), key)
      })
  )

  live(
    "keeps what comes in place of a refresh token that counts once, and tells of it where nothing is kept",
    () =>
      Effect.gen(function*() {
        const running = yield* Simulator.start({})
        const token = running.mailboxes.find(({ address }) => address === "oauth@contoso.example")?.token ?? ""
        const { ca, server } = yield* Effect.promise(TestCa.testCa)
        const tls = yield* Effect.promise(() => server({ dns: ["login.example"] }))
        let good = 1
        // Each refresh token counts once.
        const issuer = yield* HttpsServer.start(tls, ({ body }) => {
          const given = new URLSearchParams(body).get("refresh_token")
          if (given !== `canary-refresh-${good}-x7Lm`) {
            return { status: 400, body: JSON.stringify({ error: "invalid_grant" }) }
          }
          good += 1
          const refresh = { refresh_token: `canary-refresh-${good}-x7Lm`, expires_in: 60 }
          return { status: 200, body: JSON.stringify({ access_token: token, token_type: "Bearer", ...refresh }) }
        })
        const state = yield* folder
        const trusted = join(state, "..", "ca.pem")
        writeFileSync(trusted, `${readFileSync(running.ca, "utf8")}\n${ca}`)
        const place = ["--provider", "microsoft-365", "--state", state, "--ca", trusted]
        const pins = [`login.example:443:127.0.0.1:${issuer.port}`, ...running.connectTo]
          .flatMap((pin) => ["--connect-to", pin])
        const grant = ["--token", "refresh-token", "--client-id", "app", "--refresh-token", "env:RT"]
        const endpoint = ["--token-endpoint", "https://login.example/token"]
        const argv = ["oauth@contoso.example", ...place, ...pins, ...grant, ...endpoint]
        const keeps = ["--token-cache-key", "env:KEY"]
        const once = (number: number, more: ReadonlyArray<string>, command = ["check"]) =>
          Effect.promise(() => sonde([...command, ...argv, ...more], { ...env, RT: `canary-refresh-${number}-x7Lm` }))
        const all = [
          yield* once(1, ["--json", ...keeps]),
          yield* once(1, ["--json", ...keeps]),
          yield* once(3, ["--json"]),
          yield* once(4, ["--color", "never"]),
          yield* once(5, [], ["token", "get"])
        ] as const
        assert.deepStrictEqual(all.map(({ code }) => code), [0, 0, 0, 0, 0], all.map(({ err }) => err).join(""))
        assert.deepInclude(tokenFacts(all[0]), { successor: "kept" })
        assert.deepInclude(tokenFacts(all[1]), { cached: "refreshed", successor: "kept" })
        assert.deepInclude(tokenFacts(all[2]), { successor: "lost" })
        assert.include(all[3].out, "a new refresh token came and is not kept (--token-cache-key keeps it)")
        assert.match(all[4].err, /a new refresh token came in place of the one that was given: --json prints it/)
        assertNone("outputs", all.map(({ err, out }) => out + err).join("\n"), "canary-refresh")
        assertNone("the state folder", filesIn(state), "canary-refresh")
      })
  )

  live("forgets tokens by mailbox with the key, and all without it", () =>
    Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const state = yield* folder
      const place = join(state, "token-cache")
      const get = ["token", "get", ...asProgram(running, state), "--token-cache-key", "env:KEY"]
      const kept = () => readdirSync(place).filter((name) => name !== "key.json").length
      yield* run(get)
      assert.strictEqual(kept(), 1)
      const without = yield* run(["token", "forget", "daemon@contoso.example", "--state", state])
      assert.strictEqual(without.code, 64)
      assert.match(without.err, /add --token-cache-key, or leave the mailbox out/)
      const forget = ["token", "forget", "--state", state]
      const other = yield* run([...forget, "--token-cache-key", "env:KEY", "other@contoso.example"])
      assert.match(other.err, /0 tokens removed/)
      const own = yield* run([...forget, "--token-cache-key", "env:KEY", "daemon@contoso.example"])
      assert.match(own.err, /1 token removed/)
      assert.strictEqual(kept(), 0)
      yield* run(get)
      assert.match((yield* run(forget)).err, /1 token removed/)
      assert.deepStrictEqual(readdirSync(place), [])
    }))
})
