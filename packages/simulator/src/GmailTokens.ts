/**
 * Google's token endpoint for a client that has a refresh token (RFC 6749 section 6), and its refusals. Gmail's scope is
 * not given to the device flow.
 *
 * @since 0.1.0
 */
import type { GmailState } from "./GmailState.ts"
import { mailScope } from "./GmailWorld.ts"
import { form, json, type Reply, type Request } from "./HttpMessage.ts"

/** Hosts that are answered. */
export const hosts: ReadonlyArray<string> = ["oauth2.googleapis.com", "www.googleapis.com", "accounts.google.com"]

const refused = (status: number, error: string, description: string): Reply =>
  json(status, { error, error_description: description }, { "cache-control": "no-store" })

const tokenPaths = ["/token", "/oauth2/v3/token", "/oauth2/v4/token", "/o/oauth2/token"]

const token = (state: GmailState, fields: URLSearchParams): Reply => {
  const grantType = fields.get("grant_type")
  if (grantType === null) return refused(400, "invalid_request", "Required parameter is missing: grant_type")
  if (grantType !== "refresh_token") return refused(400, "unsupported_grant_type", `Invalid grant_type: ${grantType}`)
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
  const presented = fields.get("refresh_token")
  if (presented === null) return refused(400, "invalid_request", "Missing required parameter: refresh_token")
  const known = client.refreshTokens.find((one) => one.value === presented)
  if (known === undefined) return refused(400, "invalid_grant", "Bad Request")
  if (!known.valid) return refused(400, "invalid_grant", "Token has been expired or revoked.")
  const issued = state.issue(known.account, known.scopes)
  return json(200, {
    access_token: issued.token,
    expires_in: issued.seconds,
    scope: known.scopes.join(" "),
    token_type: "Bearer"
  }, { "cache-control": "no-store" })
}

/** Answers a request to one of the hosts. */
export const handle = (state: GmailState, request: Request): Reply => {
  const fields = form(request) ?? new URLSearchParams()
  if (tokenPaths.includes(request.path)) {
    return request.method === "POST"
      ? token(state, fields)
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
