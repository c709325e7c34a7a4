/**
 * What the phase `find` establishes of a message that was delivered and found again: plain data that may stand in a journal.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * How a domain that was authenticated fits that of From (RFC 9989 section 4.4): `strict` is the same, `relaxed` one above or below
 * it, `none` another. `unknown` is a sibling under one name, of which only the DNS tells whether that name is one organization's.
 *
 * @category models
 * @since 0.1.0
 */
export const Alignment = Schema.Literals(["strict", "relaxed", "none", "unknown"])
/** @category models @since 0.1.0 */
export type Alignment = typeof Alignment.Type

const optional = Schema.optionalKey

/**
 * What the receiver says of the message in Authentication-Results (RFC 8601). Results are in lower case, as they stand.
 *
 * - `trusted`: who says it. `authservId` is absent where the receiver gives none; `basis` is why it is the receiver's:
 *   an option, its pack, the server that received the message (`received`), or a host of the recipient (`host`)
 * - `others`: authserv-ids that are not the receiver's, each once. Nothing of theirs counts; `""` is one that was not given
 * - `arc`: how many ARC-Authentication-Results there were (RFC 8617 section 4.1.1). Nothing of them counts either
 *
 * @category models
 * @since 0.1.0
 */
export const Authentication = Schema.Struct({
  trusted: optional(Schema.Struct({
    authservId: optional(Schema.String),
    basis: Schema.Literals(["option", "pack", "received", "host"])
  })),
  others: Schema.Array(Schema.String),
  arc: Schema.Int,
  spf: optional(Schema.Struct({
    result: Schema.String,
    domain: optional(Schema.String),
    alignment: optional(Alignment)
  })),
  dkim: Schema.Array(Schema.Struct({
    result: Schema.String,
    domain: optional(Schema.String),
    selector: optional(Schema.String),
    alignment: optional(Alignment)
  })),
  dmarc: optional(Schema.Struct({ result: Schema.String, domain: optional(Schema.String) }))
}).annotate({ identifier: "Authentication" })
/** @category models @since 0.1.0 */
export interface Authentication extends Schema.Schema.Type<typeof Authentication> {}

/**
 * The kind of a folder: the inbox, the junk folder by its special use (RFC 6154 section 2) or by its name, the folder of all mail.
 * `maildrop` is what POP3 shows, of which only the server knows the folder.
 *
 * @category models
 * @since 0.1.0
 */
export const FolderKind = Schema.Literals(["inbox", "junk", "all", "maildrop"])
/** @category models @since 0.1.0 */
export type FolderKind = typeof FolderKind.Type

/**
 * A message that was found again.
 *
 * - `mailbox`: the recipient; `messageId` is that of the message as it was sent
 * - `matched`: by what it was known: its Message-ID, the header field of the run, or the word of the run in its subject
 * - `acceptedAt`, `foundAt`: when the server took it and when it was seen, by this clock; `delayMillis` is between them, so that it
 *   is a bound of the delay. `receivedAt` is what the receiver's clock says
 * - `looks`: how often it was looked for; `searched` are the folders, in their order
 * - `from`: the addresses of From as sent and as found; `rewritten` is whether they differ
 * - `foundMessageId`: where it is another one, or there was none
 * - `deleted`: whether it was deleted afterwards, absent where that was not asked for; `notDeleted` is why not
 *
 * @category models
 * @since 0.1.0
 */
export const FindFacts = Schema.Struct({
  mailbox: Schema.String,
  messageId: Schema.String,
  matched: Schema.Literals(["message-id", "header", "subject"]),
  acceptedAt: Schema.String,
  foundAt: Schema.String,
  delayMillis: Schema.Int,
  receivedAt: optional(Schema.String),
  looks: Schema.Int,
  folder: Schema.Struct({ name: Schema.String, kind: FolderKind }),
  searched: Schema.Array(Schema.String),
  from: Schema.Struct({
    sent: Schema.Array(Schema.String),
    found: Schema.Array(Schema.String),
    rewritten: Schema.Boolean
  }),
  foundMessageId: optional(Schema.String),
  authentication: Authentication,
  deleted: optional(Schema.Boolean),
  notDeleted: optional(Schema.String)
}).annotate({ identifier: "FindFacts" })
/** @category models @since 0.1.0 */
export interface FindFacts extends Schema.Schema.Type<typeof FindFacts> {}
