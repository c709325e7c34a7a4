/**
 * IMAP in the phases that mail protocols share, and the exchange that its own phases use: RFC 9051, RFC 3501, RFC 4959.
 *
 * @since 0.1.0
 */
import type { GreetingFacts } from "@sonde/domain/Facts"
import type { Reply } from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { LineDecoder, Session } from "@sonde/net/Session"
import * as Capability from "@sonde/wire/imap/Capability"
import * as Code from "@sonde/wire/imap/Code"
import * as Command from "@sonde/wire/imap/Command"
import * as Response from "@sonde/wire/imap/Response"
import * as Limits from "@sonde/wire/Limits"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type ExchangeError, translate, Unreadable } from "../Ask.ts"
import { type Conversation, remaining } from "../Conversation.ts"
import type { Answer, Dialect, Offer, OwnSignIn } from "./Dialect.ts"
import { acceptanceOf, challengeOf } from "./Smtp.ts"

type Said = Extract<Response.Response, { readonly _tag: "Tagged" | "Status" }>
type Last = Exclude<Response.Response, { readonly _tag: "Untagged" }>

/**
 * What a server said to a command: the response that ended it, and those before it. Nothing of it is masked: text that leaves a
 * phase goes through `scrub`, which costs nothing where no line of it had anything to mask.
 *
 * @category models
 * @since 0.1.0
 */
export interface Heard {
  readonly last: Last
  readonly before: ReadonlyArray<Response.Response>
  readonly scrub: (text: string) => string
}

const asItIs = (text: string): string => text

const tooLong = ["too-long", "literal-too-long", "too-deep"]

const unreadable = (session: Session, { line, problem }: Response.ResponseError): Unreadable =>
  new Unreadable({
    reason: tooLong.includes(problem) ? "ReplyTooLong" : "MalformedReply",
    problem,
    line: session.scrub(line)
  })

/** Whether a response ends a command: of what comes unasked only a farewell does. Without a tag any status is the end. */
const isEnding = (found: Last, tag: string | undefined, isLeaving: boolean): boolean =>
  found._tag !== "Status" || tag === undefined || found.status === "BYE" && !isLeaving

/**
 * Reads responses up to the one that ends a command: that with its tag, a request to go on, or a farewell that nobody asked for.
 * Without a tag the first status is the end.
 */
const decoder = (session: Session, tag: string | undefined, isLeaving: boolean): LineDecoder<Heard, Unreadable> => {
  const before: Array<Response.Response> = []
  let response = Response.decoder()
  // Looking for a secret costs more than reading: a line was looked through already, and only what is undone in a quoted string
  // is new.
  let isSuspect = false
  return {
    push: (line, raw, framed) => {
      isSuspect ||= line !== raw || raw.includes("\\")
      const read = response.push({ text: raw, ...framed })
      if (Result.isFailure(read)) return Result.fail(unreadable(session, read.failure))
      const found = read.success
      if (found === undefined) return Result.succeed(undefined)
      if (found._tag !== "Untagged" && isEnding(found, tag, isLeaving)) {
        if (found._tag !== "Tagged" || found.tag === tag) {
          return Result.succeed({ last: found, before, scrub: isSuspect ? session.scrub : asItIs })
        }
        return Result.fail(
          new Unreadable({ reason: "MalformedReply", problem: "unknown-tag", line: session.scrub(raw) })
        )
      }
      if (before.length === Limits.maxResponses) {
        return Result.fail(new Unreadable({ reason: "ReplyTooLong", problem: "too-many-responses", line: "" }))
      }
      before.push(found)
      response = Response.decoder()
      return Result.succeed(undefined)
    }
  }
}

/** How many commands a session has had: tags are told apart by it. */
const counts = new WeakMap<Session, number>()

const nextTag = (session: Session): string => {
  const count = (counts.get(session) ?? 0) + 1
  counts.set(session, count)
  return `A${count}`
}

/** Writes a line of a command that has begun, and reads on. */
const exchange = (
  conversation: Conversation,
  phase: PhaseId,
  tag: string | undefined,
  line: Outgoing | undefined,
  awaited: string
): Effect.Effect<Heard, ExchangeError> =>
  Effect.flatMap(remaining("phaseMillis"), (millis) =>
    Effect.mapError(
      conversation.session.exchange(line, decoder(conversation.session, tag, phase === "logout"), millis),
      translate(conversation, phase, awaited)
    ))

/**
 * Sends a command and hears the answer. Before each literal the server is waited for (RFC 9051 section 4.3).
 *
 * @category combinators
 * @since 0.1.0
 */
export const command = Effect.fnUntraced(function*(
  conversation: Conversation,
  phase: PhaseId,
  name: string,
  args: ReadonlyArray<Command.Argument> = []
): Effect.fn.Return<Heard, ExchangeError> {
  const tag = nextTag(conversation.session)
  const awaited = `the response to ${name}`
  // What cannot be written was refused when the run was planned.
  const lines = Result.getOrThrow(Command.lines(tag, name, args))
  const before: Array<Response.Response> = []
  let heard: Heard | undefined
  let scrub = asItIs
  for (const line of lines) {
    if (heard !== undefined && heard.last._tag !== "Continue") break
    heard = yield* exchange(conversation, phase, tag, line, awaited)
    before.push(...heard.before)
    if (heard.scrub !== asItIs) scrub = heard.scrub
  }
  return { last: heard!.last, before, scrub }
})

/** The words of a status for people and for the knowledge, masked. */
const replyOf = (scrub: Heard["scrub"], { code, status, text }: Said): Reply | undefined =>
  status === "OK" || status === "PREAUTH" ? undefined : {
    status,
    ...(code === undefined ? {} : { code: scrub(code.name) }),
    text: scrub(text)
  }

/** What a server wants people to read (RFC 9051 section 7.1, ALERT), masked. */
export const alertsOf = ({ before, last, scrub }: Heard): ReadonlyArray<string> =>
  [...before, last].flatMap((response) =>
    (response._tag === "Status" || response._tag === "Tagged") && response.code?.name === "ALERT"
      ? [scrub(response.text)]
      : []
  )

/** The offer in what was heard, newest last, as a response or as a code. */
const offerIn = ({ before, last }: Heard): Capability.Capabilities | undefined =>
  [...before, last].flatMap((response) => {
    if (response._tag === "Untagged") {
      return response.name === "CAPABILITY"
        ? [Capability.fromValues(response.values)]
        : []
    }
    if (response._tag === "Continue" || response.code?.name !== "CAPABILITY") return []
    return [Capability.fromText(response.code.args ?? "")]
  }).at(-1)

/** A server that says farewell unasked ends this conversation and says nothing of the next, unless its code does. */
const isTemporary = ({ code, status }: Said): boolean =>
  Code.isTemporary(code?.name) || status === "BYE" && (code === undefined || !Code.isKnown(code.name))

type Unaccepted = Exclude<Answer, { readonly _tag: "Accepted" | "Challenged" }>

const unaccepted = ({ last, scrub }: Heard): Unaccepted => {
  if (last._tag === "Continue") return { _tag: "Misplaced", reply: undefined, said: scrub(`+ ${last.text}`) }
  const reply = replyOf(scrub, last)
  if (reply === undefined) return { _tag: "Misplaced", reply, said: scrub(`${last.status} ${last.text}`) }
  const detail = last.code?.name === "REFERRAL" && last.code.args !== undefined
    ? `it names ${scrub(last.code.args)}, which was not asked`
    : undefined
  return { _tag: "Refused", reply, isTemporary: isTemporary(last), detail }
}

/**
 * What was heard as an answer to a command.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerOf = (heard: Heard): Answer => {
  const { last, scrub } = heard
  if (last._tag !== "Tagged" || last.status !== "OK") return unaccepted(heard)
  return { _tag: "Accepted", text: scrub(last.text), notes: alertsOf(heard), offer: offerIn(heard)?.map(scrub) }
}

const keywordsOf = (scrub: Heard["scrub"], offer: Capability.Capabilities): Offer["keywords"] =>
  offer.map((name) => ({ keyword: scrub(name), params: [] }))

const greetingFacts = (scrub: Heard["scrub"], said: Said): GreetingFacts => {
  const offer = said.code?.name === "CAPABILITY" ? Capability.fromText(said.code.args ?? "") : undefined
  return {
    text: scrub(said.text),
    ...(offer === undefined ? {} : { capabilities: keywordsOf(scrub, offer) })
  }
}

const login = (conversation: Conversation): OwnSignIn => ({
  mechanism: "LOGIN",
  choice: "login",
  run: ({ secret, user }) =>
    Effect.map(
      command(conversation, "auth", "LOGIN", [{ string: user }, { string: secret, mask: "‹secret›" }]),
      answerOf
    )
})

const has = ({ keywords }: Offer, name: string): boolean => keywords.some(({ keyword }) => keyword === name)

/**
 * IMAP.
 *
 * @category constants
 * @since 0.1.0
 */
export const imap: Dialect = {
  name: "IMAP",
  greeting: ({ session }, millis) =>
    session.exchange(undefined, decoder(session, undefined, false), millis).pipe(
      Effect.map((heard) => {
        const { last, scrub } = heard
        if (last._tag === "Continue") return { _tag: "Foreign" as const, line: scrub(`+ ${last.text}`) }
        if (last.status === "PREAUTH") return { _tag: "PreAuth" as const, text: scrub(last.text) }
        if (last.status === "OK") return { _tag: "Welcome" as const, facts: greetingFacts(scrub, last) }
        return unaccepted(heard)
      }),
      Effect.catchIf(
        (error) => error._tag === "Unreadable" && error.problem === "no-response",
        (error) => Effect.succeed({ _tag: "Foreign" as const, line: (error as Unreadable).line })
      )
    ),
  offer: Effect.fnUntraced(function*(conversation) {
    const heard = yield* command(conversation, "capability", "CAPABILITY")
    const offer = offerIn(heard)
    if (heard.last._tag !== "Tagged" || heard.last.status !== "OK") return unaccepted(heard)
    if (offer === undefined) {
      return { _tag: "Misplaced" as const, reply: undefined, said: "OK without a CAPABILITY response" }
    }
    return {
      _tag: "Offered" as const,
      source: "command" as const,
      keywords: keywordsOf(heard.scrub, offer),
      starttls: offer.includes("STARTTLS"),
      auth: Capability.mechanisms(offer).map(heard.scrub),
      login: Capability.allowsLogin(offer)
    }
  }),
  startTls: {
    command: "STARTTLS",
    ask: (conversation) => Effect.map(command(conversation, "starttls", "STARTTLS"), answerOf)
  },
  isTlsBroken: () => false,
  sasl: (conversation, offered, mechanism) => {
    const { session } = conversation
    const tag = nextTag(session)
    let hasBegun = false
    return {
      framing: {
        // RFC 4959 section 3: an empty initial response is written as an equals sign.
        begin: (name, initial, isEmpty) =>
          initial === undefined
            ? [`${tag} AUTHENTICATE ${name}`]
            : [`${tag} AUTHENTICATE ${name} `, isEmpty ? "=" : initial],
        rides: () => has(offered, "SASL-IR"),
        respond: (response) => [response],
        // RFC 9051 section 6.2.2.
        cancel: ["*"],
        challengeOf,
        acceptanceOf
      },
      say: (line) => {
        const awaited = hasBegun
          ? `the answer to AUTHENTICATE ${mechanism}`
          : `the response to AUTHENTICATE ${mechanism}`
        hasBegun = true
        return Effect.map(
          exchange(conversation, "auth", tag, line, awaited),
          (heard): Answer =>
            heard.last._tag === "Continue"
              ? { _tag: "Challenged", challenge: heard.last.text }
              : answerOf(heard)
        )
      }
    }
  },
  own: (conversation, offered) => has(offered, "LOGINDISABLED") ? [] : [login(conversation)],
  transfer: undefined,
  farewell: {
    line: "Z LOGOUT",
    phase: "logout",
    ask: (conversation) => Effect.map(command(conversation, "logout", "LOGOUT"), answerOf),
    isLast: (line) => /^\* BYE\b/i.test(line)
  }
}
