/**
 * A proxy that connections go through, as it is written in an option.
 *
 * Pure. Who looks names up is said by the scheme, as with curl: `socks5` has them looked up here, `socks5h` and `http` at the proxy.
 *
 * @since 0.1.0
 */
import * as HttpConnect from "@sonde/wire/proxy/HttpConnect"
import * as Socks5 from "@sonde/wire/proxy/Socks5"
import type { Destination, Tunnel } from "@sonde/wire/proxy/Tunnel"
import * as Redacted from "effect/Redacted"
import * as IpAddress from "./IpAddress.ts"

/** @category models @since 0.1.0 */
export type { Tunnel }

/**
 * A proxy. `place` is how it is told to people: without a user. The secret travels apart.
 *
 * @category models
 * @since 0.1.0
 */
export interface Proxy {
  readonly kind: "socks5" | "http"
  readonly resolves: "here" | "proxy"
  readonly host: string
  readonly port: number
  readonly place: string
  readonly user?: string | undefined
  readonly secret?: Redacted.Redacted<string> | undefined
}

/**
 * The port of SOCKS (RFC 1928 section 3), which curl takes for every proxy without one.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultPort = 1080

const kinds: Readonly<Record<string, Pick<Proxy, "kind" | "resolves">>> = {
  socks5: { kind: "socks5", resolves: "here" },
  socks5h: { kind: "socks5", resolves: "proxy" },
  http: { kind: "http", resolves: "proxy" }
}

const hostPattern = /^(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/i

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/**
 * Reads `socks5://`, `socks5h://` or `http://`, followed by `[USER@]HOST[:PORT]`; the user may be percent-encoded. `"secret"` where a
 * password stands in it, which has no place there; `undefined` for anything else.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromString = (text: string): Proxy | "secret" | undefined => {
  const match = /^([a-z0-9]+):\/\/(?:([^@/]*)@)?(\[[^\]]+\]|[^:/@[\]]+)(?::(\d{1,5}))?\/?$/i.exec(text)
  const scheme = match?.[1]?.toLowerCase()
  const way = scheme !== undefined && Object.hasOwn(kinds, scheme) ? kinds[scheme] : undefined
  if (match === null || way === undefined) return undefined
  const [, , person, place = "", digits] = match
  const port = digits === undefined ? defaultPort : Number(digits)
  const host = place.replace(/^\[(.*)\]$/, "$1")
  const isKnown = place.startsWith("[")
    ? IpAddress.family(host) === 6
    : IpAddress.family(host) === 4 || hostPattern.test(host) && !/^[\d.]+$/.test(host)
  if (!isKnown || port < 1 || port > 65535) return undefined
  if (person?.includes(":") === true) return "secret"
  const user = person === undefined ? undefined : decoded(person)
  if (person !== undefined && (user === undefined || user === "")) return undefined
  return { ...way, host, port, place: `${scheme}://${place}:${port}`, ...(user === undefined ? {} : { user }) }
}

/**
 * The dialogue with a proxy that asks for a destination.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tunnel = ({ kind, secret, user }: Proxy, to: Destination): Tunnel => {
  const signIn = user === undefined
    ? undefined
    : { user, secret: secret === undefined ? "" : Redacted.value(secret) }
  return kind === "http" ? HttpConnect.make(to, signIn) : Socks5.make(to, signIn)
}
