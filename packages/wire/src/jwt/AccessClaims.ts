/**
 * The claims of an access token by what they mean, whichever of their names an issuer uses.
 *
 * RFC 7519 section 4.1 has the registered names, RFC 9068 section 2.2 those of access tokens, RFC 8693 section 4.2 `scope`.
 * Microsoft writes `scp`, `roles`, `tid`, `oid`, `upn`, `appid`, `azp` and `idtyp`.
 *
 * Pure. A claim of the wrong type counts as absent. Nothing is judged here.
 *
 * @since 0.1.0
 */
import type { Members } from "./Jwt.ts"

/**
 * What a token says of itself. Moments are seconds since the epoch. `scopes` and `roles` are undefined where the token has
 * no such claim, and empty where the claim is. `kind` is whom it stands for: an application by itself, or a user. `names` are
 * all names of that user, the one that issuers mean first, `user`, among them.
 *
 * @category models
 * @since 0.1.0
 */
export interface AccessClaims {
  readonly issuer: string | undefined
  readonly audiences: ReadonlyArray<string>
  readonly scopes: ReadonlyArray<string> | undefined
  readonly roles: ReadonlyArray<string> | undefined
  readonly tenant: string | undefined
  readonly application: string | undefined
  readonly object: string | undefined
  readonly subject: string | undefined
  readonly kind: "app" | "user" | undefined
  readonly user: string | undefined
  readonly names: ReadonlyArray<string>
  readonly issuedAt: number | undefined
  readonly notBefore: number | undefined
  readonly expiresAt: number | undefined
}

const text = (claims: Members, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    if (typeof value === "string" && value !== "") return value
  }
  return undefined
}

/** NumericDate of RFC 7519 section 2; only moments that a calendar can name. */
const moment = (claims: Members, name: string): number | undefined => {
  const value = claims[name]
  return typeof value === "number" && Math.abs(value) <= 8_640_000_000_000 ? value : undefined
}

const words = (claims: Members, ...names: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  for (const name of names) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    // RFC 8693 section 4.2: names with spaces between them; some issuers write a list.
    if (typeof value === "string") return value.split(/\s+/).filter((word) => word !== "")
    if (Array.isArray(value)) return value.filter((word): word is string => typeof word === "string")
  }
  return undefined
}

const nameClaims = ["upn", "preferred_username", "email", "unique_name", "username"] as const

/** The names of a user. A subject is one where it is an address: mail servers compare it with the name of the sign-in. */
const namesOf = (claims: Members, application: string | undefined): ReadonlyArray<string> => {
  const subject = text(claims, "sub")
  const isAddress = subject !== undefined && subject !== application && /^[^\s@]+@[^\s@]+$/.test(subject)
  const named = nameClaims.flatMap((name) => text(claims, name) ?? [])
  return [...new Set(isAddress ? [...named, subject] : named)]
}

const kindOf = (
  claims: Members,
  user: string | undefined,
  scopes: ReadonlyArray<string> | undefined,
  application: string | undefined
): AccessClaims["kind"] => {
  const said = text(claims, "idtyp")
  if (said === "app" || said === "user") return said
  if (user !== undefined) return "user"
  const [object, subject] = [text(claims, "oid"), text(claims, "sub")]
  // RFC 9068 section 2.2: without a user the subject is the client itself; Entra then repeats the object id in it.
  if (subject !== undefined && (subject === application || (subject === object && scopes === undefined))) return "app"
  return scopes !== undefined && object !== undefined ? "user" : undefined
}

/**
 * Reads the claims of a token.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromClaims = (claims: Members): AccessClaims => {
  const scopes = words(claims, "scp", "scope")
  const application = text(claims, "appid", "azp", "client_id", "cid")
  const names = namesOf(claims, application)
  const [user] = names
  const audience = claims.aud
  return {
    issuer: text(claims, "iss"),
    // RFC 7519 section 4.1.3: one name or a list of them.
    audiences: typeof audience === "string" ? [audience] : words(claims, "aud") ?? [],
    scopes,
    roles: words(claims, "roles"),
    tenant: text(claims, "tid"),
    application,
    object: text(claims, "oid"),
    subject: text(claims, "sub"),
    kind: kindOf(claims, user, scopes, application),
    user,
    names,
    issuedAt: moment(claims, "iat"),
    notBefore: moment(claims, "nbf"),
    expiresAt: moment(claims, "exp")
  }
}
