/**
 * What the phases of a domain's posture found, in a few words each.
 */
import type * as Facts from "@sonde/domain/PostureFacts"
import type { PhaseReport } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import { read } from "./facts.ts"

const open = "the DNS did not answer"
const none = "none published"

const record = (lookup: Facts.Lookup, records: ReadonlyArray<string>, found: () => string): string =>
  lookup.state === "failed"
    ? open
    : records.length === 0
    ? none
    : records.length > 1
    ? `${records.length} records`
    : found()

const mx = ({ exchangers, implicit, lookup, nullMx }: Facts.MxFacts): string => {
  if (lookup.state === "failed") return open
  if (exchangers.length === 0) return nullMx ? "takes no mail, and says so" : "no exchanger"
  const seen = exchangers.filter(({ live }) => live !== undefined)
  const encrypted = seen.filter(({ live }) => live?.state === "encrypted").length
  const names = exchangers.map(({ exchange, preference }) => implicit ? exchange : `${preference} ${exchange}`)
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return seen.length === 0 ? shown.join(", ") : `${shown.join(", ")}; STARTTLS at ${encrypted} of ${exchangers.length}`
}

const spf = ({ lookup, lookups, records, sender }: Facts.SpfFacts): string => {
  const result = sender === undefined ? [] : [`${sender.result} for ${sender.address}`]
  return record(lookup, records, () => [records[0] ?? "", `${lookups} of 10 look-ups`, ...result].join("; "))
}

const dkim = ({ selectors }: Facts.DkimFacts): string => {
  const keys = selectors.flatMap(({ key, selector }) =>
    key === undefined
      ? []
      : [`${selector} ${key.revoked ? "revoked" : key.bits === undefined ? key.type : `${key.type} ${key.bits}`}`]
  )
  return keys.length > 0 ? keys.join(", ") : `no key at ${selectors.map(({ selector }) => selector).join(", ")}`
}

const dmarc = ({ asked, domain, organizational, policy, record: found }: Facts.DmarcFacts): string => {
  if (found === undefined || policy === undefined) {
    return asked.some(({ lookup }) => lookup.state === "failed") ? open : none
  }
  const where = found.at === domain ? "" : `, from ${found.at}`
  const parent = organizational === domain || organizational === found.at ? "" : `, of ${organizational}`
  return `${policy.tag}=${policy.asks}${where}${parent}${found.testing ? ", in test" : ""}`
}

const mtaSts = ({ fetch, lookup, policy, records }: Facts.MtaStsFacts): string =>
  record(lookup, records, () =>
    policy === undefined
      ? fetch === undefined ? "record cannot be read" : "no policy"
      : `${policy.mode}, ${policy.patterns.join(", ")}`)

const dane = ({ exchangers }: Facts.DaneFacts): string => {
  const published = exchangers.filter(({ records }) => records.length > 0)
  if (published.length === 0) return exchangers.some(({ lookup }) => lookup.state === "failed") ? open : none
  const agree = published.filter(({ records }) => records.some(({ matches }) => matches === true)).length
  const where = `TLSA at ${published.length} of ${exchangers.length}`
  const isCompared = published.some(({ records }) => records.some(({ matches }) => matches !== undefined))
  return isCompared ? `${where}, ${agree} agree with the certificate` : `${where}, not compared with a certificate`
}

const bimi = ({ authority, logo, lookup, records }: Facts.BimiFacts): string =>
  record(
    lookup,
    records,
    () => [logo ?? "no logo", authority === undefined ? "no certificate" : "certificate"].join(", ")
  )

const bulk = ({ receivers }: Facts.BulkFacts): string =>
  receivers.map(({ name, rules }) => {
    const judged = rules.filter(({ met }) => met !== undefined)
    return `${name} ${judged.filter(({ met }) => met === true).length} of ${judged.length}`
  }).join(", ")

const phrases: { readonly [P in PhaseId]?: (facts: unknown) => string | undefined } = {
  "mx": (facts) => read.mx(facts, mx),
  "spf": (facts) => read.spf(facts, spf),
  "dkim": (facts) => read.dkim(facts, dkim),
  "dmarc": (facts) => read.dmarc(facts, dmarc),
  "mta-sts": (facts) => read.mtaSts(facts, mtaSts),
  "tls-rpt": (facts) =>
    read.tlsRpt(facts, ({ lookup, places, records }) => record(lookup, records, () => places.join(", "))),
  "dane": (facts) => read.dane(facts, dane),
  "bimi": (facts) => read.bimi(facts, bimi),
  "bulk": (facts) => read.bulk(facts, bulk)
}

/** The words for a phase, `undefined` for one that is none of the posture's. */
export const posture = (phase: PhaseReport): string | undefined => {
  const words = phrases[phase.id]?.(phase.facts)
  // Nothing was found where nothing could be asked.
  return words === none && phase.state === "inconclusive" ? open : words
}
