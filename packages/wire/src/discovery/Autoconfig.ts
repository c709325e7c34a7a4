/**
 * Reads Mozilla's Autoconfig document, as providers and the ISPDB publish it.
 *
 * draft-ietf-mailmaint-autoconfig: `clientConfig`, `emailProvider`, `incomingServer`, `outgoingServer`. Only mail is read.
 *
 * @since 0.1.0
 */
import { hostOf, type NotPublished, portOf, type Published, type PublishedServer } from "./Published.ts"
import * as Xml from "./Xml.ts"

const securities: Readonly<Record<string, PublishedServer["security"]>> = {
  ssl: "tls",
  tls: "tls",
  starttls: "starttls",
  plain: "none"
}

const kinds: Readonly<Record<string, PublishedServer["kind"]>> = { imap: "imap", pop3: "pop3", smtp: "smtp" }

/**
 * Reads a document.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (text: string): Published | NotPublished => {
  const root = Xml.parse(text)
  if (Xml.isUnreadable(root)) return root
  if (root.localName?.toLowerCase() !== "clientconfig") return { unreadable: `it is a document of ${root.localName}` }
  const providers = Xml.children(root, "emailProvider")
  const servers: Array<PublishedServer> = []
  const problems: Array<string> = []
  for (const name of ["incomingServer", "outgoingServer"]) {
    for (const element of providers.flatMap((provider) => Xml.children(provider, name))) {
      const type = element.getAttribute("type")?.toLowerCase() ?? ""
      // JMAP, Exchange and others are no services of this kind.
      if (!Object.hasOwn(kinds, type)) continue
      const where = `${name} ${type}`
      const host = hostOf(Xml.textOf(element, "hostname"))
      const port = portOf(Xml.textOf(element, "port"))
      const socket = Xml.textOf(element, "socketType")?.toLowerCase() ?? ""
      if (host === undefined) problems.push(`${where} has no host name that can be one`)
      else if (port === undefined) problems.push(`${where} has no port that can be one`)
      else if (!Object.hasOwn(securities, socket)) {
        problems.push(`${where} says neither SSL, STARTTLS nor plain of its socket`)
      } else {
        const user = Xml.textOf(element, "username")
        servers.push({
          kind: kinds[type]!,
          host,
          port,
          security: securities[socket]!,
          ...(user === undefined ? {} : { user }),
          auth: Xml.children(element, "authentication").flatMap(({ textContent }) => {
            const word = textContent?.trim().toLowerCase() ?? ""
            return word === "" ? [] : [word]
          })
        })
      }
    }
  }
  const provider = providers.map((one) => Xml.textOf(one, "displayName")).find((name) => name !== undefined)
  return { ...(provider === undefined ? {} : { provider }), servers, problems }
}
