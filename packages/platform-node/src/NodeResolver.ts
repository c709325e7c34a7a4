/**
 * Asks the DNS with c-ares, as Node brings it.
 *
 * A and AAAA are asked at the same time, and what their answers mean is kept apart (RFC 2308 section 2.2). The system's own table of
 * hosts is read only with the system's resolver, and only where the DNS knows no such name or the name is `localhost` (RFC
 * 6761 section 6.3). DNSSEC, CNAME chains and response codes beyond c-ares' own are not seen here: `NodeQuery` has them.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import type { AddressAnswer, AddressRecord, LookupOptions, MxRecord } from "@sonde/net/Resolver"
import { LookupFailed, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Dns from "node:dns"
import { codeOf, lookupCodes } from "./NodeCodes.ts"
import { query } from "./NodeQuery.ts"

type Type = LookupFailed["type"]

/**
 * Times one question is sent. A datagram may be lost, so one repetition; more would only hide a resolver that is down.
 *
 * @category constants
 * @since 0.1.0
 */
export const tries = 2

const failed = (name: string, type: Type, code: string): LookupFailed =>
  new LookupFailed({ name, type, reason: lookupCodes[code] ?? "ServerFailure" })

/**
 * One question with a limit of its own, because c-ares doubles its waiting time. Interruption cancels the query.
 */
const ask = <A>(
  name: string,
  type: Type,
  options: LookupOptions,
  question: (resolver: Dns.promises.Resolver) => Promise<A>
): Effect.Effect<A, LookupFailed> =>
  Effect.callback((resume) => {
    const resolver = new Dns.promises.Resolver({
      timeout: Math.max(1, Math.ceil(options.timeoutMillis / tries)),
      tries
    })
    try {
      if (options.server !== undefined) resolver.setServers([options.server])
    } catch {
      return resume(Effect.fail(new LookupFailed({ name, type, reason: "BadName" })))
    }
    const timer = setTimeout(() => {
      resolver.cancel()
      resume(Effect.fail(new LookupFailed({ name, type, reason: "Timeout" })))
    }, options.timeoutMillis)
    question(resolver).then(
      (answer) => {
        clearTimeout(timer)
        resume(Effect.succeed(answer))
      },
      (error: unknown) => {
        clearTimeout(timer)
        resume(Effect.fail(failed(name, type, codeOf(error))))
      }
    )
    return Effect.sync(() => {
      clearTimeout(timer)
      resolver.cancel()
    })
  })

const records = (
  name: string,
  family: 4 | 6,
  options: LookupOptions
): Effect.Effect<ReadonlyArray<AddressRecord>, LookupFailed> =>
  Effect.map(
    ask(
      name,
      family === 6 ? "AAAA" : "A",
      options,
      (resolver) => family === 6 ? resolver.resolve6(name, { ttl: true }) : resolver.resolve4(name, { ttl: true })
    ),
    (answers) => answers.map(({ address, ttl }) => ({ address, family, ttlSeconds: ttl }))
  )

// Which of two failures counts: while one question is unanswered, an empty answer to the other does not prove that the name
// has no address.
const deciding: ReadonlyArray<LookupFailed["reason"]> = [
  "ServerFailure",
  "Timeout",
  "Refused",
  "Malformed",
  "BadName",
  "NoRecords",
  "NoSuchName"
]

const hosts = (name: string): Effect.Effect<ReadonlyArray<AddressRecord>> =>
  Effect.callback((resume) => {
    Dns.lookup(name, { all: true, order: "verbatim" }, (error, found) => {
      const addresses = error === null ? found : []
      resume(Effect.succeed(addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))))
    })
  })

const fromHosts = (name: string, failure: LookupFailed): Effect.Effect<AddressAnswer, LookupFailed> =>
  Effect.flatMap(
    hosts(name),
    (addresses) => addresses.length === 0 ? Effect.fail(failure) : Effect.succeed({ source: "hosts", addresses })
  )

const fromDns = (name: string, options: LookupOptions): Effect.Effect<AddressAnswer, LookupFailed> =>
  Effect.flatMap(
    Effect.all([Effect.result(records(name, 6, options)), Effect.result(records(name, 4, options))], {
      concurrency: 2
    }),
    ([six, four]) => {
      const addresses = [...Result.getOrElse(six, () => []), ...Result.getOrElse(four, () => [])]
      if (addresses.length > 0) return Effect.succeed({ source: "dns" as const, addresses })
      const failures = [four, six].flatMap((result) => Result.isFailure(result) ? [result.failure] : [])
      const worst = deciding.map((reason) => failures.find((failure) => failure.reason === reason)).find(Boolean)
      return Effect.fail(worst ?? new LookupFailed({ name, type: "A", reason: "NoRecords" }))
    }
  )

const isLocalhost = (name: string): boolean => /(?:^|\.)localhost\.?$/i.test(name)

const addresses = (name: string, options: LookupOptions): Effect.Effect<AddressAnswer, LookupFailed> => {
  const family = IpAddress.family(name)
  if (family !== undefined) return Effect.succeed({ source: "hosts", addresses: [{ address: name, family }] })
  if (options.server !== undefined) return fromDns(name, options)
  // RFC 6761 section 6.3: questions about localhost do not leave the machine.
  if (isLocalhost(name)) return fromHosts(name, new LookupFailed({ name, type: "A", reason: "NoSuchName" }))
  return Effect.catchIf(
    fromDns(name, options),
    (failure) => failure.reason === "NoSuchName",
    (failure) => fromHosts(name, failure)
  )
}

const mx = (domain: string, options: LookupOptions): Effect.Effect<ReadonlyArray<MxRecord>, LookupFailed> =>
  Effect.map(
    ask(domain, "MX", options, (resolver) => resolver.resolveMx(domain)),
    (answers) =>
      answers
        .map(({ exchange, priority }) => ({ exchange, preference: priority }))
        .sort((left, right) => left.preference - right.preference)
  )

/**
 * Asks from this machine.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Resolver> = Layer.succeed(Resolver, { addresses, mx, query })
