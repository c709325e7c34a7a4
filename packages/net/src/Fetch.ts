/**
 * Reads a document that a domain publishes, by HTTP, and follows the redirects on the way to it.
 *
 * Every hop is a request of its own: its host is resolved anew, each of its addresses is judged by the address policy before it
 * is dialled, and its certificate against its own name. Nothing secret goes out, so a redirect can take nothing along; it
 * can only lead away, and what it leads to is told. A chain that once was encrypted never goes on in clear.
 *
 * RFC 9110 section 15.4.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as AddressPolicy from "./AddressPolicy.ts"
import { DialFailed } from "./Dialer.ts"
import { Http, type HttpError } from "./Http.ts"
import type { Candidate } from "./Race.ts"
import type { Recorder } from "./Recorder.ts"
import { type LookupFailed, Resolver } from "./Resolver.ts"

/**
 * How requests go out: `pins` say where to dial when a host and port are meant, `server` is the resolver to ask, `ca` PEM text
 * of further trust anchors.
 *
 * @category models
 * @since 0.1.0
 */
export interface Way {
  readonly service: ServiceId
  readonly pins: ReadonlyArray<
    { readonly host: string; readonly port: number; readonly toHost: string; readonly toPort: number }
  >
  readonly server: string | undefined
  readonly ca: string | undefined
  readonly recorder: Recorder
}

/**
 * A document to read. `url` is `https`, or `http` where what is read needs no trust; `body` is posted, which only `https` may.
 * `maxOctets` allows that many of a document that is no text. `timeoutMillis` is for the whole way, redirects included.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wanted {
  readonly url: string
  readonly accept: string
  readonly body?: { readonly contentType: string; readonly text: string } | undefined
  readonly maxOctets?: number | undefined
  readonly timeoutMillis: number
}

/**
 * What came in the end. `url` is where from, `redirects` are the URLs that led there, `trusted` says whether every hop was
 * over TLS.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fetched {
  readonly url: string
  readonly status: number
  readonly body: string
  readonly octets?: Uint8Array | undefined
  readonly redirects: ReadonlyArray<string>
  readonly trusted: boolean
}

/**
 * A document that could not be read: `at` is the URL that failed, `because` how. `BadUrl` is an address that cannot be asked,
 * `BadRedirect` one that leads nowhere that may be asked, `TooManyRedirects` more than `maxRedirects`.
 *
 * @category errors
 * @since 0.1.0
 */
export class FetchFailed extends Data.TaggedError("FetchFailed")<{
  readonly at: string
  readonly redirects: ReadonlyArray<string>
  readonly because: LookupFailed | HttpError | { readonly _tag: "BadUrl" | "BadRedirect" | "TooManyRedirects" }
}> {}

/**
 * Redirects that are followed for one document. Browsers follow 20; those of settings lead once to a provider and there once to
 * the file.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxRedirects = 5

interface Place {
  readonly endpoint: Endpoint
  readonly path: string
}

const placeOf = (url: string): Place | undefined => {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.username !== "" || parsed.password !== "") return undefined
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return undefined
  const security = parsed.protocol === "https:" ? "tls" : "none"
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1")
  if (host === "") return undefined
  const port = parsed.port === "" ? security === "tls" ? 443 : 80 : Number(parsed.port)
  return { endpoint: { protocol: "http", host, port, security }, path: `${parsed.pathname}${parsed.search}` }
}

const addressesOf = Effect.fnUntraced(function*(way: Way, { host, port }: Endpoint, timeoutMillis: number) {
  const rule = yield* AddressPolicy.AddressPolicy
  const pin = way.pins.find((one) => one.host === host.toLowerCase() && one.port === port)
  const name = pin?.toHost ?? host
  const at = pin?.toPort ?? port
  if (rule.coarse === true && !AddressPolicy.isPublicHost(name)) {
    return yield* new DialFailed({ reason: "AddressDenied", attempts: [] })
  }
  const found: ReadonlyArray<Candidate> = Target.isAddress(name)
    ? [{ address: name, port: at, family: name.includes(":") ? 6 : 4 }]
    : (yield* (yield* Resolver).addresses(name, { server: way.server, timeoutMillis })).addresses
      .map(({ address, family }) => ({ address, family, port: at }))
  if (rule.coarse !== true) return found
  const isAllowed = AddressPolicy.forHttp(rule)
  const allowed = found.filter(({ address, port }) => isAllowed(address, port))
  return allowed.length > 0 ? allowed : yield* new DialFailed({ reason: "AddressDenied", attempts: [] })
})

/** Where a response sends on to; 303 and its like lead to a document that is read without the body. */
const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/**
 * Reads a document. Every status but a redirect is an answer.
 *
 * @category combinators
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function*(
  way: Way,
  wanted: Wanted
): Effect.fn.Return<Fetched, FetchFailed, Http | Resolver> {
  const http = yield* Http
  const started = yield* Clock.currentTimeMillis
  const redirects: Array<string> = []
  let url = wanted.url
  let body = wanted.body
  let trusted = true
  for (;;) {
    const failed = (because: FetchFailed["because"]) => new FetchFailed({ at: url, redirects, because })
    const place = placeOf(url)
    if (place === undefined) return yield* failed({ _tag: redirects.length === 0 ? "BadUrl" : "BadRedirect" })
    const encrypted = place.endpoint.security === "tls"
    if (!encrypted && (body !== undefined || (redirects.length > 0 && trusted))) {
      return yield* failed({ _tag: redirects.length === 0 ? "BadUrl" : "BadRedirect" })
    }
    trusted &&= encrypted
    const timeoutMillis = Math.max(0, wanted.timeoutMillis - ((yield* Clock.currentTimeMillis) - started))
    const response = yield* addressesOf(way, place.endpoint, timeoutMillis).pipe(
      Effect.flatMap((addresses) =>
        http.request({
          service: way.service,
          endpoint: place.endpoint,
          addresses,
          method: body === undefined ? "GET" : "POST",
          path: place.path,
          accept: wanted.accept,
          contentType: body?.contentType,
          body: body === undefined ? undefined : [body.text],
          ca: way.ca,
          maxOctets: wanted.maxOctets,
          timeoutMillis,
          recorder: way.recorder
        })
      ),
      Effect.mapError(failed)
    )
    const { location } = response.headers
    if (!isRedirect(response.status) || location === undefined) {
      const { body: text, octets, status } = response
      return { url, status, body: text, ...(octets === undefined ? {} : { octets }), redirects, trusted }
    }
    redirects.push(url)
    if (redirects.length > maxRedirects) return yield* failed({ _tag: "TooManyRedirects" })
    const next = URL.parse(location, url)
    if (next === null) return yield* failed({ _tag: "BadRedirect" })
    next.hash = ""
    // RFC 9110 section 15.4.4: the answer to what was posted is read at the other place.
    if (response.status === 303) body = undefined
    url = next.href
  }
})
