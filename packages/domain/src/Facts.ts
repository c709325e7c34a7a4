/**
 * What each phase of a mail conversation establishes: plain data that may stand in a journal.
 *
 * A fact is never a judgement: that a server offers no STARTTLS is a fact of `ehlo`, and only the recipe that
 * needs STARTTLS turns it into a failure.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Certificate, Revocation, TlsNote, TlsProblem, TlsReason } from "./Certificate.ts"
import { Attempt } from "./errors/Network.ts"

const Family = Schema.Literals([4, 6])

/**
 * The addresses of a host, in the order in which they will be tried. `source` is `dns`, `hosts` (the system's own
 * table), `literal` (the host is an address), `pinned` (given by `connectTo` or `address`) or `proxy` (the proxy looks the name up,
 * which stands in place of an address and has no family). `withheld` counts the
 * addresses that may not be dialled and are not told. `resolver` is the one that was chosen (`--dns`), absent where the system's own
 * was asked; `aliases` are the names that CNAME records led to; `authentic` is the AD flag of the answers (RFC 4035 section 3.2.3),
 * which is worth as much as the way to the resolver.
 *
 * @category models
 * @since 0.1.0
 */
export const ResolveFacts = Schema.Struct({
  name: Schema.String,
  source: Schema.Literals(["dns", "hosts", "literal", "pinned", "proxy"]),
  addresses: Schema.Array(Schema.Struct({
    address: Schema.String,
    family: Schema.optionalKey(Family),
    port: Schema.optionalKey(Schema.Int),
    ttlSeconds: Schema.optionalKey(Schema.Int)
  })),
  withheld: Schema.optionalKey(Schema.Int),
  resolver: Schema.optionalKey(Schema.String),
  aliases: Schema.optionalKey(Schema.Array(Schema.String)),
  authentic: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "ResolveFacts" })
/** @category models @since 0.1.0 */
export interface ResolveFacts extends Schema.Schema.Type<typeof ResolveFacts> {}

/**
 * The address that took the connection, and every attempt of the race (RFC 8305 section 5). `proxy` is the place of the proxy that was
 * gone through; where that looks names up, `address` is the name, and there is no `family`.
 *
 * @category models
 * @since 0.1.0
 */
export const ConnectFacts = Schema.Struct({
  address: Schema.String,
  port: Schema.Int,
  family: Schema.optionalKey(Family),
  proxy: Schema.optionalKey(Schema.String),
  localAddress: Schema.optionalKey(Schema.String),
  attempts: Schema.Array(Attempt)
}).annotate({ identifier: "ConnectFacts" })
/** @category models @since 0.1.0 */
export interface ConnectFacts extends Schema.Schema.Type<typeof ConnectFacts> {}

const Keyword = Schema.Struct({ keyword: Schema.String, params: Schema.Array(Schema.String) })

/**
 * The greeting. Of SMTP (RFC 5321 section 4.2) `code` is the reply code and `host` the name that opens its text. `capabilities` are
 * those that a greeting of IMAP or ManageSieve tells, `firstOctetMillis` is from the connection, or the handshake where TLS comes first,
 * to the first octet, `wholeMillis` to the end of the greeting, `timestamp` is what APOP of POP3 needs (RFC 1939 section 7).
 *
 * @category models
 * @since 0.1.0
 */
export const GreetingFacts = Schema.Struct({
  code: Schema.optionalKey(Schema.Int),
  host: Schema.optionalKey(Schema.String),
  text: Schema.String,
  capabilities: Schema.optionalKey(Schema.Array(Keyword)),
  timestamp: Schema.optionalKey(Schema.String),
  firstOctetMillis: Schema.optionalKey(Schema.Finite),
  wholeMillis: Schema.optionalKey(Schema.Finite)
}).annotate({ identifier: "GreetingFacts" })
/** @category models @since 0.1.0 */
export interface GreetingFacts extends Schema.Schema.Type<typeof GreetingFacts> {}

/**
 * What the server offers (RFC 5321 section 4.1.1.1). `keywords` are upper case with their parameters, `auth` the
 * SASL mechanisms, `size` the SIZE limit in octets (RFC 1870). `name` is what we called ourselves; `added` and
 * `removed` compare with the reply before TLS, where there was one.
 *
 * @category models
 * @since 0.1.0
 */
export const EhloFacts = Schema.Struct({
  name: Schema.String,
  domain: Schema.String,
  keywords: Schema.Array(Keyword),
  starttls: Schema.Boolean,
  auth: Schema.Array(Schema.String),
  size: Schema.optionalKey(Schema.Int),
  added: Schema.optionalKey(Schema.Array(Schema.String)),
  removed: Schema.optionalKey(Schema.Array(Schema.String))
}).annotate({ identifier: "EhloFacts" })
/** @category models @since 0.1.0 */
export interface EhloFacts extends Schema.Schema.Type<typeof EhloFacts> {}

/**
 * What a server of IMAP (RFC 9051 section 6.1.1), POP3 (RFC 2449 section 5) or ManageSieve (RFC 5804 section 1.7) offers. `source` is
 * the command that asked for it, the greeting that told it, or `reissued` where ManageSieve told it again after TLS unasked. `keywords`
 * are upper case with their parameters, `auth` the SASL mechanisms; `login` says that the protocol's own sign-in (LOGIN, USER) may be
 * used. `added` and `removed` compare with the offer before TLS, where there was one.
 *
 * @category models
 * @since 0.1.0
 */
export const CapabilityFacts = Schema.Struct({
  source: Schema.Literals(["command", "greeting", "reissued", "none"]),
  keywords: Schema.Array(Keyword),
  starttls: Schema.Boolean,
  auth: Schema.Array(Schema.String),
  login: Schema.Boolean,
  added: Schema.optionalKey(Schema.Array(Schema.String)),
  removed: Schema.optionalKey(Schema.Array(Schema.String))
}).annotate({ identifier: "CapabilityFacts" })
/** @category models @since 0.1.0 */
export interface CapabilityFacts extends Schema.Schema.Type<typeof CapabilityFacts> {}

/**
 * The server's word that TLS may begin (RFC 3207 section 4).
 *
 * @category models
 * @since 0.1.0
 */
export const StartTlsFacts = Schema.Struct({ text: Schema.String }).annotate({ identifier: "StartTlsFacts" })
/** @category models @since 0.1.0 */
export interface StartTlsFacts extends Schema.Schema.Type<typeof StartTlsFacts> {}

/**
 * A handshake that succeeded and a chain that verified. `protocol` is `TLSv1.3` and the like, `cipher` the
 * standard name, `chain` as sent, leaf first; `daysLeft` of the certificate that ends first. `conditions` is
 * empty unless a failed verification stops nothing, and `problems` then says where each fails. `clientCertificate` says that the server asked for one: `asked` in vain, or it was `sent`.
 * `notes` is what is worth knowing and no failure; `interceptedBy` a product that is known to break TLS open, where it issued the
 * chain.
 *
 * @category models
 * @since 0.1.0
 */
export const TlsFacts = Schema.Struct({
  protocol: Schema.String,
  cipher: Schema.String,
  serverName: Schema.String,
  alpn: Schema.optionalKey(Schema.String),
  daysLeft: Schema.Int,
  conditions: Schema.Array(TlsReason),
  problems: Schema.optionalKey(Schema.Array(TlsProblem)),
  chain: Schema.Array(Certificate),
  clientCertificate: Schema.optionalKey(Schema.Literals(["asked", "sent"])),
  notes: Schema.optionalKey(Schema.Array(TlsNote)),
  revocation: Schema.optionalKey(Revocation),
  interceptedBy: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "TlsFacts" })
/** @category models @since 0.1.0 */
export interface TlsFacts extends Schema.Schema.Type<typeof TlsFacts> {}

/**
 * A sign-in that was accepted. `passedOver` tells of each other mechanism the server named why it was not used;
 * `channelBinding` is the type by which the sign-in was tied to the TLS connection, where it was. `beforeTls` is the offer that
 * was made in clear, and what came and went with TLS; absent where the conversation did not change to TLS. `capabilities` is what IMAP
 * offers to who is signed in, where it said so, and `alerts` what it wants people to read.
 *
 * @category models
 * @since 0.1.0
 */
export const AuthFacts = Schema.Struct({
  mechanism: Schema.String,
  user: Schema.String,
  offered: Schema.Array(Schema.String),
  passedOver: Schema.Array(Schema.Struct({ mechanism: Schema.String, why: Schema.String })),
  channelBinding: Schema.optionalKey(Schema.String),
  beforeTls: Schema.optionalKey(Schema.Struct({
    offered: Schema.Array(Schema.String),
    added: Schema.Array(Schema.String),
    removed: Schema.Array(Schema.String)
  })),
  capabilities: Schema.optionalKey(Schema.Array(Schema.String)),
  alerts: Schema.optionalKey(Schema.Array(Schema.String)),
  text: Schema.String
}).annotate({ identifier: "AuthFacts" })
/** @category models @since 0.1.0 */
export interface AuthFacts extends Schema.Schema.Type<typeof AuthFacts> {}

/**
 * The sender was accepted.
 *
 * @category models
 * @since 0.1.0
 */
export const MailFacts = Schema.Struct({ from: Schema.String, text: Schema.String }).annotate({
  identifier: "MailFacts"
})
/** @category models @since 0.1.0 */
export interface MailFacts extends Schema.Schema.Type<typeof MailFacts> {}

/**
 * All recipients were accepted, each with what the server said of it.
 *
 * @category models
 * @since 0.1.0
 */
export const RcptFacts = Schema.Struct({
  recipients: Schema.Array(Schema.Struct({ to: Schema.String, text: Schema.String }))
}).annotate({ identifier: "RcptFacts" })
/** @category models @since 0.1.0 */
export interface RcptFacts extends Schema.Schema.Type<typeof RcptFacts> {}

/**
 * The message was accepted. `size` is in octets as they went over the wire before dot-stuffing, `reply` the final
 * reply, kept as proof. Where the protocol answers for each recipient, `recipients` has those answers in the order in which they were
 * named, at least one of them accepted, and `reply` is the first of those.
 *
 * @category models
 * @since 0.1.0
 */
export const DataFacts = Schema.Struct({
  messageId: Schema.String,
  size: Schema.Int,
  reply: Schema.String,
  recipients: Schema.optionalKey(Schema.Array(Schema.Struct({
    to: Schema.String,
    state: Schema.Literals(["accepted", "deferred", "refused"]),
    reply: Schema.String
  })))
}).annotate({ identifier: "DataFacts" })
/** @category models @since 0.1.0 */
export interface DataFacts extends Schema.Schema.Type<typeof DataFacts> {}

/**
 * INBOX was opened for reading (RFC 9051 section 6.3.3). Counts are messages, `size` of a quota in the unit of its resource (`STORAGE`
 * counts 1024 octets, RFC 9208 section 5.1). `server` is how it calls itself (RFC 2971 section 3.2), `alerts` are what it wants people to read.
 *
 * @category models
 * @since 0.1.0
 */
export const SelectFacts = Schema.Struct({
  mailbox: Schema.String,
  exists: Schema.optionalKey(Schema.Int),
  recent: Schema.optionalKey(Schema.Int),
  uidValidity: Schema.optionalKey(Schema.Int),
  uidNext: Schema.optionalKey(Schema.Int),
  quota: Schema.Array(Schema.Struct({
    root: Schema.String,
    resource: Schema.String,
    used: Schema.Finite,
    limit: Schema.Finite
  })),
  server: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  alerts: Schema.Array(Schema.String),
  text: Schema.String
}).annotate({ identifier: "SelectFacts" })
/** @category models @since 0.1.0 */
export interface SelectFacts extends Schema.Schema.Type<typeof SelectFacts> {}

/**
 * The maildrop of POP3 (RFC 1939 section 5): `messages` in it, and their size in octets.
 *
 * @category models
 * @since 0.1.0
 */
export const StatFacts = Schema.Struct({
  messages: Schema.Int,
  octets: Schema.Int
}).annotate({ identifier: "StatFacts" })
/** @category models @since 0.1.0 */
export interface StatFacts extends Schema.Schema.Type<typeof StatFacts> {}

/**
 * The scripts of an account (RFC 5804 section 2.7). `active` is the one that is run, absent where none is.
 *
 * @category models
 * @since 0.1.0
 */
export const ListFacts = Schema.Struct({
  scripts: Schema.Array(Schema.String),
  active: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "ListFacts" })
/** @category models @since 0.1.0 */
export interface ListFacts extends Schema.Schema.Type<typeof ListFacts> {}

/**
 * The farewell of IMAP or ManageSieve.
 *
 * @category models
 * @since 0.1.0
 */
export const LogoutFacts = Schema.Struct({ text: Schema.String }).annotate({ identifier: "LogoutFacts" })
/** @category models @since 0.1.0 */
export interface LogoutFacts extends Schema.Schema.Type<typeof LogoutFacts> {}

/**
 * The server's farewell.
 *
 * @category models
 * @since 0.1.0
 */
export const QuitFacts = Schema.Struct({ text: Schema.String }).annotate({ identifier: "QuitFacts" })
/** @category models @since 0.1.0 */
export interface QuitFacts extends Schema.Schema.Type<typeof QuitFacts> {}
