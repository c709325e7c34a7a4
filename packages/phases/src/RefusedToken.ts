/**
 * What a token says against itself, once a mail server has refused it without saying why.
 *
 * A token that passed `claims` fits all that was known before. The refusal can add to that: the scope the server takes and
 * where its issuer publishes itself (RFC 7628 section 3.2.2), and that it was refused at all. Each claim that then does not
 * fit is a doubt: only the server knows whether it is the reason.
 *
 * @since 0.1.0
 */
import type { SaslPayload } from "@sonde/domain/Errors"
import type { Claim, ClaimsFacts } from "@sonde/domain/TokenFacts"
import { grants, same } from "./Claims.ts"

/**
 * A refusal: what the server said of it beside its reply, the `host` that was signed in to and the domain of the mailbox.
 * `knowsAudience` says that the audience was compared with a known one and is right.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refusal {
  readonly payload: SaslPayload | undefined
  readonly host: string
  readonly domain: string | undefined
  readonly knowsAudience: boolean
}

const words = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== "")

const scope = ({ scopes }: ClaimsFacts, { payload }: Refusal): Claim | undefined => {
  const wanted = words(payload?.scope ?? "")
  // A token that names no scopes may leave them to the server that asks for them.
  if (scopes === undefined || wanted.length === 0) return undefined
  return scopes.some((granted) => wanted.some((one) => grants(granted, one)))
    ? undefined
    : { name: "scp", found: scopes.length === 0 ? "none" : scopes.join(" "), wanted: wanted.join(" or ") }
}

const wellKnown = "/.well-known/openid-configuration"

/** The issuer whose configuration is at an address; undefined where the address does not tell. */
const issuerAt = (address: string): string | undefined => {
  if (!URL.canParse(address)) return undefined
  const { origin, pathname } = new URL(address)
  if (pathname.endsWith(wellKnown)) return `${origin}${pathname.slice(0, -wellKnown.length)}`
  // RFC 8414 section 3.1 puts it before the path of the issuer.
  return pathname.startsWith(`${wellKnown}/`) ? `${origin}${pathname.slice(wellKnown.length)}` : undefined
}

const issuer = ({ issuer: found }: ClaimsFacts, { payload }: Refusal): Claim | undefined => {
  const wanted = issuerAt(payload?.["openid-configuration"] ?? "")
  return found === undefined || wanted === undefined || same(found, wanted) ? undefined : { name: "iss", found, wanted }
}

/** The host that an audience names; undefined for an id or a word. */
const placeOf = (audience: string): string | undefined => {
  if (/^https?:\/\//i.test(audience)) return URL.canParse(audience) ? new URL(audience).hostname : undefined
  return /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i.test(audience) ? audience.toLowerCase() : undefined
}

const ending = (host: string): string => host.toLowerCase().split(".").slice(-2).join(".")

/**
 * An audience that is a place of somebody else. RFC 7519 section 4.1.3 lets only those take a token whom it is for; but an
 * audience may be any word, so one that is no place, or one near the server, says nothing.
 */
const audience = (
  { audiences }: ClaimsFacts,
  { domain, host, knowsAudience }: Refusal
): Claim | undefined => {
  const places = audiences.flatMap((one) => placeOf(one) ?? [])
  if (knowsAudience || places.length === 0 || places.length < audiences.length) return undefined
  const near = new Set([host, ...(domain === undefined ? [] : [domain])].map(ending))
  return places.some((place) => near.has(ending(place)))
    ? undefined
    : { name: "aud", found: audiences.join(" "), wanted: host }
}

/**
 * The claims of a refused token that may be the reason, those that `claims` left open first.
 *
 * @category combinators
 * @since 0.1.0
 */
export const doubts = (facts: ClaimsFacts, refusal: Refusal): ReadonlyArray<Claim> => {
  const found = [...facts.doubts]
  for (const claim of [scope(facts, refusal), issuer(facts, refusal), audience(facts, refusal)]) {
    if (claim !== undefined && found.every(({ name }) => name !== claim.name)) found.push(claim)
  }
  return found
}
