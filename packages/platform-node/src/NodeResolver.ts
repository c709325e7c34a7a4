/**
 * Finds addresses and mail exchangers from this machine.
 *
 * A and AAAA are asked at the same time, and what their answers mean is kept apart (RFC 2308 section 2.2). The system's own table of
 * hosts is read only with the system's resolver, and only where the DNS knows no such name or the name is `localhost` (RFC
 * 6761 section 6.3). The questions themselves are asked by `NodeQuery`.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import type { AddressAnswer, AddressRecord, Answer, LookupOptions, MxRecord } from "@sonde/net/Resolver"
import { LookupFailed, Resolver } from "@sonde/net/Resolver"
import { Route } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Dns from "node:dns"
import { query } from "./NodeQuery.ts"

const records = (
  name: string,
  family: 4 | 6,
  options: LookupOptions
): Effect.Effect<Answer<AddressRecord>, LookupFailed> =>
  Effect.map(query(name, family === 6 ? "AAAA" : "A", options), (answer) => ({
    ...answer,
    records: answer.records.map((address) => ({ address, family, ttlSeconds: answer.ttlSeconds }))
  }))

// Which of two failures counts: while one question is unanswered, an empty answer to the other does not prove that the name
// has no address.
const deciding: ReadonlyArray<LookupFailed["reason"]> = [
  "ServerFailure",
  "Timeout",
  "Untrusted",
  "Unreachable",
  "Refused",
  "Malformed",
  "BadName",
  "NoRecords",
  "NoSuchName"
]

const hosts = (name: string, family: 4 | 6 | undefined): Effect.Effect<ReadonlyArray<AddressRecord>> =>
  Effect.callback((resume) => {
    Dns.lookup(name, { all: true, order: "verbatim", family: family ?? 0 }, (error, found) => {
      const addresses = error === null ? found : []
      resume(Effect.succeed(addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))))
    })
  })

const fromHosts = (name: string, failure: LookupFailed): Effect.Effect<AddressAnswer, LookupFailed> =>
  Effect.flatMap(
    Effect.flatMap(Route, ({ family }) => hosts(name, family)),
    (addresses) => addresses.length === 0 ? Effect.fail(failure) : Effect.succeed({ source: "hosts", addresses })
  )

const fromDns = Effect.fnUntraced(function*(
  name: string,
  options: LookupOptions
): Effect.fn.Return<AddressAnswer, LookupFailed> {
  const { family } = yield* Route
  const asked = ([6, 4] as const).filter((one) => family === undefined || one === family)
  const answers = yield* Effect.forEach(asked, (one) => Effect.result(records(name, one, options)), { concurrency: 2 })
  const given = answers.flatMap((answer) => Result.isSuccess(answer) ? [answer.success] : [])
  if (given.length > 0) {
    return {
      source: "dns",
      addresses: given.flatMap((answer) => answer.records),
      aliases: given[0]?.aliases ?? [],
      authentic: given.every(({ authentic }) => authentic)
    }
  }
  // A before AAAA: of two failures alike, that of the more usual family is told.
  const failures = answers.toReversed().flatMap((answer) => Result.isFailure(answer) ? [answer.failure] : [])
  const worst = deciding.map((reason) => failures.find((failure) => failure.reason === reason)).find(Boolean)
  return yield* worst ?? new LookupFailed({ name, type: "A", reason: "NoRecords" })
})

const isLocalhost = (name: string): boolean => /(?:^|\.)localhost\.?$/i.test(name)

const findAddresses = (name: string, options: LookupOptions): Effect.Effect<AddressAnswer, LookupFailed> => {
  if (options.server !== undefined) return fromDns(name, options)
  // RFC 6761 section 6.3: questions about localhost do not leave the machine.
  if (isLocalhost(name)) return fromHosts(name, new LookupFailed({ name, type: "A", reason: "NoSuchName" }))
  return Effect.catchIf(
    fromDns(name, options),
    (failure) => failure.reason === "NoSuchName",
    (failure) => fromHosts(name, failure)
  )
}

/**
 * The addresses of a name, or the name itself where a proxy looks it up.
 *
 * @category running
 * @since 0.1.0
 */
export const addresses = (name: string, options: LookupOptions): Effect.Effect<AddressAnswer, LookupFailed> => {
  const family = IpAddress.family(name)
  if (family !== undefined) return Effect.succeed({ source: "hosts", addresses: [{ address: name, family }] })
  return Effect.flatMap(Route, ({ proxy }): Effect.Effect<AddressAnswer, LookupFailed> =>
    proxy?.resolves === "proxy"
      ? Effect.succeed({ source: "proxy", addresses: [{ address: name }] })
      : findAddresses(name, options))
}

const mx = (domain: string, options: LookupOptions): Effect.Effect<ReadonlyArray<MxRecord>, LookupFailed> =>
  Effect.map(query(domain, "MX", options), (answer) => answer.records)

/**
 * Asks from this machine.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Resolver> = Layer.succeed(Resolver, { addresses, mx, query })
