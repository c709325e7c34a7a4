/**
 * Introduces us and reads what the server offers: `specs/ehlo.md`.
 *
 * RFC 5321 section 4.1.1.1, RFC 2033 section 4.1. Falls back to HELO where EHLO is not known (RFC 5321 section 3.2). Changes nothing
 * on the server but the state of the session.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  type PhaseTimeout,
  ProtocolError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { EhloFacts } from "@sonde/domain/Facts"
import * as Capability from "@sonde/wire/smtp/Capability"
import type { CommandError } from "@sonde/wire/smtp/Command"
import type { SmtpReply } from "@sonde/wire/smtp/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ask, at, refused, unexpected } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { transferOf } from "./dialects/Dialects.ts"
import * as Phase from "./Phase.ts"

/**
 * `name` is what we call ourselves, already valid for the command; `before` is the answer before TLS, to compare.
 *
 * @category models
 * @since 0.1.0
 */
export interface EhloInput {
  readonly conversation: Conversation
  readonly name: string
  readonly before?: EhloFacts | undefined
}

/** @category errors @since 0.1.0 */
export type EhloFailure = ProtocolError | ConnectionLost | PhaseTimeout | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "ehlo",
  version: 1,
  resume: { rule: "reacquire" },
  facts: EhloFacts
})

/**
 * The name to use where none was given: the address literal of our end of the connection
 * (RFC 5321 section 4.1.4).
 *
 * @category combinators
 * @since 0.1.0
 */
export const addressLiteral = (localAddress: string): string => {
  const plain = localAddress.replace(/^::ffff:/i, "").replace(/%.*$/, "")
  return plain.includes(":") ? `[IPv6:${plain}]` : `[${plain === "" ? "127.0.0.1" : plain}]`
}

const facts = (name: string, set: Capability.CapabilitySet, before: EhloFacts | undefined): EhloFacts => {
  const size = Capability.size(set)
  const compared = before === undefined ? undefined : Capability.compare({ ...before, greet: "" }, set)
  return {
    name,
    domain: set.domain,
    keywords: set.keywords.map(({ keyword, params }) => ({ keyword, params })),
    starttls: Capability.has(set, "STARTTLS"),
    auth: Capability.authMechanisms(set),
    ...(size === undefined ? {} : { size }),
    ...(compared === undefined ? {} : compared)
  }
}

/**
 * Introduces us and reads what the server offers.
 *
 * @category services
 * @since 0.1.0
 */
export class Ehlo extends Context.Service<Ehlo, Phase.Phase<"ehlo", EhloInput, EhloFacts, EhloFacts, EhloFailure>>()(
  "@sonde/phases/Ehlo"
) {
  static readonly layer = Layer.sync(Ehlo, () => {
    const say = Effect.fnUntraced(
      function*(conversation: Conversation, command: Result.Result<string, CommandError>) {
        // The name was checked when the run was planned, so that a bad one is an error of usage and not of the peer.
        const line = Result.getOrThrow(command)
        return yield* ask(conversation, "ehlo", [line], `the reply to ${line.slice(0, 4)}`)
      }
    )

    const read = (input: EhloInput, reply: SmtpReply) =>
      Effect.mapError(
        Effect.fromResult(Capability.fromReply(reply)),
        () =>
          new ProtocolError({
            ...at(input.conversation, "ehlo"),
            reason: "ReplyTooLong",
            message: `${format(input.conversation.endpoint)} offers more capabilities than any real server does`
          })
      )

    const run = Effect.fnUntraced(function*(input: EhloInput) {
      const { conversation } = input
      const { hello, helloWithout } = transferOf(conversation)
      const reply = yield* say(conversation, hello(input.name))
      if (reply.code === 250) return facts(input.name, yield* read(input, reply), input.before)
      // RFC 5321 section 4.2.4: 500 and 502 say that the command is not known.
      if (helloWithout !== undefined && (reply.code === 500 || reply.code === 502)) {
        const plain = yield* say(conversation, helloWithout(input.name))
        if (plain.code === 250) {
          return facts(
            input.name,
            { domain: /^\S*/.exec(plain.text)?.[0] ?? "", greet: "", keywords: [] },
            input.before
          )
        }
        return yield* refused(conversation, "ehlo", plain, () => unexpected(conversation, "ehlo", plain, "HELO"))
      }
      return yield* refused(
        conversation,
        "ehlo",
        reply,
        () => unexpected(conversation, "ehlo", reply, helloWithout === undefined ? "LHLO" : "EHLO")
      )
    })
    return Ehlo.of({ definition, run })
  })
}
