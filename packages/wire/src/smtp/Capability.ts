/**
 * Codec for what a server offers: the reply to EHLO or LHLO (RFC 5321 section 4.1.1.1), with AUTH (RFC 4954 section 3) and
 * SIZE (RFC 1870 section 3).
 *
 * Pure: a reply in, data out. It does not know which extensions exist and drops none; a difference between two replies is
 * reported, not judged.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import type { SmtpReply } from "./Reply.ts"
import * as Reply from "./Reply.ts"

/**
 * One line of the reply. `keyword` is in upper case, also when it is no legal keyword; `params` are as sent, in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Capability {
  readonly keyword: string
  readonly params: ReadonlyArray<string>
}

/**
 * A reply to EHLO. `domain` is the first word of its first line and `greet` the rest, both empty when the server says
 * nothing. `keywords` are in the order of the server, duplicates included, at most `Limits.maxCapabilities`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CapabilitySet {
  readonly domain: string
  readonly greet: string
  readonly keywords: ReadonlyArray<Capability>
}

/**
 * A reply that offers nothing. `not-accepted`: the code is not 250. `too-many-keywords`: more than
 * `Limits.maxCapabilities`, which no honest server sends.
 *
 * @category errors
 * @since 0.1.0
 */
export class CapabilityError extends Data.TaggedError("CapabilityError")<{
  readonly problem: "not-accepted" | "too-many-keywords"
  readonly code: number
}> {
  override get message(): string {
    return this.problem === "not-accepted"
      ? `EHLO answered with ${this.code}`
      : `EHLO answered with more than ${Limits.maxCapabilities} keywords`
  }
}

/**
 * Reads the reply to EHLO or LHLO; the one-line reply to HELO gives no keywords. Lines without text are skipped.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromReply = (reply: SmtpReply): Result.Result<CapabilitySet, CapabilityError> => {
  if (reply.code !== 250) return Result.fail(new CapabilityError({ problem: "not-accepted", code: reply.code }))
  const [first, ...rest] = reply.lines
  const [domain = "", ...greet] = first.trim().split(/[ \t]+/)
  const keywords: Array<Capability> = []
  for (const line of rest) {
    const [keyword = "", ...params] = line.trim().split(/[ \t]+/)
    if (keyword === "") continue
    if (keywords.length === Limits.maxCapabilities) {
      return Result.fail(new CapabilityError({ problem: "too-many-keywords", code: reply.code }))
    }
    keywords.push({ keyword: keyword.toUpperCase(), params })
  }
  return Result.succeed({ domain, greet: greet.join(" "), keywords })
}

/**
 * Writes a set as the 250 reply a server would send.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toReply = (set: CapabilitySet): SmtpReply =>
  Reply.make(250, [
    [set.domain, set.greet].filter((part) => part !== "").join(" "),
    ...set.keywords.map(({ keyword, params }) => [keyword, ...params].join(" "))
  ])

/**
 * Whether a keyword is offered, in any case of its letters.
 *
 * @category predicates
 * @since 0.1.0
 */
export const has = (set: CapabilitySet, keyword: string): boolean =>
  set.keywords.some((capability) => capability.keyword === keyword.toUpperCase())

/**
 * SASL mechanisms in upper case, in the order of the server, each once. Merges `AUTH LOGIN XOAUTH2` with the older
 * `AUTH=LOGIN`, which servers of the nineties and their successors still send, and with repeated AUTH lines.
 *
 * @category reading
 * @since 0.1.0
 */
export const authMechanisms = (set: CapabilitySet): ReadonlyArray<string> => {
  const names = set.keywords.flatMap(({ keyword, params }) =>
    keyword === "AUTH" ? params : keyword.startsWith("AUTH=") ? [keyword.slice("AUTH=".length), ...params] : []
  )
  return unique(names.filter((name) => name !== "").map((name) => name.toUpperCase()))
}

/**
 * Largest message in octets the server announces (RFC 1870 section 3), 0 for "no fixed limit". `undefined` when SIZE is
 * absent, has no number, or one beyond 2^53 - 1. The first SIZE counts.
 *
 * @category reading
 * @since 0.1.0
 */
export const size = (set: CapabilitySet): number | undefined => {
  const param = set.keywords.find(({ keyword }) => keyword === "SIZE")?.params[0]
  if (param === undefined || !/^\d{1,20}$/.test(param)) return undefined
  const octets = Number(param)
  return Number.isSafeInteger(octets) ? octets : undefined
}

/**
 * Keywords that appear only in the second set and only in the first, each once, in the order of their set. Parameters are
 * not compared. After STARTTLS a lost keyword other than STARTTLS, or a STARTTLS that stays, is worth a finding
 * (RFC 3207 section 4.2).
 *
 * @category comparing
 * @since 0.1.0
 */
export const compare = (
  before: CapabilitySet,
  after: CapabilitySet
): { readonly added: ReadonlyArray<string>; readonly removed: ReadonlyArray<string> } => ({
  added: missing(after, before),
  removed: missing(before, after)
})

const unique = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)]

const missing = (from: CapabilitySet, other: CapabilitySet): ReadonlyArray<string> => {
  const known = new Set(other.keywords.map(({ keyword }) => keyword))
  return unique(from.keywords.map(({ keyword }) => keyword)).filter((keyword) => !known.has(keyword))
}
