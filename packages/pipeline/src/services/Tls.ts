/**
 * The TLS of a port as a service of a run. It is run only where it is asked for.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Protocol } from "@sonde/domain/Service"
import * as Effect from "effect/Effect"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import { order, tls, type TlsPlan } from "../recipes/Tls.ts"
import { type Attempt, diagnose, settled } from "../ServiceRun.ts"
import type { Definition } from "./Definition.ts"

const service = "tls" as const

/** What is spoken at well-known ports; of any other nothing is known but that TLS is expected there. */
const protocols: Readonly<Record<number, Protocol>> = {
  25: "smtp",
  110: "pop3",
  143: "imap",
  443: "http",
  465: "smtp",
  587: "smtp",
  993: "imap",
  995: "pop3",
  4190: "sieve"
}

/** `Options` saw to it that there is a host with a port. */
const supposed = (request: Request): Endpoint => {
  const { starttls } = request.options
  const port = request.port ?? 443
  return {
    protocol: starttls ?? protocols[port] ?? "tls",
    host: request.host ?? request.domain ?? request.options.target,
    port,
    security: starttls === undefined ? "tls" : "starttls"
  }
}

const planOf = (request: Request, endpoint: Endpoint): TlsPlan => ({
  service,
  endpoint,
  pinned: Prepare.pinOf(request, endpoint),
  dns: request.options.dns,
  ca: request.options.ca,
  ehlo: request.options.ehlo
})

const planned = (endpoint: Endpoint) => ({ service, endpoint, order: order(endpoint) })

const run = (attempt: Attempt, endpoint: Endpoint) =>
  diagnose(attempt, planned(endpoint), tls(planOf(attempt.request, endpoint)))

/**
 * The TLS of a port as the runner knows it.
 *
 * @category models
 * @since 0.1.0
 */
export const definition = {
  id: service,
  signsIn: false,
  supposed,
  find: (request) => Effect.succeed(supposed(request)),
  order,
  settled: (attempt, endpoint) => settled(attempt, planned(endpoint)),
  run
} as const satisfies Definition<unknown>
