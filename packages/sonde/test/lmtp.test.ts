/** A delivery by LMTP, session by session: what is said, what became of each recipient, and what a resumed run does. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import * as Net from "@sonde/net/Net"
import * as SessionScript from "@sonde/net/SessionScript"
import { Packs } from "@sonde/packs/Packs"
import * as Phases from "@sonde/phases/Phases"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Options from "@sonde/pipeline/Options"
import * as Runner from "@sonde/pipeline/Runner"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

const person = "person@example.com"
const base: CheckOptions = { target: person, only: ["lmtp"], host: "store.example" }
const delivery = {
  deliver: true,
  to: [person, "other@example.com"],
  message: "Subject: test\r\n\r\nbody\r\n"
} as const

/** One session after the other, one for each connection; the last one again and again. */
const network = (...sessions: ReadonlyArray<string>) => {
  const scripts = sessions.map((name) => SessionFile.text(`lmtp/${name}`))
  let dialled = 0
  const steps = (): Array<string> => scripts[Math.min(dialled++, scripts.length - 1)]!.split("\n")
  let rest: Array<string> = []
  // A script of its own for each connection, played as a session file is.
  const script = (line: string | undefined): ReadonlyArray<string> => {
    if (line === undefined) rest = steps().filter((step) => step !== "" && !step.startsWith("#"))
    else {
      const expected = rest.shift() ?? ""
      if (!SessionScript.matches(expected.slice(3), line)) {
        throw new Error(`${JSON.stringify(line)} is not ${JSON.stringify(expected)}`)
      }
    }
    const until = rest.findIndex((step) => step.startsWith("C:"))
    return rest.splice(0, until < 0 ? rest.length : until)
  }
  return Layer.provideMerge(
    Layer.mergeAll(Phases.layer, Packs.layer, JournalStore.layerMemory),
    Net.layerStatic({
      zone: { "store.example": { a: ["192.0.2.24"] } },
      servers: { "store.example:24": { script } }
    })
  )
}

const request = (options: Partial<CheckOptions>) => Result.getOrThrow(Options.validate({ ...base, ...options }))
const run = (session: string, options: Partial<CheckOptions> = {}) =>
  Runner.run(request(options), () => {}).pipe(Effect.provide(network(session)))

/** A run and, with the same options or others, its resumption. */
const twice = (sessions: ReadonlyArray<string>, options: Partial<CheckOptions>, more: Partial<CheckOptions> = {}) =>
  Effect.gen(function*() {
    const first = yield* Runner.run(request(options), () => {})
    const again = yield* Runner.resume(first.run, (asked) => Effect.succeed(request({ ...asked, ...more })), () => {})
    return { first, again }
  }).pipe(Effect.provide(network(...sessions)))

const states = ({ services }: Report): string =>
  (services[0]?.phases ?? []).map(({ because, id, state }) => `${id} ${because ?? state}`).join(", ")
const told = ({ transcript }: Report): ReadonlyArray<string> =>
  transcript.filter(({ dir }) => dir === ">").map(({ text }) => text)
const errorOf = ({ services }: Report) => services[0]?.phases.find(({ error }) => error !== undefined)?.error
const recipientsOf = ({ services }: Report) =>
  services[0]?.phases.find(({ id }) => id === "data")?.facts?.["recipients"]

const opening = "resolve pass, connect pass, greeting pass, ehlo pass, "
  + "starttls not_offered, tls not_offered, ehlo not_offered, auth no_credential, mail pass, rcpt pass"

describe("LMTP", () => {
  it.effect("goes as far as the recipient, which is the mailbox itself, and sends nothing", () =>
    Effect.gen(function*() {
      const report = yield* run("dry")
      assert.strictEqual(states(report), `${opening}, data until, quit pass`)
      assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], ["pass", 0, false])
      assert.deepStrictEqual(report.services[0]?.endpoint, {
        protocol: "lmtp",
        host: "store.example",
        port: 24,
        security: "opportunistic"
      })
      assert.deepStrictEqual(told(report).slice(1), [`MAIL FROM:<${person}>`, `RCPT TO:<${person}>`, "QUIT"])
    }))

  it.effect("delivers once, with an answer for each recipient", () =>
    Effect.gen(function*() {
      const report = yield* run("delivered", delivery)
      assert.strictEqual(states(report), `${opening}, data pass, quit pass`)
      assert.deepStrictEqual([report.outcome, report.delivered], ["pass", true])
      assert.deepStrictEqual(recipientsOf(report), [
        { to: person, state: "accepted", reply: "250 2.0.0 <person@example.com> x1 Saved" },
        { to: "other@example.com", state: "accepted", reply: "250 2.0.0 <other@example.com> x2 Saved" }
      ])
    }))

  const partial = [
    ["partly", "fail", 67, "recipient_refused fail", "refused"],
    ["put-off", "inconclusive", 75, "recipient_deferred inconclusive", "deferred"]
  ] as const
  it.effect.each(partial)(
    "tells of each recipient what became of the message: %s",
    ([session, ...expected]) =>
      Effect.gen(function*() {
        const [outcome, exitCode, finding, state] = expected
        const report = yield* run(session, delivery)
        assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], [outcome, exitCode, true])
        assert.deepStrictEqual(report.findings.map(({ id, state: of }) => `${id} ${of}`), [finding])
        const found = recipientsOf(report) as ReadonlyArray<{ readonly state: string }>
        assert.deepStrictEqual(found.map((one) => one.state), ["accepted", state])
        assert.include(states(report), `data ${outcome}, quit pass`)
      })
  )

  it.effect.each(partial)("never sends again what somebody has: %s", ([session, outcome]) =>
    Effect.gen(function*() {
      // A second connection would meet a server that takes everything.
      const { again, first } = yield* twice([session, "delivered"], delivery)
      assert.deepStrictEqual([again.outcome, again.exitCode, again.delivered], [outcome, first.exitCode, true])
      assert.deepStrictEqual(told(again), [])
      assert.deepStrictEqual(again.findings, first.findings)
      assert.deepStrictEqual(recipientsOf(again), recipientsOf(first))
    }))

  it.effect("fails with the refusal that is for good where nobody has the message, and tries again when told to", () =>
    Effect.gen(function*() {
      const { again, first } = yield* twice(["refused", "delivered"], delivery)
      const error = errorOf(first)
      assert.deepStrictEqual(
        [error?._tag, error?._tag === "RecipientRejected" && error.to, first.exitCode, first.delivered],
        ["RecipientRejected", "other@example.com", 67, false]
      )
      assert.strictEqual(first.verdicts[0]?.cause, "mailbox_full")
      assert.deepStrictEqual([again.outcome, again.delivered], ["pass", true])
    }))

  it.effect("cannot tell where everybody was put off", () =>
    Effect.gen(function*() {
      const report = yield* run("all-put-off", delivery)
      assert.deepStrictEqual([errorOf(report)?._tag, report.exitCode, report.delivered], [
        "TemporaryFailure",
        75,
        false
      ])
    }))

  it.effect("is in doubt where an answer is missing, says whose is known, and is not done again by itself", () =>
    Effect.gen(function*() {
      const { again, first } = yield* twice(["lost", "delivered"], delivery)
      const error = errorOf(first)
      assert.strictEqual(error?._tag, "DeliveryInDoubt")
      assert.include(error?.message, "for other@example.com (person@example.com: 250 2.0.0")
      assert.deepStrictEqual([errorOf(again)?._tag, told(again)], ["DeliveryInDoubt", []])
    }))

  it.effect("is not SMTP: without LHLO there is no other way in", () =>
    Effect.gen(function*() {
      const report = yield* run("no-lhlo")
      const error = errorOf(report)
      assert.deepStrictEqual([error?._tag, report.exitCode], ["ProtocolError", 76])
      assert.include(error?.message, "answered LHLO with 500 5.5.1")
      assert.deepStrictEqual(told(report).map((line) => line.slice(0, 4)), ["LHLO", "QUIT"])
    }))

  it.effect("names a mailbox that the store does not know", () =>
    Effect.gen(function*() {
      const report = yield* run("unknown")
      assert.deepStrictEqual([report.exitCode, report.verdicts[0]?.cause], [67, "recipient_unknown"])
    }))

  const bad = [
    ["no host", { target: person, only: ["lmtp"] }, "--host"],
    ["port 25", { ...base, port: 25 }, "--port"],
    ["two ways to send", { ...base, only: ["smtp-submission", "lmtp"], deliver: true }, "--deliver"],
    ["a target without a mailbox", { ...base, target: "example.com", until: "rcpt" }, "--from"]
  ] as const satisfies ReadonlyArray<readonly [string, CheckOptions, string]>
  it.each(bad)("does not take %s", (_, options, option) => {
    const validated = Options.validate(options)
    assert.strictEqual(Result.isFailure(validated) ? validated.failure.option : undefined, option)
  })

  it("has a test for every session", () => {
    const named = ["dry", "delivered", ...partial.map(([session]) => session), "refused", "all-put-off", "lost"]
    assert.sameMembers([...SessionFile.names("lmtp")], [...named, "no-lhlo", "unknown"].map((name) => `lmtp/${name}`))
  })
})
