/**
 * An SMTP server that stops at a chosen moment and holds its answer, so that a client can be killed exactly there.
 * It counts the messages it has taken.
 */
import * as Net from "node:net"
import * as Tls from "node:tls"

/** Where the server stops, in the order of the conversation. */
export const moments = [
  "greeting",
  "ehlo",
  "starttls",
  "tls",
  "second ehlo",
  "auth",
  "mail",
  "rcpt",
  "data",
  "inside the message",
  "end of message, not taken",
  "end of message, taken",
  "quit"
] as const
export type Moment = typeof moments[number]

export interface HeldServer {
  readonly port: number
  readonly messages: () => number
  readonly signIns: () => number
  /** From now on the server stops at this moment, or nowhere. */
  readonly holdAt: (moment: Moment | undefined) => void
  /** Resolves when a client stands at the held moment. */
  readonly held: () => Promise<void>
  readonly close: () => Promise<void>
}

export const start = async (identity: { readonly key: string; readonly cert: string }): Promise<HeldServer> => {
  let hold: Moment | undefined = undefined
  let messages = 0
  let signIns = 0
  let arrived: () => void = () => {}
  let held = new Promise<void>((resolve) => arrived = resolve)
  const sockets = new Set<Net.Socket>()
  const context = Tls.createSecureContext(identity)

  const converse = (socket: Net.Socket, isEncrypted: boolean) => {
    let mode: "command" | "message" = "command"
    let text = ""
    /** Answers, unless this is the moment to hold; then nothing more is ever said. */
    const answer = (moment: Moment, reply: string, then: () => void = () => {}) => {
      if (hold === moment) return arrived()
      socket.write(`${reply}\r\n`)
      then()
    }
    const command = (line: string) => {
      const verb = line.slice(0, 4).toUpperCase()
      switch (verb) {
        case "EHLO":
          return answer(
            isEncrypted ? "second ehlo" : "ehlo",
            isEncrypted ? "250-held.example\r\n250 AUTH PLAIN" : "250-held.example\r\n250 STARTTLS"
          )
        case "STAR":
          return answer("starttls", "220 go ahead", () => {
            socket.removeAllListeners("data")
            if (hold === "tls") return void socket.once("data", () => arrived())
            const secure = new Tls.TLSSocket(socket, { isServer: true, secureContext: context })
            sockets.add(secure)
            secure.on("error", () => secure.destroy())
            converse(secure, true)
          })
        case "AUTH":
          signIns += 1
          return answer("auth", "235 welcome")
        case "MAIL":
          return answer("mail", "250 sender ok")
        case "RCPT":
          return answer("rcpt", "250 recipient ok")
        case "DATA":
          return answer("data", "354 go on", () => mode = "message")
        case "QUIT":
          return answer("quit", "221 bye", () => socket.end())
        default:
          return socket.write("500 what\r\n")
      }
    }
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
      for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        if (mode === "command") {
          command(line)
        } else if (hold === "inside the message") {
          socket.pause()
          return arrived()
        } else if (line === ".") {
          mode = "command"
          if (hold === "end of message, not taken") return arrived()
          messages += 1
          answer("end of message, taken", "250 2.0.0 taken")
        }
      }
    })
    if (!isEncrypted) answer("greeting", "220 held.example ESMTP")
  }

  const server = Net.createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    converse(socket, false)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    messages: () => messages,
    signIns: () => signIns,
    holdAt: (moment) => {
      hold = moment
      held = new Promise<void>((resolve) => arrived = resolve)
    },
    held: () => held,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      })
  }
}
