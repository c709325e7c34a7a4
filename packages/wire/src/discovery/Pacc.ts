/**
 * Reads the configuration document of PACC and the record that vouches for it.
 *
 * draft-ietf-mailmaint-pacc: `/.well-known/user-agent-configuration.json` on `ua-auto-config`, and a TXT record at
 * `_ua-auto-config` with the digest of its octets. Servers of mail speak TLS from the first octet, on the ports of RFC 8314
 * section 3.3; ManageSieve has port 4190 (RFC 5804 section 1.8), where TLS begins by STARTTLS.
 *
 * @since 0.1.0
 */
import { hostOf, type NotPublished, type Published, type PublishedServer } from "./Published.ts"

const places = {
  imap: { kind: "imap", port: 993, security: "tls" },
  pop3: { kind: "pop3", port: 995, security: "tls" },
  smtp: { kind: "smtp", port: 465, security: "tls" },
  managesieve: { kind: "sieve", port: 4190, security: "starttls" }
} as const satisfies Readonly<Record<string, Pick<PublishedServer, "kind" | "port" | "security">>>

type Members = Readonly<Record<string, unknown>>

const membersOf = (value: unknown): Members | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Members : undefined

const own = (members: Members | undefined, name: string): unknown =>
  members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined

/**
 * Reads a document. `issuer` is where an OAuth 2.0 token comes from.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (text: string): (Published & { readonly issuer?: string }) | NotPublished => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { unreadable: "it is no JSON" }
  }
  const protocols = membersOf(own(membersOf(value), "protocols"))
  if (protocols === undefined) return { unreadable: "it has no protocols" }
  const authentication = membersOf(own(membersOf(value), "authentication"))
  const issuer = own(membersOf(own(authentication, "oauth-public")), "issuer")
  const auth = [
    ...(typeof issuer === "string" ? ["oauth2"] : []),
    ...(own(authentication, "password") === true ? ["password-cleartext"] : [])
  ]
  const servers: Array<PublishedServer> = []
  const problems: Array<string> = []
  for (const [name, place] of Object.entries(places)) {
    if (!Object.hasOwn(protocols, name)) continue
    const written = own(membersOf(protocols[name]), "host")
    const host = typeof written === "string" ? hostOf(written) : undefined
    if (host === undefined) problems.push(`${name} has no host name that can be one`)
    else servers.push({ ...place, host, auth })
  }
  const provider = own(membersOf(own(membersOf(own(membersOf(value), "info")), "provider")), "name")
  return {
    ...(typeof provider === "string" && provider !== "" ? { provider } : {}),
    ...(typeof issuer === "string" ? { issuer } : {}),
    servers,
    problems
  }
}

/**
 * The SHA-256 digests, in base64, that TXT records at `_ua-auto-config` vouch for. Records of another version or algorithm are
 * passed over.
 *
 * @category decoding
 * @since 0.1.0
 */
export const digests = (records: ReadonlyArray<string>): ReadonlyArray<string> =>
  records.flatMap((record) => {
    const tags = new Map(
      record.split(";").map((tag) => {
        const at = tag.indexOf("=")
        return [tag.slice(0, Math.max(at, 0)).trim().toLowerCase(), tag.slice(at + 1).trim()] as const
      })
    )
    const digest = tags.get("d")
    return tags.get("v")?.toUpperCase() === "UAAC1" && tags.get("a")?.toLowerCase() === "sha256" && digest !== undefined
      ? [digest]
      : []
  })
