/**
 * Reads DMARC records (RFC 9989 section 4.7, RFC 9989 section 4.8).
 *
 * Pure. A record begins with its version, to the letter; unknown tags and values that cannot be read are ignored and noted. Tags that only
 * RFC 7489 section 6.3 has are read for what receivers that still follow it do.
 *
 * @since 0.1.0
 */
import type { DmarcFacts } from "@sonde/domain/PostureFacts"
import * as Tags from "../Tags.ts"

/** @category models @since 0.1.0 */
export type DmarcRecord = Omit<NonNullable<DmarcFacts["record"]>, "at">

/** @category models @since 0.1.0 */
export type Preference = "none" | "quarantine" | "reject"

const preferences = ["none", "quarantine", "reject"] as const

/**
 * Whether a TXT record is a DMARC record.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isDmarc = (text: string): boolean => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text)

/** Removed by RFC 9989, appendix C; receivers that follow RFC 7489 section 6.3 still read them. */
const removed = ["pct", "rf", "ri"]

const known = ["v", "p", "sp", "np", "psd", "t", "adkim", "aspf", "rua", "ruf", "fo", ...removed]

const uri = /^[a-z][a-z0-9+.-]*:[^\s,!]+(?:!\d+[kmgt]?)?$/i

/**
 * Reads a record that `isDmarc`. Never fails: what cannot be read has its default, and a note says so.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): DmarcRecord => {
  const { broken, tags } = Tags.fromText(text)
  const notes = broken.map((part) => `${JSON.stringify(part)} is no tag`)
  const seen = new Set<string>()
  const values = new Map<string, string>()
  for (const { name, value } of tags) {
    const lower = name.toLowerCase()
    if (seen.has(lower)) notes.push(`${lower} stands there more than once; the first counts`)
    else values.set(lower, value)
    seen.add(lower)
    if (!known.includes(lower)) notes.push(`${lower} is unknown`)
  }
  const one = <const A extends string>(name: string, allowed: ReadonlyArray<A>): A | undefined => {
    const value = values.get(name)
    if (value === undefined) return undefined
    const found = allowed.find((word) => word === value.toLowerCase())
    if (found === undefined) notes.push(`${name}=${value} is none of ${allowed.join(", ")}`)
    return found
  }
  const places = (name: string): ReadonlyArray<string> => {
    const all = (values.get(name) ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "")
    for (const place of all) if (!uri.test(place)) notes.push(`${name} has ${JSON.stringify(place)}, which is no URI`)
    return all.filter((place) => uri.test(place))
  }
  const percentText = values.get("pct")
  const percent = percentText !== undefined && /^(?:100|\d{1,2})$/.test(percentText) ? Number(percentText) : undefined
  for (const name of removed) {
    if (values.has(name)) notes.push(`${name} was removed by RFC 9989; some receivers still read it`)
  }
  const [p, sp, np] = [one("p", preferences), one("sp", preferences), one("np", preferences)]
  return {
    text,
    ...(p === undefined ? {} : { p }),
    ...(sp === undefined ? {} : { sp }),
    ...(np === undefined ? {} : { np }),
    psd: one("psd", ["y", "n", "u"]) ?? "u",
    testing: one("t", ["y", "n"]) === "y",
    ...(percent === undefined ? {} : { percent }),
    adkim: one("adkim", ["r", "s"]) ?? "r",
    aspf: one("aspf", ["r", "s"]) ?? "r",
    rua: places("rua"),
    ruf: places("ruf"),
    notes
  }
}

/**
 * Whether a record asks for anything at all: one whose tags of policy cannot be read counts as `none` where it wants reports, and
 * otherwise not at all (RFC 9989 section 4.10.1).
 *
 * @category predicates
 * @since 0.1.0
 */
export const applies = (record: DmarcRecord): boolean => {
  const values = Tags.fromText(record.text).tags
  const broken = (["p", "sp", "np"] as const).some((name) =>
    record[name] === undefined && values.some((tag) => tag.name.toLowerCase() === name)
  )
  return !broken || record.rua.length > 0
}
