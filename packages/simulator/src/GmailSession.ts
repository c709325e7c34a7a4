/**
 * One SMTP conversation as Gmail holds it (RFC 5321, STARTTLS of RFC 3207, AUTH of RFC 4954).
 *
 * Octets in, replies out, in any chunking; sockets and TLS are `SmtpServer.ts`, the rules `GmailState.ts`.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import { withFrom } from "./Arrival.ts"
import type { GmailState, LiveAccount, Refusal } from "./GmailState.ts"
import * as Texts from "./GmailTranscripts.ts"
import { headerOf, maxKeptOctets, MessageReader } from "./Message.ts"
import { Exchange, fromBase64, mechanismOf } from "./Sasl.ts"
import type { TlsState, Wire } from "./SmtpSession.ts"
import * as SmtpVerbs from "./SmtpVerbs.ts"

/** RFC 4954 section 4.3 asks for 12,288 octets in an authentication exchange. */
const maxLineOctets = 12_290
const maxErrors = 10

type Mode =
  | "command"
  | "sasl"
  | "refused-token"
  | "data"
  | "chunk"
  | "closed"

interface Transaction {
  readonly from: string
  readonly to: Array<string>
  reader: MessageReader | undefined
  binary: boolean
}

const pathOf = (text: string): { readonly address: string; readonly rest: string } | undefined => {
  const match = /^\s*<([^<>\s]*)>(.*)$/u.exec(text)
  return match === null ? undefined : { address: match[1] ?? "", rest: (match[2] ?? "").trim() }
}

/** A conversation. Feed it octets with `push`; tell it when the connection is gone with `gone`. */
export class GmailSession {
  readonly #state: GmailState
  readonly #wire: Wire
  readonly #id = `${randomBytes(12).toString("hex")}sm${randomBytes(4).readUInt32BE()}f8f.${randomBytes(1)[0]}`
  #mode: Mode = "command"
  #buffer: Buffer = Buffer.alloc(0)
  #secured = false
  #hello = false
  #errors = 0
  #exchange: Exchange | undefined
  #account: LiveAccount | undefined
  #transaction: Transaction | undefined
  #chunk = { left: 0, last: false }

  constructor(state: GmailState, wire: Wire) {
    this.#state = state
    this.#wire = wire
  }

  start(): void {
    this.#wire.write(`220 smtp.gmail.com ESMTP ${this.#id} - gsmtp\r\n`)
  }

  /** TLS stands; what was known before it is forgotten (RFC 3207 section 4.2). */
  secured(_tls: TlsState): void {
    this.#secured = true
    this.#hello = false
    this.#buffer = Buffer.alloc(0)
  }

  push(octets: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, octets])
    while (this.#mode !== "closed" && this.#buffer.length > 0) if (!this.#next()) return
  }

  idle(): void {
    if (this.#mode !== "closed") this.#hangUp(Texts.timeout)
  }

  gone(): void {
    this.#mode = "closed"
  }

  /** Takes the next piece; `false` when there is no whole one yet. */
  #next(): boolean {
    if (this.#mode === "data") {
      const rest = this.#transaction?.reader?.pushData(this.#buffer)
      this.#buffer = rest ?? Buffer.alloc(0)
      if (rest === undefined) return false
      this.#finish()
      return true
    }
    if (this.#mode === "chunk") {
      const part = this.#buffer.subarray(0, this.#chunk.left)
      this.#buffer = this.#buffer.subarray(part.length)
      this.#chunk.left -= part.length
      this.#transaction?.reader?.pushBinary(part)
      if (this.#chunk.left === 0) this.#endChunk()
      return true
    }
    const at = this.#buffer.indexOf("\n")
    if (at === -1) {
      if (this.#buffer.length > maxLineOctets) this.#hangUp(Texts.syntax)
      return false
    }
    const line = this.#buffer.subarray(0, at).toString("utf8").replace(/\r$/, "")
    this.#buffer = this.#buffer.subarray(at + 1)
    if (at > maxLineOctets) this.#hangUp(Texts.syntax)
    else this.#line(line)
    return true
  }

  #reply({ code, lines }: Texts.Text): void {
    const whole = lines.map((line, n) =>
      n === lines.length - 1 ? `${code} ${line} ${this.#id} - gsmtp\r\n` : `${code}-${line}\r\n`
    )
    this.#wire.write(whole.join(""))
  }

  #hangUp(text: Texts.Text): void {
    this.#reply(text)
    this.#mode = "closed"
    this.#wire.close()
  }

  #fault(text: Texts.Text): void {
    this.#mode = "command"
    if (++this.#errors >= maxErrors) return this.#hangUp(Texts.tooManyUnrecognized)
    this.#reply(text)
  }

  #line(line: string): void {
    if (this.#mode === "command") {
      return SmtpVerbs.run(line, this.#verbs, () => this.#fault(Texts.unrecognized))
    }
    if (this.#mode === "refused-token") return this.#fault(Texts.badCredentials)
    const text = line === "*" ? undefined : fromBase64(line.trim())
    const next = text === undefined ? undefined : this.#exchange?.step(text)
    if (next === undefined) return this.#fault(Texts.cannotDecode)
    if (typeof next === "string") return this.#wire.write(`334 ${next}\r\n`)
    const { user } = next
    if (next.kind === "password") this.#signedIn(user, this.#state.withPassword(user, next.password), false)
    else this.#signedIn(user, this.#state.withToken(user, next.token), true)
  }

  #signedIn(user: string, result: LiveAccount | Refusal, isToken: boolean): void {
    this.#state.countSignIn(user)
    this.#mode = "command"
    if (!("gate" in result)) {
      this.#account = result
      return this.#reply(Texts.accepted)
    }
    if (!isToken || result.text !== Texts.badCredentials) return this.#fault(result.text)
    this.#mode = "refused-token"
    this.#wire.write(`${Texts.tokenChallenge}\r\n`)
  }

  readonly #verbs: SmtpVerbs.Verbs = {
    EHLO: (name) => this.#greet("EHLO", name.trim()),
    HELO: (name) => this.#greet("HELO", name.trim()),
    STARTTLS: (rest) => this.#startTls(rest),
    AUTH: (rest) => this.#auth(rest),
    MAIL: (rest) => this.#mail(rest),
    RCPT: (rest) => this.#rcpt(rest),
    DATA: () => this.#data(),
    BDAT: (rest) => this.#bdat(rest),
    RSET: () => {
      this.#transaction = undefined
      this.#reply(Texts.flushed)
    },
    NOOP: () => this.#reply(Texts.noop),
    QUIT: () => this.#hangUp(Texts.closing)
  }

  #startTls(rest: string): void {
    if (this.#secured) return this.#fault(Texts.startTlsAgain)
    if (rest !== "") return this.#fault(Texts.startTlsArgument)
    this.#reply(Texts.startTlsReady)
    this.#buffer = Buffer.alloc(0)
    this.#wire.startTls()
  }

  #data(): void {
    if (this.#transaction === undefined || this.#transaction.to.length === 0) return this.#fault(Texts.badSequence)
    this.#transaction.reader = new MessageReader()
    this.#mode = "data"
    this.#reply(Texts.goAhead)
  }

  #greet(verb: string, name: string): void {
    if (name === "") return this.#hangUp(Texts.emptyHello)
    this.#hello = true
    this.#transaction = undefined
    const keywords = verb === "HELO" ? [] : this.#secured ? Texts.keywordsInTls : Texts.keywordsInClear
    const lines = [`smtp.gmail.com at your service, [${this.#wire.peer}]`, ...keywords]
    this.#wire.write(lines.map((line, n) => `250${n === lines.length - 1 ? " " : "-"}${line}\r\n`).join(""))
  }

  #auth(rest: string): void {
    const [mechanism = "", initial] = rest.trim().split(/[ \t]+/)
    if (!this.#hello) return this.#fault(Texts.helloFirst)
    if (!this.#secured) return this.#fault(Texts.startTlsFirst)
    if (this.#account !== undefined) return this.#fault(Texts.noIdentityChange)
    const name = mechanism.toUpperCase()
    if (name === "XOAUTH") return this.#fault(Texts.noXoauth)
    const known = mechanismOf(name)
    if (known === undefined) return this.#fault(Texts.unknownMechanism)
    this.#mode = "sasl"
    this.#exchange = new Exchange(known)
    if (initial !== undefined) return this.#line(initial === "=" ? "" : initial)
    this.#wire.write(`334 ${this.#exchange.prompt}\r\n`)
  }

  #mail(rest: string): void {
    if (!this.#hello) return this.#fault(Texts.helloFirst)
    if (!this.#secured) return this.#fault(Texts.startTlsFirst)
    const account = this.#account
    if (account === undefined) return this.#fault(Texts.authRequired)
    if (this.#transaction !== undefined) return this.#fault(Texts.badSequence)
    const path = /^FROM:/i.test(rest) ? pathOf(rest.slice(5)) : undefined
    if (path === undefined) return this.#fault(Texts.syntax)
    if (path.address !== "" && !path.address.includes("@")) return this.#fault(Texts.badSender(path.address))
    const size = /(?:^|\s)SIZE=(\d{1,15})(?:\s|$)/i.exec(path.rest)?.[1]
    if (size !== undefined && Number(size) > account.maxOctets) return this.#reply(Texts.tooLarge)
    const refused = this.#state.atMail(account)
    if (refused?.text.code === 421) return this.#hangUp(refused.text)
    if (refused !== undefined) return this.#reply(refused.text)
    this.#transaction = { from: path.address, to: [], reader: undefined, binary: false }
    this.#reply(Texts.senderOk)
  }

  #rcpt(rest: string): void {
    const transaction = this.#transaction
    const account = this.#account
    if (transaction === undefined || account === undefined || transaction.reader !== undefined) {
      return this.#fault(Texts.badSequence)
    }
    const path = /^TO:/i.test(rest) ? pathOf(rest.slice(3)) : undefined
    if (path === undefined) return this.#fault(Texts.syntax)
    if (!/^[^@]+@[^@]+$/u.test(path.address)) return this.#fault(Texts.badRecipient(path.address))
    const refused = this.#state.atRecipient(account, transaction.to.length)
    if (refused !== undefined) return this.#reply(refused.text)
    transaction.to.push(path.address)
    this.#reply(Texts.recipientOk)
  }

  #bdat(rest: string): void {
    const match = /^(\d{1,12})(?:[ \t]+(LAST))?$/i.exec(rest.trim())
    const transaction = this.#transaction
    // The octets of a chunk follow whatever the answer is (RFC 3030 section 2), and without a size they cannot be told.
    if (match === null) return this.#hangUp(Texts.syntax)
    if (transaction !== undefined && transaction.to.length > 0) {
      transaction.reader ??= new MessageReader()
      transaction.binary = true
    }
    this.#chunk = { left: Number(match[1]), last: match[2] !== undefined }
    this.#mode = "chunk"
    if (this.#chunk.left === 0) this.#endChunk()
  }

  #endChunk(): void {
    this.#mode = "command"
    if (this.#transaction?.reader === undefined) return this.#fault(Texts.badSequence)
    if (this.#chunk.last) this.#finish()
    else this.#reply(Texts.noop)
  }

  #finish(): void {
    this.#mode = "command"
    const transaction = this.#transaction
    const account = this.#account
    this.#transaction = undefined
    if (transaction?.reader === undefined || account === undefined) return this.#fault(Texts.badSequence)
    const { octets } = transaction.reader
    const refused = this.#state.atEnd(account, octets)
    if (refused !== undefined) return this.#reply(refused.text)
    const kept = transaction.reader.kept(transaction.binary)
    const header = headerOf(kept)
    // A sender that is no alias of the account is silently replaced, in From too (Gmail's help pages, V).
    const isOwn = (sender: string): boolean =>
      [account.address, ...account.aliases].some((one) => one.toLowerCase() === sender.toLowerCase())
    const content = header.from.every(isOwn) ? kept : withFrom(kept, account.address)
    this.#state.keep(
      {
        id: header.messageId ?? `<${this.#id}@mx.google.com>`,
        from: isOwn(transaction.from) ? transaction.from : account.address,
        to: transaction.to,
        mailbox: account.address,
        size: octets,
        subject: header.subject,
        at: new Date(this.#state.now()).toISOString(),
        raw: octets <= maxKeptOctets ? kept.toString("utf8") : null
      },
      account,
      content
    )
    this.#reply(Texts.queued(Math.floor(this.#state.now() / 1000)))
  }
}
