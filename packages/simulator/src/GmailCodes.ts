/**
 * Google's sign-in page for programs on people's machines: the authorization code flow with a proof key (RFC 7636 section 4.3),
 * and the exchange of its codes (RFC 6749 section 4.1.3).
 *
 * @since 0.1.0
 */
import { createHash, randomBytes } from "node:crypto"
import type { GmailState, Issued } from "./GmailState.ts"
import { form, html, type Reply, type Request } from "./HttpMessage.ts"
import * as Pages from "./Pages.ts"

/** A code that waits for its exchange. */
interface Code {
  readonly clientId: string
  readonly redirectUri: string
  readonly account: string
  readonly scopes: ReadonlyArray<string>
  readonly challenge: string | undefined
  readonly offline: boolean
  readonly expiresAt: number
  used: boolean
}

const codeMillis = 600_000
const maxCodes = 1000

/** An answer of the token endpoint: a token, or error and description. */
export type Exchange = Issued | { readonly error: string; readonly description: string }

const carried = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "access_type",
  "prompt",
  "login_hint"
]

/** Desktop clients come back to any port and path of a loopback address (Google's guide for native apps, V). */
const isLoopback = (uri: string): boolean =>
  /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?(?:\/|$)/i.test(uri)

const back = (redirectUri: string, fields: Readonly<Record<string, string | null>>): Reply => {
  const address = new URL(redirectUri)
  for (const [name, value] of Object.entries(fields)) if (value !== null) address.searchParams.set(name, value)
  return { status: 302, headers: { location: address.href, "cache-control": "no-store" }, body: "" }
}

/** Google shows these on a page of its own and never goes back with them. */
const wrong = (status: number, error: string, text: string): Reply =>
  html(status, Pages.notice(`Error ${status}: ${error}`, text))

/** The codes of one running service. */
export class GmailCodes {
  readonly #codes = new Map<string, Code>()
  readonly #state: GmailState

  constructor(state: GmailState) {
    this.#state = state
  }

  /** Answers GET with the page and POST with the way back. */
  authorize(request: Request): Reply {
    const fields = request.method === "POST" ? form(request) ?? new URLSearchParams() : request.query
    const client = this.#state.clients.find((one) => one.clientId === fields.get("client_id"))
    if (client === undefined) return wrong(401, "invalid_client", "The OAuth client was not found.")
    if (!client.enabled) return wrong(401, "disabled_client", "The OAuth client was disabled.")
    const redirectUri = fields.get("redirect_uri") ?? ""
    if (!URL.canParse(redirectUri) || !(isLoopback(redirectUri) || client.redirectUris.includes(redirectUri))) {
      return wrong(400, "redirect_uri_mismatch", `The redirect address ${redirectUri} is not one of this client.`)
    }
    const state = fields.get("state")
    if (fields.get("response_type") !== "code") {
      return wrong(400, "invalid_request", "Required parameter is missing: response_type")
    }
    const scopes = (fields.get("scope") ?? "").split(" ").filter((one) => one !== "")
    if (scopes.length === 0) return wrong(400, "invalid_request", "Missing required parameter: scope")
    const method = fields.get("code_challenge_method") ?? "plain"
    const challenge = fields.get("code_challenge") ?? undefined
    if (challenge !== undefined && method !== "S256") {
      return wrong(400, "invalid_request", "Only S256 is taken by this simulation.")
    }
    const target = {
      action: request.path,
      fields: Object.fromEntries(carried.flatMap((name) => {
        const value = fields.get(name)
        return value === null ? [] : [[name, value]]
      }))
    }
    const hint = fields.get("login_hint") ?? ""
    if (request.method !== "POST") return html(200, Pages.signIn(target, client.name, hint))
    if (fields.get("cancel") !== null) return back(redirectUri, { error: "access_denied", state })
    const account = this.#state.accountOf(fields.get("account") ?? "")
    if (account === undefined || account.password === null || account.password !== fields.get("password")) {
      return html(200, Pages.signIn(target, client.name, fields.get("account") ?? ""))
    }
    const code = `4/0${randomBytes(54).toString("base64url")}`
    if (this.#codes.size >= maxCodes) this.#codes.delete(this.#codes.keys().next().value ?? "")
    this.#codes.set(code, {
      clientId: client.clientId,
      redirectUri,
      account: account.address,
      scopes,
      challenge,
      offline: fields.get("access_type") === "offline",
      expiresAt: this.#state.now() + codeMillis,
      used: false
    })
    return back(redirectUri, { code, scope: scopes.join(" "), state })
  }

  /** Exchanges a code, once. The client has proved itself already. */
  exchange(clientId: string, fields: URLSearchParams): Exchange {
    const presented = fields.get("code")
    if (presented === null) return { error: "invalid_request", description: "Missing required parameter: code" }
    const code = this.#codes.get(presented)
    if (code === undefined || code.clientId !== clientId) {
      return { error: "invalid_grant", description: "Malformed auth code." }
    }
    if (code.used || this.#state.now() >= code.expiresAt) return { error: "invalid_grant", description: "Bad Request" }
    if (code.redirectUri !== fields.get("redirect_uri")) {
      return { error: "redirect_uri_mismatch", description: "Bad Request" }
    }
    if (code.challenge !== undefined) {
      const verifier = fields.get("code_verifier")
      if (verifier === null) return { error: "invalid_grant", description: "Missing code verifier." }
      if (createHash("sha256").update(verifier).digest("base64url") !== code.challenge) {
        return { error: "invalid_grant", description: "Invalid code verifier." }
      }
    }
    code.used = true
    return this.#state.issue(code.account, code.scopes, code.offline ? clientId : undefined)
  }
}
