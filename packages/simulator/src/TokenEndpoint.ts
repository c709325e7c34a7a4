/**
 * The token endpoint and the device authorization endpoint (RFC 6749 section 3.2, RFC 8628 section 3.1): which grant,
 * which client, which proof, and then a token or Microsoft's error.
 *
 * @since 0.1.0
 */
import { createHash, timingSafeEqual } from "node:crypto"
import * as Aadsts from "./Aadsts.ts"
import * as Assertions from "./Assertions.ts"
import * as Clouds from "./Clouds.ts"
import { accountOf, type Client, clientOf, type Directory, isInstalled, passwordFault, refusalOf } from "./Directory.ts"
import { tenantIdOf } from "./Identifiers.ts"
import type { Issuer, Proof } from "./Issuer.ts"
import * as Scopes from "./Scopes.ts"

/** The parameters of a request; `secret` may also have come in an Authorization header. */
export interface Parameters {
  readonly get: (name: string) => string | undefined
  readonly basic: { readonly id: string; readonly secret: string } | undefined
}

type Answer = Record<string, unknown> | Aadsts.Fault

const isFault = Scopes.isFault

const same = (left: string, right: string): boolean => {
  const [one, other] = [left, right].map((text) => createHash("sha256").update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** The names of the organisation's endpoint that an assertion may be for (RFC 7523 section 3). */
const isAudience = (directory: Directory) => (audience: string): boolean => {
  const match = /^https:\/\/([^/]+)\/([^/]+)(?:\/(?:v2\.0|oauth2\/v2\.0\/token|oauth2\/token)?)?$/i.exec(audience)
  if (match?.[1] === undefined || match[2] === undefined) return false
  const { tenant } = directory
  const names = [directory.name, ...(tenant === undefined ? [] : [...tenant.domains, tenantIdOf(tenant)])]
  return Clouds.login[directory.cloud].includes(match[1].toLowerCase()) &&
    names.some((name) => name.toLowerCase() === match[2]?.toLowerCase())
}

/** Lets a client prove itself. Without any proof only a public client goes on. */
const proofOf = async (
  issuer: Issuer,
  directory: Directory,
  { application }: Client,
  parameters: Parameters,
  missing: Aadsts.Fault
): Promise<Proof | Aadsts.Fault> => {
  const { certificates, federatedCredentials, publicClient, secrets } = application
  const now = issuer.state.now()
  const secret = parameters.get("client_secret") ?? parameters.basic?.secret
  const assertion = parameters.get("client_assertion")
  if (assertion === undefined && secret === undefined) {
    return publicClient && missing !== Aadsts.noCredentialForItself ? "none" : missing
  }
  const isPublic = publicClient && secrets.length + certificates.length + federatedCredentials.length === 0
  if (isPublic) return Aadsts.publicWithSecret
  if (assertion !== undefined) {
    if (parameters.get("client_assertion_type") !== assertionType) return Aadsts.missing("client_assertion_type")
    const read = Assertions.fromText(assertion)
    if (read === undefined) return Aadsts.badAssertion
    const own = read.claims.iss?.toLowerCase() === application.appId.toLowerCase() || federatedCredentials.length === 0
    const refused = own
      ? await Assertions.byCertificate(application, read, isAudience(directory), now)
      : await Assertions.byIssuer(application, read, now)
    return refused ?? "assertion"
  }
  const known = secrets.find((one) => same(one.value, secret ?? ""))
  if (known === undefined) return Aadsts.wrongSecret(application)
  return known.expires !== null && now >= Date.parse(known.expires) ? Aadsts.expiredSecret(application) : "secret"
}

/** Goes on with a user's grant once the client has proved itself. */
const proven = async (
  issuer: Issuer,
  directory: Directory,
  client: Client,
  parameters: Parameters,
  next: (proof: Proof) => Answer | Promise<Answer>
): Promise<Answer> => {
  const proof = await proofOf(issuer, directory, client, parameters, Aadsts.noCredential)
  return typeof proof === "string" ? next(proof) : proof
}

const forClient = async (
  issuer: Issuer,
  directory: Directory,
  client: Client,
  parameters: Parameters
): Promise<Answer> => {
  const { tenant } = directory
  if (directory.alias === "organizations") return Aadsts.noTenant
  if (directory.alias !== undefined || tenant === undefined) return Aadsts.notOverCommon
  if (!isInstalled(client, tenant)) return Aadsts.noPrincipal(client.application, tenantIdOf(tenant))
  const proof = await proofOf(issuer, directory, client, parameters, Aadsts.noCredentialForItself)
  if (typeof proof !== "string") return proof
  const scope = parameters.get("scope")
  if (scope === undefined) return Aadsts.missing("scope")
  if (!/^\S+\/\.default$/.test(scope)) return Aadsts.notDefaultScope(scope)
  const requested = Scopes.fromText(scope, client.application, tenant.name)
  if (isFault(requested)) return requested
  if (requested.resource === Scopes.exchange && !tenant.exchange) {
    return Aadsts.unknownResource(requested.audience, tenant.name)
  }
  return issuer.forClient(client, tenant, requested, proof)
}

/** Which organisation's Exchange a user's token would be for; there may be none. */
const noExchange = (
  issuer: Issuer,
  delegated: { readonly account: { readonly address: string } },
  requested: Scopes.Requested
) => {
  const tenant = issuer.state.tenantOf(delegated.account)
  return requested.resource === Scopes.exchange && !tenant.exchange
    ? Aadsts.unknownResource(requested.audience, tenant.name)
    : undefined
}

const challengeHolds = (method: "S256" | "plain", challenge: string, verifier: string | undefined): boolean =>
  verifier !== undefined &&
  same(method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url"), challenge)

const byCode: typeof forClient = async (issuer, directory, client, parameters) => {
  const code = parameters.get("code")
  const redirectUri = parameters.get("redirect_uri")
  if (code === undefined) return Aadsts.missing("code")
  if (redirectUri === undefined) return Aadsts.missing("redirect_uri")
  return proven(issuer, directory, client, parameters, (proof) => {
    const grant = issuer.redeem(code, client)
    if (isFault(grant)) return grant
    if (grant.redirectUri !== redirectUri) return Aadsts.otherRedirect(redirectUri, grant.redirectUri)
    if (grant.challenge !== undefined) {
      if (!challengeHolds(grant.method, grant.challenge, parameters.get("code_verifier"))) return Aadsts.verifier
    }
    grant.redeemed = true
    return noExchange(issuer, grant.delegation, grant.delegation.requested) ?? issuer.forUser(grant.delegation, proof)
  })
}

const byDevice: typeof forClient = async (issuer, directory, client, parameters) => {
  const deviceCode = parameters.get("device_code")
  if (deviceCode === undefined) return Aadsts.missing("device_code")
  const device = issuer.deviceOf(deviceCode)
  if (device === undefined || device.client.application !== client.application) return Aadsts.badDeviceCode
  const { expiresAt, outcome } = device
  if (outcome === "denied") {
    issuer.forgetDevice(deviceCode)
    return Aadsts.declined
  }
  if (outcome === "pending") return issuer.state.now() >= expiresAt ? Aadsts.deviceCodeExpired : Aadsts.pending
  return proven(issuer, directory, client, parameters, (proof) => {
    const answer = noExchange(issuer, outcome, outcome.requested) ?? issuer.forUser(outcome, proof)
    if (!isFault(answer)) issuer.forgetDevice(deviceCode)
    return answer
  })
}

const byRefresh: typeof forClient = async (issuer, directory, client, parameters) => {
  const token = parameters.get("refresh_token")
  if (token === undefined) return Aadsts.missing("refresh_token")
  return proven(issuer, directory, client, parameters, (proof) => {
    const grant = issuer.refreshed(token, client)
    if (isFault(grant)) return grant
    const account = accountOf(issuer.state, directory, client, grant.account.address)
    if (isFault(account)) return account
    const scope = parameters.get("scope")
    const read = scope === undefined ? grant.requested : Scopes.fromText(scope, client.application, directory.name)
    if (isFault(read)) return read
    // A refresh token comes with its successor whether or not offline_access is asked for again.
    const requested = { ...read, identity: [...new Set([...read.identity, "offline_access"])] }
    return noExchange(issuer, grant, requested) ?? issuer.forUser({ ...grant, requested }, proof)
  })
}

const byPassword: typeof forClient = async (issuer, directory, client, parameters) => {
  if (directory.alias === "common" || directory.alias === "consumers") return Aadsts.notOverCommon
  const [username, password] = [parameters.get("username"), parameters.get("password")]
  if (username === undefined) return Aadsts.missing("username")
  if (password === undefined) return Aadsts.missing("password")
  return proven(issuer, directory, client, parameters, (proof) => {
    const requested = Scopes.fromText(parameters.get("scope") ?? "", client.application, directory.name)
    if (isFault(requested)) return requested
    const account = accountOf(issuer.state, directory, client, username)
    if (isFault(account)) return account
    const refused = passwordFault(issuer.state, account, password) ?? refusalOf(client, account) ??
      noExchange(issuer, { account }, requested)
    if (refused !== undefined) return refused
    return issuer.forUser({
      client,
      account,
      requested,
      methods: ["pwd"],
      at: issuer.state.now(),
      cloud: directory.cloud,
      nonce: undefined
    }, proof)
  })
}

const grants: Readonly<Record<string, typeof forClient>> = {
  client_credentials: forClient,
  authorization_code: byCode,
  "urn:ietf:params:oauth:grant-type:device_code": byDevice,
  device_code: byDevice,
  refresh_token: byRefresh,
  password: byPassword
}

/** Answers a request of the token endpoint. */
export const token = async (issuer: Issuer, directory: Directory, parameters: Parameters): Promise<Answer> => {
  const grantType = parameters.get("grant_type")
  if (grantType === undefined) return Aadsts.missing("grant_type")
  const grant = Object.hasOwn(grants, grantType) ? grants[grantType] : undefined
  if (grant === undefined) return Aadsts.unknownGrant(grantType)
  const clientId = parameters.get("client_id") ?? parameters.basic?.id
  if (clientId === undefined) return Aadsts.missing("client_id")
  const client = clientOf(issuer.state, directory, clientId)
  return isFault(client) ? client : grant(issuer, directory, client, parameters)
}

/** Answers a request of the device authorization endpoint; `page` is where a person types the code. */
export const deviceCode = (issuer: Issuer, directory: Directory, parameters: Parameters, page: string): Answer => {
  const clientId = parameters.get("client_id") ?? parameters.basic?.id
  if (clientId === undefined) return Aadsts.missing("client_id")
  const client = clientOf(issuer.state, directory, clientId)
  if (isFault(client)) return client
  const requested = Scopes.fromText(parameters.get("scope") ?? "", client.application, directory.name)
  if (isFault(requested)) return requested
  const { device, deviceCode: code } = issuer.device({
    client,
    requested,
    cloud: directory.cloud,
    directoryName: directory.name
  })
  return {
    user_code: device.userCode,
    device_code: code,
    verification_uri: page,
    expires_in: issuer.state.deviceCodeSeconds,
    interval: issuer.state.deviceIntervalSeconds,
    message:
      `To sign in, use a web browser to open the page ${page} and enter the code ${device.userCode} to authenticate.`
  }
}
