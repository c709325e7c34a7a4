/**
 * Signs in, once: `specs/auth.md`.
 *
 * RFC 4954, RFC 9051 section 6.2, RFC 1939 section 7, RFC 5034, RFC 5804 section 2.1, with the mechanisms of `@sonde/wire/sasl`. The first refusal is the verdict; nothing is tried twice with
 * one secret. No secret crosses a connection in clear unless that was asked for.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import {
  AuthRejected,
  AuthUnavailable,
  type ConnectionLost,
  type PhaseTimeout,
  ProtocolError,
  type SaslPayload,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { AuthFacts, type GreetingFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import type { ChallengeError, Exchange, Refusal } from "@sonde/wire/sasl/Exchange"
import * as Mechanism from "@sonde/wire/sasl/Mechanism"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { at, misplaced, turnedDown } from "./Ask.ts"
import * as Begin from "./Begin.ts"
import * as Choice from "./Choice.ts"
import type { Conversation } from "./Conversation.ts"
import type { Credential } from "./Credential.ts"
import { type Answer, type Offer, saidBy } from "./dialects/Dialect.ts"
import { dialectOf } from "./dialects/Dialects.ts"
import * as Phase from "./Phase.ts"
import * as Sasl from "./Sasl.ts"
import { SaslMeans } from "./SaslMeans.ts"

/**
 * The conversation, what the server offers in it, what it offered before TLS where it began in clear, how it greeted, and what to sign
 * in with. `allowClear` permits a secret on a connection without TLS. `scrub` masks known secrets in text that a server sent encoded.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuthInput {
  readonly conversation: Conversation
  readonly offered: Offer
  readonly before?: Offer | undefined
  readonly greeting?: GreetingFacts | undefined
  readonly credential: Credential
  readonly allowClear: boolean
  readonly scrub: (text: string) => string
}

/** @category errors @since 0.1.0 */
export type AuthFailure =
  | AuthUnavailable
  | AuthRejected
  | ProtocolError
  | ConnectionLost
  | PhaseTimeout
  | Throttled
  | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "auth",
  version: 1,
  resume: { rule: "reacquire" },
  facts: AuthFacts
})

/** How the offers before and after TLS differ, in upper case. */
const compared = (
  before: ReadonlyArray<string>,
  after: ReadonlyArray<string>
): NonNullable<AuthFacts["beforeTls"]> => ({
  offered: before,
  added: after.filter((name) => !before.includes(name)),
  removed: before.filter((name) => !after.includes(name))
})

/**
 * Signs in, once.
 *
 * @category services
 * @since 0.1.0
 */
export class Authenticate extends Context.Service<
  Authenticate,
  Phase.Phase<"auth", AuthInput, AuthFacts, AuthFacts, AuthFailure>
>()("@sonde/phases/Authenticate") {
  static readonly layer = Layer.sync(Authenticate, () => {
    const unavailable = (input: AuthInput, reason: AuthUnavailable["reason"], message: string) =>
      new AuthUnavailable({
        ...at(input.conversation, "auth"),
        reason,
        offered: input.offered.auth,
        message: `${format(input.conversation.endpoint)} ${message}`
      })

    /** The sign-in of the protocol itself that fits what was asked for, where no mechanism of SASL does. */
    const ownOf = ({ conversation, credential, greeting, offered }: AuthInput) =>
      credential.kind === "token" || /[\0\r\n]/.test(`${credential.user}${Redacted.value(credential.secret)}`)
        ? undefined
        : dialectOf(conversation).own(conversation, offered, greeting).find(({ choice }) =>
          credential.mechanism === "auto" || credential.mechanism === choice
        )

    const payloadOf = (input: AuthInput, refusal: Refusal | undefined): SaslPayload | undefined => {
      if (refusal === undefined || refusal.text === "") return undefined
      const { text, ...known } = refusal
      const scrubbed = Object.fromEntries(Object.entries(known).map(([key, value]) => [key, input.scrub(value)]))
      return { ...scrubbed, text: input.scrub(text) }
    }

    /** What the server did that its mechanism does not allow. */
    const broken = (input: AuthInput, violation: ChallengeError) =>
      new ProtocolError({
        ...at(input.conversation, "auth"),
        reason: violation.problem === "server-signature" ? "UnprovenServer" : "BadChallenge",
        message: `${format(input.conversation.endpoint)}: ${input.scrub(violation.message)}`
      })

    const begun = Effect.fnUntraced(function*(input: AuthInput) {
      const { conversation, credential, offered } = input
      const { crypto, nonce } = yield* SaslMeans
      // Only SCRAM ties itself to a connection; what ties a connection costs as much as reading a certificate.
      const canBind = offered.auth.some((name) => Mechanism.isScram(name.toUpperCase()))
      const binding = canBind ? Begin.bindingOf(conversation.session) : undefined
      const { mechanism, passedOver } = Choice.choose(offered.auth, {
        kind: credential.kind,
        asked: credential.mechanism,
        isBindable: binding !== undefined,
        problemOf: (name) => Begin.problemWith(name, credential)?.message
      })
      if (mechanism === undefined) return { passedOver, exchange: undefined, binding: undefined }
      const surroundings = {
        endpoint: conversation.endpoint,
        crypto,
        nonce: Mechanism.isScram(mechanism) ? yield* nonce : "",
        binding,
        flag: Begin.flagOf(binding, offered.auth)
      }
      // A mechanism that cannot carry the credential is not chosen.
      const exchange = Result.getOrThrow(Begin.begin(mechanism, credential, surroundings))
      return { exchange, passedOver, binding: Mechanism.isBound(mechanism) ? binding?.type : undefined }
    })

    const bySasl = ({ conversation, offered }: AuthInput, exchange: Exchange) => {
      const { framing, say } = dialectOf(conversation).sasl(conversation, offered, exchange.mechanism)
      return Sasl.converse(framing, exchange, say)
    }

    const run = Effect.fnUntraced(function*(input: AuthInput) {
      const { before, conversation, credential, offered } = input
      const dialect = dialectOf(conversation)
      const clear = before?.auth ?? []
      const own = ownOf(input)
      if (offered.auth.length === 0 && dialect.own(conversation, offered, input.greeting).length === 0) {
        const once = clear.length === 0 ? "" : `, though it offered ${clear.join(", ")} before TLS`
        const what = dialect.name === "SMTP" ? "does not offer AUTH" : "offers no way to sign in"
        return yield* unavailable(input, "NotOffered", `${what}${once}`)
      }
      if (!conversation.session.isEncrypted() && !input.allowClear) {
        return yield* unavailable(
          input,
          "OnlyInClear",
          "offers sign-in without encryption only; no secret is sent in clear without --allow-clear-auth"
        )
      }
      const { binding, exchange, passedOver } = yield* begun(input)
      const mechanism = exchange?.mechanism ?? own?.mechanism
      if (mechanism === undefined) {
        return yield* unavailable(
          input,
          "NoCommonMechanism",
          offered.auth.length === 0
            ? `offers a password in a command of its own only, and a ${credential.kind} that fits none was given`
            : `offers ${offered.auth.join(", ")}: ${
              passedOver.map((other) => `${other.mechanism}: ${other.why}`).join("; ")
            }`
        )
      }
      const ended = exchange === undefined ? undefined : yield* bySasl(input, exchange)
      const answer: Answer = ended === undefined ? yield* own!.run(credential) : ended.reply
      const violation = ended?.violation
      // A challenge too many is cancelled, and the reply says what came of it; anything else ends the conversation here.
      if (violation !== undefined && violation.problem !== "unexpected") return yield* broken(input, violation)
      if (answer._tag === "Accepted" && violation === undefined) {
        const { notes = [], offer, text } = answer
        return {
          mechanism,
          user: credential.user,
          offered: offered.auth,
          passedOver,
          ...(binding === undefined ? {} : { channelBinding: binding }),
          ...(before === undefined ? {} : { beforeTls: compared(clear, offered.auth) }),
          ...(offer === undefined ? {} : { capabilities: offer }),
          ...(notes.length === 0 ? {} : { alerts: notes }),
          text
        }
      }
      if (answer._tag !== "Refused") {
        const said = answer._tag === "Accepted"
          ? { reply: undefined, said: `a success after it was cancelled` }
          : saidBy(answer)
        return yield* misplaced(conversation, "auth", said, `the sign-in with ${mechanism}`)
      }
      const payload = payloadOf(input, ended?.state.refusal)
      const detail = answer.detail === undefined ? "" : `; ${answer.detail}`
      return yield* turnedDown(
        conversation,
        "auth",
        answer.reply,
        answer.isTemporary,
        (seen) =>
          new AuthRejected({
            ...at(conversation, "auth"),
            reply: seen,
            mechanism,
            ...(payload === undefined ? {} : { payload }),
            message: `${format(conversation.endpoint)} refused ${mechanism} with ${DomainReply.format(seen)}${detail}`
          }),
        mechanism
      )
    })
    return Authenticate.of({ definition, run })
  })
}
