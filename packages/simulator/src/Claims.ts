/**
 * The claims Entra puts into its tokens: access tokens of Exchange and Graph (version 1.0) and id tokens (version 2.0).
 *
 * Pure. Times are seconds since the epoch (RFC 7519 section 2). Names and shapes follow Microsoft's token references and
 * the claims seen in decoded tokens of real organisations.
 *
 * @since 0.1.0
 */
import { guidOf } from "./Identifiers.ts"

/** What an access token speaks of. `user` null makes it an application's own. */
export interface Access {
  readonly audience: string
  readonly tenantId: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly appId: string
  readonly appName: string | null
  readonly user: string | null
  readonly objectId: string
  readonly scopes: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
  /** How the user signed in: `pwd`, `mfa`. */
  readonly methods: ReadonlyArray<string>
  /** How the client proved itself. */
  readonly authenticated: "none" | "secret" | "assertion"
  /** What makes the token differ from all others, for the claim uti. */
  readonly tokenId: string
}

const strengths = { none: "0", secret: "1", assertion: "2" }

const nameOf = (address: string): string => {
  const local = address.slice(0, address.indexOf("@"))
  return local.slice(0, 1).toUpperCase() + local.slice(1)
}

/** Claims of an access token. */
export const ofAccess = (access: Access): Record<string, unknown> => ({
  aud: access.audience,
  iss: `https://sts.windows.net/${access.tenantId}/`,
  iat: access.issuedAt,
  nbf: access.issuedAt,
  exp: access.expiresAt,
  ...(access.user === null ? {} : { acr: "1", amr: access.methods }),
  ...(access.appName === null ? {} : { app_displayname: access.appName }),
  appid: access.appId,
  appidacr: strengths[access.authenticated],
  ...(access.user === null ? { idp: `https://sts.windows.net/${access.tenantId}/` } : { ipaddr: "127.0.0.1" }),
  idtyp: access.user === null ? "app" : "user",
  ...(access.user === null ? {} : { name: nameOf(access.user) }),
  oid: access.objectId,
  ...(access.roles.length > 0 ? { roles: access.roles } : {}),
  ...(access.scopes.length > 0 ? { scp: access.scopes.join(" ") } : {}),
  sub: access.user === null ? access.objectId : guidOf(`${access.appId} ${access.objectId}`).replaceAll("-", ""),
  tid: access.tenantId,
  ...(access.user === null ? {} : { unique_name: access.user, upn: access.user }),
  uti: guidOf(access.tokenId).replaceAll("-", "").slice(0, 22),
  ver: "1.0"
})

/** Claims of an id token for the client `appId`. `issuer` is the sign-in service's, with its cloud. */
export const ofIdentity = (identity: {
  readonly appId: string
  readonly issuer: string
  readonly tenantId: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly user: string
  readonly objectId: string
  readonly nonce: string | undefined
}): Record<string, unknown> => ({
  aud: identity.appId,
  iss: identity.issuer,
  iat: identity.issuedAt,
  nbf: identity.issuedAt,
  exp: identity.expiresAt,
  name: nameOf(identity.user),
  ...(identity.nonce === undefined ? {} : { nonce: identity.nonce }),
  oid: identity.objectId,
  preferred_username: identity.user,
  sub: guidOf(`${identity.appId} ${identity.objectId}`).replaceAll("-", ""),
  tid: identity.tenantId,
  ver: "2.0"
})
