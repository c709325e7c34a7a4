/** A bare line client for IMAP and POP3 in tests: node sockets and nothing of this workspace. */
import { connect as plain, type Socket } from "node:net"
import { connect as secure, type TLSSocket } from "node:tls"

export class Reader {
  socket: Socket | TLSSocket
  #text = ""
  #closed = false
  #wake: (() => void) | undefined
  #tag = 0

  constructor(socket: Socket) {
    this.socket = socket
    this.#listen()
  }

  static tls(port: number, ca: string, servername = "outlook.office365.com"): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const socket = secure({ host: "127.0.0.1", port, ca, servername }, () => resolve(new Reader(socket)))
      socket.once("error", reject)
    })
  }

  static clear(port: number): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const socket = plain({ host: "127.0.0.1", port }, () => resolve(new Reader(socket)))
      socket.once("error", reject)
    })
  }

  #listen(): void {
    this.socket.on("data", (octets: Buffer) => {
      this.#text += octets.toString("latin1")
      this.#wake?.()
    })
    this.socket.on("error", () => {})
    this.socket.on("close", () => {
      this.#closed = true
      this.#wake?.()
    })
  }

  /** Everything up to and with what the pattern matches; what there is when the server hangs up before. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#text)
      if (match !== null) {
        const end = match.index + match[0].length
        const text = this.#text.slice(0, end)
        this.#text = this.#text.slice(end)
        return text
      }
      if (this.#closed) {
        const text = this.#text
        this.#text = ""
        return text
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  line(): Promise<string> {
    return this.until(/\r\n/)
  }

  write(octets: string | Buffer): void {
    this.socket.write(octets)
  }

  /** A command of IMAP: everything up to its tagged reply, without the tag. */
  async imap(command: string): Promise<string> {
    const tag = `t${++this.#tag}`
    this.write(`${tag} ${command}\r\n`)
    return (await this.until(new RegExp(`(?:^|\r\n)${tag} [^\r\n]*\r\n`))).replace(`${tag} `, "")
  }

  /** A command of POP3 with a reply of one line. */
  pop(command: string): Promise<string> {
    this.write(`${command}\r\n`)
    return this.line()
  }

  /** A command of POP3 with lines after the first; the first alone when it is refused. */
  async popLines(command: string): Promise<string> {
    const first = await this.pop(command)
    return first.startsWith("+OK") ? first + await this.until(/(?:^|\r\n)\.\r\n/) : first
  }

  upgrade(ca: string, servername = "outlook.office365.com"): Promise<void> {
    const { socket } = this
    socket.removeAllListeners("data")
    socket.removeAllListeners("close")
    return new Promise((resolve, reject) => {
      const secured = secure({ socket, ca, servername }, () => {
        this.socket = secured
        this.#listen()
        resolve()
      })
      secured.once("error", reject)
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  end(): void {
    this.socket.destroy()
  }
}
