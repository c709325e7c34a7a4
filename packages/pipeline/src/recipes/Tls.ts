/**
 * Looks at the TLS of a port: how it begins, what is presented, what the server offers before and after, and which versions it takes.
 * Signs in nowhere.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import { type PhaseError, TlsError } from "@sonde/domain/Errors"
import type { ResolveFacts } from "@sonde/domain/Facts"
import type { PhaseId, Protocol, ServiceId } from "@sonde/domain/Service"
import { Dialer } from "@sonde/net/Dialer"
import type { Session } from "@sonde/net/Session"
import { Capabilities } from "@sonde/phases/Capabilities"
import { Connect, request } from "@sonde/phases/Connect"
import type { Conversation } from "@sonde/phases/Conversation"
import { addressLiteral, Ehlo } from "@sonde/phases/Ehlo"
import { Greeting } from "@sonde/phases/Greeting"
import * as Opening from "@sonde/phases/Opening"
import { StartTls } from "@sonde/phases/StartTls"
import { expectation, Tls, type TlsInput } from "@sonde/phases/Tls"
import { Versions } from "@sonde/phases/Versions"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { leave } from "../Leave.ts"
import { Current, skip, step } from "../Step.ts"
import { lookup } from "./Lookup.ts"

/**
 * What a look needs to know.
 *
 * @category models
 * @since 0.1.0
 */
export interface TlsPlan {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly pinned: { readonly host: string; readonly port: number } | undefined
  readonly dns: string | undefined
  readonly ca: string | undefined
  readonly ehlo: string | undefined
}

/** The phase in which a server says what it offers. */
const offerOf = (protocol: Protocol): "ehlo" | "capability" =>
  protocol === "smtp" || protocol === "lmtp" ? "ehlo" : "capability"

/**
 * The phases of a look in the order in which they happen.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order = ({ protocol, security }: Endpoint): ReadonlyArray<PhaseId> => {
  const offer = offerOf(protocol)
  return security === "starttls"
    ? ["resolve", "connect", "greeting", offer, "starttls", "tls", offer, "versions"]
    : ["resolve", "connect", "tls", "versions"]
}

/** How long a port that answered a handshake in clear is listened to. */
const listenMillis = 2000

/**
 * The handshake; where it meets a peer in clear, another connection listens to what that says, so that the mismatch can be named
 * and is not guessed.
 */
const handshake = Effect.fnUntraced(function*(plan: TlsPlan, addresses: ResolveFacts) {
  const { recorder } = yield* Current
  const { definition, run } = yield* Tls
  const dialer = yield* Dialer
  const { endpoint, service } = plan
  const listen = Effect.gen(function*() {
    const session = yield* dialer.connect(request({ ...plan, addresses, recorder }, listenMillis))
    return yield* Opening.firstLine({ service, endpoint, session }, listenMillis)
  }).pipe(Effect.scoped, Effect.orElseSucceed(() => undefined))
  return {
    definition,
    run: (input: TlsInput) =>
      Effect.catchTag(
        run(input),
        "TlsError",
        (error) =>
          error.reason !== "PlaintextPeer" || error.message.includes("expects") ? Effect.fail(error) : Effect.flatMap(
            listen,
            (line) =>
              Effect.fail(
                new TlsError({ ...error, message: `${error.message}${line === undefined ? "" : expectation(line)}` })
              )
          )
      )
  }
})

/** From the greeting to the reply to STARTTLS; gives what was offered in clear, to be compared. */
const begin = Effect.fnUntraced(function*(plan: TlsPlan, conversation: Conversation, addresses: ResolveFacts) {
  const { recorder } = yield* Current
  const subject = format(plan.endpoint)
  yield* leave(conversation)
  const greeting = yield* step(yield* Greeting, { conversation, addresses, recorder, ca: plan.ca }, subject)
  const startTls = yield* StartTls
  if (offerOf(plan.endpoint.protocol) === "capability") {
    const capabilities = yield* Capabilities
    const before = yield* step(capabilities, { conversation, greeting }, subject)
    yield* step(startTls, { conversation, offered: before }, subject)
    return step(capabilities, { conversation, greeting, before }, subject)
  }
  const ehlo = yield* Ehlo
  const name = plan.ehlo ?? addressLiteral(conversation.session.localAddress)
  const before = yield* step(ehlo, { conversation, name }, subject)
  yield* step(startTls, { conversation, offered: before }, subject)
  return step(ehlo, { conversation, name, before }, subject)
})

const look = Effect.fnUntraced(function*(plan: TlsPlan, session: Session, addresses: ResolveFacts) {
  const { endpoint, service } = plan
  const subject = format(endpoint)
  const conversation: Conversation = { service, endpoint, session }
  const after = endpoint.security === "starttls" ? yield* begin(plan, conversation, addresses) : undefined
  const shaken = yield* Effect.result(step(yield* handshake(plan, addresses), { conversation }, subject))
  if (after === undefined) return shaken
  // What is wrong with a certificate does not keep anybody from asking what is offered; no handshake does.
  if (Result.isFailure(shaken)) yield* skip(offerOf(endpoint.protocol), "tls")
  else yield* after
  return shaken
}, Effect.scoped)

/**
 * Looks at the TLS of a port. Versions are asked for although the handshake failed: which ones a server takes is then what one
 * wants to know.
 *
 * @category recipes
 * @since 0.1.0
 */
export const tls = Effect.fn("Recipe.tls")(function*(plan: TlsPlan) {
  const { recorder } = yield* Current
  const { ca, endpoint, service } = plan
  const subject = format(endpoint)
  const addresses = yield* lookup(plan)
  const shaken = yield* Effect.scoped(Effect.gen(function*() {
    const session = yield* step(yield* Connect, { service, endpoint, addresses, recorder, ca }, subject)
    return yield* look(plan, session, addresses)
  }))
  const failure = Result.isFailure(shaken) ? shaken.failure : undefined
  if (failure !== undefined && !isWorthAsking(failure)) return yield* failure
  const chain = Result.isSuccess(shaken) ? shaken.success.chain : failure?._tag === "TlsError" ? failure.chain : []
  yield* step(yield* Versions, { service, endpoint, addresses, recorder, sha256: chain[0]?.sha256 }, subject)
  return failure === undefined ? undefined : yield* failure
})

/** A port that speaks no TLS has no versions of it, and one that is silent would be as silent again. */
const isWorthAsking = (error: { readonly _tag: string; readonly reason?: string }): boolean =>
  error._tag === "TlsError" && error.reason !== "PlaintextPeer" && error.reason !== "HandshakeTimeout"

/** @category errors @since 0.1.0 */
export type TlsLookFailure = Extract<Effect.Error<ReturnType<typeof tls>>, PhaseError>
