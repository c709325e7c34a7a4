/**
 * One POP3 conversation (RFC 1939; CAPA and response codes of RFC 2449, STLS of RFC 2595, AUTH of RFC 5034).
 *
 * Octets in, replies out, in any chunking; sockets and TLS are `SmtpServer.ts`, words and rules the provider's (`Pop3` of
 * `ReaderService.ts`). The maildrop is the inbox as it was at the sign-in.
 *
 * @since 0.1.0
 */
import type { Folder, Stored } from "./Mailstore.ts"
import { type Denial, isDenial, type Pop3, type Session } from "./ReaderService.ts"
import { type Credential, Exchange, fromBase64, mechanismOf } from "./Sasl.ts"
import type { TlsState, Wire } from "./SmtpSession.ts"

/** RFC 2449 section 4: 255 octets with the line end. A password or an initial response may be longer in practice. */
const maxLineOctets = 2_048
/** RFC 4954 section 4.3, which RFC 5034 section 4 goes by too. */
const maxResponseOctets = 12_288
/** Wrong commands and refused sign-ins of one connection before it is closed. */
const maxErrors = 10

type Waiting =
  | { readonly kind: "sasl"; readonly exchange: Exchange }
  | { readonly kind: "denied"; readonly denial: Denial }

/** The maildrop of a session. */
interface Drop {
  readonly session: Session
  readonly folder: Folder
  readonly messages: ReadonlyArray<Stored>
  readonly deleted: Set<number>
}

/** Lines with their dots added (RFC 1939 section 3), and the final one. */
const multiline = (text: string): string =>
  `${text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`}`.replace(/^\./gm, "..") + ".\r\n"

/** A conversation. Feed it octets with `push`; tell it when the connection is gone with `gone`. */
export class Pop3Session {
  readonly #service: Pop3
  readonly #wire: Wire
  #buffer: Buffer = Buffer.alloc(0)
  #skipping = false
  #waiting: Waiting | undefined
  #paused = false
  #closed = false
  #tls: TlsState | undefined
  #user: string | undefined
  #errors = 0
  #drop: Drop | undefined

  constructor(service: Pop3, wire: Wire) {
    this.#service = service
    this.#wire = wire
  }

  /** Greets. */
  start(): void {
    const { oldTls } = this.#service
    const isOld = this.#tls?.protocol === "TLSv1" || this.#tls?.protocol === "TLSv1.1"
    if (isOld && oldTls !== undefined) return this.#hangUp(`-ERR ${oldTls}`)
    this.#say(`+OK ${this.#service.greeting(this.#wire.peer)}`)
  }

  /** TLS stands. What came before it is forgotten (RFC 2595 section 4). */
  secured(tls: TlsState): void {
    this.#tls = tls
    this.#user = undefined
    this.#buffer = Buffer.alloc(0)
  }

  /** Takes octets from the client. */
  push(octets: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? octets : Buffer.concat([this.#buffer, octets])
    this.#drain()
  }

  /** The client said nothing for too long: the maildrop stays as it is (RFC 1939 section 3). */
  idle(): void {
    if (!this.#closed) this.#hangUp(this.#service.texts.timeout)
  }

  /** Whether somebody is signed in. */
  get isSignedIn(): boolean {
    return this.#drop !== undefined
  }

  /** The connection is gone. */
  gone(): void {
    this.#closed = true
    this.#drop?.session.release()
    this.#drop = undefined
  }

  #say(line: string): void {
    this.#wire.write(Buffer.from(`${line}\r\n`, "latin1"))
  }

  #hangUp(line: string): void {
    if (line !== "") this.#say(line)
    this.#closed = true
    this.#wire.close()
  }

  #fail(line: string): void {
    if (++this.#errors >= maxErrors) return this.#hangUp(this.#service.texts.protocolError)
    this.#say(line)
  }

  #drain(): void {
    while (
      !this.#paused && !this.#closed && this.#buffer.length > 0 && this.#wire.isFull?.() !== true
    ) {
      const limit = this.#waiting === undefined ? maxLineOctets : maxResponseOctets
      const at = this.#buffer.indexOf(0x0a)
      if (at === -1) {
        if (this.#skipping || this.#buffer.length > limit + 1) {
          this.#skipping = true
          this.#buffer = Buffer.alloc(0)
        }
        return
      }
      const line = this.#buffer.subarray(0, at).toString("latin1").replace(/\r$/, "")
      this.#buffer = this.#buffer.subarray(at + 1)
      if (this.#skipping || line.length > limit) {
        this.#skipping = false
        this.#waiting = undefined
        this.#fail(this.#service.texts.badCommand)
      } else if (this.#waiting === undefined) this.#command(line)
      else this.#response(line, this.#waiting)
    }
  }

  #command(line: string): void {
    const { texts } = this.#service
    const [, word = "", rest = ""] = /^([A-Za-z]+)(?: (.*))?$/s.exec(line.trimEnd()) ?? []
    switch (word.toUpperCase()) {
      case "CAPA":
        this.#say(texts.capability)
        return this.#wire.write(multiline(this.#service.capabilities(this.#tls !== undefined).join("\r\n")))
      case "QUIT":
        return this.#quit()
      case "NOOP":
        return this.#drop === undefined ? this.#fail(texts.badState) : this.#say(texts.ok)
      case "STLS":
      case "USER":
      case "PASS":
      case "AUTH":
        return this.#drop === undefined ? this.#before(word.toUpperCase(), rest) : this.#fail(texts.badState)
      case "STAT":
      case "LIST":
      case "UIDL":
      case "RETR":
      case "TOP":
      case "DELE":
      case "RSET": {
        const drop = this.#drop
        if (drop === undefined) return this.#fail(texts.badState)
        const end = drop.session.ended()
        if (end !== undefined) return this.#hangUp(end)
        const obstacle = drop.session.obstacle()
        return obstacle === undefined ? this.#on(drop, word.toUpperCase(), rest.trim()) : this.#fail(obstacle)
      }
      default:
        return this.#fail(texts.badCommand)
    }
  }

  #before(word: string, rest: string): void {
    const { texts } = this.#service
    if (word === "STLS") {
      if (this.#tls !== undefined || rest !== "") return this.#fail(texts.badState)
      this.#say(texts.startTls)
      // What came in the same packets was never inside TLS and is dropped (RFC 2595 section 4).
      this.#buffer = Buffer.alloc(0)
      return this.#wire.startTls()
    }
    if (this.#tls === undefined) return this.#fail(texts.badState)
    if (word === "USER") {
      if (rest === "") return this.#fail(texts.badCommand)
      this.#user = Buffer.from(rest, "latin1").toString("utf8")
      return this.#say(texts.user)
    }
    if (word === "AUTH") return this.#auth(rest.trim())
    const user = this.#user
    if (user === undefined) return this.#fail(texts.badState)
    this.#user = undefined
    this.#signIn("LOGIN", { kind: "password", user, password: Buffer.from(rest, "latin1").toString("utf8") })
  }

  #auth(rest: string): void {
    const { mechanisms, takesInitial, texts } = this.#service
    if (rest === "") {
      // The list of mechanisms, as CAPA has it ; the standards know no list here, servers answer with one.
      this.#say(texts.ok)
      return this.#wire.write(multiline(mechanisms.join("\r\n")))
    }
    const [name = "", initial, ...more] = rest.split(" ")
    const mechanism = mechanismOf(name)
    if (mechanism === undefined || !mechanisms.includes(mechanism) || more.length > 0) {
      return this.#fail(texts.badCommand)
    }
    if (initial !== undefined && !takesInitial) return this.#hangUp(texts.protocolError)
    const exchange = new Exchange(mechanism)
    if (initial !== undefined) return this.#step(exchange, initial === "=" ? "" : initial)
    this.#waiting = { kind: "sasl", exchange }
    this.#say(`+ ${exchange.prompt}`)
  }

  #response(line: string, waiting: Waiting): void {
    this.#waiting = undefined
    if (waiting.kind === "denied") return this.#denied(waiting.denial)
    // RFC 5034 section 4: the client cancels.
    if (line === "*") return this.#fail(this.#service.texts.badResponse)
    this.#step(waiting.exchange, line)
  }

  #step(exchange: Exchange, line: string): void {
    const text = fromBase64(line.trim())
    const next = text === undefined ? undefined : exchange.step(text)
    if (next === undefined) return this.#fail(this.#service.texts.badResponse)
    if (typeof next !== "string") return this.#signIn("AUTHENTICATE", next)
    this.#waiting = { kind: "sasl", exchange }
    this.#say(`+ ${next}`)
  }

  #signIn(how: "AUTHENTICATE" | "LOGIN", credential: Credential): void {
    const service = this.#service
    service.countSignIn(credential.user)
    const result = service.signIn(credential, how)
    if (!isDenial(result)) return this.#signedIn(how, result)
    if (result.challenge !== undefined) {
      this.#waiting = { kind: "denied", denial: result }
      return this.#say(`+ ${result.challenge}`)
    }
    if (service.refusalMillis <= 0) return this.#denied(result)
    this.#paused = true
    this.#wire.later(service.refusalMillis, () => {
      this.#paused = false
      this.#denied(result)
      this.#drain()
    })
  }

  #denied({ closing, text }: Denial): void {
    this.#fail(text)
    if (closing !== undefined && !this.#closed) this.#hangUp(closing)
  }

  #signedIn(how: "AUTHENTICATE" | "LOGIN", session: Session): void {
    const folder = session.store.folders(session.address).find(({ name }) => name === "INBOX")
    if (folder === undefined) throw new Error(`no inbox for ${session.address}`)
    this.#drop = { session, folder, messages: folder.messages, deleted: new Set() }
    this.#say(this.#service.texts.signedIn(how))
    const end = session.ended()
    if (end !== undefined) this.#hangUp(end)
  }

  #quit(): void {
    const drop = this.#drop
    if (drop !== undefined) drop.session.store.remove(drop.folder, drop.deleted)
    this.#hangUp(this.#service.texts.bye)
  }

  #on({ deleted, messages }: Drop, word: string, rest: string): void {
    const { texts } = this.#service
    const left = messages.flatMap((stored, n) => deleted.has(stored.id) ? [] : [{ number: n + 1, stored }])
    const size = left.reduce((sum, { stored }) => sum + stored.octets.length, 0)
    const [, wanted, count] = /^(\d{1,9})(?: (\d{1,9}))?$/.exec(rest) ?? []
    const one = left.find(({ number }) => number === Number(wanted))
    const line = (number: number, stored: Stored) => `${number} ${word === "UIDL" ? stored.uid : stored.octets.length}`
    switch (word) {
      case "STAT":
        return this.#say(`+OK ${left.length} ${size}`)
      case "RSET":
        deleted.clear()
        return this.#say(texts.ok)
      case "LIST":
      case "UIDL":
        if (rest === "") {
          this.#say(word === "LIST" ? `+OK ${left.length} ${size}` : texts.ok)
          return this.#wire.write(multiline(left.map(({ number, stored }) => line(number, stored)).join("\r\n")))
        }
        return one === undefined ? this.#fail(texts.noMessage) : this.#say(`+OK ${line(one.number, one.stored)}`)
      case "DELE":
        if (one === undefined) return this.#fail(texts.noMessage)
        deleted.add(one.stored.id)
        return this.#say(texts.ok)
      default: {
        if (one === undefined || (word === "TOP") !== (count !== undefined)) return this.#fail(texts.noMessage)
        const text = one.stored.octets.toString("latin1")
        this.#say(texts.ok)
        return this.#wire.write(
          Buffer.from(multiline(count === undefined ? text : top(text, Number(count))), "latin1")
        )
      }
    }
  }
}

/** The header and the first lines of the body (RFC 1939 section 7). */
const top = (text: string, count: number): string => {
  const lines = text.split("\r\n")
  const empty = lines.indexOf("")
  return empty === -1 ? text : `${lines.slice(0, empty + 1 + count).join("\r\n")}\r\n`
}
