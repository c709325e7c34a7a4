/**
 * Looks for a message by IMAP: RFC 9051 section 6.3.9 (LIST), section 6.4.4 (SEARCH), RFC 6154 (special use), RFC 4315 section 2.1
 * (UID EXPUNGE).
 *
 * Folders are opened by EXAMINE and fields are fetched by PEEK, so that nothing is marked as read. Only deleting opens one by SELECT.
 *
 * @since 0.1.0
 */
import type { FolderKind } from "@sonde/domain/FindFacts"
import * as DomainReply from "@sonde/domain/Reply"
import type { Argument } from "@sonde/wire/imap/Command"
import * as Fetched from "@sonde/wire/imap/Fetched"
import * as Mailbox from "@sonde/wire/imap/Mailbox"
import * as Search from "@sonde/wire/imap/Search"
import * as Headers from "@sonde/wire/message/Headers"
import * as Effect from "effect/Effect"
import { misplaced } from "../Ask.ts"
import type { Conversation } from "../Conversation.ts"
import { saidBy } from "../dialects/Dialect.ts"
import { answerOf, command, type Heard } from "../dialects/Imap.ts"
import { type MailboxFailure, unavailable } from "../MailboxAnswer.ts"
import { fields, type Finder, isDelivered, junkNames, matchOf, type Probe, type Seen } from "./Finder.ts"

const phase = "find"

interface Folder {
  readonly path: string
  readonly name: string
  readonly kind: FolderKind
}

const inbox: Folder = { path: "INBOX", name: "INBOX", kind: "inbox" }

/** How many of the messages that a search found are read, newest first: a server may search less exactly than it was asked. */
const maxCandidates = 10

const encoder = new TextEncoder()

/** The last part of a name, as people read it, in lower case. */
const leaf = ({ delimiter, name }: Mailbox.Mailbox): string => {
  const shown = Mailbox.shown(name).toLowerCase()
  return delimiter === undefined ? shown : shown.slice(shown.lastIndexOf(delimiter.toLowerCase()) + 1)
}

/** The folders to look into: the inbox, junk by its special use, else by name, and all mail. */
const foldersOf = (heard: Heard): ReadonlyArray<Folder> => {
  const mailboxes = heard.before.flatMap((response) => Mailbox.fromResponse(response) ?? [])
  const usable = mailboxes.filter((one) => !one.attributes.includes("\\noselect"))
  const marked = usable.filter((one) => Mailbox.isFor(one, "\\Junk"))
  const junk = marked.length > 0 ? marked : usable.filter((one) => junkNames.includes(leaf(one)))
  const all = usable.filter((one) => Mailbox.isFor(one, "\\All"))
  const folder = (kind: FolderKind) => (one: Mailbox.Mailbox): Folder => ({
    path: one.name,
    name: heard.scrub(Mailbox.shown(one.name)),
    kind
  })
  return [inbox, ...junk.map(folder("junk")), ...all.map(folder("all"))]
}

/**
 * Looks by IMAP, in a conversation that is signed in. `capabilities` is what the server offers, after sign-in where it said so.
 *
 * @category constructors
 * @since 0.1.0
 */
export const finder = (
  conversation: Conversation,
  capabilities: ReadonlyArray<string>,
  probe: Probe
): Finder<MailboxFailure> => {
  const offers = (name: string) => capabilities.includes(name)
  let folders: ReadonlyArray<Folder> | undefined
  const searched = new Map<string, string>()

  const refusal = (heard: Heard, what: string): Effect.Effect<never, MailboxFailure> => {
    const answer = answerOf(heard)
    if (answer._tag !== "Refused") {
      const said = answer._tag === "Accepted" ? { reply: undefined, said: answer.text } : saidBy(answer)
      return Effect.fail(misplaced(conversation, phase, said, what))
    }
    return unavailable(conversation, phase, answer, `opened the mailbox and refused ${what}`)
  }

  const ask = Effect.fnUntraced(function*(name: string, args: ReadonlyArray<Argument>, what = name) {
    const heard = yield* command(conversation, phase, name, args)
    return answerOf(heard)._tag === "Accepted" ? heard : yield* refusal(heard, what)
  })

  /** What can be done without must not end the look, unless the server says farewell. */
  const tryTo = Effect.fnUntraced(function*(name: string, args: ReadonlyArray<Argument>) {
    const heard = yield* command(conversation, phase, name, args)
    if (heard.last._tag === "Status") return yield* refusal(heard, name)
    return answerOf(heard)._tag === "Accepted" ? heard : undefined
  })

  const listed = Effect.fnUntraced(function*() {
    // RFC 6154 section 3: chosen by their use, there are few, however many folders an account has.
    const chooses = (offers("SPECIAL-USE") && offers("LIST-EXTENDED")) || offers("IMAP4REV2")
    const args: ReadonlyArray<Argument> = [
      ...(chooses ? [{ word: "(SPECIAL-USE)" }] : []),
      { string: "" },
      { string: "*" }
    ]
    const heard = yield* tryTo("LIST", args)
    const found = heard === undefined ? [inbox] : foldersOf(heard)
    if (!chooses || found.some(({ kind }) => kind === "junk")) return found
    // A server that marks no junk folder may have one all the same.
    const plain = yield* tryTo("LIST", [{ string: "" }, { string: "*" }])
    const named = plain === undefined ? [] : foldersOf(plain).filter(({ kind }) => kind === "junk")
    return [inbox, ...named, ...found.filter(({ kind }) => kind === "all")]
  })

  const read = Effect.fnUntraced(function*(folder: Folder, uid: number) {
    const heard = yield* ask("UID FETCH", [
      { word: `${uid}` },
      { word: `(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (${fields.join(" ").toUpperCase()})])` }
    ])
    const message = heard.before.flatMap((response) => Fetched.fromResponse(response) ?? []).find((one) =>
      one.uid === uid && one.section !== undefined
    )
    // It may have gone since.
    if (message === undefined) return undefined
    const headers = Headers.fromBytes(encoder.encode(heard.scrub(message.section ?? "")))
    const matched = matchOf(headers, probe)
    if (matched === undefined || folder.kind === "all" && !isDelivered(headers)) return undefined
    const seen: Seen = { folder, headers, matched, receivedAt: message.receivedAt, where: `${uid}` }
    return seen
  })

  const criteria = Search.anyOf([
    { header: "Message-ID", contains: probe.messageId },
    { header: "X-Sonde-Run", contains: probe.run },
    { subject: probe.run }
  ])

  const lookInto = Effect.fnUntraced(function*(folder: Folder) {
    const opened = folder.kind === "inbox"
      ? yield* ask("EXAMINE", [{ word: inbox.path }], "EXAMINE INBOX")
      : yield* tryTo("EXAMINE", [{ string: folder.path }])
    if (opened === undefined) return undefined
    searched.set(folder.path, folder.name)
    const found = yield* ask("UID SEARCH", criteria)
    for (const uid of Search.fromResponses(found.before).slice(-maxCandidates).toReversed()) {
      const seen = yield* read(folder, uid)
      if (seen !== undefined) return seen
    }
    return undefined
  })

  const look = Effect.fnUntraced(function*() {
    folders ??= yield* listed()
    for (const folder of folders) {
      const seen = yield* lookInto(folder)
      if (seen !== undefined) return seen
    }
    return undefined
  })

  const remove = Effect.fnUntraced(function*({ folder, where }: Seen) {
    if (!offers("UIDPLUS") && !offers("IMAP4REV2")) {
      return "The server has no UIDPLUS, without which other messages that are marked as deleted would go too"
    }
    const path: Argument = folder.kind === "inbox" ? { word: inbox.path } : { string: folder.path }
    const steps: ReadonlyArray<readonly [name: string, args: ReadonlyArray<Argument>]> = [
      ["SELECT", [path]],
      ["UID STORE", [{ word: where }, { word: "+FLAGS.SILENT" }, { word: "(\\Deleted)" }]],
      ["UID EXPUNGE", [{ word: where }]]
    ]
    for (const [name, args] of steps) {
      const heard = yield* command(conversation, phase, name, args)
      const answer = answerOf(heard)
      if (answer._tag === "Refused") return `The server answered ${name} with ${DomainReply.format(answer.reply)}`
      if (answer._tag !== "Accepted") return yield* refusal(heard, name)
    }
    return undefined
  })

  return {
    look: Effect.suspend(look),
    searched: () => [...searched.values()],
    problem: () => undefined,
    remove,
    pauses: { firstMillis: 500, longestMillis: 5000 }
  }
}
