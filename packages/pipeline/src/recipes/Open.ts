/**
 * Opens a conversation with a mail server, as far as asked: from the look-up to what is offered when the connection is as secure as it
 * becomes. A submission, a delivery to an exchanger and reading a mailbox begin with it.
 *
 * TLS comes before the greeting (RFC 8314 section 3), or by STARTTLS behind the first offer (RFC 3207 section 4). Whoever opens says
 * goodbye and tells what was left out.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import type { JournalError } from "@sonde/domain/Errors"
import type {
  CapabilityFacts,
  ConnectFacts,
  EhloFacts,
  GreetingFacts,
  ResolveFacts,
  TlsFacts
} from "@sonde/domain/Facts"
import { Connect, definition as connectDefinition } from "@sonde/phases/Connect"
import type { Conversation } from "@sonde/phases/Conversation"
import { addressLiteral, Ehlo } from "@sonde/phases/Ehlo"
import { Greeting } from "@sonde/phases/Greeting"
import { StartTls } from "@sonde/phases/StartTls"
import { Tls, type TlsFailure } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import { leave } from "../Leave.ts"
import { Current, skip, step } from "../Step.ts"
import { lookup, type Place } from "./Lookup.ts"
import type { Reaches } from "./Until.ts"

/**
 * What an opening established, as far as it went.
 *
 * @category models
 * @since 0.1.0
 */
export interface OpeningFacts {
  readonly resolve: ResolveFacts
  connect?: ConnectFacts
  greeting?: GreetingFacts
  tls?: TlsFacts
}

/**
 * What a server offers: `clear` is its first answer, `offered` the one that holds, which is the same where TLS is not begun in between.
 *
 * @category models
 * @since 0.1.0
 */
export interface Offers<Offer> {
  readonly clear: Offer
  readonly offered: Offer
}

/**
 * A conversation as far as it was opened. `conversation` is there once the server has greeted, `offers` once it has been asked what it
 * offers. `awaitsHandshake` after the reply to STARTTLS: the server then reads nothing but a handshake, and would take a farewell for
 * one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Opening<Offer> {
  readonly facts: OpeningFacts
  conversation?: Conversation
  offers?: Offers<Offer>
  awaitsHandshake: boolean
}

/**
 * What differs by recipe.
 *
 * - `offer`: the phase in which the server says what it offers
 * - `ask`: asks it, after TLS once more; `before` is what it offered in clear
 * - `handshake`: where it is not that of somebody who wants a certificate that verifies
 * - `unoffered`: what is told where TLS may be left out and is not offered; without it, that the phases were skipped
 *
 * @category models
 * @since 0.1.0
 */
export interface Manner<Offer, E, R, R2> {
  readonly offer: "ehlo" | "capability"
  readonly ask: (
    conversation: Conversation,
    greeting: GreetingFacts,
    before: Offer | undefined
  ) => Effect.Effect<Offer, E, R>
  readonly handshake?: (conversation: Conversation) => Effect.Effect<TlsFacts, TlsFailure | JournalError, Tls | Current>
  readonly unoffered?: (conversation: Conversation, clear: Offer) => Effect.Effect<void, JournalError, R2>
}

/**
 * How an SMTP server is asked. Without a name we are called by the address of our end.
 *
 * @category constructors
 * @since 0.1.0
 */
export const smtp = (name: string | undefined) => ({
  offer: "ehlo" as const,
  ask: Effect.fnUntraced(function*(conversation: Conversation, _: GreetingFacts, before: EhloFacts | undefined) {
    const introduced = name ?? addressLiteral(conversation.session.localAddress)
    return yield* step(yield* Ehlo, { conversation, name: introduced, before }, format(conversation.endpoint))
  })
})

const verified = Effect.fnUntraced(function*(conversation: Conversation) {
  return yield* step(yield* Tls, { conversation }, format(conversation.endpoint))
})

/**
 * Opens the conversation of a plan, as far as `reaches` says. The connection closes with the scope, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const open = Effect.fnUntraced(function*<Offer extends EhloFacts | CapabilityFacts, E, R, R2 = never>(
  plan: Place & { readonly ca: string | undefined },
  reaches: Reaches,
  { ask, handshake = verified, offer, unoffered }: Manner<Offer, E, R, R2>
) {
  const { observe, recorder } = yield* Current
  const { ca, endpoint, service } = plan
  const { security } = endpoint
  const subject = format(endpoint)

  const addresses = yield* lookup(plan)
  const facts: OpeningFacts = { resolve: addresses }
  const opening: Opening<Offer> = { facts, awaitsHandshake: false }
  if (!reaches("connect")) return opening
  const session = yield* step(yield* Connect, { service, endpoint, addresses, recorder, ca }, subject)
  facts.connect = connectDefinition.factsOf(session)
  const conversation: Conversation = { service, endpoint, session }
  if (security === "tls") {
    if (!reaches("tls")) return opening
    facts.tls = yield* handshake(conversation)
  }

  if (!reaches("greeting")) return opening
  yield* leave(conversation)
  opening.conversation = conversation
  const greeting = yield* step(yield* Greeting, { conversation, addresses, recorder, ca }, subject)
  facts.greeting = greeting
  yield* observe({ banner: greeting.text })
  if (!reaches(offer, "first")) return opening
  const clear = yield* ask(conversation, greeting, undefined)
  opening.offers = { clear, offered: clear }

  if (security === "tls" || security === "none" || !reaches("starttls")) return opening
  if (security === "opportunistic" && !clear.starttls) {
    if (unoffered !== undefined) yield* unoffered(conversation, clear)
    else for (const phase of ["starttls", "tls", offer] as const) yield* skip(phase, "not_offered")
    return opening
  }
  yield* step(yield* StartTls, { conversation, offered: clear }, subject)
  opening.awaitsHandshake = !reaches("tls")
  if (opening.awaitsHandshake) return opening
  facts.tls = yield* handshake(conversation)
  if (!reaches(offer)) return opening
  opening.offers = { clear, offered: yield* ask(conversation, greeting, clear) }
  return opening
})
