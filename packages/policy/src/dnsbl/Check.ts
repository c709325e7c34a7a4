/**
 * Asks DNS block lists about an address: RFC 5782.
 *
 * A list is believed only after its test entries: 127.0.0.2 has to be on it and 127.0.0.1 must not (RFC 5782 section 5). What says
 * that a question was refused is no listing.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import type { LookupOptions, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Ask from "../Ask.ts"

/**
 * What a list says of an address. `answers` are the addresses in its answer, which are codes; `texts` what it says to people.
 * `Refused`: it answers that it does not answer us. `Unusable`: it is no such list, no more, or not for this family; `why` says how
 * that shows. `Unanswered`: the DNS gave no answer, for the reason in `why`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listing {
  readonly zone: string
  readonly address: string
  readonly state: "Listed" | "NotListed" | "Refused" | "Unusable" | "Unanswered"
  readonly answers: ReadonlyArray<string>
  readonly texts: ReadonlyArray<string>
  readonly why?: string
}

/**
 * The name to ask for: the address backwards, by octets (RFC 5782 section 2.1) or by nibbles (RFC 5782 section 2.4), before the zone.
 *
 * @category formatting
 * @since 0.1.0
 */
export const nameOf = (address: string, zone: string): string => {
  const octets = [...IpAddress.fromString(address) ?? []]
  const labels = octets.length === 4
    ? octets.map(String)
    : octets.flatMap((octet) => [octet >> 4, octet & 15]).map((nibble) => nibble.toString(16))
  return `${labels.reverse().join(".")}.${zone}`
}

/** RFC 5782 section 5: what has to be on every list, and what on none. */
const testEntries = {
  4: { listed: "127.0.0.2", unlisted: "127.0.0.1" },
  6: { listed: "::ffff:7f00:2", unlisted: "::ffff:7f00:1" }
} as const

/** Codes that tell of the question and not of the address: Spamhaus has them, and who follows it. */
const isRefusal = (answer: string): boolean => answer.startsWith("127.255.255.")

/** RFC 5782 section 2.1: codes are addresses of 127.0.0.0/8; anything else is a name server that answers everything. */
const isCode = (answer: string): boolean => answer.startsWith("127.")

const recordsOf = (asked: Ask.Asked<string>): ReadonlyArray<string> => asked._tag === "Found" ? asked.records : []

/**
 * Asks one list.
 *
 * @category running
 * @since 0.1.0
 */
export const ask = Effect.fnUntraced(function*(
  address: string,
  zone: string,
  options: LookupOptions
): Effect.fn.Return<Listing, never, Resolver> {
  const { listed, unlisted } = testEntries[IpAddress.family(address) ?? 4]
  const look = (one: string) => Ask.ask(nameOf(one, zone), "A", options)
  const [own, positive, negative] = yield* Effect.all([look(address), look(listed), look(unlisted)], {
    concurrency: "unbounded"
  })
  const listing = (state: Listing["state"], why?: string, answers = recordsOf(own)): Listing => ({
    zone,
    address,
    state,
    answers,
    texts: [],
    ...(why === undefined ? {} : { why })
  })
  const refusals = [own, positive, negative].flatMap(recordsOf).filter(isRefusal)
  if (refusals.length > 0) return listing("Refused", undefined, [...new Set(refusals)])
  if (own._tag === "Failed") return listing("Unanswered", own.reason)
  if (positive._tag === "Failed") return listing("Unanswered", positive.reason)
  if (negative._tag === "Found") return listing("Unusable", `it lists ${unlisted}, which no list may have`)
  if (positive._tag === "Absent") return listing("Unusable", `it does not list ${listed}, which every list has`)
  if (recordsOf(own).some((answer) => !isCode(answer))) {
    return listing("Unusable", `it answers with ${recordsOf(own).join(", ")}, which is no code of a list`)
  }
  if (own._tag === "Absent") return listing("NotListed")
  const texts = yield* Ask.ask(nameOf(address, zone), "TXT", options)
  return { ...listing("Listed"), texts: recordsOf(texts) }
})
