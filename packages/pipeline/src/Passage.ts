/**
 * How the connections of a run leave this machine, as its options say: checked, and put in force.
 *
 * @since 0.1.0
 */
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import * as IpAddress from "@sonde/net/IpAddress"
import * as NameServer from "@sonde/net/NameServer"
import * as Proxy from "@sonde/net/Proxy"
import { Route, type Way } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Request } from "./Options.ts"
import type { Problem } from "./OptionsError.ts"

const bad = (option: string, problem: string, remedy: string): Problem => ({ option, problem, remedy })

/** SOCKS has one octet for the length of each (RFC 1929 section 2). */
const maxOctets = 255

const encoder = new TextEncoder()

const proxyOf = (options: CheckOptions, secrets: Secrets): Proxy.Proxy | Problem | undefined => {
  const { proxySecret: secret } = secrets
  if (options.proxy === undefined) {
    return secret === undefined
      ? undefined
      : bad("--proxy-secret", "was given without a proxy", "add --proxy socks5h://USER@HOST:PORT")
  }
  const proxy = Proxy.fromString(options.proxy)
  if (proxy === "secret") {
    return bad("--proxy", "has a password in it", "leave it out there and give it with --proxy-secret env:NAME")
  }
  if (proxy === undefined) {
    return bad(
      "--proxy",
      `${JSON.stringify(options.proxy)} is no proxy`,
      "write socks5://[USER@]HOST:PORT, socks5h:// to have names looked up there, or http:// for an HTTP proxy"
    )
  }
  if (proxy.user === undefined && secret !== undefined) {
    return bad("--proxy-secret", "was given without a user", `put the user into --proxy, before the host and an @`)
  }
  if (proxy.user !== undefined && secret === undefined) {
    return bad("--proxy-secret", "is missing", "say where the password of the proxy is, such as env:NAME")
  }
  for (
    const [option, text] of [["--proxy", proxy.user], ["--proxy-secret", secret && Redacted.value(secret)]] as const
  ) {
    if (proxy.kind === "socks5" && text !== undefined && encoder.encode(text).length > maxOctets) {
      return bad(option, "is longer than the 255 octets that SOCKS has room for", "check it")
    }
  }
  return { ...proxy, secret }
}

const names: Readonly<Record<4 | 6, string>> = { 4: "IPv4", 6: "IPv6" }

/** What cannot be dialled over the one family that is left. */
const mismatch = (options: CheckOptions, target: Target.Target): Problem | undefined => {
  const { address, family, host, source } = options
  const only = family ?? (source === undefined ? undefined : IpAddress.family(source))
  const by = family === undefined ? "--source" : `--ipv${family}`
  const place = host ?? (target._tag === "Host" ? target.host : undefined)
  for (
    const [option, text] of [
      ["--source", source],
      ["--address", address],
      [host === undefined ? "the target" : "--host", place]
    ] as const
  ) {
    const of = text === undefined ? undefined : IpAddress.family(text)
    if (of === undefined || only === undefined || of === only) continue
    return bad(option, `${text} is an address of ${names[of]}, which ${by} leaves out`, "take one of them away")
  }
  return undefined
}

/** What an address that stands for the name of a server needs. */
const pinned = (options: CheckOptions, services: ReadonlyArray<ServiceId>): Problem | undefined => {
  if (options.address === undefined) return undefined
  if (!Target.isAddress(options.address)) {
    return bad(
      "--address",
      `${JSON.stringify(options.address)} is no IP address`,
      "write it as 192.0.2.1 or 2001:db8::1"
    )
  }
  const others = services.filter((service) => service !== "token")
  if (others.length > 1) {
    return bad("--address", "is one address for several services", "name the service it belongs to with --only")
  }
  return others.some((service) => service === "graph" || service === "posture")
    ? bad("--address", `does not go with ${others[0]}, which is no single server`, "use --connect-to")
    : undefined
}

/**
 * What cannot be meant of the way, or the proxy of the options with its secret.
 *
 * @category parsing
 * @since 0.1.0
 */
export const check = (
  options: CheckOptions,
  secrets: Secrets,
  target: Target.Target,
  services: ReadonlyArray<ServiceId>
): { readonly problem: Problem } | { readonly proxy: Proxy.Proxy | undefined } => {
  if (options.dns !== undefined && NameServer.fromString(options.dns) === undefined) {
    return {
      problem: bad(
        "--dns",
        `${JSON.stringify(options.dns)} is no address of a resolver`,
        "write an IP address, with :PORT if it is not 53, such as 192.0.2.53 or [2001:db8::53]:5353; tls://9.9.9.9#dns.quad9.net for DNS over TLS, or https://dns.quad9.net/dns-query for DNS over HTTPS"
      )
    }
  }
  if (options.source !== undefined && !Target.isAddress(options.source)) {
    return {
      problem: bad(
        "--source",
        `${JSON.stringify(options.source)} is no IP address`,
        "give an address of this machine, such as 192.0.2.1 or 2001:db8::1"
      )
    }
  }
  const problem = pinned(options, services) ?? mismatch(options, target)
  if (problem !== undefined) return { problem }
  const proxy = proxyOf(options, secrets)
  return proxy !== undefined && "problem" in proxy ? { problem: proxy } : { proxy }
}

/**
 * The way of a request.
 *
 * @category combinators
 * @since 0.1.0
 */
export const of = ({ options, proxy }: Request): Way => {
  const { ca, dns, family, source } = options
  const server = dns === undefined || NameServer.fromString(dns)?.kind !== "plain" ? undefined : dns
  return {
    // From one address nothing of the other family can be reached.
    family: family ?? (source === undefined ? undefined : IpAddress.family(source)),
    source,
    proxy,
    ca,
    server
  }
}

/**
 * Runs something with the way of a request in force.
 *
 * @category combinators
 * @since 0.1.0
 */
export const through = (request: Request) => Effect.provideService(Route, of(request))
