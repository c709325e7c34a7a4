import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import type { Page } from "playwright-core"
import { isThere } from "./Browser.ts"
import { built } from "./built.ts"
import * as Canned from "./canned.ts"
import { clipboard, ran, rows, said, visits } from "./Visit.ts"

const site = visits(built())
const mailbox = "scanner@mail.example"
const verdict = "SMTP AUTH is switched off for this mailbox"
const finished = Canned.refused.services.flatMap((service) => service.phases.map(({ id, state }) => `${id} ${state}`))
  .filter((row) => row !== "resolve skip")

/** Types a mailbox and starts the run, by keyboard. */
const check = async (page: Page): Promise<void> => {
  await page.getByLabel("Mailbox or host").fill(mailbox)
  await page.keyboard.press("Enter")
}

/** Whether the words are some of the others, in their order. */
const isWithin = (words: ReadonlyArray<string>, others: ReadonlyArray<string>): boolean => {
  let at = -1
  return words.every((word) => (at = others.indexOf(word, at + 1)) >= 0)
}

const headline = (page: Page, text: string): Promise<void> =>
  page.getByRole("heading", { level: 1, name: text }).waitFor()

describe.skipIf(!isThere)("a run", () => {
  it("fills its timeline in, and then says the verdict on top, without moving the page", () =>
    site.visit("/", async (page) => {
      site.fake.paceMillis = 60
      await check(page)
      await headline(page, `Checking ${mailbox}`)
      await page.locator(".rows > li").first().waitFor()
      assert.isBelow((await rows(page)).length, finished.length)
      const steps = page.getByRole("heading", { name: "Steps" })
      const before = (await steps.boundingBox())?.y
      await headline(page, verdict)
      await page.getByRole("button", { name: "Share" }).waitFor()
      assert.deepStrictEqual(await rows(page), finished)
      // A busy machine may skip one between two frames; none comes out of its order.
      const running = await ran(page)
      assert.isAtLeast(running.length, 4)
      assert.isTrue(isWithin(running, finished.map((row) => row.replace(/ .*/, ""))), running.join())
      const top = await page.getByRole("heading", { level: 1 }).boundingBox()
      const after = (await steps.boundingBox())?.y
      assert.isDefined(top?.y)
      assert.isBelow(top?.y ?? 0, after ?? 0)
      assert.strictEqual(after, before)
      assert.strictEqual(await page.title(), `${verdict} · Sonde`)
    }))

  it("tells those who listen of every phase and of the verdict", () =>
    site.visit("/", async (page) => {
      site.fake.paceMillis = 60
      await check(page)
      await page.getByRole("button", { name: "Share" }).waitFor()
      const heard = await said(page)
      for (const text of ["resolve: passed", "tls: passed", "auth: refused", verdict]) assert.include(heard, text)
      assert.isBelow(heard.indexOf("resolve: passed"), heard.indexOf("auth: refused"))
      assert.isBelow(heard.indexOf("auth: refused"), heard.indexOf(verdict))
    }))

  it("turns green when the administrator has acted and it is checked again", () =>
    site.visit("/", async (page) => {
      await page.getByRole("radio", { name: "password" }).check()
      await page.getByLabel("Password", { exact: true }).fill("canary-first")
      await check(page)
      await headline(page, verdict)
      await page.getByRole("button", { name: "Re-check" }).first().click()
      const dialog = page.getByRole("dialog", { name: "Check again" })
      await dialog.getByLabel("Password", { exact: true }).fill("canary-second")
      await page.keyboard.press("Enter")
      await page.locator(".verdict.pass").waitFor()
      await headline(page, "SMTP submission: signs in")
      await page.locator(".change", { hasText: "auth: refused 12 minutes ago, accepted now" }).waitFor()
      assert.isFalse(await dialog.isVisible())
      assert.deepStrictEqual(
        await rows(page),
        Canned.accepted.services.flatMap((service) => service.phases.map(({ id, state }) => `${id} ${state}`))
      )
      assert.deepStrictEqual(site.fake.bodies.map((body) => body["secret"]), ["canary-first", "canary-second"])
    }))

  it("that is opened by its address and checked again does not play its earlier attempt", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      site.fake.paceMillis = 25
      await page.getByRole("button", { name: "Re-check" }).first().click()
      await page.getByRole("textbox", { name: "Password" }).fill("x")
      await page.keyboard.press("Enter")
      await page.locator(".verdict.pass").waitFor()
      // Kept from the earlier attempt, `resolve` ran there alone.
      const running = await ran(page)
      assert.isAtLeast(running.length, 2)
      assert.isTrue(
        isWithin(running, ["connect", "greeting", "ehlo", "starttls", "tls", "ehlo", "auth"]),
        running.join()
      )
    }))

  it("resumes where it was suspended", () =>
    site.visit(`/runs/${Canned.suspended.run}`, async (page) => {
      await page.getByText("Suspended: the server asked to wait.").waitFor()
      await page.getByRole("button", { name: "Resume" }).click()
      await page.getByLabel("Password", { exact: true }).fill("x")
      await page.keyboard.press("Enter")
      await page.locator(".verdict.pass").waitFor()
    }))

  it("keeps a secret nowhere once the run has it", () =>
    site.visit("/", async (page) => {
      await page.getByRole("radio", { name: "access token" }).check()
      await page.getByRole("textbox", { name: "Access token" }).fill("canary-token")
      await check(page)
      await headline(page, verdict)
      assert.strictEqual(site.fake.bodies[0]?.["token"], "canary-token")
      const left = await page.evaluate(() =>
        [
          document.documentElement.outerHTML,
          location.href,
          JSON.stringify(localStorage),
          JSON.stringify(sessionStorage),
          JSON.stringify(history.state)
        ].join("\n")
      )
      assert.notInclude(left, "canary-token")
      await page.goBack()
      await page.getByRole("radio", { name: "access token" }).check()
      assert.strictEqual(await page.getByRole("textbox", { name: "Access token" }).inputValue(), "")
    }))

  it("goes on from the last event when the connection is lost, and repeats nothing", () =>
    site.visit("/", async (page) => {
      site.fake.paceMillis = 40
      site.fake.cutAfter = 8
      await check(page)
      await page.getByText("The connection is lost; the run goes on.").waitFor()
      await page.getByRole("button", { name: "Share" }).waitFor()
      assert.deepStrictEqual(await rows(page), finished)
      const [first, second, ...more] = site.fake.asked
      assert.strictEqual(first, undefined)
      assert.isAtLeast(Number(second), 1)
      assert.isAtMost(Number(second), 8)
      assert.deepStrictEqual(more, [])
      assert.isFalse(await page.getByText("The connection is lost").isVisible())
    }))

  it("is there again after a reload in the middle of it, and goes on", () =>
    site.visit("/", async (page) => {
      site.fake.paceMillis = 50
      await check(page)
      await page.locator(".rows > li").nth(4).waitFor()
      await page.reload()
      await page.getByRole("button", { name: "Share" }).waitFor()
      assert.deepStrictEqual(await rows(page), finished)
      assert.lengthOf(site.fake.asked, 2)
    }))

  it("waits for a server that is away", () =>
    site.visit("/", async (page) => {
      site.fake.paceMillis = 60
      await check(page)
      await page.locator(".rows > li").first().waitFor()
      site.fake.broken = true
      site.fake.cutAfter = 0
      await page.getByText("The connection is lost; the run goes on.").waitFor()
      site.fake.broken = false
      await page.getByRole("button", { name: "Share" }).waitFor()
      assert.deepStrictEqual(await rows(page), finished)
    }))

  it("shows the failing part of the transcript, all of it, and none of the persons in it", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      const lines = page.locator(".wire > li")
      await lines.first().waitFor()
      assert.strictEqual(await lines.count(), 6)
      assert.include(await page.locator(".wire > li.unexpected").innerText(), "535 5.7.139")
      assert.include(await page.locator(".wire").innerText(), "“Username:”")
      await page.getByLabel("Show").selectOption("all")
      assert.strictEqual(await lines.count(), 16)
      assert.include(await page.locator(".wire").innerText(), "smtp.mail.example")
      await page.getByLabel("Hide").selectOption("personal")
      assert.notInclude(await page.locator(".wire").innerText(), "mail.example")
      await page.getByRole("searchbox", { name: "Find" }).fill("ehlo")
      assert.strictEqual(await lines.count(), 2)
      const downloading = page.waitForEvent("download")
      await page.getByRole("button", { name: "Download" }).click()
      const download = await downloading
      assert.strictEqual(download.suggestedFilename(), `sonde-${Canned.refused.run}.txt`)
      assert.strictEqual(
        readFileSync(await download.path(), "utf8"),
        "2 -> EHLO domain-3\n7 ~> EHLO domain-3\n"
      )
      await page.getByRole("searchbox", { name: "Find" }).fill("no such line")
      await page.getByText("No line has that.").waitFor()
    }))
})

describe.skipIf(!isThere)("copying", () => {
  const path = `/runs/${Canned.refused.run}`

  it("gives the administrator what is to be changed", () =>
    site.visit(path, async (page) => {
      await page.getByRole("button", { name: "Copy for the administrator" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      const text = await clipboard(page)
      assert.include(text, `${mailbox}: ${verdict}.`)
      assert.include(text, "Set-CASMailbox scanner@mail.example -SmtpClientAuthenticationDisabled $false")
      await page.getByRole("button", { name: "Copy for the administrator" }).waitFor()
    }))

  it("gives a ticket what was seen, without persons", () =>
    site.visit(path, async (page) => {
      await page.getByRole("button", { name: "Copy for a ticket" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      const text = await clipboard(page)
      assert.include(text, "✗ auth      LOGIN refused with 535 5.7.139")
      assert.notInclude(text, "scanner")
    }))

  it("takes a command whole, as it stands", () =>
    site.visit(path, async (page) => {
      await page.getByRole("button", { name: "Copy: Change" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      assert.strictEqual(
        await clipboard(page),
        "Set-CASMailbox scanner@mail.example -SmtpClientAuthenticationDisabled $false"
      )
      assert.include(await said(page), "Copied")
    }))

  it("takes the transcript without persons, also when they are shown", () =>
    site.visit(path, async (page) => {
      await page.getByLabel("Show").selectOption("all")
      await page.getByRole("button", { name: "Copy: transcript" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      const text = await clipboard(page)
      assert.lengthOf(text.split("\n"), 16)
      assert.include(text, "14 <** 535 5.7.139")
      assert.notInclude(text, "mail.example")
    }))

  it("works where browsers offer no clipboard", () =>
    site.visit(path, async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }))
      await page.getByRole("button", { name: "Copy: Change" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      await page.evaluate(() => Reflect.deleteProperty(navigator, "clipboard"))
      assert.include(await clipboard(page), "Set-CASMailbox")
    }))
})

describe.skipIf(!isThere)("the keyboard alone", () => {
  /** Presses Tab until the element has the focus, at most so many times. */
  const tabTo = async (page: Page, role: "button" | "link" | "radio", name: string): Promise<void> => {
    const wanted = page.getByRole(role, { name }).first()
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab")
      if (await wanted.evaluate((element) => element === document.activeElement)) return
    }
    assert.fail(`no Tab leads to ${name}`)
  }

  it("starts a run with a password", () =>
    site.visit("/", async (page) => {
      assert.isTrue(await page.getByLabel("Mailbox or host").evaluate((field) => field === document.activeElement))
      await page.keyboard.type(mailbox)
      await tabTo(page, "radio", "nothing")
      await page.keyboard.press("ArrowRight")
      await page.keyboard.press("Tab")
      await page.keyboard.type("pw")
      await page.keyboard.press("Enter")
      await headline(page, verdict)
      assert.deepStrictEqual(site.fake.bodies, [{ target: mailbox, secret: "pw" }])
    }))

  it("opens more, and is led to what is wrong", () =>
    site.visit("/", async (page) => {
      await page.keyboard.type(mailbox)
      for (let presses = 0; presses < 10; presses++) {
        await page.keyboard.press("Tab")
        if (await page.evaluate(() => document.activeElement?.tagName === "SUMMARY")) break
      }
      await page.keyboard.press("Enter")
      // The fields are loaded when they are opened.
      await page.getByLabel("Host of the service").waitFor()
      await page.keyboard.press("Tab")
      await page.keyboard.press("Tab")
      await page.keyboard.type("70000")
      await page.keyboard.press("Enter")
      const port = page.getByLabel("Port", { exact: true })
      await page.getByText("A port is a number from 1 to 65535.").waitFor()
      assert.isTrue(await port.evaluate((field) => field === document.activeElement))
      assert.strictEqual(await port.getAttribute("aria-invalid"), "true")
      const described = await port.getAttribute("aria-describedby")
      assert.isNotNull(described)
      assert.include(await page.locator(`[id="${described}"]`).innerText(), "from 1 to 65535")
      assert.deepStrictEqual(site.fake.bodies, [])
    }))

  it("jumps over the head of the page, and every stop can be seen", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      await headline(page, verdict)
      await page.keyboard.press("Tab")
      const jump = page.getByRole("link", { name: "To the content" })
      assert.isTrue(
        await jump.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0)
      )
      await page.keyboard.press("Enter")
      await page.keyboard.press("Tab")
      const first = page.getByRole("button", { name: "Copy for the administrator" })
      assert.isTrue(await first.evaluate((button) => button === document.activeElement))
      for (let presses = 0; presses < 25; presses++) {
        const outlined = await page.evaluate(() => {
          const element = document.activeElement
          return element === null || element === document.body
            || getComputedStyle(element).outlineStyle !== "none" &&
              parseFloat(getComputedStyle(element).outlineWidth) >= 2
        })
        assert.isTrue(outlined, await page.evaluate(() => document.activeElement?.outerHTML ?? ""))
        await page.keyboard.press("Tab")
      }
    }))

  it("gives the focus back when a dialog is closed", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      await tabTo(page, "button", "Share")
      await page.keyboard.press("Enter")
      const dialog = page.getByRole("dialog", { name: "Share a redacted copy" })
      await dialog.waitFor()
      for (let presses = 0; presses < 12; presses++) {
        await page.keyboard.press("Tab")
        const inside = await page.evaluate(() =>
          document.activeElement === document.body || document.activeElement?.closest("dialog") !== null
        )
        assert.isTrue(inside)
      }
      await page.keyboard.press("Escape")
      await dialog.waitFor({ state: "hidden" })
      assert.isTrue(
        await page.getByRole("button", { name: "Share" }).evaluate((button) => button === document.activeElement)
      )
    }))
})
