/**
 * The rules of Graph, in its order: the token, who is meant, the permission, the mailbox; then the message.
 *
 * Pure but for the state they are given. What a rule says is a refusal of `GraphErrors.ts`.
 *
 * @since 0.1.0
 */
import { mayByRole, maySendAs, sizeLimit } from "./Gates.ts"
import * as Errors from "./GraphErrors.ts"
import type { GraphError } from "./GraphErrors.ts"
import { decoded } from "./HttpMessage.ts"
import { isGuid, tenantIdOf, userIdOf } from "./Identifiers.ts"
import { graph } from "./Scopes.ts"
import type { LiveMailbox, LiveTenant, LiveToken, State } from "./State.ts"

/** Who calls. `account` is the user of a delegated token. */
export interface Caller {
  readonly token: LiveToken
  readonly tenant: LiveTenant
  readonly account: LiveMailbox | undefined
}

const equal = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

const isAudience = (audience: string): boolean =>
  [graph.appId, ...graph.uris].some((one) => equal(one, audience.replace(/\/+$/, "")))

/** Reads the Authorization field (RFC 6750 section 2.1). */
export const caller = (state: State, authorization: string | undefined): Caller | GraphError => {
  const presented = /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1]
  if (presented === undefined) return Errors.noToken
  const token = state.token(presented)
  if (token === undefined) return presented.split(".").length === 3 ? Errors.unknownToken : Errors.noJwt
  if (!isAudience(token.audience)) return Errors.wrongAudience
  if (state.isExpired(token)) return Errors.expired
  const tenant = state.tenants.find((one) => tenantIdOf(one) === token.tenantId)
  const account = token.user === null ? undefined : state.mailboxOf(token.user)
  if (tenant === undefined || (token.user !== null && account === undefined)) return Errors.unknownToken
  return { token, tenant, account }
}

/** The user a path names: `me`, or an id, a sign-in name or an address after `users`. */
export const target = (
  state: State,
  { account, tenant }: Caller,
  who: string
): LiveMailbox | GraphError | undefined => {
  if (who === "me") return account ?? Errors.onlyDelegated
  const id = decoded(who)
  const found = isGuid(id)
    ? state.mailboxes.find((mailbox) => userIdOf(mailbox.address) === id.toLowerCase())
    : state.mailboxOf(id)
  return found !== undefined && state.tenantOf(found) === tenant ? found : undefined
}

/** Whether the caller may read a user's entry in the directory. */
export const directoryRefusal = ({ account, token }: Caller, user: LiveMailbox): GraphError | undefined => {
  if (token.user === null) return token.roles.includes("User.Read.All") ? undefined : Errors.requestDenied
  const wanted = user === account ? ["User.Read", "User.ReadBasic.All"] : ["User.ReadBasic.All"]
  return wanted.some((scope) => token.scopes.includes(scope)) ? undefined : Errors.requestDenied
}

const isInScope = (mailbox: LiveMailbox, scope: string): boolean =>
  equal(mailbox.address, scope) || mailbox.memberOf.some((group) => equal(group, scope))

/** Whether an application access policy leaves an application a mailbox. */
export const mayByPolicy = (tenant: LiveTenant, appId: string, mailbox: LiveMailbox): boolean => {
  const policies = tenant.applicationAccessPolicies.filter((policy) => equal(policy.appId, appId))
  if (policies.some((one) => one.accessRight === "DenyAccess" && isInScope(mailbox, one.scope))) return false
  const allowed = policies.filter((one) => one.accessRight === "RestrictAccess")
  return allowed.length === 0 || allowed.some((one) => isInScope(mailbox, one.scope))
}

const applicationRefusal = ({ tenant, token }: Caller, mailbox: LiveMailbox, wanted: ReadonlyArray<string>) => {
  if (wanted.some((permission) => mayByRole(tenant, token.appId, mailbox, permission))) return undefined
  if (!wanted.some((permission) => token.roles.includes(permission))) return Errors.accessDenied
  return mayByPolicy(tenant, token.appId, mailbox) ? undefined : Errors.accessPolicy
}

const delegatedRefusal = ({ account, token }: Caller, mailbox: LiveMailbox, wanted: ReadonlyArray<string>) => {
  const own = mailbox === account
  const scopes = own ? wanted : wanted.map((permission) => `${permission}.Shared`)
  if (!scopes.some((scope) => token.scopes.includes(scope))) return Errors.accessDenied
  return undefined
}

/** Whether the caller may do something in a mailbox; `wanted` are permissions of which one is enough. */
export const mailboxRefusal = (
  state: State,
  who: Caller,
  mailbox: LiveMailbox,
  wanted: ReadonlyArray<string>
): GraphError | undefined => {
  const refused = who.account === undefined
    ? applicationRefusal(who, mailbox, wanted)
    : delegatedRefusal(who, mailbox, wanted)
  if (refused !== undefined) return refused
  if (!state.tenantOf(mailbox).exchange || (!mailbox.licensed && !mailbox.shared)) return Errors.noMailbox
  const { forMillis } = mailbox.load
  if (state.loadOf(mailbox, "requests") >= mailbox.limits.concurrentRequests) {
    mailbox.loadRefusedAt ??= state.now()
    return Errors.throttled(forMillis === null ? 10 : Math.max(1, Math.ceil(forMillis / 1000)))
  }
  if (mailbox.fault === "service_transient") return Errors.busy
  return mailbox.fault === "proxy_failure" ? Errors.transient : undefined
}

/** A message on its way. `octets` is its size, attachments decoded. */
export interface Outgoing {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly subject: string | null
  readonly octets: number
  readonly saved: boolean
}

const isAddress = (text: string): boolean => /^[^\s@<>]+@[^\s@<>]+$/u.test(text)

/** What stands against sending a message from a mailbox. */
export const sendRefusal = (
  state: State,
  { account, token }: Caller,
  mailbox: LiveMailbox,
  message: Outgoing
): GraphError | undefined => {
  if (message.to.length === 0) return Errors.emptyRecipients
  if (!message.to.every(isAddress)) return Errors.badRecipients
  if (message.octets > sizeLimit(mailbox)) return Errors.tooLarge
  if (mailbox.blockedSender) return Errors.blocked
  if (mailbox.outboundSpam !== null) return Errors.outboundSpam(mailbox.outboundSpam)
  const identity = {
    login: account?.address ?? mailbox.address,
    mailbox: account ?? mailbox,
    application: account === undefined ? token : undefined
  }
  if (!maySendAs(state, identity, message.from)) return Errors.sendAsDenied
  const isFull = mailbox.load.mailboxOctets >= mailbox.limits.prohibitSendQuotaOctets
  return isFull && message.saved ? Errors.quota : undefined
}
