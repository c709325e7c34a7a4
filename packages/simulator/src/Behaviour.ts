/**
 * The closed list of behaviours of a mailbox, each with its meaning in one line.
 *
 * A behaviour names the first thing that happens to a small message sent with the announced credential and sender. It
 * follows from the switches of the world (`Announcement.ts` derives it); nobody writes it down.
 *
 * @since 0.1.0
 */

/**
 * Every behaviour and what it means.
 *
 * @category models
 * @since 0.1.0
 */
export const meanings = {
  ok: "Signs in and sends.",
  shared_mailbox: "A shared mailbox that sends with the announced delegate's sign-in or token.",
  smtp_auth_off_mailbox: "SMTP AUTH is off for this mailbox (535 5.7.139).",
  smtp_auth_off_tenant: "SMTP AUTH is off for the organisation, the mailbox inherits (535 5.7.139).",
  basic_auth_off: "The authentication policy does not allow basic SMTP (535 5.7.139).",
  consumer_basic_auth_off: "A personal account; only OAuth 2.0 signs in (535 5.7.139).",
  basic_auth_retired: "Basic authentication is gone for good (550 5.7.30).",
  security_defaults: "Security defaults block the sign-in (535 5.7.139).",
  conditional_access: "A Conditional Access policy blocks legacy sign-in (535 5.7.139).",
  federation_unreachable: "The organisation's own sign-in service cannot be reached (535 5.7.139).",
  federation_no_https: "The organisation's own sign-in service offers no usable HTTPS (535 5.7.139).",
  mfa_needs_app_password: "MFA is enforced; the announced password needs to be an app password (535 5.7.139).",
  bad_password: "The announced password is not the mailbox's (535 5.7.139).",
  account_locked: "The account is locked after wrong passwords (535 5.7.139).",
  account_disabled: "Sign-in is switched off for the account (535 5.7.3).",
  account_unlicensed: "The account has no Exchange Online licence (535 5.7.3).",
  temporary_auth_failure: "Sign-in fails for the moment (454 4.7.0).",
  token_unknown: "The token is none the service issued (535 5.7.3).",
  token_expired: "The token has expired (535 5.7.3).",
  token_wrong_audience: "The token is for another resource, such as Graph (535 5.7.3).",
  token_wrong_tenant: "The application's token is from another organisation than the mailbox (535 5.7.3).",
  token_missing_scope: "The token lacks SMTP.Send or SMTP.SendAsApp (535 5.7.3).",
  token_wrong_user: "The token's user has no FullAccess on the mailbox named in user= (535 5.7.3).",
  service_principal_missing: "The application is not registered in Exchange with its object id (535 5.7.3).",
  service_principal_no_permission: "The application has no permission on the mailbox (535 5.7.3).",
  send_as_denied: "The announced sender may not be used (554 5.2.252 after the message, or as the world says).",
  throttled_rate: "The messages of this minute are used up (421 4.4.2 at MAIL).",
  throttled_sessions: "Too many sessions of the mailbox at once (432 4.3.2 after the message).",
  daily_recipients_exceeded: "The recipients of the day are used up (554 5.2.0 after the message).",
  too_many_recipients: "Takes fewer than three recipients a message (452 4.5.3 at RCPT).",
  blocked_sender: "On the list of restricted senders (550 5.1.8 after the message).",
  outbound_spam: "Held back by the outbound spam filter (554 5.2.0 after the message).",
  mailbox_full: "The sender's mailbox is full (554 5.2.2 after the message).",
  message_too_large: "Messages of an ordinary size are over MaxSendSize (552 5.3.4).",
  service_transient: "The service closes the channel for the moment (421 4.7.0 at MAIL).",
  proxy_failure: "The mailbox server cannot be reached for the moment (451 4.7.0 after the message)."
} as const

/**
 * The name of a behaviour.
 *
 * @category models
 * @since 0.1.0
 */
export type Behaviour = keyof typeof meanings

/**
 * All names, in the order of the documentation.
 *
 * @category models
 * @since 0.1.0
 */
export const all = Object.keys(meanings) as ReadonlyArray<Behaviour>
