/**
 * SMTP and LMTP in the phases that mail protocols share: RFC 5321, RFC 2033, RFC 3207, RFC 4954.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import * as Command from "@sonde/wire/smtp/Command"
import * as Reply from "@sonde/wire/smtp/Reply"
import * as Effect from "effect/Effect"
import { ask, type Asked, travelling } from "../Ask.ts"
import type { Conversation } from "../Conversation.ts"
import type { Framing } from "../Sasl.ts"
import type { Answer, Dialect } from "./Dialect.ts"

type Unaccepted = Exclude<Answer, { readonly _tag: "Accepted" | "Challenged" }>

const misplaced = (reply: Reply.SmtpReply): Unaccepted => ({
  _tag: "Misplaced",
  reply: travelling(reply),
  said: [reply.code, reply.enhanced, reply.text.replaceAll("\n", " ")].filter((part) =>
    part !== undefined && part !== ""
  )
    .join(" ")
})

/** RFC 5321 section 4.2.1: 4yz may succeed later, 5yz will not. */
const unaccepted = (reply: Reply.SmtpReply): Unaccepted =>
  reply.code >= 400
    ? { _tag: "Refused", reply: travelling(reply), isTemporary: reply.code < 500 ? "always" : false }
    : misplaced(reply)

const answered = (accepts: (code: number) => boolean) => (reply: Asked): Answer =>
  accepts(reply.code) ? { _tag: "Accepted", text: reply.text } : unaccepted(reply)

const asking = (command: string, phase: PhaseId, accepts: (code: number) => boolean) => (conversation: Conversation) =>
  Effect.map(ask(conversation, phase, [command], `the reply to ${command}`), answered(accepts))

/** The challenge in an answer to a sign-in. */
export const challengeOf = (answer: Answer): string | undefined =>
  answer._tag === "Challenged" ? answer.challenge : undefined

/** The acceptance in an answer to a sign-in. */
export const acceptanceOf = (answer: Answer): { readonly data: string | undefined } | undefined =>
  answer._tag === "Accepted" ? { data: answer.data } : undefined

/**
 * `AUTH`, 334, 235 (RFC 4954 section 4). There is no room for data with a success.
 *
 * @category constants
 * @since 0.1.0
 */
export const framing: Framing<Answer> = {
  // RFC 4954 section 4: an empty initial response is written as an equals sign.
  begin: (mechanism, initial, isEmpty) =>
    initial === undefined ? [`AUTH ${mechanism}`] : [`AUTH ${mechanism} `, isEmpty ? "=" : initial],
  rides: Command.initialResponseFits,
  respond: (response) => [response],
  cancel: [Command.authCancel],
  challengeOf,
  acceptanceOf
}

/**
 * SMTP.
 *
 * @category constants
 * @since 0.1.0
 */
export const smtp: Dialect = {
  name: "SMTP",
  greeting: (conversation, millis) =>
    conversation.session.exchange(undefined, Reply.decoder(), millis).pipe(
      Effect.map((reply) => {
        if (reply.code !== 220) return unaccepted(reply)
        const host = /^\S+/.exec(reply.text)?.[0]
        const facts = { code: reply.code, ...(host === undefined ? {} : { host }), text: reply.text }
        return { _tag: "Welcome" as const, facts }
      }),
      Effect.catchIf(
        (error) => error._tag === "SmtpReplyError" && error.problem === "no-code" && !/^\d{3}/.test(error.line),
        (error) => Effect.succeed({ _tag: "Foreign" as const, line: (error as Reply.SmtpReplyError).line })
      )
    ),
  offer: () => Effect.die(new Error("SMTP tells what it offers in the phase ehlo")),
  startTls: { command: Command.starttls, ask: asking(Command.starttls, "starttls", (code) => code === 220) },
  // RFC 3207 section 4: 454 is the reply of a server that offers TLS and cannot do it.
  isTlsBroken: (reply) => reply.code === 454,
  sasl: (conversation, _, mechanism) => ({
    framing,
    say: (line) =>
      Effect.map(
        ask(conversation, "auth", line, `the reply to AUTH ${mechanism}`),
        (reply) =>
          reply.code === 334
            ? { _tag: "Challenged", challenge: reply.challenge ?? reply.text }
            : answered((code) => code === 235)(reply)
      )
  }),
  own: () => [],
  farewell: {
    line: Command.quit,
    phase: "quit",
    ask: asking(Command.quit, "quit", (code) => code >= 200 && code < 300),
    isLast: (line) => /^(?:221|421)(?: |$)/.test(line)
  },
  transfer: { hello: Command.ehlo, helloWithout: Command.helo, answers: "message" }
}

/**
 * LMTP: LHLO takes the place of EHLO and nothing that of HELO (RFC 2033 section 4.1), and the end of a message is answered for each
 * recipient that was accepted, in their order (RFC 2033 section 4.2).
 *
 * @category constants
 * @since 0.1.0
 */
export const lmtp: Dialect = {
  ...smtp,
  name: "LMTP",
  transfer: { hello: Command.lhlo, helloWithout: undefined, answers: "recipient" }
}
