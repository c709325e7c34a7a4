/**
 * One HTTP request and its response, for the few that a diagnosis needs: issuer documents, tokens and published settings.
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
import type { Outgoing } from "./Outgoing.ts"
import type { Candidate } from "./Race.ts"
import type { Recorder } from "./Recorder.ts"

/**
 * A request. `path` begins with a slash and has the query with it; `body` is sent as `contentType`, and its secret parts are
 * masked in the record. `accept` is `application/json` unless told. At an endpoint with security `none` it goes out in clear,
 * which only a GET may; for every other it is over TLS from the first octet.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpRequest {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly addresses: ReadonlyArray<Candidate>
  readonly method: "GET" | "POST"
  readonly path: string
  readonly accept?: string | undefined
  readonly contentType?: string | undefined
  readonly body?: Outgoing | undefined
  readonly ca?: string | undefined
  readonly timeoutMillis: number
  readonly recorder: Recorder
}

/**
 * A response. Names of `headers` are lower case; `body` is decoded as UTF-8.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
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

const secretNames = ["access_token", "refresh_token", "id_token", "device_code", "assertion"]

/**
 * The secrets in the body of a response of a token endpoint, so that they are masked before it is recorded.
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
    return [...body.matchAll(/"?(?:access_token|refresh_token|id_token|device_code)"?\s*[:=]\s*"?([^"&\s]+)/g)]
      .map(([, secret = ""]) => Redacted.make(secret))
  }
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, secret]: [string, unknown]) =>
    secretNames.includes(name) && typeof secret === "string" && secret !== "" ? [Redacted.make(secret)] : []
  )
}

/**
 * Asks by HTTP over TLS.
 *
 * @category services
 * @since 0.1.0
 */
export class Http extends Context.Service<Http, {
  /** Sends one request on a connection of its own, which is closed afterwards. Every status is a response. */
  request(request: HttpRequest): Effect.Effect<HttpResponse, HttpError>
}>()("@sonde/net/Http") {}

/**
 * Whether a request goes out over TLS.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isEncrypted = ({ endpoint }: Pick<HttpRequest, "endpoint">): boolean => endpoint.security !== "none"

/** Scheme and host as they are recorded. */
const originOf = ({ endpoint }: HttpRequest): string =>
  `${isEncrypted({ endpoint }) ? "https" : "http"}://${endpoint.host}`

/**
 * Records a request as it goes out.
 *
 * @category combinators
 * @since 0.1.0
 */
export const recordRequest = (request: HttpRequest, masked: string | undefined): void => {
  const { method, path, recorder, service } = request
  const tls = isEncrypted(request)
  recorder.record({ service, dir: ">", tls, text: `${method} ${originOf(request)}${path}` })
  if (masked !== undefined) recorder.record({ service, dir: ">", tls, text: masked })
}

/**
 * Records a response, once the secrets in it are known to the recorder.
 *
 * @category combinators
 * @since 0.1.0
 */
export const recordResponse = (request: HttpRequest, response: HttpResponse): void => {
  const { recorder, service } = request
  const tls = isEncrypted(request)
  for (const secret of secretsIn(response.body)) recorder.protect(secret)
  recorder.record({ service, dir: "<", tls, text: `HTTP ${response.status}` })
  if (response.body !== "") recorder.record({ service, dir: "<", tls, text: response.body })
}
