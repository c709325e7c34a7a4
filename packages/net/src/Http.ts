/**
 * One HTTP request and its response, for the few that a diagnosis needs: issuer documents, tokens, published settings, and mail that is
 * sent by HTTP.
 *
 * The rules of the house hold as for every connection: addresses come resolved and each is judged by the address policy before
 * it is dialled, certificates are judged apart from the handshake and all that is wrong with them is told, and everything
 * passes the recorder with its secrets masked. Redirects are not followed and nothing is kept between requests.
 *
 * RFC 9110, RFC 9112. Over TLS, but for questions in clear that `HttpRequest` allows.
 *
 * @since 0.1.0
 */
import type { Certificate, TlsReason } from "@sonde/domain/Certificate"
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { DialFailed } from "./Dialer.ts"
import { masked, type Outgoing } from "./Outgoing.ts"
import type { Candidate } from "./Race.ts"
import type { Recorder } from "./Recorder.ts"

/**
 * A request. `path` begins with a slash and has the query with it; `body` is sent as `contentType`, and its secret parts are
 * masked in the record. `accept` is `application/json` unless told. `octets` are a body that is recorded by its size alone, in place of `body`. `token` is sent as a bearer
 * token (RFC 6750 section 2.1); `fields` are further header fields, by lower-case names.
 *
 * At an endpoint with security `none` it goes out in clear, which only a GET without a body and token may; at every other it is
 * over TLS from the first octet. `beforeSend` runs once the connection is trusted and before the first octet of the request: where it fails, nothing is sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpRequest<E = never> {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly addresses: ReadonlyArray<Candidate>
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly accept?: string | undefined
  readonly contentType?: string | undefined
  readonly body?: Outgoing | undefined
  readonly octets?: Uint8Array | undefined
  readonly token?: Redacted.Redacted<string> | undefined
  readonly fields?: Readonly<Record<string, string>> | undefined
  readonly beforeSend?: Effect.Effect<void, E> | undefined
  readonly ca?: string | undefined
  /** Most octets of a body that is no text: the response then has them as they came, and the record has their number. */
  readonly maxOctets?: number | undefined
  readonly timeoutMillis: number
  readonly recorder: Recorder
}

/**
 * A response. Names of `headers` are lower case; `body` is decoded as UTF-8. `octets` are those of a body that is no text, which
 * then is empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly octets?: Uint8Array
}

/**
 * The handshake did not complete, or what was presented is not to be trusted. `conditions` has at least one entry.
 *
 * @category errors
 * @since 0.1.0
 */
export class HttpTlsFailed extends Data.TaggedError("HttpTlsFailed")<{
  readonly conditions: readonly [TlsReason, ...Array<TlsReason>]
  readonly chain: ReadonlyArray<Certificate>
  readonly platformCode?: string | undefined
}> {}

/**
 * There was no whole response: the connection ended (`Closed`, `Reset`), time was over (`Timeout`), what came is no HTTP
 * (`Malformed`), or there is more than `maxBodyOctets` (`TooLong`).
 *
 * @category errors
 * @since 0.1.0
 */
export class HttpFailed extends Data.TaggedError("HttpFailed")<{
  readonly reason: "Closed" | "Reset" | "Timeout" | "Malformed" | "TooLong"
  readonly bytes: number
}> {}

/** @category errors @since 0.1.0 */
export type HttpError = DialFailed | HttpTlsFailed | HttpFailed

const tags: ReadonlyArray<unknown> = ["DialFailed", "HttpTlsFailed", "HttpFailed"]

/**
 * Whether a failure is one of the way, and none of whoever asks.
 *
 * @category guards
 * @since 0.1.0
 */
export const isHttpError = (error: unknown): error is HttpError =>
  typeof error === "object" && error !== null && "_tag" in error && tags.includes(error._tag)

/**
 * Largest body that is read, in octets. Issuer documents have about two thousand, tokens about four.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxBodyOctets = 262_144

/**
 * Largest header that is read, in octets, all fields together: what servers themselves usually allow a client.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxHeaderOctets = 16_384

const secretNames = ["access_token", "refresh_token", "id_token", "device_code", "user_code", "assertion"]

/** The address of an upload is all that is needed to write there: whoever knows its query may. */
const secretsOfAddress = (text: string): ReadonlyArray<Redacted.Redacted<string>> => {
  const address = URL.parse(text)
  return address === null ?
    [] :
    [...address.searchParams.values()].filter((value) => value !== "").map((value) => Redacted.make(value))
}

/**
 * The secrets in the body of a response, such as that of a token endpoint, so that they are masked before it is recorded.
 *
 * @category combinators
 * @since 0.1.0
 */
export const secretsIn = (body: string): ReadonlyArray<Redacted.Redacted<string>> => {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    // What is no JSON could still have one in it, as a form or cut off.
    return [
      ...body.matchAll(/"?(?:access_token|refresh_token|id_token|device_code|user_code)"?\s*[:=]\s*"?([^"&\s]+)/g)
    ]
      .map(([, secret = ""]) => Redacted.make(secret))
  }
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, secret]: [string, unknown]) => {
    if (typeof secret !== "string" || secret === "") return []
    if (name === "uploadUrl") return secretsOfAddress(secret)
    return secretNames.includes(name) ? [Redacted.make(secret)] : []
  })
}

/**
 * Asks by HTTP over TLS.
 *
 * @category services
 * @since 0.1.0
 */
export class Http extends Context.Service<Http, {
  /** Sends one request on a connection of its own, which is closed afterwards. Every status is a response. */
  request<E = never>(request: HttpRequest<E>): Effect.Effect<HttpResponse, HttpError | E>
}>()("@sonde/net/Http") {}

/**
 * Whether a request goes out over TLS.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isEncrypted = ({ endpoint }: Pick<HttpRequest<unknown>, "endpoint">): boolean =>
  endpoint.security !== "none"

/** Scheme and host as they are recorded. */
const originOf = ({ endpoint }: HttpRequest<unknown>): string =>
  `${isEncrypted({ endpoint }) ? "https" : "http"}://${endpoint.host}`

/**
 * Records a request as it goes out.
 *
 * @category combinators
 * @since 0.1.0
 */
export const recordRequest = (request: HttpRequest<unknown>): void => {
  const { body, fields, method, octets, path, recorder, service, token } = request
  const tls = isEncrypted(request)
  const record = (text: string) => void recorder.record({ service, dir: ">", tls, text })
  record(`${method} ${originOf(request)}${path}`)
  for (const [name, value] of Object.entries(fields ?? {})) record(`${name}: ${value}`)
  if (token !== undefined) record("authorization: Bearer ‹token›")
  if (octets !== undefined) record(`‹${octets.length} octets›`)
  else if (body !== undefined) record(masked(body))
}

/**
 * Records a response, once the secrets in it are known to the recorder.
 *
 * @category combinators
 * @since 0.1.0
 */
export const recordResponse = (request: HttpRequest<unknown>, response: HttpResponse): void => {
  const { recorder, service } = request
  const tls = isEncrypted(request)
  for (const secret of secretsIn(response.body)) recorder.protect(secret)
  recorder.record({ service, dir: "<", tls, text: `HTTP ${response.status}` })
  if (response.octets !== undefined) {
    recorder.record({ service, dir: "<", tls, text: `${response.octets.length} octets` })
  }
  if (response.body !== "") recorder.record({ service, dir: "<", tls, text: response.body })
}
