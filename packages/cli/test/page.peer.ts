/** The page of the built server in a real browser, against the simulated tenant: refused, fixed by its administrator, accepted. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
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
  readonly mailboxes: ReadonlyArray<
    { readonly address: string; readonly secret: string; readonly token?: string; readonly behaviour: string }
  >
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

  it("shows a code for another device, and goes on to green when somebody signed in there", async () => {
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByLabel("Mailbox or host").fill("sales@contoso.example")
    await page.getByRole("radio", { name: "a code on another device" }).check()
    await page.getByLabel("Client ID").fill("6b1f0c52-0000-4000-8000-00000000a004")
    await page.locator("summary", { hasText: "More" }).click()
    await page.getByLabel("Provider").fill("microsoft-365")
    await page.getByRole("button", { name: "Check", exact: true }).click()
    await headline(page, "Sign in on another device")
    const code = await page.locator(".usercode").innerText()
    assert.match(code, /^[A-Z0-9]{9}$/)
    assert.match(await page.getByRole("timer").innerText(), /^Time left 1[45]:\d\d$/)
    const run = new URL(page.url()).pathname.split("/").at(-1) ?? ""
    const events = () =>
      fetch(`${server.url}/v1/runs/${run}/events`).then((response) => {
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
        const read = async (text: string): Promise<string> => {
          const { done, value = "" } = await reader.read()
          return done || (text + value).includes("event: prompt") ? text + value : read(text + value)
        }
        return read("").finally(() => reader.cancel())
      })
    // Whoever watches while it is good has the code; what is kept does not.
    assert.include(await events(), code)
    const kept = () =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.includes(run.toLowerCase()) || name.includes(run)
      )
        .filter((name) => !statSync(join(folder, name)).isDirectory())
        .map((name) => readFileSync(join(folder, name), "utf8")).join("\n")
    assert.include(kept(), "prompt")
    assert.notInclude(kept(), code)

    const person = await browser.newContext({ ignoreHTTPSErrors: true })
    const phone = await person.newPage()
    await phone.goto(await page.getByRole("link", { name: /\/device$/ }).getAttribute("href") ?? "")
    await phone.getByLabel("Code").fill(code)
    await phone.getByRole("button", { name: "Next" }).click()
    await phone.getByLabel("Account").fill("sales@contoso.example")
    await phone.getByLabel("Password").fill("fake-Sales-3Hj8")
    await phone.getByRole("button", { name: "Sign in" }).click()
    await phone.getByText("You have signed in to the Contoso Mail Desktop application").waitFor()
    await person.close()

    await page.locator(".verdict.pass").waitFor()
    assert.notInclude(await page.locator("html").innerText(), code)
    const claims = page.getByRole("region", { name: "What the token says" })
    await claims.getByText("SMTP.Send").waitFor()
    assert.strictEqual(await claims.locator("del").count(), 0)
    await page.getByText("--token device-code").waitFor()
    assert.deepStrictEqual(await violations(page), [])
    // Told again from its beginning, the run has no code any more; nor has what it kept, or a copy that is shared.
    assert.notInclude(await (await fetch(`${server.url}/v1/runs/${run}/events`)).text(), code)
    assert.notInclude(await (await fetch(`${server.url}/v1/runs/${run}/share/preview`)).text(), code)
    assert.notInclude(await (await fetch(`${server.url}/v1/runs/${run}`)).text(), code)
    assert.notInclude(kept(), code)
    await page.close()
    assert.deepStrictEqual(complaints, [])
  }, 60_000)

  it("strikes the audience of a token that is for something else, and has the right one beside it", async () => {
    const mailbox = world.mailboxes.find(({ address }) => address === "oauth-graph@contoso.example")!
    const page = await context.newPage()
    const check = async (address: string, token: string) => {
      await page.goto(server.url)
      await page.getByLabel("Mailbox or host").fill(address)
      await page.getByRole("radio", { name: "access token" }).check()
      await page.getByRole("textbox", { name: "Access token" }).fill(token)
      await page.locator("summary", { hasText: "More" }).click()
      await page.getByLabel("Provider").fill("microsoft-365")
      await page.getByRole("button", { name: "Check", exact: true }).click()
      await page.getByRole("button", { name: "Share" }).waitFor()
    }
    const token = mailbox.token ?? ""
    await check(mailbox.address, token)
    const row = page.getByRole("row").filter({ hasText: "audience" })
    assert.include(await row.locator("del").innerText(), "graph.microsoft.com")
    assert.include(await row.locator("ins").innerText(), "outlook.office")
    const signature = token.split(".")[2] ?? token
    assert.isAbove(signature.length, 20)
    assert.notInclude(await page.content(), signature)
    const right = world.mailboxes.find(({ address }) => address === "oauth@contoso.example")!
    await check(right.address, right.token ?? "")
    await page.locator(".verdict.pass").waitFor()
    assert.strictEqual(await page.locator("del").count(), 0)
    await page.getByRole("row").filter({ hasText: "audience" }).getByText("outlook.office").waitFor()
    await page.close()
    assert.deepStrictEqual(complaints, [])
  }, 60_000)

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
