/**
 * What a submission can fail with, written out, so that a change of the union is seen: embedders match on it.
 *
 * The compiler holds most of this when the tests are type-checked.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { mailbox, MailboxFailure, submission, SubmissionFailure } from "@sonde/pipeline/Submit"
import * as Effect from "effect/Effect"

type Equal<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false

type WrittenOut =
  | Errors.ResolveError
  | Errors.ConnectError
  | Errors.GreetingError
  | Errors.ProtocolError
  | Errors.StartTlsError
  | Errors.TlsError
  | Errors.AuthUnavailable
  | Errors.AuthRejected
  | Errors.SendAsDenied
  | Errors.SenderRejected
  | Errors.RecipientRejected
  | Errors.MessageRejected
  | Errors.Throttled
  | Errors.TemporaryFailure
  | Errors.ConnectionLost
  | Errors.PhaseTimeout
  | Errors.DeliveryInDoubt

/** What reading a mailbox fails with: nothing of a transaction, and a mailbox that is not opened. */
type ReadingWrittenOut =
  | Errors.ResolveError
  | Errors.ConnectError
  | Errors.GreetingError
  | Errors.ProtocolError
  | Errors.StartTlsError
  | Errors.TlsError
  | Errors.AuthUnavailable
  | Errors.AuthRejected
  | Errors.MailboxUnavailable
  | Errors.Throttled
  | Errors.TemporaryFailure
  | Errors.ConnectionLost
  | Errors.PhaseTimeout

const pinned: {
  readonly reading: Equal<MailboxFailure, ReadingWrittenOut>
  readonly readingInferred: Equal<Effect.Error<ReturnType<typeof mailbox>>, ReadingWrittenOut>
  readonly declared: Equal<SubmissionFailure, WrittenOut>
  readonly inferred: Equal<Effect.Error<ReturnType<typeof submission>>, WrittenOut>
  readonly withoutSendAs: Equal<SubmissionFailure, Exclude<WrittenOut, Errors.SendAsDenied>>
  readonly withTokens: Equal<SubmissionFailure, WrittenOut | Errors.TokenRejected>
} = { reading: true, readingInferred: true, declared: true, inferred: true, withoutSendAs: false, withTokens: false }

const tag = (error: { readonly _tag: string }) => Effect.succeed(error._tag)

const allButSendAs = {
  ResolveError: tag,
  ConnectError: tag,
  GreetingError: tag,
  ProtocolError: tag,
  StartTlsError: tag,
  TlsError: tag,
  AuthUnavailable: tag,
  AuthRejected: tag,
  SenderRejected: tag,
  RecipientRejected: tag,
  MessageRejected: tag,
  Throttled: tag,
  TemporaryFailure: tag,
  ConnectionLost: tag,
  PhaseTimeout: tag,
  DeliveryInDoubt: tag
}

/** Nothing is left in the error channel. */
const handled = (effect: Effect.Effect<never, SubmissionFailure>): Effect.Effect<string> =>
  effect.pipe(Effect.catchTags({ ...allButSendAs, SendAsDenied: tag }))

/** One tag forgotten: it stays in the error channel, and the compiler says so. */
const forgotten = (effect: Effect.Effect<never, SubmissionFailure>): Effect.Effect<string> =>
  // @ts-expect-error SendAsDenied is not handled
  // @effect-diagnostics-next-line missingEffectError:off
  effect.pipe(Effect.catchTags(allButSendAs))

const sendAsDenied = new Errors.SendAsDenied({
  service: "smtp-submission",
  endpoint: { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" },
  phase: "data",
  message: "person@example.com may not send as boss@example.com",
  reply: { code: 554, enhanced: "5.2.252", text: "SendAsDenied" },
  from: "boss@example.com",
  authenticatedAs: "person@example.com"
})

describe("SubmissionFailure", () => {
  it("is the union that is written out", () => {
    assert.deepStrictEqual(Object.entries(pinned).filter(([, equal]) => equal).map(([name]) => name), [
      "reading",
      "readingInferred",
      "declared",
      "inferred"
    ])
  })

  it.effect("is handled by its tags", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* handled(Effect.fail(sendAsDenied)), "SendAsDenied")
    }))

  it.effect("stays where a tag is forgotten", () =>
    Effect.gen(function*() {
      const error: unknown = yield* Effect.flip(forgotten(Effect.fail(sendAsDenied)))
      assert.strictEqual(error, sendAsDenied)
    }))
})
