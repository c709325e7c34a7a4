/**
 * Compares the TLSA records of a domain's exchangers with what these present (RFC 7672 section 2.2, RFC 7672 section 3.1).
 *
 * @since 0.1.0
 */
import type { DaneFacts, MxFacts } from "@sonde/domain/PostureFacts"
import type { LookupOptions, Resolver, TlsaRecord } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import * as Probe from "../mx/Probe.ts"
import * as Record from "./Record.ts"

type Exchanger = MxFacts["exchangers"][number]

/** Conditions that speak against a chain below a trust anchor of usage 2; that the anchor is not a known root is no fault. */
const irrelevant: ReadonlyArray<string> = ["SelfSigned", "UnknownIssuer", "IncompleteChain"]

const judged = Effect.fnUntraced(function*(record: TlsaRecord, { live }: Exchanger) {
  const usable = Record.isUsable(record)
  const chain = live?.digests
  if (!usable || live?.state !== "encrypted" || chain === undefined || chain.length === 0) return { ...record, usable }
  const octets = Hex.decode(record.data)
  const digest = Result.isSuccess(octets) ? yield* Probe.sha256(octets.success) : ""
  // RFC 7672 section 3.1.2: below an anchor of usage 2 name and dates count; with usage 3 neither does.
  const sound = record.usage === 3 || (live.conditions ?? []).every((condition) => irrelevant.includes(condition))
  return { ...record, usable, matches: sound && Record.isMatch(record, chain, digest) }
})

const exchangerOf = Effect.fnUntraced(function*(
  exchanger: Exchanger,
  options: LookupOptions
): Effect.fn.Return<DaneFacts["exchangers"][number], never, Resolver> {
  const { exchange, live } = exchanger
  const name = `_25._tcp.${exchange}`
  const asked = yield* Ask.ask(name, "TLSA", options)
  const wanted = live?.digests === undefined ? undefined : Record.recommended(live.digests)
  return {
    exchange,
    name,
    lookup: Ask.lookupOf(asked),
    reached: live?.state === "encrypted" || live?.state === "no_starttls",
    ...(live?.state === "encrypted" ? { starttls: true } : live?.state === "no_starttls" ? { starttls: false } : {}),
    records: yield* Effect.forEach(Ask.recordsOf(asked), (record) => judged(record, exchanger)),
    ...(wanted === undefined ? {} : { wanted })
  }
})

/**
 * Establishes the facts for the exchangers that were found.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("Dane.survey")(function*(
  mx: MxFacts,
  options: LookupOptions
): Effect.fn.Return<DaneFacts, never, Resolver> {
  return {
    domain: mx.domain,
    validates: mx.validates,
    mxAuthentic: mx.lookup.authentic,
    exchangers: yield* Effect.forEach(mx.exchangers, (exchanger) => exchangerOf(exchanger, options), {
      concurrency: 4
    })
  }
})
