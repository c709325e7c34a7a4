/** The command that checks again, and what a verdict is told. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { CheckOptions } from "@sonde/domain/Options"
import * as Knowledge from "@sonde/packs/Knowledge"
import * as Judge from "@sonde/pipeline/Judge"
import * as Recognition from "@sonde/pipeline/Recognition"
import * as Support from "./support.ts"

const none = { secret: false, token: false }

describe("recheck", () => {
  it.each<{ options: CheckOptions; had: { secret: boolean; token: boolean }; command: string }>([
    { options: { target: "a@b.example" }, had: none, command: "sonde check a@b.example" },
    {
      options: { target: "a@b.example" },
      had: { secret: true, token: false },
      command: "sonde check a@b.example --secret prompt"
    },
    {
      options: { target: "a@b.example" },
      had: { secret: false, token: true },
      command: "sonde check a@b.example --token prompt"
    },
    {
      options: {
        target: "a@b.example",
        provider: "example-mail",
        host: "mx.example",
        port: 587,
        security: "tls",
        user: "svc",
        auth: "plain",
        from: "c@b.example",
        to: ["d@e.example", "f@g.example"],
        until: "rcpt",
        deliver: true
      },
      had: none,
      command: "sonde check a@b.example --provider example-mail --host mx.example --port 587 --security tls --user svc "
        + "--auth plain --from c@b.example --to d@e.example --to f@g.example --until rcpt --deliver"
    },
    {
      options: { target: "a@b.example", allowClearAuth: true, ehlo: "client.example" },
      had: { secret: true, token: false },
      command: "sonde check a@b.example --allow-clear-auth --ehlo client.example --secret prompt"
    },
    {
      options: { target: "o'neil$(id)@b.example", user: "DOM\\svc one" },
      had: none,
      command: "sonde check 'o'\\''neil$(id)@b.example' --user 'DOM\\svc one'"
    },
    { options: { target: "[2001:db8::1]:587" }, had: none, command: "sonde check '[2001:db8::1]:587'" },
    {
      options: { target: "a@b.example", user: "-rf", from: "x\u0007@b.example" },
      had: none,
      command: "sonde check a@b.example --user <value> --from <value>"
    }
  ])("is $command", ({ command, had, options }) => {
    assert.strictEqual(Judge.recheck(options, had), command)
  })
})

const request = Support.request(Support.asked)
const endpoint = { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" } as const
const state = { ...Recognition.nothing(), knowledge: Knowledge.make([Support.pack]) }
const plan = { endpoint, service: "smtp-submission", message: undefined } as const

describe("verdicts", () => {
  const about = { plan, request, state, run: "R", today: "2026-11-24", passed: ["ehlo"], evidence: [7] } as const
  const said = (text: string, message = "refused") =>
    new Errors.AuthRejected({
      service: "smtp-submission",
      endpoint,
      phase: "auth",
      message,
      reply: { code: 454, text },
      mechanism: "PLAIN"
    })

  it("name the cause by the words of the server, with their evidence", () => {
    const [verdict, ...others] = Judge.verdicts(said("too many sessions"), about)
    assert.deepStrictEqual([verdict?.rule, verdict?.phase, verdict?.evidence], ["example-mail/busy", "auth", [7]])
    assert.deepStrictEqual(others, [])
  })

  it("never go by our own words", () => {
    assert.deepStrictEqual(Judge.verdicts(said("no", "mx.example said too many sessions"), about), [])
    const lost = new Errors.ConnectionLost({
      service: "smtp-submission",
      endpoint,
      phase: "auth",
      message: "too many sessions",
      reason: "Closed",
      bytes: 0,
      lastCommand: "AUTH PLAIN"
    })
    assert.deepStrictEqual(Judge.verdicts(lost, about), [])
  })
})

describe("the classifier", () => {
  it("says what a refusal is, and nothing of one it does not know", () => {
    const classify = Judge.classifier(plan, request, state)
    const refusal = (text: string) => ({ service: plan.service, phase: "auth", reply: { code: 432, text } }) as const
    assert.deepStrictEqual(classify(refusal("Too many sessions, sorry")), {
      error: "Throttled",
      scope: "mailbox",
      retryAfterMillis: 90_000
    })
    assert.isUndefined(classify(refusal("no")))
  })
})
