/** A browser that is played by an HTTP client: it opens a sign-in page, fills in its form, and goes where it is sent. */
import { request as plain } from "node:http"
import { Agent, request as secure } from "node:https"

/** A simulated sign-in service. */
export interface Service {
  readonly port: number
  readonly ca: string
}

/** What came. */
export interface Page {
  readonly status: number
  readonly location: string | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

const read = (
  start: typeof plain,
  options: Record<string, unknown>,
  body: string | undefined
): Promise<Page> =>
  new Promise((resolve, reject) => {
    const sent = start(options, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          headers: response.headers,
          text: Buffer.concat(parts).toString("utf8")
        }))
    })
    sent.once("error", reject)
    sent.end(body)
  })

/** A request to one of the names of the service. */
const ask = (service: Service, address: string, fields?: Readonly<Record<string, string>>): Promise<Page> => {
  const { hostname, pathname, search } = new URL(address)
  const body = fields === undefined ? undefined : new URLSearchParams(fields).toString()
  return read(secure, {
    agent: new Agent({ keepAlive: false }),
    host: "127.0.0.1",
    port: service.port,
    servername: hostname,
    ca: service.ca,
    method: body === undefined ? "GET" : "POST",
    path: `${pathname}${search}`,
    headers: {
      host: hostname,
      ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" })
    }
  }, body)
}

/** A request to this machine, without TLS. `localhost` is dialled at 127.0.0.1. */
export const visit = (address: string, more: Record<string, unknown> = {}): Promise<Page> => {
  const { host, pathname, port, search } = new URL(address)
  return read(plain, {
    agent: false,
    host: "127.0.0.1",
    port,
    path: `${pathname}${search}`,
    headers: { host, connection: "close" },
    ...more
  }, undefined)
}

const hidden = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map((match) => [
      match[1] ?? "",
      (match[2] ?? "").replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    ])
  )

/** Opens the page and sends its form, with the hidden fields; gives where the browser is sent then. */
export const signIn = async (
  service: Service,
  address: string,
  fields: Readonly<Record<string, string>>
): Promise<string> => {
  const page = await ask(service, address)
  if (page.location !== undefined) return page.location
  const { origin, pathname } = new URL(address)
  const answer = await ask(service, `${origin}${pathname}`, { ...hidden(page.text), ...fields })
  if (answer.location === undefined) throw new Error(`no way back: ${answer.status} ${answer.text.slice(0, 2000)}`)
  return answer.location
}
