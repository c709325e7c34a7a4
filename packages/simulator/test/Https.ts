/** A bare HTTPS client for tests: Node's own, over the simulator's authority, to any of its names. */
import type * as Simulator from "@sonde/simulator/Simulator"
import { Agent, request } from "node:https"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** The JSON document of the body; an empty one where it is none. */
  readonly body: Readonly<Record<string, unknown>>
}

type Running = Pick<Simulator.Running, "caPem" | "http">

export const ask = (
  running: Running,
  address: string,
  options: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Buffer
  } = {}
): Promise<Answer> => {
  const { hostname, pathname, search } = new URL(address)
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false })
    const sent = request({
      agent,
      host: "127.0.0.1",
      port: running.http.port,
      servername: hostname,
      ca: running.caPem,
      method: options.method ?? "GET",
      path: `${pathname}${search}`,
      headers: { host: hostname, ...options.headers }
    }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8")
        const isJson = String(response.headers["content-type"]).includes("json")
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: isJson && text !== "" ? JSON.parse(text) as Record<string, unknown> : {}
        })
      })
    })
    sent.once("error", reject)
    sent.end(options.body)
  })
}

export const login = "https://login.microsoftonline.com"

export const post = (
  running: Running,
  address: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {}
): Promise<Answer> =>
  ask(running, address, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString()
  })

/** A request of the token endpoint of an organisation. */
export const token = (running: Running, tenant: string, fields: Readonly<Record<string, string>>): Promise<Answer> =>
  post(running, `${login}/${tenant}/oauth2/v2.0/token`, fields)

/** Hidden fields of the form on a page. */
export const hiddenFields = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map((match) => [
      match[1] ?? "",
      (match[2] ?? "").replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    ])
  )

/** The claims of a token, unverified. */
export const claimsOf = (jwt: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, unknown>
