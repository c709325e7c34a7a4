/**
 * Looks up the logo that a domain wants to be shown (draft-brand-indicators-for-message-identification, section 4.3).
 *
 * @since 0.1.0
 */
import type { BimiFacts, DmarcFacts } from "@sonde/domain/PostureFacts"
import type { LookupOptions, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import * as Record from "./Record.ts"

/** A logo is shown only where mail that fails DMARC is not delivered as if nothing were. */
const isEnforced = ({ policy, record }: DmarcFacts): boolean =>
  policy !== undefined && policy.asks !== "none" && record?.testing === false && (record.percent ?? 100) === 100 &&
  record.sp !== "none"

/**
 * Establishes the facts. `dmarc` is what was found of DMARC, on which a logo depends.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("Bimi.survey")(function*(
  domain: string,
  dmarc: DmarcFacts,
  options: LookupOptions
): Effect.fn.Return<BimiFacts, never, Resolver> {
  const asked = yield* Ask.ask(`default._bimi.${domain}`, "TXT", options)
  const records = Ask.recordsOf(asked).filter(Record.isBimi)
  const head = { domain, lookup: Ask.lookupOf(asked), records }
  const [text, ...more] = records
  if (text === undefined || more.length > 0) return { ...head, declined: false }
  const read = Record.fromText(text)
  if (Result.isFailure(read)) return { ...head, declined: false, problem: read.failure.problem }
  const { authority, declined, logo } = read.success
  const unknown = dmarc.asked.some(({ lookup }) => lookup.state === "failed") && dmarc.record === undefined
  return {
    ...head,
    declined,
    ...(logo === undefined ? {} : { logo }),
    ...(authority === undefined ? {} : { authority }),
    ...(unknown ? {} : { enforced: isEnforced(dmarc) })
  }
})
