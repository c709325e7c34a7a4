import { assert, layer } from "@effect/vitest"
import { type Check, Sonde } from "@sonde/sonde"
import { refusedRecipients } from "@sonde/testkit/peers/config"
import type { DoorName } from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import { at, diagnose, Host, live, passed, password, refusalOf, type Seen, seen, suite } from "./peer.ts"

const bob = "bob@example.test"

interface Row {
  readonly title: string
  readonly door?: DoorName
  readonly options: Partial<Check>
  readonly seen: Seen
  readonly session: string
}

const refused = (exitCode: number, phase: string, error: string, cause: string): Seen => ({
  outcome: "fail",
  exitCode,
  phase,
  error,
  cause,
  auths: 1
})

const unsure = (phase: string, error: string, cause: string): Seen => ({
  ...refused(75, phase, error, cause),
  outcome: "inconclusive"
})

const rows: ReadonlyArray<Row> = [
  {
    title: "goes as far as the recipient and sends nothing",
    options: { to: [bob] },
    seen: passed,
    session: "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 quit=1 commands=7"
  },
  {
    title: "passes a sender that the account may use",
    options: { from: "support@example.test", to: [bob] },
    seen: passed,
    session: "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 quit=1 commands=7"
  },
  {
    title: "names a sender that belongs to somebody else",
    options: { from: bob, to: [bob] },
    seen: refused(77, "rcpt", "SendAsDenied", "send_as_denied"),
    session: "ehlo=2 starttls=1 auth=1 mail=1 rcpt=0/1 quit=1 commands=6/7"
  },
  {
    title: "names a recipient who does not exist",
    options: { to: ["nobody@example.test"] },
    seen: refused(67, "rcpt", "RecipientRejected", "recipient_unknown"),
    session: "ehlo=2 starttls=1 auth=1 mail=1 rcpt=0/1 quit=1 commands=6/7"
  },
  {
    title: "is not sure when the recipient is greylisted",
    options: { to: ["greylisted@example.test"] },
    seen: unsure("rcpt", "TemporaryFailure", "greylisted"),
    session: "ehlo=2 starttls=1 auth=1 mail=1 rcpt=0/1 quit=1 commands=6/7"
  },
  {
    title: "is not sure when the mailbox of the recipient is full",
    options: { to: ["full@example.test"] },
    seen: unsure("rcpt", "TemporaryFailure", "mailbox_full"),
    session: "ehlo=2 starttls=1 auth=1 mail=1 rcpt=0/1 quit=1 commands=6/7"
  },
  {
    title: "names a relay that wants a sign-in",
    door: "relay",
    options: { secret: undefined, from: "stranger@elsewhere.test", to: ["someone@elsewhere.test"], until: "rcpt" },
    seen: { ...refused(67, "rcpt", "RecipientRejected", "relay_denied"), auths: 0 },
    session: "ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 commands=5/6"
  },
  {
    title: "names a sender that needs a sign-in",
    options: { secret: undefined, to: [bob], until: "rcpt" },
    seen: { ...refused(67, "rcpt", "RecipientRejected", "auth_required"), auths: 0 },
    session: "ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 commands=5/6"
  },
  {
    title: "names a message that is larger than the server takes, before it is sent",
    door: "small",
    options: { to: [bob], deliver: true, message: `Subject: large\r\n\r\n${"0123456789abcdef\r\n".repeat(2000)}` },
    seen: refused(77, "mail", "SenderRejected", "message_too_large"),
    session: "ehlo=2 starttls=1 auth=1 mail=0/1 quit=1 commands=5/6"
  }
]

/** How many messages a mailbox holds. */
const count = Effect.fnUntraced(function*(mailbox: string) {
  const host = yield* Host
  return (yield* Effect.promise(() => host.messages(mailbox))).length
})

const refusal = "550 5.7.1 this message is not wanted here"

suite("sender, recipient and message at Postfix", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(rows)("$title", (row) =>
      Effect.gen(function*() {
        const door = row.door ?? "starttls"
        const before = yield* count(bob)
        const { report, sessions } = yield* diagnose(door, { secret: password, ...row.options }, 1)
        assert.deepStrictEqual(seen(report), row.seen)
        assert.deepStrictEqual(sessions, [row.session])
        assert.isFalse(report.delivered)
        assert.strictEqual(yield* count(bob), before)
      }))

    it.effect.each(Object.entries(refusedRecipients))(
      "keeps the reply to %s word for word",
      ([to, words]) =>
        Effect.gen(function*() {
          const { report } = yield* diagnose("starttls", { secret: password, to: [to] }, 1)
          // Postfix puts the recipient before its words.
          const said = `${words.slice(0, 9)} <${to}>: Recipient address rejected: ${words.slice(10)}`
          assert.strictEqual(refusalOf(report, "rcpt"), said)
        })
    )

    it.effect("delivers exactly one message and does not deliver again when the run is resumed", () =>
      Effect.gen(function*() {
        const host = yield* Host
        const sonde = yield* Sonde
        const before = yield* count(bob)
        const { report, sessions } = yield* diagnose("starttls", { secret: password, to: [bob], deliver: true }, 1)
        assert.deepStrictEqual(seen(report), passed)
        assert.deepStrictEqual(sessions, [
          "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8"
        ])
        assert.isTrue(report.delivered)
        const facts = report.services[0]?.phases.find(({ id }) => id === "data")?.facts
        const queueId = /^250 2\.0\.0 Ok: queued as ([0-9A-F]+)$/.exec(`${facts?.["reply"]}`)?.[1]
        assert.isDefined(queueId)

        const messages = yield* Effect.promise(() => host.messages(bob))
        assert.strictEqual(messages.length, before + 1)
        const [message, ...others] = messages.filter((text) => new RegExp(`\\bid ${queueId}\\b`).test(text))
        assert(message !== undefined)
        assert.deepStrictEqual(others, [])
        assert.include(message, `Message-ID: ${facts?.["messageId"]}`)
        assert.match(message, /^From: <?alice@example\.test>?$/m)
        assert.match(message, /^To: <?bob@example\.test>?$/m)

        const again = yield* sonde.resume(report.run, { secret: password })
        assert.strictEqual(again.outcome, "pass")
        assert.isTrue(again.delivered)
        assert.strictEqual(
          again.services[0]?.phases.find(({ id }) => id === "data")?.facts?.["reply"],
          facts?.["reply"]
        )
        assert.strictEqual(yield* count(bob), before + 1)
      }))

    it.effect("delivers a message of the user's own to each recipient once, dots at line starts included", () =>
      Effect.gen(function*() {
        const body = ".one\r\n..two\r\n.\r\nend"
        const both = [bob, "carol@example.test"]
        const before = [yield* count(bob), yield* count("carol@example.test")]
        const { report } = yield* diagnose("tls", {
          secret: password,
          security: "tls",
          to: both,
          deliver: true,
          message: `From: alice@example.test\r\nSubject: own\r\n\r\n${body}\r\n`
        }, 1)
        assert.deepStrictEqual(seen(report), passed)
        assert.isTrue(report.delivered)
        const host = yield* Host
        for (const [index, mailbox] of both.entries()) {
          const messages = yield* Effect.promise(() => host.messages(mailbox))
          assert.strictEqual(messages.length, (before[index] ?? 0) + 1)
          assert.isTrue(messages.some((text) => text.endsWith(`\n\n${body.replaceAll("\r\n", "\n")}\n`)))
        }
      }))

    it.effect("tells that a message was refused after its end, and that nothing was delivered", () =>
      Effect.gen(function*() {
        const before = yield* count(bob)
        const { report, sessions } = yield* diagnose("starttls", {
          secret: password,
          to: [bob],
          deliver: true,
          message: "From: alice@example.test\r\nSubject: own\r\nX-Test: refuse\r\n\r\nhello\r\n"
        }, 1)
        assert.deepStrictEqual(seen(report), refused(78, "data", "MessageRejected", "policy_rejected"))
        assert.deepStrictEqual(sessions, [
          "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=0/1 quit=1 commands=7/8"
        ])
        assert.strictEqual(refusalOf(report, "data"), refusal)
        assert.isFalse(report.delivered)
        assert.strictEqual(yield* count(bob), before)
      }))

    it.effect("delivers nothing when the sender is refused, and once when the resumed run may use it", () =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const host = yield* Host
        const before = yield* count(bob)
        const options = { secret: password, from: "carol@example.test", to: [bob], deliver: true }
        const report = yield* sonde.check(at(host, "starttls", options))
        assert.strictEqual(seen(report).error, "SendAsDenied")
        assert.isFalse(report.delivered)
        assert.strictEqual(yield* count(bob), before)
        const fixed = yield* sonde.resume(report.run, { secret: password, from: "support@example.test" })
        assert.deepStrictEqual([fixed.outcome, fixed.exitCode, fixed.delivered], ["pass", 0, true])
        assert.strictEqual(yield* count(bob), before + 1)
      }))
  })
})
