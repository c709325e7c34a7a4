/**
 * Tokens that are right, expired, for somebody else or of somebody else, at a real Postfix and a real Dovecot: what each is
 * called, where the server says nothing but that it refuses.
 */
import { assert, layer } from "@effect/vitest"
import type { Check, Report } from "@sonde/sonde"
import { Sonde } from "@sonde/sonde"
import { names, type Wish } from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { at, Host, live, seen, suite } from "./peer.ts"

const doors = [
  { service: "smtp-submission", port: "starttls", security: "starttls" },
  { service: "smtp-submission", port: "dovecot", security: "starttls" },
  { service: "imap", port: "imaps", security: "tls" },
  { service: "pop3", port: "pop3", security: "starttls" },
  { service: "sieve", port: "sieve", security: "starttls" }
] as const

const ways = doors.flatMap((door) => (["xoauth2", "oauthbearer"] as const).map((auth) => ({ ...door, auth })))

type Way = typeof ways[number]

const alice: Wish = { subject: "alice@example.test", lifeSeconds: 3600 }

const check = Effect.fnUntraced(function*(
  { auth, port, security, service }: Way,
  wish: Wish,
  options: Partial<Check> = {}
) {
  const host = yield* Host
  const token = Redacted.make(host.token(wish))
  return yield* (yield* Sonde).check(
    at(host, host.ports[port], { security, auth, token, only: ["token", service], ...options })
  )
})

/** What the reply alone means; how sure that is depends on the words of the server. */
const unnamed = "oauth_token_invalid"

/** Where it ended, and each cause with the service it is told of; beside the general one, how sure it is. */
const told = (report: Report) => {
  const { phase } = seen(report)
  return {
    phase,
    exitCode: report.exitCode,
    verdicts: report.verdicts.map(({ cause, confidence, service }) =>
      cause === unnamed ? `${cause} ${service}` : `${cause} ${confidence} ${service}`
    )
  }
}

/** That a mail server was spoken to. */
const asked = (report: Report): boolean => report.transcript.some(({ service }) => service !== "token")

suite("tokens at Postfix and Dovecot", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(ways)("are taken where they are right: $service at $port by $auth", (way) =>
      Effect.gen(function*() {
        const report = yield* check(way, alice)
        assert.deepStrictEqual(told(report), { phase: undefined, exitCode: 0, verdicts: [] })
      }))

    it.effect.each(ways)(
      "are known for those of somebody else: $service at $port by $auth",
      (way) =>
        Effect.gen(function*() {
          const report = yield* check(way, { ...alice, subject: "bob@example.test" })
          assert.deepStrictEqual(told(report), {
            phase: "auth",
            exitCode: 77,
            verdicts: [`oauth_wrong_account likely ${way.service}`, `${unnamed} ${way.service}`]
          })
          const [verdict] = report.verdicts
          assert.include(verdict?.title, "bob@example.test")
          assert.include(verdict?.title, "alice@example.test")
          const line = report.transcript.find(({ n }) => n === verdict?.evidence[0])
          assert.match(line?.text ?? "", /^(?:535|\S+ NO|-ERR|NO)\b/)
        })
    )

    it.effect.each(ways)(
      "are known for those for another server: $service at $port by $auth",
      (way) =>
        Effect.gen(function*() {
          const audience = "https://calendar.example.net"
          const report = yield* check(way, { ...alice, audience })
          assert.deepStrictEqual(told(report), {
            phase: "auth",
            exitCode: 77,
            verdicts: [`oauth_wrong_audience likely ${way.service}`, `${unnamed} ${way.service}`]
          })
          assert.include(report.verdicts[0]?.title, audience)
        })
    )

    it.effect.each(ways)(
      "are not called wrong by an audience that says nothing: $service at $port by $auth",
      (way) =>
        Effect.gen(function*() {
          // A word names no place, and a place near the server may be the name of the server itself.
          for (const audience of ["account", "https://calendar.example.test"]) {
            const report = yield* check(way, { ...alice, audience })
            assert.deepStrictEqual(told(report).verdicts, [`${unnamed} ${way.service}`])
          }
        })
    )

    it.effect.each(ways)(
      "are not shown to a server that wants another audience: $service at $port by $auth",
      (way) =>
        Effect.gen(function*() {
          const report = yield* check(way, { ...alice, audience: "account" }, { audience: names.audience })
          assert.deepStrictEqual(told(report), {
            phase: "claims",
            exitCode: 77,
            verdicts: ["oauth_wrong_audience certain token"]
          })
          assert.include(report.verdicts[0]?.explanation, `Its audience is account; the server wants ${names.audience}`)
          assert.isFalse(asked(report))
          const right = yield* check(way, alice, { audience: names.audience })
          assert.strictEqual(right.exitCode, 0)
        })
    )

    it.effect.each(ways)(
      "are not shown to a server once they have expired: $service at $port by $auth",
      (way) =>
        Effect.gen(function*() {
          const report = yield* check(way, { ...alice, lifeSeconds: -60 })
          assert.deepStrictEqual(told(report), {
            phase: "claims",
            exitCode: 77,
            verdicts: ["oauth_token_expired certain token"]
          })
          assert.isFalse(asked(report))
        })
    )

    it.effect.each(ways)(
      "are known for those of another scope as far as one can: $service at $port by $auth",
      (way) =>
        Effect.gen(function*() {
          const wish = { ...alice, scope: "calendar" }
          const report = yield* check(way, wish)
          // With XOAUTH2 Dovecot names a scope, and always the same; with OAUTHBEARER it names none.
          assert.deepStrictEqual(told(report).verdicts, [
            `${unnamed} ${way.service}`,
            ...(way.auth === "xoauth2" ? [`oauth_missing_scope possible ${way.service}`] : [])
          ])
          const stated = yield* check(way, wish, { scope: "openid mail" })
          assert.deepStrictEqual(told(stated).verdicts, ["oauth_missing_scope certain token"])
          assert.include(stated.verdicts[0]?.explanation, "It allows calendar; needed is mail")
          assert.isFalse(asked(stated))
        })
    )

    it.effect("are known for those of another issuer than the one the server names", () =>
      Effect.gen(function*() {
        const report = yield* check(ways[1]!, { ...alice, issuer: "https://other.example.test" })
        assert.deepStrictEqual(told(report).verdicts, [
          `${unnamed} smtp-submission`,
          "oauth_tenant_endpoint_wrong possible smtp-submission"
        ])
        assert.include(report.verdicts[1]?.explanation, names.issuer)
      }))
  })
})
