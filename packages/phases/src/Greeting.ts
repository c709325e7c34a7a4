/**
 * Reads the greeting: `specs/greeting.md`.
 *
 * RFC 5321 section 3.1 and section 4.3.1. Sends nothing. Where the port stays silent, one further connection tries
 * whether it begins with TLS (RFC 8314 section 3.3), so that a mismatch of port and TLS mode is proven and not
 * guessed.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  GreetingError,
  type PhaseTimeout,
  type ProtocolError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { GreetingFacts, type ResolveFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import { Dialer } from "@sonde/net/Dialer"
import type { Recorder } from "@sonde/net/Recorder"
import * as Reply from "@sonde/wire/smtp/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, refused, translate, unexpected } from "./Ask.ts"
import { request } from "./Connect.ts"
import { type Conversation, remaining } from "./Conversation.ts"
import * as Phase from "./Phase.ts"

/**
 * The conversation, and what a second connection would need.
 *
 * @category models
 * @since 0.1.0
 */
export interface GreetingInput {
  readonly conversation: Conversation
  readonly addresses: ResolveFacts
  readonly recorder: Recorder
  readonly ca?: string | undefined
}

/** @category errors @since 0.1.0 */
export type GreetingFailure = GreetingError | ProtocolError | ConnectionLost | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "greeting",
  version: 1,
  resume: { rule: "reacquire" },
  facts: GreetingFacts
})

const rejected = (conversation: Conversation, reply: DomainReply.CodeReply) =>
  new GreetingError({
    ...at(conversation, "greeting"),
    reason: "Rejected",
    reply,
    message: `${format(conversation.endpoint)} turned the connection away with ${DomainReply.format(reply)}`
  })

const notThisProtocol = (conversation: Conversation, line: string) =>
  new GreetingError({
    ...at(conversation, "greeting"),
    reason: "NotThisProtocol",
    message: `${format(conversation.endpoint)} greeted with ${JSON.stringify(line)}, which is not SMTP`
  })

/** Whether the port begins with TLS, tried on a connection of its own. */
const beginsWithTls = Effect.fnUntraced(function*(
  dialer: Dialer["Service"],
  input: GreetingInput,
  timeoutMillis: number
) {
  const { endpoint, service } = input.conversation
  input.recorder.record({
    service,
    dir: "=",
    tls: false,
    text: "no greeting: trying on a second connection whether the port begins with TLS"
  })
  const session = yield* dialer.connect(
    request({ service, endpoint, addresses: input.addresses, recorder: input.recorder, ca: input.ca }, timeoutMillis)
  )
  return yield* session.startTls({ serverName: endpoint.host, timeoutMillis })
}, (effect) => Effect.scoped(effect).pipe(Effect.as(true), Effect.orElseSucceed(() => false)))

/**
 * Reads the greeting.
 *
 * @category services
 * @since 0.1.0
 */
export class Greeting extends Context.Service<
  Greeting,
  Phase.Phase<"greeting", GreetingInput, GreetingFacts, GreetingFacts, GreetingFailure>
>()("@sonde/phases/Greeting") {
  static readonly layer = Layer.effect(
    Greeting,
    Effect.gen(function*() {
      const dialer = yield* Dialer

      const silent = Effect.fnUntraced(function*(input: GreetingInput, timeout: PhaseTimeout, begun: boolean) {
        const { conversation } = input
        const where = format(conversation.endpoint)
        const millis = Math.min(yield* remaining("phaseMillis"), 5000)
        // A port that has said anything in clear does not begin with TLS.
        const mismatch = !begun && !conversation.session.isEncrypted() && (yield* beginsWithTls(dialer, input, millis))
        return yield* new GreetingError({
          ...at(conversation, "greeting"),
          reason: mismatch ? "TlsExpected" : "Silent",
          message: mismatch
            ? `${where} waits for TLS: it completed a handshake and gives no greeting in clear`
            : `${where} accepted the connection and sent no greeting within ${timeout.afterMillis / 1000} s`
        })
      })

      const run = Effect.fnUntraced(function*(input: GreetingInput) {
        const { conversation } = input
        const timeoutMillis = yield* remaining("phaseMillis")
        const reply = yield* conversation.session.exchange(undefined, Reply.decoder(), timeoutMillis).pipe(
          Effect.catch((error): Effect.Effect<never, GreetingFailure> => {
            if (error._tag === "SmtpReplyError" && error.problem === "no-code" && !/^\d{3}/.test(error.line)) {
              return Effect.fail(notThisProtocol(conversation, error.line))
            }
            const translated = translate(conversation, "greeting", "the greeting")(error)
            return translated._tag === "PhaseTimeout"
              ? silent(input, translated, error._tag === "SessionTimeout" && error.bytes > 0)
              : Effect.fail(translated)
          })
        )
        if (reply.code === 220) {
          const host = /^\S+/.exec(reply.text)?.[0]
          return { code: reply.code, ...(host === undefined ? {} : { host }), text: reply.text }
        }
        // RFC 5321 section 3.1: 554 instead of 220 when there is no SMTP service for this client.
        if (reply.code >= 400) {
          return yield* refused(conversation, "greeting", reply, (seen) => rejected(conversation, seen))
        }
        return yield* unexpected(conversation, "greeting", reply, "the connection")
      })
      return Greeting.of({ definition, run })
    })
  )
}
