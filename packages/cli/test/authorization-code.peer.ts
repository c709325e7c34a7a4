/** Sign-in with a real browser: the page of the simulated service, its way back to the command, the mailbox that opens then. */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium, type Page } from "playwright-core"
import { start } from "./CanaryCommand.ts"
import { assertNone, filesIn } from "./CanaryTraces.ts"

const executablePath = "/usr/bin/chromium"
const isThere = existsSync(executablePath)
if (!isThere) process.stderr.write("packages/cli: no chromium on this machine, sign-in at a browser is not tested\n")

const desktop = "6b1f0c52-0000-4000-8000-00000000a004"
const mailbox = "app@contoso.example"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-chromium-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A browser that finds the simulated service under its real names, and nothing else of the internet. */
const browserFor = ({ connectTo, http }: Simulator.Running) =>
  Effect.acquireRelease(
    Effect.promise(() => {
      const names = new Set(connectTo.map((pin) => pin.split(":")[0]).filter((name) => name?.startsWith("login.")))
      const rules = [...names].map((name) => `MAP ${name} 127.0.0.1:${http.port}`)
      return chromium.launch({
        executablePath,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          `--host-resolver-rules=${[...rules, "MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1"].join(",")}`
        ]
      })
    }),
    (browser) => Effect.promise(() => browser.close())
  )

/** A command that waits for its browser, and the page that it named, opened. */
const begin = Effect.fnUntraced(function*(command: ReadonlyArray<string>, more: ReadonlyArray<string> = []) {
  const running = yield* Simulator.start({})
  const state = join(yield* folder, "state")
  const pins = running.connectTo.flatMap((pin) => ["--connect-to", pin])
  const grant = ["--token", "authorization-code", "--client-id", desktop, "--tenant", "contoso.example"]
  const place = ["--provider", "microsoft-365", "--ca", running.ca, "--state", state]
  const child = start([...command, ...place, ...pins, ...grant, ...more])
  const address = yield* Effect.promise(() => child.until(/https:\/\/\S+authorize\S+/))
  const browser = yield* browserFor(running)
  const page = yield* Effect.promise(async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    context.setDefaultTimeout(20_000)
    const opened = await context.newPage()
    await opened.goto(address)
    return opened
  })
  return { child, page, state }
})

const signIn = async (page: Page): Promise<void> => {
  await page.getByLabel("Account").fill(mailbox)
  await page.getByLabel("Password").fill("fake-App-7Kq2")
  await page.getByRole("button", { name: "Sign in" }).click()
}

/** Agrees where it is asked for, and waits for the page of the command. */
const comeBack = async (page: Page): Promise<string> => {
  const accept = page.getByRole("button", { name: "Accept" })
  const done = page.getByText("Sonde goes on in your terminal")
  await accept.or(done).first().waitFor()
  if (await accept.isVisible()) await accept.click()
  await done.waitFor()
  return page.url()
}

const live = (title: string, test: Effect.Effect<void, unknown>) => it.live(title, () => test, 120_000)

describe.skipIf(!isThere)("sign-in with Chromium", () => {
  live(
    "comes back from the page of the service to the command, which opens the mailbox",
    Effect.scoped(Effect.gen(function*() {
      const { child, page, state } = yield* begin(["check", mailbox, "--only", "token,smtp-submission", "--json"])
      const [back, text] = yield* Effect.promise(async () => {
        assert.match(await page.title(), /Sign in/)
        // The command has said whose mailbox it is for.
        assert.strictEqual(await page.getByLabel("Account").inputValue(), mailbox)
        await signIn(page)
        return [await comeBack(page), await page.content()] as const
      })
      const { hostname, searchParams } = new URL(back)
      assert.strictEqual(hostname, "localhost")
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 0, left.out + left.err)
      const { services } = JSON.parse(left.out)
      const states = services.flatMap(({ id, phases }: {
        readonly id: string
        readonly phases: ReadonlyArray<{ readonly id: string; readonly state: string }>
      }) => phases.map((phase) => `${id} ${phase.id} ${phase.state}`))
      for (const passed of ["token token pass", "token claims pass", "smtp-submission auth pass"]) {
        assert.include(states, passed)
      }
      const code = searchParams.get("code") ?? ""
      assert.isAbove(code.length, 20)
      assertNone("the page", text, code)
      assertNone("outputs", `${left.out}\n${left.err}`, code)
      assertNone("the state folder", filesIn(state), code)
    }))
  )

  live(
    "comes back for a token that is only printed",
    Effect.scoped(Effect.gen(function*() {
      const { child, page } = yield* begin(["token", "get", mailbox, "--for", "imap"])
      yield* Effect.promise(async () => {
        await signIn(page)
        await comeBack(page)
      })
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 0, left.err)
      assert.match(left.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    }))
  )

  live(
    "tells in the browser and in the terminal that the person gave up",
    Effect.scoped(Effect.gen(function*() {
      const { child, page } = yield* begin(["check", mailbox, "--only", "token,smtp-submission", "--json"])
      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: "Cancel" }).click()
        await page.getByText("access_denied").waitFor()
      })
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 77, left.err)
      assert.deepInclude(JSON.parse(left.out).verdicts[0], { cause: "oauth_consent_missing", service: "token" })
    }))
  )
})
