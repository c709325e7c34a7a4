/**
 * Requests and replies of the simulated HTTPS services, as plain data (RFC 9110).
 *
 * @since 0.1.0
 */

/** A request whose body was read. `host` is in lower case and without a port; `path` still has its percent signs. */
export interface Request {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: URLSearchParams
  readonly header: (name: string) => string | undefined
  readonly body: Buffer
}

/** A reply. Length and date are added when it is written. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A reply with a JSON document. */
export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body)
})

/** Pages take no script, no frame and no foreign address; their forms go where they came from. */
export const html = (status: number, body: string): Reply => ({
  status,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer"
  },
  body
})

/** The media type of a request in lower case, without parameters. */
export const mediaType = (request: Request): string =>
  (request.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? ""

/** The fields of a form, or `undefined` when the body is none. */
export const form = (request: Request): URLSearchParams | undefined =>
  mediaType(request) === "application/x-www-form-urlencoded"
    ? new URLSearchParams(request.body.toString("utf8"))
    : undefined

/** A path segment without its percent signs; as it is when they are wrong. */
export const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** A text inside HTML, in an attribute too. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
