import { assert, describe, it } from "@effect/vitest"
import { isThere } from "./Browser.ts"
import { built } from "./built.ts"
import * as Canned from "./canned.ts"
import { clipboard, said, visits } from "./Visit.ts"

const site = visits(built())
const mailbox = "scanner@mail.example"

describe.skipIf(!isThere)("the history", () => {
  it("compares two runs: what was refused is accepted now", () =>
    site.visit("/runs", async (page) => {
      await page.getByRole("button", { name: "Older runs" }).click()
      await page.getByRole("listitem").nth(3).waitFor()
      const compare = page.getByRole("button", { name: "Compare" })
      assert.isTrue(await compare.isDisabled())
      await page.getByRole("listitem").filter({ hasText: "works" }).first().getByRole("checkbox").check()
      await page.getByRole("listitem").filter({ hasText: "SMTP AUTH is switched off" }).getByRole("checkbox").check()
      await compare.click()
      await page.getByRole("heading", { level: 1, name: "auth: refused 12 minutes ago, accepted now" }).waitFor()
      assert.strictEqual(new URL(page.url()).pathname, `/diff/${Canned.refused.run}/${Canned.later.run}`)
      const changed = page.locator("tr.changed")
      assert.strictEqual(await changed.count(), 1)
      assert.match(
        await changed.innerText(),
        /auth\s+failed:\s+✗\s*refused\s+passed:\s+✓\s*accepted|auth[\s\S]*refused[\s\S]*accepted/
      )
      await page.goBack()
      await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor()
    }))

  it("finds runs by their words and by how they ended", () =>
    site.visit("/runs", async (page) => {
      const items = page.locator(".list > li")
      await items.first().waitFor()
      await page.getByLabel("Outcome").selectOption("suspended")
      assert.strictEqual(await items.count(), 1)
      await page.getByLabel("Outcome").selectOption("")
      await page.getByLabel("Filter").fill("nothing like this")
      await page.getByText("No run here is like that.").waitFor()
    }))

  it("deletes a run when it was asked twice", () =>
    site.visit("/runs", async (page) => {
      const items = page.locator(".list > li")
      await items.first().waitFor()
      const before = await items.count()
      await items.first().getByRole("button", { name: "Delete" }).click()
      assert.strictEqual(await items.count(), before)
      await items.first().getByRole("button", { name: "Delete for good?" }).click()
      await page.waitForFunction((count) => document.querySelectorAll(".list > li").length === count, before - 1)
    }))
})

describe.skipIf(!isThere)("the explain box", () => {
  it("names the cause of a pasted text, aloud too", () =>
    site.visit("/explain", async (page) => {
      await page.getByLabel("Error text").fill("535 5.7.139 Authentication unsuccessful")
      await page.getByRole("button", { name: "Explain" }).click()
      await page.getByRole("heading", { level: 2, name: Canned.verdict.title }).waitFor()
      await page.getByText("Will not help").waitFor()
      assert.include(await said(page), Canned.verdict.title)
      await page.getByRole("button", { name: "Copy: Look first" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      assert.strictEqual(await clipboard(page), "Get-CASMailbox scanner@mail.example")
    }))

  it("guesses nothing about a text that no rule knows", () =>
    site.visit("/explain", async (page) => {
      await page.getByLabel("Error text").fill("something")
      await page.getByRole("button", { name: "Explain" }).click()
      await page.getByRole("heading", { name: "No rule knows this text" }).waitFor()
    }))
})

describe.skipIf(!isThere)("packs", () => {
  it("are found, and show their rules with remedies and sources", () =>
    site.visit("/packs", async (page) => {
      await page.getByText("2 packs").waitFor()
      await page.getByLabel("Kind").selectOption("software")
      await page.getByText("1 pack", { exact: true }).waitFor()
      await page.getByLabel("Kind").selectOption("")
      await page.getByLabel("Filter").fill("example")
      await page.getByRole("link", { name: "Example Mail" }).click()
      await page.getByRole("heading", { level: 1, name: "Example Mail" }).waitFor()
      await page.getByText("smtp.mail.example:587").waitFor()
      const rule = page.locator("details.rule")
      await rule.locator("> summary").click()
      await rule.getByText("Get-CASMailbox scanner@mail.example").waitFor()
      const source = rule.getByRole("link", { name: "mail.example/docs" })
      assert.strictEqual(await source.getAttribute("href"), "https://mail.example/docs")
      assert.include(await source.getAttribute("rel") ?? "", "noopener")
      await rule.getByText("past its review").waitFor()
    }))

  it("that are not there are said to be missing", () =>
    site.visit("/packs/nope", async (page) => {
      await page.getByText("There is no such pack").waitFor()
    }))
})

describe.skipIf(!isThere)("sharing", () => {
  it("shows what will be visible, makes a link that lasts as long as was chosen, and takes it back", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      await page.getByRole("button", { name: "Share" }).click()
      const dialog = page.getByRole("dialog", { name: "Share a redacted copy" })
      const preview = dialog.frameLocator("iframe")
      await preview.getByRole("heading", { name: "user-1@domain-1" }).waitFor()
      const dressed = await preview.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor)
      assert.strictEqual(dressed, "rgb(250, 240, 230)")
      assert.notInclude(await preview.locator("html").innerText(), mailbox)
      assert.strictEqual(await dialog.getByLabel("Link lasts").inputValue(), "7")
      await dialog.getByLabel("Link lasts").selectOption("1")
      await dialog.getByRole("button", { name: "Make a link" }).click()
      await dialog.getByText("until 2026-12-01 00:00 UTC").waitFor()
      await dialog.getByRole("button", { name: "Copy: link" }).click()
      await dialog.getByRole("button", { name: "Copied" }).waitFor()
      assert.strictEqual(await clipboard(page), `${site.fake.url}/share/s1`)
      await page.keyboard.press("Escape")
      await page.getByRole("button", { name: "Copy for the administrator" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      assert.include(await clipboard(page), `until 2026-12-01 00:00 UTC: ${site.fake.url}/share/s1`)
      await page.getByRole("button", { name: "Share" }).click()
      await dialog.getByRole("button", { name: "Revoke" }).click()
      await dialog.getByRole("heading", { name: "Links to this run" }).waitFor({ state: "hidden" })
      await page.keyboard.press("Escape")
      await page.getByRole("button", { name: "Copy for the administrator" }).click()
      await page.getByRole("button", { name: "Copied" }).waitFor()
      assert.notInclude(await clipboard(page), "/share/")
    }))

  it("runs nothing that stands in the copy", () =>
    site.visit(`/runs/${Canned.refused.run}`, async (page) => {
      await page.route("**/share/preview", (route) =>
        route.fulfill({
          contentType: "text/html; charset=utf-8",
          body: `<!doctype html><h1>copy</h1><script>document.querySelector("h1").textContent = "ran"</script>`
        }))
      await page.getByRole("button", { name: "Share" }).click()
      const preview = page.getByRole("dialog").frameLocator("iframe")
      assert.strictEqual(await preview.locator("h1").innerText(), "copy")
    }))
})

describe.skipIf(!isThere)("a bearer token", () => {
  it("is asked for, refused, accepted, and kept in this tab alone", () =>
    site.visit("/", async (page) => {
      site.fake.token = "right-token"
      await page.getByRole("link", { name: "Runs" }).click()
      const dialog = page.getByRole("dialog", { name: "This server wants a bearer token" })
      const field = dialog.getByRole("textbox", { name: "Bearer token" })
      assert.isTrue(await field.evaluate((element) => element === document.activeElement))
      await field.fill("wrong-token")
      await page.keyboard.press("Enter")
      await dialog.getByText("The server does not know the token that was given").waitFor()
      await dialog.getByRole("textbox", { name: "Bearer token" }).fill("right-token")
      await page.keyboard.press("Enter")
      await page.locator(".list > li").first().waitFor()
      assert.isFalse(await dialog.isVisible())
      const kept = await page.evaluate(() => ({
        address: location.href,
        local: JSON.stringify(localStorage),
        session: Object.values(sessionStorage),
        html: document.documentElement.outerHTML,
        cookie: document.cookie
      }))
      assert.deepStrictEqual(kept.session, ["right-token"])
      assert.notInclude(kept.address + kept.local + kept.html + kept.cookie, "right-token")
      await page.reload()
      await page.locator(".list > li").first().waitFor()
      const other = await page.context().newPage()
      await other.goto(`${site.fake.url}/runs`)
      await other.getByRole("dialog", { name: "This server wants a bearer token" }).waitFor()
    }))
})

describe.skipIf(!isThere)("problems", () => {
  const refused: ReadonlyArray<readonly ["400" | "403" | "422" | "503", string, string]> = [
    ["403", "This request is not allowed", "under a name that the server does not know as its own"],
    ["503", "The server is stopping", "It takes no more runs."]
  ]
  for (const [status, title, text] of refused) {
    it(`say what ${status} means, and keep what was typed`, () =>
      site.visit("/", async (page) => {
        site.fake.refuse = status
        await page.getByLabel("Mailbox or host").fill(mailbox)
        await page.keyboard.press("Enter")
        const alert = page.getByRole("alert").filter({ hasText: title })
        assert.include(await alert.innerText(), text)
        assert.strictEqual(await page.getByLabel("Mailbox or host").inputValue(), mailbox)
      }))
  }

  it("stand at the field at fault, which opens and has the focus", () =>
    site.visit("/", async (page) => {
      await page.getByLabel("Mailbox or host").fill(mailbox)
      site.fake.refuse = "400"
      await page.keyboard.press("Enter")
      await page.getByText("port is not one of mail. give 587").waitFor()
      const port = page.getByLabel("Port", { exact: true })
      assert.isTrue(await port.evaluate((field) => field === document.activeElement))
      site.fake.refuse = "422"
      await page.keyboard.press("Enter")
      await page.getByText("127.0.0.1 is not on the public internet").waitFor()
      const target = page.getByLabel("Mailbox or host")
      assert.isTrue(await target.evaluate((field) => field === document.activeElement))
      site.fake.refuse = undefined
      await page.keyboard.press("Enter")
      await page.getByRole("heading", { level: 1, name: Canned.verdict.title }).waitFor()
    }))

  it("count the wait of 429 down, and then try again", () =>
    site.visit("/", async (page) => {
      site.fake.refuse = "429"
      await page.getByLabel("Mailbox or host").fill(mailbox)
      await page.keyboard.press("Enter")
      const wait = page.getByRole("button", { name: /Try again in [12] s/ })
      await wait.waitFor()
      assert.isTrue(await wait.isDisabled())
      assert.strictEqual(
        await page.getByRole("alert").innerText(),
        "✗ Too many runs\n\nThis target was checked often in the last minute."
      )
      site.fake.refuse = undefined
      await page.getByRole("button", { name: "Try again", exact: true }).click()
      await page.getByRole("heading", { level: 1, name: Canned.verdict.title }).waitFor()
    }))

  it("say that nothing answers, and go when it does", () =>
    site.visit("/runs", async (page) => {
      await page.locator(".list > li").first().waitFor()
      await page.context().setOffline(true)
      await page.getByRole("link", { name: "Packs" }).click()
      await page.getByRole("alert").filter({ hasText: "The server does not answer" }).waitFor()
      await page.context().setOffline(false)
      await page.getByRole("button", { name: "Try again" }).click()
      await page.getByText("2 packs").waitFor()
      assert.isFalse(await page.getByRole("alert").isVisible())
    }))

  it("call a broken server a defect", () =>
    site.visit("/", async (page) => {
      site.fake.broken = true
      await page.getByRole("link", { name: "Runs" }).click()
      await page.getByRole("alert").filter({ hasText: "The server answered with status 500." }).waitFor()
    }))

  it("name a run that is not there, and a path that is none", () =>
    site.visit("/runs/nope", async (page) => {
      await page.getByText("There is no such run").waitFor()
      await page.getByRole("button", { name: "Start a new one" }).click()
      await page.getByLabel("Mailbox or host").waitFor()
      await page.goto(`${site.fake.url}/no/such/path`)
      await page.getByRole("heading", { level: 1, name: "There is no such page" }).waitFor()
    }))

  it("are none for a cause that only a newer server knows", () =>
    site.visit("/", async (page) => {
      await page.route("**/v1/explain", async (route) => {
        const answer = await route.fetch()
        await route.fulfill({
          response: answer,
          body: (await answer.text()).replaceAll(Canned.verdict.cause, "cause_of_tomorrow")
        })
      })
      await page.getByRole("link", { name: "Explain" }).click()
      await page.getByLabel("Error text").fill("535")
      await page.getByRole("button", { name: "Explain" }).click()
      await page.getByText("cause_of_tomorrow").waitFor()
    }))
})
