/**
 * The administrator's door: a cmdlet as `POST text/plain`, the counters as `GET`, and at `/device` the answer to a device
 * code as `POST application/json`.
 *
 * Listens on the loopback address alone and answers only requests that name it as such, so that a web page cannot reach
 * it through a name of its own (DNS rebinding) nor by a form. See RFC 9110 section 7.2.
 *
 * @since 0.1.0
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

/** Longest script in octets. */
const maxBodyOctets = 64 * 1024
const requestMillis = 10_000

/** What the door opens to. `apply` gives the output, or the error's text. */
export interface Handlers {
  readonly apply: (script: string) => { readonly ok: boolean; readonly text: string }
  /** Answers a device code in the person's place: approval for an account, or a no. */
  readonly decide: (userCode: string, decision: { readonly approve: string } | "deny") => {
    readonly ok: boolean
    readonly text: string
  }
  readonly state: () => unknown
}

/** A running door. */
export interface Admin {
  readonly url: string
  readonly close: () => Promise<void>
}

const answer = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 405 ? { allow: "GET, HEAD, POST" } : {}),
    ...(status === 413 || status === 403 ? { connection: "close" } : {})
  })
  response.end(body)
}

const text = "text/plain; charset=utf-8"

const isLocal = (host: string): boolean => /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(host)

const refusalOf = (request: IncomingMessage): string | undefined => {
  if (!isLocal(request.headers.host ?? "")) return "this address is for the loopback host alone\n"
  const origin = request.headers.origin
  if (origin !== undefined && !(origin.startsWith("http://") && isLocal(origin.slice(7)))) {
    return "requests from other web pages are not taken\n"
  }
  return undefined
}

const decisionForm =
  "POST { \"userCode\": CODE, \"account\": ADDRESS } to approve, { \"userCode\": CODE, \"deny\": true } to deny\n"

const decide = (body: string, handlers: Handlers): { readonly ok: boolean; readonly text: string } => {
  const wrong = { ok: false, text: decisionForm }
  try {
    const read: unknown = JSON.parse(body)
    if (typeof read !== "object" || read === null) return wrong
    const { account, deny, userCode } = read as Readonly<Record<string, unknown>>
    if (typeof userCode !== "string") return wrong
    const decision = deny === true ? "deny" : typeof account === "string" ? { approve: account } : undefined
    if (decision === undefined) return wrong
    const { ok, text } = handlers.decide(userCode, decision)
    return { ok, text: `${text}\n` }
  } catch {
    return wrong
  }
}

const post = (request: IncomingMessage, response: ServerResponse, handlers: Handlers): void => {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase()
  const forDevice = request.url === "/device"
  if (type !== (forDevice ? "application/json" : "text/plain")) {
    return answer(response, 415, text, forDevice ? decisionForm : "send the cmdlet as text/plain\n")
  }
  const parts: Array<Buffer> = []
  let octets = 0
  request.on("data", (part: Buffer) => {
    octets += part.length
    if (octets <= maxBodyOctets) parts.push(part)
    else if (!response.headersSent) answer(response, 413, text, `a script has at most ${maxBodyOctets} octets\n`)
  })
  request.on("end", () => {
    if (response.headersSent) return
    const body = Buffer.concat(parts).toString("utf8")
    const result = forDevice ? decide(body, handlers) : handlers.apply(body)
    answer(response, result.ok ? 200 : 400, text, result.text)
  })
}

/** Listens on `127.0.0.1`; port 0 takes a free one. */
export const listen = (port: number, handlers: Handlers): Promise<Admin> => {
  const server = createServer({ requestTimeout: requestMillis, headersTimeout: requestMillis }, (request, response) => {
    request.on("error", () => request.destroy())
    const refusal = refusalOf(request)
    if (refusal !== undefined) return answer(response, 403, text, refusal)
    switch (request.method) {
      case "GET":
      case "HEAD":
        return answer(response, 200, "application/json", `${JSON.stringify(handlers.state())}\n`)
      case "POST":
        return post(request, response, handlers)
      default:
        return answer(response, 405, text, "GET reads the counters, POST takes a cmdlet\n")
    }
  })
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen({ host: "127.0.0.1", port }, () => {
      server.off("error", reject)
      server.on("error", () => {})
      const address = server.address()
      const bound = typeof address === "object" && address !== null ? address.port : port
      resolve({
        url: `http://127.0.0.1:${bound}/`,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          })
      })
    })
  })
}
