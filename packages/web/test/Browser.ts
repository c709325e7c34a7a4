/**
 * Debian's Chromium, as a person would have it: fresh, and without anything it does by itself.
 */
import { existsSync } from "node:fs"
import process from "node:process"
import { type Browser, chromium } from "playwright-core"

const executablePath = "/usr/bin/chromium"

/** Whether there is a browser on this machine. */
export const isThere = existsSync(executablePath)
if (!isThere) process.stderr.write("packages/web: no chromium on this machine, the page is not tested\n")

/** Starts the browser; whoever starts it closes it. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync"
    ]
  })
