/**
 * What can be judged before connecting: ports that are not offered, user names and secrets of the wrong form,
 * messages over a limit.
 *
 * Only traits of a secret are looked at, never the secret; `secretTraits` is the one function that sees it.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Redacted from "effect/Redacted"
import type { Knowledge } from "./Knowledge.ts"
import type { Pack } from "./Pack.ts"
import type { PreflightRule, PreflightWhen } from "./schema/Rule.ts"
import { list } from "./schema/Scalar.ts"
import { foldName, hostMatches } from "./Text.ts"
import { type Context, fromRule } from "./Verdict.ts"

/**
 * The form of a secret, without the secret.
 *
 * @category models
 * @since 0.1.0
 */
export interface SecretTraits {
  readonly outerSpace: boolean
  readonly innerSpace: boolean
  readonly notAscii: boolean
  readonly invisible: boolean
  readonly lookAlike: boolean
  readonly groupsOfFour: boolean
  readonly looksLikeGuid: boolean
  readonly looksLikeToken: boolean
}

/**
 * What is known before connecting. Absent fields are unknown, and a condition on them does not hold.
 * `messageOctets` is the size of the message as sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface PreflightInput {
  readonly service: ServiceId
  readonly endpoint?: Endpoint | undefined
  readonly credential: "none" | "password" | "token"
  readonly user?: string | undefined
  readonly mailbox?: string | undefined
  readonly from?: string | undefined
  readonly mechanism?: string | undefined
  readonly secretTraits?: SecretTraits | undefined
  readonly messageOctets?: number | undefined
  readonly recipients?: number | undefined
  readonly delivering: boolean
}

/**
 * A verdict before connecting; `stop` says that the service must not connect.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judgement {
  readonly verdict: Verdict
  readonly stop: boolean
}

const outerSpace = /^\s|\s$/u
const notAscii = /[^\x20-\x7e]/u

/** Spaces that are not the space, characters without width, marks of direction, control characters. */
const invisible = /[\p{Cc}\p{Cf}\u00a0\u115f\u1160\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u3164]/u

/** What word processors and web pages put in place of quotes, hyphens and dots, and ASCII in full width. */
const typographic = /[\u2010-\u2015\u2018-\u201f\u2024-\u2026\u2032\u2033\u2212\uff01-\uff5e]/u

/** Letters of Cyrillic and Greek that look like Latin ones. */
const twins = /[АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοκνρχ]/u
const otherScript = /[\p{Script=Cyrillic}\p{Script=Greek}]/u

/** Somebody who writes in the other script uses letters that have no Latin twin. */
const hasTwinsAlone = (text: string): boolean =>
  twins.test(text) && !Array.from(text).some((character) => otherScript.test(character) && !twins.test(character))

/**
 * The form of a secret: white space at its ends or within, characters outside printable ASCII, characters that are not to be seen
 * or that look like others, four groups of four letters (as app passwords are shown), the form of a GUID (as of a secret's id
 * mistaken for its value), the form of a token (a JSON Web Token, or longer than 200 octets).
 *
 * @category combinators
 * @since 0.1.0
 */
export const secretTraits = (secret: Redacted.Redacted<string>): SecretTraits => {
  const value = Redacted.value(secret)
  const trimmed = value.trim()
  return {
    outerSpace: outerSpace.test(value),
    innerSpace: /\s/u.test(trimmed),
    notAscii: notAscii.test(trimmed),
    invisible: invisible.test(trimmed),
    lookAlike: typographic.test(trimmed) || hasTwinsAlone(trimmed),
    groupsOfFour: /^[a-z]{4}(?:\s[a-z]{4}){3}$/iu.test(trimmed),
    looksLikeGuid: /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/iu.test(trimmed),
    looksLikeToken: trimmed.length > 200 || /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/u.test(trimmed)
  }
}

const domainOf = (address: string | undefined): string | undefined => {
  const at = address?.lastIndexOf("@") ?? -1
  return address === undefined || at === -1 ? undefined : foldName(address.slice(at + 1))
}

const differs = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one.trim().toLowerCase() !== other.trim().toLowerCase()

const userTraits: Readonly<Record<string, (user: string, input: PreflightInput) => boolean>> = {
  "no-domain": (user) => !user.includes("@"),
  "not-ascii": (user) => notAscii.test(user.trim()),
  "outer-space": (user) => outerSpace.test(user),
  "differs-from-mailbox": (user, { mailbox }) => differs(user, mailbox)
}

const secretConditions: Readonly<Record<string, keyof SecretTraits>> = {
  "outer-space": "outerSpace",
  "inner-space": "innerSpace",
  "not-ascii": "notAscii",
  "invisible": "invisible",
  "look-alike": "lookAlike",
  "groups-of-four": "groupsOfFour",
  "looks-like-guid": "looksLikeGuid",
  "looks-like-token": "looksLikeToken"
}

const within = <A>(found: A | undefined, wanted: ReadonlyArray<A>): boolean =>
  wanted.length === 0 || (found !== undefined && wanted.includes(found))

const exceeds = (pack: Pack, limit: string | undefined, value: number | undefined): boolean => {
  if (limit === undefined) return true
  const found = pack.limits?.find(({ id }) => id === limit)
  return found !== undefined && value !== undefined && value > found.value
}

const holds = (pack: Pack, when: PreflightWhen, input: PreflightInput): boolean => {
  const { endpoint, secretTraits: traits, user } = input
  const host = endpoint === undefined ? undefined : foldName(endpoint.host)
  const hosts = list(when.host).map(foldName)
  const users = list(when.user)
  const secrets = list(when.secret)
  return within(input.service, list(when.service)) &&
    (hosts.length === 0 || (host !== undefined && hosts.some((pattern) => hostMatches(host, pattern)))) &&
    within(endpoint?.port, list(when.port)) &&
    within(endpoint?.security, list(when.security)) &&
    within(input.mechanism?.toUpperCase(), list(when.mechanism).map((name) => name.toUpperCase())) &&
    (users.length === 0 || (user !== undefined && users.some((trait) => userTraits[trait]?.(user, input) === true))) &&
    (when.sender === undefined || differs(input.from, user ?? input.mailbox)) &&
    (secrets.length === 0 || secrets.some((trait) => {
      const key = secretConditions[trait]
      return key !== undefined && traits?.[key] === true
    })) &&
    within(input.credential, list(when.credential)) &&
    exceeds(pack, when.message?.largerThan, input.messageOctets) &&
    exceeds(pack, when.recipients?.moreThan, input.recipients) &&
    within(domainOf(input.mailbox ?? user), list(when.mailboxDomain).map(foldName)) &&
    (when.clear === undefined || (endpoint !== undefined && (endpoint.security === "none") === when.clear)) &&
    (when.delivering === undefined || input.delivering === when.delivering)
}

/** How many conditions a preflight rule has: more is more specific. */
const size = (rule: PreflightRule): number => Object.keys(rule.when).length

/**
 * The verdicts before connecting, those that stop first, then by pack (provider, software, generic), then rules with
 * more conditions first, then by id. Of several rules with the same cause only the first speaks. The phase of each
 * verdict is `preflight`; `context.phase` and `context.service` are not used.
 *
 * @category matching
 * @since 0.1.0
 */
export const judge = (knowledge: Knowledge, input: PreflightInput, context: Context): ReadonlyArray<Judgement> => {
  const found = knowledge.packs.flatMap((pack, place) =>
    (pack.preflight ?? [])
      .filter((rule) => holds(pack, rule.when, input))
      .map((rule) => ({ pack, rule, place, stop: rule.stop === true }))
  )
  found.sort((a, b) =>
    Number(b.stop) - Number(a.stop) || a.place - b.place || size(b.rule) - size(a.rule) ||
    (a.rule.id < b.rule.id ? -1 : 1)
  )
  const causes = new Set<string>()
  return found.flatMap(({ pack, rule, stop }) => {
    if (causes.has(rule.cause)) return []
    causes.add(rule.cause)
    const verdict = fromRule(pack, rule, { ...context, phase: "preflight", service: input.service })
    return [{ verdict, stop }]
  })
}
