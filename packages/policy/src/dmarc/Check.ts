/**
 * Finds the DMARC policy of a domain and its organizational domain by the walk up the tree (RFC 9989 section 4.10).
 *
 * @since 0.1.0
 */
import type { DmarcFacts } from "@sonde/domain/PostureFacts"
import type { LookupOptions, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Ask from "../Ask.ts"
import * as Names from "../Names.ts"
import type { DmarcRecord } from "./Record.ts"
import * as Record from "./Record.ts"

/**
 * Questions of one walk at most: the domain itself, then names of seven labels and fewer (RFC 9989 section 4.10).
 *
 * @category limits
 * @since 0.1.0
 */
export const maxQuestions = 8

/**
 * The domains that a walk asks, in order.
 *
 * @category combinators
 * @since 0.1.0
 */
export const path = (domain: string): ReadonlyArray<string> => {
  const labels = Names.normal(domain).split(".")
  const up = labels.slice(1).slice(-(maxQuestions - 1))
  return [labels.join("."), ...up.map((_, at) => up.slice(at).join("."))]
}

interface Stop {
  readonly at: string
  readonly record: DmarcRecord
}

interface Walked {
  readonly asked: DmarcFacts["asked"]
  readonly found: ReadonlyArray<Stop>
  readonly organizational: string
}

/** Walks up from a domain; records that come in several count as none. */
const walk = Effect.fnUntraced(function*(
  domain: string,
  options: LookupOptions
): Effect.fn.Return<Walked, never, Resolver> {
  const asked: Array<DmarcFacts["asked"][number]> = []
  const found: Array<Stop> = []
  for (const [index, at] of path(domain).entries()) {
    const name = `_dmarc.${at}`
    const answer = yield* Ask.ask(name, "TXT", options)
    const records = Ask.recordsOf(answer).filter(Record.isDmarc)
    asked.push({ name, lookup: Ask.lookupOf(answer), records })
    const [text] = records
    if (text === undefined || records.length > 1) continue
    const record = Record.fromText(text)
    found.push({ at, record })
    // RFC 9989 section 4.10 steps 2 and 7.
    if (record.psd === "n" || record.psd === "y" && index > 0) break
  }
  return { asked, found, organizational: organizationalOf(domain, found) }
})

/** RFC 9989 section 4.10.2, from the longest name to the shortest. */
const organizationalOf = (domain: string, found: ReadonlyArray<Stop>): string => {
  const start = Names.normal(domain)
  for (const { at, record } of found) {
    if (record.psd === "n") return at
    if (record.psd === "y" && at !== start) {
      return start.split(".").slice(-(at.split(".").length + 1)).join(".")
    }
  }
  return found.at(-1)?.at ?? start
}

/** Whether a name exists, for `np`: anything but the certain word that it does not (RFC 8020 section 2). */
const existence = Effect.fnUntraced(function*(domain: string, options: LookupOptions) {
  const answer = yield* Ask.ask(domain, "A", options)
  if (answer._tag === "Failed") return undefined
  return !(answer._tag === "Absent" && answer.reason === "NoSuchName")
})

const policyOf = (
  { at, record }: Stop,
  domain: string,
  exists: boolean | undefined
): DmarcFacts["policy"] => {
  const p = record.p ?? "none"
  if (at === Names.normal(domain)) return { asks: p, tag: "p" }
  if (exists === false && record.np !== undefined) return { asks: record.np, tag: "np" }
  return record.sp === undefined ? { asks: p, tag: "p" } : { asks: record.sp, tag: "sp" }
}

const hostsOf = (places: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(places.flatMap((place) => {
    const match = /^mailto:[^@]+@([^!?]+)/i.exec(place)
    return match === null ? [] : [Names.normal(match[1]!)]
  }))
]

/** Whether a place outside the organization says that it takes the reports (RFC 9990 section 4). */
const consent = Effect.fnUntraced(function*(domain: string, host: string, options: LookupOptions) {
  const name = `${domain}._report._dmarc.${host}`
  const answer = yield* Ask.ask(name, "TXT", options)
  return {
    domain: host,
    name,
    ...(answer._tag === "Failed" ? {} : { agrees: Ask.recordsOf(answer).some(Record.isDmarc) })
  }
})

/**
 * Whether a domain that was authenticated is aligned with the domain of From (RFC 9989 section 4.4).
 *
 * @category evaluating
 * @since 0.1.0
 */
export const isAligned = Effect.fn("Dmarc.isAligned")(function*(
  authenticated: string,
  from: { readonly domain: string; readonly organizational: string; readonly mode: "r" | "s" },
  options: LookupOptions
): Effect.fn.Return<boolean | undefined, never, Resolver> {
  if (Names.normal(authenticated) === Names.normal(from.domain)) return true
  if (from.mode === "s") return false
  const { asked, organizational } = yield* walk(authenticated, options)
  if (organizational === from.organizational) return true
  return asked.some(({ lookup }) => lookup.state === "failed") ? undefined : false
})

/**
 * Establishes the facts. `spfDomain` is the domain that SPF authenticates, where it is another one.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("Dmarc.survey")(function*(
  domain: string,
  options: LookupOptions,
  spfDomain?: string
): Effect.fn.Return<DmarcFacts, never, Resolver> {
  const { asked, found, organizational } = yield* walk(domain, options)
  const start = Names.normal(domain)
  const usable = found.filter(({ record }) => Record.applies(record))
  // RFC 9989 section 4.10.1: the domain's own record, else that of the organizational domain, else that of the public suffix.
  const stop = usable.find(({ at }) => at === start) ?? usable.find(({ at }) => at === organizational) ??
    usable.find(({ at, record }) => record.psd === "y" && Names.isWithin(organizational, at))
  const exists = stop !== undefined && stop.at !== start ? yield* existence(domain, options) : undefined
  const policy = stop === undefined ? undefined : policyOf(stop, domain, exists)
  const outside = hostsOf([...(stop?.record.rua ?? []), ...(stop?.record.ruf ?? [])])
    .filter((host) => !Names.isWithin(host, organizational))
  const reports = yield* Effect.forEach(outside, (host) => consent(stop?.at ?? start, host, options))
  const spfAligned = spfDomain === undefined
    ? undefined
    : yield* isAligned(spfDomain, { domain, organizational, mode: stop?.record.aspf ?? "r" }, options)
  return {
    domain,
    asked,
    organizational,
    ...(exists === undefined ? {} : { exists }),
    ...(stop === undefined ? {} : { record: { at: stop.at, ...stop.record } }),
    ...(policy === undefined ? {} : { policy }),
    reports,
    ...(spfDomain === undefined ? {} : { spfDomain }),
    ...(spfAligned === undefined ? {} : { spfAligned })
  }
})
