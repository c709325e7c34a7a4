/**
 * Questions to the DNS as the checks of this package ask them: how to ask, and answers that tell absence from failure.
 *
 * @since 0.1.0
 */
import type { Lookup } from "@sonde/domain/PostureFacts"
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

/**
 * Asks one question. A name that the DNS cannot have does not exist.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ask = Effect.fnUntraced(function*<T extends RecordType>(
  name: string,
  type: T,
  options: LookupOptions
): Effect.fn.Return<Asked<RecordData[T]>, never, Resolver> {
  const nothing = { _tag: "Absent" as const, reason: "NoSuchName" as const, authentic: false }
  if (!Names.isAskable(name)) return nothing
  const resolver = yield* Resolver
  return yield* Effect.match(resolver.query(name, type, options), {
    onSuccess: (answer) => ({ _tag: "Found" as const, ...answer }),
    onFailure: ({ authentic = false, reason }) =>
      reason === "NoSuchName" || reason === "NoRecords"
        ? { _tag: "Absent" as const, reason, authentic }
        : reason === "BadName"
        ? nothing
        : { _tag: "Failed" as const, reason }
  })
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
