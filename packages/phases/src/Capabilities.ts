/**
 * Reads what a server of IMAP, POP3 or ManageSieve offers: `specs/capability.md`.
 *
 * RFC 9051 section 6.1.1, RFC 2449 section 5, RFC 5804 section 2.4. SMTP has the phase `ehlo` for it. Changes nothing on the server.
 *
 * @since 0.1.0
 */
import {
  type ConnectionLost,
  type PhaseTimeout,
  ProtocolError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { CapabilityFacts, type GreetingFacts } from "@sonde/domain/Facts"
import { format } from "@sonde/domain/Reply"
import * as Limits from "@sonde/wire/Limits"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, misplaced, turnedDown } from "./Ask.ts"
import type { Conversation } from "./Conversation.ts"
import { dialectOf } from "./dialects/Dialects.ts"
import * as Phase from "./Phase.ts"

/**
 * How the server greeted, which may have told its offer; `before` is the offer before TLS, to compare.
 *
 * @category models
 * @since 0.1.0
 */
export interface CapabilityInput {
  readonly conversation: Conversation
  readonly greeting: GreetingFacts
  readonly before?: CapabilityFacts | undefined
}

/** @category errors @since 0.1.0 */
export type CapabilityFailure = ProtocolError | ConnectionLost | PhaseTimeout | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "capability",
  version: 1,
  resume: { rule: "reacquire" },
  facts: CapabilityFacts
})

/** One entry of an offer with its parameters, as people compare it. */
const entries = ({ keywords }: Pick<CapabilityFacts, "keywords">): ReadonlyArray<string> =>
  keywords.map(({ keyword, params }) => [keyword, ...params].join(" "))

/**
 * Reads what the server offers.
 *
 * @category services
 * @since 0.1.0
 */
export class Capabilities extends Context.Service<
  Capabilities,
  Phase.Phase<"capability", CapabilityInput, CapabilityFacts, CapabilityFacts, CapabilityFailure>
>()("@sonde/phases/Capabilities") {
  static readonly layer = Layer.sync(Capabilities, () => {
    const run = Effect.fnUntraced(function*({ before, conversation, greeting }: CapabilityInput) {
      const found = yield* dialectOf(conversation).offer(conversation, greeting, before !== undefined)
      if (found._tag === "Misplaced") {
        return yield* misplaced(conversation, "capability", found, "the question what it offers")
      }
      if (found._tag === "Refused") {
        return yield* turnedDown(
          conversation,
          "capability",
          found.reply,
          found.isTemporary,
          (reply) =>
            misplaced(conversation, "capability", { reply, said: format(reply) }, "the question what it offers")
        )
      }
      const { _tag, ...offer } = found
      if (offer.keywords.length > Limits.maxCapabilities) {
        return yield* new ProtocolError({
          ...at(conversation, "capability"),
          reason: "ReplyTooLong",
          message: `${conversation.endpoint.host} offers more capabilities than any real server does`
        })
      }
      if (before === undefined) return offer
      const [then, now] = [entries(before), entries(offer)]
      return {
        ...offer,
        added: now.filter((entry) => !then.includes(entry)),
        removed: then.filter((entry) => !now.includes(entry))
      }
    })
    return Capabilities.of({ definition, run })
  })
}
