/**
 * The client's side of a tunnel through an HTTP proxy: the method CONNECT (RFC 9110 section 9.3.6), with Basic sign-in (RFC 7617 section 2).
 *
 * Why a proxy could not reach the destination is read from `Proxy-Status` (RFC 9209 section 2.3), from what Squid says, or from the
 * status alone.
 *
 * @since 0.1.0
 */
import { type Destination, failed, joined, more, type Problem, type SignIn, type Step, type Tunnel } from "./Tunnel.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder("latin1")

/**
 * Largest header that is read, in octets: what servers themselves usually allow a client.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxHeaderOctets = 16_384

/** RFC 9209 section 2.3: types of errors that tell of the destination. */
const errors: Readonly<Record<string, Problem>> = {
  dns_timeout: "Unreachable",
  dns_error: "Unreachable",
  destination_not_found: "Unreachable",
  destination_unavailable: "Unreachable",
  destination_ip_prohibited: "ProxyDenied",
  destination_ip_unroutable: "Unreachable",
  connection_refused: "Refused",
  connection_terminated: "Unreachable",
  connection_timeout: "Timeout",
  connection_limit_reached: "ProxyDenied",
  http_request_denied: "ProxyDenied"
}

/** Error numbers of Linux that Squid tells in `X-Squid-Error`, errno(3). */
const squid: Readonly<Record<string, Problem>> = {
  "101": "Unreachable",
  "110": "Timeout",
  "111": "Refused",
  "113": "Unreachable"
}

const statuses: Readonly<Record<number, Problem>> = {
  401: "ProxyDenied",
  403: "ProxyDenied",
  407: "ProxyAuth",
  429: "ProxyDenied",
  451: "ProxyDenied",
  500: "Unreachable",
  502: "Unreachable",
  503: "Unreachable",
  504: "Timeout"
}

const base64 = (text: string): string => {
  let octets = ""
  for (const octet of encoder.encode(text)) octets += String.fromCharCode(octet)
  return btoa(octets)
}

const authority = ({ host, port }: Destination): string => `${host.includes(":") ? `[${host}]` : host}:${port}`

/** Printable, and short enough for one line. */
const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").trim().slice(0, 120)

const fieldOf = (lines: ReadonlyArray<string>, name: string): string | undefined =>
  lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim()

const judge = (
  status: number,
  reason: string,
  fields: ReadonlyArray<string>,
  hide: (text: string) => string
): Step => {
  const told = /;\s*error="?([a-z_]+)/.exec(fieldOf(fields, "proxy-status") ?? "")?.[1]
  const number = /(?:^|\s)(\d{2,3})$/.exec(fieldOf(fields, "x-squid-error") ?? "")?.[1]
  const problem = (status === 407 ? statuses[407] : undefined) ?? errors[told ?? ""] ?? squid[number ?? ""] ??
    statuses[status] ?? "ProxyBroken"
  return failed(problem, plain(hide(`HTTP ${status} ${told ?? fieldOf(fields, "x-squid-error") ?? reason}`)))
}

/**
 * A dialogue with an HTTP proxy. A sign-in is sent at once, as Basic is the only one there is here.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (to: Destination, signIn?: SignIn): Tunnel => {
  let received: Uint8Array = new Uint8Array(0)
  const where = authority(to)
  const fields = signIn === undefined
    ? ""
    : `Proxy-Authorization: Basic ${base64(`${signIn.user}:${signIn.secret}`)}\r\n`
  // A proxy that echoes what it was sent must not bring it into a report.
  const hide = (text: string): string =>
    [signIn?.secret, signIn && base64(`${signIn.user}:${signIn.secret}`)].reduce<string>(
      (said, secret) => secret === undefined || secret === "" ? said : said.replaceAll(secret, "***"),
      text
    )
  const step = (): Step => {
    const text = decoder.decode(received.subarray(0, maxHeaderOctets))
    const beginning = "HTTP/1."
    if (!text.startsWith(beginning.slice(0, text.length))) {
      return failed(
        "ProxyBroken",
        plain(`it answered with ${JSON.stringify(text.split(/\r?\n/)[0])}, which is no HTTP`)
      )
    }
    const end = /\r?\n\r?\n/.exec(text)
    if (end === null) {
      return received.length >= maxHeaderOctets ? failed("ProxyBroken", "its header does not end") : more()
    }
    const [line = "", ...header] = text.slice(0, end.index).split(/\r?\n/)
    const [, digits, reason = ""] = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(line) ?? []
    if (digits === undefined) return failed("ProxyBroken", plain(`it answered with ${JSON.stringify(line)}`))
    const status = Number(digits)
    const rest = received.slice(end.index + end[0].length)
    if (status >= 200 && status < 300) return { _tag: "Open", rest }
    if (status >= 200) return judge(status, reason, header, hide)
    // RFC 9110 section 15.2: an interim response, another one follows.
    received = rest
    return received.length === 0 ? more() : step()
  }
  return {
    begin: encoder.encode(`CONNECT ${where} HTTP/1.1\r\nHost: ${where}\r\n${fields}\r\n`),
    hasAsked: () => true,
    push: (chunk) => {
      received = joined(received, chunk)
      return step()
    }
  }
}
