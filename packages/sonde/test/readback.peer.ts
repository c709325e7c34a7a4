/** A delivered message read back from a real Dovecot, behind a real Postfix: by IMAP and POP3, from the inbox and the junk folder. */
import { assert, layer } from "@effect/vitest"
import type { FindFacts } from "@sonde/domain/FindFacts"
import type { ServiceId } from "@sonde/domain/Service"
import { type Check, type Report, Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Host, live, password, suite } from "./peer.ts"

const alice = "alice@example.test"
const dora = "dora@example.test"

const check = Effect.fnUntraced(function*(options: Partial<Check> = {}) {
  const { ca, ports } = yield* Host
  const dial = (named: number, port: number) => `${MailHost.names.host}:${named}:127.0.0.1:${port}`
  return yield* (yield* Sonde).check({
    target: alice,
    host: MailHost.names.host,
    connectTo: [dial(587, ports.starttls), dial(993, ports.imaps), dial(995, ports.pop3s)],
    ca,
    secret: password,
    deliver: true,
    readBack: true,
    timeout: "20s",
    ...options
  })
})

const phaseOf = (report: Report, service: ServiceId, phase = "find") =>
  report.services.find(({ id }) => id === service)?.phases.find(({ id }) => id === phase)

const found = (report: Report, service: ServiceId): FindFacts => {
  const phase = phaseOf(report, service)
  assert.strictEqual(phase?.state, "pass", JSON.stringify([phase, report.verdicts.map(({ title }) => title)]))
  return phase?.facts as unknown as FindFacts
}

suite("a message read back from a real Dovecot", () => {
  layer(live, { timeout: "60 seconds", excludeTestServices: true })((it) => {
    it.effect.each(["imap", "pop3"] as const)(
      "is found by %s, with the results of its receiver and of nobody else",
      (service) =>
        Effect.gen(function*() {
          const report = yield* check({ only: ["smtp-submission", service] })
          const facts = found(report, service)
          assert.strictEqual(facts.messageId, `<${report.run.toLowerCase()}@example.test>`)
          assert.deepStrictEqual([facts.matched, facts.from.rewritten], ["message-id", false])
          assert.strictEqual(facts.folder.kind, service === "imap" ? "inbox" : "maildrop")
          assert.deepStrictEqual(facts.authentication, {
            trusted: { authservId: MailHost.names.host, basis: "received" },
            others: ["forged.example"],
            arc: 0,
            spf: { result: "pass", domain: "example.test", alignment: "strict" },
            dkim: [{ result: "fail", domain: "example.test", alignment: "strict" }],
            dmarc: { result: "pass", domain: "example.test" }
          })
          assert.deepStrictEqual(report.findings.map(({ id }) => id), ["dkim_not_passed_at_receiver"])
          assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
        })
    )

    it.effect("is found in the junk folder of another recipient, behind LMTP", () =>
      Effect.gen(function*() {
        const message = `From: ${alice}\r\nTo: ${dora}\r\nSubject: junk\r\n\r\nHello.\r\n`
        const readBackSecret = Redacted.make(MailHost.passwords[dora])
        const report = yield* check({ to: [dora], readBackSecret, message })
        const facts = found(report, "imap")
        assert.deepStrictEqual(facts.folder, { name: "Junk", kind: "junk" })
        assert.strictEqual(facts.matched, "message-id")
        assert.deepStrictEqual(report.findings.map(({ id }) => id), [
          "delivered_to_junk",
          "receiver_results_missing"
        ])
        const inbox = found(yield* check({ to: [dora], readBackSecret }), "imap")
        assert.strictEqual(inbox.folder.kind, "inbox")
        assert.deepStrictEqual(inbox.authentication.trusted, { authservId: MailHost.names.host, basis: "received" })
      }))

    it.effect.each(["imap", "pop3"] as const)(
      "is deleted by %s where that was asked for, and it alone",
      (service) =>
        Effect.gen(function*() {
          const { ca, ports } = yield* Host
          const count = Effect.fnUntraced(function*() {
            const report = yield* (yield* Sonde).check({
              target: alice,
              host: MailHost.names.host,
              connectTo: [`${MailHost.names.host}:993:127.0.0.1:${ports.imaps}`],
              ca,
              secret: password,
              only: ["imap"]
            })
            return phaseOf(report, "imap", "select")?.facts?.["exists"]
          })
          yield* check()
          const before = yield* count()
          const report = yield* check({ only: ["smtp-submission", service], readBackDelete: true })
          assert.isTrue(found(report, service).deleted)
          assert.strictEqual(yield* count(), before)
        })
    )

    it.effect("that is refused on its way is not looked for", () =>
      Effect.gen(function*() {
        const message = `From: ${alice}\r\nX-Test: refuse\r\n\r\nHello.\r\n`
        const report = yield* check({ message })
        assert.strictEqual(phaseOf(report, "smtp-submission", "data")?.error?._tag, "MessageRejected")
        assert.deepStrictEqual([phaseOf(report, "imap")?.state, phaseOf(report, "imap")?.because], ["skip", "data"])
      }))
  })
})
