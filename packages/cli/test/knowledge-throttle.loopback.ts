/** What the command does when Microsoft 365 says that there was too much: it waits, and says for how long and why. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { commands, each, explain, live, numbers, service, sonde, stamp, states, stopped, told } from "./knowledge.ts"

const older = {
  tenants: [{ name: "Older", domains: ["older.example"], smtpAuth: "on", concurrencyReply: "older" }],
  mailboxes: [{ address: "app@older.example", password: "fake-Older-1Ab2", load: { sessions: 3 } }]
}

interface Throttle {
  readonly reply: string
  readonly cause: string
  readonly scope: string
  readonly waitMillis: number
  /** Where the simulator says it, and in which phase. */
  readonly met?: readonly [mailbox: string, phase: string]
}

const day = 24 * 60 * 60_000

const throttles: ReadonlyArray<Throttle> = [
  {
    reply:
      "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
    cause: "throttled_connections",
    scope: "mailbox",
    waitMillis: 15_000,
    met: ["parallel@contoso.example", "data"]
  },
  {
    reply: "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
    cause: "throttled_connections",
    scope: "mailbox",
    waitMillis: 15_000,
    met: ["app@older.example", "data"]
  },
  {
    reply: "421 4.7.0 Service temporarily unavailable, closing channel",
    cause: "server_temporary_failure",
    scope: "connection",
    waitMillis: 60_000,
    met: ["transient@contoso.example", "mail"]
  },
  {
    reply: "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
    cause: "throttled_rate",
    scope: "mailbox",
    waitMillis: 60_000,
    met: ["burst@contoso.example", "mail"]
  },
  {
    reply:
      "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception with message The message can't be submitted because the sender's submission quota was exceeded.",
    cause: "daily_quota_exceeded",
    scope: "mailbox",
    waitMillis: day,
    met: ["newsletter@contoso.example", "data"]
  },
  {
    reply:
      "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None. Actual verdict is RefuseQuota.",
    cause: "daily_quota_exceeded",
    scope: "mailbox",
    waitMillis: day,
    met: ["lee@outlook.example", "data"]
  },
  {
    reply: "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    cause: "daily_quota_exceeded",
    scope: "mailbox",
    waitMillis: day
  },
  { reply: "550 5.2.2 Submission quota exceeded", cause: "daily_quota_exceeded", scope: "mailbox", waitMillis: day },
  {
    reply:
      "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
    cause: "daily_quota_exceeded",
    scope: "tenant",
    waitMillis: day
  },
  {
    reply:
      "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients",
    cause: "daily_quota_exceeded",
    scope: "tenant",
    waitMillis: day
  },
  {
    reply: "550 5.7.236 Message rejected, external recipient limit for the onmicrosoft.com domain",
    cause: "daily_quota_exceeded",
    scope: "tenant",
    waitMillis: day
  }
]

describe("throttling", () => {
  live(
    "explain names the cause of each throttling reply",
    () =>
      each(throttles, ({ cause, reply }) =>
        Effect.map(explain(`${reply} ${stamp}`), ({ code, explanation }) => {
          assert.strictEqual(code, 0, reply)
          assert.strictEqual(explanation.verdicts[0]?.cause, cause, reply)
          assert.match(explanation.verdicts[0]?.rule ?? "", /^microsoft-365\//, reply)
          assert.include(`${explanation.read.code} ${explanation.read.enhanced}`, reply.split(" ", 2).join(" "))
        }))
  )

  live(
    "check suspends the run with the time after which it may go on, and never calls it a failure",
    () =>
      Effect.gen(function*() {
        const { deliver } = yield* service(older)
        yield* each(throttles, ({ cause, met, reply, scope, waitMillis }) =>
          Effect.gen(function*() {
            if (met === undefined) return
            const [mailbox, phase] = met
            const began = Date.now()
            const done = yield* deliver(mailbox)
            assert.strictEqual(done.code, 75, mailbox)
            assert.strictEqual(done.report.outcome, "inconclusive")
            assert.strictEqual(done.report.state, "suspended")
            assert.isFalse(done.report.delivered)
            const at = stopped(done)
            assert.strictEqual(at?.id, phase, mailbox)
            const error = at?.error
            if (error?._tag !== "Throttled") return assert.fail(`${mailbox}: ${error?._tag}`)
            assert.strictEqual(error.scope, scope)
            assert.strictEqual(error.retryAfterMillis, waitMillis)
            assert.strictEqual(numbers(error.reply), reply.split(" ", 2).join(" "))
            const after = Date.parse(done.report.resumeAfter ?? "") - waitMillis
            assert.isAtLeast(after, began, mailbox)
            assert.isAtMost(after, Date.now(), mailbox)
            assert.strictEqual(done.report.verdicts[0]?.cause, cause)
          }))
      })
  )

  live("a suspended run goes on when it is resumed later, and sends once", () =>
    Effect.gen(function*() {
      const address = "once@older.example"
      const load = { sessions: 3, forMillis: 1 }
      const { deliver, resume, running, secretOf } = yield* service({
        ...older,
        mailboxes: [{ address, password: "fake-Once-1Ab2", load }]
      })
      const before = yield* deliver(address)
      assert.strictEqual(before.report.state, "suspended")
      const after = yield* resume(before, ["--secret", "env:SECRET"], secretOf(address))
      assert.strictEqual(after.code, 0, told(after))
      assert.strictEqual(after.report.state, "finished")
      assert.isTrue(after.report.delivered)
      assert.strictEqual(running.state().messages.length, 1)
    }))

  live("a suspended run says when and with what it goes on", () =>
    Effect.gen(function*() {
      const { read } = yield* service(older)
      const text = yield* read("app@older.example", ["--deliver", "--to", "someone@contoso.example"])
      assert.strictEqual(text.code, 75)
      assert.match(text.out, /Too many sessions of this mailbox at one time \(throttled_connections\)/)
      assert.match(text.out, /sonde resume [0-9A-HJKMNP-TV-Z]{26}/)
      assert.match(text.out, /pause 5 to 30 seconds/)
    }))

  live("452 4.5.3 is a recipient limit: splitting helps, waiting alone does not", () =>
    Effect.gen(function*() {
      const pasted = yield* explain(`452 4.5.3 Too many recipients ${stamp}`)
      assert.strictEqual(pasted.explanation.verdicts[0]?.rule, "microsoft-365/too-many-recipients")
      const { check } = yield* service()
      const to = (count: number) =>
        ["a", "b", "c"].slice(0, count).flatMap((name) => ["--to", `${name}@contoso.example`])
      const done = yield* check("groups@contoso.example", to(3))
      assert.strictEqual(done.code, 75)
      const at = stopped(done)
      assert.strictEqual(at?.id, "rcpt")
      const error = at?.error
      if (error?._tag !== "Throttled") return assert.fail(`${error?._tag}`)
      assert.strictEqual(numbers(error.reply), "452 4.5.3")
      const verdict = done.report.verdicts[0]
      assert.strictEqual(verdict?.cause, "recipient_limit")
      assert.match(told(done), /Splitting the list helps; waiting alone does not/)
      assert.include(verdict?.wontHelp ?? [], "waiting")
      assert.include(
        commands(done, "alternative"),
        "Set-Mailbox -Identity groups@contoso.example -RecipientLimits 1000"
      )
      const split = yield* check("groups@contoso.example", to(2))
      assert.strictEqual(split.code, 0)
      assert.strictEqual(states(split).rcpt, "pass")
    }))

  live("events tell of the suspension as it happens", () =>
    Effect.gen(function*() {
      const { reach, secretOf } = yield* service(older)
      const left = yield* sonde(
        [
          "check",
          "app@older.example",
          "--provider",
          "microsoft-365",
          "--secret",
          "env:PW",
          "--deliver",
          "--to",
          "someone@contoso.example",
          "--events",
          ...reach
        ],
        { PW: secretOf("app@older.example") }
      )
      const events = left.out.trim().split("\n").map((line) => JSON.parse(line))
      const types = events.map(({ type }) => type)
      assert.include(types, "run.suspend")
      assert.isBelow(types.indexOf("run.suspend"), types.indexOf("run.end"))
    }))
})
