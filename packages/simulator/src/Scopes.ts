/**
 * Reads the `scope` parameter (RFC 6749 section 3.3): which resource is asked for, and which of its permissions.
 *
 * Pure. One token is for one resource; a bare name such as `SMTP.Send` is Microsoft Graph's.
 *
 * @since 0.1.0
 */
import * as Aadsts from "./Aadsts.ts"

/** A service that tokens are issued for. `uris` are the names it goes by in a scope. */
export interface Resource {
  readonly appId: string
  readonly name: string
  readonly uris: ReadonlyArray<string>
  readonly delegated: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
}

export const graph: Resource = {
  appId: "00000003-0000-0000-c000-000000000000",
  name: "Microsoft Graph",
  uris: [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn"
  ],
  delegated: [
    "Mail.Read",
    "Mail.ReadWrite",
    "Mail.Send",
    "Mail.Send.Shared",
    "MailboxSettings.Read",
    "SMTP.Send",
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "User.Read",
    "User.ReadBasic.All"
  ],
  roles: ["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All", "Mail.Send", "MailboxSettings.Read", "User.Read.All"]
}

export const exchange: Resource = {
  appId: "00000002-0000-0ff1-ce00-000000000000",
  name: "Office 365 Exchange Online",
  uris: [
    "https://outlook.office365.com",
    "https://outlook.office.com",
    "https://ps.outlook.com",
    "https://outlook.office365.us",
    "https://outlook-dod.office365.us",
    "https://partner.outlook.cn"
  ],
  delegated: ["SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "EWS.AccessAsUser.All"],
  roles: ["SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp", "full_access_as_app", "Exchange.ManageAsApp"]
}

/** Scopes that ask for no resource: OpenID Connect's and the one for a refresh token. */
const identity = ["openid", "profile", "email", "offline_access"]

const equal = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

/** The resource a name in a scope or permission stands for. */
export const resourceOf = (uri: string): Resource | undefined =>
  [graph, exchange].find((one) => equal(one.appId, uri) || one.uris.some((known) => equal(known, uri)))

/**
 * What is asked for. `audience` is the claim aud of the token to be, `prefix` what stands before a permission in the
 * answer. `isDefault` is `/.default`: everything consented to.
 */
export interface Requested {
  readonly resource: Resource
  readonly audience: string
  readonly prefix: string
  readonly permissions: ReadonlyArray<string>
  readonly isDefault: boolean
  readonly identity: ReadonlyArray<string>
}

/** A scope or permission taken apart: `https://host/Name`, `GUID/Name` or a bare `Name`. */
export const split = (scope: string): { readonly uri: string; readonly permission: string } => {
  const at = scope.lastIndexOf("/")
  return at === -1
    ? { uri: "", permission: scope }
    : { uri: scope.slice(0, at).replace(/\/+$/, ""), permission: scope.slice(at + 1) }
}

/** Permissions of a list, such as a registration's, that belong to one resource. */
export const ofResource = (list: ReadonlyArray<string>, resource: Resource): ReadonlyArray<string> =>
  list.flatMap((entry) => {
    const { permission, uri } = split(entry)
    return (uri === "" ? graph : resourceOf(uri)) === resource ? [permission] : []
  })

/** Reads the scope a user is to consent to. `directory` names the organisation in an error. */
export const fromText = (text: string, app: Aadsts.Named, directory: string): Requested | Aadsts.Fault => {
  const parts = text.split(/\s+/).filter((part) => part !== "")
  if (parts.length === 0) return Aadsts.missing("scope")
  const found: Array<{ uri: string; permission: string; resource: Resource; scope: string }> = []
  for (const scope of parts.filter((part) => !identity.includes(part.toLowerCase()))) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) return Aadsts.badScope(scope)
    const { permission, uri } = split(scope)
    const resource = uri === "" ? graph : resourceOf(uri)
    if (permission === "" || (uri !== "" && !/^(?:https|api):\/\/|^[0-9a-f-]{36}$/i.test(uri))) {
      return Aadsts.badScope(scope)
    }
    if (resource === undefined) return Aadsts.unknownResource(uri, directory)
    found.push({ uri, permission, resource, scope })
  }
  const first = found[0] ?? { uri: "", permission: "", resource: graph, scope: "" }
  if (found.some((one) => one.resource !== first.resource)) return Aadsts.severalResources(text)
  const isDefault = found.some((one) => one.permission === ".default")
  // A scope is either everything consented to or a list.
  if (isDefault && found.length > 1) return Aadsts.badScope(text)
  const known = first.resource.delegated
  const permissions: Array<string> = []
  for (const one of isDefault ? [] : found) {
    const name = known.find((permission) => equal(permission, one.permission))
    if (name === undefined) return Aadsts.unknownPermission(app, one.permission, first.resource.appId)
    permissions.push(name)
  }
  return {
    resource: first.resource,
    audience: first.uri === "" ? first.resource.appId : first.uri,
    prefix: first.uri === "" ? "" : `${first.uri}/`,
    permissions,
    isDefault,
    identity: parts.map((part) => part.toLowerCase()).filter((part) => identity.includes(part))
  }
}

/** Tells the two results of reading apart. */
export const isFault = (result: object): result is Aadsts.Fault => "code" in result && "text" in result
