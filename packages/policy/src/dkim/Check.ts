/**
 * Looks up the DKIM keys of a domain by the selectors that are known (RFC 6376 section 3.6.2).
 *
 * The DNS lists no selectors: one that nobody named is unknown, which is not the same as a key that is missing.
 *
 * @since 0.1.0
 */
import type { DkimFacts } from "@sonde/domain/PostureFacts"
import type { LookupOptions, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import * as Record from "./Record.ts"

/**
 * A selector, and who named it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Selector {
  readonly selector: string
  readonly source: "option" | "pack"
  readonly provider?: string | undefined
}

const keyOf = Effect.fnUntraced(
  function*(domain: string, { provider, selector, source }: Selector, options: LookupOptions) {
    const name = `${selector}._domainkey.${domain}`
    const asked = yield* Ask.ask(name, "TXT", options)
    const records = Ask.recordsOf(asked)
    const [text] = records
    const read = text === undefined ? undefined : Record.fromText(text)
    // Who delegates the key to a provider has an alias there, also while it leads nowhere.
    const alias = asked._tag === "Found"
      ? asked.aliases.at(-1)
      : Ask.recordsOf(yield* Ask.ask(name, "CNAME", options))[0]
    return {
      selector,
      source,
      ...(provider === undefined ? {} : { provider }),
      name,
      ...(alias === undefined ? {} : { alias }),
      lookup: Ask.lookupOf(asked),
      records,
      ...(read === undefined
        ? {}
        : records.length > 1
        ? { problem: "several-records" }
        : Result.isSuccess(read)
        ? { key: read.success }
        : { problem: read.failure.problem })
    }
  }
)

/**
 * Establishes the facts, selectors in the given order, each once.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("Dkim.survey")(function*(
  domain: string,
  selectors: ReadonlyArray<Selector>,
  options: LookupOptions
): Effect.fn.Return<DkimFacts, never, Resolver> {
  const once = selectors.filter(({ selector }, at) =>
    selectors.findIndex((other) => other.selector.toLowerCase() === selector.toLowerCase()) === at
  )
  return {
    domain,
    selectors: yield* Effect.forEach(once, (selector) => keyOf(domain, selector, options), { concurrency: 4 })
  }
})
