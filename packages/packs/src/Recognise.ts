/**
 * Which provider or server software it is, by signs.
 *
 * Each kind of sign (domain, MX, host, banner, capability, reply text) counts once with its heaviest match; the sum
 * decides. Equal sums are decided by id. Less than 50 is no recognition.
 *
 * @since 0.1.0
 */
import { type Folded, signsOf, type Weights } from "./internal/signs.ts"
import type { Pack } from "./Pack.ts"
import type { Recognise, Sending } from "./schema/Provider.ts"
import { contains, fold, foldName, isWithin } from "./Text.ts"

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

const heaviest = <A extends { readonly weight: number }>(
  signs: ReadonlyArray<A>,
  fits: (sign: A) => boolean
): number =>
  signs.length === 0 ? 0 : signs.reduce((found, sign) => sign.weight > found && fits(sign) ? sign.weight : found, 0)

const domainFits = (
  sign: { readonly name: string; readonly subdomains?: boolean },
  domain: string
): boolean => domain === sign.name || (sign.subdomains === true && isWithin(domain, sign.name))

interface FoldedEvidence {
  readonly domain: string | undefined
  readonly mx: ReadonlyArray<string>
  readonly banner: string | undefined
  readonly capabilities: ReadonlyArray<string>
}

/** Weights by kind of sign, in the order of `Evidence`. */
const weigh = (
  signs: Folded,
  { banner, capabilities, domain, mx }: FoldedEvidence,
  host: number,
  reply: number
): ReadonlyArray<number> => [
  domain === undefined ? 0 : heaviest(signs.domains, (sign) => domainFits(sign, domain)),
  mx.length === 0 ? 0 : heaviest(signs.mx, ({ suffix }) => mx.some((name) => isWithin(name, suffix))),
  host,
  banner === undefined ? 0 : heaviest(signs.banners, ({ text }) => contains(banner, text)),
  capabilities.length === 0
    ? 0
    : heaviest(signs.capabilities, ({ text }) => capabilities.some((line) => contains(line, text))),
  reply
]

const kinds: ReadonlyArray<Sign> = ["domain", "mx", "host", "banner", "capability", "reply"]

/** The best pack by host and reply alone. */
const byIndex = (
  summaries: ReadonlyArray<Summary>,
  kind: Pack["kind"],
  hosts: Weights | undefined,
  replies: Weights | undefined
): Recognised | undefined => {
  if (replies === undefined && hosts === undefined) return undefined
  let best: Summary | undefined
  let most = 0
  let place = -1
  const offer = (sum: number, at: number): void => {
    const summary = summaries[at]
    if (sum < threshold || sum < most || summary?.kind !== kind) return
    if (best !== undefined && sum === most && summary.id >= best.id) return
    best = summary
    most = sum
    place = at
  }
  if (replies !== undefined) { for (const [at, weight] of replies) offer(weight + (hosts?.get(at) ?? 0), at) }
  if (hosts !== undefined) { for (const [at, weight] of hosts) if (replies?.has(at) !== true) offer(weight, at) }
  if (best === undefined) return undefined
  const by: Array<Sign> = []
  if (hosts?.has(place) === true) by.push("host")
  if (replies?.has(place) === true) by.push("reply")
  return { id: best.id, by }
}

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
  const replies = replyText === undefined ? undefined : signs.replies(replyText)
  const hosts = host === undefined ? undefined : signs.hosts(foldName(host))
  // Reply and host have an index, so that packs without either are passed over.
  if (domain === undefined && banner === undefined && mx.length + capabilities.length === 0) {
    return byIndex(summaries, kind, hosts, replies)
  }
  const folded: FoldedEvidence = {
    domain: domain === undefined ? undefined : foldName(domain),
    mx: mx.map(foldName),
    banner: banner === undefined ? undefined : fold(banner),
    capabilities: capabilities.map(fold)
  }
  let best: { readonly id: string; readonly by: ReadonlyArray<Sign>; readonly sum: number } | undefined
  for (const [place, summary] of summaries.entries()) {
    const own = signs.folded[place]
    if (summary.kind !== kind || own === undefined) continue
    const weights = weigh(own, folded, hosts?.get(place) ?? 0, replies?.get(place) ?? 0)
    let sum = 0
    for (const weight of weights) sum += weight
    if (sum < threshold) continue
    if (best === undefined || sum > best.sum || (sum === best.sum && summary.id < best.id)) {
      best = { id: summary.id, by: kinds.filter((_, number) => (weights[number] ?? 0) > 0), sum }
    }
  }
  if (best === undefined) return undefined
  const { by, id } = best
  const audience = audienceOf(summaries.find((summary) => summary.id === id), evidence.domain)
  return { id, by, ...(audience === undefined ? {} : { audience }) }
}

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
