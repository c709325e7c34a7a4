/**
 * What the sign-in service has handed out and not yet got back: authorization codes, device codes, refresh tokens; and the
 * tokens it makes of them.
 *
 * Everything is bounded and forgotten with the process. Secrets of clients never get here.
 *
 * @since 0.1.0
 */
import { randomBytes, randomUUID } from "node:crypto"
import * as Aadsts from "./Aadsts.ts"
import * as Claims from "./Claims.ts"
import * as Clouds from "./Clouds.ts"
import { type Client, principalId, refusalOf } from "./Directory.ts"
import { tenantIdOf, userIdOf } from "./Identifiers.ts"
import * as Scopes from "./Scopes.ts"
import type { LiveMailbox, LiveTenant, State } from "./State.ts"

/** Lifetime of an access token in seconds: Entra's default is 60 to 90 minutes, drawn at random (U). */
const accessSeconds = 3599
/** Lifetime of an authorization code. */
const codeMillis = 10 * 60_000
/** A refresh token that is not used for this long is dead (AADSTS700082). */
const refreshMillis = 90 * 86_400_000
/** Most grants of one kind that are remembered. */
const maxGrants = 10_000

/** What a user let an application do. `at` is when, milliseconds since the epoch. */
export interface Delegation {
  readonly client: Client
  readonly account: LiveMailbox
  readonly requested: Scopes.Requested
  readonly methods: ReadonlyArray<string>
  readonly at: number
  readonly cloud: Clouds.Cloud
  readonly nonce: string | undefined
}

/** An authorization code that waits to be redeemed (RFC 6749 section 4.1.3, RFC 7636 section 4.4). */
export interface Code {
  readonly delegation: Delegation
  readonly redirectUri: string
  readonly challenge: string | undefined
  readonly method: "S256" | "plain"
  redeemed: boolean
}

/** A device code (RFC 8628 section 3.2) and what became of it. */
export interface Device {
  readonly userCode: string
  readonly client: Client
  readonly directoryName: string
  readonly cloud: Clouds.Cloud
  readonly requested: Scopes.Requested
  readonly expiresAt: number
  outcome: "pending" | "denied" | Delegation
}

/** How the client proved itself. */
export type Proof = "none" | "secret" | "assertion"

const remember = <A>(grants: Map<string, A>, key: string, grant: A): void => {
  if (grants.size >= maxGrants) grants.delete(grants.keys().next().value ?? "")
  grants.set(key, grant)
}

/** Without letters and digits that look alike. */
const userCodeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

const userCode = (): string => [...randomBytes(9)].map((octet) => userCodeLetters[octet % 32]).join("")

const opaque = (prefix: string, octets: number): string => `${prefix}${randomBytes(octets).toString("base64url")}`

/** The store of one running service. */
export class Issuer {
  readonly state: State
  readonly #codes = new Map<string, Code>()
  readonly #devices = new Map<string, Device>()
  readonly #refresh = new Map<string, Delegation>()
  readonly #consents = new Set<string>()

  constructor(state: State) {
    this.state = state
  }

  // Consent

  #consentKey(client: Client, account: LiveMailbox, resource: Scopes.Resource, permission: string): string {
    return [client.application.appId, account.address, resource.appId, permission].join(" ").toLowerCase()
  }

  #has(client: Client, account: LiveMailbox, resource: Scopes.Resource, permission: string): boolean {
    const { adminConsent, delegated, userConsent } = client.application
    const listed = Scopes.ofResource(delegated, resource).includes(permission)
    const byUser = userConsent.some((one) => one.toLowerCase() === account.address.toLowerCase())
    return (listed && (adminConsent || byUser)) ||
      this.#consents.has(this.#consentKey(client, account, resource, permission))
  }

  /** Permissions a token would have now, or why it cannot be issued without asking the user. */
  permissionsOf(
    client: Client,
    account: LiveMailbox,
    requested: Scopes.Requested
  ): ReadonlyArray<string> | Aadsts.Fault {
    const { application } = client
    const { resource } = requested
    const listed = Scopes.ofResource(application.delegated, resource)
    if (requested.isDefault && listed.length === 0) {
      return Aadsts.unlistedResource(
        application,
        requested.audience,
        resource.appId,
        [...new Set(application.delegated.map((one) => Scopes.split(one).uri || Scopes.graph.appId))].join(", ")
      )
    }
    const wanted = requested.isDefault ? listed : requested.permissions
    const granted = wanted.filter((permission) => this.#has(client, account, resource, permission))
    return granted.length === wanted.length ? granted : Aadsts.noConsent(application)
  }

  /** Notes that a user consented to what was asked for. */
  consent(client: Client, account: LiveMailbox, requested: Scopes.Requested): void {
    const { resource } = requested
    const wanted = requested.isDefault
      ? Scopes.ofResource(client.application.delegated, resource)
      : requested.permissions
    for (const permission of wanted) this.#consents.add(this.#consentKey(client, account, resource, permission))
  }

  // Grants

  code(grant: Omit<Code, "redeemed">): string {
    const code = opaque("1.AX", 48)
    remember(this.#codes, code, { ...grant, redeemed: false })
    return code
  }

  /** Takes a code back: once, in time, from the client it was made for. */
  redeem(code: string, client: Client): Code | Aadsts.Fault {
    const grant = this.#codes.get(code)
    if (grant === undefined || grant.delegation.client.application !== client.application) return Aadsts.badGrant
    if (grant.redeemed) return Aadsts.redeemed
    if (this.state.now() - grant.delegation.at >= codeMillis) return Aadsts.grantExpired
    return grant
  }

  device(request: Pick<Device, "client" | "cloud" | "directoryName" | "requested">): {
    readonly deviceCode: string
    readonly device: Device
  } {
    const deviceCode = opaque("BAQ", 90)
    const expiresAt = this.state.now() + this.state.deviceCodeSeconds * 1000
    const device: Device = { ...request, userCode: userCode(), expiresAt, outcome: "pending" }
    remember(this.#devices, deviceCode, device)
    return { deviceCode, device }
  }

  deviceOf(deviceCode: string): Device | undefined {
    return this.#devices.get(deviceCode)
  }

  /** The device code a person typed, while it still waits. */
  waiting(typed: string): Device | undefined {
    const wanted = typed.replace(/[\s-]/g, "").toUpperCase()
    return [...this.#devices.values()].find((device) =>
      device.userCode === wanted && device.outcome === "pending" && device.expiresAt > this.state.now()
    )
  }

  forgetDevice(deviceCode: string): void {
    this.#devices.delete(deviceCode)
  }

  /** What a refresh token stands for, unless the user's are dead. */
  refreshed(token: string, client: Client): Delegation | Aadsts.Fault {
    const grant = this.#refresh.get(token)
    if (grant === undefined || grant.client.application !== client.application) return Aadsts.badRefreshToken
    const issued = new Date(grant.at).toISOString()
    const { refreshTokens, tokensValidFrom } = grant.account
    if (refreshTokens === "revoked" || grant.at < tokensValidFrom) {
      const validFrom = tokensValidFrom > grant.at ? tokensValidFrom : this.state.now()
      return Aadsts.revoked(issued, new Date(validFrom).toISOString())
    }
    if (refreshTokens === "expired") return Aadsts.grantExpired
    if (refreshTokens === "inactive" || this.state.now() - grant.at >= refreshMillis) {
      return Aadsts.refreshInactive(issued)
    }
    return grant
  }

  // Tokens

  #access(access: Omit<Claims.Access, "expiresAt" | "issuedAt" | "tokenId">, isOpaque: boolean): string {
    const at = this.state.now()
    const issuedAt = Math.floor(at / 1000)
    const expiresAt = issuedAt + accessSeconds
    const presented = isOpaque
      ? opaque("EwB", 120)
      : this.state.signer.sign(Claims.ofAccess({ ...access, issuedAt, expiresAt, tokenId: randomUUID() }))
    const { appId, audience, objectId, tenantId, user } = access
    this.state.issue({
      value: null,
      tenant: null,
      expired: false,
      audience,
      scopes: [...access.scopes],
      roles: [...access.roles],
      appId,
      objectId,
      user,
      presented,
      tenantId,
      issuedAt: at,
      expiresAt: expiresAt * 1000
    })
    return presented
  }

  /** The answer to a client that asks for itself (RFC 6749 section 4.4.3). */
  forClient(
    client: Client,
    tenant: LiveTenant,
    requested: Pick<Scopes.Requested, "audience" | "resource">,
    authenticated: Proof
  ): Record<string, unknown> {
    const { application } = client
    const roles = application.adminConsent ? Scopes.ofResource(application.application, requested.resource) : []
    return {
      token_type: "Bearer",
      expires_in: accessSeconds,
      ext_expires_in: accessSeconds,
      access_token: this.#access({
        audience: requested.audience,
        tenantId: tenantIdOf(tenant),
        appId: application.appId,
        appName: application.name,
        user: null,
        objectId: principalId(client, tenant),
        scopes: [],
        roles,
        methods: [],
        authenticated
      }, false)
    }
  }

  /** The answer to a client that a user let in, or what stands against it by now. */
  forUser(delegation: Delegation, authenticated: Proof): Record<string, unknown> | Aadsts.Fault {
    const { account, client, cloud, methods, nonce, requested } = delegation
    const { application } = client
    const refused = refusalOf(client, account)
    if (refused !== undefined) return refused
    if (account.mfa === "enforced" && !methods.includes("mfa")) return Aadsts.mfaNeeded(requested.resource.appId)
    const permissions = this.permissionsOf(client, account, requested)
    if ("code" in permissions) return permissions
    const tenant = this.state.tenantOf(account)
    const tenantId = tenantIdOf(tenant)
    const objectId = userIdOf(account.address)
    const issuedAt = Math.floor(this.state.now() / 1000)
    const who = { appId: application.appId, tenantId, user: account.address, objectId }
    const { identity, prefix } = requested
    const answer: Record<string, unknown> = {
      token_type: "Bearer",
      scope: [...identity.filter((one) => one !== "offline_access"), ...permissions.map((one) => `${prefix}${one}`)]
        .join(" "),
      expires_in: accessSeconds,
      ext_expires_in: accessSeconds,
      access_token: this.#access({
        ...who,
        audience: requested.audience,
        appName: application.name,
        scopes: permissions,
        roles: [],
        methods,
        authenticated
      }, tenant.kind === "consumer")
    }
    if (identity.includes("offline_access")) {
      const token = opaque(tenant.kind === "consumer" ? "M.C5" : "1.AX", 120)
      remember(this.#refresh, token, { ...delegation, at: this.state.now() })
      answer["refresh_token"] = token
    }
    if (identity.includes("openid")) {
      const issuer = `https://${Clouds.login[cloud][0]}/${tenantId}/v2.0`
      answer["id_token"] = this.state.signer.sign(
        Claims.ofIdentity({ ...who, issuer, issuedAt, expiresAt: issuedAt + accessSeconds, nonce })
      )
    }
    return answer
  }
}
