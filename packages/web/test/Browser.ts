/**
 * Debian's Chromium, as a person would have it: fresh, and without anything it does by itself.
 */
import { type Browser, chromium } from "playwright-core"

/** Starts the browser; whoever starts it closes it. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: "/usr/bin/chromium",
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
