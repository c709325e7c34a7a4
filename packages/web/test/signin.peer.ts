import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { isThere } from "./Browser.ts"
import { built } from "./built.ts"
import * as Canned from "./canned.ts"
import { clipboard, said, visits } from "./Visit.ts"

const site = visits(built())
const mailbox = "scanner@mail.example"

/** Starts a run whose token comes by a code on another device. */
const start = async (page: Page): Promise<void> => {
  await page.getByLabel("Mailbox or host").fill(mailbox)
  await page.getByRole("radio", { name: "a code on another device" }).check()
  await page.getByLabel("Client ID").fill("6b1f0c52")
  await page.getByLabel("Directory").fill("mail.example")
  await page.getByRole("button", { name: "Check", exact: true }).click()
}

describe.skipIf(!isThere)("a code on another device", () => {
  it("is shown large with link, copy button and countdown until it was typed, and then the run goes on", () =>
    site.visit("/", async (page) => {
      let confirm = () => {}
      site.fake.confirmed = new Promise((resolve) => (confirm = resolve))
      await start(page)
      await page.getByRole("heading", { level: 1, name: "Sign in on another device" }).waitFor()
      const code = page.getByText(Canned.code, { exact: true })
      assert.isAtLeast(await code.evaluate((it) => parseFloat(getComputedStyle(it).fontSize)), 24)
      const link = page.getByRole("link", { name: "login.mail.example/device" })
      assert.strictEqual(await link.getAttribute("href"), "https://login.mail.example/device")
      assert.include(await link.getAttribute("rel"), "noopener")
      const timer = page.getByRole("timer")
      const before = await timer.innerText()
      assert.match(before, /^Time left (?:10:00|9:5\d)$/)
      await page.waitForFunction((text) => document.querySelector("[role=timer]")?.textContent !== text, before)
      await page.getByRole("button", { name: "Copy the code" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      assert.strictEqual(await clipboard(page), Canned.code)
      assert.include(await said(page), `Open https://login.mail.example/device and enter the code ${Canned.code}`)
      assert.isFalse(await page.getByRole("button", { name: "Share" }).isVisible())

      confirm()
      await page.getByRole("button", { name: "Share" }).waitFor()
      assert.notInclude(await page.evaluate(() => document.documentElement.outerHTML), Canned.code)
      assert.deepStrictEqual(site.fake.bodies, [
        { target: mailbox, clientId: "6b1f0c52", tenant: "mail.example", token: { source: "device-code" } }
      ])
      await page.getByText("--token device-code").waitFor()
    }))

  it("is there again after a reload, until its time is over", () =>
    site.visit("/", async (page) => {
      site.fake.confirmed = new Promise(() => {})
      await start(page)
      await page.getByText(Canned.code, { exact: true }).waitFor()
      await page.clock.install({ time: Date.now() + 700_000 })
      await page.reload()
      await page.getByText("The time for this code is over.").waitFor()
      assert.isTrue(await page.getByText(Canned.code, { exact: true }).isVisible())
    }))

  it("is not there for whoever comes when it was masked", () =>
    site.visit("/", async (page) => {
      site.fake.confirmed = new Promise(() => {})
      await page.route("**/events", async (route) => {
        const events = Canned.events(Canned.many, 1, "‹code›").filter(({ seq }) => seq < 5)
        await route.fulfill({
          contentType: "text/event-stream",
          body: events.map((it) => `id: ${it.seq}\nevent: ${it.type}\ndata: ${JSON.stringify(it)}\n\n`).join("")
        })
      })
      await start(page)
      await page.getByText("The code was shown to whoever watched this run before.").waitFor()
    }))
})

describe.skipIf(!isThere)("the claims of a token", () => {
  it("strike a wrong value and have the right one beside it, not by colour alone", () =>
    site.visit(`/runs/${Canned.wrongToken.run}`, async (page) => {
      const row = page.getByRole("row").filter({ hasText: "audience" })
      await row.waitFor()
      const [wrong, right] = [row.locator("del"), row.locator("ins")]
      assert.strictEqual(await wrong.innerText(), "https://graph.mail.example")
      assert.strictEqual(await right.innerText(), "https://outlook.mail.example")
      assert.include(await wrong.evaluate((it) => getComputedStyle(it).textDecorationLine), "line-through")
      assert.notInclude(await right.evaluate((it) => getComputedStyle(it).textDecorationLine), "line-through")
      const heard = await row.evaluate((it) => it.textContent)
      assert.include(heard, "wrong: https://graph.mail.example")
      assert.include(heard, "right: https://outlook.mail.example")
      await page.getByRole("button", { name: "Copy without personal data: claims" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      const text = await clipboard(page)
      assert.include(text, "audience: https://graph.")
      assert.include(text, "user: user-2@domain-1, wrong, wanted: user-1@domain-1")
      assert.notInclude(text, "scanner")
    }))

  it("are listed where they are right, with what may be wrong", () =>
    site.visit(`/runs/${Canned.many.run}`, async (page) => {
      const table = page.getByRole("region", { name: "What the token says" }).getByRole("table")
      await table.getByText("IMAP.AccessAsUser.All").waitFor()
      assert.strictEqual(await table.locator("del").count(), 0)
      const doubt = table.getByRole("row").filter({ hasText: "directory" })
      assert.match(await doubt.innerText(), /perhaps\s+mail\.example/)
    }))
})

describe.skipIf(!isThere)("many services", () => {
  it("stand side by side where there is room, and below each other where there is none", () =>
    site.visit(`/runs/${Canned.many.run}`, async (page) => {
      const blocks = page.locator(".service")
      await blocks.first().waitFor()
      assert.deepStrictEqual(
        await blocks.evaluateAll((all) => all.map((it) => it.getAttribute("aria-label"))),
        ["Token", "SMTP submission", "IMAP", "POP3", "ManageSieve", "Graph"]
      )
      const places = () =>
        blocks.evaluateAll((all) => all.map((it) => it.getBoundingClientRect()).map(({ left, top }) => ({ left, top })))
      const [token, smtp, imap] = await places()
      assert.strictEqual(token?.top, smtp?.top)
      assert.isBelow(smtp?.left ?? 0, imap?.left ?? 0)
      const sieve = page.getByRole("region", { name: "ManageSieve" })
      assert.match(await sieve.locator("h3").innerText(), /failed/)
      await page.setViewportSize({ width: 320, height: 640 })
      const narrow = await places()
      assert.lengthOf(new Set(narrow.map(({ left }) => left)), 1)
      assert.deepStrictEqual(narrow.map(({ top }) => top), narrow.map(({ top }) => top).toSorted((a, b) => a - b))
    }))

  it("tell the steps that were not reached together", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      const [service] = Canned.refused.services
      const phases = [...service?.phases ?? [], { id: "data", state: "skip", because: "auth" }]
      const passed = { id: "mx", outcome: "pass", phases: [{ id: "greeting", state: "pass" }] }
      await page.route(`**/v1/runs/${Canned.refused.run}`, (route) =>
        route.fulfill({ json: { ...Canned.refused, services: [{ ...service, phases }, passed] } }))
      await page.reload()
      const skipped = page.getByRole("region", { name: "SMTP submission" }).locator("li.skip")
      await skipped.filter({ hasText: "not reached: mail, rcpt, data" }).waitFor()
      assert.strictEqual(await skipped.count(), 1)
    }))

  it("tell of each which versions of TLS its server takes", () =>
    site.visit(`/runs/${Canned.many.run}`, async (page) => {
      for (const name of ["IMAP", "POP3", "ManageSieve"]) {
        const card = page.getByRole("region", { name: `TLS versions of ${name}`, exact: true })
        assert.strictEqual(await card.getByRole("heading").innerText(), `Versions of TLS: ${name}`)
        assert.match(await card.getByRole("row", { name: "TLS 1.0" }).innerText(), /refused/)
        assert.match(await card.getByRole("row", { name: "TLS 1.3" }).innerText(), /taken/)
      }
    }))

  it("show the certificates that were sent, on demand", () =>
    site.visit(`/runs/${Canned.many.run}`, async (page) => {
      const chains = page.getByRole("region", { name: "Certificates" })
      await chains.locator("summary", { hasText: "IMAP" }).click()
      const first = chains.locator("details[open] li").first()
      assert.match(await first.innerText(), /CN=smtp\.mail\.example/)
      assert.match(await first.innerText(), /CN=Example Issuing CA/)
      assert.match(await first.innerText(), /smtp\.mail\.example, mail\.example/)
      assert.match(await first.innerText(), /2026-10-24 00:00 UTC to 2027-01-23 00:00 UTC/)
      assert.strictEqual(await chains.locator("details[open] li").count(), 2)
    }))
})
