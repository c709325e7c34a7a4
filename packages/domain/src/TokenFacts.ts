/**
 * What the phases of an OAuth 2.0 token establish: plain data that may stand in a journal. No token is among it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Outcome, ServiceId } from "./Service.ts"

/**
 * A claim that is not what it has to be: its name, what stands in the token, and what would be right. Where a token is for several
 * services, `services` are those that want it otherwise; of a time, which is wrong for all, it is absent.
 *
 * @category models
 * @since 0.1.0
 */
export const Claim = Schema.Struct({
  name: Schema.String,
  found: Schema.String,
  wanted: Schema.String,
  services: Schema.optionalKey(Schema.Array(ServiceId))
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
export const TokenSource = Schema.Literals([
  "given",
  "device-code",
  "authorization-code",
  "client-credentials",
  "refresh-token",
  "service-account"
])
/** @category models @since 0.1.0 */
export type TokenSource = typeof TokenSource.Type

/**
 * A token that is there. `lifetimeSeconds` is `expires_in` and `scope` what was granted (RFC 6749 section 5.1), where the
 * token endpoint said so; `refreshable` says that a refresh token came with it. `cached` is a token that was kept from an earlier run:
 * as it was, or `refreshed`. `successor` is what became of a refresh token that came in place of the one that was given, which may be
 * worth nothing from then on: `kept` for the next run, or `lost` with this one.
 *
 * @category models
 * @since 0.1.0
 */
export const TokenFacts = Schema.Struct({
  source: TokenSource,
  lifetimeSeconds: Schema.optionalKey(Schema.Finite),
  scope: Schema.optionalKey(Schema.String),
  refreshable: Schema.optionalKey(Schema.Boolean),
  cached: Schema.optionalKey(Schema.Literals(["kept", "refreshed"])),
  successor: Schema.optionalKey(Schema.Literals(["kept", "lost"]))
}).annotate({ identifier: "TokenFacts" })
/** @category models @since 0.1.0 */
export interface TokenFacts extends Schema.Schema.Type<typeof TokenFacts> {}

/**
 * A token as it is shown, offline and unverified: header and claims as they stand in it, what they mean (`token`), and what
 * is wrong with it. `uses` says for each service that a pack knows whether the token is for it. The signature is not in it.
 *
 * `outcome` is `fail` where the token is damaged, out of its time or wrong for a service that was asked for, and
 * `inconclusive` where only the provider can read it.
 *
 * @category models
 * @since 0.1.0
 */
export const Inspection = Schema.Struct({
  schema: Schema.Literal("sonde.token/1"),
  outcome: Outcome,
  exitCode: Schema.Int,
  header: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  claims: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  token: ClaimsFacts,
  wrong: Schema.Array(Claim),
  uses: Schema.Array(Schema.Struct({ service: ServiceId, fits: Schema.Boolean, wrong: Schema.Array(Claim) }))
}).annotate({ identifier: "Inspection" })
/** @category models @since 0.1.0 */
export interface Inspection extends Schema.Schema.Type<typeof Inspection> {}

/**
 * What an issuer publishes of itself (RFC 8414 section 2), as far as a token needs it.
 *
 * @category models
 * @since 0.1.0
 */
export const MetadataFacts = Schema.Struct({
  issuer: Schema.String,
  tokenEndpoint: Schema.String,
  authorizationEndpoint: Schema.optionalKey(Schema.String),
  deviceEndpoint: Schema.optionalKey(Schema.String),
  grantTypes: Schema.optionalKey(Schema.Array(Schema.String))
}).annotate({ identifier: "MetadataFacts" })
/** @category models @since 0.1.0 */
export interface MetadataFacts extends Schema.Schema.Type<typeof MetadataFacts> {}
