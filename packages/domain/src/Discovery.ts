/**
 * Where the settings of a mailbox can be found, what each source says, and which settings follow from it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Endpoint } from "./Endpoint.ts"
import { ServiceId } from "./Service.ts"

/**
 * A source of settings. Those that are believed more come first: what a pack knows, then what a domain publishes about itself,
 * then what others publish, and names that only follow a custom.
 *
 * - `pack`: a pack knows the domain, or the mail exchangers of it
 * - `pacc`: the document at `ua-auto-config`, draft-ietf-mailmaint-pacc
 * - `srv`: SRV records, RFC 6186, RFC 8314 and RFC 5804
 * - `autoconfig`, `autoconfig-well-known`: Autoconfig at the domain, draft-ietf-mailmaint-autoconfig
 * - `ispdb`: the public database of Thunderbird, asked for the domain
 * - `autodiscover`, `autodiscover-json`: Microsoft Autodiscover, the plain XML and version 2
 * - `ispdb-mx`: the same database, asked for the domain of the mail exchanger
 * - `autoconfig-clear`: Autoconfig at the domain without TLS
 * - `spf`: a provider of mailboxes that the SPF record lets send
 * - `mx`: mail exchangers; they name no settings themselves
 * - `guess`: names that exist and are customary
 *
 * @category models
 * @since 0.1.0
 */
export const SettingsSource = Schema.Literals([
  "pack",
  "pacc",
  "srv",
  "autoconfig",
  "autoconfig-well-known",
  "ispdb",
  "autodiscover",
  "autodiscover-json",
  "ispdb-mx",
  "autoconfig-clear",
  "spf",
  "mx",
  "guess"
])
/** @category models @since 0.1.0 */
export type SettingsSource = typeof SettingsSource.Type

/**
 * One endpoint that a source names. `user` is what to sign in as, with placeholders filled in where the mailbox is known; `auth`
 * are the ways to sign in as the source names them.
 *
 * @category models
 * @since 0.1.0
 */
export const Setting = Schema.Struct({
  service: ServiceId,
  endpoint: Endpoint,
  user: Schema.optionalKey(Schema.String),
  auth: Schema.Array(Schema.String)
}).annotate({ identifier: "Setting" })
/** @category models @since 0.1.0 */
export interface Setting extends Schema.Schema.Type<typeof Setting> {}

/**
 * What one source said. `where` is the URL, the DNS name or the pack that was asked, `text` one line about the answer. `none` is an
 * answer: nothing is published there; `failed` is none, and `temporary` where asking again may help. `provider` is the pack
 * that it points to, `trusted` is false where the answer came in clear or by a record that nothing vouches for.
 *
 * @category models
 * @since 0.1.0
 */
export const SourceAnswer = Schema.Struct({
  source: SettingsSource,
  where: Schema.String,
  state: Schema.Literals(["found", "none", "failed", "skipped"]),
  temporary: Schema.optionalKey(Schema.Boolean),
  durationMillis: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  text: Schema.String,
  settings: Schema.Array(Setting),
  provider: Schema.optionalKey(Schema.String),
  trusted: Schema.optionalKey(Schema.Boolean),
  redirects: Schema.optionalKey(Schema.Array(Schema.String)),
  problems: Schema.optionalKey(Schema.Array(Schema.String))
}).annotate({ identifier: "SourceAnswer" })
/** @category models @since 0.1.0 */
export interface SourceAnswer extends Schema.Schema.Type<typeof SourceAnswer> {}

/**
 * The endpoint of a service that follows from all sources: `source` decided, those in `agree` name it too, those in `differ` name
 * only others. `text` is why, as one sentence.
 *
 * @category models
 * @since 0.1.0
 */
export const ChosenSetting = Schema.Struct({
  service: ServiceId,
  endpoint: Endpoint,
  user: Schema.optionalKey(Schema.String),
  source: SettingsSource,
  agree: Schema.Array(SettingsSource),
  differ: Schema.Array(SettingsSource),
  text: Schema.String
}).annotate({ identifier: "ChosenSetting" })
/** @category models @since 0.1.0 */
export interface ChosenSetting extends Schema.Schema.Type<typeof ChosenSetting> {}

/**
 * Sources that name different endpoints for a service. `values` begins with the one that was chosen.
 *
 * @category models
 * @since 0.1.0
 */
export const SettingsConflict = Schema.Struct({
  service: ServiceId,
  text: Schema.String,
  values: Schema.Array(Schema.Struct({ endpoint: Endpoint, sources: Schema.Array(SettingsSource) }))
}).annotate({ identifier: "SettingsConflict" })
/** @category models @since 0.1.0 */
export interface SettingsConflict extends Schema.Schema.Type<typeof SettingsConflict> {}

/**
 * All of it. `exists` is false where the DNS knows no such domain. `problem` says in one sentence that the resolver answers nothing, so
 * that no source but the packs was heard. `outcome` is `inconclusive` where nothing was found and a source could not be asked.
 *
 * @category models
 * @since 0.1.0
 */
export const Discovery = Schema.Struct({
  schema: Schema.Literal("sonde.discovery/1"),
  startedAt: Schema.String,
  durationMillis: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  target: Schema.Struct({
    input: Schema.String,
    mailbox: Schema.optionalKey(Schema.String),
    domain: Schema.String,
    exists: Schema.optionalKey(Schema.Literal(false))
  }),
  provider: Schema.optionalKey(Schema.Struct({ id: Schema.String, name: Schema.String })),
  problem: Schema.optionalKey(Schema.String),
  outcome: Schema.Literals(["found", "none", "inconclusive"]),
  exitCode: Schema.Int,
  sources: Schema.Array(SourceAnswer),
  chosen: Schema.Array(ChosenSetting),
  conflicts: Schema.Array(SettingsConflict)
}).annotate({ identifier: "Discovery" })
/** @category models @since 0.1.0 */
export interface Discovery extends Schema.Schema.Type<typeof Discovery> {}
