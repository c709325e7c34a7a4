/**
 * The authorization endpoint (RFC 6749 section 3.1) with PKCE (RFC 7636 section 4.3): a page to sign in on, and the way
 * back to the application with a code or an error.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import * as Aadsts from "./Aadsts.ts"
import { clientOf, type Directory } from "./Directory.ts"
import { form, html, type Reply, type Request } from "./HttpMessage.ts"
import * as Pages from "./Pages.ts"
import * as Scopes from "./Scopes.ts"
import type { Outcome, Purpose, SignIn } from "./SignIn.ts"

/** Parameters that go from the address into the form and back. */
const carried = [
  "client_id",
  "response_type",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "login_hint",
  "prompt",
  "response_mode"
]

/** A loopback address without its port, which a client picks anew each time. */
const withoutPort = (uri: string): string =>
  uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d+(?=\/|$)/i, "$1")

const isRegistered = (registered: ReadonlyArray<string>, uri: string): boolean =>
  registered.some((one) => withoutPort(one).replace(/\/$/, "") === withoutPort(uri).replace(/\/$/, ""))

interface Return {
  readonly redirectUri: string
  readonly state: string | null
}

const back = ({ redirectUri, state }: Return, fields: Readonly<Record<string, string>>): Reply => {
  const address = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...fields, ...(state === null ? {} : { state }) })) {
    address.searchParams.set(name, value)
  }
  return { status: 302, headers: { location: address.href, "cache-control": "no-store" }, body: "" }
}

/** RFC 6749 section 4.1.2.1. A fault of the token endpoint keeps its error where the list there has it. */
const refusedBack = (to: Return, fault: Aadsts.Fault, now: number): Reply => {
  const ids = { trace: randomUUID(), correlation: randomUUID() }
  const { error_description: description } = Aadsts.bodyOf(fault, now, ids)
  return back(to, {
    error: fault.error === "invalid_grant" ? "interaction_required" : fault.error,
    error_description: String(description),
    error_uri: `https://login.microsoftonline.com/error?code=${fault.code}`
  })
}

/** Answers GET with the page and POST with its next step. */
export const handle = (signIn: SignIn, directory: Directory, request: Request): Reply => {
  const { issuer } = signIn
  const now = issuer.state.now()
  const fields = request.method === "POST" ? form(request) ?? new URLSearchParams() : request.query
  const wrong = (fault: Aadsts.Fault): Reply => html(400, Pages.error(fault))
  const clientId = fields.get("client_id")
  if (clientId === null) return wrong(Aadsts.missing("client_id"))
  const client = clientOf(issuer.state, directory, clientId)
  if (Scopes.isFault(client)) return wrong(client)
  const redirectUri = fields.get("redirect_uri") ?? ""
  // RFC 6749 section 3.1.2.4: an address that is not registered is never gone to.
  if (!URL.canParse(redirectUri) || !isRegistered(client.application.redirectUris, redirectUri)) {
    return wrong(Aadsts.badRedirect(redirectUri, client.application))
  }
  const to: Return = { redirectUri, state: fields.get("state") }
  const type = fields.get("response_type")
  if (type === null) return refusedBack(to, Aadsts.missing("response_type"), now)
  if (type !== "code") return refusedBack(to, Aadsts.unknownResponseType(type), now)
  const challenge = fields.get("code_challenge") ?? undefined
  const method = fields.get("code_challenge_method") ?? "plain"
  if (method !== "S256" && method !== "plain") return refusedBack(to, Aadsts.malformed, now)
  const requested = Scopes.fromText(fields.get("scope") ?? "", client.application, directory.name)
  if (Scopes.isFault(requested)) return refusedBack(to, requested, now)
  if (fields.get("prompt") === "none") return refusedBack(to, Aadsts.noSession, now)
  const purpose: Purpose = { client, directory, requested, nonce: fields.get("nonce") ?? undefined }
  const outcome: Outcome = request.method === "POST" ? signIn.step(purpose, fields) : { kind: "account" }
  const target = {
    action: request.path,
    fields: Object.fromEntries(carried.flatMap((name) => {
      const value = fields.get(name)
      return value === null ? [] : [[name, value]]
    }))
  }
  const { name } = client.application
  switch (outcome.kind) {
    case "account":
      return html(200, Pages.signIn(target, name, fields.get("login_hint") ?? "", outcome.fault))
    case "factor":
      return html(200, Pages.secondFactor(carrying(target, outcome.ticket), outcome.account))
    case "consent":
      return html(200, Pages.consent(carrying(target, outcome.ticket), name, outcome.account, outcome.permissions))
    case "refused":
      return refusedBack(to, outcome.fault, now)
    case "declined":
      return refusedBack(to, Aadsts.consentDeclined, now)
    case "granted":
      return back(to, { code: issuer.code({ delegation: outcome.delegation, redirectUri, challenge, method }) })
  }
}

const carrying = (target: Pages.Target, ticket: string): Pages.Target => ({
  ...target,
  fields: { ...target.fields, ticket }
})
