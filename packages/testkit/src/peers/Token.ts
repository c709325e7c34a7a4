/**
 * Access tokens that a resource server validates by itself: JWT (RFC 7519) signed with HS256 (RFC 7518 section 3.2).
 */
import { createHmac } from "node:crypto"

/**
 * Whose a token is, for whom, and what else it says. `lifeSeconds` counts from now and may be negative; `scope` is `mail` unless given.
 */
export interface Claims {
  readonly subject: string
  readonly issuer: string
  readonly audience: string
  readonly lifeSeconds: number
  readonly scope?: string
  readonly more?: Readonly<Record<string, string>>
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A token signed with a shared key. */
export const sign = (key: string, claims: Claims): string => {
  const now = Math.floor(Date.now() / 1000)
  const body = `${part({ alg: "HS256", typ: "JWT" })}.${
    part({
      sub: claims.subject,
      iss: claims.issuer,
      aud: claims.audience,
      scope: claims.scope ?? "mail",
      iat: now - 7200,
      nbf: now - 7200,
      exp: now + claims.lifeSeconds,
      ...claims.more
    })
  }`
  return `${body}.${createHmac("sha256", key).update(body).digest("base64url")}`
}
