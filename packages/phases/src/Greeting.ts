/**
 * Reads the greeting: `specs/greeting.md`.
 *
 * RFC 5321 section 3.1 and section 4.3.1, RFC 9051 section 7.1, RFC 1939 section 4, RFC 5804 section 1.7. Sends nothing. Where the port stays silent, one further connection tries
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
  ProtocolError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { GreetingFacts, type ResolveFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import { Dialer } from "@sonde/net/Dialer"
import type { Recorder } from "@sonde/net/Recorder"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, misplaced, translate, turnedDown } from "./Ask.ts"
import { request } from "./Connect.ts"
import { type Conversation, remaining } from "./Conversation.ts"
import { dialectOf } from "./dialects/Dialects.ts"
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

const rejected = (conversation: Conversation, reply: DomainReply.Reply) =>
  new GreetingError({
    ...at(conversation, "greeting"),
    reason: "Rejected",
    reply,
    message: `${format(conversation.endpoint)} turned the connection away with ${DomainReply.format(reply)}`
  })

const notThisProtocol = (conversation: Conversation, line: string, name: string) =>
  new GreetingError({
    ...at(conversation, "greeting"),
    reason: "NotThisProtocol",
    message: `${format(conversation.endpoint)} greeted with ${JSON.stringify(line)}, which is not ${name}`
  })

const preAuth = (conversation: Conversation, text: string) =>
  new ProtocolError({
    ...at(conversation, "greeting"),
    reason: "PreAuth",
    message: `${format(conversation.endpoint)} calls us signed in before anybody signed in (PREAUTH${
      text === "" ? "" : ` ${text}`
    }): STARTTLS and sign-in are not possible then`
  })

/** How long the greeting took; in milliseconds, as finely as the clock tells. */
const timesOf = ({ conversation, recorder }: GreetingInput): Partial<GreetingFacts> => {
  const time = recorder.times().findLast(({ command, service }) => command === "" && service === conversation.service)
  return time === undefined
    ? {}
    : { firstOctetMillis: Math.round(time.waitMillis), wholeMillis: Math.round(time.wholeMillis) }
}

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

      const silent = Effect.fnUntraced(function*(input: GreetingInput, timeout: PhaseTimeout, octets: number) {
        const { conversation } = input
        const where = format(conversation.endpoint)
        const millis = Math.min(yield* remaining("phaseMillis"), 5000)
        // A port that has said anything in clear does not begin with TLS.
        const mismatch = octets === 0 && !conversation.session.isEncrypted() &&
          (yield* beginsWithTls(dialer, input, millis))
        return yield* new GreetingError({
          ...at(conversation, "greeting"),
          reason: mismatch ? "TlsExpected" : "Silent",
          message: mismatch
            ? `${where} waits for TLS: it completed a handshake and gives no greeting in clear`
            : `${where} accepted the connection and sent ${
              octets === 0 ? "no greeting" : `only ${octets} octets of a greeting`
            } within ${timeout.afterMillis / 1000} s`
        })
      })

      const run = Effect.fnUntraced(function*(input: GreetingInput) {
        const { conversation } = input
        const timeoutMillis = yield* remaining("phaseMillis")
        const dialect = dialectOf(conversation)
        const greeted = yield* dialect.greeting(conversation, timeoutMillis).pipe(
          Effect.catch((error): Effect.Effect<never, GreetingFailure> => {
            const translated = translate(conversation, "greeting", "the greeting")(error)
            return translated._tag === "PhaseTimeout"
              ? silent(input, translated, error._tag === "SessionTimeout" ? error.bytes : 0)
              : Effect.fail(translated)
          })
        )
        switch (greeted._tag) {
          case "Welcome":
            return { ...greeted.facts, ...timesOf(input) }
          case "Foreign":
            return yield* notThisProtocol(conversation, greeted.line, dialect.name)
          case "PreAuth":
            return yield* preAuth(conversation, greeted.text)
          // RFC 5321 section 3.1: 554 instead of 220 when there is no SMTP service for this client.
          case "Refused":
            return yield* turnedDown(
              conversation,
              "greeting",
              greeted.reply,
              greeted.isTemporary,
              (seen) => rejected(conversation, seen)
            )
          case "Misplaced":
            return yield* misplaced(conversation, "greeting", greeted, "the connection")
        }
      })
      return Greeting.of({ definition, run })
    })
  )
}
