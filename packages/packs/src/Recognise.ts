/**
 * Which provider or server software it is, by signs.
 *
 * Each kind of sign (domain, MX, host, banner, capability, reply text) counts once with its heaviest match; the sum
 * decides. Equal sums are decided by id. Less than 50 is no recognition.
 *
 * @since 0.1.0
 */
import type { Pack } from "./Pack.ts"
import type { Recognise } from "./schema/Provider.ts"
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
  signs: ReadonlyArray<A> | undefined,
  fits: (sign: A) => boolean
): number => (signs ?? []).reduce((found, sign) => sign.weight > found && fits(sign) ? sign.weight : found, 0)

const domainFits = (
  sign: { readonly name: string; readonly subdomains?: boolean },
  domain: string
): boolean => {
  const wanted = foldName(sign.name)
  return domain === wanted || (sign.subdomains === true && isWithin(domain, wanted))
}

const weigh = (recognise: Recognise, evidence: Evidence): ReadonlyArray<readonly [Sign, number]> => {
  const domain = evidence.domain === undefined ? undefined : foldName(evidence.domain)
  const host = evidence.host === undefined ? undefined : foldName(evidence.host)
  const mx = (evidence.mx ?? []).map(foldName)
  const banner = evidence.banner === undefined ? undefined : fold(evidence.banner)
  const capabilities = (evidence.capabilities ?? []).map(fold)
  const reply = evidence.replyText === undefined ? undefined : fold(evidence.replyText)
  const signs: ReadonlyArray<readonly [Sign, number]> = [
    [
      "domain",
      domain === undefined ? 0 : heaviest(recognise.domains, ({ name, subdomains }) => {
        const wanted = foldName(name)
        return domain === wanted || (subdomains === true && isWithin(domain, wanted))
      })
    ],
    ["mx", heaviest(recognise.mx, ({ suffix }) => mx.some((name) => isWithin(name, foldName(suffix))))],
    ["host", host === undefined ? 0 : heaviest(recognise.hosts, ({ suffix }) => isWithin(host, foldName(suffix)))],
    ["banner", banner === undefined ? 0 : heaviest(recognise.banners, ({ text }) => contains(banner, fold(text)))],
    [
      "capability",
      heaviest(recognise.capabilities, ({ text }) => capabilities.some((line) => contains(line, fold(text))))
    ],
    ["reply", reply === undefined ? 0 : heaviest(recognise.replies, ({ text }) => contains(reply, fold(text)))]
  ]
  return signs.filter(([, weight]) => weight > 0)
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
  let best: { readonly id: string; readonly by: ReadonlyArray<Sign>; readonly sum: number } | undefined
  for (const summary of summaries) {
    if (summary.kind !== kind) continue
    const signs = weigh(summary.recognise, evidence)
    const sum = signs.reduce((total, [, weight]) => total + weight, 0)
    if (sum < threshold) continue
    if (best === undefined || sum > best.sum || (sum === best.sum && summary.id < best.id)) {
      best = { id: summary.id, by: signs.map(([sign]) => sign), sum }
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
  return summary?.recognise.domains?.find((sign) => domainFits(sign, name) && sign.audience !== undefined)?.audience
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
  recognise: pack.recognise ?? {}
})

/**
 * The summary with this id or alias, without regard to case; an id goes before an alias.
 *
 * @category combinators
 * @since 0.1.0
 */
export const byName = (summaries: ReadonlyArray<Summary>, idOrAlias: string): Summary | undefined => {
  const wanted = idOrAlias.trim().toLowerCase()
  return summaries.find(({ id }) => id === wanted) ??
    summaries.find(({ aliases }) => aliases.some((alias) => alias.toLowerCase() === wanted))
}
