/**
 * Which provider or server software it is, by signs.
 *
 * Each kind of sign (domain, MX, host, banner, capability, reply text) counts once with its heaviest match; the sum
 * decides. Equal sums are decided by id. Less than 50 is no recognition.
 *
 * @since 0.1.0
 */
import { signsOf } from "./internal/signs.ts"
import type { Pack } from "./Pack.ts"
import type { Recognise, Sending } from "./schema/Provider.ts"
import { foldName, isWithin } from "./Text.ts"

/**
 * What must be known of a pack before its body is loaded.
 *
 * @category models
 * @since 0.1.0
 */
export interface Summary {
  readonly id: string
  readonly name: string
  readonly kind: Pack["kind"]
  readonly version: string
  readonly aliases: ReadonlyArray<string>
  readonly recognise: Recognise
  readonly sending?: Sending
}

/**
 * The signs. `domain` is that of the mailbox; `mx` are exchange host names; `replyText` is any text of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Evidence {
  readonly domain?: string | undefined
  readonly mx?: ReadonlyArray<string> | undefined
  readonly host?: string | undefined
  readonly banner?: string | undefined
  readonly capabilities?: ReadonlyArray<string> | undefined
  readonly replyText?: string | undefined
}

/**
 * The kind of sign that took part, in the order of `Evidence`.
 *
 * @category models
 * @since 0.1.0
 */
export type Sign = "domain" | "mx" | "host" | "banner" | "capability" | "reply"

/**
 * A pack that was recognised. `audience` is that of the mailbox's domain where the pack tells audiences apart.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recognised {
  readonly id: string
  readonly by: ReadonlyArray<Sign>
  readonly audience?: string
}

/** A sum of weights below this is no recognition. */
export const threshold = 50

const kinds: ReadonlyArray<Sign> = ["domain", "mx", "host", "banner", "capability", "reply"]

const one = (text: string | undefined): ReadonlyArray<string> => text === undefined ? [] : [text]

/**
 * The best pack of a kind (`provider` unless told) for the signs, and the signs it rests on; undefined where none
 * reaches the threshold.
 *
 * @category matching
 * @since 0.1.0
 */
export const recognise = (
  summaries: ReadonlyArray<Summary>,
  evidence: Evidence,
  kind: Pack["kind"] = "provider"
): Recognised | undefined => {
  const signs = signsOf(summaries)
  const { banner, capabilities = [], domain, host, mx = [], replyText } = evidence
  const found = [
    signs.domains(one(domain)),
    signs.mx(mx),
    signs.hosts(one(host)),
    signs.banners(one(banner)),
    signs.capabilities(capabilities),
    signs.replies(one(replyText))
  ]
  // Most packs have none of the signs, and are never looked at.
  const sums = new Map<number, number>()
  for (const weights of found) {
    for (const [place, weight] of weights ?? []) sums.set(place, (sums.get(place) ?? 0) + weight)
  }
  let best: { readonly summary: Summary; readonly place: number; readonly sum: number } | undefined
  for (const [place, sum] of sums) {
    const summary = summaries[place]
    if (summary?.kind !== kind || sum < threshold) continue
    if (best === undefined || sum > best.sum || (sum === best.sum && summary.id < best.summary.id)) {
      best = { summary, place, sum }
    }
  }
  if (best === undefined) return undefined
  const { place, summary } = best
  const audience = audienceOf(summary, domain)
  return {
    id: summary.id,
    by: kinds.filter((_, number) => found[number]?.has(place) === true),
    ...(audience === undefined ? {} : { audience })
  }
}

const domainFits = (
  sign: { readonly name: string; readonly subdomains?: boolean },
  domain: string
): boolean => domain === sign.name || (sign.subdomains === true && isWithin(domain, sign.name))

/**
 * The audience (`consumer`, `business`, …) that a pack gives to a mailbox's domain; undefined where it says nothing.
 *
 * @category combinators
 * @since 0.1.0
 */
export const audienceOf = (summary: Summary | undefined, domain: string | undefined): string | undefined => {
  if (domain === undefined) return undefined
  const name = foldName(domain)
  return summary?.recognise.domains
    ?.find((sign) => sign.audience !== undefined && domainFits({ ...sign, name: foldName(sign.name) }, name))?.audience
}

/**
 * The summary of a pack.
 *
 * @category combinators
 * @since 0.1.0
 */
export const summaryOf = (pack: Pack): Summary => ({
  id: pack.id,
  name: pack.name,
  kind: pack.kind,
  version: pack.version,
  aliases: pack.aliases ?? [],
  recognise: pack.recognise ?? {},
  ...(pack.sending === undefined ? {} : { sending: pack.sending })
})

/**
 * The summary with this id or alias, without regard to case; an id goes before an alias.
 *
 * @category combinators
 * @since 0.1.0
 */
export const byName = (summaries: ReadonlyArray<Summary>, idOrAlias: string): Summary | undefined => {
  let names = namesOf.get(summaries)
  if (names === undefined) {
    names = new Map()
    for (const summary of summaries) names.set(summary.id, summary)
    for (const summary of summaries) {
      for (const alias of summary.aliases) {
        const name = alias.toLowerCase()
        if (!names.has(name)) names.set(name, summary)
      }
    }
    namesOf.set(summaries, names)
  }
  return names.get(idOrAlias.trim().toLowerCase())
}

const namesOf = new WeakMap<ReadonlyArray<Summary>, Map<string, Summary>>()
