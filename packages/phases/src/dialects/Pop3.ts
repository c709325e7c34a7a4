/**
 * POP3 in the phases that mail protocols share, and the exchange that its own phases use: RFC 1939, RFC 2449, RFC 5034, and STLS of
 * RFC 2595 section 4.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import { ProtocolError } from "@sonde/domain/Errors"
import type { Reply as DomainReply } from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { LineDecoder, Session } from "@sonde/net/Session"
import * as Reply from "@sonde/wire/pop3/Reply"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { at, type ExchangeError, translate, Unreadable } from "../Ask.ts"
import { type Conversation, remaining } from "../Conversation.ts"
import type { Answer, Dialect, Offer, OwnSignIn } from "./Dialect.ts"
import { acceptanceOf, challengeOf } from "./Smtp.ts"

/** A reply with its text masked; `challenge` is as it came. */
interface Heard extends Reply.Pop3Reply {
  readonly challenge: string
}

/** RFC 5034 section 4: a command line has 255 octets at most, its CRLF included. */
const maxCommandOctets = 255

const decoder = (session: Session, several: boolean): LineDecoder<Heard, Unreadable> => {
  const reply = Reply.decoder(several)
  return {
    push: (line, raw) => {
      const read = reply.push(line)
      if (Result.isFailure(read)) {
        const { problem } = read.failure
        const reason = problem === "no-status" ? "MalformedReply" : "ReplyTooLong"
        return Result.fail(new Unreadable({ reason, problem, line: session.scrub(read.failure.line) }))
      }
      return Result.succeed(
        read.success === undefined ? undefined : { ...read.success, challenge: raw.replace(/^\+ ?/, "") }
      )
    }
  }
}

/**
 * Sends a command and hears the reply; `several` asks for the lines of a positive one. What was there before is no answer to it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const command = Effect.fnUntraced(function*(
  conversation: Conversation,
  phase: PhaseId,
  line: Outgoing | undefined,
  awaited: string,
  several = false
): Effect.fn.Return<Heard, ExchangeError> {
  const { session } = conversation
  const millis = yield* remaining("phaseMillis")
  const hear = (sent: Outgoing | undefined, lines: boolean) =>
    Effect.mapError(session.exchange(sent, decoder(session, lines), millis), translate(conversation, phase, awaited))
  if (line === undefined || session.unread() === 0) return yield* hear(line, several)
  const early = yield* hear(undefined, false)
  const reply = replyOf(early)
  return yield* new ProtocolError({
    ...at(conversation, phase),
    reason: "UnexpectedData",
    ...(reply === undefined ? {} : { reply }),
    message: `${format(conversation.endpoint)} sent ${early.status} ${early.text} before anything was asked`
  })
})

const replyOf = ({ code, status, text }: Reply.Pop3Reply): DomainReply | undefined =>
  status === "-ERR" ? { status, ...(code === undefined ? {} : { code }), text } : undefined

/**
 * A reply as an answer.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerOf = (heard: Heard): Answer => {
  const reply = replyOf(heard)
  if (reply !== undefined) return { _tag: "Refused", reply, isTemporary: Reply.isTemporary(heard.code) }
  return heard.status === "+OK"
    ? { _tag: "Accepted", text: heard.text }
    : { _tag: "Misplaced", reply, said: `+ ${heard.text}` }
}

const asking = (name: string, phase: PhaseId) => (conversation: Conversation) =>
  Effect.map(command(conversation, phase, [name], `the reply to ${name}`), answerOf)

/** RFC 1939 section 7. */
const userAndPass = (conversation: Conversation): OwnSignIn => ({
  mechanism: "USER",
  choice: "login",
  run: Effect.fnUntraced(function*({ secret, user }) {
    const known = answerOf(yield* command(conversation, "auth", [`USER ${user}`], "the reply to USER"))
    if (known._tag !== "Accepted") return known
    return answerOf(
      yield* command(conversation, "auth", ["PASS ", { secret, mask: "‹secret›" }], "the reply to PASS")
    )
  })
})

const encoder = new TextEncoder()

/** RFC 1939 section 7: the MD5 of timestamp and password. It shows neither, and can be guessed at leisure by who listens. */
const apop = (conversation: Conversation, timestamp: string): OwnSignIn => ({
  mechanism: "APOP",
  choice: "apop",
  run: ({ secret, user }) => {
    const digest = Hex.encode(Digest.md5.implementation!(encoder.encode(timestamp + Redacted.value(secret))))
    const line: Outgoing = [`APOP ${user} `, { secret: Redacted.make(digest), mask: "‹secret›" }]
    return Effect.map(command(conversation, "auth", line, "the reply to APOP"), answerOf)
  }
})

const keywordsOf = (lines: ReadonlyArray<string>): Offer["keywords"] =>
  lines.flatMap((line) => {
    const [keyword = "", ...params] = line.trim().split(/ +/)
    return keyword === "" ? [] : [{ keyword: keyword.toUpperCase(), params }]
  })

/**
 * POP3.
 *
 * @category constants
 * @since 0.1.0
 */
export const pop3: Dialect = {
  name: "POP3",
  greeting: ({ session }, millis) =>
    session.exchange(undefined, decoder(session, false), millis).pipe(
      Effect.map((heard) => {
        const answer = answerOf(heard)
        if (answer._tag !== "Accepted") {
          return answer._tag === "Refused" ? answer : { _tag: "Foreign" as const, line: `+ ${heard.text}` }
        }
        const timestamp = Reply.timestampOf(heard.text)
        const facts = { text: heard.text, ...(timestamp === undefined ? {} : { timestamp }) }
        return { _tag: "Welcome" as const, facts }
      }),
      Effect.catchIf(
        (error) => error._tag === "Unreadable" && error.problem === "no-status",
        (error) => Effect.succeed({ _tag: "Foreign" as const, line: (error as Unreadable).line })
      )
    ),
  offer: Effect.fnUntraced(function*(conversation) {
    const heard = yield* command(conversation, "capability", ["CAPA"], "the reply to CAPA", true)
    // RFC 2449 section 5: a server without extensions does not know the command. What it can is then to be tried.
    if (heard.status === "-ERR" && heard.code === undefined) {
      return { _tag: "Offered" as const, source: "none" as const, keywords: [], starttls: false, auth: [], login: true }
    }
    const answer = answerOf(heard)
    if (answer._tag === "Refused" || answer._tag === "Misplaced") return answer
    const keywords = keywordsOf(heard.lines)
    return {
      _tag: "Offered" as const,
      source: "command" as const,
      keywords,
      starttls: keywords.some(({ keyword }) => keyword === "STLS"),
      auth: keywords.flatMap(({ keyword, params }) =>
        keyword === "SASL" ? params.map((name) => name.toUpperCase()) : []
      ),
      login: keywords.some(({ keyword }) => keyword === "USER")
    }
  }),
  startTls: { command: "STLS", ask: asking("STLS", "starttls") },
  isTlsBroken: () => false,
  sasl: (conversation, _, mechanism) => ({
    framing: {
      // RFC 5034 section 4: an empty initial response is written as an equals sign.
      begin: (name, initial, isEmpty) =>
        initial === undefined ? [`AUTH ${name}`] : [`AUTH ${name} `, isEmpty ? "=" : initial],
      // Exchange Online takes XOAUTH2 in two lines only, and every server takes two.
      rides: (name, initial) =>
        name !== "XOAUTH2" && `AUTH ${name} ${Redacted.value(initial)}\r\n`.length <= maxCommandOctets,
      respond: (response) => [response],
      cancel: ["*"],
      challengeOf,
      acceptanceOf
    },
    say: (line) =>
      Effect.map(
        command(conversation, "auth", line, `the reply to AUTH ${mechanism}`),
        (heard): Answer => heard.status === "+" ? { _tag: "Challenged", challenge: heard.challenge } : answerOf(heard)
      )
  }),
  own: (conversation, offered, greeting) => {
    const { isEncrypted } = conversation.session
    // Without CAPA nothing says what is offered; USER is what every such server has.
    const plain = offered.keywords.length === 0 || offered.keywords.some(({ keyword }) => keyword === "USER")
      ? [userAndPass(conversation)]
      : []
    const proof = greeting?.timestamp === undefined ? [] : [apop(conversation, greeting.timestamp)]
    // A timestamp alone does not say that the server keeps the password in a form that APOP needs.
    return isEncrypted() ? [...plain, ...proof] : [...proof, ...plain]
  },
  transfer: undefined,
  farewell: {
    line: "QUIT",
    phase: "quit",
    ask: asking("QUIT", "quit"),
    isLast: (line) => /^(?:\+OK|-ERR)\b/i.test(line)
  }
}
