/** What the page of the built server shows of a domain and of the TLS of a port, in a real browser, against servers that are played. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import * as DomainWorld from "./DomainWorld.ts"
import { serve, type Serving } from "./serving.ts"

const executablePath = "/usr/bin/chromium"
const isThere = existsSync(executablePath)

const folder = mkdtempSync(join(tmpdir(), "sonde-domains-"))
const scope = Scope.makeUnsafe()
const complaints: Array<string> = []

let world: DomainWorld.DomainWorld
let server: Serving
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  if (!isThere) return
  world = await Effect.runPromise(Effect.provideService(DomainWorld.start, Scope.Scope, scope))
  const ca = join(folder, "ca.pem")
  writeFileSync(ca, world.ca)
  const pins = world.pins.flatMap((pin) => ["--connect-to", pin])
  server = await serve(["--state", folder, "--allow-private", "--allow-ports", "any", "--ca", ca, ...pins])
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] })
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(20_000)
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url })
  context.on("page", (page) => {
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text())
    })
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.end("SIGTERM")
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true, force: true })
})

/** What axe finds in a page as it stands. */
const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const { violations: found } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { resultTypes: ["violations"] })`
  )
  return found.map(({ help, nodes }) => `${help}: ${nodes[0]?.html}`)
}

/** Opens the start, types a target and the resolver of the world, does, and looks at what comes of it. */
const visit = async (target: string, button: string, act: (page: Page) => Promise<void>): Promise<void> => {
  const page = await context.newPage()
  await page.goto(server.url)
  await page.getByLabel("Mailbox or host").fill(target)
  await page.locator("summary", { hasText: "More" }).click()
  await page.getByLabel("Resolver").fill(world.dns)
  await page.getByLabel("DKIM selectors").fill("s1")
  await page.getByLabel("Sending address").fill("203.0.113.9")
  await page.getByRole("button", { name: button }).click()
  await act(page)
  assert.deepStrictEqual(await violations(page), [])
  await page.close()
  assert.deepStrictEqual(complaints, [])
}

const clipboard = (page: Page): Promise<string> => page.evaluate<string>("navigator.clipboard.readText()")

/** Findings, the worst first. */
const order = ["tag fail", "tag warn", "tag inconclusive"]

const cells = (page: Page, name: string): Promise<ReadonlyArray<string>> =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) }).first().locator("td").allInnerTexts()

describe.skipIf(!isThere)("the served page", () => {
  it(
    "shows every source of settings with its time and answer, the conflict, and why one was taken",
    () =>
      visit(`me@${DomainWorld.domain}`, "Settings", async (page) => {
        await page.getByRole("heading", { level: 1, name: "Settings for SMTP submission and IMAP" }).waitFor()
        const settings = page.getByRole("region", { name: "Settings", exact: true })
        assert.include(await settings.innerText(), "the domain publishes it (SRV); autoconfig-well-known differs")
        const conflict = await page.getByRole("region", { name: "Conflicts" }).innerText()
        assert.include(conflict, "old.firm.example:993 TLS · srv, taken")
        assert.include(conflict, "imap.firm.example:993 TLS · autoconfig-well-known")
        const sources = page.getByRole("region", { name: "Sources, the most believed first" })
        const names = await sources.getByRole("rowheader").allInnerTexts()
        assert.isAtLeast(names.length, 12)
        const [time = "", said = ""] = await cells(page, "autoconfig-well-known")
        assert.match(time, /^\d+ ms$/)
        assert.include(said, "names imap and smtp-submission, by Firm")
        assert.include(said, "https://firm.example/.well-known/autoconfig/mail/config-v1.1.xml")
        assert.deepStrictEqual(await cells(page, "guess"), ["", "not asked: better sources have answered"])
        await page.getByText(`sonde discover me@${DomainWorld.domain} --dns ${world.dns}`).waitFor()
        // The address of the view is enough for whoever gets it.
        assert.strictEqual(new URL(page.url()).pathname, `/discover/me%40${DomainWorld.domain}`)
      }),
    60_000
  )

  it(
    "examines a domain: each finding with who must act and the record to publish, and what is published",
    () =>
      visit(DomainWorld.domain, "Domain posture", async (page) => {
        await page.getByRole("heading", { level: 1, name: /mail\.mx2\.example offers no STARTTLS/ }).waitFor()
        await page.getByRole("button", { name: "Share" }).waitFor()
        const todo = page.getByRole("region", { name: "What to do" })
        const finding = todo.getByRole("listitem").filter({ hasText: "DMARC asks for nothing (p=none)" }).first()
        assert.include(await finding.innerText(), "whoever runs the domain's DNS · dmarc_monitor_only")
        await finding.getByRole("button", { name: "Copy: Change" }).click()
        assert.strictEqual(
          await clipboard(page),
          `_dmarc.${DomainWorld.domain}. IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@${DomainWorld.domain}"`
        )
        const states = await todo.locator(".findings > li .tag").evaluateAll((tags) => tags.map((tag) => tag.className))
        assert.includeMembers([...states], order)
        assert.deepStrictEqual(states, states.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
        await todo.getByRole("button", { name: "Copy for whoever runs the domain's DNS" }).click()
        const text = await clipboard(page)
        assert.include(text, "dmarc_monitor_only")
        assert.include(text, "tls_rpt_missing")
        assert.notInclude(text, "dkim_key_short")
        const published = page.getByRole("region", { name: "What the domain publishes" })
        const kinds = await published.locator(".records > details > summary").allInnerTexts()
        assert.deepStrictEqual(kinds.map((kind) => /[A-Z][\w-]*/.exec(kind)?.[0]), [
          "MX",
          "SPF",
          "DKIM",
          "DMARC",
          "MTA-STS",
          "TLS-RPT",
          "DANE",
          "BIMI",
          "Rules"
        ])
        assert.include(await cells(page, "mail.mx2.example").then((all) => all.join()), "no STARTTLS")
        assert.include(await published.innerText(), "203.0.113.9 as postmaster@firm.example: permerror")
        await page.getByText(/^sonde posture firm\.example --dns \S+ --selector s1 --ip 203\.0\.113\.9$/).first()
          .waitFor()
      }),
    60_000
  )

  it(
    "shows the TLS of a port: versions taken and refused, and what is wrong with the chain, the worst first",
    () =>
      visit(DomainWorld.host, "TLS of a port", async (page) => {
        await page.getByRole("heading", { level: 1, name: "The certificate of the server has expired" }).waitFor()
        await page.getByRole("button", { name: "Share" }).waitFor()
        const survey = page.getByRole("region", { name: "TLS versions" })
        const rows = await survey.getByRole("row").allInnerTexts()
        assert.lengthOf(rows.filter((row) => row.includes("taken, outdated")), 2)
        assert.isTrue(rows.some((row) => /TLS 1\.3\s+refused/.test(row)), rows.join("\n"))
        assert.include(await survey.innerText(), "the same certificate")
        const chain = page.getByRole("region", { name: "Certificates, as they were sent" })
        assert.deepStrictEqual(await chain.locator(".remarks strong").allInnerTexts(), [
          "Certificate expired",
          "Key too weak"
        ])
        assert.deepStrictEqual(await chain.locator("ol h3").allInnerTexts(), [
          "CN=old.firm.example",
          "O=Test,CN=Test Intermediate"
        ])
        await page.getByText(`sonde tls ${DomainWorld.host} --dns ${world.dns}`, { exact: true }).waitFor()
      }),
    60_000
  )

  it(
    "shares the same without JavaScript, without the names of persons and places, and in 320 px",
    () =>
      visit(DomainWorld.domain, "Domain posture", async (page) => {
        await page.getByRole("button", { name: "Share" }).click()
        await page.getByRole("button", { name: "Make a link" }).click()
        const url = await page.getByRole("link", { name: /\/share\// }).getAttribute("href") ?? ""
        const bare = await browser.newContext({ javaScriptEnabled: false })
        const copy = await bare.newPage()
        await copy.goto(url)
        const text = await copy.locator("body").innerText()
        assert.include(text, "DMARC asks for nothing (p=none): receivers take no action")
        assert.match(text, /_dmarc\.domain-\d+\. IN TXT "v=DMARC1; p=quarantine; rua=mailto:user-\d+@domain-\d+"/)
        assert.include(text, "Who: whoever runs the domain's DNS")
        assert.notInclude(text, DomainWorld.domain)
        await bare.close()
        const narrow = await context.newPage()
        await narrow.setViewportSize({ width: 320, height: 640 })
        await narrow.goto(url)
        assert.isAtMost(await narrow.evaluate<number>("document.documentElement.scrollWidth"), 320)
        assert.deepStrictEqual(await violations(narrow), [])
        await narrow.close()
        await page.keyboard.press("Escape")
      }),
    60_000
  )
})
