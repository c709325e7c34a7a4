import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { isThere } from "./Browser.ts"
import { built } from "./built.ts"
import * as Canned from "./canned.ts"
import * as Domains from "./domains.ts"
import { clipboard, said, visits } from "./Visit.ts"

const site = visits(built())

const headline = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("heading", { level: 1, name }).waitFor()

describe.skipIf(!isThere)("the start", () => {
  const type = async (page: Page, target: string) => {
    await page.getByLabel("Mailbox or host").fill(target)
    // What is for signing in does not belong to a look at a domain.
    await page.getByRole("radio", { name: "password" }).check()
    await page.getByLabel("Password", { exact: true }).fill("canary-1")
  }

  it("starts a look at a domain alone, without the secret", () =>
    site.visit("/", async (page) => {
      await type(page, "firm.example")
      await page.locator("summary", { hasText: "More" }).click()
      await page.getByLabel("DKIM selectors").fill("s1 s2")
      await page.getByLabel("Mechanism").selectOption("plain")
      await page.getByRole("button", { name: "Domain posture" }).click()
      await headline(page, /offers no STARTTLS/)
      assert.deepStrictEqual(site.fake.bodies, [{ target: "firm.example", only: ["posture"], selector: ["s1", "s2"] }])
      await page.getByText("sonde posture firm.example --selector s1 --selector s2").first().waitFor()
    }))

  it("starts a look at the TLS of a port alone, with STARTTLS where it is usual there", () =>
    site.visit("/", async (page) => {
      await type(page, "old.firm.example:143")
      await page.getByRole("button", { name: "TLS of a port" }).click()
      await headline(page, "The certificate of the server has expired")
      assert.deepStrictEqual(site.fake.bodies, [{ target: "old.firm.example:143", only: ["tls"], starttls: "imap" }])
      await page.getByText("sonde tls old.firm.example:143 --starttls imap", { exact: true }).waitFor()
    }))

  it("looks for settings by keyboard, and asks for a target where there is none", () =>
    site.visit("/", async (page) => {
      const settings = page.getByRole("button", { name: "Settings" })
      await settings.focus()
      await page.keyboard.press("Enter")
      await page.getByText("Type a mailbox (person@example.com), a domain").waitFor()
      assert.strictEqual(await page.evaluate(() => document.activeElement?.tagName), "INPUT")
      await page.keyboard.type("me@firm.example")
      await settings.focus()
      await page.keyboard.press("Enter")
      await headline(page, "Settings for SMTP submission and IMAP")
      assert.deepStrictEqual(site.fake.bodies, [{ target: "me@firm.example" }])
      assert.strictEqual(await page.evaluate(() => document.activeElement?.tagName), "H1")
    }))

  it("leads to an option that is wrong although it was not shown", () =>
    site.visit("/", async (page) => {
      site.fake.refuse = "400"
      await page.getByLabel("Mailbox or host").fill("a@b.example")
      await page.keyboard.press("Enter")
      await page.getByText("port is not one of mail. give 587").waitFor()
      await page.waitForFunction(() => document.activeElement?.getAttribute("aria-invalid") === "true")
      await page.keyboard.press("End")
      await page.keyboard.type("5")
      assert.strictEqual(await page.getByLabel("Port", { exact: true }).inputValue(), "5")
    }))
})

describe.skipIf(!isThere)("the sources of settings", () => {
  it("stand side by side with time and answer, and what failed is told from what has nothing", () =>
    site.visit("/discover/me%40firm.example", async (page) => {
      await headline(page, "Settings for SMTP submission and IMAP")
      const rows = await page.getByRole("row").evaluateAll((all) =>
        all.slice(1).map((
          row
        ) => [row.className, ...Array.from(row.children, (cell) => (cell.textContent ?? "").trim())])
      )
      assert.deepStrictEqual(rows.map(([state, name]) => `${state}: ${name?.replace(/^\W*/, "")}`), [
        "none: pack none",
        "found: srv found",
        "none: autoconfig none",
        "found: autoconfig-well-known found",
        "failed: ispdb failed",
        "found: mx found",
        "skipped: guess skipped"
      ])
      assert.include(rows[4] ?? [], "5.0 s")
      assert.include(rows[3]?.join(" "), "by way of https://www.firm.example/settings.xml")
      assert.include(rows[3]?.join(" "), "the document names pop3 without a port")
      assert.include(rows[1]?.join(" "), "nothing vouches for this answer")
      assert.include(await said(page), "Settings for SMTP submission and IMAP")
    }))

  it("are asked for again for another mailbox, and lead to a check", () =>
    site.visit("/discover", async (page) => {
      await page.getByLabel("Mailbox or domain").fill(" me@nowhere.example ")
      await page.keyboard.press("Enter")
      await headline(page, "No source names a server")
      await page.getByLabel("Mailbox or domain").fill("me@firm.example")
      await page.keyboard.press("Enter")
      await headline(page, "Settings for SMTP submission and IMAP")
      await page.goBack()
      await headline(page, "No source names a server")
      await page.getByRole("button", { name: "Check without signing in" }).click()
      await headline(page, Canned.verdict.title)
      assert.deepStrictEqual(site.fake.bodies.map(({ target }) => target), [
        "me@nowhere.example",
        "me@firm.example",
        "me@nowhere.example",
        "me@nowhere.example"
      ])
    }))

  it("are shown with a run whose settings came from them", () =>
    site.visit("/runs", async (page) => {
      await page.route(`**/v1/runs/${Canned.later.run}`, (route) =>
        route.fulfill({ json: { ...Canned.later, discovery: Domains.discovery } }))
      await page.goto(`${site.fake.url}/runs/${Canned.later.run}`)
      const conflicts = page.getByRole("region", { name: "Conflicts" })
      assert.include(await conflicts.innerText(), "imap.firm.example:993 TLS · autoconfig-well-known")
    }))
})

describe.skipIf(!isThere)("the posture of a domain", () => {
  it("tells each finding with who must act, the worst first, and hands over what one of them has to do", () =>
    site.visit(`/runs/${Domains.posture.run}`, async (page) => {
      const todo = page.getByRole("region", { name: "What to do" })
      await todo.locator(".findings > li").first().waitFor()
      assert.deepStrictEqual(await todo.locator(".findings .sub").allInnerTexts(), [
        "needs whoever runs the mail server · mx_starttls_missing",
        "needs whoever runs the network · sender_reverse_missing",
        "needs whoever runs the domain's DNS · spf_include_broken",
        "needs whoever runs the domain's DNS · dmarc_monitor_only",
        "needs whoever runs the mail server · mta_sts_testing",
        "needs whoever runs the domain's DNS · tls_rpt_missing",
        "needs whoever runs the network · dns_unanswered"
      ])
      await page.getByText("3 failed, 3 warnings, 1 undecided").waitFor()
      // The command that checks again is the same for all and stands there once.
      assert.strictEqual(await todo.getByText("sonde posture firm.example --selector s1").count(), 1)
      await todo.getByRole("button", { name: "Copy for whoever runs the domain's DNS" }).click()
      assert.strictEqual(
        await clipboard(page),
        `SPF leads nowhere: include of _spf.firm.example leads to gone.firm.example, which has no SPF record. (spf_include_broken)
Receivers that come to this term give up on the whole record.
Who must act: whoever runs the domain's DNS
Change: Leave the term out, or correct the name in it

DMARC asks for nothing (p=none): receivers take no action. (dmarc_monitor_only)
v=DMARC1; p=none; rua=mailto:dmarc@firm.example
Who must act: whoever runs the domain's DNS
Change: When the reports show that all of your own mail passes
    _dmarc.firm.example. IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@firm.example"
Undo
    _dmarc.firm.example. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@firm.example"

firm.example asks for no reports about TLS. (tls_rpt_missing)
Senders that cannot encrypt as MTA-STS or DANE demand tell nobody.
Who must act: whoever runs the domain's DNS
Change: Name a mailbox for them
    _smtp._tls.firm.example. IN TXT "v=TLSRPTv1; rua=mailto:tls-reports@firm.example"
Undo
    remove the record

Then
    sonde posture firm.example --selector s1 --ip 203.0.113.9`
      )
      await page.getByRole("button", { name: "Copy for a ticket" }).click()
      const ticket = await clipboard(page)
      assert.include(ticket, "(mx_starttls_missing)")
      assert.notInclude(ticket, "firm.example")
    }))

  it("shows what is published, and opens what is not well", () =>
    site.visit(`/runs/${Domains.posture.run}`, async (page) => {
      const records = page.locator(".records > details")
      await records.first().waitFor()
      const open = await records.evaluateAll((all) =>
        all.filter((one) => one.hasAttribute("open")).map((one) => one.querySelector("summary")?.textContent ?? "")
      )
      assert.lengthOf(open, 8)
      assert.isFalse(open.some((text) => text.includes("BIMI")))
      const text = await page.getByRole("region", { name: "What the domain publishes" }).innerText()
      for (
        const part of [
          "v=spf1 include:_spf.firm.example ip4:192.0.2.0/24 ~all",
          "2 of 10, 0 of 2 that find nothing",
          "rsa 1024 bits",
          "relaxed: the same organisation",
          "Nothing stands at _smtp._tls.firm.example.",
          "agrees",
          "not to be seen"
        ]
      ) assert.include(text, part)
    }))

  it("shows the words of steps alone where facts are of another kind, as an older version may have left them", () =>
    site.visit("/runs", async (page) => {
      const [service] = Domains.posture.services
      const old = service?.phases.map((phase) => ({ ...phase, facts: { domain: "firm.example", selectors: 1 } }))
      await page.route(
        `**/v1/runs/${Domains.posture.run}`,
        (route) => route.fulfill({ json: { ...Domains.posture, services: [{ ...service, phases: old }] } })
      )
      await page.goto(`${site.fake.url}/runs/${Domains.posture.run}`)
      await page.getByRole("region", { name: "What the domain publishes" }).waitFor()
      assert.strictEqual(await page.locator(".records table, .records dl").count(), 0)
      assert.strictEqual(await page.locator(".rows > li").count(), 9)
    }))
})

describe.skipIf(!isThere)("the TLS of a port", () => {
  it("tells versions and ciphers, and what is wrong with the chain, the worst first", () =>
    site.visit(`/runs/${Domains.survey.run}`, async (page) => {
      const rows = await page.getByRole("region", { name: "TLS versions" }).getByRole("row").allInnerTexts()
      assert.deepStrictEqual(rows.slice(1).map((row) => row.replace(/\s+/g, " ").trim().replace(/^[^T]*/, "")), [
        "TLS 1.0 taken, outdated ECDHE-RSA-AES256-SHA",
        "TLS 1.1 taken, outdated ECDHE-RSA-AES256-SHA",
        "TLS 1.2 taken ECDHE-RSA-AES256-GCM-SHA384",
        "TLS 1.3 refused the server and this side have no TLS version in common"
      ])
      const chain = page.getByRole("region", { name: "Certificates, as they were sent" })
      assert.deepStrictEqual(await chain.locator(".remarks > li > span:last-child").allInnerTexts(), [
        "Certificate expired The server shows a certificate that expired on 2026-11-19.",
        "Key too weak The server shows a certificate with a key of RSA 1024."
      ])
    }))
})

describe.skipIf(!isThere)("a run of a newer server", () => {
  it("shows services, steps and errors that this page does not know", () =>
    site.visit("/runs", async (page) => {
      const [first] = Canned.later.services
      const jmap = {
        id: "jmap",
        outcome: "fail",
        endpoint: { protocol: "jmap", host: "in.mail.example", port: 443, security: "tls" },
        phases: [
          { id: "greeting", state: "pass", durationMillis: 3, facts: { text: 1 } },
          { id: "session", state: "pass", durationMillis: 4, facts: { pipelining: true } },
          { id: "data", state: "fail", durationMillis: 5, error: { _tag: "Overfull", message: "the queue is full" } }
        ]
      }
      const report = {
        ...Canned.later,
        outcome: "fail",
        services: [first, jmap, { id: "mx", outcome: "pass", phases: [{ id: "policy-check", state: "pass" }] }],
        verdicts: [{ ...Canned.verdict, service: "jmap", phase: "data" }],
        findings: [{
          id: "new_kind",
          state: "warn",
          service: "jmap",
          title: "Something new",
          actor: "pope",
          remedies: []
        }]
      }
      await page.route(`**/v1/runs/${Canned.later.run}`, (route) => route.fulfill({ json: report }))
      await page.goto(`${site.fake.url}/runs/${Canned.later.run}`)
      await page.locator(".verdict .sub", { hasText: "jmap, data" }).waitFor()
      const service = page.getByRole("region", { name: "jmap" })
      assert.match(await service.innerText(), /in\.mail\.example:443[\s\S]*session[\s\S]*the queue is full/)
      assert.include(await page.getByRole("region", { name: "Incoming mail" }).innerText(), "policy-check")
      assert.include(await page.locator("main").innerText(), "needs pope")
      await page.getByRole("button", { name: "Copy for a ticket" }).click()
      assert.match(await clipboard(page), /^jmap at \S+:443$/m)
    }))
})
