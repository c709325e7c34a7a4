/** Sign-in at a browser against the simulated sign-in service: from the printed address to a mailbox, and each way to fail. */
import { assert, describe, it } from "@effect/vitest"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./CanaryCommand.ts"
import { assertNone, filesIn } from "./CanaryTraces.ts"
import * as PlayedBrowser from "./PlayedBrowser.ts"

const desktop = "6b1f0c52-0000-4000-8000-00000000a004"
const mailbox = "app@contoso.example"
const account = { account: mailbox, password: "fake-App-7Kq2" }

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-browser-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A command that runs, and what it takes to play its browser. */
const begin = Effect.fnUntraced(function*(
  argv: (options: { readonly state: string; readonly flags: ReadonlyArray<string> }) => ReadonlyArray<string>
) {
  const running = yield* Simulator.start({})
  const state = join(yield* folder, "state")
  const flags = [
    "--provider",
    "microsoft-365",
    "--ca",
    running.ca,
    ...running.connectTo.flatMap((pin) => ["--connect-to", pin]),
    "--token",
    "authorization-code",
    "--client-id",
    desktop,
    "--tenant",
    "contoso.example"
  ]
  const child = start(argv({ state, flags }))
  const address = yield* Effect.promise(() => child.until(/https:\/\/\S+authorize\S+/))
  return { service: { port: running.http.port, ca: running.caPem }, state, child, address }
})

const check = ({ flags, state }: { readonly state: string; readonly flags: ReadonlyArray<string> }) => [
  "check",
  mailbox,
  ...flags,
  "--state",
  state,
  "--json"
]

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 60_000)

describe("sign-in at a browser", () => {
  live(
    "goes from the printed address to a signed-in mailbox, and leaves nothing of code and verifier",
    () =>
      Effect.gen(function*() {
        const { address, child, service, state } = yield* begin(check)
        const asked = new URL(address).searchParams
        assert.strictEqual(asked.get("code_challenge_method"), "S256")
        assert.match(asked.get("redirect_uri") ?? "", /^http:\/\/localhost:\d+$/)
        assert.strictEqual(asked.get("login_hint"), mailbox)
        assert.strictEqual(asked.get("scope"), "https://outlook.office.com/SMTP.Send")
        const location = yield* Effect.promise(() => PlayedBrowser.signIn(service, address, account))
        const code = new URL(location).searchParams.get("code") ?? ""
        const page = yield* Effect.promise(() => PlayedBrowser.visit(location))
        assert.strictEqual(page.status, 200)
        assert.include(page.text, "Sonde goes on in your terminal")
        assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/)
        assert.strictEqual(page.headers["referrer-policy"], "no-referrer")
        const left = yield* Effect.promise(() => child.done)
        assert.strictEqual(left.code, 0, left.out + left.err)
        const report = JSON.parse(left.out)
        const phases = report.services.flatMap((service: { readonly phases: ReadonlyArray<unknown> }) => service.phases)
        const token = phases.find(({ id }: { readonly id: string }) => id === "token")
        assert.strictEqual(token.facts.source, "authorization-code")
        assert.isAbove(code.length, 20)
        assertNone("the page", page.text, code)
        assertNone("outputs", `${left.out}\n${left.err}`, code)
        assertNone("the state folder", filesIn(state), code)
        assert.include(left.out, "code=‹secret›")
        assert.include(left.out, "code_verifier=‹secret›")
      })
  )

  live("answers one way back, and nothing but its path, its state and its own name", () =>
    Effect.gen(function*() {
      const { address, child, service } = yield* begin(check)
      const location = yield* Effect.promise(() => PlayedBrowser.signIn(service, address, account))
      const back = new URL(location)
      const at = (change: (url: URL) => void, more: Record<string, unknown> = {}) => {
        const url = new URL(location)
        change(url)
        return Effect.map(Effect.promise(() => PlayedBrowser.visit(url.href, more)), ({ status }) => status)
      }
      assert.strictEqual(yield* at((url) => url.pathname = "/favicon.ico"), 404)
      assert.strictEqual(yield* at(() => {}, { method: "POST" }), 404)
      assert.strictEqual(yield* at(() => {}, { headers: { host: "evil.example" } }), 404)
      assert.strictEqual(yield* at((url) => url.searchParams.set("state", "another")), 400)
      assert.strictEqual(yield* at((url) => url.searchParams.delete("state")), 400)
      assert.strictEqual(yield* at(() => {}), 200)
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 0, left.err)
      // Nobody listens any more.
      const again = yield* Effect.result(Effect.tryPromise(() => PlayedBrowser.visit(back.href)))
      assert.strictEqual(again._tag, "Failure")
    }))

  live("names a person who declined, on both pages", () =>
    Effect.gen(function*() {
      const { address, child, service } = yield* begin(check)
      const location = yield* Effect.promise(() => PlayedBrowser.signIn(service, address, { cancel: "1" }))
      const page = yield* Effect.promise(() => PlayedBrowser.visit(location))
      assert.include(page.text, "<code>access_denied</code>")
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 77, left.err)
      const [verdict] = JSON.parse(left.out).verdicts
      assert.deepInclude(verdict, { cause: "oauth_consent_missing", phase: "token", service: "token" })
    }))

  live("prints the token alone with token get", () =>
    Effect.gen(function*() {
      const { address, child, service } = yield* begin(({ flags, state }) => [
        "token",
        "get",
        mailbox,
        ...flags,
        "--state",
        state
      ])
      const location = yield* Effect.promise(() => PlayedBrowser.signIn(service, address, account))
      yield* Effect.promise(() => PlayedBrowser.visit(location))
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 0, left.err)
      assert.match(left.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
      assert.include(left.err, "To sign in, open this address in a browser on this machine:")
      assert.match(left.err, /Time left +5\s?m/)
    }))

  live("signs in at Gmail, whose client has a secret", () =>
    Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const { applications: [client], ca, connectTo, http } = running.announcement
      const state = join(yield* folder, "state")
      const child = start([
        "check",
        "ops@workspace.example",
        "--provider",
        "gmail",
        "--ca",
        ca,
        "--state",
        state,
        "--json",
        ...connectTo.flatMap((pin) => ["--connect-to", pin]),
        "--token",
        "authorization-code",
        "--client-id",
        client?.clientId ?? "",
        "--client-secret",
        "env:CS"
      ], { CS: client?.secret ?? "" })
      const address = yield* Effect.promise(() => child.until(/https:\/\/accounts\.google\.com\S+/))
      assert.match(new URL(address).searchParams.get("redirect_uri") ?? "", /^http:\/\/127\.0\.0\.1:\d+$/)
      const service = { port: http.port, ca: running.caPem }
      const fields = { account: "ops@workspace.example", password: "fake-Ops-9Xc4" }
      const location = yield* Effect.promise(() => PlayedBrowser.signIn(service, address, fields))
      yield* Effect.promise(() => PlayedBrowser.visit(location))
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 0, left.out + left.err)
      assertNone("outputs", left.out + left.err, client?.secret ?? "none")
    }))

  live("is given up with Ctrl-C, resumable, and frees its port", () =>
    Effect.gen(function*() {
      const { address, child } = yield* begin(check)
      child.signal("SIGINT")
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 130)
      assert.match(left.err, /go on with: sonde resume/)
      const redirect = new URL(address).searchParams.get("redirect_uri") ?? ""
      const again = yield* Effect.result(Effect.tryPromise(() => PlayedBrowser.visit(`${redirect}/`)))
      assert.strictEqual(again._tag, "Failure")
    }))

  live("says that a port is taken, before anything is dialled", () =>
    Effect.gen(function*() {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() =>
          new Promise<ReturnType<typeof createServer>>((resolve) => {
            const one = createServer()
            one.listen(0, "127.0.0.1", () => resolve(one))
          })
        ),
        (one) => Effect.sync(() => one.close())
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const state = join(yield* folder, "state")
      const redirect = `http://127.0.0.1:${port}/callback`
      const argv = check({
        state,
        flags: ["--provider", "microsoft-365", "--token", "authorization-code", "--client-id", "x"]
      })
      const left = yield* Effect.promise(() => start([...argv, "--redirect-uri", redirect]).done)
      assert.strictEqual(left.code, 69, left.err)
      assert.include(left.err, `port ${port} of 127.0.0.1 is taken by another program: leave the port out`)
      assert.strictEqual(left.out, "")
    }))

  live("refuses what it cannot come back to", () =>
    Effect.gen(function*() {
      const state = join(yield* folder, "state")
      for (
        const uri of ["https://localhost/", "http://evil.example/", "http://localhost:99999", "http://127.0.0.1/?a=b"]
      ) {
        const argv = ["check", mailbox, "--token", "authorization-code", "--client-id", "x", "--state", state]
        const left = yield* Effect.promise(() => start([...argv, "--redirect-uri", uri]).done)
        assert.strictEqual(left.code, 64, uri)
        assert.match(left.err, /--redirect-uri .* is no address that a browser on this machine can come back to/)
      }
    }))
})
