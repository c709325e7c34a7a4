/**
 * The dialect of each protocol that a mail session can have. Adding a protocol to `Protocol` does not compile until it has one.
 *
 * @since 0.1.0
 */
import type { Protocol } from "@sonde/domain/Service"
import type { Conversation } from "../Conversation.ts"
import type { Dialect, Transfer } from "./Dialect.ts"
import { imap } from "./Imap.ts"
import { pop3 } from "./Pop3.ts"
import { sieve } from "./Sieve.ts"
import { lmtp, smtp } from "./Smtp.ts"

const dialects: Readonly<Record<Exclude<Protocol, "http" | "tls">, Dialect>> = { smtp, lmtp, imap, pop3, sieve }

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

/**
 * How messages are handed over in a conversation. Of one in a protocol that takes none this is a defect.
 *
 * @category combinators
 * @since 0.1.0
 */
export const transferOf = (conversation: Pick<Conversation, "endpoint">): Transfer => {
  const { name, transfer } = dialectOf(conversation)
  if (transfer === undefined) throw new Error(`${name} takes no messages`)
  return transfer
}
