/** The ways out of this machine: proxies, families, addresses of choice. */
import { assert, describe, it } from "@effect/vitest"
import * as ProxyServer from "@sonde/testkit/ProxyServer"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { home } from "./Home.ts"
import { start } from "./sonde.ts"

const script = `S: 220 mx.example ESMTP
C: EHLO *
S: 250-mx.example
S: 250 STARTTLS
C: STARTTLS
S: 220 go on
tls
C: EHLO *
S: 250-mx.example
S: 250 AUTH PLAIN
C: QUIT
S: 221 bye
close`

const secret = "h0rse-battery"

/** Runs the command with a state folder of its own, which is searched for the secret afterwards. */
const ran = Effect.fnUntraced(function*(args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
  const { ca, folder } = yield* home
  const state = join(folder, "state")
  const left = yield* Effect.promise(() =>
    start([...args, "--ca", ca, "--state", state], { NO_COLOR: "1", ...env }).done
  )
  const kept = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n")
  assert.notInclude(`${left.out}${left.err}${kept}`, secret)
  return left
})

const server = Effect.fnUntraced(function*() {
  const { server: issue } = yield* Effect.promise(TestCa.testCa)
  return yield* ScriptedServer.start({ script, tls: yield* Effect.promise(() => issue()) })
})

const services = (out: string) => JSON.parse(out).services[0]

describe("sonde check --proxy", () => {
  it.live.each([["socks5h", "socks5"], ["http", "http"]] as const)(
    "goes through %s with names looked up there, and signs in",
    ([scheme, kind]) =>
      Effect.gen(function*() {
        const { port } = yield* server()
        const proxy = yield* ProxyServer.start(kind, { user: "alice", secret, names: { "mx.example": port } })
        const url = `${scheme}://alice@127.0.0.1:${proxy.port}`
        const { code, err, out } = yield* ran(
          ["check", "mx.example:587", "--proxy", url, "--proxy-secret", "env:PROXY_PW", "--json"],
          { PROXY_PW: secret }
        )
        assert.deepStrictEqual([code, err], [0, ""])
        const { phases } = services(out)
        assert.deepStrictEqual(phases[0].facts, {
          name: "mx.example",
          source: "proxy",
          addresses: [{ address: "mx.example" }]
        })
        assert.strictEqual(phases[1].facts.proxy, `${scheme}://127.0.0.1:${proxy.port}`)
        assert.deepStrictEqual(phases[5].facts.conditions, [])
        assert.deepStrictEqual([proxy.asked, proxy.signIns], [["mx.example:587"], ["alice"]])
      }).pipe(Effect.scoped)
  )

  it.live("says on the screen that the proxy was not reached, and not the server", () =>
    Effect.gen(function*() {
      const { code, out } = yield* ran(["check", "mx.example:587", "--proxy", "socks5h://127.0.0.1:1"], {
        SONDE_FORCE_TTY: "120"
      })
      assert.strictEqual(code, 69)
      assert.match(
        out,
        /connect +mx\.example the proxy cannot be reached \(refused\) after \S+ ms, through\s+socks5h:\/\/127\.0\.0\.1:1/
      )
      assert.include(out, "proxy_unreachable")
    }).pipe(Effect.scoped))

  it.live("names the option that cannot be meant, and never repeats a password", () =>
    Effect.gen(function*() {
      const { code, err, out } = yield* ran(["check", "mx.example", "--proxy", `http://alice:${secret}@proxy.example`])
      assert.deepStrictEqual([code, out], [64, ""])
      assert.match(err, /--proxy has a password in it/)
    }).pipe(Effect.scoped))

  it.live("knows the short flags of curl, one at a time", () =>
    Effect.gen(function*() {
      const { code, err } = yield* ran(["check", "mx.example", "-4", "-6"])
      assert.strictEqual(code, 64)
      assert.match(err, /--ipv4 and --ipv6 were both given/)
    }).pipe(Effect.scoped))
})

describe("sonde check --address", () => {
  it.live("connects there and checks the name, from the address of choice", () =>
    Effect.gen(function*() {
      const { port } = yield* server()
      const { code, out } = yield* ran(
        ["check", `mx.example:${port}`, "--address", "127.0.0.1", "--source", "127.0.0.9", "-4", "--json"]
      )
      assert.strictEqual(code, 0)
      const { phases } = services(out)
      assert.strictEqual(phases[0].facts.source, "pinned")
      assert.deepStrictEqual([phases[1].facts.address, phases[1].facts.localAddress], ["127.0.0.1", "127.0.0.9"])
      assert.deepStrictEqual([phases[5].facts.serverName, phases[5].facts.conditions], ["mx.example", []])
    }).pipe(Effect.scoped))

  it.live("is told where the address of choice is none of this machine", () =>
    Effect.gen(function*() {
      const { code, out } = yield* ran(["check", "127.0.0.1:587", "--source", "192.0.2.77", "--json"])
      assert.strictEqual(code, 69)
      const { error } = services(out).phases[1]
      assert.strictEqual(error.reason, "Unreachable")
      assert.match(error.message, /192\.0\.2\.77/)
    }).pipe(Effect.scoped))
})
