/**
 * One IMAP4rev1 conversation (RFC 3501, and RFC 9051 for what both have: IDLE, NAMESPACE, UIDPLUS, MOVE, SASL-IR, literals).
 *
 * Octets in, replies out, in any chunking; sockets and TLS are `SmtpServer.ts`, words and rules the provider's (`Imap` of
 * `ReaderService.ts`). The folders of a mailbox are fixed: none is made, renamed or removed.
 *
 * @since 0.1.0
 */
import * as Commands from "./ImapCommands.ts"
import { ImapReader, type Item } from "./ImapReader.ts"
import type { Selected } from "./ImapSelected.ts"
import { Cursor, Unreadable } from "./ImapSyntax.ts"
import { type Denial, type Imap, isDenial, type Session } from "./ReaderService.ts"
import { type Credential, Exchange, fromBase64, mechanismOf } from "./Sasl.ts"
import type { TlsState, Wire } from "./SmtpSession.ts"

/** Wrong commands and refused sign-ins of one connection before it is closed (ten at Exchange Online; imapsync, T). */
const maxErrors = 10

/** What waits for the next line: a SASL response, the end of IDLE, or the answer to a challenge. */
type Waiting =
  | { readonly kind: "sasl"; readonly tag: string; readonly exchange: Exchange }
  | { readonly kind: "denied"; readonly tag: string; readonly denial: Denial }
  | { readonly kind: "idle"; readonly tag: string }

/** A conversation. Feed it octets with `push`; tell it when the connection is gone with `gone`. */
export class ImapSession {
  readonly service: Imap
  readonly #wire: Wire
  readonly #reader = new ImapReader()
  #waiting: Waiting | undefined
  #paused = false
  #closed = false
  #tls: TlsState | undefined
  #errors = 0
  #stopWatching: (() => void) | undefined
  session: Session | undefined
  selected: Selected | undefined

  constructor(service: Imap, wire: Wire) {
    this.service = service
    this.#wire = wire
  }

  /** Greets. */
  start(): void {
    const { oldTls } = this.service
    const isOld = this.#tls?.protocol === "TLSv1" || this.#tls?.protocol === "TLSv1.1"
    if (isOld && oldTls !== undefined) return this.#hangUp(oldTls)
    this.send(`* OK ${this.service.greeting(this.#wire.peer)}\r\n`)
  }

  /** TLS stands. What came before it is forgotten (RFC 9051 section 6.2.1). */
  secured(tls: TlsState): void {
    this.#tls = tls
    this.#reader.clear()
  }

  /** Takes octets from the client. */
  push(octets: Buffer): void {
    this.#reader.push(octets)
    this.#drain()
  }

  /** The client said nothing for too long (RFC 9051 section 5.4). */
  idle(): void {
    if (!this.#closed) this.#hangUp(this.service.texts.timeout)
  }

  /** Whether somebody is signed in. */
  get isSignedIn(): boolean {
    return this.session !== undefined
  }

  /** The connection is gone. */
  gone(): void {
    this.#closed = true
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.session?.release()
    this.session = undefined
  }

  /** Sends text of one octet a character. */
  send(text: string): void {
    if (text !== "") this.#wire.write(Buffer.from(text, "latin1"))
  }

  #hangUp(text: string): void {
    if (text !== "") this.send(`* BYE ${text}\r\n`)
    this.#closed = true
    this.#wire.close()
  }

  /** Answers a command; a refusal counts. */
  reply(tag: string, text: string): void {
    this.send(`${tag} ${text}\r\n`)
    if (!text.startsWith("OK") && ++this.#errors >= maxErrors) this.#hangUp(this.service.texts.tooManyErrors)
  }

  #drain(): void {
    while (!this.#paused && !this.#closed && this.#wire.isFull?.() !== true) {
      const item = this.#reader.next(this.#waiting !== undefined)
      if (item === undefined) return
      this.#take(item)
    }
  }

  #take(item: Item): void {
    const { texts } = this.service
    switch (item.kind) {
      case "continue":
        return this.send("+ Ready for additional command text.\r\n")
      case "tooLarge":
        return this.reply(
          /^[^\s(){%*"\\+]+(?= )/.exec(item.text)?.[0] ?? "*",
          /^\S+ APPEND /i.test(item.text) ? texts.tooLarge : texts.badArgument
        )
      case "tooLong":
        return this.#waiting === undefined ? this.reply("*", texts.badArgument) : this.#line("!", this.#waiting)
      case "command":
        return this.#waiting === undefined ? this.#command(item.text) : this.#line(item.text, this.#waiting)
    }
  }

  #command(line: string): void {
    const { texts } = this.service
    const cursor = new Cursor(line)
    const tag = cursor.match(/[^\x00-\x20\x7f-\xff(){%*"\\+]+(?= )/y)?.[0]
    cursor.take(" ")
    const name = cursor.match(/(?:UID )?[A-Za-z]+/iy)?.[0]?.toUpperCase()
    if (tag === undefined || name === undefined) return this.reply(tag ?? "*", texts.badCommand)
    const end = this.session?.ended()
    if (end !== undefined) return this.#hangUp(end)
    try {
      const command = Object.hasOwn(Commands.all, name) ? Commands.all[name] : undefined
      if (name === "AUTHENTICATE" || name === "LOGIN" || name === "STARTTLS") return this.#before(tag, name, cursor)
      if (command === undefined) return this.reply(tag, texts.badCommand)
      if (command.needs !== "nothing" && this.session === undefined) return this.reply(tag, texts.signInFirst)
      const obstacle = command.needs === "nothing" ? undefined : this.session?.obstacle()
      if (obstacle !== undefined) return this.reply(tag, obstacle)
      if (command.needs === "selected" && this.selected === undefined) return this.reply(tag, texts.badState)
      command.run(this, tag, cursor)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.reply(tag, texts.badArgument)
    }
  }

  #before(tag: string, name: "AUTHENTICATE" | "LOGIN" | "STARTTLS", cursor: Cursor): void {
    const { service } = this
    const { texts } = service
    if (name === "STARTTLS") {
      cursor.end()
      if (this.#tls !== undefined || this.session !== undefined) return this.reply(tag, texts.badState)
      this.reply(tag, texts.startTls)
      // What came in the same packets was never inside TLS and is dropped (RFC 9051 section 6.2.1).
      this.#reader.clear()
      return this.#wire.startTls()
    }
    // Without TLS no credential is read on (LOGINDISABLED; RFC 9051 section 6.2.3).
    if (this.#tls === undefined || this.session !== undefined) return this.reply(tag, texts.badState)
    cursor.space()
    if (name === "LOGIN") {
      const user = cursor.astring()
      cursor.space()
      const password = cursor.astring()
      cursor.end()
      const [userText, passwordText] = [user, password].map((text) => Buffer.from(text, "latin1").toString("utf8"))
      return this.#signIn(tag, "LOGIN", { kind: "password", user: userText ?? "", password: passwordText ?? "" })
    }
    const mechanism = mechanismOf(cursor.atom())
    if (mechanism === undefined || !service.mechanisms.includes(mechanism)) return this.reply(tag, texts.cancelled)
    const exchange = new Exchange(mechanism)
    // "=" stands for an empty initial response (RFC 9051 section 6.2.2).
    const initial = cursor.take(" ") ? cursor.match(/[A-Za-z0-9+/=]+/y)?.[0] ?? "" : undefined
    cursor.end()
    if (initial !== undefined) return this.#response(tag, exchange, initial === "=" ? "" : initial)
    this.#waiting = { kind: "sasl", tag, exchange }
    this.send(`+ ${exchange.prompt}\r\n`)
  }

  #line(line: string, waiting: Waiting): void {
    this.#waiting = undefined
    const { texts } = this.service
    switch (waiting.kind) {
      case "sasl":
        if (line === "*") return this.reply(waiting.tag, texts.cancelled)
        return this.#response(waiting.tag, waiting.exchange, line)
      case "denied":
        return this.#denied(waiting.tag, waiting.denial)
      case "idle":
        this.#stopWatching?.()
        this.#stopWatching = undefined
        this.reply(waiting.tag, line.toUpperCase() === "DONE" ? `OK ${texts.done("IDLE")}` : texts.badArgument)
    }
  }

  #response(tag: string, exchange: Exchange, line: string): void {
    const { texts } = this.service
    const text = fromBase64(line)
    const next = text === undefined ? undefined : exchange.step(text)
    if (next === undefined) return this.reply(tag, text === undefined ? texts.badArgument : texts.cancelled)
    if (typeof next !== "string") return this.#signIn(tag, "AUTHENTICATE", next)
    this.#waiting = { kind: "sasl", tag, exchange }
    this.send(`+ ${next}\r\n`)
  }

  #signIn(tag: string, command: "AUTHENTICATE" | "LOGIN", credential: Credential): void {
    const { service } = this
    service.countSignIn(credential.user)
    const result = service.signIn(credential, command)
    if (!isDenial(result)) return this.#signedIn(tag, command, result)
    if (result.challenge !== undefined) {
      this.#waiting = { kind: "denied", tag, denial: result }
      return this.send(`+ ${result.challenge}\r\n`)
    }
    if (service.refusalMillis <= 0) return this.#denied(tag, result)
    this.#paused = true
    this.#wire.later(service.refusalMillis, () => {
      this.#paused = false
      this.#denied(tag, result)
      this.#drain()
    })
  }

  #denied(tag: string, { before = [], closing, text }: Denial): void {
    for (const line of before) this.send(`* ${line}\r\n`)
    this.reply(tag, text)
    if (closing !== undefined && !this.#closed) this.#hangUp(closing)
  }

  #signedIn(tag: string, command: string, session: Session): void {
    const { service } = this
    this.session = session
    if (service.tellsCapabilities) this.send(`* CAPABILITY ${this.capabilities}\r\n`)
    this.reply(tag, `OK ${service.texts.signedIn(command, Buffer.from(session.address).toString("latin1"))}`)
    const end = session.ended()
    if (end !== undefined) this.#hangUp(end)
  }

  /** What the server can do now. */
  get capabilities(): string {
    return this.service.capabilities(this.#tls !== undefined, this.session !== undefined)
  }

  /** Says goodbye. */
  logout(tag: string): void {
    this.send(`* BYE ${this.service.texts.bye}\r\n`)
    this.reply(tag, `OK ${this.service.texts.done("LOGOUT")}`)
    this.#hangUp("")
  }

  /** Waits for DONE and tells what arrives (RFC 9051 section 6.3.13). */
  wait(tag: string): void {
    const { session } = this
    if (session === undefined) return
    this.#waiting = { kind: "idle", tag }
    this.send(`+ ${this.service.texts.idle}\r\n`)
    const tell = (): void => this.send(this.selected?.sync(true) ?? "")
    this.#stopWatching = session.store.watch(session.address, tell)
    tell()
  }
}
