/**
 * What looking for a message in a mailbox shares, whatever the protocol: how a message is known, and one look at all folders.
 *
 * @since 0.1.0
 */
import type { ApiError, ConnectError, ResolveError, TlsError } from "@sonde/domain/Errors"
import type { FindFacts, FolderKind } from "@sonde/domain/FindFacts"
import * as Headers from "@sonde/wire/message/Headers"
import type * as Effect from "effect/Effect"
import type { MailboxFailure } from "../MailboxAnswer.ts"

/**
 * How the message is known. `messageId` is as it was sent, with its angle brackets; `run` is the word that stands in the header
 * field `X-Sonde-Run`, and in the subject of a message that was composed here.
 *
 * @category models
 * @since 0.1.0
 */
export interface Probe {
  readonly messageId: string
  readonly run: string
}

/**
 * The header field that holds the run.
 *
 * @category constants
 * @since 0.1.0
 */
export const runField = "X-Sonde-Run"

/**
 * The fields that are read of a message: those that it is known by, those that may change, and those that tell of its way.
 *
 * @category constants
 * @since 0.1.0
 */
export const fields: ReadonlyArray<string> = [
  "From",
  "Subject",
  "Message-ID",
  runField,
  "Received",
  "Return-Path",
  "Delivered-To",
  "Authentication-Results",
  "ARC-Authentication-Results"
]

/**
 * A message that was seen. `where` is what its protocol needs to find it again: a number or an identifier, in `folder.path`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seen {
  readonly folder: { readonly name: string; readonly path: string; readonly kind: FolderKind }
  readonly headers: ReadonlyArray<Headers.Header>
  readonly matched: FindFacts["matched"]
  readonly receivedAt: number | undefined
  readonly where: string
}

/**
 * What a look can fail with, whatever the protocol.
 *
 * @category errors
 * @since 0.1.0
 */
export type FindFailure = MailboxFailure | ApiError | ResolveError | ConnectError | TlsError

/**
 * A way to look.
 *
 * - `look`: looks once into every folder; the newest copy counts
 * - `searched`: the folders that were looked into so far, as people know them
 * - `problem`: why the last look saw nothing at all, where it did not come about
 * - `remove`: deletes what was seen and nothing else; says why not
 * - `pauses`: how long to wait before the second look, and at most before any
 *
 * @category models
 * @since 0.1.0
 */
export interface Finder<E extends FindFailure = FindFailure> {
  readonly look: Effect.Effect<Seen | undefined, E>
  readonly searched: () => ReadonlyArray<string>
  readonly problem: () => string | undefined
  readonly remove: (seen: Seen) => Effect.Effect<string | undefined, E>
  readonly pauses: { readonly firstMillis: number; readonly longestMillis: number }
}

/**
 * By what a message is the one that is looked for, or `undefined`. One that carries another run is not, whatever else fits: the
 * same file may have been delivered before.
 *
 * @category combinators
 * @since 0.1.0
 */
export const matchOf = (
  headers: ReadonlyArray<Headers.Header>,
  { messageId, run }: Probe
): Seen["matched"] | undefined => {
  const field = Headers.first(headers, runField)?.trim()
  if (field !== undefined && field.toLowerCase() !== run.toLowerCase()) return undefined
  if (Headers.first(headers, "Message-ID")?.trim() === messageId) return "message-id"
  if (field !== undefined) return "header"
  return Headers.first(headers, "Subject")?.toLowerCase().includes(run.toLowerCase()) === true ? "subject" : undefined
}

/**
 * Whether a message was delivered, and is no copy that its sender kept: final delivery writes these fields (RFC 5321 section 4.4;
 * Delivered-To has no RFC of the standards track).
 *
 * @category predicates
 * @since 0.1.0
 */
export const isDelivered = (headers: ReadonlyArray<Headers.Header>): boolean =>
  ["Return-Path", "Delivered-To"].some((name) => Headers.first(headers, name) !== undefined)

/**
 * Names of junk folders, in lower case, for servers that mark none: those of Exchange and Outlook, Dovecot and its hosts, Yahoo,
 * Gmail, GMX and WEB.DE.
 *
 * @category constants
 * @since 0.1.0
 */
export const junkNames: ReadonlyArray<string> = [
  "junk",
  "junk email",
  "junk e-mail",
  "junk mail",
  "junk-e-mail",
  "spam",
  "bulk",
  "bulk mail",
  "spamverdacht"
]
