/**
 * The simulated sign-in service over HTTPS: metadata (RFC 8414 in the form of OpenID Connect Discovery), key set, token,
 * device and authorization endpoints of version 2.0, and the pages behind them.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import * as Aadsts from "./Aadsts.ts"
import * as Authorize from "./Authorize.ts"
import * as Clouds from "./Clouds.ts"
import { DevicePage } from "./DevicePage.ts"
import { type Directory, directoryOf } from "./Directory.ts"
import { decoded, form, html, json, type Reply, type Request } from "./HttpMessage.ts"
import { isGuid, tenantIdOf } from "./Identifiers.ts"
import type { Issuer } from "./Issuer.ts"
import * as Pages from "./Pages.ts"
import * as Scopes from "./Scopes.ts"
import { SignIn } from "./SignIn.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"

/** RFC 6749 section 5.1: a token is never stored on its way. */
const unstored = { "cache-control": "no-store, no-cache", pragma: "no-cache" }

const parametersOf = (request: Request, fields: URLSearchParams): TokenEndpoint.Parameters => {
  const header = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(request.header("authorization") ?? "")?.[1]
  const pair = header === undefined ? undefined : Buffer.from(header, "base64").toString("utf8")
  const colon = pair?.indexOf(":") ?? -1
  return {
    get: (name) => fields.get(name) || undefined,
    // RFC 6749 section 2.3.1: both halves are form-encoded.
    basic: pair === undefined || colon === -1
      ? undefined
      : { id: decoded(pair.slice(0, colon)), secret: decoded(pair.slice(colon + 1)) }
  }
}

/** The service of one simulator. */
export class Entra {
  readonly issuer: Issuer
  readonly signIn: SignIn
  readonly devicePage: DevicePage
  readonly #pageAddress: () => string

  constructor(issuer: Issuer, pageAddress: () => string) {
    this.issuer = issuer
    this.signIn = new SignIn(issuer)
    this.devicePage = new DevicePage(issuer, this.signIn)
    this.#pageAddress = pageAddress
  }

  /** Answers a request to a sign-in host of `cloud`. */
  async handle(request: Request, cloud: Clouds.Cloud): Promise<Reply> {
    const [, name = "", ...rest] = request.path.split("/")
    const route = rest.join("/").toLowerCase()
    if (DevicePage.isPath(request.path)) return this.devicePage.handle(request)
    const directory = directoryOf(this.issuer.state, decoded(name), cloud)
    switch (route) {
      case "v2.0/.well-known/openid-configuration":
        return Scopes.isFault(directory) ? this.#refusal(request, directory) : json(200, metadata(directory))
      case "discovery/v2.0/keys":
        return json(200, { keys: this.issuer.state.signer.publicKeys })
      case "oauth2/v2.0/token":
        return this.#token(request, directory)
      case "oauth2/v2.0/devicecode":
        return this.#deviceCode(request, directory)
      case "oauth2/v2.0/authorize":
        if (Scopes.isFault(directory)) return html(directory.status, Pages.error(directory))
        return Authorize.handle(this.signIn, directory, request)
      default:
        return html(404, Pages.notice("Not found", "This simulated sign-in service has no such page."))
    }
  }

  #refusal(request: Request, fault: Aadsts.Fault): Reply {
    const trace = randomUUID()
    const sent = request.header("client-request-id") ?? ""
    const correlation = isGuid(sent) ? sent : randomUUID()
    return json(fault.status, Aadsts.bodyOf(fault, this.issuer.state.now(), { trace, correlation }), {
      ...unstored,
      "x-ms-request-id": trace,
      "client-request-id": correlation,
      ...(fault.status === 429 || fault.status === 503 ? { "retry-after": "60" } : {}),
      ...(fault.status === 401 ? { "www-authenticate": "Bearer" } : {})
    })
  }

  async #token(request: Request, directory: Directory | Aadsts.Fault): Promise<Reply> {
    if (request.method !== "POST") return this.#refusal(request, Aadsts.onlyPost(request.method))
    const fields = form(request)
    const parameters = fields === undefined ? undefined : parametersOf(request, fields)
    const answer = Scopes.isFault(directory)
      ? directory
      : parameters === undefined
      ? Aadsts.missing("grant_type")
      : await TokenEndpoint.token(this.issuer, directory, parameters)
    const refused = Scopes.isFault(answer)
    this.issuer.state.countTokenRequest(
      parameters?.get("client_id") ?? parameters?.basic?.id ?? "",
      refused ? `AADSTS${answer.code}` : "issued"
    )
    return refused
      ? this.#refusal(request, answer)
      : json(200, answer, { ...unstored, "x-ms-request-id": randomUUID() })
  }

  #deviceCode(request: Request, directory: Directory | Aadsts.Fault): Reply {
    if (request.method !== "POST") return this.#refusal(request, Aadsts.onlyPost(request.method))
    if (Scopes.isFault(directory)) return this.#refusal(request, directory)
    const fields = form(request)
    if (fields === undefined) return this.#refusal(request, Aadsts.missing("client_id"))
    const parameters = parametersOf(request, fields)
    const answer = TokenEndpoint.deviceCode(this.issuer, directory, parameters, this.#pageAddress())
    return Scopes.isFault(answer) ? this.#refusal(request, answer) : json(200, answer, unstored)
  }
}

/** Provider metadata (RFC 8414 section 2), with the members Microsoft adds. */
const metadata = (directory: Directory): Record<string, unknown> => {
  const host = Clouds.login[directory.cloud][0]
  const { tenant } = directory
  // Where the user decides the organisation the issuer is a pattern.
  const id = tenant === undefined ? "{tenantid}" : tenantIdOf(tenant)
  const base = `https://${host}/${tenant === undefined || directory.alias !== undefined ? directory.name : id}`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ["query"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `https://${host}/${id}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
    tenant_region_scope: directory.cloud === "us_government" ? "USGov" : "WW",
    cloud_instance_name: host.slice(host.indexOf(".") + 1),
    msgraph_host: Clouds.graph[directory.cloud][0]
  }
}
