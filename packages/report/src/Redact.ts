/**
 * Takes persons and places out of a report, the same ones always by the same name.
 *
 * Secrets need nothing here: they never reach a report. `personal` also replaces addresses, user names, domains of the
 * target, IP addresses, host ids of data centres, session ids and UUIDs. Names of providers' public hosts stay.
 *
 * @since 0.1.0
 */
import type { Event } from "@sonde/domain/Event"
import type { Explanation } from "@sonde/domain/Explanation"
import type { Report } from "@sonde/domain/Report"
import * as Target from "@sonde/domain/Target"
import type * as Schema from "effect/Schema"
import {
  decodeEvent,
  decodeExplanation,
  decodeReport,
  encodeEvent,
  encodeExplanation,
  encodeReport
} from "./internal/codecs.ts"

/**
 * How much is taken out.
 *
 * @category models
 * @since 0.1.0
 */
export type Level = "secrets" | "personal"

// Fields whose values come from closed lists or are dates of the run; a user called `auth` must not change a phase.
const closed = new Set([
  "schema",
  "run",
  "id",
  "state",
  "because",
  "_tag",
  "reason",
  "conditions",
  "service",
  "phase",
  "protocol",
  "security",
  "outcome",
  "cause",
  "rule",
  "confidence",
  "actor",
  "kind",
  "shell",
  "dir",
  "recognisedBy",
  "packVersion",
  "startedAt",
  "resumedAt",
  "resumeAfter",
  "at",
  "asOf",
  "reviewBy",
  "source",
  "notBefore",
  "notAfter",
  "ruledOut",
  "notJudged",
  "mechanism",
  "type",
  "offered",
  "keyword",
  "auth",
  "result",
  "format",
  "audiences",
  "issuedAt",
  "expiresAt"
])

// `at` is a moment nearly everywhere, and the name where a DMARC record stands.
const isClosed = (key: string, text: string): boolean => closed.has(key) && (key !== "at" || /^\d{4}-\d\d-/.test(text))

const address = /[^\s"'<>()[\]{},;:\\@=‹›]+@([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)/giu
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi
// `AM0PR02CA0134.eurprd02.prod.outlook.com` and its like: a first label with capitals and digits mixed.
const hostId = /\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9-]{6,}(?:\.[a-z0-9-]+)+\b/g
const ipv4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g
const ipv6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f.]{0,15}(?![\w:])/gi
// Session and trace ids: long runs of capitals and digits, or of hexadecimal digits, with both kinds in them.
const sessionId =
  /\b(?=[0-9A-Z]*\d)(?=[0-9A-Z]*[A-Z])[0-9A-Z]{12,}\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,64}\b/g

// RFC 5321 section 4.1.1.1: the name under which this machine introduced itself.
const greeted = /^(?:EHLO|HELO|LHLO) ([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)$/iu

const tenant = /\b[a-z0-9-]+\.onmicrosoft\.(?:com|us|cn|de)\b/gi

const quote = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

interface Names {
  readonly of: (kind: string, value: string) => string
}

const names = (): Names => {
  const known = new Map<string, string>()
  const counts = new Map<string, number>()
  return {
    of: (kind, value) => {
      const key = `${kind}\0${value.toLowerCase()}`
      const found = known.get(key)
      if (found !== undefined) return found
      const next = (counts.get(kind) ?? 0) + 1
      counts.set(kind, next)
      const name = `${kind}-${next}`
      known.set(key, name)
      return name
    }
  }
}

const strings = function*(value: Schema.Json, key = ""): Generator<readonly [string, string]> {
  if (typeof value === "string") yield [key, value]
  else if (Array.isArray(value)) { for (const one of value) yield* strings(one, key) }
  else if (typeof value === "object" && value !== null) {
    for (const [name, one] of Object.entries(value)) yield* strings(one, name)
  }
}

const replaced = (value: Schema.Json, change: (text: string) => string, key = ""): Schema.Json => {
  if (typeof value === "string") return isClosed(key, value) ? value : change(value)
  if (Array.isArray(value)) return value.map((one) => replaced(one, change, key))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, change, name)]))
  }
  return value
}

/** The names under which this machine introduced itself, out of the facts of `ehlo`. */
const introduced = function*(value: Schema.Json): Generator<string> {
  if (typeof value !== "object" || value === null) return
  if (!Array.isArray(value) && "keywords" in value && "name" in value && typeof value.name === "string") {
    yield value.name
  }
  for (const one of Object.values(value)) yield* introduced(one)
}

/** What has been learnt and named so far; it lasts over several documents. */
const scrubber = (): (json: Schema.Json, keep?: string) => Schema.Json => {
  const name = names()
  const domains = new Set<string>()
  const users = new Set<string>()

  const learn = (json: Schema.Json): void => {
    for (const host of introduced(json)) {
      if (!Target.isAddress(host.replace(/^\[(.*)\]$/u, "$1"))) domains.add(host.toLowerCase())
    }
    for (const [key, text] of strings(json)) {
      if (isClosed(key, text)) continue
      for (const match of text.matchAll(address)) if (match[1] !== undefined) domains.add(match[1].toLowerCase())
      if (key === "domain" && text.includes(".")) domains.add(text.toLowerCase())
      if ((key === "user" || key === "authenticatedAs") && text !== "" && !text.includes("@")) users.add(text)
      for (const match of text.matchAll(tenant)) domains.add(match[0].toLowerCase())
      const host = greeted.exec(text)?.[1]
      if (host !== undefined) domains.add(host.toLowerCase())
    }
  }

  return (json, keep) => {
    learn(json)
    const byLength = Array.from(domains).toSorted((a, b) => b.length - a.length)
    const domainPattern = byLength.length === 0
      ? undefined
      : new RegExp(`(?<![\\w-])(?:${byLength.map(quote).join("|")})(?![\\w-]|\\.[a-z0-9])`, "giu")
    const userPattern = users.size === 0
      ? undefined
      : new RegExp(`(?<![\\w.-])(?:${Array.from(users).map(quote).join("|")})(?![\\w-])`, "gu")
    return replaced(json, (text) => {
      let out = text.replaceAll(
        address,
        (whole, domain: string) => `${name.of("user", whole)}@${name.of("domain", domain)}`
      )
      out = out.replaceAll(uuid, (found) => name.of("id", found))
      out = out.replaceAll(hostId, (found) => name.of("host", found))
      if (domainPattern !== undefined) out = out.replaceAll(domainPattern, (found) => name.of("domain", found))
      out = out.replaceAll(ipv6, (found) => Target.isAddress(found) ? name.of("ip", found) : found)
      out = out.replaceAll(ipv4, (found) => Target.isAddress(found) ? name.of("ip", found) : found)
      out = out.replaceAll(sessionId, (found) => found === keep ? found : name.of("id", found))
      return userPattern === undefined ? out : out.replaceAll(userPattern, (found) => name.of("user", found))
    })
  }
}

/**
 * A copy of a report without what `level` takes out. With `secrets` it is the report itself.
 *
 * @category redaction
 * @since 0.1.0
 */
export const report = (it: Report, level: Level): Report =>
  level === "secrets" ? it : decodeReport()(scrubber()(encodeReport()(it), it.run))

/**
 * A copy of an explanation without what `level` takes out.
 *
 * @category redaction
 * @since 0.1.0
 */
export const explanation = (it: Explanation, level: Level): Explanation =>
  level === "secrets" ? it : decodeExplanation()(scrubber()(encodeExplanation()(it)))

/**
 * A redactor for the events of one run: names given once hold for all events that follow.
 *
 * @category redaction
 * @since 0.1.0
 */
export const make = (level: Level): { readonly event: (it: Event) => Event } => {
  if (level === "secrets") return { event: (it) => it }
  const scrub = scrubber()
  return { event: (it) => decodeEvent()(scrub(encodeEvent()(it), it.run)) }
}
