/** The page of the built server in a real browser, against the simulated tenant: refused, fixed by its administrator, accepted. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { serve, type Serving } from "./serving.ts"

const executablePath = "/usr/bin/chromium"
const isThere = existsSync(executablePath)
if (!isThere) process.stderr.write("packages/cli: no chromium on this machine, the served page is not tested\n")

const bundle = join(fileURLToPath(new URL("../../..", import.meta.url)), "packages/cli/dist/sonde.mjs")
const folder = mkdtempSync(join(tmpdir(), "sonde-page-"))
const complaints: Array<string> = []
const stops: Array<() => void> = []

interface World {
  readonly ca: string
  readonly connectTo: ReadonlyArray<string>
  readonly admin: string
  readonly mailboxes: ReadonlyArray<{ readonly address: string; readonly secret: string; readonly behaviour: string }>
}

const simulate = (): Promise<World> => {
  const child = spawn(process.execPath, [bundle, "simulate", "microsoft-365", "--json"], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  stops.push(() => child.kill("SIGTERM"))
  let text = ""
  return new Promise((resolve) =>
    child.stdout.on("data", (part) => {
      text += part
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]!))
    })
  )
}

let world: World
let server: Serving
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  if (!isThere) return
  world = await simulate()
  const pins = world.connectTo.flatMap((pin) => ["--connect-to", pin])
  server = await serve(
    ["--state", folder, "--allow-private", "--allow-ports", "any", "--sign-in-every", "0s", "--ca", world.ca, ...pins]
  )
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] })
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(20_000)
  context.on("page", (page) => {
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url) && !/^(?:data|blob|about):/u.test(request.url())) {
        complaints.push(request.url())
      }
    })
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Blocked script execution in 'about:")) {
        complaints.push(message.text())
      }
    })
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.end("SIGTERM")
  for (const stop of stops) stop()
  rmSync(folder, { recursive: true, force: true })
})

const headline = (page: Page, text: string) => page.getByRole("heading", { level: 1, name: text }).waitFor()

/** What axe finds in a page as it stands. The policy lets no script of others in, so it comes by the door of the browser. */
const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const { violations: found } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { resultTypes: ["violations"] })`
  )
  return found.map(({ help, nodes }) => `${help}: ${nodes[0]?.html}`)
}

describe.skipIf(!isThere)("the served page", () => {
  it("diagnoses a mailbox, shares a redacted copy, and turns green when the administrator has acted", async () => {
    const mailbox = world.mailboxes.find(({ behaviour }) => behaviour === "smtp_auth_off_mailbox")!
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByLabel("Mailbox or host").fill(mailbox.address)
    await page.getByRole("radio", { name: "password" }).check()
    await page.getByLabel("Password", { exact: true }).fill(mailbox.secret)
    await page.locator("summary", { hasText: "More" }).click()
    await page.getByLabel("Provider").fill("microsoft-365")
    await page.getByRole("button", { name: "Check", exact: true }).click()
    await headline(page, "SMTP AUTH is switched off for this mailbox")
    await page.getByText("Set-CASMailbox -Identity").first().waitFor()
    assert.deepStrictEqual(await violations(page), [])

    await page.getByRole("button", { name: "Share" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.frameLocator("iframe").getByRole("heading", { level: 1 }).waitFor()
    await dialog.getByRole("button", { name: "Make a link" }).click()
    const link = dialog.getByRole("link", { name: /\/share\// })
    const url = await link.getAttribute("href") ?? ""
    const bare = await browser.newContext({ javaScriptEnabled: false })
    const shared = await bare.newPage()
    await shared.goto(url)
    await shared.getByRole("heading", { level: 1, name: /switched off for this mailbox/ }).waitFor()
    const text = await shared.locator("body").innerText()
    for (const personal of [mailbox.address, "contoso.example", mailbox.secret]) assert.notInclude(text, personal)
    await bare.close()
    await page.keyboard.press("Escape")

    const change = `Set-CASMailbox -Identity ${mailbox.address} -SmtpClientAuthenticationDisabled $false`
    const done = await fetch(world.admin, { method: "POST", headers: { "content-type": "text/plain" }, body: change })
    assert.strictEqual(done.status, 200)
    await page.getByRole("button", { name: "Re-check" }).first().click()
    await page.getByRole("dialog", { name: "Check again" }).getByLabel("Password", { exact: true }).fill(mailbox.secret)
    await page.keyboard.press("Enter")
    await headline(page, "SMTP submission: signs in")
    await page.locator(".change", { hasText: /auth: refused .*, accepted now/ }).waitFor()
    assert.deepStrictEqual(await violations(page), [])
    await page.close()
    assert.deepStrictEqual(complaints, [])
  })

  it("explains a pasted text and shows what is known of a provider", async () => {
    const page = await context.newPage()
    await page.goto(`${server.url}/explain`)
    await page.getByLabel("Error text").fill(
      "Error: Invalid login: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
    )
    await page.getByRole("button", { name: "Explain" }).click()
    await page.getByRole("heading", { name: "SMTP AUTH is switched off for the whole organisation" }).waitFor()
    await page.goto(`${server.url}/packs/gmail`)
    await headline(page, "Gmail")
    assert.deepStrictEqual(await violations(page), [])
    await page.close()
    assert.deepStrictEqual(complaints, [])
  })

  it("has a reference that loads nothing from elsewhere and breaks no policy", async () => {
    const page = await context.newPage()
    await page.goto(`${server.url}/docs`)
    await page.getByText("/v1/runs/{run}/events").first().waitFor()
    await page.close()
    assert.deepStrictEqual(complaints, [])
  })
})
