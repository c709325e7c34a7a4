/**
 * A visit of the page: a browser, the server of the tests, and what the browser complained about.
 */
import { assert } from "@effect/vitest"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach } from "vitest"
import { isThere, launch } from "./Browser.ts"
import { type Fake, start } from "./Fake.ts"

/** What live regions say, written down as it changes. */
const listen = () => {
  const said: Array<string> = []
  const ran: Array<string> = []
  Object.assign(window, { said, ran })
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
  })
  const look = () => {
    for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
      const text = (region.textContent ?? "").trim()
      if (text !== "" && said.at(-1) !== text && !said.includes(text)) said.push(text)
    }
  }
  const watch = () => {
    look()
    const phase = document.querySelector(".rows > li.running .phase")?.textContent
    if (phase !== undefined && phase !== null && ran.at(-1) !== phase) ran.push(phase)
  }
  new MutationObserver(watch).observe(document, { subtree: true, childList: true, characterData: true })
}

/** How a visitor sees the page, where that is not 1280 by 800 in light. */
interface Sight {
  readonly colorScheme?: "light" | "dark"
  readonly reducedMotion?: "reduce" | "no-preference"
}

/** What tests of one file share. */
export interface Visits {
  readonly fake: Fake
  /** Opens a path in a new tab, does, closes: fails when the browser complained about anything but an answer of the server. */
  readonly visit: (path: string, act: (page: Page) => Promise<void>, sight?: Sight) => Promise<void>
}

/**
 * Starts browser and server for the tests of a file, and ends them; nothing where there is no browser. The tabs share a profile, which
 * is emptied between them.
 */
export const visits = (built: { readonly folder: string }): Visits => {
  let browser: Browser | undefined
  let context: BrowserContext | undefined
  let fake: Fake | undefined
  const complaints: Array<string> = []
  beforeAll(async () => {
    if (!isThere) return
    fake = await start(built.folder)
    browser = await launch()
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    context.setDefaultTimeout(20_000)
    await context.addInitScript(listen)
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: fake.url })
  })
  beforeEach(() => {
    fake?.reset()
    complaints.length = 0
  })
  afterAll(async () => {
    await browser?.close()
    await fake?.close()
  })
  const server = (): Fake => {
    assert.isDefined(fake)
    return fake
  }
  return {
    get fake() {
      return server()
    },
    visit: async (path, act, sight = {}) => {
      assert.isDefined(context)
      const page = await context.newPage()
      try {
        page.on("pageerror", (error) => complaints.push(error.message))
        page.on("console", (message) => {
          // An answer that a test asked for; and the script above, which the preview lets run as little as any other.
          const answer =
            /^Failed to load resource: (?:the server responded with a status of|net::)|^Blocked script execution in 'about:/
          if ((message.type() === "error" || message.type() === "warning") && !answer.test(message.text())) {
            complaints.push(message.text())
          }
        })
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference", ...sight })
        await page.goto(server().url + path)
        await page.locator("h1").waitFor()
        await act(page)
      } finally {
        await context.setOffline(false)
        await page.evaluate(() => localStorage.clear())
        for (const tab of context.pages()) await tab.close()
      }
      assert.deepStrictEqual(complaints, [])
    }
  }
}

/** What live regions said so far. */
export const said = (page: Page): Promise<ReadonlyArray<string>> =>
  page.evaluate(() => (window as unknown as { readonly said: ReadonlyArray<string> }).said)

/** The phases that were seen running, in their order. */
export const ran = (page: Page): Promise<ReadonlyArray<string>> =>
  page.evaluate(() => (window as unknown as { readonly ran: ReadonlyArray<string> }).ran)

/** What is in the clipboard. */
export const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())

/** The rows of the timeline: `auth fail`. */
export const rows = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator(".rows > li").evaluateAll((items) =>
    items.map((item) => `${item.querySelector(".phase")?.textContent ?? ""} ${item.className}`)
  )
