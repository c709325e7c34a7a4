/**
 * What the knowledge says of OAuth 2.0 for one run: what a token must say for its use, and where it comes from.
 *
 * Pure: packs and options in, data out. A separate cloud is known by the host that is signed in to, or named by option.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { GrantKind } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import type { Pack } from "@sonde/packs/Pack"
import { list } from "@sonde/packs/schema/Scalar"
import { anything, type Wanted } from "@sonde/phases/Claims"

type OAuth = NonNullable<NonNullable<Pack["signIn"]>["oauth"]>
type Cloud = NonNullable<OAuth["clouds"]>[number]

/**
 * What is asked of the knowledge: the service to sign in to and its host; directory, cloud, audience and scopes where options
 * name them, and the mailbox. Audience and scopes that options name stand before those of the knowledge.
 *
 * @category models
 * @since 0.1.0
 */
export interface Use {
  readonly service: ServiceId
  readonly host: string
  readonly tenant: string | undefined
  readonly cloud: string | undefined
  readonly user: string | undefined
  readonly audience?: string | undefined
  readonly scope?: string | undefined
}

/** What OpenID Connect lets a client ask for beside the rights to a resource; no server for mail wants it of a token. */
const ofIdentity: ReadonlySet<string> = new Set(["openid", "profile", "email", "address", "phone", "offline_access"])

const words = (scope: string): ReadonlyArray<string> => scope.split(/\s+/).filter((word) => word !== "")

/** What options say that a token must have, in place of what the knowledge says. */
const stated = ({ audience, scope }: Use): Partial<Wanted> => {
  const scopes = words(scope ?? "").filter((word) => !ofIdentity.has(word))
  return {
    ...(audience === undefined ? {} : { audiences: [audience], otherClouds: [] }),
    ...(scopes.length === 0 ? {} : { scopes })
  }
}

/** The cloud of a use, by option or by the host of its server. */
const cloudOf = (pack: Pack | undefined, use: Use): string | undefined =>
  use.cloud ?? pack?.endpoints?.find(({ cloud, host }) => cloud !== undefined && host === use.host.toLowerCase())?.cloud

/** Where a cloud has no scope of its own for a service, that of all clouds counts. */
const scopesOf = (oauth: OAuth | undefined, own: Cloud | undefined, service: ServiceId): ReadonlyArray<string> =>
  list(own?.scopes?.[service] ?? oauth?.scopes?.[service])

const separate = (oauth: OAuth | undefined, cloud: string | undefined): Cloud | undefined =>
  cloud === undefined ? undefined : oauth?.clouds?.find((one) => list(one.cloud).includes(cloud))

type Endpoints = NonNullable<Pack["endpoints"]>

const offeredBy = (pack: Pack | undefined, service: ServiceId): Endpoints =>
  (pack?.endpoints ?? []).filter((one) => one.service === service)

/** The host of a service in a cloud. */
const hostIn = (pack: Pack | undefined, service: ServiceId, cloud: string | undefined): string | undefined => {
  const offered = offeredBy(pack, service)
  return (offered.find((one) => cloud !== undefined && one.cloud === cloud) ??
    offered.find((one) => one.default === true) ?? offered[0])?.host
}

/** Texts of the knowledge with the host of the service in their `{host}`. */
const placed = (texts: ReadonlyArray<string>, host: string | undefined): ReadonlyArray<string> =>
  texts.map((text) => text.replace("{host}", host ?? ""))

/** Audiences that are right in another cloud, for a service whose audience is its host. */
const elsewhere = (pack: Pack, use: Use, templates: ReadonlyArray<string>): Wanted["otherClouds"] => {
  const own = hostIn(pack, use.service, cloudOf(pack, use))
  const byHost = templates.filter((text) => text.includes("{host}"))
  return offeredBy(pack, use.service).flatMap(({ cloud, host }) =>
    cloud === undefined || host === own ? [] : [{ cloud, audiences: placed(byHost, host) }]
  )
}

/**
 * What a token must say for a use. Where no pack knows it and no option says it, only its time is judged; that its user has
 * another name than the mailbox is then a doubt, because servers may know their users by other names.
 *
 * @category combinators
 * @since 0.1.0
 */
export const wanted = (pack: Pack | undefined, use: Use): Wanted => {
  const oauth = pack?.signIn?.oauth
  const { service } = use
  if (oauth === undefined) {
    return { ...anything, service, tenant: use.tenant, user: use.user, delegates: true, ...stated(use) }
  }
  const cloud = cloudOf(pack, use)
  const own = separate(oauth, cloud)
  const special = oauth.serviceAudiences?.[service]
  const host = hostIn(pack, service, cloud)
  const audiences = special ?? own?.audiences ?? oauth.audiences ?? []
  const others = special !== undefined && pack !== undefined ? elsewhere(pack, use, special) : [
    ...(own === undefined ? [] : [{ cloud: "worldwide", audiences: oauth.audiences ?? [] }]),
    ...(oauth.clouds ?? []).filter((one) => one !== own).map((one) => ({
      cloud: list(one.cloud).join(" or "),
      audiences: one.audiences
    }))
  ]
  return {
    service,
    audiences: placed(audiences, host),
    cloud,
    otherClouds: others,
    scopes: placed(scopesOf(oauth, own, service), host),
    roles: list(oauth.application?.roles?.[service]),
    roleElsewhere: oauth.application?.grantedElsewhere?.includes(service) === true,
    tenant: use.tenant,
    user: use.user,
    delegates: oauth.delegates === true,
    ...stated(use)
  }
}

/**
 * What to ask for, and where. An URL with `{tenant}` gets the directory in its place. Absent is what nobody knows.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  readonly metadata: string | undefined
  readonly tokenEndpoint: string | undefined
  readonly authorizationEndpoint: string | undefined
  readonly deviceEndpoint: string | undefined
  /** The loopback address that the provider lets programs come back to. */
  readonly redirectUri: string
  readonly scope: string
  /** What to ask for beside, so that a refresh token comes along. */
  readonly offline: { readonly scope: string | undefined; readonly parameters: Readonly<Record<string, string>> }
}

/** RFC 8252 section 7.3 prefers the address to the name. */
const defaultRedirect = "http://127.0.0.1"

/**
 * Where a token of a kind comes from, and the scope to ask for.
 *
 * @category combinators
 * @since 0.1.0
 */
export const source = (pack: Pack | undefined, use: Use, kind: GrantKind, directory: string): Source => {
  const oauth = pack?.signIn?.oauth
  const cloud = cloudOf(pack, use)
  const own = separate(oauth, cloud)
  const host = hostIn(pack, use.service, cloud)
  const filled = (url: string | undefined) => url?.replace("{tenant}", encodeURIComponent(directory))
  return {
    metadata: filled(own?.metadata ?? oauth?.metadata),
    tokenEndpoint: filled(own?.tokenEndpoint ?? oauth?.tokenEndpoint),
    authorizationEndpoint: filled(own?.authorizationEndpoint ?? oauth?.authorizationEndpoint),
    deviceEndpoint: filled(own?.deviceEndpoint ?? oauth?.deviceEndpoint),
    redirectUri: oauth?.redirectUri ?? defaultRedirect,
    offline: { scope: oauth?.offline?.scope, parameters: oauth?.offline?.parameters ?? {} },
    scope: use.scope ?? placed(
      kind === "client-credentials"
        ? [oauth?.application?.serviceScopes?.[use.service] ?? own?.applicationScope ?? oauth?.application?.scope ?? ""]
        : scopesOf(oauth, own, use.service),
      host
    ).join(" ")
  }
}

/**
 * Where tokens for a use come from, as far as a pack knows.
 *
 * @category combinators
 * @since 0.1.0
 */
export const issuer = (pack: Pack | undefined, use: Use): Endpoint | undefined => {
  const cloud = cloudOf(pack, use)
  const offered = (pack?.endpoints ?? []).filter(({ service }) => service === "token")
  // GCC High and DoD share an authority, which stands in the pack under one of them.
  const found = offered.find((one) => one.cloud === cloud) ??
    offered.find((one) => separate(pack?.signIn?.oauth, cloud)?.tokenEndpoint?.includes(`//${one.host}/`) === true) ??
    offered.find((one) => one.default === true) ?? offered[0]
  if (found !== undefined) {
    return { protocol: found.protocol, host: found.host, port: found.port, security: found.security }
  }
  // A pack may name the address alone; its host is the place.
  const address = pack?.signIn?.oauth?.tokenEndpoint
  const url = address === undefined || address.includes("{") || !URL.canParse(address) ? undefined : new URL(address)
  return url?.protocol !== "https:"
    ? undefined
    : { protocol: "http", host: url.hostname, port: Number(url.port || 443), security: "tls" }
}
