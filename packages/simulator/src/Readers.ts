/**
 * Who may open a mailbox over IMAP and POP3 at Exchange Online, in the order of the service: the protocol's switch, the
 * credential, the mailbox.
 *
 * Pure but for the state. What the client hears for a gate is `ExchangeReaders.ts`.
 *
 * @since 0.1.0
 */
import * as Gates from "./Gates.ts"
import { tenantIdOf } from "./Identifiers.ts"
import type { Credential } from "./Sasl.ts"
import type { LiveMailbox, LiveToken, State } from "./State.ts"

/**
 * Every behaviour of a mailbox over IMAP or POP3 and what it means, with the reply of IMAP.
 *
 * @category models
 * @since 0.1.0
 */
export const meanings = {
  ok: "Signs in and opens the mailbox.",
  shared_mailbox: "A shared mailbox that opens with the announced token of a delegate.",
  protocol_off_mailbox: "The protocol is off for the account that signs in (NO AUTHENTICATE failed.).",
  basic_auth_retired: "No password is taken (NO LOGIN failed. or NO Basic authentication is disabled.).",
  basic_auth_off: "The authentication policy does not allow it (NO LOGIN failed.).",
  security_defaults: "Security defaults block the sign-in (NO LOGIN failed.).",
  conditional_access: "A Conditional Access policy blocks legacy sign-in (NO LOGIN failed.).",
  federation_unreachable: "The organisation's own sign-in service cannot be reached (NO LOGIN failed.).",
  federation_no_https: "The organisation's own sign-in service offers no usable HTTPS (NO LOGIN failed.).",
  mfa_needs_app_password: "MFA is enforced; the password needs to be an app password (NO LOGIN failed.).",
  bad_password: "The password is not the account's (NO LOGIN failed.).",
  account_locked: "The account is locked after wrong passwords (NO LOGIN failed.).",
  account_disabled: "Sign-in is switched off for the account (NO AUTHENTICATE failed.).",
  token_unknown: "The token is none the service issued (NO AUTHENTICATE failed.).",
  token_expired: "The token has expired (NO AUTHENTICATE failed.).",
  token_wrong_audience: "The token is for another resource, such as Graph (NO AUTHENTICATE failed.).",
  token_wrong_tenant: "The application's token is from another organisation (NO AUTHENTICATE failed.).",
  token_missing_scope: "The token lacks the permission of the protocol (NO AUTHENTICATE failed.).",
  service_principal_missing: "The application is not registered in Exchange (NO AUTHENTICATE failed.).",
  service_principal_no_permission: "No permission on the mailbox (BAD User is authenticated but not connected.).",
  token_wrong_user: "The user has no FullAccess on the mailbox (BAD User is authenticated but not connected.).",
  account_unlicensed: "There is no mailbox to open (BAD User is authenticated but not connected.).",
  service_unavailable: "The mailbox server cannot be reached for the moment (NO Server Unavailable. 15).",
  throttled: "Commands are refused for a time (BAD Request is throttled. Suggested Backoff Time: N milliseconds).",
  throttled_sessions: "Too many sessions of the mailbox at once (BYE after the sign-in)."
} as const

/** The name of a behaviour. */
export type Behaviour = keyof typeof meanings

/** A protocol that reads. */
export type Protocol = "imap" | "pop3"

/** A sign-in that was taken. With `gate` the mailbox does not open: the session is authenticated but not connected. */
export interface Entry {
  readonly login: LiveMailbox
  readonly mailbox: LiveMailbox
  readonly gate: Behaviour | undefined
  readonly token: LiveToken | undefined
}

/** A sign-in that was refused. */
export interface Refusal {
  readonly refused: Behaviour
}

const refuse = (refused: Behaviour): Refusal => ({ refused })

const equal = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

const isOn = (protocol: Protocol, account: LiveMailbox): boolean => protocol === "imap" ? account.imap : account.pop

const hasAccess = (mailbox: LiveMailbox, account: LiveMailbox): boolean =>
  mailbox === account || mailbox.fullAccess.some((name) => equal(name, account.address))

/** Gates of SMTP that mean the same here; their texts are SMTP's and are not said. */
const named = (gate: Gates.Refusal | undefined): Behaviour | undefined =>
  gate === undefined
    ? undefined
    : gate.gate in meanings
    ? gate.gate as Behaviour
    : gate.gate === "consumer_basic_auth_off"
    ? "basic_auth_retired"
    : "bad_password"

/** `user@domain\mailbox` and `user@domain/mailbox`: another's mailbox, for passwords alone (public reports, T). */
const userForm = (
  state: State,
  user: string
): { readonly account: string; readonly mailbox: LiveMailbox | undefined } => {
  const [, account = user, name = ""] = /^([^\\/]+@[^\\/]+)[\\/](.+)$/.exec(user) ?? []
  if (name === "") return { account: user, mailbox: state.mailboxOf(user) }
  const domain = account.slice(account.indexOf("@"))
  return { account, mailbox: state.recipientOf(name) ?? state.recipientOf(`${name}${domain}`) }
}

const opened = (state: State, login: LiveMailbox, mailbox: LiveMailbox, token: LiveToken | undefined): Entry => {
  const gate = !hasAccess(mailbox, login)
    ? "token_wrong_user"
    : !mailbox.licensed && !mailbox.shared
    ? "account_unlicensed"
    : mailbox.readers + state.loadOf(mailbox, "readerSessions") >= mailbox.limits.readerSessions
    ? "throttled_sessions"
    : undefined
  return { login, mailbox, gate, token }
}

const withPassword = (
  state: State,
  protocol: Protocol,
  user: string,
  password: string,
  dryRun: boolean
): Entry | Refusal => {
  const { account: name, mailbox } = userForm(state, user)
  const account = state.mailboxOf(name)
  if (account === undefined || mailbox === undefined) return refuse("bad_password")
  const tenant = state.tenantOf(account)
  if (tenant.imapPopBasicAuth !== "allowed") return refuse("basic_auth_retired")
  if (!isOn(protocol, account)) return refuse("protocol_off_mailbox")
  const allowed = protocol === "imap" ? "allowBasicAuthImap" : "allowBasicAuthPop"
  const gate = named(Gates.basicAuth(tenant, account, allowed) ?? Gates.proved(state, account, password, dryRun))
  if (gate !== undefined) return refuse(gate)
  if (!account.accountEnabled || account.shared) return refuse("account_disabled")
  return opened(state, account, mailbox, undefined)
}

const application = (state: State, protocol: Protocol, token: LiveToken, mailbox: LiveMailbox): Entry | Refusal => {
  if (token.tenantId !== tenantIdOf(state.tenantOf(mailbox))) return refuse("token_wrong_tenant")
  const gate = named(
    Gates.application(state, token, mailbox, protocol === "imap" ? "IMAP.AccessAsApp" : "POP.AccessAsApp")
  )
  if (gate === "service_principal_no_permission") return { login: mailbox, mailbox, gate, token }
  return gate === undefined ? opened(state, mailbox, mailbox, token) : refuse(gate)
}

const withToken = (state: State, protocol: Protocol, user: string, presented: string): Entry | Refusal => {
  const token = state.token(presented)
  const mailbox = state.mailboxOf(user)
  const account = token === undefined || token.user === null ? mailbox : state.mailboxOf(token.user)
  if (mailbox === undefined || account === undefined) return refuse("token_unknown")
  // The switch follows who signs in, not the mailbox that is opened (Microsoft's page on POP3 and IMAP, V).
  if (!isOn(protocol, account)) return refuse("protocol_off_mailbox")
  if (token === undefined) return refuse("token_unknown")
  if (state.isExpired(token)) return refuse("token_expired")
  // Applications' tokens of older programs are for ps.outlook.com; IMAP and POP take them (T).
  const isOlder = equal(token.audience.replace(/\/+$/, ""), "https://ps.outlook.com")
  if (!Gates.isAudience(token.audience) && !isOlder) return refuse("token_wrong_audience")
  if (token.user === null) return application(state, protocol, token, mailbox)
  const scope = protocol === "imap" ? "IMAP.AccessAsUser.All" : "POP.AccessAsUser.All"
  if (!Gates.hasRight(token.scopes, scope)) return refuse("token_missing_scope")
  return account.accountEnabled && !account.shared ? opened(state, account, mailbox, token) : refuse("account_disabled")
}

/** Signs in. With `dryRun` nothing is counted. */
export const enter = (
  state: State,
  protocol: Protocol,
  credential: Credential,
  dryRun = false
): Entry | Refusal => {
  const fault = state.mailboxOf(credential.user)?.fault
  if (fault === "temporary_auth_failure" || fault === "proxy_failure") return refuse("service_unavailable")
  const entry = credential.kind === "password"
    ? withPassword(state, protocol, credential.user, credential.password, dryRun)
    : withToken(state, protocol, credential.user, credential.token)
  if (!dryRun && "gate" in entry && entry.gate === "throttled_sessions") entry.mailbox.loadRefusedAt ??= state.now()
  return entry
}

/** What a mailbox's announced credential meets. */
export const behaviourOf = (state: State, protocol: Protocol, credential: Credential): Behaviour => {
  const entry = enter(state, protocol, credential, true)
  if ("refused" in entry) return entry.refused
  if (entry.gate !== undefined) return entry.gate
  const { backoffMillis } = entry.mailbox.load
  const { throttledAt } = entry.mailbox
  const isThrottled = protocol === "imap" && backoffMillis > 0 &&
    (throttledAt === undefined || state.now() < throttledAt + backoffMillis)
  return isThrottled ? "throttled" : entry.mailbox.shared ? "shared_mailbox" : "ok"
}
