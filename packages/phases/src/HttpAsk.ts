/**
 * One request over HTTP as a step of a phase: names, connection, TLS and response, with every failure of the way in its typed
 * error.
 *
 * @since 0.1.0
 */
import { worstFirst } from "@sonde/domain/Certificate"
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import {
  ConnectError,
  ConnectionLost,
  PhaseTimeout,
  ProtocolError,
  ResolveError,
  TemporaryFailure,
  Throttled,
  TlsError
} from "@sonde/domain/Errors"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { DialFailed } from "@sonde/net/Dialer"
import { Http, type HttpError, type HttpRequest, type HttpResponse, isHttpError } from "@sonde/net/Http"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { Candidate } from "@sonde/net/Race"
import type { Recorder } from "@sonde/net/Recorder"
import { type LookupFailed, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import { told as connectTold } from "./Connect.ts"
import { remaining } from "./Conversation.ts"
import { sentence as resolveSentence } from "./Resolve.ts"
import { sentence as tlsSentence } from "./Tls.ts"

/**
 * How requests of a run go out: `pins` say where to dial when a host and port are meant, `server` is the resolver to ask, `ca`
 * PEM text of further trust anchors.
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
 * What the way to a response can fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export type WayFailure = ResolveError | ConnectError | TlsError | ConnectionLost | PhaseTimeout | ProtocolError

/** @category errors @since 0.1.0 */
export type HttpFailure = WayFailure | Throttled | TemporaryFailure

/**
 * The place of an URL, and the path there. Only `https` has one: nothing secret goes out in clear.
 *
 * @category parsing
 * @since 0.1.0
 */
export const placeOf = (url: string): { readonly endpoint: Endpoint; readonly path: string } | undefined => {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.protocol !== "https:" || parsed.username !== "" || parsed.password !== "") {
    return undefined
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1")
  const endpoint = {
    protocol: "http",
    host,
    port: parsed.port === "" ? 443 : Number(parsed.port),
    security: "tls"
  } as const
  return { endpoint, path: `${parsed.pathname}${parsed.search}` }
}

/**
 * The phases that are requests over HTTP.
 *
 * @category models
 * @since 0.1.0
 */
export type PhaseName = "metadata" | "token" | "mailbox" | "send" | "find"

/**
 * The fields that every error of such a phase begins with.
 *
 * @category combinators
 * @since 0.1.0
 */
export const at = <P extends PhaseName>(way: Way, endpoint: Endpoint, phase: P) => ({
  service: way.service,
  endpoint,
  phase
})

const lookedUp = (way: Way, endpoint: Endpoint, phase: PhaseName, error: LookupFailed): ResolveError | ProtocolError =>
  error.reason === "Malformed"
    ? new ProtocolError({
      ...at(way, endpoint, phase),
      reason: "MalformedReply",
      message: `the name server's answer for ${error.name} is malformed`
    })
    : new ResolveError({
      ...at(way, endpoint, phase),
      reason: error.reason,
      name: error.name,
      message: `${error.name} ${resolveSentence[error.reason]}`
    })

const addressesOf = Effect.fnUntraced(function*(way: Way, endpoint: Endpoint, phase: PhaseName) {
  const pin = way.pins.find(({ host, port }) => host === endpoint.host.toLowerCase() && port === endpoint.port)
  const host = pin?.toHost ?? endpoint.host
  const port = pin?.toPort ?? endpoint.port
  if (Target.isAddress(host)) {
    const candidate: Candidate = { address: host, port, family: host.includes(":") ? 6 : 4 }
    return [candidate]
  }
  const resolver = yield* Resolver
  const answer = yield* Effect.mapError(
    resolver.addresses(host, { server: way.server, timeoutMillis: yield* remaining("phaseMillis") }),
    (error) => lookedUp(way, endpoint, phase, error)
  )
  return answer.addresses.map(({ address, family }): Candidate => ({ address, family, port }))
})

const failed = (
  way: Way,
  endpoint: Endpoint,
  phase: PhaseName,
  error: HttpError,
  afterMillis: number
): ConnectError | TlsError | PhaseTimeout | ProtocolError | ConnectionLost => {
  const where = format(endpoint)
  const head = at(way, endpoint, phase)
  switch (error._tag) {
    case "DialFailed":
      return new ConnectError({
        ...head,
        reason: error.reason,
        attempts: error.attempts,
        ...(error.proxy === undefined ? {} : { proxy: error.proxy }),
        message: `${where} ${connectTold(error)}`
      })
    case "HttpTlsFailed": {
      const [worst = error.conditions[0], ...others] = worstFirst(error.conditions)
      return new TlsError({
        ...head,
        reason: worst,
        conditions: [worst, ...others],
        chain: error.chain,
        ...(error.platformCode === undefined ? {} : { platformCode: error.platformCode }),
        message: [`${where} ${tlsSentence[worst]}`, ...others.map((other) => `it ${tlsSentence[other]}`)].join("; ")
      })
    }
    case "HttpFailed":
      switch (error.reason) {
        case "Timeout":
          return new PhaseTimeout({
            ...head,
            afterMillis,
            awaited: "the response",
            message: `${where} did not send a response within ${afterMillis / 1000} s`
          })
        case "Malformed":
        case "TooLong":
          return new ProtocolError({
            ...head,
            reason: error.reason === "TooLong" ? "ReplyTooLong" : "MalformedReply",
            message: error.reason === "TooLong"
              ? `${where} sent more than a response of this kind can have`
              : `${where} sent what is no HTTP`
          })
        case "Closed":
        case "Reset":
          return new ConnectionLost({
            ...head,
            reason: error.reason,
            bytes: error.bytes,
            lastCommand: "",
            message: `${where} ${
              error.reason === "Reset" ? "reset" : "closed"
            } the connection before its response was whole`
          })
      }
  }
}

/** The first words of a body, for people. */
const excerpt = (body: string): string => body.replaceAll(/\s+/g, " ").trim().slice(0, 200)

/**
 * How long to wait where a throttle does not say it.
 *
 * @category limits
 * @since 0.1.0
 */
export const defaultRetryMillis = 60_000

/**
 * How long a response says to wait: RFC 9110 section 10.2.3, in seconds; a date is not read.
 *
 * @category decoding
 * @since 0.1.0
 */
export const retryAfterMillis = ({ headers }: HttpResponse): number | undefined => {
  const field = headers["retry-after"]
  return field !== undefined && /^\s*\d{1,9}\s*$/.test(field) ? Number(field) * 1000 : undefined
}

/**
 * What to ask at a place, as `HttpRequest` has it. `timeoutMillis` stands for what is left to the phase.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ask<E = never> extends
  Pick<
    HttpRequest<E>,
    "method" | "contentType" | "body" | "octets" | "token" | "fields" | "beforeSend"
  >
{
  readonly timeoutMillis?: number | undefined
}

/**
 * Sends a request and brings the response, whatever its status. What `beforeSend` fails with passes through.
 *
 * @category combinators
 * @since 0.1.0
 */
export const exchange = Effect.fnUntraced(function*<E = never>(
  way: Way,
  phase: PhaseName,
  { endpoint, path }: { readonly endpoint: Endpoint; readonly path: string },
  asked: Ask<E>
): Effect.fn.Return<HttpResponse, WayFailure | E, Http | Resolver> {
  const http = yield* Http
  const rule = yield* AddressPolicy.AddressPolicy
  const all = yield* addressesOf(way, endpoint, phase)
  const isAllowed = AddressPolicy.forHttp(rule)
  const allowed = rule.coarse === true ? all.filter(({ address, port }) => isAllowed(address, port)) : all
  const timeoutMillis = asked.timeoutMillis ?? (yield* remaining("phaseMillis"))
  if (allowed.length === 0 && all.length > 0) {
    return yield* failed(way, endpoint, phase, new DialFailed({ reason: "AddressDenied", attempts: [] }), 0)
  }
  return yield* Effect.mapError(
    http.request<E>({
      ...asked,
      service: way.service,
      endpoint,
      addresses: allowed,
      path,
      ca: way.ca,
      timeoutMillis,
      recorder: way.recorder
    }),
    (error) => isHttpError(error) ? failed(way, endpoint, phase, error, timeoutMillis) : error
  )
})

/**
 * Sends a form, or asks for a document. 429 is a throttle and 500 to 599 a temporary failure; every other status is for the
 * phase to judge.
 *
 * @category combinators
 * @since 0.1.0
 */
export const send = Effect.fnUntraced(function*(
  way: Way,
  phase: PhaseName,
  place: { readonly endpoint: Endpoint; readonly path: string },
  body?: Outgoing
): Effect.fn.Return<HttpResponse, HttpFailure, Http | Resolver> {
  const { endpoint } = place
  const response = yield* exchange(way, phase, place, {
    method: body === undefined ? "GET" : "POST",
    contentType: "application/x-www-form-urlencoded",
    body
  })
  const { status } = response
  const reply = replyOf(way, response)
  if (status === 429) {
    return yield* new Throttled({
      ...at(way, endpoint, phase),
      reply,
      scope: "tenant",
      retryAfterMillis: retryAfterMillis(response) ?? defaultRetryMillis,
      message: `${format(endpoint)} said 429: too many requests`
    })
  }
  if (status >= 500) {
    return yield* new TemporaryFailure({
      ...at(way, endpoint, phase),
      reply,
      message: `${format(endpoint)} said ${status} ${reply.text}`.trimEnd()
    })
  }
  return response
})

/**
 * A response as it travels in errors.
 *
 * @category combinators
 * @since 0.1.0
 */
export const replyOf = (way: Way, { body, status }: HttpResponse) => ({
  code: Math.min(599, Math.max(100, status)),
  text: way.recorder.scrub(excerpt(body))
})

/**
 * The members of a JSON object, or `undefined` for a body that is none.
 *
 * @category decoding
 * @since 0.1.0
 */
export const membersOf = (body: string): Readonly<Record<string, unknown>> | undefined => {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Readonly<Record<string, unknown>>
    : undefined
}

/**
 * A text among members that is there and not empty.
 *
 * @category decoding
 * @since 0.1.0
 */
export const textOf = (members: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = Object.hasOwn(members, name) ? members[name] : undefined
  return typeof value === "string" && value !== "" ? value : undefined
}

/**
 * A response that has no place here, as `ProtocolError UnexpectedReply`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unexpected = (way: Way, endpoint: Endpoint, phase: PhaseName, response: HttpResponse, wanted: string) =>
  new ProtocolError({
    ...at(way, endpoint, phase),
    reason: "UnexpectedReply",
    reply: replyOf(way, response),
    message: `${format(endpoint)} answered with ${response.status} and no ${wanted}`
  })
