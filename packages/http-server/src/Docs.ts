/**
 * The reference of the interface as a page, `/docs`, by Scalar, and what it needs.
 *
 * Nothing comes from elsewhere and nothing stands inline: the scripts that the page of the library holds are served as files of this
 * server. The library is loaded when somebody asks for the page.
 */
import { Api } from "@sonde/http-api/Api"
import * as Effect from "effect/Effect"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerError from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"

/** What the page may load. Its styles are made by its script, so that they cannot be named beforehand. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'"
].join("; ")

interface Parts {
  readonly html: string
  readonly scripts: ReadonlyArray<string>
}

/** How the library is asked to show itself: without its fonts, its tools that lead elsewhere, and its telemetry. */
const scalar = { withDefaultFonts: false, hideClientButton: true, showDeveloperTools: "never", telemetry: false }

/** The page of the library, with its inline scripts as files: `/docs/0.js` and so on. */
const apart = (page: string): Parts => {
  const scripts: Array<string> = []
  const html = page.replaceAll(/<script>([^]*?)<\/script>/gu, (_, script: string) => {
    scripts.push(script)
    return `<script src="/docs/${scripts.length - 1}.js"></script>`
  })
  // Without an icon of its own a browser would ask for one.
  const icon = `<link rel="icon" href="data:,">`
  return { html: html.replace("<html>", `<html lang="en">`).replace("</head>", `  ${icon}\n  </head>`), scripts }
}

const load = Effect.gen(function*() {
  const { dispose, handler } = HttpRouter.toWebHandler(
    HttpApiScalar.layer(Api, { path: "/docs", scalar }).pipe(
      Layer.provideMerge(HttpServer.layerServices)
    ),
    { disableLogger: true }
  )
  const page = yield* Effect.promise(() => handler(new Request("http://localhost/docs")).then((found) => found.text()))
  yield* Effect.promise(dispose)
  return apart(page)
})

/** The routes of the reference. */
export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const parts = yield* Effect.cached(load)
  yield* router.add(
    "GET",
    "/docs",
    Effect.map(
      parts,
      ({ html }) =>
        HttpServerResponse.html(html).pipe(
          HttpServerResponse.setHeader("content-security-policy", contentSecurityPolicy)
        )
    )
  )
  yield* router.add(
    "GET",
    "/docs/:file",
    Effect.gen(function*() {
      const request = yield* HttpServerRequest
      const number = /\/(\d{1,2})\.js$/u.exec(request.url.replace(/[?#].*$/su, ""))?.[1]
      const script = number === undefined ? undefined : (yield* parts).scripts[Number(number)]
      if (script === undefined) {
        return yield* new HttpServerError.HttpServerError({ reason: new HttpServerError.RouteNotFound({ request }) })
      }
      return HttpServerResponse.text(script, {
        contentType: "text/javascript; charset=utf-8",
        headers: { "cache-control": "no-cache" }
      })
    })
  )
}))
