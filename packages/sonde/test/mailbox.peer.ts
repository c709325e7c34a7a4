/** IMAP, POP3 and ManageSieve against a real Dovecot: every way to sign in, and every way to be refused. */
import { assert, layer } from "@effect/vitest"
import type { PhaseId } from "@sonde/domain/Service"
import { type Check, type Report, Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { at, Host, live, password, type Seen, seen, suite } from "./peer.ts"

type Reading = "imap" | "pop3" | "sieve"

interface Door {
  readonly service: Reading
  readonly port: MailHost.ReaderName
  readonly security: "starttls" | "tls"
}

const doors: ReadonlyArray<Door> = [
  { service: "imap", port: "imap", security: "starttls" },
  { service: "imap", port: "imaps", security: "tls" },
  { service: "pop3", port: "pop3", security: "starttls" },
  { service: "pop3", port: "pop3s", security: "tls" },
  { service: "sieve", port: "sieve", security: "starttls" }
]

const mechanisms = ["plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"] as const
const carol = {
  target: "carol@example.test",
  secret: Redacted.make(MailHost.passwords["carol@example.test"])
} as const
const wrong = Redacted.make("wonderland-7f3b")

const check = Effect.fnUntraced(function*({ port, security, service }: Door, options: Partial<Check>) {
  const host = yield* Host
  return yield* (yield* Sonde).check(at(host, host.ports[port], { only: [service], security, ...options }))
})

const factsOf = (report: Report, phase: PhaseId) =>
  report.services.flatMap(({ phases }) => phases).findLast(({ id }) => id === phase)?.facts

const short = (report: Report): Omit<Seen, "auths"> => {
  const { auths: _, ...rest } = seen(report)
  return rest
}

suite("reading from a real Dovecot", () => {
  layer(live, { timeout: "60 seconds" })((it) => {
    it.effect.each(doors)("looks into the mailbox by $service on $port", (door) =>
      Effect.gen(function*() {
        const report = yield* check(door, { secret: password })
        assert.deepStrictEqual(short(report), { outcome: "pass", exitCode: 0 })
        assert.deepInclude(factsOf(report, "auth"), { mechanism: "SCRAM-SHA-256" })
        switch (door.service) {
          case "imap":
            assert.deepInclude(factsOf(report, "select"), {
              mailbox: "INBOX",
              exists: 0,
              quota: [{ root: "User quota", resource: "STORAGE", used: 0, limit: 102400 }],
              server: { name: "Dovecot" }
            })
            break
          case "pop3":
            assert.deepStrictEqual(factsOf(report, "stat"), { messages: 0, octets: 0 })
            break
          case "sieve":
            assert.deepStrictEqual(factsOf(report, "list"), { scripts: [] })
            assert.deepInclude(factsOf(report, "capability"), { source: "reissued" })
        }
        assert.deepInclude(factsOf(report, door.service === "pop3" ? "quit" : "logout"), {})
      }))

    it.effect.each(doors.flatMap((door) => mechanisms.map((auth) => ({ ...door, auth }))))(
      "signs in by $service on $port with $auth, beyond ASCII too",
      ({ auth, ...door }) =>
        Effect.gen(function*() {
          for (const options of [{ secret: password }, carol]) {
            const report = yield* check(door, { ...options, auth })
            assert.deepStrictEqual(short(report), { outcome: "pass", exitCode: 0 })
            assert.deepInclude(factsOf(report, "auth"), { mechanism: auth.toUpperCase() })
          }
        })
    )

    it.effect.each(doors)(
      "names a wrong password by $service on $port, after one sign-in",
      (door) =>
        Effect.gen(function*() {
          const report = yield* check(door, { secret: wrong, auth: "plain" })
          assert.deepStrictEqual(short(report), {
            outcome: "fail",
            exitCode: 77,
            phase: "auth",
            error: "AuthRejected",
            cause: "bad_credentials"
          })
          const sent = report.transcript.filter(({ dir, text }) => dir === ">" && /AUTH(?:ENTICATE)?\b/.test(text))
          assert.lengthOf(sent, 1)
        })
    )

    it.effect.each(doors.flatMap((door) => (["xoauth2", "oauthbearer"] as const).map((auth) => ({ ...door, auth }))))(
      "signs in by $service on $port with tokens short and long by $auth, and tells what is wrong with one",
      ({ auth, ...door }) =>
        Effect.gen(function*() {
          const { token } = yield* Host
          const tokenOf = (octets: number) =>
            token({
              subject: "alice@example.test",
              lifeSeconds: 600,
              scope: "mail",
              more: { filler: "x".repeat(octets) }
            })
          // A long one does not fit the command of POP3 nor a quoted string of ManageSieve.
          for (const octets of [1, 1500]) {
            const report = yield* check(door, { token: Redacted.make(tokenOf(octets)), auth, skip: ["token"] })
            assert.deepStrictEqual(short(report), { outcome: "pass", exitCode: 0 })
          }
          const good = tokenOf(1)
          const bad = yield* check(door, {
            token: Redacted.make(`${good.slice(0, -8)}AAAAAAAA`),
            auth,
            skip: ["token"]
          })
          assert.deepInclude(short(bad), { outcome: "fail", exitCode: 77, phase: "auth", error: "AuthRejected" })
          const error = bad.services[0]?.phases.find(({ id }) => id === "auth")?.error
          assert.strictEqual(
            error?._tag === "AuthRejected" ? error.payload?.status : undefined,
            auth === "xoauth2" ? "401" : "invalid_token"
          )
        })
    )

    it.effect.each(doors)(
      "stops before sign-in by $service on $port where nothing is to sign in with",
      (door) =>
        Effect.gen(function*() {
          const report = yield* check(door, {})
          assert.deepStrictEqual(short(report), { outcome: "pass", exitCode: 0 })
          const auth = report.services[0]?.phases.find(({ id }) => id === "auth")
          assert.deepInclude(auth, { state: "skip", because: "no_credential" })
          assert.isTrue(report.services[0]?.phases.some(({ id, state }) => id === "tls" && state === "pass"))
        })
    )

    it.effect("names a port that waits for TLS, and one that does not", () =>
      Effect.gen(function*() {
        const clear = yield* check({ service: "imap", port: "imaps", security: "starttls" }, { timeout: "1s" })
        assert.deepInclude(short(clear), { phase: "greeting", error: "GreetingError TlsExpected", exitCode: 78 })
        const tls = yield* check({ service: "pop3", port: "pop3", security: "tls" }, {})
        assert.deepInclude(short(tls), { phase: "tls", error: "TlsError PlaintextPeer", exitCode: 78 })
      }))

    it.effect("knows that it is another protocol", () =>
      Effect.gen(function*() {
        const host = yield* Host
        const report = yield* (yield* Sonde).check(at(host, host.ports.sieve, { only: ["imap"] }))
        assert.deepInclude(short(report), { phase: "greeting", error: "GreetingError NotThisProtocol", exitCode: 76 })
      }))

    it.effect("sees the software by its banner", () =>
      Effect.gen(function*() {
        const report = yield* check(doors[0]!, { secret: wrong, auth: "plain" })
        assert.match(report.verdicts[0]?.rule ?? "", /^(?:dovecot|generic)\//)
      }))
  })
})
