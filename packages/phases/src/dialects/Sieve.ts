/**
 * ManageSieve in the phases that mail protocols share, and the exchange that its own phases use: RFC 5804.
 *
 * @since 0.1.0
 */
import type { Reply } from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import { masked, type Outgoing, type Part, unmasked } from "@sonde/net/Outgoing"
import type { LineDecoder, Session } from "@sonde/net/Session"
import * as Response from "@sonde/wire/sieve/Response"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type ExchangeError, translate, Unreadable } from "../Ask.ts"
import { type Conversation, remaining } from "../Conversation.ts"
import type { Answer, Dialect, Offer, Offered } from "./Dialect.ts"
import { acceptanceOf, challengeOf } from "./Smtp.ts"

/** A response with what masks it: nothing to do where no line of it had anything to mask. */
type Heard = Response.SieveResponse & { readonly scrub: (text: string) => string }

type Ended = Extract<Heard, { readonly _tag: "Ended" }>

const asItIs = (text: string): string => text

const decoder = (session: Session, isChallenge: boolean): LineDecoder<Heard, Unreadable> => {
  const response = Response.decoder(isChallenge)
  // A line was looked through already; only what is undone in a quoted string is new.
  let isSuspect = false
  return {
    push: (line, raw, framed) => {
      isSuspect ||= line !== raw || raw.includes("\\")
      const read = response.push({ text: raw, ...framed })
      if (Result.isFailure(read)) {
        const { problem } = read.failure
        return Result.fail(
          new Unreadable({
            reason: problem === "no-response" || problem === "unframed" ? "MalformedReply" : "ReplyTooLong",
            problem,
            line: session.scrub(read.failure.line)
          })
        )
      }
      return Result.succeed(
        read.success === undefined ? undefined : { ...read.success, scrub: isSuspect ? session.scrub : asItIs }
      )
    }
  }
}

const exchange = (
  conversation: Conversation,
  phase: PhaseId,
  line: Outgoing | undefined,
  awaited: string,
  isChallenge: boolean
): Effect.Effect<Heard, ExchangeError> =>
  Effect.flatMap(remaining("phaseMillis"), (millis) =>
    Effect.mapError(
      conversation.session.exchange(line, decoder(conversation.session, isChallenge), millis),
      translate(conversation, phase, awaited)
    ))

/**
 * Sends a command and hears the response.
 *
 * @category combinators
 * @since 0.1.0
 */
export const command = (
  conversation: Conversation,
  phase: PhaseId,
  name: string
): Effect.Effect<Ended, ExchangeError> =>
  Effect.map(
    exchange(conversation, phase, [name], `the response to ${name}`, false),
    // A challenge is not looked for, so this is the end of the command.
    (response) => response as Ended
  )

/**
 * A response as an answer, masked.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerOf = ({ ending, scrub }: Ended): Answer => {
  const text = scrub(ending.text)
  if (ending.status === "OK") return { _tag: "Accepted", text, data: ending.code === "SASL" ? ending.data : undefined }
  const reply: Reply = {
    status: ending.status,
    ...(ending.code === undefined ? {} : { code: scrub(ending.code) }),
    text
  }
  const detail = ending.code === "REFERRAL" && ending.data !== undefined
    ? `it names ${scrub(ending.data)}, which was not asked`
    : undefined
  // A server that says farewell unasked ends this conversation and says nothing of the next, unless it names another.
  const isTemporary = Response.isTemporary(ending.code) || ending.status === "BYE" && ending.code === undefined
  return { _tag: "Refused", reply, isTemporary, detail }
}

const asking = (name: string, phase: PhaseId) => (conversation: Conversation) =>
  Effect.map(command(conversation, phase, name), answerOf)

const keywordsOf = ({ rows, scrub }: Ended): Offer["keywords"] =>
  rows.flatMap(({ strings: [name = "", value = ""] }) =>
    name === "" ? [] : [{
      keyword: scrub(name.toUpperCase()),
      params: value.split(" ").filter((word) => word !== "").map(scrub)
    }]
  )

const offered = (keywords: Offer["keywords"], source: Offered["source"]): Offered => ({
  _tag: "Offered",
  source,
  keywords,
  starttls: keywords.some(({ keyword }) => keyword === "STARTTLS"),
  auth: keywords.flatMap(({ keyword, params }) => keyword === "SASL" ? params.map((name) => name.toUpperCase()) : []),
  login: false
})

/** How long a server that must tell its offer again after TLS is waited for, before it is asked. */
const reissueMillis = 2000

const encoder = new TextEncoder()

const lengthOf = (part: Part): number => encoder.encode(unmasked([part])).length

/** A string as it goes over the wire: a long one is a literal that is not waited for (RFC 5804 section 4). */
const stringOf = (part: Part): { readonly before: Outgoing; readonly line: Outgoing } =>
  Response.fitsQuoted(unmasked([part]))
    ? { before: [], line: ["\"", part, "\""] }
    : { before: [{ secret: Redacted.make(`{${lengthOf(part)}+}`), mask: "{…+}" }], line: [part] }

/**
 * ManageSieve.
 *
 * @category constants
 * @since 0.1.0
 */
export const sieve: Dialect = {
  name: "ManageSieve",
  greeting: ({ session }, millis) =>
    session.exchange(undefined, decoder(session, false), millis).pipe(
      Effect.map((response) => {
        const ended = response as Ended
        const answer = answerOf(ended)
        if (answer._tag !== "Accepted") return answer as Exclude<Answer, { readonly _tag: "Accepted" | "Challenged" }>
        return { _tag: "Welcome" as const, facts: { text: answer.text, capabilities: keywordsOf(ended) } }
      }),
      Effect.catchIf(
        (error) => error._tag === "Unreadable" && error.problem === "no-response",
        (error) => Effect.succeed({ _tag: "Foreign" as const, line: (error as Unreadable).line })
      )
    ),
  offer: Effect.fnUntraced(function*(conversation, greeting, isAfterTls) {
    const { session } = conversation
    if (!isAfterTls && greeting.capabilities !== undefined) return offered(greeting.capabilities, "greeting")
    if (isAfterTls) {
      // RFC 5804 section 2.2: the server tells its offer again, unasked. Some do not, and are asked.
      const millis = Math.min(reissueMillis, (yield* remaining("phaseMillis")) / 2)
      const told = yield* session.exchange(undefined, decoder(session, false), millis).pipe(
        Effect.catchIf((error) => error._tag === "SessionTimeout", () => Effect.succeed(undefined)),
        Effect.mapError(translate(conversation, "capability", "the offer after TLS"))
      )
      if (told !== undefined) {
        const answer = answerOf(told as Ended)
        if (answer._tag === "Refused" || answer._tag === "Misplaced") return answer
        return offered(keywordsOf(told as Ended), "reissued")
      }
    }
    const ended = yield* command(conversation, "capability", "CAPABILITY")
    const answer = answerOf(ended)
    return answer._tag === "Refused" || answer._tag === "Misplaced"
      ? answer
      : offered(keywordsOf(ended), "command")
  }),
  startTls: { command: "STARTTLS", ask: asking("STARTTLS", "starttls") },
  isTlsBroken: () => false,
  sasl: (conversation, _, mechanism) => ({
    framing: {
      begin: (name, initial) =>
        initial === undefined ? [`AUTHENTICATE "${name}"`] : [`AUTHENTICATE "${name}" `, initial],
      // RFC 5804 section 2.1: the initial response is a string, which may be empty.
      rides: () => true,
      respond: (response) => [response],
      cancel: ["*"],
      challengeOf,
      acceptanceOf
    },
    say: Effect.fnUntraced(function*(line) {
      const last = line.at(-1)!
      const isBegin = typeof line[0] === "string" && line[0].startsWith("AUTHENTICATE")
      const bare = isBegin && line.length === 1
      const { before, line: end } = bare ? { before: [], line } : stringOf(last)
      const head = bare || !isBegin ? [] : line.slice(0, -1)
      const announced = [...head, ...before]
      const awaited = `the response to AUTHENTICATE ${mechanism}`
      if (before.length > 0) {
        const millis = yield* remaining("phaseMillis")
        const octets = encoder.encode(`${unmasked(announced)}\r\n`)
        yield* Effect.mapError(
          conversation.session.write(octets, masked(announced), millis),
          translate(conversation, "auth", awaited)
        )
      }
      const response = yield* exchange(conversation, "auth", before.length > 0 ? end : [...head, ...end], awaited, true)
      const answer: Answer = response._tag === "Challenge"
        ? { _tag: "Challenged", challenge: response.text }
        : answerOf(response)
      return answer
    })
  }),
  own: () => [],
  transfer: undefined,
  farewell: {
    line: "LOGOUT",
    phase: "logout",
    ask: asking("LOGOUT", "logout"),
    isLast: (line) => /^(?:OK|BYE)\b/i.test(line)
  }
}
