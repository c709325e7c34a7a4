/**
 * Carries a SASL exchange over a mail protocol: with and without initial response, to its end or to its cancellation
 * (RFC 4422 section 3).
 *
 * What differs between protocols is a `Framing`, which their dialects have. One exchange, one attempt: nothing is
 * begun again.
 *
 * @since 0.1.0
 */
import type { Outgoing, Part } from "@sonde/net/Outgoing"
import { ChallengeError, type Exchange, type Response } from "@sonde/wire/sasl/Exchange"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/**
 * How a protocol frames an exchange. `R` is a complete reply of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Framing<R> {
  /** The command that begins, with the initial response where it rides along; `isEmpty` says that there is nothing in it. */
  readonly begin: (mechanism: string, initial: Part | undefined, isEmpty: boolean) => Outgoing
  /** Whether the initial response may ride along: the protocol allows it, and the line does not become too long. */
  readonly rides: (mechanism: string, initial: Redacted.Redacted<string>) => boolean
  readonly respond: (response: Part) => Outgoing
  readonly cancel: Outgoing
  /** The challenge in a reply, in Base64; `undefined` for a reply that ends the exchange. */
  readonly challengeOf: (reply: R) => string | undefined
  /** Whether a reply accepts the sign-in, and the Base64 that came with it where the protocol has room for it. */
  readonly acceptanceOf: (reply: R) => { readonly data: string | undefined } | undefined
}

/**
 * How an exchange ended: the last reply, the state of the exchange, and what the server did that the mechanism does not allow.
 * With a `violation` of the kind `unexpected` the exchange was cancelled and the reply tells what came of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ended<R> {
  readonly reply: R
  readonly state: Exchange
  readonly violation: ChallengeError | undefined
}

/** Challenges that are answered at most, empty ones included. SCRAM needs two. */
const maxChallenges = 4

const masks: Readonly<Record<Response["holds"], string>> = { secret: "‹secret›", user: "‹user name›", nothing: "" }

/** A response as the session writes it and the record keeps it. */
const partOf = ({ base64, holds }: Response): Part =>
  holds === "nothing" ? Redacted.value(base64) : { secret: base64, mask: masks[holds] }

/**
 * Carries an exchange through. `say` writes a line and reads one reply.
 *
 * @category combinators
 * @since 0.1.0
 */
export const converse = Effect.fnUntraced(function*<R, E>(
  framing: Framing<R>,
  exchange: Exchange,
  say: (line: Outgoing) => Effect.Effect<R, E>
): Effect.fn.Return<Ended<R>, E> {
  const { initial, mechanism } = exchange
  const rides = initial !== undefined && framing.rides(mechanism, initial.base64)
  const isEmpty = initial !== undefined && Redacted.value(initial.base64) === ""
  let state = exchange
  let reply = yield* say(framing.begin(mechanism, rides ? partOf(initial) : undefined, isEmpty))
  const asked = framing.challengeOf(reply)
  // A server that takes no initial response asks for it with an empty challenge; it is the same attempt.
  if (initial !== undefined && asked !== undefined && (!rides || asked.trim() === "")) {
    reply = yield* say(framing.respond(partOf(initial)))
  }
  for (let answered = 0;; answered++) {
    const challenge = framing.challengeOf(reply)
    if (challenge === undefined) break
    const turn = answered === maxChallenges
      ? Result.fail(new ChallengeError({ mechanism, problem: "unexpected", detail: "the challenges do not end" }))
      : yield* Effect.result(state.answer(challenge))
    // RFC 4422 section 3.5: a client that cannot go on cancels, and the server must answer that with a refusal.
    if (Result.isFailure(turn)) return { reply: yield* say(framing.cancel), state, violation: turn.failure }
    state = turn.success.next
    reply = yield* say(framing.respond(partOf(turn.success.response)))
  }
  const acceptance = framing.acceptanceOf(reply)
  const accepted = acceptance === undefined ? undefined : yield* Effect.result(state.accept(acceptance.data))
  const violation = accepted !== undefined && Result.isFailure(accepted) ? accepted.failure : undefined
  return { reply, state, violation }
})
