/** What each class of reply code means at each place where a server may answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Place, places, playAt } from "./places.ts"
import * as Support from "./support.ts"

const play = (place: Place, code: number, plan: Support.Plan = {}) => playAt(place, [`S: ${code} 1.2.3 said so`], plan)

const codes = (first: number) => Array.from({ length: 100 }, (_, index) => first + index)

describe("a 4yz reply", () => {
  it.effect.each(places)(
    "to $at is a temporary failure, whatever its code",
    (place) =>
      Effect.forEach(codes(400), (code) =>
        Effect.gen(function*() {
          if (place.at === "STARTTLS" && code === 454) return
          const error = Support.failureOf(yield* play(place, code))
          assert.strictEqual(error._tag, "TemporaryFailure", `${code}`)
          assert.strictEqual(error.phase, place.phase)
          assert.isTrue(error.isTemporary && Errors.isInconclusive(error))
          assert.strictEqual(Errors.exitCodeOf(error), 75)
          if (error._tag === "TemporaryFailure") {
            assert.deepStrictEqual(error.reply, { code, text: "1.2.3 said so" })
          }
        }), { discard: true }),
    30_000
  )

  it.effect("454 to STARTTLS is the one exception: the server offers TLS and cannot do it", () =>
    Effect.gen(function*() {
      const place = places.find(({ at }) => at === "STARTTLS")
      assert.isDefined(place)
      if (place === undefined) return
      const error = Support.failureOf(yield* play(place, 454))
      assert.strictEqual(Support.nameOf(error), "StartTlsError Refused")
      assert.isFalse(Errors.isInconclusive(error))
    }))
})

describe("a 5yz reply", () => {
  const negative = [500, 501, 502, 503, 504, 510, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556, 571, 599]
  // 500 and 502 to EHLO lead to HELO.
  const meansMore = (place: Place, code: number) => place.at === "EHLO" && (code === 500 || code === 502)

  it.effect.each(places)(
    "to $at is $refusal, whatever its code",
    (place) =>
      Effect.forEach(negative, (code) =>
        Effect.gen(function*() {
          if (meansMore(place, code)) return
          const error = Support.failureOf(yield* play(place, code))
          assert.strictEqual(Support.nameOf(error), place.refusal, `${code}`)
          assert.strictEqual(error.phase, place.phase)
          assert.isFalse(Errors.isInconclusive(error))
          assert.include(error.message, `${code}`)
        }), { discard: true }),
    30_000
  )
})

describe("a 2yz or 3yz reply", () => {
  // Those that are specified for some command, and the ends of each class.
  const positive = [200, 211, 214, 220, 221, 235, 250, 251, 252, 299, 300, 334, 354, 399]

  it.effect.each(places)(
    "to $at passes or has no place there",
    (place) =>
      Effect.forEach(positive, (code) =>
        Effect.gen(function*() {
          if (code === 334 && place.phase === "auth") return
          const { result } = yield* play(place, code)
          if (place.ok.includes(code)) {
            assert.isTrue(Result.isSuccess(result), `${code}`)
            return
          }
          assert.isTrue(Result.isFailure(result), `${code}`)
          if (Result.isSuccess(result) || typeof result.failure === "string") return
          const inDoubt = place.at === "the message"
          assert.strictEqual(
            Support.nameOf(result.failure),
            inDoubt ? "DeliveryInDoubt" : "ProtocolError UnexpectedReply",
            `${code}`
          )
        }), { discard: true }),
    30_000
  )
})

describe("text behind a code", () => {
  const text = Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[^\r\n]*$/u)))

  it.effect.prop("never changes what a refusal is", [text], ([said]) =>
    Effect.gen(function*() {
      const script = ["tls", "S: 220 x", "C: EHLO *", "S: 250-x", "S: 250 AUTH PLAIN", "C: AUTH *", `S: 535 ${said}`]
      const plan = { security: "tls", credential: Support.withPassword } as const
      const error = Support.failureOf(yield* Support.say(script, plan))
      assert.strictEqual(error._tag, "AuthRejected")
    }), { arbitrary: { runs: 100 } })
})

describe("the knowledge of a refusal", () => {
  const refusing = places.filter(({ at }) => at !== "HELO")

  it.effect.each(refusing)(
    "makes a throttle of a refusal of $at",
    (place) =>
      Effect.forEach([450, 550], (code) =>
        Effect.gen(function*() {
          const classify = () => ({ error: "Throttled", scope: "mailbox", retryAfterMillis: 60_000 }) as const
          const error = Support.failureOf(yield* play(place, code, { classify }))
          assert.strictEqual(error._tag, "Throttled")
          assert.strictEqual(error.phase, place.phase)
          if (error._tag !== "Throttled") return
          assert.deepStrictEqual([error.scope, error.retryAfterMillis], ["mailbox", 60_000])
          assert.deepStrictEqual(error.reply, { code, text: "1.2.3 said so" })
          assert.isTrue(Errors.isInconclusive(error))
        }), { discard: true })
  )

  it.effect.each(refusing)("makes a temporary failure of a 5yz reply to $at", (place) =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* play(place, 550, { classify: () => ({ error: "TemporaryFailure" }) }))
      assert.strictEqual(error._tag, "TemporaryFailure")
    }))

  const tags = ["SendAsDenied", "SenderRejected", "RecipientRejected", "MessageRejected", "AuthRejected"] as const
  const table = refusing.flatMap((place) => tags.map((tag) => ({ ...place, tag })))

  it.effect.each(table)(
    "$tag at $at counts for a 5yz reply where that phase may fail with it, and never makes a 4yz reply final",
    (place) =>
      Effect.gen(function*() {
        const { phase, refusal, tag } = place
        const temporary = Support.failureOf(yield* play(place, 450, { classify: () => ({ error: tag }) }))
        const permanent = Support.failureOf(yield* play(place, 550, { classify: () => ({ error: tag }) }))
        assert.strictEqual(temporary._tag, "TemporaryFailure")
        assert.strictEqual(temporary.phase, phase)
        assert.strictEqual(Errors.exitCodeOf(temporary), 75)
        assert.isTrue(Errors.isInconclusive(temporary))
        // Where it has no place, the reply keeps the meaning of its code.
        assert.strictEqual(Support.nameOf(permanent), Errors.isErrorOf(phase, tag) ? tag : refusal)
      })
  )

  it.effect("is asked with service, phase, reply and mechanism", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      const plan = {
        security: "tls",
        credential: Support.withPassword,
        classify: (refusal: unknown) => {
          asked.push(refusal)
          return undefined
        }
      } as const
      yield* Support.play("auth-rejected", plan)
      assert.deepStrictEqual(asked, [{
        service: "smtp-submission",
        phase: "auth",
        reply: { code: 535, enhanced: "5.7.8", text: "authentication failed" },
        mechanism: "PLAIN"
      }])
    }))
})
