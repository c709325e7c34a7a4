import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { Report } from "@sonde/domain/Report"
import * as Sentence from "@sonde/report/Sentence"
import * as Canned from "./canned.ts"

describe("ofReport", () => {
  const rows: ReadonlyArray<readonly [string, Report, string]> = [
    ["is the verdict where a rule names the cause", Canned.refused, "SMTP AUTH is switched off for this mailbox"],
    [
      "is where the run stopped where none does",
      Canned.unnamed,
      "SMTP submission stopped at auth: the server refused the sign-in with 535 5.7.139"
    ],
    ["is what was reached by a run that passed", Canned.accepted, "SMTP submission: signs in"],
    ["is that nothing was tried", { ...Canned.accepted, services: [] }, "Nothing was tried"],
    [
      "shows what a server said without its control characters",
      { ...Canned.refused, verdicts: [{ ...Canned.verdict, title: "off\u202e\u0007" }] },
      "off\\u202e\\x07"
    ]
  ]
  for (const [title, report, sentence] of rows) {
    it(title, () => assert.strictEqual(Sentence.ofReport(report), sentence))
  }

  it("says how far a run without a sign-in came", () => {
    const service = Canned.accepted.services[0]!
    const phases = service.phases.map((phase) =>
      phase.id === "auth" ? { id: phase.id, state: "skip" as const, because: "no_credential" as const } : phase
    )
    assert.strictEqual(
      Sentence.ofReport({ ...Canned.accepted, services: [{ ...service, phases }] }),
      "SMTP submission: answers with verified TLS; sign-in was not tried"
    )
  })
})

describe("needs", () => {
  it("names who must act, and where", () => {
    assert.strictEqual(
      Sentence.needs(Canned.verdict, "mail.example"),
      "needs an Exchange administrator of mail.example"
    )
    assert.strictEqual(Sentence.needs(Canned.verdict, undefined), "needs an Exchange administrator")
  })
})

describe("sent", () => {
  it("tells a message from none, and from doubt", () => {
    assert.strictEqual(Sentence.sent(Canned.refused), "nothing was sent")
    assert.strictEqual(Sentence.sent({ ...Canned.accepted, delivered: true }), "1 message was sent")
    const service = Canned.refused.services[0]!
    const { endpoint } = service
    assert.isDefined(endpoint)
    const error = new Errors.DeliveryInDoubt({
      service: service.id,
      endpoint,
      phase: "data",
      message: "no answer",
      messageId: "<1@a.example>"
    })
    assert.strictEqual(
      Sentence.sent({
        ...Canned.refused,
        services: [{ ...service, phases: [{ id: "data", state: "inconclusive", error }] }]
      }),
      "a message may have been sent"
    )
  })
})
