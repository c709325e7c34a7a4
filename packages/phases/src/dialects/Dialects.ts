/**
 * The dialect of each protocol that a mail session can have. Adding a protocol to `Protocol` does not compile until it has one.
 *
 * @since 0.1.0
 */
import type { Protocol } from "@sonde/domain/Service"
import type { Conversation } from "../Conversation.ts"
import type { Dialect } from "./Dialect.ts"
import { imap } from "./Imap.ts"
import { pop3 } from "./Pop3.ts"
import { sieve } from "./Sieve.ts"
import { smtp } from "./Smtp.ts"

const dialects: Readonly<Record<Exclude<Protocol, "http" | "tls">, Dialect>> = { smtp, lmtp: smtp, imap, pop3, sieve }

/**
 * The dialect of a conversation. HTTP is none: its requests are no session. Nor is `tls`: nothing is said in it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const dialectOf = ({ endpoint: { protocol } }: Pick<Conversation, "endpoint">): Dialect => {
  if (protocol === "http" || protocol === "tls") throw new Error(`${protocol} has no mail session`)
  return dialects[protocol]
}
