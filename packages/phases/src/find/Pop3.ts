/**
 * Looks for a message by POP3: RFC 1939 section 7 (TOP, UIDL).
 *
 * A maildrop stays as it was when it was signed in to (RFC 1939 section 5): every look after the first needs a session of its own.
 * Its sign-in uses a secret that this server has accepted; after one that it refuses there is no other.
 *
 * @since 0.1.0
 */
import * as DomainReply from "@sonde/domain/Reply"
import * as Headers from "@sonde/wire/message/Headers"
import * as Listing from "@sonde/wire/pop3/Listing"
import * as Effect from "effect/Effect"
import { misplaced } from "../Ask.ts"
import type { Conversation } from "../Conversation.ts"
import { type Answer, saidBy } from "../dialects/Dialect.ts"
import { answerOf, command } from "../dialects/Pop3.ts"
import { accepted, type MailboxFailure } from "../MailboxAnswer.ts"
import { type Finder, matchOf, type Probe, type Seen } from "./Finder.ts"

const phase = "find"

/** How many messages are read in one session, newest first: those that came while the message was on its way. */
const maxMessages = 30

const folder = { name: "the maildrop", path: "", kind: "maildrop" } as const

/**
 * How a further session went: it is signed in, or why it is not. `isFinal` where another would fare no better.
 *
 * @category models
 * @since 0.1.0
 */
export type Reopened =
  | { readonly conversation: Conversation }
  | { readonly problem: string; readonly isFinal: boolean }

const encoder = new TextEncoder()

/**
 * Looks by POP3, first in a conversation that is signed in, then in those that `reopen` begins; it closes the one before.
 *
 * @category constructors
 * @since 0.1.0
 */
export const finder = (
  first: Conversation,
  reopen: (last: Conversation) => Effect.Effect<Reopened>,
  probe: Probe
): Finder<MailboxFailure> => {
  let conversation = first
  let isFresh = true
  let isOver = false
  let problem: string | undefined
  /** Messages that were read and are others, by their lasting identifiers. */
  const others = new Set<string>()

  const granted = (answer: Answer, what: string) =>
    accepted(conversation, phase, answer, what, `opened the maildrop and refused ${what}`)

  const counted = Effect.fnUntraced(function*() {
    const answer = answerOf(yield* command(conversation, phase, ["STAT"], "the reply to STAT"))
    const { text } = yield* granted(answer, "STAT")
    const count = /^(\d{1,15}) /.exec(text)?.[1]
    if (count !== undefined) return Number(count)
    return yield* misplaced(conversation, phase, { reply: undefined, said: `+OK ${text}` }, "STAT")
  })

  /** Identifiers by number; none where the server has no UIDL, which it may (RFC 1939 section 7). */
  const identified = Effect.fnUntraced(function*() {
    const heard = yield* command(conversation, phase, ["UIDL"], "the reply to UIDL", true)
    return new Map(Listing.fromLines(heard.lines).map(({ id, number }) => [number, id]))
  })

  const headersOf = Effect.fnUntraced(function*(number: number) {
    const heard = yield* command(conversation, phase, [`TOP ${number} 0`], "the reply to TOP", true)
    yield* granted(answerOf(heard), "TOP")
    return Headers.fromBytes(encoder.encode(heard.lines.join("\r\n")))
  })

  const look = Effect.fnUntraced(function*() {
    if (isOver) return undefined
    if (!isFresh) {
      const again = yield* reopen(conversation)
      problem = "problem" in again ? again.problem : undefined
      if ("problem" in again) {
        isOver = again.isFinal
        return undefined
      }
      conversation = again.conversation
    }
    isFresh = false
    const count = yield* counted()
    // The listing of a large maildrop is larger than any reply that is read; its newest messages are read without.
    const ids = count <= Listing.maxListed ? yield* identified() : new Map<number, string>()
    for (let number = count; number > Math.max(0, count - maxMessages); number--) {
      const id = ids.get(number)
      if (id !== undefined && others.has(id)) continue
      const headers = yield* headersOf(number)
      const matched = matchOf(headers, probe)
      if (matched !== undefined) {
        const seen: Seen = { folder, headers, matched, receivedAt: undefined, where: `${number}` }
        return seen
      }
      if (id !== undefined) others.add(id)
    }
    return undefined
  })

  /** RFC 1939 section 5: what is marked goes when the session ends by QUIT, which the recipe says. */
  const remove = Effect.fnUntraced(function*({ where }: Seen) {
    const answer = answerOf(yield* command(conversation, phase, [`DELE ${where}`], "the reply to DELE"))
    if (answer._tag === "Accepted") return undefined
    if (answer._tag === "Refused") return `The server answered DELE with ${DomainReply.format(answer.reply)}`
    return yield* misplaced(conversation, phase, saidBy(answer), "DELE")
  })

  return {
    look: Effect.suspend(look),
    searched: () => [`${folder.name} (POP3 does not show the junk folder)`],
    problem: () => problem,
    remove,
    pauses: { firstMillis: 2000, longestMillis: 15_000 }
  }
}
