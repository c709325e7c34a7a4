/**
 * The browser of whoever sits here: a listener for its way back, and a line on standard error that says where to go.
 *
 * It is opened only when asked for: a browser that opens by itself on a machine that is reached over SSH helps nobody.
 */
import type { Browser, Visit } from "@sonde/phases/Browser"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Failure } from "./Failure.ts"
import { note, Screen } from "./Screen.ts"

/** How a page is opened; the address is one argument of its own, and no shell reads it. */
const openers: Readonly<Record<string, readonly [command: string, ...args: ReadonlyArray<string>]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"]
}

/** Opens a page with what the system has for it; says so where that cannot be done. */
const open = Effect.fnUntraced(function*(uri: string) {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"]
  const { spawn } = yield* Effect.promise(() => import("node:child_process"))
  const started = yield* Effect.callback<boolean>((resume) => {
    const child = spawn(command, [...args, uri], { stdio: "ignore", detached: true })
    child.on("error", () => resume(Effect.succeed(false)))
    child.on("spawn", () => {
      child.unref()
      resume(Effect.succeed(true))
    })
  })
  if (!started) yield* note(`${command} could not be started: open the address by hand`)
})

const isMissing = (port: number, code: string) =>
  new Failure({
    exitCode: 69,
    problem: code === "EADDRINUSE"
      ? `--redirect-uri: port ${port} of 127.0.0.1 is taken by another program`
      : `--redirect-uri: port ${port} of 127.0.0.1 cannot be listened on (${code})`,
    remedy: "leave the port out, or stop the other program"
  })

/** Listens for the way back at the port that a redirect address names, or at any. */
export const make = Effect.fnUntraced(
  function*(options: { readonly redirectUri: string | undefined; readonly opens: boolean }) {
    const [NodeRedirect, { NotReturned, redirectOf }] = yield* Effect.promise(() =>
      Promise.all([import("@sonde/platform-node/NodeRedirect"), import("@sonde/phases/Browser")])
    )
    const screen = yield* Screen
    const port = options.redirectUri === undefined ? undefined : redirectOf(options.redirectUri)?.port
    const listener = yield* Effect.mapError(NodeRedirect.listen(port), ({ code, port: at }) => isMissing(at, code))
    const browser: Browser = {
      port: listener.port,
      visit: Effect.fnUntraced(function*({ expiresAtMillis, uri }: Visit) {
        const left = expiresAtMillis - (yield* Clock.currentTimeMillis)
        // The address stands on a line of its own and unbroken, to be copied.
        yield* screen.err(
          `\n  To sign in, open this address in a browser on this machine:\n\n${Escape.line(uri)}\n\n`
            + `  Time left          ${Phrases.duration(Math.max(0, left))}\n\n`
        )
        if (options.opens) yield* Effect.provideService(open(uri), Screen, screen)
      }),
      back: (expected) => Effect.mapError(listener.back(expected), ({ strangers }) => new NotReturned({ strangers }))
    }
    return browser
  }
)
