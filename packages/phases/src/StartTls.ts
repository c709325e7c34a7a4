/**
 * Asks the server to begin TLS: `specs/starttls.md`.
 *
 * RFC 3207 section 4, RFC 9051 section 6.2.1, RFC 2595 section 4, RFC 5804 section 2.2. The handshake itself is the phase `tls`.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  type PhaseTimeout,
  type ProtocolError,
  StartTlsError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { StartTlsFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { type Offer, saidBy } from "./dialects/Dialect.ts"
import { dialectOf } from "./dialects/Dialects.ts"
import * as Phase from "./Phase.ts"

/**
 * The conversation in clear, and what the server offered in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface StartTlsInput {
  readonly conversation: Conversation
  readonly offered: Offer
}

/** @category errors @since 0.1.0 */
export type StartTlsFailure =
  | StartTlsError
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "starttls",
  version: 1,
  resume: { rule: "reacquire" },
  facts: StartTlsFacts
})

/**
 * Whether a keyword is one that was overwritten: firewalls that inspect SMTP do so in place, with letters of the same number.
 *
 * @category guards
 * @since 0.1.0
 */
export const isOverwritten = (keyword: string): boolean => /^X{4,}[A-Z]?$/.test(keyword)

/**
 * Asks the server to begin TLS.
 *
 * @category services
 * @since 0.1.0
 */
export class StartTls extends Context.Service<
  StartTls,
  Phase.Phase<"starttls", StartTlsInput, StartTlsFacts, StartTlsFacts, StartTlsFailure>
>()("@sonde/phases/StartTls") {
  static readonly layer = Layer.sync(StartTls, () => {
    const run = Effect.fnUntraced(function*(input: StartTlsInput) {
      const { conversation, offered } = input
      const where = format(conversation.endpoint)
      const dialect = dialectOf(conversation)
      const { command } = dialect.startTls
      if (!offered.starttls) {
        const overwritten = offered.keywords.find(({ keyword }) => isOverwritten(keyword))
        return yield* new StartTlsError({
          ...at(conversation, "starttls"),
          reason: overwritten === undefined ? "NotOffered" : "Stripped",
          message: overwritten === undefined
            ? `${where} does not offer ${command}`
            : `${where} shows ${overwritten.keyword} where ${command} is expected: something on the way overwrites it`
        })
      }
      const answer = yield* dialect.startTls.ask(conversation)
      if (answer._tag === "Accepted") {
        const octets = conversation.session.unread()
        if (octets === 0) return { text: answer.text }
        // RFC 3207 section 6: what arrived in clear must not be taken for a part of the encrypted conversation.
        return yield* new StartTlsError({
          ...at(conversation, "starttls"),
          reason: "Injection",
          message:
            `${octets} octets in clear followed the reply to ${command} of ${where}: somebody may be injecting commands`
        })
      }
      const own = (seen: DomainReply.Reply) =>
        new StartTlsError({
          ...at(conversation, "starttls"),
          reason: "Refused",
          reply: seen,
          message: `${where} offers ${command} and refuses it with ${DomainReply.format(seen)}`
        })
      if (answer._tag !== "Refused") return yield* misplaced(conversation, "starttls", saidBy(answer), command)
      if (dialect.isTlsBroken(answer.reply)) return yield* own(answer.reply)
      return yield* turnedDown(conversation, "starttls", answer.reply, answer.isTemporary, own)
    })
    return StartTls.of({ definition, run })
  })
}
