import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import type { Page } from "playwright-core"
import { isThere } from "./Browser.ts"
import { built } from "./built.ts"
import * as Canned from "./canned.ts"
import * as Domains from "./domains.ts"
import { visits } from "./Visit.ts"

const page = built()
const site = visits(page)

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Look {
  readonly name: string
  readonly path: string
  readonly act: (page: Page) => Promise<unknown>
}

const run = `/runs/${Canned.refused.run}`
const seen = (text: string) => (page: Page) => page.getByText(text).first().waitFor()

/** Every view, with everything open that can be. */
const looks: ReadonlyArray<Look> = [
  {
    name: "the start",
    path: "/",
    act: async (page) => {
      await page.getByRole("radio", { name: "password" }).check()
      await page.locator("summary").click()
      await page.getByLabel("Port", { exact: true }).fill("x")
      await page.getByLabel("Mailbox or host").fill("a@b.example")
      await page.keyboard.press("Enter")
      await page.getByText("A port is a number").waitFor()
    }
  },
  {
    name: "a failed run",
    path: run,
    act: async (page) => {
      await page.locator("summary").first().click()
      await page.getByLabel("Show").selectOption("all")
    }
  },
  {
    name: "a code on another device",
    path: "/",
    act: async (page) => {
      site.fake.confirmed = new Promise(() => {})
      await page.getByLabel("Mailbox or host").fill("scanner@mail.example")
      await page.getByRole("radio", { name: "a code on another device" }).check()
      await page.getByLabel("Client ID").fill("x")
      await page.keyboard.press("Enter")
      await page.getByText(Canned.code, { exact: true }).waitFor()
    }
  },
  { name: "a wrong token", path: `/runs/${Canned.wrongToken.run}`, act: seen("audience") },
  {
    name: "a run of many services",
    path: `/runs/${Canned.many.run}`,
    act: (page) => page.locator("summary", { hasText: "IMAP" }).click()
  },
  { name: "a suspended run", path: `/runs/${Canned.suspended.run}`, act: seen("Suspended") },
  { name: "a run that passed", path: `/runs/${Canned.later.run}`, act: seen("A pass proves") },
  { name: "a run that is not there", path: "/runs/nope", act: seen("There is no such run") },
  {
    name: "the question for a secret",
    path: run,
    act: (page) => page.getByRole("button", { name: "Re-check" }).first().click()
  },
  {
    name: "the share dialog",
    path: run,
    act: async (page) => {
      await page.getByRole("button", { name: "Share" }).click()
      await page.getByRole("button", { name: "Make a link" }).click()
      await page.getByRole("button", { name: "Revoke" }).waitFor()
    }
  },
  {
    name: "the posture of a domain",
    path: `/runs/${Domains.posture.run}`,
    act: async (page) => {
      await page.locator("#posture ~ div > details").first().waitFor()
      await page.locator("details:not([open])").evaluateAll((all) => all.forEach((one) => one.setAttribute("open", "")))
    }
  },
  { name: "the TLS of a port", path: `/runs/${Domains.survey.run}`, act: seen("Versions of TLS") },
  { name: "a search for settings", path: "/discover", act: seen("Find the settings of a mailbox") },
  { name: "the sources of settings", path: "/discover/me%40firm.example", act: seen("most believed first") },
  { name: "the history", path: "/runs", act: (page) => page.locator(".list > li").first().waitFor() },
  {
    name: "two runs compared",
    path: `/diff/${Canned.refused.run}/${Canned.later.run}`,
    act: seen("accepted now")
  },
  {
    name: "an explanation",
    path: "/explain",
    act: async (page) => {
      await page.getByLabel("Error text").fill("535")
      await page.getByRole("button", { name: "Explain" }).click()
      await page.getByText("Ruled out").waitFor()
    }
  },
  { name: "all packs", path: "/packs", act: seen("2 packs") },
  { name: "a pack", path: "/packs/example-mail", act: (page) => page.locator("summary").first().click() }
]

/** What axe finds, in words. What is fetched, and what runs in the preview of a share, is not this page's. */
const accessible = (page: Page) =>
  page.evaluate(async () => {
    const found = await (window as unknown as { readonly axe: typeof import("axe-core") }).axe.run(document, {
      preload: false,
      iframes: false,
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    })
    return {
      passes: found.passes.map((rule) => rule.id),
      violations: found.violations.flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${node.html}: ${node.failureSummary ?? ""}`)
      )
    }
  })

/** The elements that reach beyond the right edge of the page, and the page itself where it scrolls sideways. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const edge = document.body.getBoundingClientRect().right
    const over = Array.from(document.querySelectorAll("body *:not(.unseen)"), (element) => ({
      what: `${element.tagName} ${element.className.toString()}`,
      right: element.getBoundingClientRect().right
    })).filter(({ right }) => right > edge + 0.5)
    const { clientWidth, scrollWidth } = document.documentElement
    return [...over, ...scrollWidth > clientWidth ? [{ what: "the page", right: scrollWidth }] : []]
  })

describe.skipIf(!isThere)("looks", () => {
  for (const { act, name, path } of looks) {
    it(`${name}: axe finds no violation in light and dark, and 320 px are enough`, () =>
      site.visit(path, async (page) => {
        await act(page)
        await page.evaluate(axe)
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme })
          const { passes, violations } = await accessible(page)
          assert.deepStrictEqual(violations, [], colorScheme)
          assert.include(passes, "color-contrast")
        }
        await page.setViewportSize({ width: 320, height: 640 })
        assert.deepStrictEqual(await tooWide(page), [])
      }))
  }

  it("follow the system, and what was chosen here against it", () =>
    site.visit("/", async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      assert.strictEqual(await ground(), "rgb(16, 20, 24)")
      await page.getByRole("button", { name: /^Colours: Auto/ }).click()
      assert.strictEqual(await ground(), "rgb(245, 246, 248)")
      await page.reload()
      assert.strictEqual(await ground(), "rgb(245, 246, 248)")
      await page.getByRole("button", { name: /^Colours: Light/ }).click()
      await page.getByRole("button", { name: /^Colours: Dark/ }).click()
      await page.emulateMedia({ colorScheme: "light" })
      assert.strictEqual(await ground(), "rgb(245, 246, 248)")
    }, { colorScheme: "dark" }))

  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    it(
      reducedMotion === "reduce" ? "move nothing where motion is not wanted" : "show that a run goes on",
      () =>
        site.visit("/", async (page) => {
          site.fake.paceMillis = 300
          await page.getByLabel("Mailbox or host").fill("scanner@mail.example")
          await page.keyboard.press("Enter")
          await page.locator(".mark.running").first().waitFor()
          const moving = await page.evaluate(() => ({
            animations: document.getAnimations().length,
            marks: document.querySelectorAll(".mark.running").length,
            transitions: Array.from(document.querySelectorAll("*"), (element) =>
              getComputedStyle(element).transitionDuration)
              .filter((text) => /[1-9]/.test(text)).length
          }))
          assert.isAtLeast(moving.marks, 1)
          if (reducedMotion === "reduce") assert.deepInclude(moving, { animations: 0, transitions: 0 })
          else assert.isAtLeast(moving.animations, 1)
        }, { reducedMotion })
    )
  }
})

describe("the built page", () => {
  const octets = (names: ReadonlyArray<string>): number =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(page.folder, name))).length, 0)
  const scripts = () => readdirSync(join(page.folder, "assets")).filter((name) => name.endsWith(".js"))

  it("has at most 150 KiB of JavaScript in all its parts together, compressed", () => {
    const all = octets(scripts().map((name) => `assets/${name}`))
    assert.isAbove(all, 80 * 1024)
    assert.isAtMost(all, 150 * 1024)
  })

  it.skipIf(!isThere)(
    "loads at most 75 KiB of it for the first view, and the rest when it is needed",
    () =>
      site.visit("/explain", async (tab) => {
        const loaded = new Set<string>()
        tab.on("request", (request) => {
          const { pathname } = new URL(request.url())
          if (pathname.endsWith(".js")) loaded.add(pathname.slice(1))
        })
        await tab.goto(`${site.fake.url}/`, { waitUntil: "networkidle" })
        await tab.getByLabel("Mailbox or host").waitFor()
        const first = octets([...loaded])
        assert.isAbove(first, 50 * 1024)
        assert.isAtMost(first, 75 * 1024)
        for (const name of ["client", "views"]) {
          assert.isFalse([...loaded].some((script) => script.startsWith(`assets/${name}-`)), name)
        }
        await tab.getByLabel("Mailbox or host").fill("scanner@mail.example")
        await tab.keyboard.press("Enter")
        await tab.getByRole("button", { name: "Share" }).click()
        await tab.getByRole("button", { name: "Make a link" }).waitFor()
        assert.sameMembers([...loaded], scripts().map((name) => `assets/${name}`))
      })
  )

  it("has nothing inline, and names nothing that is elsewhere", () => {
    const html = readFileSync(join(page.folder, "index.html"), "utf8")
    assert.notMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i)
    const links = Array.from(html.matchAll(/(?:src|href)="([^"]+)"/g), ([, link = ""]) => link)
    assert.isAtLeast(links.length, 3)
    for (const link of links) assert.match(link, /^\/[\w./-]+$/)
  })
})
