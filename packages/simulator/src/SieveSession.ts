/**
 * One ManageSieve conversation (RFC 5804) in the words of Dovecot's Pigeonhole 2.3 (recorded from 2.3.19).
 *
 * Octets in, replies out, in any chunking; sockets and TLS are `SmtpServer.ts`. Scripts are kept, not compiled: one that
 * ends without `;` or `}` is refused as Pigeonhole refuses an open command, any other is taken.
 *
 * @since 0.1.0
 */
import { ImapReader } from "./ImapReader.ts"
import { Cursor, literal, Unreadable } from "./ImapSyntax.ts"
import { type Credential, Exchange, fromBase64, mechanismOf } from "./Sasl.ts"
import type { Wire } from "./SmtpSession.ts"

/** An account and its scripts. */
export interface SieveAccount {
  readonly user: string
  readonly password: string
  readonly scripts: Map<string, string>
  active: string | undefined
}

/** The server a conversation is with. `referral` is an address the client is sent to instead of being let in. */
export interface SieveService {
  readonly accounts: ReadonlyArray<SieveAccount>
  readonly startTls: boolean
  readonly referral: string | undefined
  readonly maxScripts: number
  readonly countSignIn: (name: string) => void
}

/** Longest script in octets, as Pigeonhole has it unless told otherwise. */
export const maxScriptOctets = 1_048_576
/** Wrong commands of one connection before it is closed. */
const maxErrors = 10

const extensions =
  "fileinto reject envelope encoded-character vacation subaddress comparator-i;ascii-numeric relational regex imap4flags copy include variables body enotify environment mailbox date index ihave duplicate mime foreverypart extracttext"

const utf8 = (octets: string): string => Buffer.from(octets, "latin1").toString("utf8")

type Command = (cursor: Cursor, account: SieveAccount) => void

/** A conversation. Feed it octets with `push`; tell it when the connection is gone with `gone`. */
export class SieveSession {
  readonly #service: SieveService
  readonly #wire: Wire
  readonly #reader = new ImapReader(() => maxScriptOctets)
  #secured = false
  #upgrading = false
  #closed = false
  #errors = 0
  #exchange: Exchange | undefined
  #account: SieveAccount | undefined

  constructor(service: SieveService, wire: Wire) {
    this.#service = service
    this.#wire = wire
  }

  get isSignedIn(): boolean {
    return this.#account !== undefined
  }

  /** Greets with the capabilities (RFC 5804 section 1.7). */
  start(): void {
    this.#capabilities("OK \"Dovecot ready.\"")
  }

  /** TLS stands: the capabilities are told again (RFC 5804 section 2.2). */
  secured(): void {
    this.#secured = true
    this.#reader.clear()
    if (this.#upgrading) this.#capabilities("OK \"TLS negotiation successful.\"")
  }

  push(octets: Buffer): void {
    this.#reader.push(octets)
    while (!this.#closed && this.#wire.isFull?.() !== true) {
      const item = this.#reader.next(false)
      if (item === undefined) return
      if (item.kind === "tooLong" || item.kind === "tooLarge") {
        this.#no("\"Error in MANAGESIEVE command received by server.\"")
      } else if (item.kind === "command") this.#line(item.text)
    }
  }

  idle(): void {
    if (!this.#closed) this.#hangUp("BYE \"Disconnected for inactivity.\"")
  }

  gone(): void {
    this.#closed = true
  }

  #say(line: string): void {
    this.#wire.write(Buffer.from(`${line}\r\n`, "latin1"))
  }

  #ok(text: string): void {
    this.#say(`OK ${text}`)
  }

  #no(text: string): void {
    this.#say(`NO ${text}`)
    if (++this.#errors >= maxErrors) this.#hangUp("BYE \"Too many invalid MANAGESIEVE commands.\"")
  }

  #hangUp(line: string): void {
    this.#say(line)
    this.#closed = true
    this.#wire.close()
  }

  #capabilities(last: string): void {
    const lines = ["\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"", `"SIEVE" "${extensions}"`]
    if (this.#account !== undefined) lines.push("\"MAXREDIRECTS\" \"4\"")
    lines.push("\"NOTIFY\" \"mailto\"")
    if (this.#account === undefined) {
      lines.push(`"SASL" "${this.#secured ? "PLAIN LOGIN" : ""}"`)
      if (!this.#secured && this.#service.startTls) lines.push("\"STARTTLS\"")
    }
    for (const line of [...lines, "\"VERSION\" \"1.0\"", last]) this.#say(line)
  }

  #line(line: string): void {
    const cursor = new Cursor(line)
    if (this.#exchange !== undefined) return this.#response(cursor, this.#exchange)
    const name = cursor.match(/[A-Za-z]+/y)?.[0]?.toUpperCase() ?? ""
    try {
      if (Object.hasOwn(this.#always, name)) return this.#always[name]?.(cursor)
      const account = this.#account
      const command = Object.hasOwn(this.#commands, name) ? this.#commands[name] : undefined
      if (account === undefined && Object.hasOwn(this.#before, name)) return this.#before[name]?.(cursor)
      if (account === undefined) return this.#no("\"Error in MANAGESIEVE command received by server.\"")
      if (command === undefined) return this.#no(`"Error in MANAGESIEVE command ${name}: Unknown command."`)
      command(cursor, account)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.#no(`"Error in MANAGESIEVE command ${name}: Invalid arguments."`)
    }
  }

  readonly #always: Readonly<Record<string, (cursor: Cursor) => void>> = {
    CAPABILITY: (cursor) => {
      cursor.end()
      this.#capabilities("OK \"Capability completed.\"")
    },
    NOOP: (cursor) => {
      const tag = cursor.take(" ") ? cursor.string() : undefined
      cursor.end()
      this.#ok(tag === undefined ? "\"NOOP Completed\"" : `(TAG "${tag.replace(/["\\]/g, "\\$&")}") "Done"`)
    },
    LOGOUT: (cursor) => {
      cursor.end()
      this.#hangUp("OK \"Logout completed.\"")
    }
  }

  readonly #before: Readonly<Record<string, (cursor: Cursor) => void>> = {
    STARTTLS: (cursor) => {
      cursor.end()
      if (this.#secured) return this.#no("\"TLS is already active.\"")
      if (!this.#service.startTls) return this.#no("\"Error in MANAGESIEVE command received by server.\"")
      this.#ok("\"Begin TLS negotiation now.\"")
      this.#reader.clear()
      this.#upgrading = true
      this.#wire.startTls()
    },
    AUTHENTICATE: (cursor) => {
      cursor.space()
      const mechanism = mechanismOf(cursor.string())
      const initial = cursor.take(" ") ? cursor.string() : undefined
      cursor.end()
      if (!this.#secured) return this.#no("(ENCRYPT-NEEDED) \"Authentication not allowed until SSL/TLS is enabled.\"")
      if (mechanism !== "PLAIN" && mechanism !== "LOGIN") return this.#no("\"Unsupported authentication mechanism.\"")
      const exchange = new Exchange(mechanism)
      if (initial === undefined) {
        this.#exchange = exchange
        return this.#say(`"${exchange.prompt}"`)
      }
      this.#step(exchange, initial, "\"Invalid base64 data in initial response\"")
    }
  }

  #response(cursor: Cursor, exchange: Exchange): void {
    this.#exchange = undefined
    const text = cursor.match(/"[^"\\\r\n]*"$|\{\d+\+\}\r\n[^]*$/y)?.[0].replace(/^"|"$|^\{\d+\+\}\r\n/g, "")
    // RFC 5804 section 2.1: the client cancels with "*".
    if (text === "*") return this.#no("\"Authentication aborted by client.\"")
    this.#step(exchange, text ?? "!", "\"Invalid base64 data in continued response\"")
  }

  #step(exchange: Exchange, response: string, broken: string): void {
    const text = fromBase64(response)
    if (text === undefined) return this.#no(broken)
    const next = exchange.step(text)
    if (typeof next === "string") {
      this.#exchange = exchange
      return this.#say(`"${next}"`)
    }
    this.#signIn(next)
  }

  #signIn(credential: Credential | undefined): void {
    if (credential !== undefined) this.#service.countSignIn(credential.user)
    const account = this.#service.accounts.find(({ password, user }) =>
      credential?.kind === "password" && user === credential.user && password === credential.password
    )
    if (account === undefined) return this.#no("\"Authentication failed.\"")
    const { referral } = this.#service
    // RFC 5804 section 1.3.
    if (referral !== undefined) return this.#hangUp(`BYE (REFERRAL "${referral}") "Try the other server."`)
    this.#account = account
    this.#ok("\"Logged in.\"")
  }

  #fault(name: string, script: string): boolean {
    const bare = script.replace(/#[^\n]*|\/\*[^]*?\*\//g, "").trim()
    if (bare === "" || /[;}]$/.test(bare)) return false
    const where = name === "" ? "" : `${name}: `
    const lines = script.split("\n").length
    this.#no(literal(
      `${where}line ${lines}: error: expected end of command ';' or the beginning of a compound block '{', but found end of file.\r\n${where}error: parse failed.\r\n`
    ))
    return true
  }

  #missing(account: SieveAccount, name: string): boolean {
    if (account.scripts.has(name)) return false
    this.#no(`(NONEXISTENT) "Sieve script \`${name}' not found"`)
    return true
  }

  /** The name of a script, which has no separator of paths in it. */
  #name(cursor: Cursor): string {
    cursor.space()
    return utf8(cursor.string())
  }

  #hasRoom(account: SieveAccount, name: string, octets: number): boolean {
    if (name === "" || name.includes("/") || /[\u0000-\u001f"\\]/.test(name)) {
      this.#no(`"Invalid Sieve script name \`${name.replace(/[\u0000-\u001f"\\]/g, "?")}'."`)
    } else if (octets > maxScriptOctets) {
      this.#no(`(QUOTA/MAXSIZE) "Script is too large (max ${maxScriptOctets} bytes)."`)
    } else if (!account.scripts.has(name) && account.scripts.size >= this.#service.maxScripts) {
      this.#no(`(QUOTA/MAXSCRIPTS) "Script count quota exceeded (max ${this.#service.maxScripts} scripts)."`)
    } else return true
    return false
  }

  readonly #commands: Readonly<Record<string, Command>> = {
    LISTSCRIPTS: (cursor, { active, scripts }) => {
      if (!cursor.done) return this.#no("\"Error in MANAGESIEVE command LISTSCRIPTS: Too many arguments.\"")
      for (const name of scripts.keys()) {
        this.#say(`"${Buffer.from(name).toString("latin1")}"${name === active ? " ACTIVE" : ""}`)
      }
      this.#ok("\"Listscripts completed.\"")
    },
    HAVESPACE: (cursor, account) => {
      const name = this.#name(cursor)
      cursor.space()
      const octets = Number(cursor.match(/\d{1,15}/y)?.[0] ?? Number.NaN)
      cursor.end()
      if (Number.isNaN(octets)) throw new Unreadable("expected a number")
      if (this.#hasRoom(account, name, octets)) this.#ok("\"Putscript would succeed.\"")
    },
    PUTSCRIPT: (cursor, account) => {
      const name = this.#name(cursor)
      cursor.space()
      const script = cursor.string()
      cursor.end()
      if (!this.#hasRoom(account, name, script.length) || this.#fault(name, script)) return
      account.scripts.set(name, script)
      this.#ok("\"PUTSCRIPT completed.\"")
    },
    CHECKSCRIPT: (cursor) => {
      cursor.space()
      const script = cursor.string()
      cursor.end()
      if (!this.#fault("", script)) this.#ok("\"Script checked successfully.\"")
    },
    GETSCRIPT: (cursor, account) => {
      const name = this.#name(cursor)
      cursor.end()
      if (this.#missing(account, name)) return
      this.#say(literal(account.scripts.get(name) ?? ""))
      this.#ok("\"Getscript completed.\"")
    },
    SETACTIVE: (cursor, account) => {
      const name = this.#name(cursor)
      cursor.end()
      if (name !== "" && this.#missing(account, name)) return
      account.active = name === "" ? undefined : name
      this.#ok(name === "" ? "\"Active script is now deactivated.\"" : "\"Setactive completed.\"")
    },
    DELETESCRIPT: (cursor, account) => {
      const name = this.#name(cursor)
      cursor.end()
      if (this.#missing(account, name)) return
      if (account.active === name) return this.#no("(ACTIVE) \"Cannot delete the active Sieve script.\"")
      account.scripts.delete(name)
      this.#ok("\"Deletescript completed.\"")
    },
    RENAMESCRIPT: (cursor, account) => {
      const [from, to] = [this.#name(cursor), this.#name(cursor)]
      cursor.end()
      const script = account.scripts.get(from)
      if (this.#missing(account, from) || script === undefined || !this.#hasRoom(account, to, script.length)) return
      account.scripts.delete(from)
      account.scripts.set(to, script)
      if (account.active === from) account.active = to
      this.#ok("\"Renamescript completed.\"")
    }
  }
}
