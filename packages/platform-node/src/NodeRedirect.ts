/**
 * A listener on 127.0.0.1 for the way back of an authorization code flow (RFC 8252 section 7.3).
 *
 * It answers one request and no other: to the path that was agreed on, with the state of this sign-in. Everything else gets an
 * empty page, so that no other page of the same browser learns anything or ends the wait. What came is `Redacted`.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { IncomingMessage, ServerResponse } from "node:http"
import { codeOf } from "./NodeCodes.ts"

/**
 * The port cannot be listened on. `code` is that of the system, such as `EADDRINUSE`.
 *
 * @category errors
 * @since 0.1.0
 */
export class PortUnavailable extends Data.TaggedError("PortUnavailable")<{
  readonly port: number
  readonly code: string
}> {}

/**
 * Nothing came back in time. `strangers` counts requests to the right path without the state of this sign-in.
 *
 * @category errors
 * @since 0.1.0
 */
export class NothingCame extends Data.TaggedError("NothingCame")<{
  readonly strangers: number
}> {}

/**
 * What is waited for, and for how long.
 *
 * @category models
 * @since 0.1.0
 */
export interface Expected {
  readonly path: string
  readonly state: Redacted.Redacted<string>
  readonly timeoutMillis: number
}

/**
 * A listener that stands. `back` waits for one way back and gives its parameters, `state` left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listener {
  readonly port: number
  readonly back: (
    expected: Expected
  ) => Effect.Effect<Readonly<Record<string, Redacted.Redacted<string>>>, NothingCame>
}

/** Codes have some hundred octets, descriptions of errors some thousand. */
const maxHeaderBytes = 32_768

const requestMillis = 10_000

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const style = "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;"
  + "color:#1a1a1a;background:#fff}h1{font-size:1.4rem}code{font-size:.9rem}"
  + "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}"

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`
  + `<title>${escaped(title)}</title><style>${style}</style><main><h1>${escaped(title)}</h1>${body}</main></html>\n`

/** What the person at the browser reads; of the answer only the name of an error is repeated. */
const pageOf = (error: string | undefined): string =>
  error === undefined
    ? page("Sign-in came back", "<p>Sonde goes on in your terminal. You can close this page.</p>")
    : page(
      "Sign-in was refused",
      `<p>The sign-in service answered <code>${
        escaped(error.slice(0, 100))
      }</code>. Your terminal says what that means. You can close this page.</p>`
    )

const write = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "connection": "close"
  })
  response.end(body)
}

/** A name other than these would come from a page that had its own name resolve to this machine. */
const isOwnHost = (request: IncomingMessage, port: number): boolean =>
  [`127.0.0.1:${port}`, `localhost:${port}`].includes((request.headers.host ?? "").toLowerCase())

/**
 * Listens on 127.0.0.1 until the scope closes: at `port`, or where there is none at one that is free.
 *
 * @category constructors
 * @since 0.1.0
 */
export const listen = Effect.fnUntraced(function*(
  port: number | undefined
): Effect.fn.Return<Listener, PortUnavailable, Scope.Scope> {
  const { createServer } = yield* Effect.promise(() => import("node:http"))
  let take: ((request: IncomingMessage, response: ServerResponse, url: URL) => boolean) | undefined = undefined
  let listened = port ?? 0
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, requestTimeout: requestMillis, headersTimeout: requestMillis },
    (request, response) => {
      request.on("error", () => request.destroy())
      const url = URL.parse(request.url ?? "", `http://127.0.0.1:${listened}`)
      const isGood = request.method === "GET" && url !== null && isOwnHost(request, listened)
      if (!isGood || take?.(request, response, url) !== true) write(response, 404, "")
    }
  )
  yield* Effect.acquireRelease(
    Effect.callback<void, PortUnavailable>((resume) => {
      const onError = (error: Error): void =>
        resume(Effect.fail(new PortUnavailable({ port: listened, code: codeOf(error) })))
      server.once("error", onError)
      server.listen({ host: "127.0.0.1", port: listened, exclusive: true }, () => {
        server.off("error", onError)
        server.on("error", () => {})
        const address = server.address()
        if (typeof address === "object" && address !== null) listened = address.port
        resume(Effect.void)
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  const back: Listener["back"] = ({ path, state, timeoutMillis }) =>
    Effect.callback((resume) => {
      let strangers = 0
      const end = (): void => {
        clearTimeout(timer)
        take = undefined
      }
      const timer = setTimeout(() => {
        end()
        resume(Effect.fail(new NothingCame({ strangers })))
      }, timeoutMillis)
      take = (_request, response, url) => {
        if (url.pathname !== path) return false
        // RFC 6749 section 10.12: without the state of this sign-in somebody else's sign-in would be taken for it.
        if (url.searchParams.get("state") !== Redacted.value(state)) {
          strangers += 1
          write(response, 400, page("This page is not for you", "<p>It belongs to another sign-in.</p>"))
          return true
        }
        end()
        const found = Object.fromEntries(
          [...url.searchParams].filter(([name]) => name !== "state").map((
            [name, value]
          ) => [name, Redacted.make(value)])
        )
        // The page stands before the program goes on, which may end this listener.
        response.on("close", () => resume(Effect.succeed(found)))
        write(response, 200, pageOf(url.searchParams.get("error") ?? undefined))
        return true
      }
      return Effect.sync(end)
    })
  return { port: listened, back }
})
