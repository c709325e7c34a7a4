/**
 * The live state of a simulated service: a world whose switches can be changed, and what happened so far.
 *
 * Everything here is synchronous and single-threaded; time comes in as a function. Nothing here speaks SMTP.
 *
 * @since 0.1.0
 */
import { createHash, randomBytes } from "node:crypto"
import * as Arrival from "./Arrival.ts"
import * as Claims from "./Claims.ts"
import { guidOf, tenantIdOf, userIdOf } from "./Identifiers.ts"
import * as Keys from "./Keys.ts"
import { type FolderPlan, Mailstore } from "./Mailstore.ts"
import { domainOf } from "./World.ts"
import type * as World from "./World.ts"

type Mutable<T> = T extends ReadonlyArray<infer Item> ? Array<Mutable<Item>>
  : T extends object ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
  : T

/** A tenant whose switches may change. */
export type LiveTenant = Mutable<World.Tenant>

/** A mailbox whose switches may change, with its counters. */
export interface LiveMailbox extends Mutable<World.Mailbox> {
  /** When messages were accepted, milliseconds since the epoch, oldest first, at most a minute old. */
  sentAt: Array<number>
  /** Recipients of accepted messages within 24 hours. */
  recipients: Array<{ at: number; count: number }>
  /** Sessions signed in now. */
  sessions: number
  /** IMAP and POP3 sessions signed in now. */
  readers: number
  /** Most sessions signed in at one time, whatever the protocol. */
  maxSessions: number
  /** Wrong passwords in a row. */
  wrongPasswords: number
  /** When the load of others first caused a refusal. */
  loadRefusedAt: number | undefined
  /** When IMAP was first throttled. */
  throttledAt: number | undefined
  /** Refresh tokens issued before this time, milliseconds since the epoch, are dead. */
  tokensValidFrom: number
}

/** An application whose switches may change. */
export type LiveApplication = LiveTenant["applications"][number]

/** A token with the string a client presents. Times are milliseconds since the epoch. */
export interface LiveToken extends Mutable<World.Token> {
  readonly presented: string
  readonly tenantId: string
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * A message that was accepted. `size` is octets as sent, without the dots added for transparency; `raw` is kept for
 * messages up to 256 KiB, 64 MiB of them altogether, and null for others.
 */
export interface Message {
  readonly id: string
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly mailbox: string
  readonly size: number
  readonly subject: string | null
  readonly at: string
  readonly raw: string | null
}

/** What `GET` on the admin address answers. */
export interface Snapshot {
  readonly signIns: Record<string, number>
  readonly messages: ReadonlyArray<Message>
  readonly maxSessions: number
  readonly maxSessionsByMailbox: Record<string, number>
  /** Answers of the token endpoint by client id: `issued`, or the error's code such as `AADSTS7000222`. */
  readonly tokenRequests: Record<string, Record<string, number>>
}

/** Bounds of what is remembered: a long-lived server must not grow without end. */
const maxMessages = 100_000
const maxRawLength = 64 * 1024 * 1024
const maxSignInNames = 10_000
const maxNameLength = 320
const maxIssued = 10_000

/** Folders of a mailbox in Exchange Online (public captures, T). */
const folders: ReadonlyArray<FolderPlan> = [
  { name: "INBOX" },
  { name: "Archive" },
  { name: "Deleted Items", use: "\\Trash" },
  { name: "Drafts", use: "\\Drafts" },
  { name: "Junk Email", use: "\\Junk" },
  { name: "Notes" },
  { name: "Outbox" },
  { name: "Sent Items", use: "\\Sent" }
]

/** A copy that may be changed. */
const copy = <A extends object>(value: A): Mutable<A> => structuredClone(value) as Mutable<A>

/** What a token of the world file claims, signed: its claims are those Entra puts into one. */
const mint = (token: World.Token, tenant: LiveTenant, nowMillis: number, signer: Keys.Signer): string => {
  const now = Math.floor(nowMillis / 1000)
  const issuedAt = token.expired ? now - 7500 : now - 60
  return signer.sign(Claims.ofAccess({
    audience: token.audience,
    tenantId: tenantIdOf(tenant),
    issuedAt,
    expiresAt: token.expired ? now - 3600 : now + 86_400,
    appId: token.appId,
    appName: null,
    user: token.user,
    objectId: token.objectId ?? (token.user === null ? guidOf(token.appId) : userIdOf(token.user)),
    scopes: token.scopes,
    roles: token.roles,
    methods: ["pwd"],
    authenticated: "secret",
    tokenId: `${token.appId} ${token.user ?? ""} ${token.audience}`
  }))
}

/** The state of one running service. */
export class State {
  readonly tenants: Array<LiveTenant>
  readonly mailboxes: Array<LiveMailbox>
  readonly greetingMillis: number
  readonly authRefusalMillis: number
  readonly deviceIntervalSeconds: number
  readonly deviceCodeSeconds: number
  readonly service: World.World["service"]
  readonly messages: Array<Message> = []
  readonly signIns = new Map<string, number>()
  readonly mail: Mailstore
  connections = 0
  maxConnections = 0
  readonly now: () => number
  readonly signer: Keys.Signer
  /** What the token endpoint answered: by client id, then by outcome. */
  readonly tokenRequests = new Map<string, Map<string, number>>()
  readonly #tokens = new Map<string, LiveToken>()
  readonly #tokensOf = new Map<LiveMailbox, Array<LiveToken>>()
  // Addresses and domains never change while the service runs; switches do.
  readonly #byDomain = new Map<string, LiveTenant>()
  readonly #byAddress = new Map<string, LiveMailbox>()
  readonly #byAlias = new Map<string, LiveMailbox>()
  readonly #issued: Array<string> = []
  #serial = 0
  #rawLength = 0
  readonly #base: string

  constructor(
    world: World.World,
    now: () => number,
    seed: string | undefined,
    signer: Keys.Signer = Keys.none
  ) {
    this.now = now
    this.signer = signer
    this.mail = new Mailstore(now, folders)
    this.#base = (seed === undefined ? randomBytes(6).toString("hex") : createHash("sha256").update(seed).digest("hex"))
      .slice(0, 4).toUpperCase()
    this.tenants = world.tenants.map(copy)
    this.mailboxes = world.mailboxes.map((mailbox) => ({
      ...copy(mailbox),
      sentAt: [],
      recipients: [],
      sessions: 0,
      readers: 0,
      maxSessions: 0,
      wrongPasswords: 0,
      loadRefusedAt: undefined,
      throttledAt: undefined,
      tokensValidFrom: 0
    }))
    this.greetingMillis = world.greetingMillis
    this.authRefusalMillis = world.authRefusalMillis
    this.deviceIntervalSeconds = world.deviceIntervalSeconds
    this.deviceCodeSeconds = world.deviceCodeSeconds
    this.service = world.service
    for (const tenant of this.tenants) for (const name of tenant.domains) this.#byDomain.set(name.toLowerCase(), tenant)
    for (const mailbox of this.mailboxes) {
      this.#byAddress.set(mailbox.address.toLowerCase(), mailbox)
      for (const alias of mailbox.aliases) this.#byAlias.set(alias.toLowerCase(), mailbox)
      const tokens = mailbox.tokens.map((token): LiveToken => {
        const tenant = token.tenant === null ? undefined : this.#byDomain.get(token.tenant.toLowerCase())
        const issuer = tenant ?? this.tenantOf(mailbox)
        return {
          ...copy(token),
          presented: token.value ?? mint(token, issuer, now(), signer),
          tenantId: tenantIdOf(issuer),
          issuedAt: now(),
          expiresAt: token.expired ? now() - 3_600_000 : now() + 86_400_000
        }
      })
      this.#tokensOf.set(mailbox, tokens)
      for (const token of tokens) this.#tokens.set(token.presented, token)
    }
  }

  /** The tenant of a mailbox. World decoding makes sure there is one. */
  tenantOf(mailbox: { readonly address: string }): LiveTenant {
    const tenant = this.#byDomain.get(domainOf(mailbox.address))
    if (tenant === undefined) throw new Error(`no tenant for ${mailbox.address}`)
    return tenant
  }

  /** The mailbox whose sign-in name or primary address this is. */
  mailboxOf(address: string): LiveMailbox | undefined {
    return this.#byAddress.get(address.toLowerCase())
  }

  /** The mailbox that receives at this address, aliases included. */
  recipientOf(address: string): LiveMailbox | undefined {
    return this.mailboxOf(address) ?? this.#byAlias.get(address.toLowerCase())
  }

  /** The token a client presented. */
  token(presented: string): LiveToken | undefined {
    return this.#tokens.get(presented)
  }

  /** Whether a token's time is over. */
  isExpired(token: LiveToken): boolean {
    return token.expired || this.now() >= token.expiresAt
  }

  /** Takes a token into the service. Of issued tokens the newest 10 000 are known. */
  issue(token: LiveToken): void {
    this.#tokens.set(token.presented, token)
    this.#issued.push(token.presented)
    if (this.#issued.length > maxIssued) this.#tokens.delete(this.#issued.shift() ?? "")
  }

  /** The organisation with this directory id or domain. */
  tenantNamed(name: string): LiveTenant | undefined {
    return this.#byDomain.get(name.toLowerCase()) ??
      this.tenants.find((tenant) => tenantIdOf(tenant) === name.toLowerCase())
  }

  /** The application with this client id, and the organisation it is registered in. */
  applicationOf(appId: string): { readonly application: LiveApplication; readonly home: LiveTenant } | undefined {
    for (const home of this.tenants) {
      const application = home.applications.find((one) => one.appId.toLowerCase() === appId.toLowerCase())
      if (application !== undefined) return { application, home }
    }
    return undefined
  }

  /** Counts an answer of the token endpoint. A client id that no application has counts as `unknown`. */
  countTokenRequest(appId: string, outcome: string): void {
    const known = this.applicationOf(appId)?.application.appId ?? "unknown"
    const counts = this.tokenRequests.get(known) ?? new Map<string, number>()
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    this.tokenRequests.set(known, counts)
  }

  /** Tokens announced with a mailbox, in the order of the world. */
  tokensOf(mailbox: LiveMailbox): ReadonlyArray<LiveToken> {
    return this.#tokensOf.get(mailbox) ?? []
  }

  /** Counts an attempt to sign in, by the name given. */
  countSignIn(name: string): void {
    const key = name.toLowerCase().slice(0, maxNameLength)
    if (!this.signIns.has(key) && this.signIns.size >= maxSignInNames) return
    this.signIns.set(key, (this.signIns.get(key) ?? 0) + 1)
  }

  /** A connection was opened. */
  opened(): void {
    this.connections++
    if (this.connections > this.maxConnections) this.maxConnections = this.connections
  }

  /** A connection is gone. */
  closed(): void {
    this.connections--
  }

  /** A fresh session id, 16 hexadecimal digits, as in the banner since 2023. */
  sessionId(): string {
    this.#serial++
    return `08DE${this.#base}${this.#serial.toString(16).toUpperCase().padStart(8, "0")}`
  }

  /** Whether the load of others still weighs on a mailbox; the first refusal starts its clock. */
  loadOf(
    mailbox: LiveMailbox,
    key: "messagesPerMinute" | "readerSessions" | "recipientsToday" | "requests" | "sessions"
  ): number {
    const { forMillis } = mailbox.load
    const since = mailbox.loadRefusedAt
    return forMillis !== null && since !== undefined && this.now() - since >= forMillis ? 0 : mailbox.load[key]
  }

  /** How long IMAP is throttled for a mailbox from now on, in milliseconds; the first command that asks starts the clock. */
  backoffOf(mailbox: LiveMailbox): number {
    const { backoffMillis } = mailbox.load
    if (backoffMillis === 0) return 0
    mailbox.throttledAt ??= this.now()
    return Math.max(0, mailbox.throttledAt + backoffMillis - this.now())
  }

  /** A session of any protocol signed in. */
  signedIn(mailbox: LiveMailbox, kind: "readers" | "sessions"): void {
    mailbox[kind]++
    mailbox.maxSessions = Math.max(mailbox.maxSessions, mailbox.readers + mailbox.sessions)
  }

  /**
   * Keeps an accepted message and delivers it to the mailboxes of this world among its recipients; called only after its
   * last octet arrived and every rule let it pass. `content` is the first 256 KiB as sent. Without it the message is
   * composed from what is known of it.
   */
  keep(message: Message, mailbox: LiveMailbox, content?: Buffer): void {
    const at = this.now()
    mailbox.sentAt = [...mailbox.sentAt.filter((time) => at - time < 60_000), at]
    mailbox.recipients.push({ at, count: message.to.length })
    if (this.messages.length >= maxMessages) this.#rawLength -= this.messages.shift()?.raw?.length ?? 0
    const fits = this.#rawLength + (message.raw?.length ?? 0) <= maxRawLength
    if (fits) this.#rawLength += message.raw?.length ?? 0
    this.messages.push(fits ? message : { ...message, raw: null })
    const octets = Arrival.contentOf(message, content)
    const receivers = new Set(message.to.flatMap((address) => this.recipientOf(address) ?? []))
    for (const { address, arrival } of receivers) {
      if (arrival.folder === "lost") continue
      const host = "CH2PR14MB4005.namprd14.prod.outlook.com"
      const way = { service: "microsoft", host, mailbox: address, arrival } as const
      const folder = arrival.folder === "junk" ? "\\Junk" : "INBOX"
      this.mail.deliver(address, folder, Arrival.arrived(message, octets, way), arrival.delayMillis)
    }
    // MessageCopyForSMTPClientSubmissionEnabled.
    if (content !== undefined && mailbox.saveSentItems) this.mail.deliver(mailbox.address, "\\Sent", octets)
  }

  /** Messages of the last minute, those of others included. */
  messagesInMinute(mailbox: LiveMailbox): number {
    const at = this.now()
    mailbox.sentAt = mailbox.sentAt.filter((time) => at - time < 60_000)
    return mailbox.sentAt.length + this.loadOf(mailbox, "messagesPerMinute")
  }

  /** Recipients of the last 24 hours, those of others included. */
  recipientsInDay(mailbox: LiveMailbox): number {
    const at = this.now()
    mailbox.recipients = mailbox.recipients.filter((entry) => at - entry.at < 86_400_000)
    return mailbox.recipients.reduce((sum, entry) => sum + entry.count, 0) + this.loadOf(mailbox, "recipientsToday")
  }

  /** Sign-ins, messages and sessions so far. */
  snapshot(): Snapshot {
    return {
      signIns: Object.fromEntries(this.signIns),
      messages: [...this.messages],
      maxSessions: this.maxConnections,
      maxSessionsByMailbox: Object.fromEntries(
        this.mailboxes.filter((mailbox) => mailbox.maxSessions > 0).map((
          mailbox
        ) => [mailbox.address, mailbox.maxSessions])
      ),
      tokenRequests: Object.fromEntries(
        [...this.tokenRequests].map(([appId, counts]) => [appId, Object.fromEntries(counts)])
      )
    }
  }
}
