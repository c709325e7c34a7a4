/**
 * What differs between mail protocols in the phases that they share: how a greeting, an offer, STARTTLS, a sign-in and a farewell
 * are said and understood.
 *
 * A phase knows answers and no replies: what was accepted, refused or asked. `Dialects.ts` has one dialect for each protocol that a
 * mail session can have; a protocol without one does not compile.
 *
 * @since 0.1.0
 */
import type { CapabilityFacts, GreetingFacts } from "@sonde/domain/Facts"
import type { Reply } from "@sonde/domain/Reply"
import type { PhaseId } from "@sonde/domain/Service"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { SessionError } from "@sonde/net/Session"
import type { CommandError } from "@sonde/wire/smtp/Command"
import type { SmtpReplyError } from "@sonde/wire/smtp/Reply"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { ExchangeError, Unreadable } from "../Ask.ts"
import type { Conversation } from "../Conversation.ts"
import type { Credential } from "../Credential.ts"
import type { Framing } from "../Sasl.ts"

/**
 * One complete answer of a server.
 *
 * - `Accepted`: what was asked is done; `data` is the Base64 that came with the end of a sign-in
 * - `Challenged`: a sign-in goes on; `challenge` is Base64 as it came
 * - `Refused`: what was asked is not done; `isTemporary` is what the answer means by itself, `"always"` whatever the knowledge says
 * - `Misplaced`: well formed, and no answer to what was asked
 *
 * `notes` are what a server wants people to read, and `offer` what it tells of itself by the way, in upper case.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer =
  | {
    readonly _tag: "Accepted"
    readonly text: string
    readonly data?: string | undefined
    readonly notes?: ReadonlyArray<string> | undefined
    readonly offer?: ReadonlyArray<string> | undefined
  }
  | { readonly _tag: "Challenged"; readonly challenge: string }
  | {
    readonly _tag: "Refused"
    readonly reply: Reply
    readonly isTemporary: boolean | "always"
    readonly detail?: string | undefined
  }
  | { readonly _tag: "Misplaced"; readonly reply: Reply | undefined; readonly said: string }

/**
 * An answer that is neither an acceptance nor a refusal where one of them is due, in words.
 *
 * @category formatting
 * @since 0.1.0
 */
export const saidBy = (
  answer: Exclude<Answer, { readonly _tag: "Accepted" | "Refused" }>
): { readonly reply: Reply | undefined; readonly said: string } =>
  answer._tag === "Misplaced" ? answer : { reply: undefined, said: "a request to go on" }

/**
 * How a conversation begins. `Foreign` is a first line of another protocol, `PreAuth` one that calls us signed in already.
 *
 * @category models
 * @since 0.1.0
 */
export type Greeted =
  | { readonly _tag: "Welcome"; readonly facts: GreetingFacts }
  | { readonly _tag: "PreAuth"; readonly text: string }
  | { readonly _tag: "Foreign"; readonly line: string }
  | Exclude<Answer, { readonly _tag: "Accepted" | "Challenged" }>

/**
 * What was offered in a conversation: `EhloFacts` and `CapabilityFacts` both are an offer.
 *
 * @category models
 * @since 0.1.0
 */
export type Offer = Pick<CapabilityFacts, "keywords" | "starttls" | "auth">

/**
 * A sign-in by a command of the protocol and not by SASL. `mechanism` is what reports call it; `choice` is the name by which it may be
 * asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface OwnSignIn {
  readonly mechanism: string
  readonly choice: string
  readonly run: (credential: Credential) => Effect.Effect<Answer, ExchangeError>
}

/**
 * A sign-in by SASL: how the protocol frames it, and how a line is said in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface SaslTalk {
  readonly framing: Framing<Answer>
  readonly say: (line: Outgoing) => Effect.Effect<Answer, ExchangeError>
}

/**
 * How one protocol says and understands what the phases share.
 *
 * - `name`: what people call it
 * - `greeting`: reads the greeting; writes nothing
 * - `offer`: asks what is offered, given what the greeting told and whether TLS has just begun; `undefined` where the protocol has a
 *   phase of its own for that
 * - `startTls`: the command, and asking it
 * - `farewell`: the same for leaving; `line` takes leave where nothing more is read, and `isLast` knows the answer to it
 * - `isTlsBroken`: whether a refusal of STARTTLS means that the server cannot do what it offers, whatever it says of trying again
 * - `sasl`, `own`: the ways to sign in
 * - `transfer`: how messages are handed over; `undefined` where the protocol takes none
 *
 * @category models
 * @since 0.1.0
 */
export interface Dialect {
  readonly name: string
  readonly greeting: (
    conversation: Conversation,
    millis: number
  ) => Effect.Effect<Greeted, SessionError | SmtpReplyError | Unreadable>
  readonly offer: (
    conversation: Conversation,
    greeting: GreetingFacts,
    isAfterTls: boolean
  ) => Effect.Effect<Offered | Exclude<Answer, { readonly _tag: "Accepted" | "Challenged" }>, ExchangeError>
  readonly startTls: { readonly command: string; readonly ask: Asking }
  readonly isTlsBroken: (reply: Reply) => boolean
  readonly sasl: (conversation: Conversation, offered: Offer, mechanism: string) => SaslTalk
  readonly own: (
    conversation: Conversation,
    offered: Offer,
    greeting: GreetingFacts | undefined
  ) => ReadonlyArray<OwnSignIn>
  readonly farewell: {
    readonly line: string
    readonly phase: PhaseId
    readonly ask: Asking
    readonly isLast: (line: string) => boolean
  }
  readonly transfer: Transfer | undefined
}

/**
 * How a protocol takes messages. `hello` introduces us, and `helloWithout` does it where that is not known; the end of a message is
 * answered once, or once for each recipient.
 *
 * @category models
 * @since 0.1.0
 */
export interface Transfer {
  readonly hello: (name: string) => Result.Result<string, CommandError>
  readonly helloWithout: ((name: string) => Result.Result<string, CommandError>) | undefined
  readonly answers: "message" | "recipient"
}

/** Asks the one thing it is named after. */
type Asking = (conversation: Conversation) => Effect.Effect<Answer, ExchangeError>

/**
 * What a server offers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Offered extends Offer {
  readonly _tag: "Offered"
  readonly source: CapabilityFacts["source"]
  readonly login: boolean
}
