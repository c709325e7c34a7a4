/**
 * Finds the addresses of a host: `specs/resolve.md`.
 *
 * Asks for A and AAAA records (RFC 1035 section 3.4.1, RFC 3596 section 2.1). Opens no connection to the host.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { ProtocolError, ResolveError, type TemporaryFailure, type Throttled } from "@sonde/domain/Errors"
import { ResolveFacts } from "@sonde/domain/Facts"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import { AddressPolicy, type AddressRule } from "@sonde/net/AddressPolicy"
import { type AddressAnswer, type LookupFailed, Resolver } from "@sonde/net/Resolver"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { remaining } from "./Conversation.ts"
import * as Phase from "./Phase.ts"

/**
 * `pinned` are the address and port to dial instead, for which no question is asked; `server` is the resolver to
 * ask, the system's own when absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResolveInput {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly pinned?: { readonly host: string; readonly port: number } | undefined
  readonly server?: string | undefined
}

/** @category errors @since 0.1.0 */
export type ResolveFailure = ResolveError | ProtocolError | Throttled | TemporaryFailure

/** Addresses are asked for again after five minutes, the usual order of a TTL. */
const freshMillis = 300_000

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "resolve",
  version: 1,
  resume: { rule: "restore", freshMillis },
  facts: ResolveFacts
})

/**
 * What each reason means, as the end of a sentence that begins with the name.
 *
 * @category formatting
 * @since 0.1.0
 */
export const sentence: Record<ResolveError["reason"], string> = {
  NoSuchName: "does not exist in the DNS",
  NoRecords: "exists but has no address",
  ServerFailure: "could not be resolved: the name servers failed",
  Refused: "could not be resolved: the name server refused the question",
  Timeout: "could not be resolved: the resolver did not answer in time",
  Unreachable: "could not be resolved: nobody answers at the address of the resolver",
  Untrusted: "could not be resolved: the resolver could not prove who it is",
  BadName: "is not a host name",
  NullMx: "declares that it takes no mail"
}

/**
 * Makes the typed error of a look-up that failed.
 *
 * @category combinators
 * @since 0.1.0
 */
export const failure = (
  input: Pick<ResolveInput, "service" | "endpoint">,
  name: string,
  reason: ResolveError["reason"]
) =>
  new ResolveError({
    service: input.service,
    endpoint: input.endpoint,
    phase: "resolve",
    reason,
    name,
    message: `${name} ${sentence[reason]}`
  })

const translate = (input: ResolveInput, error: LookupFailed): ResolveFailure =>
  error.reason === "Malformed"
    ? new ProtocolError({
      service: input.service,
      endpoint: input.endpoint,
      phase: "resolve",
      reason: "MalformedReply",
      message: `the name server's answer for ${error.name} (${error.type}) is malformed`
    })
    : failure(input, error.name, error.reason)

/**
 * The facts without the addresses that may not be dialled, where the rule is coarse. Where none is left, the way they were found
 * is not told either: the system's own table holds names inside.
 */
const coarsened = (facts: ResolveFacts, rule: AddressRule, endpoint: Endpoint): ResolveFacts => {
  if (rule.coarse !== true) return facts
  const addresses = facts.addresses.filter(({ address, port }) => rule.isAllowed(address, port ?? endpoint.port))
  const withheld = facts.addresses.length - addresses.length
  if (withheld === 0) return facts
  const source = addresses.length === 0 && facts.source === "hosts" ? "dns" : facts.source
  return { ...facts, source, addresses, withheld }
}

/** What an answer tells besides the addresses. */
const said = (resolver: string | undefined, { aliases = [], authentic }: AddressAnswer): Partial<ResolveFacts> => ({
  ...(resolver === undefined ? {} : { resolver }),
  ...(aliases.length === 0 ? {} : { aliases }),
  ...(authentic === undefined ? {} : { authentic })
})

/**
 * Finds the addresses of a host.
 *
 * @category services
 * @since 0.1.0
 */
export class Resolve
  extends Context.Service<Resolve, Phase.Phase<"resolve", ResolveInput, ResolveFacts, ResolveFacts, ResolveFailure>>()(
    "@sonde/phases/Resolve"
  )
{
  static readonly layer = Layer.effect(
    Resolve,
    Effect.gen(function*() {
      const resolver = yield* Resolver
      const look = Effect.fnUntraced(function*(input: ResolveInput): Effect.fn.Return<ResolveFacts, ResolveFailure> {
        const host = input.pinned?.host ?? input.endpoint.host
        const port = input.pinned === undefined ? {} : { port: input.pinned.port }
        if (Target.isAddress(host)) {
          return {
            name: input.endpoint.host,
            source: input.pinned === undefined ? "literal" as const : "pinned" as const,
            addresses: [{ address: host, family: host.includes(":") ? 6 as const : 4 as const, ...port }]
          }
        }
        const timeoutMillis = yield* remaining("phaseMillis")
        const answer = yield* Effect.mapError(
          resolver.addresses(host, { server: input.server, timeoutMillis }),
          (error) => translate(input, error)
        )
        return {
          name: input.endpoint.host,
          source: input.pinned === undefined ? answer.source : "pinned" as const,
          addresses: answer.addresses.map((record) => ({ ...record, ...port })),
          ...(answer.source === "dns" ? said(input.server, answer) : {})
        }
      })
      const run = Effect.fnUntraced(function*(input: ResolveInput) {
        const rule = yield* AddressPolicy
        return coarsened(yield* look(input), rule, input.endpoint)
      })
      return Resolve.of({ definition, run })
    })
  )
}
