/**
 * Asks the server to begin TLS: `specs/starttls.md`.
 *
 * RFC 3207 section 4. The handshake itself is the phase `tls`.
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
import { type EhloFacts, StartTlsFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import * as Command from "@sonde/wire/smtp/Command"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ask, at, refused, travelling, unexpected } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import * as Phase from "./Phase.ts"

/**
 * The conversation in clear, and what the server offered in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface StartTlsInput {
  readonly conversation: Conversation
  readonly offered: EhloFacts
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

/** Firewalls that inspect SMTP overwrite the keyword in place, with letters of the same number. */
const isOverwritten = (keyword: string): boolean => /^X{4,}[A-Z]?$/.test(keyword)

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
      if (!offered.starttls) {
        const overwritten = offered.keywords.find(({ keyword }) => isOverwritten(keyword))
        return yield* new StartTlsError({
          ...at(conversation, "starttls"),
          reason: overwritten === undefined ? "NotOffered" : "Stripped",
          message: overwritten === undefined
            ? `${where} does not offer STARTTLS`
            : `${where} shows ${overwritten.keyword} where STARTTLS is expected: something on the way overwrites it`
        })
      }
      const reply = yield* ask(conversation, "starttls", [Command.starttls], "the reply to STARTTLS")
      if (reply.code === 220) {
        const octets = conversation.session.unread()
        if (octets === 0) return { text: reply.text }
        // RFC 3207 section 6: what arrived in clear must not be taken for a part of the encrypted conversation.
        return yield* new StartTlsError({
          ...at(conversation, "starttls"),
          reason: "Injection",
          message:
            `${octets} octets in clear followed the reply to STARTTLS of ${where}: somebody may be injecting commands`
        })
      }
      const own = (seen: DomainReply.CodeReply) =>
        new StartTlsError({
          ...at(conversation, "starttls"),
          reason: "Refused",
          reply: seen,
          message: `${where} offers STARTTLS and refuses it with ${DomainReply.format(seen)}`
        })
      // RFC 3207 section 4: 454 is the reply of a server that offers TLS and cannot do it.
      if (reply.code === 454) return yield* own(travelling(reply))
      if (reply.code >= 400) return yield* refused(conversation, "starttls", reply, own)
      return yield* unexpected(conversation, "starttls", reply, "STARTTLS")
    })
    return StartTls.of({ definition, run })
  })
}
