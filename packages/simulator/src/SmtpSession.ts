/**
 * One SMTP conversation as the service holds it (RFC 5321, STARTTLS of RFC 3207, AUTH of RFC 4954, CHUNKING of RFC 3030).
 *
 * Octets in, replies out, in any chunking; sockets and TLS are `SmtpServer.ts`. Who may sign in and send is `Gates.ts`.
 *
 * @since 0.1.0
 */
import * as Gates from "./Gates.ts"
import { headerOf, maxKeptOctets, MessageReader } from "./Message.ts"
import { fromBase64 } from "./Sasl.ts"
import * as SmtpVerbs from "./SmtpVerbs.ts"
import type { State } from "./State.ts"
import * as Transcripts from "./Transcripts.ts"

/** What a conversation asks of its connection. */
export interface Wire {
  /** Sends octets; replies come with their CRLF. */
  readonly write: (octets: string | Buffer) => void
  /** Whether the client is behind with reading. Once it has caught up, the conversation is given no octets to go on with. */
  readonly isFull?: () => boolean
  /** Sends what is waiting, then closes. */
  readonly close: () => void
  /** Starts TLS as the server; the conversation goes on with the octets inside. */
  readonly startTls: () => void
  /** Runs a step later; until then no octets are given to the conversation. */
  readonly later: (millis: number, step: () => void) => void
  /** Address of the client. */
  readonly peer: string
}

/** What the handshake settled. */
export interface TlsState {
  readonly protocol: string
  readonly serverName: string | undefined
}

/** RFC 4954 section 4.3 asks for 12,288 octets in an authentication exchange; RFC 5321 section 4.5.3.1.4 for 512 else. */
const maxLineOctets = 12_290
/** Wrong commands and refused sign-ins of one connection before it is closed. */
const maxErrors = 20

/** Frontends and mailbox servers as they appear in captures. */
const frontends = ["SY5P282CA0097.AUSP282", "FR3P281CA0157.DEUP281", "LO2P265CA0411.GBRP265", "CH2PR19CA0002.namprd19"]
const stores = ["CH2PR14MB4005.namprd14", "AM0PR04MB6467.eurprd04", "SI2PR01MB5123.apcprd01", "BN3PR03MB1482.namprd03"]

type Mode = "command" | "auth-user" | "auth-password" | "auth-token" | "data" | "chunk" | "closed"

interface Transaction {
  readonly from: string
  readonly to: Array<string>
  reader: MessageReader | undefined
  binary: boolean
}

const pathOf = (text: string): { readonly address: string; readonly rest: string } | undefined => {
  const match = /^\s*<(?:@[^:<>]*:)?([^<>\s]*)>(.*)$/u.exec(text)
  if (match === null) return undefined
  const address = match[1] ?? ""
  return address === "" || /^[^@]+@[^@]+$/u.test(address) ? { address, rest: (match[2] ?? "").trim() } : undefined
}

/** A conversation. Feed it octets with `push`; tell it when the connection is gone with `gone`. */
export class SmtpSession {
  readonly id: string
  readonly #frontend: string
  readonly #store: string
  readonly #state: State
  readonly #wire: Wire
  #mode: Mode = "command"
  #buffer: Buffer = Buffer.alloc(0)
  #skippingLine = false
  #waiting = false
  #tls: TlsState | undefined
  #hello = false
  #errors = 0
  #lastRefusal: string | undefined
  #user = ""
  #identity: Gates.Identity | undefined
  #transaction: Transaction | undefined
  #chunk = { left: 0, last: false, discard: undefined as Transcripts.Text | undefined }

  constructor(state: State, wire: Wire) {
    this.#state = state
    this.#wire = wire
    this.id = state.sessionId()
    const serial = Number.parseInt(this.id.slice(-8), 16)
    this.#frontend = frontends[serial % frontends.length] ?? "SY5P282CA0097.AUSP282"
    this.#store = stores[serial % stores.length] ?? "CH2PR14MB4005.namprd14"
  }

  /** Greets, after the delay of the world. */
  start(): void {
    this.#later(this.#state.greetingMillis, () => {
      if (this.#state.service === "busy") return this.#hangUp(Transcripts.serviceBusy)
      const date = new Date(this.#state.now()).toUTCString().replace("GMT", "+0000")
      this.#wire.write(`220 ${this.#name()} Microsoft ESMTP MAIL Service ready at ${date} [${this.id}]\r\n`)
    })
  }

  /** TLS stands. What was known before it is forgotten (RFC 3207 section 4.2). */
  secured(tls: TlsState): void {
    this.#tls = tls
    this.#hello = false
    this.#identity = undefined
    this.#transaction = undefined
    this.#buffer = Buffer.alloc(0)
  }

  /** Takes octets from the client. */
  push(octets: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? octets : Buffer.concat([this.#buffer, octets])
    this.#drain()
  }

  /** The client said nothing for too long. */
  idle(): void {
    if (this.#mode !== "closed") this.#hangUp(Transcripts.clientTimeout)
  }

  /** The connection is gone. */
  gone(): void {
    this.#mode = "closed"
    this.#signOut()
  }

  #name(): string {
    return `${this.#frontend.slice(0, this.#frontend.indexOf("."))}.outlook.office365.com`
  }

  #signOut(): void {
    if (this.#identity !== undefined) this.#identity.mailbox.sessions--
    this.#identity = undefined
  }

  #later(millis: number, step: () => void): void {
    if (millis <= 0) return step()
    this.#waiting = true
    this.#wire.later(millis, () => {
      this.#waiting = false
      step()
      this.#drain()
    })
  }

  #stamped(text: Transcripts.Text): string {
    switch (text.stamp) {
      case "none":
        return text.text
      case "store":
        return `${text.text} [Hostname=${this.#store}.prod.outlook.com]`
      case "session": {
        const at = new Date(this.#state.now()).toISOString()
        return `${text.text} [${this.#frontend}.prod.outlook.com ${at} ${this.id}]`
      }
    }
  }

  #reply(text: Transcripts.Text): void {
    const lines = this.#stamped(text).split("\n")
    this.#wire.write(
      lines.map((line, n) => `${text.code}${n === lines.length - 1 ? " " : "-"}${line}\r\n`).join("")
    )
  }

  #hangUp(text: Transcripts.Text): void {
    this.#reply(text)
    this.#mode = "closed"
    this.#wire.close()
  }

  /** A refusal of something the client did wrong; too many close the channel. */
  #fault(text: Transcripts.Text): void {
    if (++this.#errors >= maxErrors) return this.#hangUp(Transcripts.tooManyErrors)
    this.#reply(text)
  }

  #drain(): void {
    while (!this.#waiting && this.#mode !== "closed" && this.#buffer.length > 0) {
      if (this.#mode === "data") {
        const rest = this.#transaction?.reader?.pushData(this.#buffer)
        this.#buffer = rest ?? Buffer.alloc(0)
        if (rest === undefined) return
        this.#mode = "command"
        this.#finish()
      } else if (this.#mode === "chunk") {
        const part = this.#buffer.subarray(0, this.#chunk.left)
        this.#buffer = this.#buffer.subarray(part.length)
        this.#chunk.left -= part.length
        if (this.#chunk.discard === undefined) this.#transaction?.reader?.pushBinary(part)
        if (this.#chunk.left === 0) this.#endChunk()
      } else {
        const at = this.#buffer.indexOf(0x0a)
        if (at === -1) {
          if (this.#skippingLine || this.#buffer.length > maxLineOctets + 1) {
            this.#skippingLine = true
            this.#buffer = Buffer.alloc(0)
          }
          return
        }
        const end = at > 0 && this.#buffer[at - 1] === 0x0d ? at - 1 : at
        const line = this.#buffer.subarray(0, end)
        this.#buffer = this.#buffer.subarray(at + 1)
        if (this.#skippingLine || line.length > maxLineOctets) {
          this.#skippingLine = false
          this.#mode = "command"
          this.#fault(Transcripts.unrecognized)
        } else this.#line(line.toString("utf8"))
      }
    }
  }

  #line(line: string): void {
    switch (this.#mode) {
      case "auth-user":
        return this.#authUser(line)
      case "auth-password":
        return this.#authPassword(line)
      case "auth-token":
        return this.#authToken(line)
      default:
        return SmtpVerbs.run(line, this.#verbs, () => this.#fault(Transcripts.unrecognized))
    }
  }

  readonly #verbs: SmtpVerbs.Verbs = {
    EHLO: (name) => this.#greet("EHLO", name.trim()),
    HELO: (name) => this.#greet("HELO", name.trim()),
    STARTTLS: (rest) => this.#startTls(rest),
    AUTH: (rest) => this.#auth(rest),
    MAIL: (rest) => this.#mail(rest),
    RCPT: (rest) => this.#rcpt(rest),
    DATA: (rest) => this.#data(rest),
    BDAT: (rest) => this.#bdat(rest),
    RSET: () => {
      this.#transaction = undefined
      this.#reply(Transcripts.reset)
    },
    NOOP: () => this.#reply(Transcripts.noop),
    VRFY: () => this.#reply(Transcripts.cannotVerify),
    HELP: () => this.#reply(Transcripts.help),
    QUIT: () => this.#hangUp(Transcripts.closing)
  }

  #startTls(rest: string): void {
    if (this.#tls !== undefined) return this.#fault(Transcripts.noStartTlsAgain)
    if (rest !== "") return this.#fault(Transcripts.badArguments)
    this.#reply(Transcripts.startTlsReady)
    // What came in the same packets as STARTTLS was never inside TLS and is dropped (RFC 3207 section 4.2).
    this.#buffer = Buffer.alloc(0)
    this.#wire.startTls()
  }

  #greet(verb: "EHLO" | "HELO", name: string): void {
    if (name === "" || name.endsWith(".") || /\s/.test(name)) return this.#fault(Transcripts.badDomain)
    const old = this.#tls !== undefined && (this.#tls.protocol === "TLSv1" || this.#tls.protocol === "TLSv1.1")
    if (old && !this.#legacyAllowed()) return this.#hangUp(Transcripts.oldTls)
    this.#hello = true
    this.#transaction = undefined
    const greeting = `${this.#name()} Hello [${this.#wire.peer}]`
    const keywords = verb === "HELO"
      ? []
      : this.#tls === undefined
      ? Transcripts.keywordsInClear
      : Transcripts.keywordsInTls
    const lines = [greeting, ...keywords]
    this.#wire.write(lines.map((line, n) => `250${n === lines.length - 1 ? " " : "-"}${line}\r\n`).join(""))
  }

  /** Old TLS is for the legacy names, where an organisation has opted in. */
  #legacyAllowed(): boolean {
    return this.#tls?.serverName?.startsWith("smtp-legacy.") === true &&
      this.#state.tenants.some((tenant) => tenant.allowLegacyTlsClients)
  }

  #auth(rest: string): void {
    const [mechanism = "", initial, ...more] = rest.trim().split(/[ \t]+/)
    if (!this.#hello) return this.#fault(Transcripts.helloFirst)
    const name = mechanism.toUpperCase()
    if (this.#tls === undefined || (name !== "LOGIN" && name !== "XOAUTH2")) {
      return this.#fault(Transcripts.unknownMechanism)
    }
    // RFC 4954 section 4: one sign-in a session, and none within a transaction.
    if (this.#identity !== undefined || this.#transaction !== undefined) return this.#fault(Transcripts.badSequence)
    if (more.length > 0) return this.#fault(Transcripts.badBase64)
    if (name === "LOGIN") {
      if (initial !== undefined) return this.#authUser(initial)
      this.#mode = "auth-user"
      return this.#wire.write(`${Transcripts.promptUser}\r\n`)
    }
    if (initial !== undefined) return this.#authToken(initial)
    this.#mode = "auth-token"
    this.#wire.write(`${Transcripts.promptToken}\r\n`)
  }

  /** A cancelled exchange gets 535 here, not the 501 of RFC 4954 section 4 (seen in the field, S). */
  #decoded(line: string): string | undefined {
    this.#mode = "command"
    if (line === "*") this.#fault(Transcripts.unsuccessful)
    else {
      // RFC 4954 section 4: "=" stands for an empty initial response.
      const text = fromBase64(line === "=" ? "" : line.trim())
      if (text !== undefined) return text
      this.#fault(Transcripts.badBase64)
    }
    return undefined
  }

  #authUser(line: string): void {
    const user = this.#decoded(line)
    if (user === undefined) return
    this.#user = user
    this.#mode = "auth-password"
    this.#wire.write(`${Transcripts.promptPassword}\r\n`)
  }

  #authPassword(line: string): void {
    const password = this.#decoded(line)
    if (password === undefined) return
    this.#state.countSignIn(this.#user)
    this.#signedIn(Gates.withPassword(this.#state, this.#user, password))
  }

  #authToken(line: string): void {
    const blob = this.#decoded(line)
    if (blob === undefined) return
    const [user, token, ...rest] = blob.split("\u0001")
    const name = /^user=(\S+)$/iu.exec(user ?? "")?.[1]
    const bearer = /^auth=Bearer (.+)$/iu.exec(token ?? "")?.[1]
    const whole = rest.length === 2 && rest.every((part) => part === "")
    const complete = name !== undefined && bearer !== undefined && whole
    if (name !== undefined) this.#state.countSignIn(name)
    this.#signedIn(
      complete
        ? Gates.withToken(this.#state, name, bearer)
        : { gate: "token_unknown", text: Transcripts.unsuccessful }
    )
  }

  #signedIn(result: Gates.Identity | Gates.Refusal): void {
    if (Gates.isRefusal(result)) {
      return this.#later(this.#state.authRefusalMillis, () => {
        this.#lastRefusal = `${result.text.code} ${result.text.text}`
        this.#fault(result.text)
      })
    }
    this.#identity = result
    this.#lastRefusal = undefined
    const { mailbox } = result
    this.#state.signedIn(mailbox, "sessions")
    this.#reply(Transcripts.authenticated)
  }

  #mail(rest: string): void {
    if (!this.#hello) return this.#fault(Transcripts.helloFirst)
    if (this.#tls === undefined) return this.#fault(Transcripts.startTlsRequired)
    if (this.#identity === undefined) return this.#fault(Transcripts.notAuthenticated(this.#lastRefusal))
    if (this.#transaction !== undefined) return this.#fault(Transcripts.badSequence)
    const path = /^FROM:/i.test(rest) ? pathOf(rest.slice(5)) : undefined
    if (path === undefined) return this.#fault(Transcripts.badSender)
    let declared: number | undefined
    for (const parameter of path.rest.split(/\s+/).filter((part) => part !== "")) {
      const [key = "", value = ""] = parameter.split("=", 2)
      if (key.toUpperCase() === "SIZE" && /^\d{1,20}$/.test(value)) declared = Number(value)
      else if (
        !/^(?:BODY=(?:7BIT|8BITMIME|BINARYMIME)|SMTPUTF8|RET=(?:FULL|HDRS)|ENVID=\S+|AUTH=\S+)$/i.test(parameter)
      ) {
        return this.#fault(Transcripts.badArguments)
      }
    }
    const refusal = Gates.atMail(this.#state, this.#identity, path.address, declared)
    // RFC 5321 section 3.8: 421 is the last word on a connection.
    if (refusal?.text.code === 421) return this.#hangUp(refusal.text)
    if (refusal !== undefined) return this.#reply(refusal.text)
    this.#transaction = { from: path.address, to: [], reader: undefined, binary: false }
    this.#reply(Transcripts.senderOk)
  }

  #rcpt(rest: string): void {
    if (this.#transaction === undefined || this.#identity === undefined || this.#transaction.reader !== undefined) {
      return this.#fault(Transcripts.badSequence)
    }
    const path = /^TO:/i.test(rest) ? pathOf(rest.slice(3)) : undefined
    if (path === undefined || path.address === "") return this.#fault(Transcripts.badRecipient)
    const unknown = path.rest.split(/\s+/).find((part) => part !== "" && !/^(?:NOTIFY|ORCPT)=\S+$/i.test(part))
    if (unknown !== undefined) return this.#fault(Transcripts.badArguments)
    const refusal = Gates.atRecipient(this.#identity.mailbox, this.#transaction.to.length)
    if (refusal !== undefined) return this.#reply(refusal.text)
    this.#transaction.to.push(path.address)
    this.#reply(Transcripts.recipientOk)
  }

  #data(rest: string): void {
    const transaction = this.#transaction
    if (transaction === undefined || transaction.to.length === 0 || transaction.reader !== undefined || rest !== "") {
      return this.#fault(Transcripts.badSequence)
    }
    transaction.reader = new MessageReader()
    this.#mode = "data"
    this.#reply(Transcripts.startMail)
  }

  #bdat(rest: string): void {
    const match = /^(\d{1,12})(?:[ \t]+(LAST))?[ \t]*$/i.exec(rest)
    if (match?.[1] === undefined) return this.#fault(Transcripts.badArguments)
    const transaction = this.#transaction
    const usable = transaction !== undefined && transaction.to.length > 0
    // The octets follow whatever the answer is (RFC 3030 section 2), so they are read and dropped.
    this.#chunk = {
      left: Number(match[1]),
      last: match[2] !== undefined,
      discard: usable ? undefined : Transcripts.badSequence
    }
    if (usable) {
      transaction.reader ??= new MessageReader()
      transaction.binary = true
    }
    this.#mode = "chunk"
    if (this.#chunk.left === 0) this.#endChunk()
  }

  #endChunk(): void {
    this.#mode = "command"
    if (this.#chunk.discard !== undefined) return this.#fault(this.#chunk.discard)
    if (this.#chunk.last) return this.#finish()
    this.#reply(Transcripts.noop)
  }

  #finish(): void {
    const transaction = this.#transaction
    const identity = this.#identity
    this.#transaction = undefined
    if (transaction?.reader === undefined || identity === undefined) return this.#fault(Transcripts.badSequence)
    const { octets } = transaction.reader
    const kept = transaction.reader.kept(transaction.binary)
    const header = headerOf(kept)
    const senders = [transaction.from, ...header.from]
    const refusal = Gates.atEnd(this.#state, identity, senders, transaction.to.length, octets)
    if (refusal !== undefined) return this.#reply(refusal.text)
    const store = `${this.#store}.prod.outlook.com`
    const id = header.messageId ??
      `<${this.id}${(this.#state.messages.length + 1).toString(16).toUpperCase()}@${store}>`
    this.#state.keep(
      {
        id,
        from: transaction.from,
        to: transaction.to,
        mailbox: identity.mailbox.address,
        size: octets,
        subject: header.subject,
        at: new Date(this.#state.now()).toISOString(),
        raw: octets <= maxKeptOctets ? kept.toString("utf8") : null
      },
      identity.mailbox,
      kept
    )
    this.#reply(Transcripts.accepted(id))
  }
}
