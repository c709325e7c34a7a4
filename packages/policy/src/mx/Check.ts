/**
 * Finds where a domain's mail goes (RFC 5321 section 5.1, RFC 7505), what the exchangers show, and the names of their addresses.
 *
 * @since 0.1.0
 */
import type { MxFacts, Reverse } from "@sonde/domain/PostureFacts"
import * as Target from "@sonde/domain/Target"
import type { Dialer } from "@sonde/net/Dialer"
import * as IpAddress from "@sonde/net/IpAddress"
import type { LookupOptions, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Ask from "../Ask.ts"
import type { Reach } from "../Reach.ts"
import * as Probe from "./Probe.ts"

/** Exchangers that are looked at; no domain needs more. */
const maxExchangers = 10

/** Names of one address that are looked at. */
const maxNames = 5

const addressesOf = Effect.fnUntraced(function*(name: string, options: LookupOptions) {
  const [six, four] = yield* Effect.all([Ask.addresses(name, "AAAA", options), Ask.addresses(name, "A", options)], {
    concurrency: 2
  })
  const addresses = [...Ask.recordsOf(four), ...Ask.recordsOf(six)]
  // An answer counts; without one, a failure tells that the name may have an address after all.
  const telling = four._tag === "Found" ? four : six._tag === "Found" ? six : four._tag === "Failed" ? four : six
  const alias = [four, six].flatMap((asked) => asked._tag === "Found" ? asked.aliases : []).at(-1)
  return { addresses, asked: telling, alias }
})

/**
 * The names of an address, and the one that leads back to it.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const reverseOf = Effect.fnUntraced(function*(
  address: string,
  exchange: string | undefined,
  options: LookupOptions
): Effect.fn.Return<Reverse, never, Resolver> {
  const asked = yield* Ask.namesOf(address, options)
  const names = Ask.recordsOf(asked)
  let confirmed: string | undefined = undefined
  for (const name of names.slice(0, maxNames)) {
    const found = yield* Ask.ask(name, IpAddress.family(address) === 6 ? "AAAA" : "A", options)
    if (!Ask.recordsOf(found).some((one) => IpAddress.isSame(one, address))) continue
    confirmed = name
    break
  }
  return {
    address,
    ...(exchange === undefined ? {} : { exchange }),
    lookup: Ask.lookupOf(asked),
    names,
    ...(confirmed === undefined ? {} : { confirmed })
  }
})

/** Whether the resolver proves anything: the root is signed, so that a resolver that validates vouches for it. */
const validates = (options: LookupOptions) =>
  Effect.map(Ask.ask(".", "NS", options), (asked) => asked._tag === "Found" && asked.authentic)

const exchangerOf = Effect.fnUntraced(function*(
  { exchange, preference }: { readonly exchange: string; readonly preference: number },
  reach: Reach,
  options: LookupOptions
): Effect.fn.Return<MxFacts["exchangers"][number], never, Resolver | Dialer> {
  if (exchange === "" || Target.isAddress(exchange)) {
    return { exchange, preference, lookup: { state: "absent", reason: "NoSuchName", authentic: false }, addresses: [] }
  }
  const { addresses, alias, asked } = yield* addressesOf(exchange, options)
  const isDialled = addresses.length > 0 && reach.dials !== false
  const live = isDialled ? yield* Probe.look(exchange, reach) : undefined
  return {
    exchange,
    preference,
    ...(alias === undefined ? {} : { alias }),
    lookup: Ask.lookupOf(asked),
    addresses,
    ...(live === undefined ? {} : { live })
  }
})

/**
 * Establishes the facts. `sender` is the address that would send.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("Mx.survey")(function*(
  domain: string,
  reach: Reach,
  sender?: string
): Effect.fn.Return<MxFacts, never, Resolver | Dialer> {
  const options = { server: reach.server, timeoutMillis: reach.timeoutMillis }
  const asked = yield* Ask.ask(domain, "MX", options)
  const found = Ask.recordsOf(asked)
  const own = asked._tag === "Absent" && asked.reason === "NoRecords" ? yield* addressesOf(domain, options) : undefined
  const implicit = own !== undefined && own.addresses.length > 0
  const places = implicit ? [{ exchange: domain, preference: 0 }] : found.slice(0, maxExchangers)
  const nullMx = found.some(({ exchange }) => exchange === "")
  const exchangers = yield* Effect.forEach(
    places.filter(({ exchange }) => exchange !== ""),
    (place) => exchangerOf(place, reach, options),
    { concurrency: 4 }
  )
  const addresses = exchangers.flatMap(({ addresses, exchange }) => addresses.map((address) => ({ address, exchange })))
  const reverse = yield* Effect.forEach(
    [...addresses, ...(sender === undefined ? [] : [{ address: sender, exchange: undefined }])],
    ({ address, exchange }) => reverseOf(address, exchange, options),
    { concurrency: 4 }
  )
  return {
    domain,
    lookup: Ask.lookupOf(asked),
    validates: yield* validates(options),
    implicit,
    nullMx,
    exchangers,
    reverse
  }
})
