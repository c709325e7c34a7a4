/**
 * Which resolver is asked, and how: by datagram, over TLS (RFC 7858), or over HTTPS (RFC 8484).
 *
 * Pure: text in, plain data out. Nothing here asks a question.
 *
 * @since 0.1.0
 */
import * as IpAddress from "./IpAddress.ts"

/**
 * A resolver. `host` of `plain` is an IP address, of the others also a name, which the system's own resolver finds. `name` is what
 * the certificate must be for, `path` that of the URL.
 *
 * @category models
 * @since 0.1.0
 */
export type NameServer =
  | { readonly kind: "plain"; readonly host: string; readonly port: number }
  | { readonly kind: "tls"; readonly host: string; readonly port: number; readonly name: string }
  | {
    readonly kind: "https"
    readonly host: string
    readonly port: number
    readonly name: string
    readonly path: string
  }

/**
 * The ports of RFC 1035 section 4.2, RFC 7858 section 3.1 and RFC 9110 section 4.2.2.
 *
 * @category constants
 * @since 0.1.0
 */
export const ports: Readonly<Record<NameServer["kind"], number>> = { plain: 53, tls: 853, https: 443 }

const hostPattern = /^(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/i

const isHost = (text: string): boolean =>
  IpAddress.family(text) !== undefined || hostPattern.test(text) && !/^[\d.]+$/.test(text)

/** `HOST[:PORT]`; an IPv6 address stands in brackets, or alone where no port follows. */
const placeOf = (text: string, port: number): { readonly host: string; readonly port: number } | undefined => {
  if (IpAddress.family(text) === 6) return { host: text, port }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text)
  if (match === null) return undefined
  const [, six, other = "", digits] = match
  const number = digits === undefined ? port : Number(digits)
  if (number < 1 || number > 65535) return undefined
  if (six !== undefined) return IpAddress.family(six) === 6 ? { host: six, port: number } : undefined
  return isHost(other) ? { host: other, port: number } : undefined
}

const overHttps = (text: string): NameServer | undefined => {
  const url = URL.parse(text)
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "" || url.search !== "") {
    return undefined
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1")
  const port = url.port === "" ? ports.https : Number(url.port)
  // A URL without a path would be asked at "/", where no resolver listens: RFC 8484 section 4.1 leaves the path to whoever runs it.
  return url.pathname === "/" || !isHost(host)
    ? undefined
    : { kind: "https", host, port, name: host.replace(/\.$/, ""), path: url.pathname }
}

/**
 * Reads `ADDRESS[:PORT]`, `tls://HOST[:PORT][#NAME]` or `https://HOST[:PORT]/PATH`; `undefined` for anything else. Without `#NAME` the
 * certificate of a resolver over TLS has to be for HOST.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromString = (text: string): NameServer | undefined => {
  if (/^https:\/\//i.test(text)) return overHttps(text)
  const tls = /^tls:\/\/([^/#?@\s]+?)(?:#([^/#?@\s]+))?$/i.exec(text)
  if (tls !== null) {
    const place = placeOf(tls[1] ?? "", ports.tls)
    const name = tls[2] ?? place?.host
    return place === undefined || name === undefined || !isHost(name)
      ? undefined
      : { kind: "tls", ...place, name: name.replace(/\.$/, "") }
  }
  const place = placeOf(text, ports.plain)
  // A resolver without a name of its own: another one would be needed to look it up.
  return place === undefined || IpAddress.family(place.host) === undefined ? undefined : { kind: "plain", ...place }
}
