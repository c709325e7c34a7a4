/**
 * Looks up where a domain wants reports about TLS (RFC 8460 section 3).
 *
 * @since 0.1.0
 */
import type { TlsRptFacts } from "@sonde/domain/PostureFacts"
import type { LookupOptions, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import * as Record from "./Record.ts"

/**
 * Establishes the facts.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("TlsRpt.survey")(function*(
  domain: string,
  options: LookupOptions
): Effect.fn.Return<TlsRptFacts, never, Resolver> {
  const asked = yield* Ask.ask(`_smtp._tls.${domain}`, "TXT", options)
  const records = Ask.recordsOf(asked).filter(Record.isTlsRpt)
  const head = { domain, lookup: Ask.lookupOf(asked), records }
  const [text, ...more] = records
  if (text === undefined || more.length > 0) return { ...head, places: [] }
  const places = Record.placesFromText(text)
  return Result.isSuccess(places)
    ? { ...head, places: places.success }
    : { ...head, places: [], problem: places.failure.problem }
})
