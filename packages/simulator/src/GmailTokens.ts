/**
 * Google's token endpoint: refresh tokens (RFC 6749 section 6), codes, service accounts, and its refusals. Gmail's scope is not
 * given to the device flow.
 *
 * @since 0.1.0
 */
import type { Exchange, GmailCodes } from "./GmailCodes.ts"
import * as GmailServiceAccounts from "./GmailServiceAccounts.ts"
import type { GmailState } from "./GmailState.ts"
import { mailScope } from "./GmailWorld.ts"
import { form, json, type Reply, type Request } from "./HttpMessage.ts"

/** Hosts that are answered. */
export const hosts: ReadonlyArray<string> = ["oauth2.googleapis.com", "www.googleapis.com", "accounts.google.com"]

const refused = (status: number, error: string, description: string): Reply =>
  json(status, { error, error_description: description }, { "cache-control": "no-store" })

const tokenPaths = ["/token", "/oauth2/v3/token", "/oauth2/v4/token", "/o/oauth2/token"]

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

const answered = (exchange: Exchange): Reply =>
  "error" in exchange
    ? refused(
      exchange.error === "disabled_client" || exchange.error === "unauthorized_client" ? 401 : 400,
      exchange.error,
      exchange.description
    )
    : json(200, {
      access_token: exchange.token,
      expires_in: exchange.seconds,
      ...(exchange.refreshToken === undefined ? {} : { refresh_token: exchange.refreshToken }),
      scope: exchange.scopes.join(" "),
      token_type: "Bearer"
    }, { "cache-control": "no-store" })

const token = async (state: GmailState, codes: GmailCodes, fields: URLSearchParams): Promise<Reply> => {
  const grantType = fields.get("grant_type")
  if (grantType === null) return refused(400, "invalid_request", "Required parameter is missing: grant_type")
  if (grantType === jwtBearer) return answered(await GmailServiceAccounts.exchange(state, fields))
  if (grantType !== "refresh_token" && grantType !== "authorization_code") {
    return refused(400, "unsupported_grant_type", `Invalid grant_type: ${grantType}`)
  }
  const clientId = fields.get("client_id")
  if (clientId === null) return refused(400, "invalid_request", "Could not determine client ID from request.")
  const client = state.clients.find((one) => one.clientId === clientId)
  if (client === undefined) return refused(401, "invalid_client", "The OAuth client was not found.")
  if (!client.enabled) return refused(401, "disabled_client", "The OAuth client was disabled.")
  if (client.secret !== null && fields.get("client_secret") !== client.secret) {
    return fields.get("client_secret") === null
      ? refused(400, "invalid_request", "client_secret is missing.")
      : refused(401, "invalid_client", "Unauthorized")
  }
  if (grantType === "authorization_code") return answered(codes.exchange(clientId, fields))
  const presented = fields.get("refresh_token")
  if (presented === null) return refused(400, "invalid_request", "Missing required parameter: refresh_token")
  const known = state.refreshTokenOf(clientId, presented)
  if (known === undefined) return refused(400, "invalid_grant", "Bad Request")
  if (!known.valid) return refused(400, "invalid_grant", "Token has been expired or revoked.")
  return answered(state.issue(known.account, known.scopes))
}

const authorizePaths = ["/o/oauth2/v2/auth", "/o/oauth2/auth"]

/** What Google publishes of itself at accounts.google.com, V, as far as a client of mail needs it. */
const metadata = {
  issuer: "https://accounts.google.com",
  authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
  device_authorization_endpoint: "https://oauth2.googleapis.com/device/code",
  token_endpoint: "https://oauth2.googleapis.com/token",
  response_types_supported: ["code"],
  code_challenge_methods_supported: ["plain", "S256"],
  grant_types_supported: [
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    jwtBearer
  ]
}

/** Answers a request to one of the hosts. */
export const handle = async (state: GmailState, codes: GmailCodes, request: Request): Promise<Reply> => {
  if (request.host === "accounts.google.com") {
    if (authorizePaths.includes(request.path)) return codes.authorize(request)
    if (request.path === "/.well-known/openid-configuration") return json(200, metadata)
  }
  const fields = form(request) ?? new URLSearchParams()
  if (tokenPaths.includes(request.path)) {
    return request.method === "POST"
      ? token(state, codes, fields)
      : json(405, { error: "method not allowed" }, { allow: "POST" })
  }
  if (request.path === "/device/code" && request.method === "POST") {
    const scope = fields.get("scope") ?? ""
    const known = state.clients.some((one) => one.clientId === fields.get("client_id"))
    if (!known) return refused(401, "invalid_client", "The OAuth client was not found.")
    return refused(400, "invalid_scope", `Invalid device flow scope: ${scope === "" ? mailScope : scope}`)
  }
  return json(404, { error: "no such page" })
}
