/**
 * Mail settings as somebody publishes them: the model that all readers of this folder give.
 *
 * Pure. What is published is not judged: a port stays what was written, a user name keeps its placeholders.
 *
 * @since 0.1.0
 */

/**
 * One server. `kind` is the protocol, `smtp` standing for submission; `user` is the user name as published, with its
 * placeholders, and `auth` are the ways to sign in, in lower case, as far as they are named.
 *
 * @category models
 * @since 0.1.0
 */
export interface PublishedServer {
  readonly kind: "smtp" | "imap" | "pop3" | "sieve"
  readonly host: string
  readonly port: number
  readonly security: "tls" | "starttls" | "none"
  readonly user?: string
  readonly auth: ReadonlyArray<string>
}

/**
 * A whole document. `problems` says of each server that could not be read why; `provider` is the name the document gives to
 * whoever publishes it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Published {
  readonly provider?: string
  readonly servers: ReadonlyArray<PublishedServer>
  readonly problems: ReadonlyArray<string>
}

/**
 * A text that is no such document, and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface NotPublished {
  readonly unreadable: string
}

/** RFC 1123 section 2.1 host names and address literals; nothing else can be meant, and nothing else is dialled later. */
const hostPattern =
  /^(?=.{1,253}\.?$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*\.?$/i
const ipv6Pattern = /^[0-9a-f:.]{2,45}$/i

/**
 * A host as it is compared and dialled: lower case, without a final dot; undefined where the text is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const hostOf = (text: string | undefined): string | undefined => {
  const host = text?.trim().toLowerCase().replace(/\.$/, "")
  if (host === undefined || host === "") return undefined
  return hostPattern.test(host) || (host.includes(":") && ipv6Pattern.test(host)) ? host : undefined
}

/**
 * A TCP port out of a text; undefined where it is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const portOf = (text: string | undefined): number | undefined => {
  const digits = text?.trim() ?? ""
  if (!/^\d{1,5}$/.test(digits)) return undefined
  const port = Number(digits)
  return port >= 1 && port <= 65_535 ? port : undefined
}
