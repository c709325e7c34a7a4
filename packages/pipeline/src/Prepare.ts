/**
 * Turns a request into the plan of a submission: which provider, which endpoint, which message.
 *
 * Asks the DNS for mail exchangers only where nothing else tells the provider. Opens no connection.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { type ProtocolError, ResolveError } from "@sonde/domain/Errors"
import type { Security } from "@sonde/domain/Service"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Resolver } from "@sonde/net/Resolver"
import { Packs } from "@sonde/packs/Packs"
import { givenMessage, type Message, testMessage } from "@sonde/phases/Inputs"
import { failure } from "@sonde/phases/Resolve"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Pin, Request } from "./Options.ts"
import type { SubmissionPlan } from "./recipes/Submission.ts"
import { observe, type Recognition } from "./Recognition.ts"

const service = "smtp-submission" as const

/** RFC 8314 section 3.3: 465 begins with TLS; 587 and 25 take STARTTLS. */
const securityOf = (port: number): Security => port === 465 ? "tls" : "starttls"

const pinOf = (pins: ReadonlyArray<Pin>, endpoint: Endpoint): SubmissionPlan["pinned"] => {
  const pin = pins.find(({ host, port }) => host === endpoint.host.toLowerCase() && port === endpoint.port)
  return pin === undefined ? undefined : { host: pin.toHost, port: pin.toPort }
}

/**
 * The domain's mail exchangers as evidence; that a question has no answer is a failure only without a host. A coarse rule of
 * addresses leaves out those that are not on the public internet by their name alone.
 */
const exchangers = Effect.fnUntraced(function*(request: Request, domain: string) {
  const resolver = yield* Resolver
  const timeoutMillis = Math.min(request.phaseMillis, request.deadlineMillis)
  const found = yield* resolver.mx(domain, { server: request.options.dns, timeoutMillis })
  const rule = yield* AddressPolicy.AddressPolicy
  return rule.coarse === true
    ? found.filter(({ exchange }) => exchange === "" || AddressPolicy.isPublicHost(exchange))
    : found
})

/**
 * The endpoint of a submission that is being prepared, for errors that come before one is known.
 *
 * @category constructors
 * @since 0.1.0
 */
export const supposed = (request: Request): Endpoint => ({
  protocol: "smtp",
  host: request.host ?? request.domain ?? request.options.target,
  port: request.port ?? 587,
  security: request.security ?? securityOf(request.port ?? 587)
})

/**
 * Recognises the provider and finds the endpoint. Fails where neither an option nor a pack names one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const endpoint = Effect.fn("Prepare.endpoint")(function*(
  request: Request,
  state: Recognition
): Effect.fn.Return<Endpoint, ResolveError | ProtocolError, Packs | Resolver> {
  const packs = yield* Packs
  const { domain, host } = request
  yield* observe(state, { option: request.options.provider, domain, host })
  const place = { service, endpoint: supposed(request) }
  if (state.provider === undefined && host === undefined && domain !== undefined) {
    const mx = yield* exchangers(request, domain).pipe(
      // No MX record is no failure (RFC 5321 section 5.1): the domain then tells nothing about its provider.
      Effect.catchIf((error) => error.reason === "NoRecords", () => Effect.succeed([])),
      Effect.mapError((error) =>
        failure(
          place,
          domain,
          error.reason === "Malformed" || error.reason === "NoRecords" ? "ServerFailure" : error.reason
        )
      )
    )
    if (mx.length === 1 && mx[0]?.exchange === "") return yield* failure(place, domain, "NullMx")
    yield* observe(state, { mx: mx.map(({ exchange }) => exchange) })
  }
  const pack = yield* packs.get(state.provider?.id ?? "")
  const offered = (pack?.endpoints ?? []).filter((candidate) => candidate.service === service)
  if (host !== undefined) {
    const known = offered.find((candidate) =>
      candidate.host === host && (request.port === undefined || candidate.port === request.port)
    )
    const port = request.port ?? known?.port ?? (request.security === "tls" ? 465 : 587)
    return { protocol: "smtp", host, port, security: request.security ?? known?.security ?? securityOf(port) }
  }
  const chosen = offered.find(({ audience }) => state.audience !== undefined && audience === state.audience) ??
    offered.find((candidate) => candidate.default === true) ?? offered[0]
  if (chosen === undefined) {
    const mx = state.evidence.mx?.[0]
    return yield* new ResolveError({
      ...place,
      phase: "resolve",
      reason: "NoRecords",
      name: domain ?? "",
      message: `no submission server is known for ${domain}${
        mx === undefined ? "" : ` (its mail goes to ${mx})`
      }; name it with --host, or the provider with --provider`
    })
  }
  const port = request.port ?? chosen.port
  return {
    protocol: "smtp",
    host: chosen.host,
    port,
    security: request.security ?? (port === chosen.port ? chosen.security : securityOf(port))
  }
})

const encoderName = "Sonde"

const messageOf = (request: Request, run: string, startedAt: string): Message | undefined => {
  const { from } = request
  if (!request.deliver || from === undefined) return undefined
  const messageId = `<${run.toLowerCase()}@${from.slice(from.lastIndexOf("@") + 1)}>`
  if (request.options.message !== undefined) return givenMessage(request.options.message, messageId)
  // The same run always sends the same message, whenever it is resumed. Addresses were checked by `Options`.
  return Result.getOrThrow(testMessage({
    from,
    to: request.to,
    date: Date.parse(startedAt),
    messageId,
    runId: run,
    userAgent: encoderName
  }))
}

/**
 * The plan of a submission at an endpoint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const plan = (
  request: Request,
  where: Endpoint,
  history: { readonly run: string; readonly startedAt: string }
): SubmissionPlan => ({
  service,
  endpoint: where,
  pinned: pinOf(request.pins, where),
  dns: request.options.dns,
  ca: request.options.ca,
  ehlo: request.options.ehlo,
  credential: request.credential,
  allowClear: request.options.allowClearAuth === true,
  from: request.from,
  to: request.to,
  until: request.until,
  message: messageOf(request, history.run, history.startedAt)
})
