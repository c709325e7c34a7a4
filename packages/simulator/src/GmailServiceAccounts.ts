/**
 * Tokens for service accounts that act as a user of a Workspace domain (RFC 7523 section 2.1), with Google's refusals as its
 * guide for service accounts lists them, V.
 *
 * @since 0.1.0
 */
import { errors, jwtVerify } from "jose"
import { createPublicKey } from "node:crypto"
import type { Exchange } from "./GmailCodes.ts"
import type { GmailState } from "./GmailState.ts"
import { domainOf } from "./World.ts"

const longestSeconds = 3600
const toleranceSeconds = 300

const refused = (error: string, description: string): Exchange => ({ error, description })

const outOfTime = refused(
  "invalid_grant",
  "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."
)
const unauthorized = refused(
  "unauthorized_client",
  "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."
)

/** The names of the token endpoint that an assertion may be for. */
const audiences = [
  "https://oauth2.googleapis.com/token",
  "https://www.googleapis.com/oauth2/v4/token",
  "https://accounts.google.com/o/oauth2/token"
]

/** Answers the grant `urn:ietf:params:oauth:grant-type:jwt-bearer`. */
export const exchange = async (state: GmailState, fields: URLSearchParams): Promise<Exchange> => {
  const text = fields.get("assertion")
  if (text === null) return refused("invalid_request", "Missing required parameter: assertion")
  const [header, claims] = text.split(".").map((part): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"))
      return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}
    } catch {
      return {}
    }
  })
  const account = state.serviceAccounts.find((one) => one.email === claims?.["iss"])
  if (header?.["alg"] !== "RS256") return refused("invalid_grant", "Invalid JWT Signature.")
  if (account === undefined) return refused("invalid_grant", "Invalid grant: account not found")
  if (!account.enabled) return refused("disabled_client", "The OAuth client was disabled.")
  const { iat } = claims ?? {}
  try {
    const verified = await jwtVerify(text, createPublicKey(account.publicKey), {
      algorithms: ["RS256"],
      audience: audiences,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(state.now()),
      requiredClaims: ["exp", "iat"]
    })
    const { exp = 0, sub } = verified.payload
    const now = state.now() / 1000
    if (exp - Number(iat) > longestSeconds || Number(iat) > now + toleranceSeconds) return outOfTime
    const scopes = String(verified.payload["scope"] ?? "").split(" ").filter((one) => one !== "")
    if (scopes.length === 0) return refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    if (sub === undefined || sub === account.email) return state.issue(account.email, scopes)
    const domain = domainOf(sub)
    const granted = account.delegations.find((one) => one.domain.toLowerCase() === domain)
    if (granted === undefined || !scopes.every((scope) => granted.scopes.includes(scope))) return unauthorized
    const user = state.accountOf(sub)
    return user === undefined
      ? refused("invalid_grant", "Invalid email or User ID")
      : state.issue(user.address, scopes)
  } catch (error) {
    if (error instanceof errors.JWTExpired) return outOfTime
    if (error instanceof errors.JWTClaimValidationFailed) {
      return error.claim === "aud"
        ? refused("invalid_grant", "Invalid JWT: Failed audience check.")
        : outOfTime
    }
    return refused("invalid_grant", "Invalid JWT Signature.")
  }
}
