/**
 * What the simulator tells about itself: how to reach it, with which credential, and how each mailbox behaves.
 *
 * The behaviour is derived by asking the gates what they would say to the announced credential and sender; tests compare
 * it with what the server then really answers.
 *
 * @since 0.1.0
 */
import type { Behaviour } from "./Behaviour.ts"
import * as Clouds from "./Clouds.ts"
import * as Gates from "./Gates.ts"
import { tenantIdOf } from "./Identifiers.ts"
import * as Readers from "./Readers.ts"
import type { Announced } from "./ReaderServers.ts"
import type { LiveMailbox, State } from "./State.ts"

/**
 * One announced mailbox. `secret` is always a string, empty where nothing signs in with a password. `user` is there when
 * the sign-in name for `secret` is not the address, `from` when the sender is another, `token` when the mailbox has an
 * OAuth 2.0 access token; `behaviour` then speaks of the token, presented for `address`. `imap` and `pop3` say what the same
 * credential meets there.
 *
 * @category models
 * @since 0.1.0
 */
export interface AnnouncedMailbox {
  readonly address: string
  readonly secret: string
  readonly behaviour: Behaviour
  readonly imap: Readers.Behaviour
  readonly pop3: Readers.Behaviour
  readonly user?: string
  readonly from?: string
  readonly token?: string
  readonly appPassword?: string
}

/**
 * One announced application. `secret` is there when it has one, whether or not the service still takes it.
 *
 * @category models
 * @since 0.1.0
 */
export interface AnnouncedApplication {
  readonly clientId: string
  readonly name: string
  readonly tenant: string
  readonly secret?: string
}

/**
 * The first line of `sonde simulate --json`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Announcement {
  readonly smtp: { readonly host: string; readonly port: number }
  readonly imap: Announced
  readonly pop3: Announced
  readonly http: { readonly host: string; readonly port: number }
  readonly ca: string
  readonly connectTo: ReadonlyArray<string>
  readonly mailboxes: ReadonlyArray<AnnouncedMailbox>
  readonly applications: ReadonlyArray<AnnouncedApplication>
  readonly admin: string
}

/** Octets and recipients of the message the behaviour speaks of. */
const probe = { octets: 600, recipients: 1 }

/** The delegate a shared mailbox is used through: the first one that has a password. */
const delegateOf = (state: State, mailbox: LiveMailbox): LiveMailbox | undefined =>
  [...mailbox.sendAs, ...mailbox.fullAccess].flatMap((name) => state.mailboxOf(name) ?? []).find((delegate) =>
    delegate !== mailbox && delegate.password !== null
  )

const signInOf = (state: State, mailbox: LiveMailbox): { readonly user: string; readonly secret: string } => {
  const named = mailbox.announcedUser === null ? undefined : state.mailboxOf(mailbox.announcedUser)
  const account = named ?? (mailbox.password === null ? delegateOf(state, mailbox) : undefined) ?? mailbox
  return {
    user: mailbox.announcedUser ?? account.address,
    secret: mailbox.publishedSecret ?? account.publishedSecret ?? account.password ?? ""
  }
}

/**
 * The behaviour of a mailbox under the switches as they are now.
 *
 * @category deriving
 * @since 0.1.0
 */
export const behaviourOf = (state: State, mailbox: LiveMailbox): Behaviour => {
  const token = state.tokensOf(mailbox)[0]
  const { secret, user } = signInOf(state, mailbox)
  const identity = token === undefined
    ? Gates.withPassword(state, user, secret, true)
    : Gates.withToken(state, mailbox.address, token.presented)
  if (Gates.isRefusal(identity)) return identity.gate
  const from = mailbox.announcedFrom ?? mailbox.address
  const before = Gates.atMail(state, identity, from, undefined, true)
  if (before !== undefined) return before.gate
  if (Gates.atRecipient(identity.mailbox, 2) !== undefined) return "too_many_recipients"
  // The announced session would be one more than those open now.
  identity.mailbox.sessions++
  const after = Gates.atEnd(state, identity, [from], probe.recipients, probe.octets, true)
  identity.mailbox.sessions--
  return after?.gate ?? (mailbox.shared ? "shared_mailbox" : "ok")
}

/**
 * Every mailbox with its credential, in the order of the world.
 *
 * @category deriving
 * @since 0.1.0
 */
export const mailboxesOf = (state: State): ReadonlyArray<AnnouncedMailbox> =>
  state.mailboxes.map((mailbox) => {
    const { secret, user } = signInOf(state, mailbox)
    const token = state.tokensOf(mailbox)[0]?.presented
    const appPassword = mailbox.appPasswords[0]
    const credential = token === undefined
      ? { kind: "password", user, password: secret } as const
      : { kind: "token", user: mailbox.address, token } as const
    return {
      address: mailbox.address,
      secret,
      behaviour: behaviourOf(state, mailbox),
      imap: Readers.behaviourOf(state, "imap", credential),
      pop3: Readers.behaviourOf(state, "pop3", credential),
      ...(user.toLowerCase() === mailbox.address.toLowerCase() ? {} : { user }),
      ...(mailbox.announcedFrom === null ? {} : { from: mailbox.announcedFrom }),
      ...(token === undefined ? {} : { token }),
      ...(appPassword === undefined ? {} : { appPassword })
    }
  })

/**
 * Every application with its client id and the directory id of its organisation, in the order of the world.
 *
 * @category deriving
 * @since 0.1.0
 */
export const applicationsOf = (state: State): ReadonlyArray<AnnouncedApplication> =>
  state.tenants.flatMap((tenant) =>
    tenant.applications.map(({ appId, name, secrets }) => {
      const secret = secrets[0]?.value
      return { clientId: appId, name, tenant: tenantIdOf(tenant), ...(secret === undefined ? {} : { secret }) }
    })
  )

/** Names that reach the simulated submission service on 587 and 25. */
const submission = [
  "smtp.office365.com",
  "smtp-legacy.office365.com",
  "smtp-mail.outlook.com",
  "smtp.office365.us",
  "outlook-dod.office365.us",
  "smtp.partner.outlook.cn",
  "smtp-legacy.partner.outlook.cn"
]

/** Names that reach the simulated IMAP and POP3 servers. */
const reading = ["outlook.office365.com", "outlook.office365.us", "outlook-dod.office365.us", "partner.outlook.cn"]

/** Names of the service that this simulator does not speak for; mapped to a closed port so that nothing leaves. */
const unserved = [
  "smtp-hve.office365.com:587",
  "smtp.hve.mx.microsoft:587",
  "smtp.azurecomm.net:587"
]

/** Port 1 (tcpmux) of the loopback address: nothing listens there. */
const closedPort = 1

/**
 * The `--connect-to` values that lead every name of Microsoft 365 here. Port 465 leads to a closed port, because the
 * service offers none.
 *
 * @category deriving
 * @since 0.1.0
 */
export const connectTo = (
  host: string,
  ports: { readonly smtp: number; readonly http: number; readonly imap: Announced; readonly pop3: Announced }
): ReadonlyArray<string> => {
  const { http, imap, pop3, smtp } = ports
  const address = host.includes(":") ? `[${host}]` : host
  return [
    ...submission.flatMap((name) => [587, 25].map((real) => `${name}:${real}:${address}:${smtp}`)),
    ...reading.flatMap((name) =>
      ([[993, imap.port], [143, imap.starttls], [995, pop3.port], [110, pop3.starttls]] as const).map(([real, port]) =>
        `${name}:${real}:${address}:${port ?? closedPort}`
      )
    ),
    ...Clouds.httpsNames.map((name) => `${name}:443:${address}:${http}`),
    ...submission.map((name) => `${name}:465:127.0.0.1:${closedPort}`),
    ...unserved.map((name) => `${name}:127.0.0.1:${closedPort}`)
  ]
}
