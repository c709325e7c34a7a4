/**
 * Takes the pictures of the README: a mailbox that is refused, and the same one after its administrator has acted.
 *
 * The built command serves and simulates, Chromium looks. Run `npm run build` before; the pictures go to `packages/web/screenshots/`.
 *
 *     node packages/web/scripts/screenshots.ts
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { chromium, type Page } from "playwright-core"

const command = fileURLToPath(new URL("../../cli/dist/sonde.mjs", import.meta.url))
const pictures = fileURLToPath(new URL("../screenshots/", import.meta.url))
const state = mkdtempSync(join(tmpdir(), "sonde-screenshots-"))
const children: Array<ChildProcess> = []

/** The first line of a command that goes on running, as JSON. */
const started = (...args: ReadonlyArray<string>): Promise<unknown> => {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["pipe", "pipe", "ignore"] })
  children.push(child)
  let text = ""
  return new Promise((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`${args[0]} ended with ${status}`)))
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString()
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n", 1)[0] ?? ""))
    })
  })
}

const headline = (page: Page, name: string): Promise<void> => page.getByRole("heading", { level: 1, name }).waitFor()

try {
  const world = await started("simulate", "microsoft-365", "--json") as {
    readonly ca: string
    readonly admin: string
    readonly connectTo: ReadonlyArray<string>
    readonly mailboxes: ReadonlyArray<{ readonly address: string; readonly secret: string; readonly behaviour: string }>
  }
  const pins = world.connectTo.flatMap((pin) => ["--connect-to", pin])
  const { url } = await started(
    "serve",
    "--json",
    "--listen",
    "127.0.0.1:0",
    "--state",
    state,
    "--sign-in-every",
    "0s",
    "--allow-private",
    "--allow-ports",
    "any",
    "--ca",
    world.ca,
    ...pins
  ) as { readonly url: string }
  const mailbox = world.mailboxes.find(({ behaviour }) => behaviour === "smtp_auth_off_mailbox")
  if (mailbox === undefined) throw new Error("the world has no such mailbox")

  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"]
  })
  const page = await browser.newPage({ viewport: { width: 1200, height: 860 }, colorScheme: "light" })
  await page.goto(url)
  await page.getByLabel("Mailbox or host").fill(mailbox.address)
  await page.getByRole("radio", { name: "password" }).check()
  await page.getByLabel("Password", { exact: true }).fill(mailbox.secret)
  await page.locator("summary", { hasText: "More" }).click()
  await page.getByLabel("Provider").fill("microsoft-365")
  await page.getByRole("button", { name: "Check", exact: true }).click()
  await headline(page, "SMTP AUTH is switched off for this mailbox")
  await page.getByRole("button", { name: "Share" }).waitFor()
  await page.screenshot({ path: join(pictures, "refused.png") })

  const change = `Set-CASMailbox -Identity ${mailbox.address} -SmtpClientAuthenticationDisabled $false`
  await fetch(world.admin, { method: "POST", headers: { "content-type": "text/plain" }, body: change })
  await page.getByRole("button", { name: "Re-check" }).first().click()
  await page.getByRole("dialog", { name: "Check again" }).getByLabel("Password", { exact: true }).fill(mailbox.secret)
  await page.keyboard.press("Enter")
  await headline(page, "SMTP submission: signs in")
  await page.locator(".change").waitFor()
  await page.evaluate("scrollTo(0, 0)")
  await page.screenshot({ path: join(pictures, "accepted.png") })
  await browser.close()
} finally {
  for (const child of children) {
    child.removeAllListeners("exit")
    child.kill("SIGTERM")
  }
  rmSync(state, { recursive: true, force: true })
}
