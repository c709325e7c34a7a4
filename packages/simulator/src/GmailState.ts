/**
 * The live state of a simulated Gmail, and its rules: who signs in, who may send how much.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import * as Arrival from "./Arrival.ts"
import * as Texts from "./GmailTranscripts.ts"
import { type Account, type GmailWorld, mailScope, type ServiceAccount } from "./GmailWorld.ts"
import { type FolderPlan, Mailstore } from "./Mailstore.ts"
import type { Message } from "./State.ts"

/** Every behaviour of an account and what it means. */
export const meanings = {
  ok: "Signs in and sends.",
  bad_credentials: "The password is wrong, or is the account's own, which signs nobody in (535 5.7.8).",
  app_password_required: "2-Step Verification is on: an app password is needed (534 5.7.9).",
  web_login_required: "Google wants a sign-in in the web browser first (534 5.7.9).",
  too_many_logins: "Too many sign-ins lately (454 4.7.0).",
  temporary_auth_failure: "Sign-in fails for the moment (454 4.7.0).",
  token_unknown: "The token is none the service issued (334 with JSON, then 535 5.7.8).",
  token_expired: "The token has expired (334 with JSON, then 535 5.7.8).",
  token_wrong_scope: "The token has another scope than https://mail.google.com/ (334 with JSON, then 535 5.7.8).",
  token_wrong_user: "The token is another account's (334 with JSON, then 535 5.7.8).",
  account_suspended: "Sending is denied (550 5.7.0 at MAIL).",
  daily_limit_exceeded: "The messages of the day are used up (550 5.4.5 at MAIL).",
  too_many_recipients: "Takes fewer than three recipients a message (452 4.5.3 at RCPT).",
  message_too_large: "Messages of an ordinary size are too large (552 5.3.4 after the message).",
  server_busy: "The service is busy (421 4.4.5 at MAIL)."
} as const

/** The name of a behaviour. */
export type Behaviour = keyof typeof meanings

/** A closed gate and what the client hears. */
export interface Refusal {
  readonly gate: Behaviour
  readonly text: Texts.Text
}

/** An account with its counters. */
export interface LiveAccount extends Account {
  /** When messages were accepted, milliseconds since the epoch. */
  sentAt: Array<number>
  /** IMAP and POP3 connections signed in now. */
  readers: number
}

/** A token the service knows. Times are milliseconds since the epoch. */
export interface LiveToken {
  readonly account: string
  readonly scopes: ReadonlyArray<string>
  readonly expiresAt: number
}

/** What the token endpoint gives. */
export interface Issued {
  readonly token: string
  readonly seconds: number
  readonly scopes: ReadonlyArray<string>
  readonly refreshToken?: string
}

/** A service account whose key is known. */
export interface LiveServiceAccount extends Omit<ServiceAccount, "publicKey"> {
  readonly publicKey: string
}

const dayMillis = 86_400_000
const accessMillis = 3_599_000
const maxTokens = 10_000
const maxMessages = 10_000

/** Folders of a mailbox as IMAP shows them (public captures, T). */
const folders: ReadonlyArray<FolderPlan> = [
  { name: "INBOX" },
  { name: "[Gmail]", isRoot: true },
  { name: "[Gmail]/All Mail", use: "\\All" },
  { name: "[Gmail]/Drafts", use: "\\Drafts" },
  { name: "[Gmail]/Important", use: "\\Important" },
  { name: "[Gmail]/Sent Mail", use: "\\Sent" },
  { name: "[Gmail]/Spam", use: "\\Junk" },
  { name: "[Gmail]/Starred", use: "\\Flagged" },
  { name: "[Gmail]/Trash", use: "\\Trash" }
]

const refuse = (gate: Behaviour, text: Texts.Text): Refusal => ({ gate, text })

/** The state of one running service. */
export class GmailState {
  readonly accounts: ReadonlyArray<LiveAccount>
  readonly clients: GmailWorld["clients"]
  readonly serviceAccounts: ReadonlyArray<LiveServiceAccount>
  readonly messages: Array<Message> = []
  readonly signIns = new Map<string, number>()
  readonly mail: Mailstore
  connections = 0
  maxConnections = 0
  readonly now: () => number
  readonly #tokens = new Map<string, LiveToken>()
  readonly #refreshTokens = new Map<
    string,
    { readonly clientId: string; readonly account: string; readonly scopes: ReadonlyArray<string> }
  >()
  readonly #announced = new Map<LiveAccount, string>()

  /** `keys` are the public keys that were made for service accounts without one, by their addresses. */
  constructor(world: GmailWorld, now: () => number, keys: ReadonlyMap<string, string> = new Map()) {
    this.now = now
    this.clients = world.clients
    this.mail = new Mailstore(now, folders)
    this.accounts = world.accounts.map((account) => ({ ...account, sentAt: [], readers: 0 }))
    this.serviceAccounts = world.serviceAccounts.map((account) => ({
      ...account,
      publicKey: account.publicKey ?? keys.get(account.email) ?? ""
    }))
    for (const account of this.accounts) {
      for (const { expired, scopes, value } of account.tokens) {
        const presented = value ?? `ya29.${randomBytes(90).toString("base64url")}`
        const expiresAt = expired ? now() - 1 : now() + dayMillis
        this.#tokens.set(presented, { account: account.address, scopes, expiresAt })
        if (!this.#announced.has(account)) this.#announced.set(account, presented)
      }
    }
  }

  accountOf(address: string): LiveAccount | undefined {
    return this.accounts.find((account) => account.address.toLowerCase() === address.toLowerCase())
  }

  /** The token announced with an account. */
  tokenOf(account: LiveAccount): string | undefined {
    return this.#announced.get(account)
  }

  /** Makes an access token of an hour, and for `offlineClient` a refresh token with it. */
  issue(account: string, scopes: ReadonlyArray<string>, offlineClient?: string): Issued {
    const token = `ya29.${randomBytes(90).toString("base64url")}`
    if (this.#tokens.size >= maxTokens) this.#tokens.delete(this.#tokens.keys().next().value ?? "")
    this.#tokens.set(token, { account, scopes, expiresAt: this.now() + accessMillis })
    const issued = { token, seconds: accessMillis / 1000, scopes }
    if (offlineClient === undefined) return issued
    const refreshToken = `1//${randomBytes(60).toString("base64url")}`
    if (this.#refreshTokens.size >= maxTokens) this.#refreshTokens.delete(this.#refreshTokens.keys().next().value ?? "")
    this.#refreshTokens.set(refreshToken, { clientId: offlineClient, account, scopes })
    return { ...issued, refreshToken }
  }

  /** A refresh token of a client: one of the world, or one that was issued. */
  refreshTokenOf(clientId: string, presented: string) {
    const client = this.clients.find((one) => one.clientId === clientId)
    const known = client?.refreshTokens.find((one) => one.value === presented)
    if (known !== undefined) return known
    const issued = this.#refreshTokens.get(presented)
    return issued?.clientId === clientId ? { ...issued, valid: true } : undefined
  }

  countSignIn(name: string): void {
    const key = name.toLowerCase().slice(0, 320)
    if (this.signIns.has(key) || this.signIns.size < maxTokens) this.signIns.set(key, (this.signIns.get(key) ?? 0) + 1)
  }

  #before(account: LiveAccount): Refusal | undefined {
    if (account.fault === "temporary_auth_failure") return refuse("temporary_auth_failure", Texts.temporaryAuth)
    return account.tooManyLogins ? refuse("too_many_logins", Texts.tooManyLogins) : undefined
  }

  /** Signs in with a password. Blanks in an app password are not counted. */
  withPassword(user: string, password: string): LiveAccount | Refusal {
    const account = this.accountOf(user)
    if (account === undefined) return refuse("bad_credentials", Texts.badCredentials)
    const before = this.#before(account)
    if (before !== undefined) return before
    const isApp = account.appPasswords.includes(password.replaceAll(" ", ""))
    if (!isApp && password !== account.password) return refuse("bad_credentials", Texts.badCredentials)
    if (account.webLoginRequired) return refuse("web_login_required", Texts.webLoginRequired)
    if (isApp) return account
    return account.twoStepVerification
      ? refuse("app_password_required", Texts.appPasswordRequired)
      : refuse("bad_credentials", Texts.badCredentials)
  }

  /** Signs in with an access token. */
  withToken(user: string, presented: string): LiveAccount | Refusal {
    const token = this.#tokens.get(presented)
    if (token === undefined) return refuse("token_unknown", Texts.badCredentials)
    const account = this.accountOf(user)
    if (account === undefined || token.account.toLowerCase() !== user.toLowerCase()) {
      return refuse("token_wrong_user", Texts.badCredentials)
    }
    if (this.now() >= token.expiresAt) return refuse("token_expired", Texts.badCredentials)
    if (!token.scopes.includes(mailScope)) return refuse("token_wrong_scope", Texts.badCredentials)
    return this.#before(account) ?? account
  }

  /** The gate at MAIL. */
  atMail(account: LiveAccount): Refusal | undefined {
    if (account.fault === "server_busy") return refuse("server_busy", Texts.busy)
    if (account.suspended) return refuse("account_suspended", Texts.sendingDenied)
    account.sentAt = account.sentAt.filter((at) => this.now() - at < dayMillis)
    return account.sentAt.length + account.messagesToday >= account.messagesPerDay
      ? refuse("daily_limit_exceeded", Texts.dailyLimit)
      : undefined
  }

  /** The gate at RCPT, when `already` recipients were taken. */
  atRecipient(account: LiveAccount, already: number): Refusal | undefined {
    return already >= account.recipientsPerMessage
      ? refuse("too_many_recipients", Texts.tooManyRecipients)
      : undefined
  }

  /** The gate at the end of the message. */
  atEnd(account: LiveAccount, octets: number): Refusal | undefined {
    return octets > account.maxOctets ? refuse("message_too_large", Texts.tooLarge) : undefined
  }

  /** Keeps an accepted message and delivers it to the accounts of this world. `content` is the first 256 KiB as sent. */
  keep(message: Message, account: LiveAccount, content: Buffer): void {
    account.sentAt.push(this.now())
    if (this.messages.length >= maxMessages) this.messages.shift()
    this.messages.push(message)
    const named = (address: string) => (one: string): boolean => one.toLowerCase() === address.toLowerCase()
    const receivers = this.accounts.filter((one) =>
      message.to.some((address) => [one.address, ...one.aliases].some(named(address)))
    )
    for (const { address, arrival } of receivers) {
      if (arrival.folder === "lost") continue
      const way = { service: "google", host: "mx.google.com", mailbox: address, arrival } as const
      const octets = Arrival.arrived(message, content, way)
      this.mail.deliver(address, arrival.folder === "junk" ? "\\Junk" : "INBOX", octets, arrival.delayMillis)
    }
    this.mail.deliver(account.address, "\\Sent", content)
  }

  /** The behaviour of an account with the announced credential. */
  behaviourOf(account: LiveAccount): Behaviour {
    const token = this.tokenOf(account)
    const signedIn = token === undefined
      ? this.withPassword(account.address, secretOf(account))
      : this.withToken(account.address, token)
    if ("gate" in signedIn) return signedIn.gate
    const refused = this.atMail(account) ?? this.atRecipient(account, 2) ?? this.atEnd(account, 600)
    return refused?.gate ?? "ok"
  }
}

/** The announced secret of an account: what would pass, unless the world says another. */
export const secretOf = (account: Account): string => account.publishedSecret ?? account.appPasswords[0] ?? ""
