/**
 * The servers that the benchmark talks to, of submission and of IMAP: the shortest that a client cannot tell from real ones. They
 * take any password.
 *
 * Reads `{ "cert", "key" }` as the first line of standard input, prints both ports, and ends when standard input does.
 */
import { createServer, type Socket } from "node:net"
import process from "node:process"
import { createInterface } from "node:readline"
import { createSecureContext, createServer as createTlsServer, TLSSocket } from "node:tls"

const lines = createInterface({ input: process.stdin })
const first = await new Promise<string>((resolve) => lines.once("line", resolve))
lines.once("close", () => process.exit(0))
const secureContext = createSecureContext(JSON.parse(first) as { readonly cert: string; readonly key: string })

const greeting = "220 mail.bench.test ESMTP ready\r\n"
const offer = (...more: ReadonlyArray<string>): string =>
  ["mail.bench.test", "PIPELINING", "SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES", ...more]
    .map((keyword, index, all) => `250${index === all.length - 1 ? " " : "-"}${keyword}\r\n`).join("")
const clear = offer("STARTTLS")
const secure = offer("AUTH PLAIN LOGIN")

const converse = (socket: Socket, client: Socket | undefined): void => {
  let rest = ""
  let prompts = 0
  const onData = (chunk: Buffer): void => {
    rest += chunk.toString("latin1")
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 2)
      if (prompts > 0) {
        prompts--
        socket.write(prompts > 0 ? "334 UGFzc3dvcmQ6\r\n" : "235 2.7.0 Authentication successful\r\n")
      } else if (line.startsWith("EHLO ")) {
        socket.write(client === undefined ? clear : secure)
      } else if (line === "STARTTLS" && client === undefined) {
        socket.write("220 2.0.0 Ready to start TLS\r\n")
        socket.off("data", onData)
        const encrypted = new TLSSocket(socket, { isServer: true, secureContext })
        encrypted.on("error", () => socket.destroy())
        converse(encrypted, socket)
        return
      } else if (line === "AUTH LOGIN") {
        prompts = 2
        socket.write("334 VXNlcm5hbWU6\r\n")
      } else if (line === "QUIT") {
        socket.end("221 2.0.0 Bye\r\n")
      } else {
        socket.write("502 5.5.2 not here\r\n")
      }
    }
  }
  socket.on("data", onData)
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {})
  converse(socket, undefined)
  socket.write(greeting)
})

const answers: Readonly<Record<string, ReadonlyArray<string>>> = {
  CAPABILITY: ["* CAPABILITY IMAP4rev1 SASL-IR LITERAL+ IDLE AUTH=PLAIN AUTH=LOGIN", "$ OK done"],
  AUTHENTICATE: ["$ OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE UIDPLUS MOVE] Logged in"],
  EXAMINE: [
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
    "* 17 EXISTS",
    "* 0 RECENT",
    "* OK [UIDVALIDITY 3857529045] UIDs valid",
    "* OK [UIDNEXT 4392] Predicted next UID",
    "$ OK [READ-ONLY] Examine completed"
  ],
  LOGOUT: ["* BYE Logging out", "$ OK Logout completed"]
}

const imap = createTlsServer({ ...JSON.parse(first), noDelay: true }, (socket) => {
  let rest = ""
  socket.on("error", () => {})
  socket.on("data", (chunk: Buffer) => {
    rest += chunk.toString("latin1")
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const [tag = "", verb = ""] = rest.slice(0, end).split(" ")
      rest = rest.slice(end + 2)
      const lines = answers[verb] ?? ["$ BAD what?"]
      const said = lines.map((line) => `${line.replace("$", tag)}\r\n`).join("")
      if (verb === "LOGOUT") socket.end(said)
      else socket.write(said)
    }
  })
  socket.write("* OK IMAP4rev1 ready\r\n")
})

const portOf = (address: ReturnType<typeof server.address>): number =>
  typeof address === "object" && address !== null ? address.port : 0

server.listen(0, "127.0.0.1", 1024, () => {
  imap.listen(0, "127.0.0.1", 1024, () => console.log(`${portOf(server.address())} ${portOf(imap.address())}`))
})
