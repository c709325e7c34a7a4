/**
 * Writes and reads Microsoft's Autodiscover: the plain XML of MS-OXDSCLI, and the JSON of version 2.
 *
 * The XML tells servers of IMAP, POP3 and SMTP apart by `Protocol/Type`, or sends the client elsewhere by `Action`. The JSON
 * only names an address for one protocol.
 *
 * @since 0.1.0
 */
import { hostOf, type NotPublished, portOf, type Published, type PublishedServer } from "./Published.ts"
import * as Xml from "./Xml.ts"

/** The namespaces of MS-OXDSCLI sections 2.2.3 and 2.2.4. */
const requestSchema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
const responseSchema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

/**
 * The body to post for a mailbox.
 *
 * @category encoding
 * @since 0.1.0
 */
export const request = (mailbox: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${requestSchema}"><Request><EMailAddress>${
    escaped(mailbox)
  }</EMailAddress><AcceptableResponseSchema>${responseSchema}</AcceptableResponseSchema></Request></Autodiscover>`

/**
 * Where to ask instead: for another mailbox, or at another URL.
 *
 * @category models
 * @since 0.1.0
 */
export type Elsewhere = { readonly redirectAddress: string } | { readonly redirectUrl: string }

const kinds: Readonly<Record<string, PublishedServer["kind"]>> = { IMAP: "imap", POP3: "pop3", SMTP: "smtp" }

/** MS-OXDSCLI section 2.2.4.1.1.2.6: `Encryption` overrides `SSL`, which is on unless it is said to be off. */
const securityOf = (
  kind: PublishedServer["kind"],
  port: number,
  encryption: string | undefined,
  ssl: string | undefined
): PublishedServer["security"] => {
  switch (encryption?.toLowerCase()) {
    case "ssl":
      return "tls"
    case "tls":
      return "starttls"
    case "none":
      return "none"
  }
  if (ssl?.toLowerCase() === "off") return "none"
  // `SSL on` says only that the connection is encrypted; on the ports of STARTTLS it can only come by it (RFC 8314 section 3).
  const inPlace = kind === "smtp" ? port !== 465 : kind === "imap" ? port === 143 : port === 110
  return inPlace ? "starttls" : "tls"
}

/**
 * Reads a response of the plain XML.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (text: string): Published | Elsewhere | NotPublished => {
  const root = Xml.parse(text)
  if (Xml.isUnreadable(root)) return root
  if (root.localName?.toLowerCase() !== "autodiscover") return { unreadable: `it is a document of ${root.localName}` }
  const [response] = Xml.children(root, "Response")
  if (response === undefined) return { unreadable: "it has no Response" }
  const [failure] = Xml.children(response, "Error")
  if (failure !== undefined) {
    const code = Xml.textOf(failure, "ErrorCode")
    return {
      unreadable: `it reports error ${code ?? "without a code"}: ${Xml.textOf(failure, "Message") ?? "no message"}`
    }
  }
  const account = Xml.children(response, "Account")
  for (const one of account) {
    const redirectAddress = Xml.textOf(one, "RedirectAddr")
    if (redirectAddress !== undefined) return { redirectAddress }
    const redirectUrl = Xml.textOf(one, "RedirectUrl")
    if (redirectUrl !== undefined) return { redirectUrl }
  }
  const servers: Array<PublishedServer> = []
  const problems: Array<string> = []
  for (const protocol of account.flatMap((one) => Xml.children(one, "Protocol"))) {
    const type = Xml.textOf(protocol, "Type")?.toUpperCase() ?? ""
    // EXCH, EXPR and WEB are Exchange's own ways.
    if (!Object.hasOwn(kinds, type)) continue
    const kind = kinds[type]!
    const host = hostOf(Xml.textOf(protocol, "Server"))
    const port = portOf(Xml.textOf(protocol, "Port"))
    if (host === undefined) problems.push(`Protocol ${type} has no server that can be one`)
    else if (port === undefined) problems.push(`Protocol ${type} has no port that can be one`)
    else {
      const user = Xml.textOf(protocol, "LoginName")
      const spa = Xml.textOf(protocol, "SPA")?.toLowerCase()
      servers.push({
        kind,
        host,
        port,
        security: securityOf(kind, port, Xml.textOf(protocol, "Encryption"), Xml.textOf(protocol, "SSL")),
        ...(user === undefined ? {} : { user }),
        auth: spa === "on" ? ["ntlm"] : []
      })
    }
  }
  return { servers, problems }
}

/**
 * Reads an answer of version 2: the URL of the protocol that was asked for, or the code and message of its error.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeJson = (
  text: string
):
  | { readonly protocol: string; readonly url: string }
  | { readonly code: string; readonly message: string }
  | NotPublished =>
{
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { unreadable: "it is no JSON" }
  }
  if (typeof value !== "object" || value === null) return { unreadable: "it is no JSON object" }
  const member = (name: string): string | undefined => {
    const found = Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1]
    return typeof found === "string" && found !== "" ? found : undefined
  }
  const url = member("url")
  if (url !== undefined) return { protocol: member("protocol") ?? "", url }
  const code = member("errorcode")
  if (code !== undefined) return { code, message: member("errormessage") ?? "" }
  return { unreadable: "it has neither an URL nor an error" }
}
