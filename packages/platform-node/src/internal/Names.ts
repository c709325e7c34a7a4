/**
 * Names in certificates: reading `subjectAltName` and matching it (RFC 9525 section 6).
 */
import * as IpAddress from "@sonde/net/IpAddress"

/** The names of a certificate, without their type prefix. Other kinds of names are left out. */
export interface AltNames {
  readonly dns: ReadonlyArray<string>
  readonly ip: ReadonlyArray<string>
}

// Node quotes a name that could be mistaken for two, as a JSON string.
const entry = /(?:^|, )(?:(DNS|IP Address)|[^:,]*):("(?:[^"\\]|\\.)*"|(?:(?!, ).)*)/gs

const unquote = (text: string): string => {
  if (!text.startsWith("\"")) return text
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

/** Reads `X509Certificate.subjectAltName`. */
export const altNames = (text: string | undefined): AltNames => {
  const dns: Array<string> = []
  const ip: Array<string> = []
  for (const [, kind, value = ""] of (text ?? "").matchAll(entry)) {
    if (kind === "DNS") dns.push(unquote(value))
    if (kind === "IP Address") ip.push(unquote(value))
  }
  return { dns, ip }
}

const matchesDns = (presented: string, reference: string): boolean => {
  const pattern = presented.toLowerCase().replace(/\.$/, "")
  if (!pattern.startsWith("*.")) return pattern === reference
  // RFC 9525 section 6.3: a wildcard is the whole left-most label and stands for exactly one label.
  const rest = pattern.slice(2)
  const dot = reference.indexOf(".")
  return rest !== "" && !rest.includes("*") && dot > 0 && reference.slice(dot + 1) === rest
}

/**
 * Whether a certificate is for a name or an address. Only the alternative names count: RFC 9525 section 6.4.4 forbids the common name.
 * `serverName` is in A-label form.
 */
export const isFor = (names: AltNames, serverName: string): boolean => {
  if (IpAddress.family(serverName) !== undefined) return names.ip.some((ip) => IpAddress.isSame(ip, serverName))
  const reference = serverName.toLowerCase().replace(/\.$/, "")
  return reference !== "" && names.dns.some((dns) => matchesDns(dns, reference))
}
