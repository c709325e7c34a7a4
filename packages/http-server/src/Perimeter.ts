/**
 * What holds for every request and every answer, whatever its route.
 *
 * - `Host` and `Origin` (RFC 9110 section 7.2, RFC 6454 section 7) must be the server's own, so that no page of another site can use a
 *   server on loopback, not even under a name that was pointed there
 * - bodies are read up to a limit; how long a client may take is for the platform: `limits`
 * - answers carry headers that leave a browser nothing to run or embed; no CORS header opens anything
 * - what no route answers, and what breaks, is a problem (RFC 9457 section 3) that tells nothing of the inside
 */
import { Forbidden, NotFound, TooLarge } from "@sonde/http-api/Problems"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as ByteSize from "effect/ByteSize"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import type * as Layer from "effect/Layer"
import type { unhandled } from "effect/Types"
import { Settings, type Values } from "./Settings.ts"

type Response = HttpServerResponse.HttpServerResponse

/** What a page of this server may load and be embedded in: only what comes from here, and nothing inline. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'"
].join("; ")

/** Headers of every answer. A route that sets one of them itself keeps its own. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
}

/** Limits for the server of the platform, in the names of Node; times in milliseconds. A slow client is cut off within a second. */
export const limits = (settings: Pick<Values, "requestMillis" | "maxHeaderOctets">) => ({
  requestTimeout: settings.requestMillis,
  headersTimeout: Math.min(settings.requestMillis, 10_000),
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  maxHeaderSize: settings.maxHeaderOctets
})

/** Routes whose answers are nobody else's, and that do something when they are asked: no other site may even link to them. */
const inner = /^\/(?:v1|mcp|probe|metrics)\b/u
const unstored = /^\/(?:v1|mcp|probe|metrics|share)\b/u

const hostOf = (authority: string): URL | undefined =>
  /^[a-z0-9._[\]:-]+$/iu.test(authority) && URL.canParse(`http://${authority}/`)
    ? new URL(`http://${authority}/`)
    : undefined

const isAddress = (hostname: string): boolean =>
  AddressPolicy.classify(hostname.replace(/^\[(.*)\]$/u, "$1")) !== "invalid"

const problem = (status: number, title: string, detail?: string): Response =>
  ProblemDetails.toResponse({
    type: ProblemDetails.blankType,
    status,
    title,
    ...(detail === undefined ? {} : { detail })
  })

/** An answer without content is a problem that its status names. */
const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable"
}

const pathOf = (url: string): string => {
  const path = url.startsWith("/") ? url : URL.canParse(url) ? new URL(url).pathname : "/"
  return path.replace(/[?#].*$/su, "")
}

/** The path as the router reads it, which takes `//probe` and `/%70robe` for `/probe`. */
const routed = (url: string): string => {
  const path = pathOf(url)
  try {
    return decodeURIComponent(path).replace(/\/+/gu, "/").toLowerCase()
  } catch {
    return path
  }
}

const rendered = (error: HttpServerRespondable.Respondable): Effect.Effect<Response> =>
  HttpServerRespondable.toResponse(error)

/** Makes the guard for these settings: what is wrong with a request by its header alone. */
const makeGuard = (settings: Values) => {
  const publicUrl = settings.publicUrl !== undefined && URL.canParse(settings.publicUrl)
    ? new URL(settings.publicUrl)
    : undefined
  const names = new Set(["localhost", settings.host.toLowerCase(), publicUrl?.hostname ?? "localhost"])
  const forbidden = (header: "Host" | "Origin", detail: string) =>
    new Forbidden({ detail, error: { _tag: "Forbidden", header } })

  return (request: HttpServerRequest): Forbidden | TooLarge | undefined => {
    const { headers } = request
    // Without the header, as inside one process, the name stands in the URL.
    const authority = headers["host"] ?? (URL.canParse(request.originalUrl) ? new URL(request.originalUrl).host : "")
    const host = hostOf(authority)
    if (host === undefined || !(isAddress(host.hostname) || names.has(host.hostname.replace(/\.$/u, "")))) {
      return forbidden("Host", "this server is not known under the name in the header Host")
    }
    const { origin } = headers
    if (origin !== undefined) {
      const asked = URL.canParse(origin) ? new URL(origin).origin : "null"
      if (asked === "null" || asked !== host.origin && asked !== publicUrl?.origin) {
        return forbidden("Origin", "pages of other sites may not use this server")
      }
    }
    // An image or a link of another site sends no Origin; browsers say it here.
    const site = headers["sec-fetch-site"]
    if (site === "cross-site" || site === "same-site") {
      const isVisit = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document"
      if (!isVisit || inner.test(routed(request.url))) {
        return forbidden("Origin", "pages of other sites may not use this server")
      }
    }
    const length = Number(headers["content-length"] ?? 0)
    return length > settings.maxBodyOctets ? tooLarge(settings) : undefined
  }
}

const tooLarge = ({ maxBodyOctets }: Values): TooLarge =>
  new TooLarge({
    detail: `a body has ${maxBodyOctets} octets at most`,
    error: { _tag: "TooLarge", maxOctets: maxBodyOctets }
  })

const reasonOf = <E>(cause: Cause.Cause<E>): unknown => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Fail") return reason.error
    if (reason._tag === "Die") return reason.defect
  }
  return undefined
}

const broken = (cause: Cause.Cause<unknown>): Effect.Effect<Response> =>
  Effect.as(
    Effect.logError("a request broke", cause),
    problem(500, "Internal Server Error", "something broke inside the server; its log tells more")
  )

/** What broke, as an answer. */
const answer = <E>(
  cause: Cause.Cause<E>,
  request: HttpServerRequest,
  settings: Values
): Effect.Effect<Response, unhandled> => {
  const reason = reasonOf(cause)
  if (reason === undefined) return Effect.failCause(cause as Cause.Cause<never>)
  if (HttpServerResponse.isHttpServerResponse(reason)) return Effect.succeed(reason)
  if (HttpServerError.isHttpServerError(reason)) {
    const inside = reason.reason
    if (inside._tag === "RouteNotFound") {
      return rendered(
        new NotFound({
          detail: "there is no such page",
          error: { _tag: "NotFound", what: "page", id: pathOf(request.url).slice(0, 200) }
        })
      )
    }
    if (inside._tag === "RequestParseError") {
      return inside.reason === "BodyTooLarge"
        ? Effect.map(rendered(tooLarge(settings)), HttpServerResponse.setHeader("connection", "close"))
        : Effect.succeed(problem(400, "Bad Request", "the body cannot be read"))
    }
    return broken(cause)
  }
  if (!HttpServerRespondable.isRespondable(reason)) return broken(cause)
  return Effect.flatMap(
    rendered(reason),
    (response) => response.status >= 500 && response.body._tag === "Empty" ? broken(cause) : Effect.succeed(response)
  )
}

/** Problems of the platform that have no content get one; one that repeats a header loses it. */
const worded = (response: Response): Response => {
  const { body, status } = response
  if (status < 400 || body._tag !== "Empty" && status !== 415) return response
  const title = titles[status]
  const detail = status === 415 ? "send application/json" : undefined
  if (title === undefined) return response
  const { connection } = response.headers
  const found = problem(status, title, detail)
  return connection === undefined ? found : HttpServerResponse.setHeader(found, "connection", connection)
}

/** The header that says in seconds (RFC 9110 section 10.2.3) what the problem says in milliseconds. */
const retryAfter = (response: Response): Response => {
  if (response.status !== 429 || response.body._tag !== "Uint8Array") return response
  const millis = /"retryAfterMillis":(\d+)/u.exec(new TextDecoder().decode(response.body.body))?.[1]
  return millis === undefined
    ? response
    : HttpServerResponse.setHeader(response, "retry-after", String(Math.max(1, Math.ceil(Number(millis) / 1000))))
}

const guarded = (response: Response, url: string): Response => {
  const headers: Record<string, string> = { ...securityHeaders }
  if (unstored.test(routed(url))) headers["cache-control"] = "no-store"
  for (const name of Object.keys(headers)) if (response.headers[name] !== undefined) delete headers[name]
  return HttpServerResponse.setHeaders(response, headers)
}

/** The middleware. It belongs outside every other one. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Settings> = HttpRouter.middleware(
  Effect.gen(function*() {
    const settings = yield* Settings
    const guard = makeGuard(settings)
    const maxBodySize = ByteSize.bytes(settings.maxBodyOctets)
    return (httpEffect) =>
      Effect.flatMap(HttpServerRequest, (request) => {
        // Routes with a prefix see a shorter URL than the one that was asked.
        const { url } = request
        const no = guard(request)
        const answered = no === undefined
          ? httpEffect.pipe(
            Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBodySize),
            Effect.catchCause((cause) => answer(cause, request, settings))
          )
          : Effect.map(
            rendered(no),
            no._tag === "TooLarge" ? HttpServerResponse.setHeader("connection", "close") : (it) => it
          )
        return Effect.map(answered, (response) => guarded(retryAfter(worded(response)), url))
      })
  }),
  { global: true }
)
