/** A 4yz reply that the knowledge has a cause for: inconclusive by its code, named by its words. */
import { assert, describe, it } from "@effect/vitest"
import { type Check, Net, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const world = (reply: string): Net.StaticWorld => ({
  servers: {
    "192.0.2.25:587": [
      "S: 220 mail.example ESMTP",
      "C: EHLO *",
      "S: 250 mail.example",
      "C: MAIL FROM:<*",
      "S: 250 2.1.0 Ok",
      "C: RCPT TO:<*",
      `S: ${reply}`,
      "C: QUIT",
      "S: 221 bye",
      "close"
    ]
  }
})

const asked: Check = {
  target: "192.0.2.25:587",
  security: "none",
  only: ["smtp-submission"],
  from: "a@contoso.example",
  to: ["b@fabrikam.example"],
  until: "rcpt"
}

const full = [
  { provider: "gmail", words: "4.2.2 The recipient's inbox is out of storage space. For more information, go to x" },
  { provider: "icloud", words: "4.2.2 <b@fabrikam.example>: user is over quota" },
  { provider: "fastmail", words: "4.2.2 <b@fabrikam.example>: Recipient address rejected: over quota" },
  { provider: undefined, words: "4.2.2 <b@fabrikam.example>: mailbox full" },
  { provider: undefined, words: "4.2.2 <b@fabrikam.example> Mailbox is over quota, try again later" }
]

describe("a mailbox that is full", () => {
  it.effect.each(full.flatMap((one) => [450, 452].map((code) => ({ ...one, code }))))(
    "$code $words: the check is inconclusive, and its cause is that of explain",
    ({ code, provider, words }) =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const known = provider === undefined ? {} : { provider }
        const report = yield* sonde.check({ ...asked, ...known })
        const error = report.services[0]?.phases.find(({ id }) => id === "rcpt")?.error
        assert.strictEqual(error?._tag, "TemporaryFailure")
        assert.strictEqual(report.outcome, "inconclusive")
        assert.strictEqual(report.exitCode, 75)
        const explained = yield* sonde.explain({ text: `${code} ${words}`, protocol: "smtp", phase: "rcpt", ...known })
        const told = report.verdicts.map(({ cause, rule }) => [cause, rule])
        assert.deepStrictEqual(told[0]?.[0], "mailbox_full")
        assert.deepStrictEqual(told, explained.verdicts.map(({ cause, rule }) => [cause, rule]))
      }).pipe(Effect.provide(Layer.provide(Sonde.layer, Net.layerStatic(world(`${code} ${words}`)))))
  )

  it.effect.each(full)(
    "552 $words: the recipient is refused for good",
    ({ provider, words }) =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const report = yield* sonde.check({ ...asked, ...(provider === undefined ? {} : { provider }) })
        const error = report.services[0]?.phases.find(({ id }) => id === "rcpt")?.error
        assert.strictEqual(error?._tag, "RecipientRejected")
        assert.strictEqual(report.exitCode, 67)
        assert.strictEqual(report.verdicts[0]?.cause, "mailbox_full")
      }).pipe(
        Effect.provide(Layer.provide(Sonde.layer, Net.layerStatic(world(`552 ${words.replace("4.2.2", "5.2.2")}`))))
      )
  )
})
