/**
 * A Graph that stops at a chosen moment and holds its answer, so that a client can be killed exactly there. It counts the
 * messages it has taken and the questions it was asked, and repeats the token of every request in its answers where told to.
 */
import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import type * as Tls from "node:tls"

/** Where the service stops, in the order of a delivery. */
export const moments = [
  "the question for the mailbox",
  "the handshake before the message",
  "the message, not taken",
  "the message, taken"
] as const
export type Moment = typeof moments[number]

export interface HeldGraph {
  readonly port: number
  readonly messages: () => number
  readonly questions: () => number
  /** From now on the service stops at this moment, or nowhere. */
  readonly holdAt: (moment: Moment | undefined) => void
  /** Resolves when a client stands at the held moment. */
  readonly held: () => Promise<void>
  /** What is answered to a message in place of 202; `{token}` is the token of the request. */
  readonly answer: (status: number, body: string) => void
  readonly close: () => Promise<void>
}

const lacking = JSON.stringify({
  error: {
    code: "ErrorInvalidRecipients",
    message: "At least one recipient is not valid., A message can't be sent because it contains no recipients."
  }
})

export const start = async (identity: { readonly key: string; readonly cert: string }): Promise<HeldGraph> => {
  let hold: Moment | undefined = undefined
  let [messages, questions] = [0, 0]
  let given = { status: 202, body: "" }
  let arrived: () => void = () => {}
  let held = new Promise<void>((resolve) => arrived = resolve)
  /** The second connection of a delivery is the one for its message. */
  let connections = 0

  const server = Https.createServer({
    ...identity,
    // The handshake goes no further until a certificate is there.
    SNICallback: (_name, done) => {
      connections += 1
      if (hold === "the handshake before the message" && connections === 2) return arrived()
      done(null)
    }
  }, (request, response) => {
    const chunks: Array<Uint8Array> = []
    request.on("error", () => {})
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    request.on("end", () => {
      const token = (request.headers.authorization ?? "").replace(/^Bearer /, "")
      const say = (status: number, body: string) => {
        const text = body.replaceAll("{token}", token)
        response.writeHead(status, { "content-type": "application/json", "request-id": token.slice(0, 36) }).end(text)
      }
      const isQuestion = request.headers["content-type"] === "application/json"
      if (isQuestion) {
        if (hold === "the question for the mailbox") return arrived()
        questions += 1
        return say(400, lacking)
      }
      if (hold === "the message, not taken") return arrived()
      if (given.status === 202) messages += 1
      if (hold === "the message, taken") return arrived()
      say(given.status, given.body)
    })
  })
  server.on("tlsClientError", (_error, socket: Tls.TLSSocket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    port: (server.address() as AddressInfo).port,
    messages: () => messages,
    questions: () => questions,
    holdAt: (moment) => {
      hold = moment
      connections = 0
      held = new Promise<void>((resolve) => arrived = resolve)
    },
    held: () => held,
    answer: (status, body) => {
      given = { status, body }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
