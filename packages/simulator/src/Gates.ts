/**
 * The rules of the service, in the order the service applies them: sign-in first, then the sender, then the message.
 *
 * Pure but for the state they are given: no sockets, no SMTP syntax. What a gate says is a text of `Transcripts.ts`.
 * A gate that lets pass says `undefined`. With `dryRun` a gate changes nothing, so `Announcement.ts` asks the same ones
 * the server does.
 *
 * @since 0.1.0
 */
import type { Behaviour } from "./Behaviour.ts"
import { tenantIdOf } from "./Identifiers.ts"
import type { LiveMailbox, LiveTenant, LiveToken, State } from "./State.ts"
import * as Transcripts from "./Transcripts.ts"

/** A gate that stayed closed: its name in the list of behaviours, and what the client hears. */
export interface Refusal {
  readonly gate: Behaviour
  readonly text: Transcripts.Text
}

/** Who signed in. `login` is the identity whose rights count, `mailbox` the one opened. */
export interface Identity {
  readonly login: string
  readonly mailbox: LiveMailbox
  readonly application: LiveToken | undefined
}

const refuse = (gate: Behaviour, text: Transcripts.Text): Refusal => ({ gate, text })

const equal = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

const includes = (list: ReadonlyArray<string>, wanted: string): boolean => list.some((item) => equal(item, wanted))

/** The switches of SMTP AUTH: the mailbox overrides its tenant. They hold for passwords and tokens alike. */
const smtpAuth = (tenant: LiveTenant, mailbox: LiveMailbox): Refusal | undefined => {
  if (mailbox.smtpAuth === "off") return refuse("smtp_auth_off_mailbox", Transcripts.smtpAuthOffMailbox)
  if (mailbox.smtpAuth === null && tenant.smtpAuth === "off") {
    return refuse("smtp_auth_off_tenant", Transcripts.smtpAuthOffTenant)
  }
  return undefined
}

/** A switch of an authentication policy. */
export type PolicySwitch = "allowBasicAuthImap" | "allowBasicAuthPop" | "allowBasicAuthSmtp"

/** The switches that only basic authentication meets. */
export const basicAuth = (
  tenant: LiveTenant,
  mailbox: LiveMailbox,
  allowed: PolicySwitch = "allowBasicAuthSmtp"
): Refusal | undefined => {
  if (tenant.kind === "consumer") return refuse("consumer_basic_auth_off", Transcripts.basicAuthOff)
  const name = mailbox.authenticationPolicy ?? tenant.defaultAuthenticationPolicy
  const policy = tenant.authenticationPolicies.find((candidate) => name !== null && equal(candidate.name, name))
  if (policy !== undefined && !policy[allowed]) return refuse("basic_auth_off", Transcripts.basicAuthOff)
  if (tenant.securityDefaults) return refuse("security_defaults", Transcripts.securityDefaults)
  if (tenant.conditionalAccessBlocksLegacy && !mailbox.conditionalAccessExcluded) {
    return refuse("conditional_access", Transcripts.criteria)
  }
  if (tenant.federation === "unreachable") return refuse("federation_unreachable", Transcripts.federationDown)
  if (tenant.federation === "no_https") return refuse("federation_no_https", Transcripts.federationWithoutTls)
  return undefined
}

/** Signs in with a name and a password. `dryRun` leaves the count of wrong passwords alone. */
export const withPassword = (
  state: State,
  user: string,
  password: string,
  dryRun = false
): Identity | Refusal => {
  const mailbox = state.mailboxOf(user)
  // An alias is no sign-in name, and an unknown name is not told apart from a wrong password.
  if (mailbox === undefined) return refuse("bad_password", Transcripts.badCredentials)
  const tenant = state.tenantOf(mailbox)
  if (mailbox.fault === "temporary_auth_failure") {
    return refuse("temporary_auth_failure", Transcripts.temporaryAuthFailure)
  }
  if (tenant.basicAuthRetired) return refuse("basic_auth_retired", Transcripts.basicAuthRetired)
  return smtpAuth(tenant, mailbox) ?? basicAuth(tenant, mailbox) ?? proved(state, mailbox, password, dryRun) ??
    usable(mailbox, mailbox) ?? { login: mailbox.address, mailbox, application: undefined }
}

/** Checks a password, and counts wrong ones unless `dryRun`. */
export const proved = (
  state: State,
  mailbox: LiveMailbox,
  password: string,
  dryRun: boolean
): Refusal | undefined => {
  if (mailbox.locked) return refuse("account_locked", Transcripts.accountLocked)
  if (!mailbox.appPasswords.includes(password)) {
    if (password !== mailbox.password) {
      if (!dryRun) {
        const { lockoutThreshold } = state.tenantOf(mailbox)
        mailbox.wrongPasswords++
        if (lockoutThreshold !== null && mailbox.wrongPasswords >= lockoutThreshold) mailbox.locked = true
      }
      return refuse("bad_password", Transcripts.badCredentials)
    }
    if (mailbox.mfa === "enforced") return refuse("mfa_needs_app_password", Transcripts.badCredentials)
  }
  if (!dryRun) mailbox.wrongPasswords = 0
  return undefined
}

/** A disabled account and one without a mailbox get the generic text: their own wording is not known (knowledge, U). */
export const usable = (account: LiveMailbox, opened: LiveMailbox): Refusal | undefined => {
  if (!account.accountEnabled || account.shared) return refuse("account_disabled", Transcripts.unsuccessful)
  if (!opened.licensed && !opened.shared) return refuse("account_unlicensed", Transcripts.unsuccessful)
  return undefined
}

/** Audiences Exchange takes: the two names of the resource, the national clouds and its application id. */
const audiences = [
  "https://outlook.office365.com",
  "https://outlook.office.com",
  "https://outlook.office365.us",
  "https://partner.outlook.cn",
  "00000002-0000-0ff1-ce00-000000000000"
]

export const isAudience = (audience: string): boolean => includes(audiences, audience.replace(/\/+$/, ""))

/** A scope or role by its last segment: `https://outlook.office.com/SMTP.Send` counts as `SMTP.Send`. */
export const hasRight = (rights: ReadonlyArray<string>, wanted: string): boolean =>
  rights.some((right) => equal(right.slice(right.lastIndexOf("/") + 1), wanted))

/** A management scope's filter, `Property -eq 'value'`; other filters are refused when they are made. */
export const filterOf = (filter: string): { readonly property: string; readonly value: string } | undefined => {
  const match = /^\s*\(?\s*(\w+)\s+-eq\s+(?:'([^']*)'|"([^"]*)")\s*\)?\s*$/i.exec(filter)
  return match?.[1] === undefined ? undefined : { property: match[1].toLowerCase(), value: match[2] ?? match[3] ?? "" }
}

const inScope = (tenant: LiveTenant, scopeName: string | null, mailbox: LiveMailbox): boolean => {
  if (scopeName === null) return true
  const scope = tenant.managementScopes.find((candidate) => equal(candidate.name, scopeName))
  const filter = scope === undefined ? undefined : filterOf(scope.recipientRestrictionFilter)
  if (filter === undefined) return false
  switch (filter.property) {
    case "primarysmtpaddress":
    case "userprincipalname":
    case "windowsemailaddress":
      return equal(filter.value, mailbox.address)
    case "emailaddresses":
      return includes([mailbox.address, ...mailbox.aliases], filter.value.replace(/^smtp:/i, ""))
    case "alias":
      return equal(filter.value, mailbox.address.slice(0, mailbox.address.indexOf("@")))
    case "memberofgroup":
      return includes(mailbox.memberOf, filter.value)
    default:
      return false
  }
}

/** Whether RBAC for Applications gives an application a permission on a mailbox, by default that of sending. */
export const mayByRole = (
  tenant: LiveTenant,
  appId: string,
  mailbox: LiveMailbox,
  permission = "SMTP.SendAsApp"
): boolean =>
  tenant.roleAssignments.some((assignment) =>
    equal(assignment.app, appId) && equal(assignment.role, `Application ${permission}`) &&
    inScope(tenant, assignment.scope, mailbox)
  )

/** What stands between an application's token and a mailbox, for one of the permissions an application can have. */
export const application = (
  state: State,
  token: LiveToken,
  mailbox: LiveMailbox,
  permission = "SMTP.SendAsApp"
): Refusal | undefined => {
  const tenant = state.tenantOf(mailbox)
  const claimed = hasRight(token.roles, permission)
  const byRole = mayByRole(tenant, token.appId, mailbox, permission)
  if (!claimed && !byRole) return refuse("token_missing_scope", Transcripts.unsuccessful)
  const principal = tenant.servicePrincipals.find((candidate) => equal(candidate.appId, token.appId))
  // The object id has to be the enterprise application's, which is the one in the token.
  if (principal === undefined || (token.objectId !== null && !equal(principal.objectId, token.objectId))) {
    return refuse("service_principal_missing", Transcripts.unsuccessful)
  }
  // With the claim in the token the permission on the mailbox is checked even where a role would do.
  const names = [principal.objectId, principal.appId, principal.displayName]
  if (claimed && !names.some((name) => name !== "" && includes(mailbox.fullAccess, name))) {
    return refuse("service_principal_no_permission", Transcripts.unsuccessful)
  }
  return undefined
}

/** Signs in with an access token for `user`. */
export const withToken = (state: State, user: string, presented: string): Identity | Refusal => {
  const token = state.token(presented)
  const opened = state.mailboxOf(user)
  // The switches follow who signs in, not the mailbox that is opened.
  const account = token === undefined || token.user === null ? opened : state.mailboxOf(token.user)
  if (opened === undefined || account === undefined) return refuse("token_unknown", Transcripts.unsuccessful)
  if (opened.fault === "temporary_auth_failure") {
    return refuse("temporary_auth_failure", Transcripts.temporaryAuthFailure)
  }
  const closed = smtpAuth(state.tenantOf(account), account)
  if (closed !== undefined) return closed
  if (token === undefined) return refuse("token_unknown", Transcripts.unsuccessful)
  if (state.isExpired(token)) return refuse("token_expired", Transcripts.unsuccessful)
  if (!isAudience(token.audience)) return refuse("token_wrong_audience", Transcripts.unsuccessful)
  if (token.user === null) {
    if (token.tenantId !== tenantIdOf(state.tenantOf(opened))) {
      return refuse("token_wrong_tenant", Transcripts.unsuccessful)
    }
    const refused = application(state, token, opened)
    if (refused !== undefined) return refused
    if (!opened.licensed && !opened.shared) return refuse("account_unlicensed", Transcripts.unsuccessful)
    return { login: opened.address, mailbox: opened, application: token }
  }
  if (!hasRight(token.scopes, "SMTP.Send")) return refuse("token_missing_scope", Transcripts.unsuccessful)
  if (account !== opened && !includes(opened.fullAccess, account.address)) {
    return refuse("token_wrong_user", Transcripts.unsuccessful)
  }
  return usable(account, opened) ?? { login: account.address, mailbox: opened, application: undefined }
}

/** Whether an identity may put this address into From. */
export const maySendAs = (state: State, identity: Identity, from: string): boolean => {
  const { mailbox } = identity
  if (equal(from, mailbox.address)) return true
  if (equal(from, identity.login)) return true
  const owner = state.recipientOf(from)
  if (owner === undefined) return false
  if (owner === mailbox) return state.tenantOf(mailbox).sendFromAliasEnabled
  if (includes(owner.sendAs, identity.login) || includes(owner.sendAs, mailbox.address)) return true
  const token = identity.application
  if (token === undefined) return false
  const principal = state.tenantOf(mailbox).servicePrincipals.find((candidate) => equal(candidate.appId, token.appId))
  return principal !== undefined &&
    [principal.objectId, principal.appId, principal.displayName].some((name) => includes(owner.sendAs, name))
}

/** The gates at MAIL: faults, the rate, and the size the client declared. */
export const atMail = (
  state: State,
  identity: Identity,
  from: string,
  declaredOctets: number | undefined,
  dryRun = false
): Refusal | undefined => {
  const { mailbox } = identity
  const tenant = state.tenantOf(mailbox)
  if (mailbox.fault === "service_transient") return refuse("service_transient", Transcripts.serviceTransient)
  if (tenant.rateReply === "reject" && state.messagesInMinute(mailbox) >= mailbox.limits.messagesPerMinute) {
    if (!dryRun) mailbox.loadRefusedAt ??= state.now()
    return refuse("throttled_rate", Transcripts.rateExceeded)
  }
  if (declaredOctets !== undefined && declaredOctets > sizeLimit(mailbox)) {
    return refuse("message_too_large", Transcripts.tooLarge)
  }
  // A null reverse-path is a bounce and has no sender to judge (RFC 5321 section 4.5.5).
  if (tenant.sendAsReply === "at_mail" && from !== "" && !maySendAs(state, identity, from)) {
    return refuse("send_as_denied", Transcripts.sendAsAtMail)
  }
  return undefined
}

/** Largest message of a mailbox in octets: its own limit, or that of the service. */
export const sizeLimit = (mailbox: LiveMailbox): number =>
  Math.min(mailbox.limits.maxSendSizeOctets, Transcripts.maxMessageOctets)

/** The gate at RCPT: `already` recipients were taken before this one. */
export const atRecipient = (mailbox: LiveMailbox, already: number): Refusal | undefined =>
  already >= mailbox.limits.recipientsPerMessage
    ? refuse("too_many_recipients", Transcripts.tooManyRecipients)
    : undefined

/** The gates at the end of the message. `senders` are the envelope sender and the addresses in the From field. */
export const atEnd = (
  state: State,
  identity: Identity,
  senders: ReadonlyArray<string>,
  recipients: number,
  octets: number,
  dryRun = false
): Refusal | undefined => {
  const { mailbox } = identity
  const tenant = state.tenantOf(mailbox)
  if (octets > sizeLimit(mailbox)) return refuse("message_too_large", Transcripts.tooLarge)
  if (mailbox.fault === "proxy_failure") return refuse("proxy_failure", Transcripts.proxyFailure)
  if (mailbox.sessions + state.loadOf(mailbox, "sessions") > mailbox.limits.concurrentSessions) {
    if (!dryRun) mailbox.loadRefusedAt ??= state.now()
    return refuse(
      "throttled_sessions",
      tenant.concurrencyReply === "current" ? Transcripts.tooManySessions : Transcripts.tooManySessionsOlder
    )
  }
  if (state.recipientsInDay(mailbox) + recipients > mailbox.limits.recipientsPerDay) {
    if (!dryRun) mailbox.loadRefusedAt ??= state.now()
    return refuse("daily_recipients_exceeded", Transcripts.quotaExceeded)
  }
  if (mailbox.blockedSender) return refuse("blocked_sender", Transcripts.blockedSender)
  if (mailbox.outboundSpam !== null) return refuse("outbound_spam", Transcripts.outboundSpam(mailbox.outboundSpam))
  if (mailbox.load.mailboxOctets >= mailbox.limits.prohibitSendQuotaOctets) {
    return refuse("mailbox_full", Transcripts.mailboxFull)
  }
  const denied = senders.find((sender) => sender !== "" && !maySendAs(state, identity, sender))
  if (denied !== undefined) {
    return refuse(
      "send_as_denied",
      tenant.sendAsReply === "mapi_exception"
        ? Transcripts.sendAsDeniedMapi("0A00C280")
        : tenant.sendAsReply === "at_mail"
        ? Transcripts.sendAsAtMail
        : Transcripts.sendAsDenied(identity.login, denied, "0A00C280")
    )
  }
  return undefined
}

/** Tells the two results of a sign-in apart. */
export const isRefusal = (result: Identity | Refusal): result is Refusal => "gate" in result
