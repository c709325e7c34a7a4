/**
 * Questions to the DNS as the checks of this package ask them: how to ask, and answers that tell absence from failure.
 *
 * @since 0.1.0
 */
import type { Lookup } from "@sonde/domain/PostureFacts"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import type { Answer, LookupFailed, LookupOptions, RecordData, RecordType } from "@sonde/net/Resolver"
import { Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Names from "./Names.ts"

/**
 * What a question brought. `Absent` is a certain answer that there is nothing; `Failed` says nothing about the domain, and a
 * finding about it is inconclusive. `authentic` is the AD flag.
 *
 * @category models
 * @since 0.1.0
 */
export type Asked<A> =
  | ({ readonly _tag: "Found" } & Answer<A>)
  | { readonly _tag: "Absent"; readonly reason: "NoSuchName" | "NoRecords"; readonly authentic: boolean }
  | { readonly _tag: "Failed"; readonly reason: Exclude<LookupFailed["reason"], "NoSuchName" | "NoRecords"> }

const nothing = { _tag: "Absent" as const, reason: "NoSuchName" as const, authentic: false }

const isPublic = (address: string): boolean => AddressPolicy.classify(address) === "public"

/**
 * Asks one question. A name that the DNS cannot have does not exist, and neither does a name inside where the rule of addresses is
 * coarse: whoever asks from outside learns nothing of a network through its resolver.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ask = Effect.fnUntraced(function*<T extends RecordType>(
  name: string,
  type: T,
  options: LookupOptions
): Effect.fn.Return<Asked<RecordData[T]>, never, Resolver> {
  if (!Names.isAskable(name)) return nothing
  const isCoarse = (yield* AddressPolicy.AddressPolicy).coarse === true
  if (isCoarse && name !== "." && AddressPolicy.isInsideName(name)) return nothing
  const resolver = yield* Resolver
  return yield* Effect.match(resolver.query(name, type, options), {
    onSuccess: (answer): Asked<RecordData[T]> => ({ _tag: "Found", ...answer }),
    onFailure: ({ authentic = false, reason }): Asked<RecordData[T]> =>
      reason === "NoSuchName" || reason === "NoRecords"
        ? { _tag: "Absent" as const, reason, authentic }
        : reason === "BadName"
        ? nothing
        : { _tag: "Failed" as const, reason }
  })
})

/**
 * Asks for the addresses of a name of either family; one inside is left out where the rule of addresses is coarse.
 *
 * @category combinators
 * @since 0.1.0
 */
export const addresses = Effect.fnUntraced(function*(
  name: string,
  type: "A" | "AAAA",
  options: LookupOptions
): Effect.fn.Return<Asked<string>, never, Resolver> {
  const asked = yield* ask(name, type, options)
  const { coarse } = yield* AddressPolicy.AddressPolicy
  if (asked._tag !== "Found" || coarse !== true) return asked
  const records = asked.records.filter(isPublic)
  return records.length === 0 ? nothing : { ...asked, records }
})

/**
 * Asks for the names of an address; one inside has none where the rule of addresses is coarse.
 *
 * @category combinators
 * @since 0.1.0
 */
export const namesOf = Effect.fnUntraced(function*(
  address: string,
  options: LookupOptions
): Effect.fn.Return<Asked<string>, never, Resolver> {
  const { coarse } = yield* AddressPolicy.AddressPolicy
  return coarse === true && !isPublic(address) ? nothing : yield* ask(Names.reverse(address), "PTR", options)
})

/**
 * The records of an answer; none where there is none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const recordsOf = <A>(asked: Asked<A>): ReadonlyArray<A> => asked._tag === "Found" ? asked.records : []

/**
 * An answer as a fact.
 *
 * @category combinators
 * @since 0.1.0
 */
export const lookupOf = (asked: Asked<unknown>): Lookup => {
  switch (asked._tag) {
    case "Found":
      return { state: "found", authentic: asked.authentic }
    case "Absent":
      return { state: "absent", reason: asked.reason, authentic: asked.authentic }
    case "Failed":
      return { state: "failed", reason: asked.reason, authentic: false }
  }
}
