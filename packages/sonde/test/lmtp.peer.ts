/** LMTP of a real Dovecot: what it takes, and that a message comes to a mailbox once. */
import { assert, layer } from "@effect/vitest"
import { VersionsFacts } from "@sonde/domain/TlsSurvey"
import { type Check, type Report, Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Host, live, seen, suite } from "./peer.ts"

const { domain, host: name } = MailHost.names
const alice = `alice@${domain}`
const bob = `bob@${domain}`

/** The options of a delivery to Dovecot. */
const to = (port: number, ca: string, options: Partial<Check>): Check => ({
  target: alice,
  only: ["lmtp"],
  host: name,
  port,
  connectTo: [`${name}:${port}:127.0.0.1:${port}`],
  ca,
  timeout: "5s",
  ...options
})

const check = Effect.fnUntraced(function*(options: Partial<Check> = {}) {
  const host = yield* Host
  return yield* (yield* Sonde).check(to(host.ports.lmtp, host.ca, options))
})

const states = ({ services }: Report): string =>
  (services[0]?.phases ?? []).map(({ because, id, state }) => `${id} ${because ?? state}`).join(", ")

/** The messages with a subject that a mailbox holds. */
const found = Effect.fnUntraced(function*(mailbox: string, subject: string) {
  const host = yield* Host
  const messages = yield* Effect.promise(() => host.messages(mailbox))
  return messages.filter((text) => text.includes(`Subject: ${subject}`))
})

const message = (subject: string): string =>
  `From: <${alice}>\r\nTo: <${alice}>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@${domain}>\r\n\r\nbody\r\n`

suite("LMTP of a real Dovecot", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect("takes a recipient, and no message is sent", () =>
      Effect.gen(function*() {
        const report = yield* check()
        assert.strictEqual(
          states(report),
          "resolve pass, connect pass, greeting pass, ehlo pass, starttls pass, tls pass, ehlo pass, auth no_credential, "
            + "mail pass, rcpt pass, data until, quit pass"
        )
        assert.deepStrictEqual([report.outcome, report.delivered], ["pass", false])
        assert.match(report.transcript.find(({ dir }) => dir === ">")?.text ?? "", /^LHLO /)
      }))

    it.effect("is asked for its versions of TLS where that is wanted", () =>
      Effect.gen(function*() {
        const report = yield* check({ tlsVersions: "always" })
        assert.match(states(report), /, quit pass, versions pass$/)
        const { versions } = Schema.decodeUnknownSync(VersionsFacts)(report.services[0]?.phases.at(-1)?.facts)
        assert.deepStrictEqual(versions.map(({ state }) => state), ["refused", "refused", "offered", "offered"])
        assert.strictEqual(report.outcome, "pass")
      }))

    it.effect("delivers once, and a resumed run does not deliver again", () =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const report = yield* check({ deliver: true, message: message("once") })
        assert.deepStrictEqual([report.outcome, report.delivered], ["pass", true])
        assert.strictEqual((yield* found(alice, "once")).length, 1)
        const again = yield* sonde.resume(report.run, {})
        assert.deepStrictEqual([again.outcome, again.delivered], ["pass", true])
        assert.strictEqual((yield* found(alice, "once")).length, 1)
        assert.match((yield* found(alice, "once"))[0] ?? "", /by mail\.example\.test with LMTPS?/)
      }))

    it.effect("answers for each recipient", () =>
      Effect.gen(function*() {
        const report = yield* check({ deliver: true, to: [alice, bob], message: message("two") })
        const recipients = report.services[0]?.phases.find(({ id }) => id === "data")?.facts?.["recipients"]
        assert.deepStrictEqual(
          (recipients as ReadonlyArray<{ readonly to: string; readonly state: string }>).map(({ state, to: whom }) => [
            whom,
            state
          ]),
          [[alice, "accepted"], [bob, "accepted"]]
        )
        assert.deepStrictEqual([(yield* found(alice, "two")).length, (yield* found(bob, "two")).length], [1, 1])
      }))

    it.effect("takes the message for one recipient and not for the other, and that stays so", () =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const full = MailHost.smallMailbox
        const report = yield* check({ deliver: true, to: [alice, full], message: message("partly") })
        assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], ["fail", 67, true])
        assert.deepStrictEqual(report.findings.map(({ id }) => id), ["recipient_refused"])
        assert.include(report.findings[0]?.title, full)
        const again = yield* sonde.resume(report.run, {})
        assert.deepStrictEqual([again.outcome, again.exitCode, again.delivered], ["fail", 67, true])
        assert.strictEqual((yield* found(alice, "partly")).length, 1)
      }))

    it.effect("is not what a port of Postfix speaks", () =>
      Effect.gen(function*() {
        const host = yield* Host
        const report = yield* (yield* Sonde).check(to(host.ports.relay, host.ca, {}))
        assert.deepStrictEqual(seen(report).error, "ProtocolError UnexpectedReply")
        assert.strictEqual(report.exitCode, 76)
      }))
  })
})
