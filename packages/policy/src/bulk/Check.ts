/**
 * Compares what was found of a domain with what receivers require of whoever sends much to them.
 *
 * Pure. The requirements come from packs; what can be seen neither in the DNS nor at the servers stays open.
 *
 * @since 0.1.0
 */
import type { BulkFacts, DkimFacts, DmarcFacts, MxFacts, SpfFacts } from "@sonde/domain/PostureFacts"

/**
 * A receiver and its requirements. `asOf` and `source` are those of the pack's source.
 *
 * @category models
 * @since 0.1.0
 */
export interface Receiver {
  readonly pack: string
  readonly name: string
  readonly perDay?: number | undefined
  readonly asOf: string
  readonly source: string
  readonly requires: ReadonlyArray<string>
}

/**
 * What was found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Found {
  readonly domain: string
  readonly receivers: ReadonlyArray<Receiver>
  readonly mx: MxFacts
  readonly spf: SpfFacts
  readonly dkim: DkimFacts
  readonly dmarc: DmarcFacts
}

/** With an address that sends its result decides; without one that there is a record which can be evaluated. */
const spf = ({ lookup, problems, records, sender }: SpfFacts): boolean | undefined => {
  if (sender !== undefined && sender.result !== "temperror") return sender.result === "pass"
  if (lookup.state === "failed") return undefined
  if (records.length !== 1 || problems.some(({ kind }) => kind === "syntax")) return false
  return sender === undefined ? true : undefined
}

const dkim = ({ selectors }: DkimFacts): boolean | undefined => {
  const usable = selectors.some(({ key }) => key !== undefined && !key.revoked && (key.bits ?? 2048) >= 1024)
  if (usable) return true
  // Another selector may be in use, unless the caller named it.
  return selectors.some(({ lookup, source }) => source === "option" && lookup.state !== "failed") ? false : undefined
}

const dmarc = ({ asked, record }: DmarcFacts): boolean | undefined =>
  record !== undefined ? true : asked.some(({ lookup }) => lookup.state === "failed") ? undefined : false

const met = (requirement: string, found: Found): boolean | undefined => {
  switch (requirement) {
    case "spf":
      return spf(found.spf)
    case "dkim":
      return dkim(found.dkim)
    case "dmarc":
      return dmarc(found.dmarc)
    case "alignment": {
      // A key of the domain itself is aligned by definition.
      if (dkim(found.dkim) === true) return true
      const { spfAligned } = found.dmarc
      return spfAligned === true
        ? spf(found.spf)
        : spfAligned === false && dkim(found.dkim) === false
        ? false
        : undefined
    }
    case "reverse-dns": {
      const own = found.mx.reverse.find(({ exchange }) => exchange === undefined)
      return own === undefined || own.lookup.state === "failed" ? undefined : own.confirmed !== undefined
    }
    default:
      return undefined
  }
}

/**
 * Establishes the facts.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = (found: Found): BulkFacts => ({
  domain: found.domain,
  receivers: found.receivers.map(({ asOf, name, pack, perDay, requires, source }) => ({
    pack,
    name,
    ...(perDay === undefined ? {} : { perDay }),
    asOf,
    source,
    rules: requires.map((requirement) => {
      const isMet = met(requirement, found)
      return { requirement, ...(isMet === undefined ? {} : { met: isMet }) }
    })
  }))
})
