/**
 * Signs in, once: `specs/auth.md`.
 *
 * RFC 4954 with PLAIN (RFC 4616), LOGIN and XOAUTH2. The first refusal is the verdict; nothing is tried twice with
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
  type ProtocolError,
  type SaslPayload,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { AuthFacts, type EhloFacts } from "@sonde/domain/Facts"
import * as DomainReply from "@sonde/domain/Reply"
import type { Outgoing } from "@sonde/net/Outgoing"
import * as Login from "@sonde/wire/sasl/Login"
import type { SaslError, Spoken } from "@sonde/wire/sasl/Mechanism"
import * as Plain from "@sonde/wire/sasl/Plain"
import * as XOAuth2 from "@sonde/wire/sasl/XOAuth2"
import * as Command from "@sonde/wire/smtp/Command"
import type { SmtpReply } from "@sonde/wire/smtp/Reply"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { ask, at, type ExchangeError, refused, unexpected } from "./Ask.ts"
import * as Choice from "./Choice.ts"
import type { Conversation } from "./Conversation.ts"
import type { Credential } from "./Credential.ts"
import * as Phase from "./Phase.ts"

/**
 * The conversation, what the server offers in it, and what to sign in with. `allowClear` permits a secret on a
 * connection without TLS. `scrub` masks known secrets in text that a server sent encoded.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuthInput {
  readonly conversation: Conversation
  readonly offered: EhloFacts
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

const userMask = "‹user name›"
const secretMask = "‹secret›"

/**
 * The lines of one exchange after `AUTH`: the first may ride on the command itself (RFC 4954 section 4), the
 * others answer one challenge each.
 */
interface Exchange {
  readonly mechanism: Spoken
  readonly initial: { readonly secret: Redacted.Redacted<string>; readonly mask: string } | undefined
  readonly answers: (reply: SmtpReply, round: number) => Outgoing | undefined
}

const xoauth2 = (response: Redacted.Redacted<string>): Exchange => ({
  mechanism: "XOAUTH2",
  initial: { secret: response, mask: secretMask },
  // An error arrives as a challenge with JSON inside; an empty line asks for the final reply.
  answers: () => [""]
})

const login = (user: string, password: Redacted.Redacted<string>): Exchange => ({
  mechanism: "LOGIN",
  initial: undefined,
  answers: (reply, round) => {
    const asks = Login.promptOf(reply.text).asks
    if (round > 1) return undefined
    return asks === "password" || (asks === "unknown" && round === 1)
      ? [{ secret: password, mask: secretMask }]
      : [{ secret: Redacted.make(user), mask: userMask }]
  }
})

const exchangeOf = (mechanism: Spoken, credential: Credential): Result.Result<Exchange, SaslError> => {
  switch (mechanism) {
    case "PLAIN":
      return Result.map(
        Plain.initialResponse({ authcid: credential.user, password: credential.secret }),
        (response) => ({ mechanism, initial: { secret: response, mask: secretMask }, answers: () => undefined })
      )
    case "XOAUTH2":
      return Result.map(XOAuth2.initialResponse({ user: credential.user, token: credential.secret }), xoauth2)
    case "LOGIN":
      return Result.flatMap(
        Login.username(credential.user),
        (user) => Result.map(Login.password(credential.secret), (password) => login(user, password))
      )
  }
}

/**
 * Whether a credential can be put into the form that a mechanism wants: an error names the field and the problem,
 * never its value. To be asked before anything is dialled.
 *
 * @category guards
 * @since 0.1.0
 */
export const problemOf = (credential: Credential): SaslError | undefined => {
  const result = exchangeOf(credential.kind === "token" ? "XOAUTH2" : "PLAIN", credential)
  return Result.isFailure(result) ? result.failure : undefined
}

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

    const speak = Effect.fnUntraced(function*(conversation: Conversation, exchange: Exchange) {
      const { initial, mechanism } = exchange
      const say = (line: Outgoing): Effect.Effect<SmtpReply, ExchangeError> =>
        ask(conversation, "auth", line, `the reply to AUTH ${mechanism}`)
      const rides = initial !== undefined && Command.initialResponseFits(mechanism, initial.secret)
      let reply = yield* say(rides ? [`AUTH ${mechanism} `, initial] : [`AUTH ${mechanism}`])
      // A server that takes no initial response asks for it with an empty challenge; it is the same attempt.
      if (initial !== undefined && reply.code === 334 && (!rides || reply.text.trim() === "")) {
        reply = yield* say([initial])
      }
      let challenge: string | undefined = undefined
      for (let round = 0; reply.code === 334; round++) {
        // RFC 4954 section 4: "*" cancels an exchange that has gone wrong.
        if (round > 3) return { reply: yield* say(["*"]), challenge }
        challenge = reply.text
        reply = yield* say(exchange.answers(reply, round) ?? ["*"])
      }
      return { reply, challenge }
    })

    const payloadOf = (input: AuthInput, mechanism: Spoken, challenge: string | undefined): SaslPayload | undefined => {
      if (mechanism !== "XOAUTH2" || challenge === undefined || challenge === "") return undefined
      const { text, ...known } = XOAuth2.failureOf(challenge)
      const scrubbed = Object.fromEntries(Object.entries(known).map(([key, value]) => [key, input.scrub(value)]))
      return { ...scrubbed, text: input.scrub(text) }
    }

    const run = Effect.fnUntraced(function*(input: AuthInput) {
      const { conversation, credential, offered } = input
      if (offered.auth.length === 0) return yield* unavailable(input, "NotOffered", "does not offer AUTH")
      if (!conversation.session.isEncrypted() && !input.allowClear) {
        return yield* unavailable(
          input,
          "OnlyInClear",
          "offers sign-in without encryption only; no secret is sent in clear without --allow-clear-auth"
        )
      }
      const { mechanism, passedOver } = Choice.choose(offered.auth, credential.kind, credential.mechanism)
      if (mechanism === undefined) {
        return yield* unavailable(
          input,
          "NoCommonMechanism",
          `offers ${offered.auth.join(", ")}: ${
            passedOver.map((other) => `${other.mechanism}: ${other.why}`).join("; ")
          }`
        )
      }
      // The credential was checked when the run was planned (`problemOf`).
      const exchange = Result.getOrThrow(exchangeOf(mechanism, credential))
      const { challenge, reply } = yield* speak(conversation, exchange)
      if (reply.code === 235) {
        return { mechanism, user: credential.user, offered: offered.auth, passedOver, text: reply.text }
      }
      if (reply.code < 400) return yield* unexpected(conversation, "auth", reply, `AUTH ${mechanism}`)
      const payload = payloadOf(input, mechanism, challenge)
      return yield* refused(
        conversation,
        "auth",
        reply,
        (seen) =>
          new AuthRejected({
            ...at(conversation, "auth"),
            reply: seen,
            mechanism,
            ...(payload === undefined ? {} : { payload }),
            message: `${format(conversation.endpoint)} refused ${mechanism} with ${DomainReply.format(seen)}`
          }),
        mechanism
      )
    })
    return Authenticate.of({ definition, run })
  })
}
