/**
 * What the phases of an OAuth 2.0 token establish: plain data that may stand in a journal. No token is among it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A claim that is not what it has to be: its name, what stands in the token, and what would be right.
 *
 * @category models
 * @since 0.1.0
 */
export const Claim = Schema.Struct({
  name: Schema.String,
  found: Schema.String,
  wanted: Schema.String
}).annotate({ identifier: "Claim" })
/** @category models @since 0.1.0 */
export interface Claim extends Schema.Schema.Type<typeof Claim> {}

/**
 * What an access token says of itself, unverified. `format` is `jwt`, or `opaque` and `encrypted` for tokens that only the
 * provider can read; of those nothing else is known. `kind` is whom it stands for, `user` that person's name. Moments are
 * ISO 8601 in UTC. `doubts` are claims that may be right nevertheless.
 *
 * @category models
 * @since 0.1.0
 */
export const ClaimsFacts = Schema.Struct({
  format: Schema.Literals(["jwt", "opaque", "encrypted"]),
  kind: Schema.optionalKey(Schema.Literals(["app", "user"])),
  user: Schema.optionalKey(Schema.String),
  application: Schema.optionalKey(Schema.String),
  object: Schema.optionalKey(Schema.String),
  tenant: Schema.optionalKey(Schema.String),
  issuer: Schema.optionalKey(Schema.String),
  audiences: Schema.Array(Schema.String),
  scopes: Schema.optionalKey(Schema.Array(Schema.String)),
  roles: Schema.optionalKey(Schema.Array(Schema.String)),
  issuedAt: Schema.optionalKey(Schema.String),
  notBefore: Schema.optionalKey(Schema.String),
  expiresAt: Schema.optionalKey(Schema.String),
  doubts: Schema.Array(Claim)
}).annotate({ identifier: "ClaimsFacts" })
/** @category models @since 0.1.0 */
export interface ClaimsFacts extends Schema.Schema.Type<typeof ClaimsFacts> {}

/**
 * Where a token comes from.
 *
 * @category models
 * @since 0.1.0
 */
export const TokenSource = Schema.Literals(["given", "device-code", "client-credentials", "refresh-token"])
/** @category models @since 0.1.0 */
export type TokenSource = typeof TokenSource.Type

/**
 * A token that is there. `lifetimeSeconds` is `expires_in` and `scope` what was granted (RFC 6749 section 5.1), where the
 * token endpoint said so; `refreshable` says that a refresh token came with it.
 *
 * @category models
 * @since 0.1.0
 */
export const TokenFacts = Schema.Struct({
  source: TokenSource,
  lifetimeSeconds: Schema.optionalKey(Schema.Finite),
  scope: Schema.optionalKey(Schema.String),
  refreshable: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "TokenFacts" })
/** @category models @since 0.1.0 */
export interface TokenFacts extends Schema.Schema.Type<typeof TokenFacts> {}
