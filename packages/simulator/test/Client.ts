/** A bare SMTP client for tests: node sockets and nothing of this workspace. */
import { connect, type Socket } from "node:net"
import { connect as secure, type ConnectionOptions, type TLSSocket } from "node:tls"

export const base64 = (text: string): string => Buffer.from(text).toString("base64")

export const xoauth2 = (user: string, token: string): string =>
  base64(`user=${user}\u0001auth=Bearer ${token}\u0001\u0001`)

export class Client {
  socket: Socket | TLSSocket
  #text = ""
  #closed = false
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.socket = socket
    this.#listen()
  }

  static open(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => resolve(new Client(socket)))
      socket.once("error", reject)
    })
  }

  #listen(): void {
    this.socket.on("data", (octets: Buffer) => {
      this.#text += octets.toString("utf8")
      this.#wake?.()
    })
    this.socket.on("error", () => {})
    this.socket.on("close", () => {
      this.#closed = true
      this.#wake?.()
    })
  }

  /** The next reply, lines joined by LF; what arrived so far when the server hangs up. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(this.#text)
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length)
        return match[0].slice(0, -2).replaceAll("\r\n", "\n")
      }
      if (this.#closed) return this.#text === "" ? "closed" : this.#text
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async closed(): Promise<void> {
    while (!this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  write(octets: string | Buffer): void {
    this.socket.write(octets)
  }

  command(line: string): Promise<string> {
    this.write(`${line}\r\n`)
    return this.reply()
  }

  async startTls(ca: string, options: ConnectionOptions = {}): Promise<string> {
    const reply = await this.command("STARTTLS")
    if (!reply.startsWith("220")) return reply
    await this.upgrade(ca, options)
    return reply
  }

  upgrade(ca: string, options: ConnectionOptions = {}): Promise<void> {
    const plain = this.socket
    plain.removeAllListeners("data")
    plain.removeAllListeners("close")
    return new Promise((resolve, reject) => {
      const secured = secure({ socket: plain, ca, servername: "smtp.office365.com", ...options }, () => {
        this.socket = secured
        this.#listen()
        resolve()
      })
      secured.once("error", reject)
    })
  }

  /** Greeting, EHLO, STARTTLS, EHLO. */
  async ready(ca: string): Promise<void> {
    await this.reply()
    await this.command("EHLO client.example")
    await this.startTls(ca)
    await this.command("EHLO client.example")
  }

  async login(user: string, password: string): Promise<string> {
    const first = await this.command("AUTH LOGIN")
    if (!first.startsWith("334")) return first
    const second = await this.command(base64(user))
    if (!second.startsWith("334")) return second
    return this.command(base64(password))
  }

  /** One message; the first reply that is not what a send goes on with, or the last. */
  async send(from: string, to: ReadonlyArray<string>, text: string): Promise<string> {
    const mail = await this.command(`MAIL FROM:<${from}>`)
    if (!mail.startsWith("250")) return mail
    for (const one of to) {
      const rcpt = await this.command(`RCPT TO:<${one}>`)
      if (!rcpt.startsWith("250")) return rcpt
    }
    const data = await this.command("DATA")
    if (!data.startsWith("354")) return data
    this.write(`${text}\r\n.\r\n`)
    return this.reply()
  }

  end(): void {
    this.socket.destroy()
  }
}

export const messageFrom = (from: string): string =>
  `From: Test <${from}>\r\nTo: someone@partner.example\r\nSubject: A test\r\nMessage-ID: <1@client.example>\r\n\r\n${
    "x".repeat(70)
  }\r\n${"y".repeat(400)}`
